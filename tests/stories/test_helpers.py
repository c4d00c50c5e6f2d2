"""People who help: they register with a tap, take what fits, and stop when they like; and are looked after."""

import pytest

from simulator.phone import Phone
from simulator.state import Message
from storage import helped, helpers, matched, schema
from storage.rules.press import press
from tests.town import Town

from .chat import go, person
from .lending import lends_a_hand, lives, posts


async def places(town: Town, phone: Phone) -> list[str]:
    row = await person(town, phone)
    claim = schema.claim
    return [one["state"] for one in await town.app.ledger.all(claim.select().where(claim.c.person_id == row["id"]))]


def labels(message: Message) -> list[str]:
    return [button["text"] for row in message.inline_rows for button in row]


async def test_it_registers_with_a_sentence_and_two_taps(town: Town) -> None:
    await lives(town, town.chen)
    await go(town, town.chen.says("我想帮忙"))
    assert town.chen.shows("愿意帮邻居搭把手吗")
    await go(town, town.chen.presses("我愿意帮忙"))
    assert town.chen.sees("谢谢您，陈叔")
    await go(town, town.chen.presses("水电维修"), town.chen.presses("⏰ 什么时候"), town.chen.presses("周末上午"))
    await go(town, town.chen.presses("✅ 好了"))
    assert town.chen.shows("水电维修")
    assert town.chen.shows("周末上午")
    assert town.dan.sees("陈叔")


async def test_it_asks_for_consent_and_a_home_first(town: Town) -> None:
    await go(town, town.chen.says("我想帮忙"), town.chen.presses("我愿意帮忙"))
    assert town.chen.shows("您同意吗")
    row = await person(town, town.chen)
    assert not await helpers.is_helper(town.app.ledger, row["id"])


async def test_it_takes_what_fits_with_one_tap(town: Town) -> None:
    await lends_a_hand(town, town.chen)
    await lives(town, town.rosa)
    await posts(town, town.rosa)
    await go(town, town.chen.says("/claim"))
    assert town.chen.shows("换灯泡")
    assert not town.chen.sees("1502")
    await go(town, town.chen.presses("接第 1 件"))
    assert await places(town, town.chen) == [helped.HELD]
    assert town.rosa.sees("陈叔 来帮您")
    await go(town, town.chen.says("/claim"))
    assert town.chen.shows("您接了 1 件")


async def test_it_says_politely_who_was_faster(town: Town) -> None:
    for phone in (town.chen, town.daughter):
        await lends_a_hand(town, phone)
    await lives(town, town.rosa)
    await posts(town, town.rosa)
    for phone in (town.chen, town.daughter):
        await go(town, phone.says("/claim"))
    await town.chen.presses("接第 1 件")
    await go(town, town.daughter.presses("接第 1 件"))
    assert sorted([*await places(town, town.chen), *await places(town, town.daughter)]) == [helped.HELD]


async def test_it_stops_asking_whoever_leaves(town: Town) -> None:
    await lends_a_hand(town, town.chen)
    await lives(town, town.rosa)
    await posts(town, town.rosa)
    await go(town, town.chen.says("/me"), town.chen.presses("帮邻居"), town.chen.presses("先不帮了"))
    assert any("我来帮" in one for message in town.chen.received for one in labels(message))
    await go(town, town.chen.presses("是，先不帮了"))
    assert not any("我来帮" in one for message in town.chen.received for one in labels(message))
    row = await person(town, town.chen)
    assert not await helpers.is_helper(town.app.ledger, row["id"])
    await go(town, town.chen.says("/claim"))
    assert town.chen.shows("愿意帮邻居搭把手吗")


async def test_it_pauses_a_helper_kindly_and_offers_anew_what_they_took(town: Town) -> None:
    await lends_a_hand(town, town.chen)
    await lives(town, town.rosa)
    await posts(town, town.rosa)
    await go(town, town.chen.says("/claim"), town.chen.presses("接第 1 件"))
    await go(town, town.dan.says("/talent 陈叔"), town.dan.presses("陈叔"), town.dan.presses("⏸ 暂停"))
    await go(town, town.dan.presses("几次没去"))
    assert not any("我来帮" in one for one in labels(town.chen.shows("有邻居想请人帮忙")))
    assert town.chen.sees("您帮忙的事先停一停：有几次没去")
    assert await places(town, town.chen) == [helped.SUSPENDED]
    await go(town, town.chen.says("/claim"))
    assert town.chen.shows("先停一停")
    await go(town, town.dan.says("/talent 陈叔"), town.dan.presses("陈叔"), town.dan.presses("▶ 恢复"))
    assert town.chen.sees("您又可以帮邻居了")
    row = await person(town, town.chen)
    assert (await matched.helper_of(town.app.ledger, row["id"]) or {})["suspended_at"] is None


async def test_it_lets_a_team_say_yes_for_itself(town: Town) -> None:
    for phone in (town.chen, town.daughter):
        await lends_a_hand(town, phone)
    await lives(town, town.rosa)
    await posts(town, town.rosa)
    chen, daughter = town.chen, town.daughter
    await go(town, chen.says("/me"), chen.presses("帮邻居"), chen.presses("👥 队伍"), chen.presses("建一个队"))
    await go(town, chen.says("三栋修理队"), chen.presses("请人进队"), chen.presses("复制链接"))
    await go(town, daughter.opens(chen.person.clipboard or ""), daughter.presses("进队"))
    assert chen.sees("小王 进了「三栋修理队」")
    await go(town, chen.says("/claim"), chen.presses("请队友去"), chen.presses("小王"))
    assert daughter.sees("陈叔 想请您去：💡 换灯泡")
    assert await places(town, daughter) == []
    await go(town, daughter.presses("我去"))
    assert await places(town, daughter) == [helped.HELD]
    assert chen.sees("小王 答应了")


@pytest.mark.parametrize("verb", ["helpverify", "helpsuspend", "helplift"])
async def test_it_lets_no_neighbour_judge_by_a_forged_button(town: Town, verb: str) -> None:
    await lends_a_hand(town, town.chen)
    await lives(town, town.rosa)
    row = await person(town, town.chen)
    await go(town, town.rosa.forges(press(verb, row["id"]), 1))
    helper = await matched.helper_of(town.app.ledger, row["id"])
    assert helper is not None
    assert (helper["verified_at"], helper["suspended_at"]) == (None, None)
