"""Limits: how they are written, when they end, and an independently written calculation for every kind."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.rules import limits as rules
from storage.rules.limits import DEFAULT_LIMITS, Limit, Limits
from storage.rules.worktime import CalendarName, WorkCalendar
from tests.rules import oracle
from tests.rules.oracle import beijing

CAL = WorkCalendar()
NONE = timedelta()
HOUR = timedelta(hours=1)
starts = oracle.moments("2026-01-01T00:00", "2026-10-20T00:00")

# The kinds table, copied a second time by hand: answer, finish, on site, under control.
TABLE = {
    "danger": ("5min always", "2h always", "30min always", "2h always"),
    "utilities": ("30min long_day", "24h always", None, None),
    "public_facilities": ("2h working", "3d working", None, None),
    "environment": ("2h working", "2d working", None, None),
    "order_noise": ("2h working", "3d working", None, None),
    "dispute": ("4h working", "7d working", None, None),
    "care": ("2h working", "3d working", None, None),
    "question": ("2h working", "1d working", None, None),
    "suggestion": ("1d working", "5d working", None, None),
}


def written(limit: Limit | None) -> str | None:
    return None if limit is None else str(limit)


def test_it_has_the_limits_of_the_kinds_table() -> None:
    found = {
        kind: tuple(map(written, (one.answer, one.finish, one.on_site, one.under_control)))
        for kind, one in DEFAULT_LIMITS.items()
    }
    assert found == TABLE


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("30min always", Limit(HOUR / 2, CalendarName.ALWAYS)),
        (" 2H  Working ", Limit(2 * HOUR, CalendarName.WORKING)),
        ("90 min long_day", Limit(1.5 * HOUR, CalendarName.LONG_DAY)),
        ("3d working", Limit(timedelta(days=3), CalendarName.WORKING, is_in_days=True)),
        ("72h always", Limit(timedelta(days=3), CalendarName.ALWAYS)),
    ],
)
def test_it_reads_a_written_limit(text: str, limit: Limit) -> None:
    assert Limit.parse(text) == limit


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2h",
        "working",
        "0h working",
        "-2h working",
        "2.5h working",
        "2h sometimes",
        "2w working",
        "２h always",
        "99999h always",
    ],
)
def test_it_refuses_what_is_no_limit(text: str) -> None:
    with pytest.raises(ValueError, match=r"limit|CalendarName"):
        Limit.parse(text)


def test_it_refuses_parts_of_a_day_counted_in_days() -> None:
    with pytest.raises(ValueError, match="whole number"):
        Limit(30 * HOUR, CalendarName.WORKING, is_in_days=True)


@given(st.integers(1, 9999), st.sampled_from(["min", "h", "d"]), st.sampled_from(CalendarName))
def test_it_reads_what_it_writes(number: int, unit: str, calendar: CalendarName) -> None:
    limit = Limit.parse(f"{number}{unit} {calendar.value}")
    assert Limit.parse(str(limit)) == limit


@pytest.mark.parametrize("kind", DEFAULT_LIMITS)
def test_it_keeps_limits_as_plain_data(kind: str) -> None:
    data = json.loads(json.dumps(DEFAULT_LIMITS[kind].to_json()))
    assert Limits.from_json(data) == DEFAULT_LIMITS[kind]


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        "2h working",
        {},
        {"answer": "2h working"},
        {"answer": "1h always", "finish": "2h always", "more": "1h always"},
    ],
)
def test_it_refuses_data_that_are_no_limits(data: object) -> None:
    with pytest.raises(ValueError, match="not the limits"):
        Limits.from_json(data)


@pytest.mark.parametrize(
    ("limit", "start", "end"),
    [
        ("1d working", "2026-03-05T10:00", "2026-03-06T10:00"),
        ("1d working", "2026-03-06T20:00", "2026-03-10T08:30"),  # after hours counts as Monday morning
        ("1d working", "2026-03-07T10:00", "2026-03-10T08:30"),
        ("1d working", "2026-03-05T12:30", "2026-03-06T14:00"),
        ("3d working", "2026-09-30T17:00", "2026-10-10T17:00"),
        ("1d long_day", "2026-03-05T23:00", "2026-03-06T23:00"),
        ("2d always", "2026-09-30T03:00", "2026-10-02T03:00"),
        ("24h working", "2026-03-02T08:30", "2026-03-05T10:00"),  # hours are working hours, not days
    ],
)
def test_it_knows_days_from_hours(limit: str, start: str, end: str) -> None:
    assert rules.due_at(Limit.parse(limit), beijing(start), CAL) == beijing(end)


@settings(max_examples=25, deadline=None)
@given(starts, st.sampled_from(sorted(TABLE)))
def test_it_holds_every_limit_against_an_independent_calculation(start: datetime, kind: str) -> None:
    start = start.replace(second=0, microsecond=0)
    limits = DEFAULT_LIMITS[kind]
    assert rules.response_due_at(limits, start, CAL) == oracle.limit_end(TABLE[kind][0], start)
    assert rules.resolution_due_at(limits, start, CAL, NONE) == oracle.limit_end(TABLE[kind][1], start)


@settings(max_examples=25, deadline=None)
@given(starts, st.integers(1, 3000), st.sampled_from(["environment", "question", "utilities", "danger"]))
def test_it_moves_the_end_by_the_open_part_of_a_pause(start: datetime, pause: int, kind: str) -> None:
    start = start.replace(second=0, microsecond=0)
    calendar = "working" if TABLE[kind][1].endswith("working") else "always"
    asked_at, answered_at = start + HOUR, start + HOUR + pause * oracle.MINUTE
    paused = rules.paused_between(DEFAULT_LIMITS[kind], asked_at, answered_at, CAL)
    lost = oracle.open_minutes(asked_at, answered_at, calendar)
    assert paused == lost * oracle.MINUTE
    end = oracle.limit_end(TABLE[kind][1], start)
    expected = oracle.end_of(end, lost, calendar) if lost else end
    assert rules.resolution_due_at(DEFAULT_LIMITS[kind], start, CAL, paused) == expected


def test_it_gives_no_weekend_for_a_pause_over_a_weekend() -> None:
    limits = DEFAULT_LIMITS["environment"]
    asked_at, answered_at = beijing("2026-03-06T17:00"), beijing("2026-03-09T09:30")
    assert rules.paused_between(limits, asked_at, answered_at, CAL) == 2 * HOUR


def test_it_nudges_at_half_and_nine_tenths() -> None:
    monday = beijing("2026-03-02T08:30")
    limits = DEFAULT_LIMITS["environment"]  # two working days of 7.5 hours
    assert rules.nudge_times(limits, monday, CAL, NONE) == (beijing("2026-03-02T18:00"), beijing("2026-03-03T16:30"))
    utilities = DEFAULT_LIMITS["utilities"]
    assert rules.nudge_times(utilities, monday, CAL, NONE) == (monday + 12 * HOUR, monday + 21.6 * HOUR)


def test_it_moves_both_nudges_by_a_pause() -> None:
    monday = beijing("2026-03-02T08:30")
    half_at, nine_tenths_at = rules.nudge_times(DEFAULT_LIMITS["environment"], monday, CAL, HOUR)
    assert (half_at, nine_tenths_at) == (beijing("2026-03-03T09:30"), beijing("2026-03-03T17:30"))


@given(starts, st.sampled_from(sorted(TABLE)), st.timedeltas(NONE, timedelta(days=3)))
def test_it_nudges_in_order_and_before_the_end(start: datetime, kind: str, paused: timedelta) -> None:
    limits = DEFAULT_LIMITS[kind]
    half_at, nine_tenths_at = rules.nudge_times(limits, start, CAL, paused)
    assert start < half_at < nine_tenths_at < rules.resolution_due_at(limits, start, CAL, paused)


@given(starts, starts, st.sampled_from(sorted(TABLE)))
def test_it_never_rewards_a_later_start_with_an_earlier_end(one: datetime, other: datetime, kind: str) -> None:
    early, late = sorted((one, other))
    ends = [rules.resolution_due_at(DEFAULT_LIMITS[kind], at, CAL, NONE) for at in (early, late)]
    assert ends == sorted(ends)


def test_it_computes_a_limit_that_reaches_into_an_unpublished_year() -> None:
    start = beijing("2091-12-28T16:00")  # a Friday; only 1 January is known to be off
    assert not CAL.knows(2092)
    end = rules.resolution_due_at(DEFAULT_LIMITS["public_facilities"], start, CAL, NONE)
    assert end == beijing("2092-01-03T16:00")
