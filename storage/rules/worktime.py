"""Working time: when a limit runs, and when nobody is to be disturbed.

China's official working days with their moved weekends (调休) come from the `holidays` library; corrections
entered by an administrator win over it. The statutory days of a year are known long before its moved
weekends, which are published late in the autumn before: until then the year counts with statutory days and
plain weekends, and `knows` says so, so that running clocks can be computed again once the data is there.

Everything returned is aware UTC; local time is only used inside.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

from holidays import HolidayBase, country_holidays


class CalendarName(StrEnum):
    """The calendar on which a limit runs."""

    ALWAYS = "always"
    LONG_DAY = "long_day"  # 07:00-22:00 every day
    WORKING = "working"  # Monday to Friday 08:30-12:00 and 14:00-18:00, official working days


Span = tuple[datetime, datetime]

_NIGHT_BEGINS = time(21, 30)
_NIGHT_ENDS = time(7, 30)
_LONG_DAY = ((time(7), time(22)),)
_WORKING_DAY = ((time(8, 30), time(12)), (time(14), time(18)))
_ONE_DAY = timedelta(days=1)
_NO_CORRECTIONS: Mapping[date, bool] = MappingProxyType({})
_PUBLISHED_YEARS = range(1950, 2100)  # beyond the lunar tables only weekends are known
_HORIZON_DAYS = 3660  # a calendar that stays shut for ten years is a mistake, not a long wait


@lru_cache(maxsize=64)
def _official(year: int) -> HolidayBase:
    return country_holidays("CN", years=year)


def _is_official_working_day(day: date) -> bool:
    if day.year not in _PUBLISHED_YEARS:
        return day.weekday() < 5
    return _official(day.year).is_working_day(day)


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("a time without its zone")
    return at.astimezone(UTC)


class WorkCalendar:
    """Answers questions about open and closed time in one zone; remembers the days it has looked at.

    `corrections` maps a day to True (working) or False (off) and wins over the official calendar. Every
    method raises `ValueError` for a time without a zone.
    """

    def __init__(self, tz: str = "Asia/Shanghai", corrections: Mapping[date, bool] = _NO_CORRECTIONS) -> None:
        self.zone = ZoneInfo(tz)
        self.corrections: Mapping[date, bool] = MappingProxyType(dict(corrections))
        self._working_days: dict[date, bool] = {}
        self._spans: dict[CalendarName, dict[date, tuple[Span, ...]]] = {name: {} for name in CalendarName}

    def to_local(self, at: datetime) -> datetime:
        """The same instant on the wall clocks of the calendar's zone."""
        return _utc(at).astimezone(self.zone)

    def knows(self, year: int) -> bool:
        """Whether moved weekends are known for `year`, from the official notice or from corrections.

        Every official notice since 2001 moves at least one weekend: a year without any is not published.
        """
        corrected = any(
            is_working and day.year == year and day.weekday() >= 5 for day, is_working in self.corrections.items()
        )
        if corrected or year not in _PUBLISHED_YEARS:
            return corrected
        return any(day.year == year for day in _official(year).weekend_workdays)

    def is_working_day(self, day: date) -> bool:
        """Whether the community works on `day` (a local date)."""
        found = self._working_days.get(day)
        if found is None:
            corrected = self.corrections.get(day)
            found = _is_official_working_day(day) if corrected is None else corrected
            self._working_days[day] = found
        return found

    def is_open(self, at: datetime, name: CalendarName) -> bool:
        """Whether the calendar runs at `at`: from the first instant of a span up to, not at, its last."""
        return name is CalendarName.ALWAYS or self.next_open(at, name) == at

    def next_open(self, at: datetime, name: CalendarName) -> datetime:
        """`at` itself when the calendar is open, else the moment it opens next."""
        at = _utc(at)
        if name is CalendarName.ALWAYS:
            return at
        return next(self._spans_from(at, name))[0]

    def add(self, start: datetime, amount: timedelta, name: CalendarName) -> datetime:
        """The moment at which `amount` of open time has passed since `start`.

        An amount that fills a span ends with the span (12:00), not with the opening of the next one (14:00).
        Nothing added gives the next open moment. Raises `ValueError` for a negative amount.
        """
        if amount < timedelta():
            raise ValueError("a negative amount of time")
        at = _utc(start)
        if name is CalendarName.ALWAYS:
            return at + amount
        if not amount:
            return self.next_open(at, name)
        spans = self._spans_from(at, name)
        while True:
            begins, ends = next(spans)
            if ends - begins >= amount:
                return begins + amount
            amount -= ends - begins

    def elapsed(self, start: datetime, end: datetime, name: CalendarName) -> timedelta:
        """How much open time lies between `start` and `end`; nothing when `end` is not after `start`."""
        start, end = _utc(start), _utc(end)
        if end <= start:
            return timedelta()
        if name is CalendarName.ALWAYS:
            return end - start
        total = timedelta()
        day, last = start.astimezone(self.zone).date(), end.astimezone(self.zone).date()
        while day <= last:
            for begins, ends in self.spans_on(day, name):
                total += max(min(ends, end) - max(begins, start), timedelta())
            day += _ONE_DAY
        return total

    def add_working_days(self, at: datetime, days: int) -> datetime:
        """The same local time of day, `days` working days after the day of `at`; `at` itself for none.

        Raises `ValueError` for a negative number.
        """
        if days < 0:
            raise ValueError("a negative number of days")
        local = self.to_local(at)
        day = local.date()
        for _ in range(days):
            day = self._next_working_day(day)
        return datetime.combine(day, local.timetz()).astimezone(UTC) if days else _utc(at)

    def _next_working_day(self, day: date) -> date:
        for _ in range(_HORIZON_DAYS):
            day += _ONE_DAY
            if self.is_working_day(day):
                return day
        raise ValueError("no working day in ten years")

    def quiet_until(self, at: datetime) -> datetime | None:
        """The end of the quiet hours (21:30-07:30) that `at` falls into, or None when it falls into none."""
        local = self.to_local(at)
        clock = local.time()
        if _NIGHT_ENDS <= clock < _NIGHT_BEGINS:
            return None
        day = local.date() + (_ONE_DAY if clock >= _NIGHT_BEGINS else timedelta())
        return self._instant(day, _NIGHT_ENDS)

    def _instant(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, self.zone).astimezone(UTC)

    def _spans_from(self, at: datetime, name: CalendarName) -> Iterator[Span]:
        """The open spans from `at` on, without end; raises `ValueError` after ten years without one."""
        day = at.astimezone(self.zone).date()
        shut = 0
        while shut < _HORIZON_DAYS:
            spans = self.spans_on(day, name)
            shut = 0 if spans else shut + 1
            yield from ((max(begins, at), ends) for begins, ends in spans if ends > at)
            day += _ONE_DAY
        raise ValueError("the calendar stays shut for ten years")

    def spans_on(self, day: date, name: CalendarName) -> tuple[Span, ...]:
        """When a calendar is open on a local day."""
        """The open spans of a local day; a calendar that is always open has none to name."""
        found = self._spans[name].get(day)
        if found is None:
            found = self._make_spans(day, name)
            self._spans[name][day] = found
        return found

    def _make_spans(self, day: date, name: CalendarName) -> tuple[Span, ...]:
        hours = _LONG_DAY if name is CalendarName.LONG_DAY else _WORKING_DAY
        if name is CalendarName.WORKING and not self.is_working_day(day):
            return ()
        return tuple((self._instant(day, begins), self._instant(day, ends)) for begins, ends in hours)
