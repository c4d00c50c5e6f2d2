"""Clocks: offers that run out, nudges, 督办, quiet hours, questions without an answer, and clocks that jump."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from scheduler.firing import SLICES
from scheduler.ticking import Ticking
from storage import schema
from storage.changes import ChangeSet, Outcome
from storage.engine import Database
from storage.ledger import Ledger
from storage.numbers import Numbers
from tests.town import Town, a_town

from .telling import LAMP, NOISE, count, history, local, moves_to, presses, reports, says, ticket


async def test_it_offers_to_the_next_when_nobody_answers_and_keeps_the_first_offer(town: Town) -> None:
    await reports(town, town.rosa, LAMP)
    await town.advance(hours=2)  # 11:30, the end of Wei's two hours
    assert town.li.shows("楼道灯坏了")
    assert town.dan.shows("到时间没人接")
    assert local((await ticket(town))["response_due_at"]) == "11-23 15:30"  # a fresh limit, over lunch
    assert "今天 15:30" in town.rosa.shows("编号").text
    await presses(town, town.wei, "接单")
    assert town.rosa.shows("小魏 已接单")
    assert "小魏" in town.li.last.text


async def test_it_goes_down_the_whole_chain_and_ends_with_the_duty_secretary(town: Town) -> None:
    await reports(town, town.rosa, LAMP)
    await moves_to(town, "2026-11-23 11:30")
    await moves_to(town, "2026-11-23 15:30")
    assert town.zhao.shows("楼道灯坏了")
    await moves_to(town, "2026-11-23 17:30")
    assert town.dan.shows("楼道灯坏了")
    await moves_to(town, "2026-11-24 10:00")
    assert (await ticket(town))["state"] == "new"
    assert town.ada.shows("nobody could be found")
    await presses(town, town.li, "接单")  # an early offer is still good
    assert (await ticket(town))["state"] == "accepted"


async def test_it_nudges_at_half_and_nine_tenths_and_presses_when_it_is_late(town: Town) -> None:
    await reports(town, town.rosa, NOISE)
    await presses(town, town.wei, "接单")
    await moves_to(town, "2026-11-24 15:15")  # three working days from Monday 09:30: half of them
    assert count(town.wei, "时间过半") == 1
    await moves_to(town, "2026-11-25 17:00")
    assert count(town.wei, "快到时间了") == 1
    assert not town.fang.received
    await moves_to(town, "2026-11-26 09:30")
    assert town.wei.shows("已超时")
    assert town.dan.shows("督办")
    assert town.fang.shows("督办")
    await presses(town, town.fang, "打开看看")
    assert town.fang.shows("太吵")
    await town.advance(days=2)
    assert count(town.fang, "督办") == 1


async def test_it_tells_the_street_nothing_of_a_confidential_matter(town: Town) -> None:
    await reports(town, town.rosa, "跟3栋2单元的邻居因为漏水赔偿吵起来了，想请人调解")
    assert (await ticket(town))["is_confidential"]
    await town.advance(days=14)
    assert town.dan.shows("督办")
    assert not town.fang.received


async def test_it_holds_an_offer_back_over_the_night_and_begins_its_limit_in_the_morning(town: Town) -> None:
    await moves_to(town, "2026-11-23 22:00")
    await reports(town, town.rosa, LAMP)
    assert town.rosa.shows("小魏")
    assert not town.wei.received
    await moves_to(town, "2026-11-24 08:29")
    assert not town.wei.received  # his shift has not begun
    await moves_to(town, "2026-11-24 08:30")
    assert town.wei.shows("楼道灯坏了")
    assert local((await ticket(town))["response_due_at"]) == "11-24 10:30"
    await moves_to(town, "2026-11-24 10:29")
    assert not town.li.received
    await moves_to(town, "2026-11-24 10:30")
    assert town.li.shows("楼道灯坏了")


async def test_it_does_not_offer_in_the_morning_what_was_withdrawn_at_night(town: Town) -> None:
    await moves_to(town, "2026-11-23 22:00")
    await reports(town, town.rosa, LAMP)
    await presses(town, town.rosa, "不用办了", "报错了")
    await moves_to(town, "2026-11-24 09:00")
    assert not town.wei.received


async def test_it_looks_again_when_working_time_begins_if_nobody_was_on_duty(town: Town) -> None:
    await moves_to(town, "2026-11-24 20:00")  # the evening of people who have no chat yet
    await reports(town, town.rosa, "3栋2单元1502家里水管漏水了")
    assert (await ticket(town))["state"] == "new"
    assert town.ada.shows("nobody could be found")
    await moves_to(town, "2026-11-25 08:30")
    assert (await ticket(town))["state"] == "offered"
    assert town.wei.shows("漏水")
    assert count(town.ada, "nobody could be found") == 1


async def test_it_pauses_while_the_resident_is_asked(town: Town) -> None:
    await reports(town, town.rosa, NOISE)
    await presses(town, town.wei, "接单")
    before = (await ticket(town))["resolution_due_at"]
    await presses(town, town.wei, "更多", "问居民")
    await says(town, town.wei, "是哪一户？")
    assert town.rosa.shows("是哪一户")
    await town.advance(hours=4)  # 09:30 to 13:30: two and a half of them in working time
    await presses(town, town.rosa, "回答")
    await says(town, town.rosa, "楼上1602")
    assert "楼上1602" in town.wei.shows("居民回答了").text
    after = await ticket(town)
    assert after["paused_seconds"] == 2.5 * 3600
    assert (local(before), local(after["resolution_due_at"])) == ("11-26 09:30", "11-26 12:00")


async def test_it_goes_on_when_the_resident_does_not_answer(town: Town) -> None:
    await reports(town, town.rosa, NOISE)
    await presses(town, town.wei, "接单", "更多", "问居民")
    await says(town, town.wei, "是哪一户？")
    await town.advance(days=2)
    assert (await ticket(town))["state"] == "accepted"
    assert town.wei.shows("没回答，请接着办")
    assert (await history(town))[-1] == "ask_expired"


async def test_it_does_not_count_the_resident_s_time_against_the_worker(town: Town) -> None:
    await reports(town, town.rosa, NOISE)
    await presses(town, town.wei, "接单", "办好了")
    await moves_to(town, "2026-11-25 09:30")  # two working days in which the worker waits
    await presses(town, town.rosa, "还没办好")
    row = await ticket(town)
    assert row["state"] == "accepted"
    assert local(row["resolution_due_at"]) == "11-30 09:30"  # Thursday, and two working days more
    await moves_to(town, "2026-11-30 09:00")
    assert not count(town.wei, "已超时")


async def test_it_asks_again_twice_and_closes_without_an_answer(town: Town) -> None:
    await reports(town, town.rosa, NOISE)
    await presses(town, town.wei, "接单", "办好了")
    await moves_to(town, "2026-11-24 09:30")
    assert count(town.rosa, "再问您一声") == 1
    await moves_to(town, "2026-11-26 09:30")
    assert count(town.rosa, "再问您一声") == 2
    await moves_to(town, "2026-11-30 09:30")
    assert town.rosa.shows("没等到您的回答")
    row = await ticket(town)
    assert (row["state"], row["closed_how"], row["stars"]) == ("closed", "without_answer", None)


async def test_it_has_the_duty_secretary_ring_back_after_few_stars(town: Town) -> None:
    await reports(town, town.rosa, NOISE)
    await presses(town, town.wei, "接单", "办好了")
    await presses(town, town.rosa, "是的，办好了", "★★ 不太满意")
    assert "回个电话" in town.dan.shows("得了 2 星").text


# --- clocks that jump ----------------------------------------------------------------------------------------


async def test_25_it_fires_each_reminder_once_when_the_clock_jumps_a_day_and_back(town: Town) -> None:
    await reports(town, town.rosa, NOISE)
    await presses(town, town.wei, "接单", "办好了")
    await town.advance(days=1)
    await town.advance(days=-1)
    await town.advance(hours=20)
    await town.advance(hours=8)
    assert count(town.rosa, "再问您一声") == 1
    fired = await town.app.ledger.all(sa.select(schema.reminder).where(schema.reminder.c.state == "fired"))
    assert len({(row["subject"], row["kind"], row["occurrence"]) for row in fired}) == len(fired)


async def test_26_after_six_hours_down_it_escalates_at_once_and_nags_once(town: Town) -> None:
    await reports(town, town.rosa, NOISE)
    await presses(town, town.wei, "接单")
    await reports(town, town.chen, LAMP)
    await moves_to(town, "2026-11-24 15:00")  # Wei has not answered Chen yet: it went on to others
    await town.stop()
    town.clock.advance(datetime(2026, 11, 26, 1, tzinfo=UTC) - town.clock.now())
    await town.start()
    await town.advance(seconds=1)
    assert count(town.wei, "时间过半") == 0
    assert count(town.wei, "快到时间了") == 1
    await town.stop()
    town.clock.advance(datetime(2026, 11, 26, 7, tzinfo=UTC) - town.clock.now())
    await town.start()
    await town.advance(seconds=1)
    assert count(town.wei, "快到时间了") == 1
    assert town.dan.shows("督办")


@pytest.fixture
def host_in_new_york() -> Iterator[None]:
    """The machine stands in a zone with summer time, on the night in which it ends."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = "America/New_York"
    time.tzset()
    yield
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


