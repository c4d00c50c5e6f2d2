"""A slow calculation of open time, minute by minute, written without looking at the one under test.

The official days of 2026 are copied by hand from the State Council's notice on holidays for that year.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone

from hypothesis import strategies as st

BEIJING = timezone(timedelta(hours=8))
MINUTE = timedelta(minutes=1)


def days(first: str, last: str) -> set[date]:
    begin, end = date.fromisoformat(first), date.fromisoformat(last)
    return {begin + timedelta(days=n) for n in range((end - begin).days + 1)}


OFF_2026 = (
    days("2026-01-01", "2026-01-03")
    | days("2026-02-15", "2026-02-23")
    | days("2026-04-04", "2026-04-06")
    | days("2026-05-01", "2026-05-05")
    | days("2026-06-19", "2026-06-21")
    | days("2026-09-25", "2026-09-27")
    | days("2026-10-01", "2026-10-07")
)
MOVED_2026 = {date.fromisoformat(f"2026-{day}") for day in ("01-04", "02-14", "02-28", "05-09", "09-20", "10-10")}


def works(day: date) -> bool:
    return day in MOVED_2026 or (day.isoweekday() <= 5 and day not in OFF_2026)


def runs(minute: datetime, calendar: str) -> bool:
    """Whether the minute that begins at `minute` is open."""
    if calendar == "always":
        return True
    local = minute.astimezone(BEIJING)
    clock = local.hour * 60 + local.minute
    if calendar == "long_day":
        return 7 * 60 <= clock < 22 * 60
    return works(local.date()) and (510 <= clock < 720 or 840 <= clock < 1080)


def minutes(start: datetime) -> Iterator[datetime]:
    while True:
        yield start
        start += MINUTE


def end_of(start: datetime, open_minutes: int, calendar: str) -> datetime:
    """The moment at which so many open minutes have passed."""
    for minute in minutes(start):
        if runs(minute, calendar):
            open_minutes -= 1
            if not open_minutes:
                return minute + MINUTE
    raise AssertionError


def open_minutes(start: datetime, end: datetime, calendar: str) -> int:
    total = 0
    for minute in minutes(start):
        if minute >= end:
            return total
        total += runs(minute, calendar)
    raise AssertionError


def first_open(start: datetime, calendar: str) -> datetime:
    return next(minute for minute in minutes(start) if runs(minute, calendar))


def working_days_later(start: datetime, number: int) -> datetime:
    """From the first open minute on, the same minute of the day so many working days later."""
    at = first_open(start, "working")
    while number:
        at += timedelta(days=1)
        number -= works(at.astimezone(BEIJING).date())
    return at


def limit_end(written: str, start: datetime) -> datetime:
    """The end of a written limit, by the sentences of the kinds table alone."""
    amount, calendar = written.split()
    if amount.endswith("d") and calendar == "working":
        return working_days_later(start, int(amount[:-1]))
    if amount.endswith("d"):
        return start + int(amount[:-1]) * timedelta(days=1)
    size = int(amount[:-3]) if amount.endswith("min") else int(amount[:-1]) * 60
    return end_of(start, size, calendar)


def beijing(text: str) -> datetime:
    """A moment written on Beijing's wall clock, as aware UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING).astimezone(UTC)


def moments(first: str, last: str) -> st.SearchStrategy[datetime]:
    """Any moment between two on Beijing's wall clock."""
    begin = beijing(first)
    return st.timedeltas(timedelta(), beijing(last) - begin).map(lambda later: begin + later)
