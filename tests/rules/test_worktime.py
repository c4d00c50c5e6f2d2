"""Working time: the official days, the edges of spans, quiet hours, and laws that hold for any moment."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.rules.worktime import CalendarName, WorkCalendar
from tests.rules import oracle
from tests.rules.oracle import beijing

CAL = WorkCalendar()
ALWAYS, LONG_DAY, WORKING = CalendarName.ALWAYS, CalendarName.LONG_DAY, CalendarName.WORKING
HOUR = timedelta(hours=1)

moments = oracle.moments("2024-01-01T00:00", "2026-11-30T00:00")
amounts = st.timedeltas(timedelta(microseconds=1), timedelta(hours=80))
names = st.sampled_from(CalendarName)


def test_it_knows_every_official_day_of_a_year() -> None:
    year = oracle.days("2026-01-01", "2026-12-31")
    assert [day for day in sorted(year) if CAL.is_working_day(day) != oracle.works(day)] == []


@pytest.mark.parametrize(
    ("day", "is_working"),
    [
        ("2018-12-29", True),  # moved for a holiday of the year after
        ("2018-12-31", False),
        ("2020-01-30", False),  # the Spring Festival that was made longer
        ("2024-02-18", True),
        ("2025-01-26", True),
        ("2025-09-28", True),
        ("2025-10-08", False),
    ],
)
def test_it_knows_moved_weekends_of_other_years(day: str, is_working: bool) -> None:
    assert CAL.is_working_day(date.fromisoformat(day)) is is_working


@pytest.mark.parametrize(
    ("year", "is_known"), [(2000, False), (2020, True), (2025, True), (2026, True), (2092, False), (2150, False)]
)
def test_it_says_for_which_years_weekends_are_published(year: int, is_known: bool) -> None:
    assert CAL.knows(year) is is_known


def test_it_knows_a_year_once_an_administrator_entered_its_moved_weekends() -> None:
    corrections = {date(2092, 2, 9): True, date(2092, 2, 5): False}
    assert WorkCalendar(corrections=corrections).knows(2092)
    assert not WorkCalendar(corrections=corrections).knows(2093)
    assert not WorkCalendar(corrections={date(2092, 2, 5): False}).knows(2092)


def test_it_counts_an_unpublished_year_with_statutory_days_and_weekends() -> None:
    new_year = beijing("2091-12-31T17:00")  # a Monday; 1 January 2092 is off, the rest of that week is not
    assert CAL.add(new_year, 2 * HOUR, WORKING) == beijing("2092-01-02T09:30")


@pytest.mark.parametrize("year", [1940, 2101, 2500])
def test_it_still_counts_where_no_calendar_reaches(year: int) -> None:
    start = datetime(year, 3, 1, tzinfo=UTC)
    assert CAL.elapsed(start, CAL.add(start, 20 * HOUR, WORKING), WORKING) == 20 * HOUR


def test_it_lets_corrections_win() -> None:
    cal = WorkCalendar(corrections={date(2026, 3, 4): False, date(2026, 3, 7): True})
    assert not cal.is_working_day(date(2026, 3, 4))
    assert cal.is_open(beijing("2026-03-07T09:00"), WORKING)
    assert CAL.is_working_day(date(2026, 3, 4))


@pytest.mark.parametrize(
    ("at", "name", "opens"),
    [
        ("2026-03-03T08:29:59", WORKING, "2026-03-03T08:30"),
        ("2026-03-03T08:30", WORKING, "2026-03-03T08:30"),
        ("2026-03-03T12:00", WORKING, "2026-03-03T14:00"),
        ("2026-03-03T18:00", WORKING, "2026-03-04T08:30"),
        ("2026-03-06T18:00", WORKING, "2026-03-09T08:30"),
        ("2026-09-30T18:00", WORKING, "2026-10-08T08:30"),
        ("2026-10-09T18:00", WORKING, "2026-10-10T08:30"),  # a moved Saturday
        ("2026-10-01T06:59", LONG_DAY, "2026-10-01T07:00"),
        ("2026-10-01T22:00", LONG_DAY, "2026-10-02T07:00"),
        ("2026-10-01T03:00", ALWAYS, "2026-10-01T03:00"),
    ],
)
def test_it_opens_next(at: str, name: CalendarName, opens: str) -> None:
    assert CAL.next_open(beijing(at), name) == beijing(opens)
    assert CAL.is_open(beijing(at), name) is (at == opens)


@pytest.mark.parametrize(
    ("start", "hours", "name", "end"),
    [
        ("2026-03-03T09:00", 2, WORKING, "2026-03-03T11:00"),
        ("2026-03-03T10:00", 2, WORKING, "2026-03-03T12:00"),  # ends with the span, not at 14:00
        ("2026-03-03T11:00", 2, WORKING, "2026-03-03T15:00"),
        ("2026-03-06T17:30", 2, WORKING, "2026-03-09T10:00"),
        ("2026-03-07T13:00", 2, WORKING, "2026-03-09T10:30"),
        ("2026-09-30T17:00", 8.5, WORKING, "2026-10-08T18:00"),
        ("2026-10-01T21:45", 0.5, LONG_DAY, "2026-10-02T07:15"),
        ("2026-10-01T23:00", 24, ALWAYS, "2026-10-02T23:00"),
        ("2026-03-03T12:30", 0, WORKING, "2026-03-03T14:00"),
    ],
)
def test_it_adds_open_time(start: str, hours: float, name: CalendarName, end: str) -> None:
    assert CAL.add(beijing(start), hours * HOUR, name) == beijing(end)


@settings(max_examples=60, deadline=None)
@given(
    oracle.moments("2026-01-01T00:00", "2026-11-01T00:00"),
    st.integers(1, 700),
    names,
)
def test_it_agrees_with_counting_minutes(start: datetime, size: int, name: CalendarName) -> None:
    start = start.replace(second=0, microsecond=0)
    end = CAL.add(start, size * oracle.MINUTE, name)
    assert end == oracle.end_of(start, size, name.value)
    assert CAL.elapsed(start, end, name) == oracle.open_minutes(start, end, name.value) * oracle.MINUTE
    assert CAL.is_open(start, name) is oracle.runs(start, name.value)


@given(moments, amounts, names)
def test_it_takes_back_what_it_adds(start: datetime, amount: timedelta, name: CalendarName) -> None:
    assert CAL.elapsed(start, CAL.add(start, amount, name), name) == amount


@given(moments, amounts, amounts, names)
def test_it_adds_in_two_steps_what_it_adds_in_one(
    start: datetime, first: timedelta, second: timedelta, name: CalendarName
) -> None:
    assert CAL.add(CAL.add(start, first, name), second, name) == CAL.add(start, first + second, name)


@given(moments, moments, amounts, amounts, names)
def test_it_never_ends_sooner_by_starting_later_or_taking_longer(
    one: datetime, other: datetime, short: timedelta, more: timedelta, name: CalendarName
) -> None:
    early, late = sorted((one, other))
    assert CAL.add(early, short, name) <= CAL.add(late, short, name)
    assert CAL.add(early, short, name) < CAL.add(early, short + more, name)


@given(moments, moments, moments, names)
def test_it_splits_elapsed_time_anywhere(a: datetime, b: datetime, c: datetime, name: CalendarName) -> None:
    a, b, c = sorted((a, b, c))
    assert CAL.elapsed(a, b, name) + CAL.elapsed(b, c, name) == CAL.elapsed(a, c, name)
    assert CAL.elapsed(c, a, name) == timedelta()


@given(moments, names)
def test_it_opens_without_open_time_in_between(at: datetime, name: CalendarName) -> None:
    opens = CAL.next_open(at, name)
    assert opens >= at
    assert CAL.is_open(opens, name)
    assert CAL.elapsed(at, opens, name) == timedelta()


@pytest.mark.parametrize(
    ("at", "days", "later"),
    [
        ("2026-03-05T10:15", 1, "2026-03-06T10:15"),
        ("2026-03-06T10:15", 1, "2026-03-09T10:15"),
        ("2026-03-07T10:15", 1, "2026-03-09T10:15"),
        ("2026-03-06T23:15", 3, "2026-03-11T23:15"),
        ("2026-09-30T09:00", 3, "2026-10-10T09:00"),  # Thursday, Friday, and the moved Saturday
        ("2026-03-07T10:15", 0, "2026-03-07T10:15"),
    ],
)
def test_it_counts_working_days_at_the_same_time_of_day(at: str, days: int, later: str) -> None:
    assert CAL.add_working_days(beijing(at), days) == beijing(later)


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ("2026-03-03T21:29:59", None),
        ("2026-03-03T21:30", "2026-03-04T07:30"),
        ("2026-03-03T23:59:59", "2026-03-04T07:30"),
        ("2026-03-04T00:00", "2026-03-04T07:30"),
        ("2026-03-04T07:29:59", "2026-03-04T07:30"),
        ("2026-03-04T07:30", None),
        ("2026-12-31T22:00", "2027-01-01T07:30"),
    ],
)
def test_it_is_quiet_at_night(at: str, until: str | None) -> None:
    assert CAL.quiet_until(beijing(at)) == (beijing(until) if until else None)


@pytest.fixture(params=["America/New_York", "Europe/Berlin", "Australia/Lord_Howe"])
def host_zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield os.environ["TZ"]
    monkeypatch.undo()
    time.tzset()


def test_it_stays_in_shanghai_on_a_host_with_summer_time(host_zone: str) -> None:
    cal = WorkCalendar()
    for day in ("2026-03-08", "2026-03-29", "2026-10-04", "2026-10-25", "2026-11-01"):
        evening = beijing(f"{day}T22:30").astimezone(ZoneInfo(host_zone))
        assert cal.quiet_until(evening) == beijing(f"{day}T07:30") + timedelta(days=1)
        assert cal.quiet_until(evening - 2 * HOUR) is None
        assert cal.is_open(beijing("2026-03-30T09:00").astimezone(ZoneInfo(host_zone)), WORKING)


def test_it_keeps_the_wall_clock_of_a_zone_that_has_summer_time_itself() -> None:
    berlin = WorkCalendar("Europe/Berlin")
    saturday = datetime(2026, 3, 28, 23, tzinfo=ZoneInfo("Europe/Berlin"))
    quiet_until = berlin.quiet_until(saturday)
    assert quiet_until == datetime(2026, 3, 29, 5, 30, tzinfo=UTC)
    assert quiet_until - saturday == 7.5 * HOUR  # one hour of that night does not exist


@given(moments, names)
def test_it_answers_in_utc(at: datetime, name: CalendarName) -> None:
    local = at.astimezone(ZoneInfo("Asia/Shanghai"))
    answers = [CAL.next_open(local, name), CAL.add(local, HOUR, name), CAL.add_working_days(local, 2)]
    assert {answer.tzinfo for answer in answers} == {UTC}
    assert CAL.to_local(at).utcoffset() == timedelta(hours=8)


def test_it_refuses_what_makes_no_sense() -> None:
    naive = beijing("2026-03-03T09:00").replace(tzinfo=None)
    at = beijing("2026-03-03T09:00")
    mistakes: tuple[Callable[[], object], ...] = (
        lambda: CAL.add(naive, HOUR, WORKING),
        lambda: CAL.quiet_until(naive),
        lambda: CAL.add(at, -HOUR, WORKING),
        lambda: CAL.add_working_days(at, -1),
    )
    for mistake in mistakes:
        with pytest.raises(ValueError, match=r"zone|negative"):
            mistake()


def test_it_does_not_search_for_ever_in_a_calendar_that_never_opens() -> None:
    first = date(2026, 1, 1)
    shut = WorkCalendar(corrections={first + timedelta(days=n): False for n in range(3800)})
    with pytest.raises(ValueError, match="ten years"):
        shut.next_open(beijing("2026-01-01T09:00"), WORKING)
    with pytest.raises(ValueError, match="ten years"):
        shut.add_working_days(beijing("2026-01-01T09:00"), 1)
