"""Limits: how long an answer and a finish may take, and the moments that follow from them.

What a day is: on the working calendar n days are n working days. The clock starts at the next open moment
when the start lies outside working time, and ends n working days later at the same time of day; so nobody
gains or loses by reporting at night or on a holiday. On the other two calendars n days are n times 24 hours
of wall time, whatever the calendar's opening hours. Hours and minutes always run on the calendar that the
limit names.

A ticket keeps the limits it began with: storage writes `Limits.to_json` beside it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from storage.rules.worktime import CalendarName, WorkCalendar

_WRITTEN = re.compile(r"\s*(\d{1,4})\s*(min|h|d)\s+(\w+)\s*", re.IGNORECASE | re.ASCII)
_UNITS = {"min": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


@dataclass(frozen=True, slots=True)
class Limit:
    """An amount of time on a calendar; `is_in_days` when it was given in days (see the module)."""

    amount: timedelta
    calendar: CalendarName
    is_in_days: bool = False

    def __post_init__(self) -> None:
        if self.amount <= timedelta():
            raise ValueError("a limit must be longer than nothing")
        if self.is_in_days and self.amount % _UNITS["d"]:
            raise ValueError("a limit in days must be a whole number of days")

    @classmethod
    def parse(cls, text: str) -> Limit:
        """Read "30min always", "2h working" or "3d long_day"; raises `ValueError` for anything else."""
        match = _WRITTEN.fullmatch(text)
        if match is None:
            raise ValueError(f"not a limit: {text!r}")
        number, unit, calendar = match[1], match[2].lower(), match[3].lower()
        return cls(int(number) * _UNITS[unit], CalendarName(calendar), is_in_days=unit == "d")

    def __str__(self) -> str:
        unit = "d" if self.is_in_days else "min" if self.amount % _UNITS["h"] else "h"
        return f"{self.amount // _UNITS[unit]}{unit} {self.calendar.value}"

    @property
    def clock(self) -> CalendarName:
        """The calendar on which this limit's time is counted, pauses included."""
        if self.is_in_days and self.calendar is not CalendarName.WORKING:
            return CalendarName.ALWAYS
        return self.calendar


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a kind: answer is creation to acceptance, finish is creation to finished.

    `on_site` and `under_control` are for danger alone.
    """

    answer: Limit
    finish: Limit
    on_site: Limit | None = None
    under_control: Limit | None = None

    def to_json(self) -> dict[str, str]:
        """The limits as plain data for a JSON column: every limit as it is written."""
        written = {name: getattr(self, name) for name in self.__slots__}
        return {name: str(limit) for name, limit in written.items() if limit is not None}

    @classmethod
    def from_json(cls, data: object) -> Limits:
        """Read what `to_json` gave; raises `ValueError` when it is something else."""
        if not isinstance(data, Mapping) or not {"answer", "finish"} <= data.keys() <= set(cls.__slots__):
            raise ValueError("not the limits of a kind")
        return cls(**{name: Limit.parse(str(limit)) for name, limit in data.items()})


def due_at(limit: Limit, start: datetime, calendar: WorkCalendar) -> datetime:
    """The moment at which `limit` ends when it begins at `start`."""
    if not limit.is_in_days:
        return calendar.add(start, limit.amount, limit.calendar)
    if limit.clock is CalendarName.ALWAYS:
        return calendar.add(start, limit.amount, CalendarName.ALWAYS)
    return calendar.add_working_days(calendar.next_open(start, CalendarName.WORKING), limit.amount.days)


def response_due_at(limits: Limits, created_at: datetime, cal: WorkCalendar) -> datetime:
    """When somebody must have accepted."""
    return due_at(limits.answer, created_at, cal)


def paused_between(limits: Limits, start: datetime, end: datetime, cal: WorkCalendar) -> timedelta:
    """How much of a pause counts: the part in which the finish limit's own calendar runs.

    A resident who answers on Monday what was asked on Friday evening gives the worker no extra weekend.
    """
    return cal.elapsed(start, end, limits.finish.clock)


def resolution_due_at(limits: Limits, created_at: datetime, cal: WorkCalendar, paused: timedelta) -> datetime:
    """When it must be finished; `paused` is the sum of `paused_between` and moves the end."""
    end = due_at(limits.finish, created_at, cal)
    return cal.add(end, paused, limits.finish.clock) if paused else end


def nudge_times(
    limits: Limits, created_at: datetime, cal: WorkCalendar, paused: timedelta
) -> tuple[datetime, datetime]:
    """When half and nine tenths of the finish limit have run on its own calendar; `paused` moves both."""
    clock = limits.finish.clock
    whole = cal.elapsed(created_at, due_at(limits.finish, created_at, cal), clock)
    return (
        cal.add(created_at, whole / 2 + paused, clock),
        cal.add(created_at, whole * 9 / 10 + paused, clock),
    )


def _limits(answer: str, finish: str, on_site: str | None = None, under_control: str | None = None) -> Limits:
    return Limits(
        Limit.parse(answer),
        Limit.parse(finish),
        Limit.parse(on_site) if on_site else None,
        Limit.parse(under_control) if under_control else None,
    )


DEFAULT_LIMITS: Mapping[str, Limits] = MappingProxyType(
    {
        "danger": _limits("5min always", "2h always", "30min always", "2h always"),
        "utilities": _limits("30min long_day", "24h always"),
        "public_facilities": _limits("2h working", "3d working"),
        "environment": _limits("2h working", "2d working"),
        "order_noise": _limits("2h working", "3d working"),
        "dispute": _limits("4h working", "7d working"),
        "care": _limits("2h working", "3d working"),
        "question": _limits("2h working", "1d working"),
        "suggestion": _limits("1d working", "5d working"),
    }
)
"""The defaults by kind, as in the kinds table of the glossary; a community edits its own copy as data."""
