"""Quarters: where they begin and end, when those who lack are reminded, when a term is over."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.rules.quarters import Quarter, Standing, next_reminder_at, reminder_of, term_ends_at

SHANGHAI = ZoneInfo("Asia/Shanghai")
ZONES = [SHANGHAI, ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")]
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - zones follow


def local(day: date, clock: time = time(9)) -> datetime:
    return datetime.combine(day, clock, SHANGHAI)


@given(MOMENTS, st.sampled_from(ZONES))
def test_it_puts_every_moment_into_one_quarter(at: datetime, zone: ZoneInfo) -> None:
    quarter = Quarter.of(at, zone)
    assert quarter.begins_at(zone) <= at < quarter.ends_at(zone)
    assert quarter.after.before == quarter
    assert Quarter.parse(str(quarter)) == quarter


@given(MOMENTS, st.sampled_from(ZONES))
def test_it_always_has_a_next_reminder_within_a_quarter(at: datetime, zone: ZoneInfo) -> None:
    following = next_reminder_at(at, zone)
    assert timedelta() < following - at < timedelta(days=93)
    assert following.astimezone(zone).time() == time(9)
    found = reminder_of(following, zone)
    assert found is not None
    quarter, weeks = found
    assert (quarter.after.first_day - following.astimezone(zone).date()) == timedelta(weeks=weeks)


@pytest.mark.parametrize(
    ("day", "weeks"),
    [
        (date(2026, 11, 19), None),
        (date(2026, 11, 20), 6),
        (date(2026, 12, 17), 6),
        (date(2026, 12, 18), 2),
        (date(2026, 12, 31), 2),
        (date(2027, 1, 1), None),
    ],
)
def test_it_speaks_six_and_two_weeks_before_the_end(day: date, weeks: int | None) -> None:
    found = reminder_of(local(day), SHANGHAI)
    assert (found[1] if found else None) == weeks


@pytest.mark.parametrize("text", ["2026-0", "2026-5", "2026", "-1", "2026-x", "99999-1", ""])
def test_it_reads_no_other_quarter(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        Quarter.parse(text)


@pytest.mark.parametrize(
    ("since", "months", "until"),
    [
        (date(2026, 11, 23), 12, date(2027, 11, 23)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
    ],
)
def test_it_ends_a_term_on_the_same_day_or_the_last(since: date, months: int, until: date) -> None:
    assert term_ends_at(local(since), months, SHANGHAI) == local(until)


def test_it_knows_what_is_missing() -> None:
    assert Standing(1, 2).is_met
    assert (Standing(0, 1).posts_missing, Standing(0, 1).services_missing) == (1, 1)
    assert (Standing(3, 9).posts_missing, Standing(3, 9).services_missing) == (0, 0)
