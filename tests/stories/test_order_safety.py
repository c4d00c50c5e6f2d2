"""Who sees what of a request, and when; the word at the door; messages without numbers; what goes wrong is told."""

import sqlalchemy as sa

from storage import schema
from tests.town import Town

from .asking import asks, held, helps, lives, order
from .telling import moves_to, presses, says, ticket

WITH_DOOR = "想找个邻居帮我换灯泡，3栋2单元1502，电话19912345678"


async def taken(town: Town, words: str = WITH_DOOR) -> None:
    """Rosa asks, Li checks it, and Vera takes it."""
    await lives(town, town.rosa)
    await helps(town, town.vera)
    await asks(town, town.rosa, words)
    await presses(town, town.li, "核验通过")


async def test_it_shows_door_and_name_to_the_helper_alone_and_only_until_it_is_done(town: Town) -> None:
    await taken(town)
    vera = town.vera
    for hidden in ("1502", "19912345678", "199 1234 5678", "王阿姨", "Building 3"):
        assert not vera.sees(hidden), hidden
    await presses(town, vera, "I will help")
    assert vera.shows("room 1502")
    assert vera.shows("王阿姨")
    assert not vera.sees("199 1234 5678")
    await presses(town, town.rosa, "让对方看我电话")
    assert vera.shows("199 1234 5678")
    await presses(town, vera, "Done")
    assert not vera.sees("room 1502")
    assert not vera.sees("199 1234 5678")


async def test_it_tells_others_who_were_asked_that_somebody_goes_and_not_who(town: Town) -> None:
    await helps(town, town.chen)
    await taken(town)
    await presses(town, town.vera, "I will help")
    assert town.chen.shows("已经有邻居去了")
    assert not town.chen.sees("Vera")


async def test_it_says_the_same_word_at_the_door_to_both_and_warns_of_money(town: Town) -> None:
    await taken(town)
    assert town.rosa.shows("社区不会叫您转账")
    word = (await order(town, (await ticket(town))["id"]))["code_word"]
    assert word
    assert not town.rosa.sees(word)
    await presses(town, town.vera, "I will help")
    assert town.rosa.shows(word)
    assert town.vera.shows(word)


async def test_it_carries_messages_without_numbers(town: Town) -> None:
    await taken(town)
    await presses(town, town.vera, "I will help", "Send a message")
    await says(town, town.vera, "Do you have a ladder?")
    assert town.rosa.shows("Do you have a ladder?")
    await presses(town, town.rosa, "回一句")
    await says(town, town.rosa, "有的，在阳台")
    assert town.vera.shows("有的，在阳台")
    await town.vera.says("Thanks, I am coming", reply_to=town.vera.shows("有的，在阳台"))
    await town.settle()
    assert town.rosa.shows("Thanks, I am coming")
    await presses(town, town.vera, "Done")
    await presses(town, town.rosa, "回一句")
    assert town.rosa.alerts


async def test_it_tells_the_duty_secretary_what_went_wrong(town: Town) -> None:
    await taken(town)
    await presses(town, town.vera, "I will help")
    await presses(town, town.rosa, "有问题")
    await says(town, town.rosa, "她向我要钱")
    assert town.dan.shows("王阿姨 说 Vera")
    assert town.dan.shows("她向我要钱")
    assert not town.vera.sees("要钱")
    await presses(town, town.dan, "处理了")
    assert town.rosa.shows("值班员看过、处理了")
    row = await town.app.ledger.one(sa.select(schema.concern))
    assert row is not None
    assert row["handled_at"] is not None


async def test_it_sends_two_to_an_elder_and_asks_for_a_sign_in(town: Town) -> None:
    rosa, vera, chen = town.rosa, town.vera, town.chen
    await lives(town, rosa)
    await helps(town, vera, chen)
    await says(town, rosa, "想找个邻居帮我换灯泡")
    await presses(town, rosa, "明天", "下午", "独居老人", "发出去")
    await presses(town, town.li, "核验通过")
    await presses(town, vera, "I will help")
    assert rosa.shows("还差 1 位")
    assert not vera.sees("room 1502")
    await presses(town, chen, "我来帮")
    assert vera.shows("room 1502")
    await presses(town, chen, "签到")
    await chen.sends_location(30.0, 120.0)
    await town.settle()
    assert chen.shows("离得还远")
    await presses(town, rosa, "陈叔到了")
    assert [one["signed_how"] for one in await held(town, (await ticket(town))["id"])].count("asker") == 1


async def two_promise(town: Town) -> None:
    """Rosa lives alone and wants somebody tomorrow afternoon; Vera and Chen have said that they come."""
    await lives(town, town.rosa)
    await helps(town, town.vera, town.chen)
    await says(town, town.rosa, "想找个邻居帮我换灯泡")
    await presses(town, town.rosa, "明天", "下午", "独居老人", "发出去")
    await presses(town, town.li, "核验通过")
    await presses(town, town.vera, "I will help")
    await presses(town, town.chen, "我来帮")


async def test_it_asks_whether_somebody_came_when_there_is_no_more_time_to_begin(town: Town) -> None:
    await two_promise(town)
    await moves_to(town, "2026-11-24 13:30")
    assert not town.rosa.sees("到您家了吗")
    await moves_to(town, "2026-11-24 17:56")
    assert town.rosa.shows("到您家了吗")


async def test_it_looks_for_others_while_there_is_time_when_somebody_did_not_come(town: Town) -> None:
    rosa = town.rosa
    await two_promise(town)
    await moves_to(town, "2026-11-24 17:56")
    await presses(town, rosa, "没来")
    assert rosa.shows("马上再找别的邻居")
    assert (await ticket(town))["state"] == "offered"
    assert not rosa.sees("到时间还没有邻居接")


async def test_it_says_at_once_how_it_goes_on_when_nobody_came_until_the_end(town: Town) -> None:
    rosa = town.rosa
    await two_promise(town)
    await moves_to(town, "2026-11-24 18:31")
    await presses(town, rosa, "没来")
    await town.advance(seconds=1)
    assert rosa.shows("接下来怎么办马上告诉您")
    assert rosa.shows("头一回上门要两个人，没凑齐")
    assert not rosa.sees("正在再找人")
    assert "再发一次" in " ".join(rosa.buttons)


async def test_it_asks_every_day_how_it_stands_until_somebody_says(town: Town) -> None:
    await taken(town)
    await presses(town, town.vera, "I will help")
    for day in range(26, 30):
        await moves_to(town, f"2026-11-{day} 12:00")
        await moves_to(town, f"2026-11-{day} 19:00")
    assert sum("还没说做好没有" in one.text for one in town.dan.messages) == 4
    planned = schema.reminder.select().where(schema.reminder.c.state == "scheduled")
    assert "order_unsettled" in {row["kind"] for row in await town.app.ledger.all(planned)}
