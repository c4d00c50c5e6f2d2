"""The calendar under a message: one month of seven columns, Monday first; pure, so that every month can be tried.

A day with free times can be pressed, a full one says so and leads to 候补, all others are points.
"""

from calendar import Calendar
from collections.abc import Mapping
from datetime import date

from handlers.flows import Rows
from storage.rules.press import press
from storage.work import Button

NOTHING = "none"
"""What is pressed where there is nothing to choose."""
_WEEKS = Calendar()


def first_of(day: date) -> date:
    """The first day of its month."""
    return day.replace(day=1)


def shown_month(asked: date | None, free: Mapping[date, int], first: date, last: date) -> date:
    """The month to show: the one that was asked for, if a day of it can be booked, else the first with a free day."""
    if asked is not None and first_of(first) <= asked <= last:
        return first_of(asked)
    return first_of(min((day for day, count in free.items() if count > 0), default=first))


def rows(month: date, free: Mapping[date, int], first: date, last: date) -> Rows:
    """The keyboard: month and arrows, names of the weekdays, the weeks that are not over."""
    left = (week for week in _WEEKS.monthdatescalendar(month.year, month.month) if week[-1] >= first)
    weeks = [[_day(day, month, free, first) for day in week] for week in left]
    names: list[Button] = [(f"weekday_{number}", press("choose", NOTHING)) for number in range(7)]
    return [_turning(month, first, last), names, *weeks]


def _turning(month: date, first: date, last: date) -> list[Button]:
    before, after = _shifted(month, -1), _shifted(month, 1)
    return [
        _arrow("month_before", before, is_there=before >= first_of(first)),
        ("month", press("choose", NOTHING), {"year": month.year, "month": month.month}),
        _arrow("month_after", after, is_there=after <= last),
    ]


def _arrow(label: str, month: date, *, is_there: bool) -> Button:
    return (label, press("choose", f"m{month}")) if is_there else ("day_none", press("choose", NOTHING))


def _day(day: date, month: date, free: Mapping[date, int], first: date) -> Button:
    count = free.get(day)
    if day.month != month.month or day < first or count is None:
        return ("day_none", press("choose", NOTHING))
    return ("day_free" if count else "day_full", press("choose", f"d{day}"), {"day": day.day})


def _shifted(month: date, by: int) -> date:
    number = month.year * 12 + month.month - 1 + by
    return date(number // 12, number % 12 + 1, 1)


def pressed(choice: str | None, kind: str) -> date | None:
    """The day ("d") or the month ("m") whose button was pressed."""
    if choice is None or not choice.startswith(kind):
        return None
    try:
        return date.fromisoformat(choice[1:])
    except ValueError:
        return None
