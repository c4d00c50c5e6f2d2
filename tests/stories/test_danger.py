"""Danger: everybody at once, three minutes a tier, until one goes; the steps on site; false alarms; nobody there."""

import pytest
import sqlalchemy as sa

from storage import schema
from tests.town import Town

from .telling import GAS, LAMP, NOISE, count, history, local, moves_to, presses, reports, says, ticket


async def in_danger(town: Town) -> None:
    await says(town, town.rosa, GAS)


async def test_it_tells_the_caller_whom_to_ring_and_calls_the_first_tier_at_once(town: Town) -> None:
    await in_danger(town)
    assert "119" in town.rosa.received[0].text
    for one in (town.wei, town.li, town.dan):
        assert "险情" in one.shows("煤气味").text
        assert "🏃 我去处理" in one.buttons
    for one in (town.zhao, town.zhou, town.fang):
        assert not one.received


async def test_it_calls_at_night_and_off_duty_too(town: Town) -> None:
    await says(town, town.wei, "/tasks")
    await presses(town, town.wei, "下班")
    await moves_to(town, "2026-11-24 03:00")
    await in_danger(town)
    for one in (town.wei, town.li, town.dan):
        assert one.shows("煤气味")


async def test_it_calls_the_next_tier_every_three_minutes_and_then_all_again(town: Town) -> None:
    await in_danger(town)
    await town.advance(minutes=2, seconds=59)
    assert not town.zhao.received
    await town.advance(seconds=1)
    for one in (town.zhao, town.zhou, town.fang):
        assert one.shows("煤气味")
    assert count(town.wei, "煤气味") == 1
    await town.advance(minutes=3)
    await town.advance(minutes=3)
    assert count(town.wei, "煤气味") == 3
    assert count(town.fang, "煤气味") == 3


async def test_it_rings_until_one_goes_and_then_says_who(town: Town) -> None:
    await in_danger(town)
    await town.advance(minutes=3)
    await presses(town, town.li, "我去处理")
    assert town.rosa.shows("老李 正在赶去")
    for one in (town.wei, town.dan, town.zhao, town.fang):
        assert "老李" in one.last.text
        assert "我去处理" not in str(one.buttons)
    before = count(town.wei, "煤气味")
    await town.advance(minutes=10)
    assert count(town.wei, "煤气味") == before
    await presses(town, town.li, "到场")
    assert town.rosa.shows("已经到现场")


async def test_it_keeps_ringing_for_hours(town: Town) -> None:
    await in_danger(town)
    for _ in range(45):
        await town.advance(minutes=3)
    assert count(town.dan, "煤气味") == 45  # every three minutes but the second, which is the next tier's


async def test_it_rings_once_for_the_time_the_bot_was_down(town: Town) -> None:
    await in_danger(town)
    await town.advance(hours=6)
    assert count(town.dan, "煤气味") == 2


async def test_it_presses_for_late_steps(town: Town) -> None:
    await in_danger(town)
    await presses(town, town.wei, "我去处理")
    await town.advance(minutes=30)
    assert "还没有人到场" in town.dan.shows("督办").text
    assert town.fang.shows("还没有人到场")
    assert town.wei.shows("到场时间过了")
    await town.advance(minutes=90)
    assert town.fang.shows("还没有控制住")
    assert count(town.fang, "督办") == 2


async def test_it_asks_for_a_dated_plan_and_presses_when_that_is_late(town: Town) -> None:
    await in_danger(town)
    await presses(town, town.wei, "我去处理", "到场", "险情已控制")
    await says(town, town.wei, "阀门关了，燃气公司来换管子")
    await presses(town, town.wei, "明天")
    assert "明天 18:00" in town.rosa.shows("燃气公司来换管子").text
    assert local((await ticket(town))["resolution_due_at"]) == "11-24 18:00"
    await moves_to(town, "2026-11-24 17:59")
    assert not count(town.dan, "督办")
    await moves_to(town, "2026-11-24 18:00")
    assert town.dan.shows("督办")


@pytest.mark.parametrize(("words", "day"), [("11月30日", "11-30 18:00"), ("12-2", "12-02 18:00"), ("今天", "")])
async def test_it_reads_the_date_of_a_plan(town: Town, words: str, day: str) -> None:
    await in_danger(town)
    await presses(town, town.wei, "我去处理", "险情已控制")
    await says(town, town.wei, "换管子")
    await says(town, town.wei, words)
    row = await ticket(town)
    assert (local(row["resolution_due_at"]) if row["state"] == "controlled" else "") == day


async def test_it_becomes_a_danger_later_from_the_owner_s_card(town: Town) -> None:
    await reports(town, town.rosa, NOISE)
    await presses(town, town.wei, "接单")
    await moves_to(town, "2026-11-23 23:00")
    await presses(town, town.rosa, "现在有危险")
    assert town.rosa.shows("119")
    for one in (town.wei, town.li, town.dan):
        assert "我去处理" in str(one.buttons)
    row = await ticket(town)
    assert (row["state"], row["assignee_id"], row["is_danger"]) == ("offered", None, True)
    await presses(town, town.wei, "我去处理")
    await town.advance(minutes=29)
    assert not count(town.dan, "督办")
    await town.advance(minutes=1)
    assert town.dan.shows("还没有人到场")


