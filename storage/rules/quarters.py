"""Quarters of the year, what a member on double registration has to do in each, and when those who lack are reminded.

One post and two services a quarter, and reminders six and two weeks before its end: issue 6. A quarter begins and ends
at midnight of the community's zone; every moment that is given back is aware UTC.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

POSTS, SERVICES = 1, 2
WEEKS = (6, 2)
"""So many weeks before the end of a quarter those who lack something are reminded."""
SPEAKS_AT = time(9)
_LAST = 4


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """A quarter of a year, `number` from 1 to 4. Raises ValueError for another."""

    year: int
    number: int

    def __post_init__(self) -> None:
        if not 1 <= self.number <= _LAST or not 2000 <= self.year <= 9000:
            raise ValueError("not a quarter")

    @classmethod
    def of(cls, at: datetime, zone: ZoneInfo) -> Quarter:
        """The quarter into which a moment falls."""
        local = at.astimezone(zone)
        return cls(local.year, (local.month - 1) // 3 + 1)

    @classmethod
    def parse(cls, text: str) -> Quarter:
        """Read what `str` gave; raises ValueError for anything else."""
        year, _, number = text.partition("-")
        return cls(int(year), int(number))

    def __str__(self) -> str:
        return f"{self.year}-{self.number}"

    @property
    def before(self) -> Quarter:
        """The quarter before."""
        return Quarter(self.year, self.number - 1) if self.number > 1 else Quarter(self.year - 1, _LAST)

    @property
    def after(self) -> Quarter:
        """The quarter after."""
        return Quarter(self.year, self.number + 1) if self.number < _LAST else Quarter(self.year + 1, 1)

    @property
    def first_day(self) -> date:
        """Its first day."""
        return date(self.year, 3 * self.number - 2, 1)

    def begins_at(self, zone: ZoneInfo) -> datetime:
        """Its first moment."""
        return _utc(self.first_day, time(), zone)

    def ends_at(self, zone: ZoneInfo) -> datetime:
        """The first moment that does not belong to it any more."""
        return self.after.begins_at(zone)

    def reminds_at(self, weeks: int, zone: ZoneInfo) -> datetime:
        """When those who lack are reminded, so many weeks before the end."""
        return _utc(self.after.first_day - timedelta(weeks=weeks), SPEAKS_AT, zone)


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody has in a quarter: posts that they held in it, services in it that were confirmed."""

    posts: int = 0
    services: int = 0

    @property
    def posts_missing(self) -> int:
        """How many posts are wanted still."""
        return max(POSTS - self.posts, 0)

    @property
    def services_missing(self) -> int:
        """How many services are wanted still."""
        return max(SERVICES - self.services, 0)

    @property
    def is_met(self) -> bool:
        """Whether nothing is missing."""
        return not self.posts_missing and not self.services_missing


def reminder_of(now: datetime, zone: ZoneInfo) -> tuple[Quarter, int] | None:
    """The reminder whose time came last in this quarter, by its weeks; None before the first.

    Of two that are due together only the later one speaks.
    """
    quarter = Quarter.of(now, zone)
    past = [weeks for weeks in WEEKS if quarter.reminds_at(weeks, zone) <= now]
    return (quarter, min(past)) if past else None


def next_reminder_at(now: datetime, zone: ZoneInfo) -> datetime:
    """When the next reminder is due."""
    quarter = Quarter.of(now, zone)
    moments = [one.reminds_at(weeks, zone) for one in (quarter, quarter.after) for weeks in WEEKS]
    return min(at for at in moments if at > now)


def term_ends_at(since: datetime, months: int, zone: ZoneInfo) -> datetime:
    """The same local day and time, so many months later; the last day of a month that is too short."""
    local = since.astimezone(zone)
    count = local.month - 1 + months
    year, month = local.year + count // 12, count % 12 + 1
    day = min(local.day, monthrange(year, month)[1])
    return _utc(date(year, month, day), local.time(), zone)


def _utc(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock, zone).astimezone(UTC)
