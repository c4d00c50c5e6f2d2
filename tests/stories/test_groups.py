"""The bot in groups: bound by an administrator, cards that agree everywhere, topics, and what becomes of groups."""

from pathlib import Path
from typing import Any

import pytest

from bot.pace import Rates
from storage import claims, schema
from storage.rules.groups import Purpose
from storage.rules.press import press
from tests.town import Town, a_town

from .chat import finish, go, reports, tickets
from .groups import acts, agrees, binds, bound, card, chinese, fresh, order, rows, said, volunteers

LAMP = "3栋2单元楼道灯坏了"


# --- binding ---------------------------------------------------------------------------------------------------


async def test_it_is_bound_by_an_administrator_with_buttons(town: Town) -> None:
    group = await binds(town, Purpose.STAFF, town.wei, at="锦绣家园")
    assert "网格员群了" in card(group)
    (row,) = await rows(town, schema.group_chat)
    assert (row["chat_id"], row["purpose"], row["left_at"]) == (group.id, "staff", None)


async def test_it_is_bound_by_nobody_else(town: Town) -> None:
    await chinese(town, town.ada)
    group = town.sim.group("一个群", town.dan, town.ada)
    dan, ada = town.dan.in_group(group), town.ada.in_group(group)
    await go(town, dan.says("/bind"))
    assert "社区管理员" in card(group)
    await go(town, ada.says("/bind"), dan.presses("网格员群"))
    assert "请私下跟我说" in dan.alerts[-1].text
    assert not await rows(town, schema.group_chat)


async def test_36_it_refuses_and_records_forged_buttons(town: Town) -> None:
    """Whoever began stands in the button; that proves nothing."""
    group = town.sim.group("一个群", town.dan, town.ada)
    await town.settle()
    hello = group.messages[-1].id
    ids = {one["telegram_id"]: one["id"] for one in await rows(town, schema.person)}
    place_id = (await fresh(town)).directory.by_code["xfl"].id
    for who in (town.dan.id, town.ada.id):
        await go(town, town.dan.in_group(group).forges(press("groupyes", ids[who], "staff", place_id), hello))
    await go(town, town.ada.in_group(group).forges(press("groupyes", ids[town.dan.id], "staff", place_id), hello))
    assert not await rows(town, schema.group_chat)
    assert len(await rows(town, schema.audit, schema.audit.c.what == "refused")) == 3


async def test_it_lets_cards_overtake_chatter(town: Town) -> None:
    group = await bound(town, Purpose.VOLUNTEERS, town.rosa)
    await go(town, *(town.rosa.in_group(group).says("/my") for _ in range(3)))
    await volunteers(town, town.vera)
    await order(town)
    found = await rows(town, schema.outbox, schema.outbox.c.chat_id == group.id)
    (hello,) = (one for one in found if one["message"] == "group.hello")
    chatter = [one["priority"] for one in found if one["method"] == "message" and one is not hello]
    assert len(chatter) == 3
    assert min(chatter) > max(one["priority"] for one in found if one["method"] == "group_card")


async def test_it_says_hello_once_and_ends_a_binding(town: Town) -> None:
    group = await binds(town, Purpose.VOLUNTEERS)
    assert sum("大家好" in one for one in said(group)) == 1
    ada = town.ada.in_group(group)
    await go(town, ada.says("/unbind"), ada.presses("不再用这个群"))
    assert (await rows(town, schema.group_chat))[0]["left_at"] is not None
    await volunteers(town, town.vera)
    await order(town)
    assert "不再往这里发" in card(group)


# --- requests to neighbours ------------------------------------------------------------------------------------


async def test_it_shows_a_request_to_volunteers_and_lets_one_win(town: Town) -> None:
    await _one_wins(town)


@pytest.mark.slow
async def test_it_lets_one_win_on_the_other_engine(town_pg: Town) -> None:
    await _one_wins(town_pg)


async def _one_wins(town: Town) -> None:
    await chinese(town, town.vera)
    await volunteers(town, town.vera, town.chen, town.zhao)
    group = await bound(town, Purpose.VOLUNTEERS, town.vera, town.chen, town.zhao)
    other = await bound(town, Purpose.VOLUNTEERS, town.vera)
    await order(town)
    assert "1 位邻居帮一下" in card(group)
    vera, chen = town.vera.in_group(group), town.chen.in_group(group)
    await go(town, vera.presses("我来帮"))
    assert "有人去了" in card(group)
    assert "有人去了" in card(other)
    assert not group.messages[-1].inline_rows
    assert "详细的我私下发给您" in vera.alerts[-1].text
    assert town.vera.shows("302")
    stale = press("oclaim", (await tickets(town))[-1]["id"])
    await go(town, chen.forges(stale, group.messages[-1].id))
    assert "已经有人接了" in chen.alerts[-1].text


