"""When neighbours are wanted: a day and a part of it, or an hour, made into the time that a request keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

DAYS_AHEAD = 30
DAYS_SHOWN = 7
THESE_DAYS = 3
SATURDAY = 5
LEAST_LEFT = timedelta(minutes=30)
"""A part of today with less than this left is over: nobody could be found and come."""
AN_HOUR = timedelta(hours=1)


class Part(StrEnum):
    """A part of a day."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"
    ANY = "any"


SPANS: Mapping[Part, tuple[time, time]] = MappingProxyType(
    {
        Part.MORNING: (time(8), time(12)),
        Part.AFTERNOON: (time(13), time(18)),
        Part.EVENING: (time(18), time(21)),
        Part.ANY: (time(8), time(21)),
    }
)
"""On the clock of the community; outside the quiet hours."""


@dataclass(frozen=True, slots=True)
class Span:
    """From when until when somebody is wanted, aware UTC; without a beginning it is from now on."""

    starts_at: datetime | None
    ends_at: datetime


def span(day: date, part: Part, now: datetime, zone: ZoneInfo) -> Span | None:
    """A part of a local day; None when it is over, or so many days ahead that nobody knows yet."""
    begins, ends = (datetime.combine(day, at, zone).astimezone(UTC) for at in SPANS[part])
    if ends - now < LEAST_LEFT or day > now.astimezone(zone).date() + timedelta(days=DAYS_AHEAD):
        return None
    return Span(begins if begins > now else None, ends)


def these_days(now: datetime, zone: ZoneInfo) -> Span:
    """From now until the evening of the day after tomorrow: whenever it suits who comes."""
    last = now.astimezone(zone).date() + timedelta(days=THESE_DAYS - 1)
    return Span(None, datetime.combine(last, SPANS[Part.ANY][1], zone).astimezone(UTC))


def at_hour(at: datetime, minutes: int, now: datetime) -> Span | None:
    """An hour that was named, with the time it takes; None when it is past or too far ahead."""
    if not now < at <= now + timedelta(days=DAYS_AHEAD):
        return None
    begins = at.astimezone(UTC)
    return Span(begins, begins + max(timedelta(minutes=minutes), AN_HOUR))


def weekend(today: date) -> date:
    """The first day of this weekend, or of the one that has begun."""
    return today + timedelta(days=max(SATURDAY - today.weekday(), 0))


def parts_left(day: date, now: datetime, zone: ZoneInfo) -> list[Part]:
    """The parts of a local day for which there is time."""
    return [part for part in Part if span(day, part, now, zone) is not None]


def days_left(now: datetime, zone: ZoneInfo) -> list[date]:
    """The days that are offered, today as long as something is left of it."""
    today = now.astimezone(zone).date()
    days = (today + timedelta(days=nth) for nth in range(DAYS_SHOWN))
    return [day for day in days if parts_left(day, now, zone)]
