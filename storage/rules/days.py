"""On which days something is so: a short text that people write in a sheet, understood in one place.

`daily`, `working` (official working days, with the moved weekends), `off` (all others), `holidays` (days from Monday
to Friday on which nobody works), `mon` … `sun`, a date `2026-10-01`, or dates `2026-10-01..2026-10-07`; several of
them in a row mean any of them. The same words in Chinese: 每天, 工作日, 休息日, 节假日, 周一 … 周日.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from storage.rules.worktime import WorkCalendar

_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NAMED = ("daily", "working", "off", "holidays")
_IN_CHINESE: Mapping[str, str] = MappingProxyType(
    dict(zip(("每天", "工作日", "休息日", "节假日"), _NAMED, strict=True))
    | {f"周{sign}": day for sign, day in zip("一二三四五六日", _WEEK, strict=True)}
    | {f"星期{sign}": day for sign, day in zip("一二三四五六日", _WEEK, strict=True)}
    | {"周天": "sun", "星期天": "sun"}
)
_DATE = r"\d{4}-\d{2}-\d{2}"
_DATES = re.compile(rf"({_DATE})(?:\.\.({_DATE}))?")


@dataclass(frozen=True, slots=True)
class Days:
    """A set of days; `text` is its plain form, as it is stored and exported."""

    text: str
    named: frozenset[str]
    spans: tuple[tuple[date, date], ...]

    def covers(self, day: date, calendar: WorkCalendar) -> bool:
        """Whether a local date is one of them."""
        if any(first <= day <= last for first, last in self.spans):
            return True
        if "daily" in self.named or _WEEK[day.weekday()] in self.named:
            return True
        if not self.named & {"working", "off", "holidays"}:
            return False
        is_working = calendar.is_working_day(day)
        if is_working:
            return "working" in self.named
        return "off" in self.named or ("holidays" in self.named and day.weekday() < 5)


def parse_days(text: str) -> Days:
    """Understand such a text. Raises ValueError with the word that is not understood."""
    words = []
    named: set[str] = set()
    spans: list[tuple[date, date]] = []
    for said in re.split(r"[\s,，、;；]+", text.strip()):
        word = _IN_CHINESE.get(said, said.casefold())
        found = _DATES.fullmatch(word)
        if found:
            spans.append(_span(said, found[1], found[2]))
        elif word in _WEEK or word in _NAMED:
            named.add(word)
        else:
            raise ValueError(said)
        words.append(word)
    return Days(" ".join(dict.fromkeys(words)), frozenset(named), tuple(spans))


def _span(said: str, first: str, last: str | None) -> tuple[date, date]:
    try:
        begins, ends = date.fromisoformat(first), date.fromisoformat(last or first)
    except ValueError:
        raise ValueError(said) from None
    if ends < begins:
        raise ValueError(said)
    return begins, ends