async def test_it_becomes_a_danger_by_the_worker_who_sees_it(town: Town) -> None:
    await reports(town, town.rosa, NOISE)
    await presses(town, town.wei, "接单", "更多", "现在有危险")
    assert town.rosa.shows("119")
    assert "我去处理" in str(town.li.buttons)
    await presses(town, town.wei, "我去处理")
    assert "小魏" in town.li.last.text


async def test_it_opens_again_when_danger_is_raised_after_it_was_done(town: Town) -> None:
    await reports(town, town.rosa, NOISE)
    await presses(town, town.wei, "接单", "办好了")
    await presses(town, town.rosa, "现在有危险")
    row = await ticket(town)
    assert (row["state"], row["is_danger"], row["disputes"]) == ("offered", True, 1)
    assert (await history(town))[-4:] == ["disputed", "danger_raised", "released", "offered"]
    assert "我去处理" in str(town.dan.buttons)


async def test_it_rings_again_when_a_danger_was_not_done_twice(town: Town) -> None:
    await in_danger(town)
    await presses(town, town.wei, "我去处理", "办好了")
    await presses(town, town.rosa, "还没办好")
    assert (await ticket(town))["state"] == "accepted"
    await presses(town, town.wei, "办好了")
    await town.advance(hours=1)
    await presses(town, town.rosa, "还没办好")
    assert "我去处理" in str(town.dan.buttons)
    await town.advance(minutes=3)
    assert town.fang.shows("煤气味")


@pytest.mark.slow
async def test_it_rings_anew_when_the_worker_on_the_way_blocks_the_bot(town: Town) -> None:
    await in_danger(town)
    await presses(town, town.wei, "我去处理")
    await town.advance(minutes=20)
    await town.wei.blocks()
    await presses(town, town.rosa, "补充")
    await says(town, town.rosa, "味道更大了")
    await town.advance(seconds=1)
    row = await ticket(town)
    assert (row["state"], row["assignee_id"]) == ("offered", None)
    assert "我去处理" in str(town.li.buttons)
    assert count(town.fang, "煤气味") == 0  # the ladder begins with the first tier
    await town.advance(minutes=3)
    assert town.fang.shows("煤气味")


async def test_it_tells_everybody_of_a_false_alarm(town: Town) -> None:
    await in_danger(town)
    await presses(town, town.rosa, "不用办了", "报错了")
    for one in (town.wei, town.li, town.dan):
        assert "不用再去了" in one.shows("撤回").text
    await town.advance(hours=3)
    assert not town.fang.received
    reminder = schema.reminder.c
    waiting = sa.select(schema.reminder).where(reminder.state == "scheduled", reminder.subject.startswith("ticket:"))
    assert not await town.app.ledger.all(waiting)


async def test_it_has_no_silent_end(town: Town) -> None:
    for one in (town.wei, town.li, town.dan, town.zhao, town.zhou, town.fang):
        await one.blocks()
    await in_danger(town)
    await town.advance(seconds=1)
    for _ in range(4):
        await town.advance(minutes=3)
    assert count(town.ada, "nobody at all can be reached") >= 4
    assert town.rosa.shows("一个人也叫不到")
    await town.li.unblocks()
    await says(town, town.li, "/tasks")
    await town.advance(minutes=3)
    await presses(town, town.li, "我去处理")
    assert town.rosa.shows("老李 正在赶去")


async def test_it_takes_silence_for_danger(town: Town) -> None:
    await town.rosa.sends_photo()
    await town.settle()
    await town.advance(minutes=2, seconds=1)
    assert (await ticket(town))["is_danger"]
    assert "我去处理" in str(town.dan.buttons)  # nobody knows yet in which grid


async def test_it_does_not_let_discretion_delay_help(town: Town) -> None:
    await says(town, town.rosa, "3栋2单元1502有人要跳楼，别告诉别人")
    for one in (town.wei, town.li, town.dan):
        assert one.shows("跳楼")


async def test_it_calls_beside_a_lamp(town: Town) -> None:
    await reports(town, town.chen, LAMP)
    await in_danger(town)
    await presses(town, town.wei, "我去处理")
    assert (await ticket(town))["state"] == "accepted"


@pytest.mark.parametrize(
    ("words", "place"),
    [("槐荫里8栋3单元有很重的煤气味", "槐荫里 8栋 3单元"), ("锦绣家园8栋3单元有很重的煤气味", "锦绣家园 8栋 3单元")],
)
async def test_it_sends_help_to_the_estate_that_was_named(town: Town, words: str, place: str) -> None:
    await says(town, town.otto, words)
    assert place in town.dan.shows("煤气味").text
    assert not town.otto.sees("在哪里")


async def test_it_asks_where_while_help_is_called_to_the_likeliest_of_several_places(town: Town) -> None:
    await says(town, town.otto, "8栋3单元有很重的煤气味")
    assert town.dan.shows("煤气味")
    assert town.otto.shows("在哪里")
    await says(town, town.otto, "是锦绣家园8栋3单元")
    assert "锦绣家园 8栋 3单元" in town.dan.shows("煤气味").text
    assert "place_changed" in await history(town)
    await says(town, town.otto, "槐荫里5栋1单元也闻到了")
    assert "锦绣家园 8栋 3单元" in town.dan.shows("煤气味").text
