"""Bookings that recur: on which days and at which moments "every Tuesday at ten, eight times" falls.

The day of the week and the time on the wall clock stay, over changes of the clock too; whether anybody works on such a
day, or has a place free, is asked of each.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

FEWEST, MOST = 2, 12
CHOICES = (2, 4, 8, 12)
"""How often, on buttons."""
WEEK = timedelta(weeks=1)


def occurrences(first_at: datetime, times: int, zone: ZoneInfo) -> tuple[datetime, ...]:
    """The moments at which a booking that first begins at `first_at` begins, once a week.

    Raises ValueError for fewer than 2 times or more than 12.
    """
    if not FEWEST <= times <= MOST:
        raise ValueError("so often nothing recurs")
    local = first_at.astimezone(zone)
    days = (local.date() + nth * WEEK for nth in range(times))
    return tuple(datetime.combine(day, local.time(), zone).astimezone(UTC) for day in days)


def last_day(first: date, times: int) -> date:
    """The day of the last of them."""
    return first + (times - 1) * WEEK
