"""Slots: at which times something can be booked, computed from what is open and what is taken, never stored.

Open is what a provider's openings say (weekly pattern, dates, official working days with the moved weekends), else the
shifts of its person, else working hours; less what is shut and less absences. Being shut always wins. A slot starts on
a quarter of an hour, every half hour, or every quarter where the service takes less than half an hour. The visit lies
in open time as a whole; the way there and back (the buffer) need not, but it takes cells like the visit itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol

from storage.rules.catalogue import Opening, Provider, Service
from storage.rules.roster import without
from storage.rules.worktime import CalendarName, Span, WorkCalendar

CELL = timedelta(minutes=15)
_CELL_SECONDS = int(CELL.total_seconds())
_STEP = timedelta(minutes=30)
_ONE_DAY = timedelta(days=1)
_MIDNIGHT = time()
_FAR = 366  # days


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """One seat of one provider for a time; seats count from 1."""

    provider_id: int
    seat: int
    starts_at: datetime
    ends_at: datetime


class Attendance(Protocol):
    """When a person is there: shifts, None when no rule of the roster names them; and absences."""

    @property
    def shifts(self) -> tuple[Span, ...] | None:
        """Duty, in any order."""

    @property
    def away(self) -> tuple[Span, ...]:
        """Absences, in any order."""


def cells_of(slot: Slot, buffer: timedelta) -> range:
    """The cells that a slot takes, with the buffer before and after it; a cell that is touched is taken."""
    first = int((slot.starts_at - buffer).timestamp()) // _CELL_SECONDS
    after = -(-int((slot.ends_at + buffer).timestamp()) // _CELL_SECONDS)
    return range(first, after)


def cell_at(at: datetime) -> int:
    """The cell that a moment lies in."""
    return int(at.timestamp()) // _CELL_SECONDS


def buffer_of(service: Service) -> timedelta:
    """How long nothing else may be booked before and after a slot."""
    return timedelta(minutes=service.buffer_minutes)


def length_of(service: Service) -> timedelta:
    """How long a slot lasts."""
    return timedelta(minutes=service.minutes)


def by_staff(service: Service) -> Service:
    """The service as staff and the clock may book it: at once, and as far ahead as they like."""
    return replace(service, lead_hours=0, days_ahead=_FAR)


def seats_of(service: Service, provider: Provider) -> range:
    """The seats that a service may take of a provider: what has few of them takes the first."""
    many = provider.seats if service.capacity is None else min(service.capacity, provider.seats)
    return range(1, many + 1)


def open_spans(
    openings: Iterable[Opening], attendance: Attendance | None, first: date, last: date, calendar: WorkCalendar
) -> list[Span]:
    """When a provider is open on local days, in order and apart; a span may reach over both ends.

    Without `attendance` there is no person whose shifts or absences count.
    """
    known = tuple(openings)
    days = [first + timedelta(days=number) for number in range(-1, (last - first).days + 2)]
    shut = [span for one in known if one.is_shut for span in _on_days(one, days, calendar)]
    if any(not one.is_shut for one in known):
        opened = [span for one in known if not one.is_shut for span in _on_days(one, days, calendar)]
    elif attendance is not None and attendance.shifts is not None:
        opened = list(attendance.shifts)
    else:
        opened = [span for day in days for span in calendar.spans_on(day, CalendarName.WORKING)]
    left = without(_joined(opened), [*shut, *(attendance.away if attendance else ())])
    begin, end = _instant(first, _MIDNIGHT, calendar), _instant(last + _ONE_DAY, _MIDNIGHT, calendar)
    return [span for span in left if span[1] > begin and span[0] < end]


def _on_days(opening: Opening, days: Iterable[date], calendar: WorkCalendar) -> Iterator[Span]:
    begins, ends = opening.begins or _MIDNIGHT, opening.ends or _MIDNIGHT
    for day in days:
        if opening.days.covers(day, calendar):
            until = day if ends > begins else day + _ONE_DAY
            yield _instant(day, begins, calendar), _instant(until, ends, calendar)


def _instant(day: date, clock: time, calendar: WorkCalendar) -> datetime:
    return datetime.combine(day, clock, calendar.zone).astimezone(UTC)


def _joined(spans: Iterable[Span]) -> list[Span]:
    """In order, with what overlaps or touches made one."""
    joined: list[Span] = []
    for begins, ends in sorted(spans):
        if joined and begins <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], ends))
        elif begins < ends:
            joined.append((begins, ends))
    return joined


@dataclass(frozen=True, slots=True)
class Window:
    """Which starts are asked for: local days, and not before a moment (the service's lead time)."""

    first: date
    last: date
    earliest: datetime

    @classmethod
    def of(cls, service: Service, now: datetime, calendar: WorkCalendar, first: date, last: date) -> Window:
        """The days that a service can be booked on now; `last` comes before `first` when there are none."""
        today = calendar.to_local(now).date()
        earliest = now + timedelta(hours=service.lead_hours)
        return cls(max(first, today), min(last, today + timedelta(days=service.days_ahead)), earliest)


def starts(spans: Iterable[Span], service: Service, window: Window, calendar: WorkCalendar) -> Iterator[datetime]:
    """Every start in a window, in order, whether it is free or not.

    Where a span goes over midnight, the new day counts its steps from midnight: so every range shows the same starts.
    """
    length = length_of(service)
    step = _STEP if length >= _STEP else CELL
    for begins, ends in spans:
        at, midnight = _next_quarter(begins), _midnight_after(begins, calendar)
        while at + length <= ends:
            if at >= window.earliest and window.first <= calendar.to_local(at).date() <= window.last:
                yield at
            at += step
            if at >= midnight:
                at, midnight = midnight, _midnight_after(midnight, calendar)


def _midnight_after(at: datetime, calendar: WorkCalendar) -> datetime:
    return _instant(calendar.to_local(at).date() + _ONE_DAY, _MIDNIGHT, calendar)


def _next_quarter(at: datetime) -> datetime:
    return datetime.fromtimestamp(-(-int(at.timestamp()) // _CELL_SECONDS) * _CELL_SECONDS, UTC)


@dataclass(frozen=True, slots=True)
class Desk:
    """A provider with what decides whether it is chosen: how much it has on that day, and since when it had nothing
    new."""

    provider: Provider
    bookings: int
    idle_since: datetime | None


def best(desks: Iterable[Desk]) -> Desk:
    """Who gets a slot that several have free: fewest bookings that day, then the longest idle, then the oldest."""
    long_ago = datetime.min.replace(tzinfo=UTC)
    return min(desks, key=lambda one: (one.bookings, one.idle_since or long_ago, one.provider.id))
