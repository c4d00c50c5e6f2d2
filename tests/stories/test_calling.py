"""A danger as the resident lives it: called at once, enriched afterwards, and taken for real when nobody answers."""

import pytest

from storage import schema
from tests.town import Town

from .chat import go, reports, ticket, tickets


async def reminders(town: Town) -> list[str]:
    """In which states the reminders about drafts are."""
    rows = await town.app.ledger.all(schema.reminder.select().order_by(schema.reminder.c.id))
    return [row["state"] for row in rows if row["subject"].startswith("draft:")]


async def test_it_calls_everybody_at_once_and_tells_whom_to_ring_first(town: Town) -> None:
    await go(town, town.rosa.says("3栋2单元电梯里困了人，出不来"))
    assert town.rosa.received[0].text.startswith("🆘 请马上打电话：火警 119")
    for phone in (town.wei, town.li, town.dan):
        assert phone.shows("困了人")


@pytest.mark.parametrize("way", ["/sos", "🆘 紧急求助"])
async def test_it_calls_from_the_button_with_the_home_that_is_known(town: Town, way: str) -> None:
    await go(town, town.chen.starts(), town.chen.says(way))
    assert "锦绣家园 3栋 2单元 1501室" in town.wei.shows("险情").text


async def test_it_does_not_call_twice_when_the_button_is_pressed_twice(town: Town) -> None:
    await go(town, town.chen.says("/sos"), town.chen.says("/sos"))
    assert town.chen.shows("已经在叫人了")
    assert len(await tickets(town)) == 1
    await go(town, town.chen.presses("是另一处险情"))
    assert len(await tickets(town)) == 2


async def test_it_takes_the_draft_along_when_help_is_called(town: Town) -> None:
    rosa = town.rosa
    await go(town, rosa.says("3栋2单元楼道灯坏了"), rosa.presses("同意，继续"), rosa.says("🆘 紧急求助"))
    assert town.wei.shows("3栋2单元楼道灯坏了")
    assert (await ticket(town))["is_danger"]


async def test_it_passes_later_words_pictures_and_places_on(town: Town) -> None:
    rosa = town.rosa
    await go(town, rosa.says("快来人，着火了"))
    assert rosa.shows("在哪里、怎么了")
    assert not town.wei.sees("着火了")
    await go(town, rosa.says("在3栋2单元门口"), rosa.sends_photo())
    assert town.wei.shows("着火了")
    assert rosa.shows("已转给赶来的人")
    assert len(await tickets(town)) == 1


async def test_it_calls_the_right_people_by_a_position_that_comes_later(town: Town) -> None:
    await go(town, town.rosa.says("救命，着火了"), town.rosa.sends_location(30.2611, 120.0506))
    assert town.wei.shows("着火了")
    assert "锦绣家园 3栋" in town.wei.shows("险情").text


async def test_it_begins_another_matter_when_that_is_said(town: Town) -> None:
    rosa = town.rosa
    await go(town, rosa.says("3栋2单元着火了"), rosa.says("对了还有件事"), rosa.presses("这是另一件事"))
    await go(town, rosa.presses("同意，继续"), rosa.says("4栋1单元楼道灯坏了"), rosa.presses("报上去"))
    assert [row["is_danger"] for row in await tickets(town)] == [True, False]


async def test_it_takes_a_false_alarm_back(town: Town) -> None:
    await go(town, town.rosa.says("3栋2单元着火了"), town.rosa.presses("不用办了"), town.rosa.presses("报错了"))
    assert (await ticket(town))["state"] == "withdrawn"
    assert town.wei.shows("报错了")


async def test_it_takes_silence_for_danger_after_two_minutes(town: Town) -> None:
    await go(town, town.rosa.sends_photo("3栋2单元"))
    assert town.rosa.shows("现在有人有危险吗")
    await town.advance(seconds=119)
    assert await tickets(town) == []
    await town.advance(seconds=1)
    assert town.rosa.shows("两分钟没等到您的回答")
    assert town.wei.shows("3栋2单元")
    assert (await ticket(town))["is_danger"]
    await go(town, town.rosa.says("楼上阳台冒烟"))
    assert town.wei.shows("楼上阳台冒烟")


@pytest.mark.parametrize(("way", "made"), [("没有危险", 0), ("✖ 取消", 0), ("/cancel", 0), ("🆘 现在有危险", 1)])
async def test_it_stops_the_two_minutes_when_the_question_is_settled(town: Town, way: str, made: int) -> None:
    await go(town, town.rosa.sends_photo("3栋2单元"))
    assert await reminders(town) == ["scheduled"]
    await go(town, town.rosa.says(way) if way.startswith("/") else town.rosa.presses(way))
    assert await reminders(town) == ["cancelled"]
    await town.advance(minutes=3)
    assert len(await tickets(town)) == made


async def test_it_does_not_forget_the_question_when_something_else_is_looked_at(town: Town) -> None:
    await go(town, town.rosa.sends_photo("3栋2单元"), town.rosa.says("/start"), town.rosa.says("/my"))
    await town.advance(minutes=2)
    assert (await ticket(town))["is_danger"]


async def test_it_counts_the_two_minutes_from_the_question_not_from_the_last_picture(town: Town) -> None:
    await go(town, town.rosa.sends_photo("3栋2单元"))
    await town.advance(seconds=90)
    await go(town, town.rosa.sends_photo())
    await town.advance(seconds=31)
    assert (await ticket(town))["is_danger"]


async def test_it_survives_a_restart_while_the_question_waits(town: Town) -> None:
    await go(town, town.rosa.sends_voice())
    await town.restart()
    await town.advance(minutes=2)
    assert (await ticket(town))["is_danger"]
    assert any("voice" in message.body for message in town.dan.received)


async def test_it_raises_a_calm_matter_by_the_button_and_by_a_reply(town: Town) -> None:
    rosa = town.rosa
    await reports(town, rosa, "3栋2单元楼道灯坏了")
    await go(town, rosa.says("灯在冒火花，着火了", reply_to=rosa.shows("楼道灯坏了")))
    assert rosa.shows("火警 119")
    assert (await ticket(town))["is_danger"]
    assert town.li.shows("险情")


async def test_it_still_belongs_to_the_danger_after_a_look_at_the_list(town: Town) -> None:
    await go(town, town.rosa.says("3栋2单元着火了"), town.rosa.presses("📋 我的事"), town.rosa.says("火越来越大"))
    assert town.wei.shows("火越来越大")
    assert len(await tickets(town)) == 1


async def test_it_takes_a_cancel_after_the_call_for_a_false_alarm(town: Town) -> None:
    await go(town, town.rosa.says("3栋2单元着火了"), town.rosa.says("/cancel"), town.rosa.presses("报错了"))
    assert (await ticket(town))["state"] == "withdrawn"