async def test_it_counts_the_places_that_are_left(town: Town) -> None:
    await volunteers(town, town.vera, town.chen, town.zhao)
    group = await bound(town, Purpose.VOLUNTEERS, town.vera, town.chen)
    ticket_id = await order(town, wanted=2)
    await go(town, town.chen.in_group(group).presses("我来帮"))
    assert "还要 1 位" in card(group)
    mine = await claims.mine(
        town.app.ledger, ticket_id, (await claims.held(town.app.ledger, ticket_id))[0]["person_id"]
    )

    async def give_back(work: Any) -> None:
        ticket = await work.ledger.get(schema.ticket, ticket_id)
        assert mine is not None
        await claims.give_back(work, dict(ticket), mine)

    await acts(town, town.chen, give_back)
    assert "2 位邻居帮一下" in card(group)
    assert len(said(group)) == 2  # hello, and the card, which is edited


async def test_it_leads_strangers_into_the_private_chat(town: Town) -> None:
    await volunteers(town, town.vera)
    otto = town.sim.person("奥托二", user_id=7801)
    await agrees(town, town.rosa)
    group = await bound(town, Purpose.VOLUNTEERS, town.vera, town.rosa, otto)
    await order(town, by=town.chen)
    await go(town, otto.in_group(group).presses("我来帮"))
    assert otto.in_group(group).alerts[-1].url == "https://t.me/linli_bot?start=hello"
    assert not await rows(town, schema.claim)
    await go(town, town.rosa.in_group(group).presses("我来帮"))
    assert "请私下跟我说" in town.rosa.in_group(group).alerts[-1].text
    assert not await rows(town, schema.claim)


async def test_it_says_nothing_personal_about_a_request(town: Town) -> None:
    await volunteers(town, town.vera)
    group = await bound(town, Purpose.VOLUNTEERS, town.vera)
    await order(town, is_vulnerable=True)
    everything = "\n".join(said(group))
    for secret in ("王", "302", "3栋", "1990000", "灯泡坏了", "薇拉", "独居"):
        assert secret not in everything


# --- staff -----------------------------------------------------------------------------------------------------


async def test_it_shows_tickets_to_staff_and_who_has_them(town: Town) -> None:
    group = await bound(town, Purpose.STAFF, town.wei, town.dan)
    await reports(town, town.rosa, LAMP)
    assert "接单" in card(group)
    assert "楼道灯" not in card(group)
    await go(town, town.dan.in_group(group).presses("接单"))
    assert "请私下跟我说" in town.dan.in_group(group).alerts[-1].text
    before = len(group.messages)
    await go(town, town.wei.in_group(group).presses("接单"))
    assert "网格员 小魏 在办" in card(group)
    assert town.rosa.shows("小魏 已接单")
    await finish(town, town.wei)
    assert "办好了" in card(group)
    assert len(group.messages) == before


async def test_it_keeps_what_is_confidential_out(town: Town) -> None:
    group = await bound(town, Purpose.STAFF, town.wei)
    before = len(group.messages)
    await reports(town, town.rosa, "3栋2单元楼上漏水，邻居不肯赔钱，要调解")
    assert (await tickets(town))[-1]["is_confidential"]
    assert len(group.messages) == before


# --- topics ----------------------------------------------------------------------------------------------------


async def test_it_makes_a_topic_for_each_grid_and_makes_it_again(town: Town) -> None:
    group = await bound(town, Purpose.STAFF, town.wei, is_forum=True, is_bot_admin=True)
    grids = [one.name for one in (await fresh(town)).directory.places.values() if one.level == "grid"]
    assert set(group.topics) == set(grids)
    await reports(town, town.rosa, LAMP)
    thread = group.messages[-1].thread_id
    topic = next(one for one in group.topics.values() if one.id == thread)
    group.deletes_topic(topic)
    await go(town, town.wei.presses("接单"))
    assert group.messages[-1].thread_id == group.topics[topic.name].id != thread
    assert "小魏 在办" in card(group)


