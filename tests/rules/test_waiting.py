"""候补 and what recurs: windows, how long a time is kept, and the days of a series."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.rules.recurring import occurrences
from storage.rules.waiting import KEPT_FOR, LEAST, MOVES, Part, Waits, kept_until, window
from storage.rules.worktime import CalendarName, WorkCalendar

CALENDAR = WorkCalendar()
TUESDAY = date(2026, 11, 24)


def at(text: str) -> datetime:
    """A moment on the clocks of Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=CALENDAR.zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("part", "begins", "fits"),
    [
        ("any", "2026-11-24 08:30", True),
        ("any", "2026-11-25 19:00", True),
        ("any", "2026-11-23 17:00", False),
        ("any", "2026-11-26 08:30", False),
        ("morning", "2026-11-24 11:45", True),
        ("morning", "2026-11-24 12:00", False),
        ("afternoon", "2026-11-24 12:00", True),
        ("afternoon", "2026-11-25 11:45", False),
    ],
)
def test_it_knows_which_times_are_waited_for(part: str, begins: str, fits: bool) -> None:
    two_days = window(TUESDAY, TUESDAY + timedelta(days=1), Part(part), CALENDAR)
    assert two_days.fits(at(begins), CALENDAR) is fits


def test_it_ends_with_the_part_of_the_last_day() -> None:
    assert window(TUESDAY, TUESDAY, Part.MORNING, CALENDAR).until_at == at("2026-11-24 12:00")
    afternoon = window(TUESDAY, TUESDAY, Part.AFTERNOON, CALENDAR)
    assert afternoon.days(at("2026-11-24 20:59"), CALENDAR) == (TUESDAY, TUESDAY)
    assert afternoon.days(at("2026-11-24 21:00"), CALENDAR) is None


@pytest.mark.parametrize("days", [-1, 31])
def test_it_refuses_a_window_that_is_none(days: int) -> None:
    with pytest.raises(ValueError, match="window"):
        window(TUESDAY, TUESDAY + timedelta(days=days), Part.ANY, CALENDAR)


@pytest.mark.parametrize(
    ("now", "starts", "lead", "until"),
    [
        ("2026-11-23 09:30", "2026-11-24 09:00", 0, "2026-11-23 11:30"),
        ("2026-11-23 11:00", "2026-11-24 09:00", 0, "2026-11-23 15:00"),  # over lunch
        ("2026-11-23 17:00", "2026-11-25 09:00", 0, "2026-11-24 09:30"),  # over the night
        ("2026-11-20 17:00", "2026-11-24 09:00", 0, "2026-11-23 09:30"),  # over the weekend
        ("2026-11-23 09:30", "2026-11-23 10:30", 0, "2026-11-23 10:30"),
        ("2026-11-23 09:30", "2026-11-23 14:30", 4, "2026-11-23 10:30"),
        ("2026-11-23 23:00", "2026-11-24 08:30", 0, "2026-11-24 08:30"),
        ("2026-11-23 23:00", "2026-11-24 07:40", 0, None),  # heard at 07:30
        ("2026-11-23 09:30", "2026-11-23 09:40", 0, None),
    ],
)
def test_it_keeps_a_time_for_two_working_hours_or_as_long_as_that_helps(
    now: str, starts: str, lead: int, until: str | None
) -> None:
    found = kept_until(at(now), at(starts), timedelta(hours=lead), CALENDAR)
    assert found == (at(until) if until else None)


@given(minutes=st.integers(0, 60 * 24 * 60), ahead=st.integers(0, 60 * 24 * 14), lead=st.integers(0, 72))
def test_it_never_keeps_a_time_past_its_use(minutes: int, ahead: int, lead: int) -> None:
    now = datetime(2026, 9, 20, tzinfo=UTC) + timedelta(minutes=minutes)
    starts = now + timedelta(minutes=ahead)
    until = kept_until(now, starts, timedelta(hours=lead), CALENDAR)
    if until is not None:
        assert now + LEAST <= until <= starts - timedelta(hours=lead)
        assert CALENDAR.elapsed(now, until, CalendarName.WORKING) <= KEPT_FOR


def test_it_lets_nobody_come_back_from_the_end() -> None:
    ends = {one for one in Waits if not MOVES[one]}
    assert ends == {Waits.TAKEN, Waits.EXPIRED, Waits.LEFT}
    assert all(ends & MOVES[one] for one in set(Waits) - ends)


def test_it_recurs_on_the_same_day_at_the_same_time() -> None:
    found = occurrences(at("2026-11-24 10:00"), 8, CALENDAR.zone)
    assert [f"{CALENDAR.to_local(one):%a %H:%M}" for one in found] == ["Tue 10:00"] * 8
    assert found[-1] == at("2027-01-12 10:00")


def test_it_keeps_the_time_on_the_wall_when_the_clocks_change() -> None:
    zone = ZoneInfo("Europe/Berlin")
    found = occurrences(datetime(2026, 10, 20, 8, tzinfo=UTC), 3, zone)
    assert [one.astimezone(zone).hour for one in found] == [10, 10, 10]


@pytest.mark.parametrize("times", [1, 13])
def test_it_refuses_what_does_not_recur(times: int) -> None:
    with pytest.raises(ValueError, match="recurs"):
        occurrences(at("2026-11-24 10:00"), times, CALENDAR.zone)
