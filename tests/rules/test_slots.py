"""Slots: what is open on which day, in which quarters, for how long; against a slow calculation of another kind."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import chinese_calendar
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from storage.rules.catalogue import Opening, Provider, ProviderKind, Service
from storage.rules.days import parse_days
from storage.rules.slots import (
    CELL,
    Desk,
    Slot,
    Window,
    best,
    buffer_of,
    cells_of,
    length_of,
    open_spans,
    seats_of,
    starts,
)
from storage.rules.worktime import Span, WorkCalendar
from tests.rules.oracle import BEIJING, beijing

CAL = WorkCalendar()
TUESDAY = date(2026, 11, 24)
NOW = beijing("2026-11-23T09:30")


@dataclass(frozen=True)
class There:
    """When a person is there."""

    shifts: tuple[Span, ...] | None = None
    away: tuple[Span, ...] = ()


def a_service(**values: Any) -> Service:
    usual: dict[str, Any] = {"minutes": 30, "buffer_minutes": 0, "lead_hours": 0, "days_ahead": 30, "ways": ()}
    return Service(**{field.name: None for field in fields(Service)} | usual | values)


def a_provider(provider_id: int = 1, seats: int = 1) -> Provider:
    usual: dict[str, Any] = {"id": provider_id, "code": f"p{provider_id}", "kind": ProviderKind.AGENT, "seats": seats}
    return Provider(**{field.name: None for field in fields(Provider)} | usual)


def opened(days: str, begins: str | None = None, ends: str | None = None, *, is_shut: bool = False) -> Opening:
    first, last = (None if one is None else time.fromisoformat(one) for one in (begins, ends))
    return Opening(1, parse_days(days), first, last, is_shut)


def span(first: str, last: str) -> Span:
    return beijing(first), beijing(last)


def clocks(
    openings: list[Opening], service: Service | None = None, day: date = TUESDAY, there: There | None = None
) -> list[str]:
    """The local starts of a day."""
    service = service or a_service()
    window = Window.of(service, NOW, CAL, day, day)
    spans = open_spans(openings, there, window.first, window.last, CAL)
    return [f"{at.astimezone(BEIJING):%H:%M}" for at in starts(spans, service, window, CAL)]


# --- what is open ------------------------------------------------------------------------------------------------


def test_it_knows_every_working_day_as_an_independent_source_does() -> None:
    days = [date(2024, 1, 1) + timedelta(days=n) for n in range(366 + 365 + 365)]
    assert days[-1] == date(2026, 12, 31)
    assert [day for day in days if CAL.is_working_day(day) != chinese_calendar.is_workday(day)] == []


def test_it_opens_in_working_hours_where_nothing_else_is_said() -> None:
    assert clocks([]) == [
        *("08:30", "09:00", "09:30", "10:00", "10:30", "11:00", "11:30"),
        *("14:00", "14:30", "15:00", "15:30", "16:00", "16:30", "17:00", "17:30"),
    ]


@pytest.mark.parametrize(
    ("day", "is_open"),
    [
        (date(2026, 9, 25), False),  # a Friday, Mid-Autumn
        (date(2026, 9, 20), True),  # the Sunday that is worked for it
        (date(2026, 10, 7), False),
        (date(2026, 10, 10), True),  # a Saturday
        (date(2026, 11, 28), False),
    ],
)
def test_it_follows_holidays_and_moved_working_days(day: date, is_open: bool) -> None:
    for openings in ([], [opened("working", "09:00", "10:00")]):
        assert bool(open_spans(openings, None, day, day, CAL)) is is_open


@pytest.mark.parametrize(
    ("openings", "expected"),
    [
        ([opened("tue", "09:00", "10:00")], ["09:00", "09:30"]),
        ([opened("mon", "09:00", "10:00")], []),
        ([opened("2026-11-24", "09:00", "09:30"), opened("mon", "10:00", "11:00")], ["09:00"]),
        ([opened("tue", "09:00", "10:00"), opened("daily", "10:00", "10:30")], ["09:00", "09:30", "10:00"]),
        ([opened("tue", "09:00", "10:00"), opened("daily", "09:30", "10:30")], ["09:00", "09:30", "10:00"]),
        ([opened("tue", "09:00", "11:00"), opened("tue", "09:30", "10:00", is_shut=True)], ["09:00", "10:00", "10:30"]),
        ([opened("tue", "09:00", "11:00"), opened("2026-11-24..2026-11-26", is_shut=True)], []),
        ([opened("tue", "09:00", "11:00"), opened("wed", is_shut=True)], ["09:00", "09:30", "10:00", "10:30"]),
        ([opened("tue", "09:10", "10:20")], ["09:15", "09:45"]),
        ([opened("tue", "09:00", "09:29")], []),
        ([opened("tue", "23:00", "00:00")], ["23:00", "23:30"]),
        ([opened("mon", "23:00", "01:00")], ["00:00", "00:30"]),  # into the night
        (
            [opened("2026-11-24", "08:30", "09:30", is_shut=True)],
            clocks([])[2:],
        ),  # only exceptions: usual hours less them
    ],
)
def test_it_reads_a_pattern_and_its_exceptions(openings: list[Opening], expected: list[str]) -> None:
    assert clocks(openings) == expected


def test_a_day_that_is_open_as_a_whole_has_every_start() -> None:
    found = clocks([opened("daily")])
    assert (len(found), found[0], found[-1]) == (48, "00:00", "23:30")


def test_shifts_count_where_there_are_no_openings() -> None:
    duty = There(shifts=(span("2026-11-24T18:00", "2026-11-24T19:00"),))
    assert clocks([], there=duty) == ["18:00", "18:30"]
    assert clocks([opened("tue", "09:00", "10:00")], there=duty) == ["09:00", "09:30"]
    assert clocks([], there=There(shifts=())) == []


def test_a_shift_of_the_night_belongs_to_the_day_of_each_start() -> None:
    duty = There(shifts=(span("2026-11-23T23:00", "2026-11-24T01:00"),))
    assert clocks([], there=duty) == ["00:00", "00:30"]
    assert clocks([], day=date(2026, 11, 23), there=duty) == ["23:00", "23:30"]


def test_nobody_is_booked_while_they_are_away() -> None:
    away = There(away=(span("2026-11-24T09:10", "2026-11-24T17:00"),))
    assert clocks([], there=away) == ["08:30", "17:00", "17:30"]
    assert clocks([opened("tue", "09:00", "18:00")], there=away) == ["17:00", "17:30"]


# --- the service's own rules ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (10, ["09:00", "09:15", "09:30", "09:45"]),
        (15, ["09:00", "09:15", "09:30", "09:45"]),
        (20, ["09:00", "09:15", "09:30"]),
        (30, ["09:00", "09:30"]),
        (45, ["09:00"]),
        (60, ["09:00"]),
        (75, []),
    ],
)
def test_a_visit_lies_in_open_time_as_a_whole(minutes: int, expected: list[str]) -> None:
    assert clocks([opened("tue", "09:00", "10:00")], a_service(minutes=minutes)) == expected


def test_the_way_there_and_back_need_not_lie_in_open_time() -> None:
    assert clocks([opened("tue", "09:00", "10:00")], a_service(minutes=60, buffer_minutes=45)) == ["09:00"]


@pytest.mark.parametrize(("hours", "first"), [(0, "09:30"), (1, "10:30"), (2, "11:30"), (3, "14:00"), (12, None)])
def test_nothing_is_booked_within_the_lead_time(hours: int, first: str | None) -> None:
    today = clocks([], a_service(lead_hours=hours), day=date(2026, 11, 23))
    assert next(iter(today), None) == first


@pytest.mark.parametrize(("days_ahead", "is_open"), [(0, False), (1, True), (30, True)])
def test_nothing_is_booked_too_far_ahead_or_in_the_past(days_ahead: int, is_open: bool) -> None:
    assert bool(clocks([], a_service(days_ahead=days_ahead))) is is_open
    assert clocks([], a_service(), day=date(2026, 11, 20)) == []


@pytest.mark.parametrize(("capacity", "seats", "expected"), [(None, 3, [1, 2, 3]), (2, 3, [1, 2]), (5, 3, [1, 2, 3])])
def test_a_service_takes_no_more_seats_than_there_are(capacity: int | None, seats: int, expected: list[int]) -> None:
    assert list(seats_of(a_service(capacity=capacity), a_provider(seats=seats))) == expected


@pytest.mark.parametrize(
    ("minutes", "buffer", "number"), [(30, 0, 2), (15, 0, 1), (20, 0, 2), (30, 15, 4), (30, 10, 4), (60, 30, 8)]
)
def test_the_cells_of_a_slot_cover_it_with_its_buffer(minutes: int, buffer: int, number: int) -> None:
    begins = beijing("2026-11-24T09:00")
    slot = Slot(1, 1, begins, begins + timedelta(minutes=minutes))
    cells = cells_of(slot, timedelta(minutes=buffer))
    assert len(cells) == number
    assert datetime.fromtimestamp(cells.start * 900, UTC) <= begins - timedelta(minutes=buffer)
    assert datetime.fromtimestamp(cells.stop * 900, UTC) >= slot.ends_at + timedelta(minutes=buffer)


def test_the_one_with_the_fewest_bookings_is_chosen_then_the_longest_idle() -> None:
    early, late = NOW - timedelta(days=2), NOW
    busy, rested, fresh = Desk(a_provider(1), 2, early), Desk(a_provider(2), 1, late), Desk(a_provider(3), 1, early)
    assert best([busy, rested, fresh]) is fresh
    assert best([busy, rested]) is rested
    assert best([Desk(a_provider(2), 1, None), fresh]).provider.id == 2
    assert best([Desk(a_provider(5), 1, None), Desk(a_provider(4), 1, None)]).provider.id == 4


# --- laws ------------------------------------------------------------------------------------------------------------

QUARTERS = st.integers(0, 95)


@st.composite
def patterns(draw: st.DrawFn) -> list[Opening]:
    made = []
    for _ in range(draw(st.integers(1, 4))):
        days = draw(st.sampled_from(["daily", "working", "off", "holidays", "tue", "mon tue", "2026-11-24"]))
        first, last = (f"{number // 4:02}:{number % 4 * 15:02}" for number in (draw(QUARTERS), draw(QUARTERS)))
        made.append(opened(days, first, last, is_shut=draw(st.booleans())))
    return made


def is_open_by_hand(openings: list[Opening], minute: datetime) -> bool:
    """Whether a minute is open, asked of every opening one by one."""

    def covers(one: Opening) -> bool:
        local = minute.astimezone(BEIJING)
        begins, ends = one.begins or time(), one.ends or time()
        inside = local.time()
        today, yesterday = (one.days.covers(local.date() - timedelta(days=n), CAL) for n in (0, 1))
        if begins < ends:
            return today and begins <= inside < ends
        return (today and inside >= begins) or (yesterday and inside < ends)

    return any(covers(one) for one in openings if not one.is_shut) and not any(
        covers(one) for one in openings if one.is_shut
    )


@given(patterns(), st.sampled_from([15, 20, 30, 45, 90]))
def test_every_start_is_open_to_its_end_and_on_a_quarter(openings: list[Opening], minutes: int) -> None:
    openings.append(opened("2000-01-01", "09:00", "10:00"))  # there is a pattern, whatever else is drawn
    service = a_service(minutes=minutes)
    window = Window.of(service, NOW, CAL, TUESDAY, TUESDAY)
    found = list(starts(open_spans(openings, None, TUESDAY, TUESDAY, CAL), service, window, CAL))
    for at in found:
        assert int(at.timestamp()) % 900 == 0
        assert at.astimezone(BEIJING).date() == TUESDAY
        assert all(is_open_by_hand(openings, at + timedelta(minutes=n)) for n in range(0, minutes, 5))
    if minutes == 15:  # then every open quarter is a start
        midnight = beijing("2026-11-24T00:00")
        quarters = [midnight + n * CELL for n in range(96)]
        assert found == [at for at in quarters if is_open_by_hand(openings, at)]


ROUND_THE_CLOCK = [opened("working", "00:00", "00:00"), opened("daily", "00:15", "00:00")]


@example(ROUND_THE_CLOCK, 1)
@given(patterns(), st.integers(-2, 2))
def test_a_day_has_the_same_starts_whatever_range_it_is_asked_in(openings: list[Opening], wider: int) -> None:
    first, last = TUESDAY - timedelta(days=abs(wider)), TUESDAY + timedelta(days=max(wider, 0))
    service = a_service(lead_hours=0)
    early = beijing("2026-11-01T00:00")

    def on_tuesday(first: date, last: date) -> list[datetime]:
        window = Window.of(service, early, CAL, first, last)
        spans = open_spans(openings, None, first, last, CAL)
        return [at for at in starts(spans, service, window, CAL) if CAL.to_local(at).date() == TUESDAY]

    assert on_tuesday(first, last) == on_tuesday(TUESDAY, TUESDAY)


@given(st.integers(0, 95), st.integers(1, 20), st.integers(0, 60), st.integers(0, 60))
def test_two_slots_share_no_cell_exactly_when_the_way_between_fits(
    begins: int, quarters: int, gap: int, buffer: int
) -> None:
    service = a_service(minutes=quarters * 15, buffer_minutes=buffer)
    first_at = beijing("2026-11-24T00:00") + begins * CELL
    second_at = first_at + length_of(service) + gap * CELL
    first, second = (
        cells_of(Slot(1, 1, at, at + length_of(service)), buffer_of(service)) for at in (first_at, second_at)
    )
    in_cells = -(-buffer // 15)
    assert (not set(first) & set(second)) == (gap >= 2 * in_cells)