async def test_it_answers_in_the_topic_in_which_it_was_asked(town: Town) -> None:
    group = await bound(town, Purpose.NEIGHBOURS, town.rosa, is_forum=True, is_bot_admin=True)
    topic = group.creates_topic("闲聊")
    there = town.rosa.in_group(group, topic)
    for words in ("/my", f"@linli_bot {LAMP}"):
        await go(town, there.says(words))
        assert group.messages[-1].thread_id == topic.id
        assert group.messages[-1].body["from"]["username"] == "linli_bot"


async def test_it_says_once_which_right_it_lacks(town: Town) -> None:
    group = await bound(town, Purpose.STAFF, town.wei, is_forum=True)
    assert sum("管理话题" in one for one in said(group)) == 1
    assert town.ada.shows("may not make topics")
    await reports(town, town.rosa, LAMP)
    assert "接单" in card(group)
    assert group.messages[-1].thread_id is None
    group.promotes(town.sim.bot)
    await town.settle()
    assert len(group.topics) > 1


# --- what becomes of groups ------------------------------------------------------------------------------------


async def test_it_tells_the_duty_secretary_when_it_is_put_out(town: Town) -> None:
    group = await bound(town, Purpose.VOLUNTEERS, town.vera)
    group.removes(town.sim.bot)
    await town.settle()
    assert town.dan.shows("我不在")
    assert (await rows(town, schema.group_chat))[0]["left_at"] is not None


async def test_40_it_hears_that_somebody_anonymous_put_it_out(town: Town) -> None:
    group = await bound(town, Purpose.VOLUNTEERS, town.vera)
    group.removes(town.sim.bot, is_anonymous=True)
    await town.settle()
    assert town.dan.shows("我不在")


async def test_it_notices_by_a_refusal_that_it_was_put_out(town: Town) -> None:
    await volunteers(town, town.vera)
    group = await bound(town, Purpose.VOLUNTEERS, town.vera)
    group.chat.members[town.sim.bot.id] = "kicked"
    await order(town)
    await town.settle()
    assert town.dan.shows("我不在")


@pytest.mark.parametrize("hears", [True, False])
async def test_32_it_follows_a_group_that_became_a_supergroup(town: Town, hears: bool) -> None:
    await volunteers(town, town.vera)
    group = await bound(town, Purpose.VOLUNTEERS, town.vera)
    await order(town)
    if not hears:
        town.sim.hold_updates()
    new = group.migrates()
    if hears:
        await town.settle()
    await order(town, wanted=2)
    (row,) = await rows(town, schema.group_chat)
    assert row["chat_id"] == new
    assert "2 位邻居" in card(group)
    if not hears:
        town.sim.release()
    await town.settle()
    assert len(await rows(town, schema.group_chat, schema.group_chat.c.left_at.is_(None))) == 1


# --- many at once ----------------------------------------------------------------------------------------------


@pytest.mark.slow
async def test_16_it_gives_one_place_to_one_of_fifty_who_press_in_a_group(town: Town) -> None:
    crowd = [town.sim.person(f"志愿者{n}", user_id=8100 + n, is_started=True) for n in range(50)]
    await volunteers(town, *crowd)
    group = await bound(town, Purpose.VOLUNTEERS, *crowd)
    ticket_id = await order(town)
    before = len(town.sim.record.calls("editMessageText", chat_id=group.id))
    for phone in crowd:
        await phone.in_group(group).forges(press("oclaim", ticket_id), group.messages[-1].id)
    await town.settle()
    answers = [phone.in_group(group).alerts[-1].text for phone in crowd]
    assert sum("您接了" in one for one in answers) == 1
    assert sum("已经有人接了" in one for one in answers) == 49
    assert len(await rows(town, schema.claim)) == 1
    assert len(town.sim.record.calls("editMessageText", chat_id=group.id)) - before < 20


@pytest.mark.slow
async def test_29_it_keeps_to_the_pace_of_a_group(tmp_path: Path) -> None:
    """Thirty requests within a minute: all of them come, and Telegram never says that it was too fast."""
    async with a_town(tmp_path, f"sqlite:///{tmp_path}/linli.sqlite3", rates=Rates()) as town:
        await volunteers(town, town.vera)
        group = await bound(town, Purpose.VOLUNTEERS, town.vera)
        town.sim.flood.is_on = True
        numbers = [await order(town) for _ in range(30)]
        for _ in range(18):
            await town.advance(seconds=10)
        assert len([one for one in group.messages if "邻居帮一下" in one.text]) == len(numbers)
        codes = {call.code for call in town.sim.record.calls("sendMessage", chat_id=group.id)}
        assert codes == {200}
