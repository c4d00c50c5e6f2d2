"""候补: who waits for which times, how long a freed time is kept for them, and how waiting ends.

A window is one day or several, and of each the morning, the afternoon or all of it. A freed time is kept for two
working hours, or until it cannot be booked any more when that is sooner; what would leave no time to answer is not
offered at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType

from storage.rules.worktime import CalendarName, WorkCalendar

KEPT_FOR = timedelta(hours=2)
"""Of working time."""
LEAST = timedelta(minutes=15)
"""Who is offered a time has at least so long to answer, quiet hours not counted."""
MOST_DAYS = 31
_NOON = time(12)
_EVENING = time(21)


class Part(StrEnum):
    """The part of the day that suits."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    ANY = "any"


class Waits(StrEnum):
    """Where somebody who waits stands."""

    WAITING = "waiting"
    OFFERED = "offered"  # a time is kept for them
    TAKEN = "taken"
    EXPIRED = "expired"  # the window passed; they were told
    LEFT = "left"


MOVES: Mapping[Waits, frozenset[Waits]] = MappingProxyType(
    {
        Waits.WAITING: frozenset({Waits.OFFERED, Waits.EXPIRED, Waits.LEFT}),
        Waits.OFFERED: frozenset({Waits.TAKEN, Waits.WAITING, Waits.EXPIRED, Waits.LEFT}),
        Waits.TAKEN: frozenset(),
        Waits.EXPIRED: frozenset(),
        Waits.LEFT: frozenset(),
    }
)
"""What may follow; nobody leaves by being forgotten."""


@dataclass(frozen=True, slots=True)
class Window:
    """Between which moments a time may begin, and on which part of each day."""

    from_at: datetime
    until_at: datetime
    part: Part

    def fits(self, starts_at: datetime, calendar: WorkCalendar) -> bool:
        """Whether a time that begins then is wanted."""
        if not self.from_at <= starts_at < self.until_at:
            return False
        is_morning = calendar.to_local(starts_at).time() < _NOON
        return self.part is Part.ANY or is_morning is (self.part is Part.MORNING)

    def days(self, now: datetime, calendar: WorkCalendar) -> tuple[date, date] | None:
        """The first and the last local day on which a time may still be free; None when it is over."""
        if now >= self.until_at:
            return None
        return calendar.to_local(max(self.from_at, now)).date(), calendar.to_local(self.until_at).date()


def window(first: date, last: date, part: Part, calendar: WorkCalendar) -> Window:
    """The window from one local day to another; it ends when the part of the last day is over.

    Raises ValueError when it ends before it begins, or is longer than `MOST_DAYS`.
    """
    if not 0 <= (last - first).days < MOST_DAYS:
        raise ValueError("no window for waiting")
    ends = _NOON if part is Part.MORNING else _EVENING
    return Window(_at(first, time(), calendar), _at(last, ends, calendar), part)


def _at(day: date, clock: time, calendar: WorkCalendar) -> datetime:
    return datetime.combine(day, clock, calendar.zone).astimezone(UTC)


def kept_until(now: datetime, starts_at: datetime, lead: timedelta, calendar: WorkCalendar) -> datetime | None:
    """Until when a freed time is kept for somebody; None when they could not answer in time.

    `lead` is how long before it begins the service has to know.
    """
    until = min(calendar.add(now, KEPT_FOR, CalendarName.WORKING), starts_at - lead)
    heard_at = calendar.quiet_until(now) or now
    return until if until - heard_at >= LEAST else None