async def test_27_it_keeps_shanghai_s_quiet_hours_on_a_host_with_summer_time(
    host_in_new_york: None, tmp_path: Path
) -> None:
    sunday = datetime(2026, 11, 1, 13, 0, tzinfo=UTC)  # 21:00 in Shanghai; New York leaves summer time this day
    async with a_town(tmp_path, f"sqlite:///{tmp_path}/linli.sqlite3", at=sunday) as town:
        await says(town, town.wei, "/tasks")
        await presses(town, town.wei, "开始值班")  # on duty at whatever hour
        said = len(town.wei.received)
        await town.advance(minutes=31)
        await reports(town, town.rosa, LAMP)
        await moves_to(town, "2026-11-02 07:29")
        assert len(town.wei.received) == said
        await moves_to(town, "2026-11-02 07:30")
        assert town.wei.shows("楼道灯坏了")


async def two_schedulers(town: Town) -> None:
    """Both tick at once, on a moment at which much is due."""
    await reports(town, town.rosa, NOISE)
    await reports(town, town.chen, LAMP)
    await presses(town, town.wei, "接单")
    other = Ticking(town.app.ledger, Numbers(town.app.database), town.clock.now, on_commit=town.app.delivery.wake)
    town.clock.advance(datetime(2026, 11, 26, 2, tzinfo=UTC) - town.clock.now())
    fired = await asyncio.gather(*(one.tick() for one in (town.app.ticking, other) * 3))
    await town.settle()
    kept = await town.app.ledger.all(sa.select(schema.reminder))
    nightly = sum(row["version"] - 1 for row in kept if row["kind"] in SLICES)  # moved on to the next night, not ended
    # Not "==": the town's own clock may tick in between and take some of them.
    assert 0 < sum(fired) <= nightly + sum(row["state"] == "fired" for row in kept)
    assert count(town.fang, "督办") == 2


async def test_it_fires_once_with_two_schedulers_at_work(town: Town) -> None:
    await two_schedulers(town)


async def test_it_fires_once_with_two_schedulers_at_work_on_postgresql(town_pg: Town) -> None:
    await two_schedulers(town_pg)


class Pausing(Ledger):
    """A ledger whose commit waits until something else has happened."""

    meanwhile: Callable[[], Awaitable[object]]

    async def commit(self, sets: Sequence[ChangeSet]) -> list[Outcome]:
        await self.meanwhile()
        return list(await super().commit(sets))


async def test_28_it_refuses_the_late_write_of_a_scheduler_that_was_paused(town: Town) -> None:
    await reports(town, town.rosa, NOISE)
    await presses(town, town.wei, "接单")
    await town.advance(minutes=1)
    ledger = await Pausing.open(town.app.database)
    assert isinstance(ledger, Pausing)
    ledger.meanwhile = town.app.ticking.tick  # between its decision and its commit the other one does the work
    paused = Ticking(ledger, Numbers(town.app.database), town.clock.now, on_commit=town.app.delivery.wake)
    town.clock.advance(datetime(2026, 11, 26, 2, tzinfo=UTC) - town.clock.now())
    assert await paused.tick() == 0
    await town.settle()
    assert count(town.fang, "督办") == 1
    assert (await history(town)).count("overdue") == 1


# --- the calendar itself -------------------------------------------------------------------------------------


async def days_off(town: Town, *days: int) -> None:
    """An administrator imports days on which nobody works."""
    database = await Database.open(town.settings.database_url)
    async with database.writing() as connection:
        rows = [{"id": day, "is_working": False, "version": 1} for day in days]
        await connection.execute(sa.insert(schema.calendar_day), rows)
        await connection.execute(
            sa.update(schema.setting).where(schema.setting.c.name == "structure_version").values(value="later")
        )
    await database.close()


@pytest.mark.parametrize("is_running", [True, False])
async def test_it_computes_running_clocks_again_when_the_calendar_changes(town: Town, is_running: bool) -> None:
    await reports(town, town.rosa, NOISE)
    await presses(town, town.wei, "接单")
    await town.advance(minutes=1)
    if not is_running:
        await town.stop()
    await days_off(town, 20261125)
    if not is_running:
        await town.start()
    await town.advance(seconds=1)
    assert local((await ticket(town))["resolution_due_at"]) == "11-27 09:30"
    assert "11月27日（周五） 09:30" in town.rosa.shows("预计").text
    await moves_to(town, "2026-11-27 09:29")
    assert not town.fang.received
    await moves_to(town, "2026-11-27 09:30")
    assert town.fang.shows("督办")


async def test_it_tells_an_administrator_of_a_reminder_that_cannot_be_carried_out(town: Town) -> None:
    async with town.app.database.writing() as connection:
        await connection.execute(
            sa.insert(schema.reminder).values(
                id=1, subject="ticket:x", kind="overdue", occurrence="1", due_at=town.clock.now(), state="scheduled"
            )
        )
    await town.advance(seconds=1)
    assert town.ada.shows("could not be carried out")
    await town.advance(seconds=1)
    assert count(town.ada, "could not be carried out") == 1
