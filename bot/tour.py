"""The guided tour of the demo, as data that its control end point offers: who does what, and by what one sees it done.

The page plays it without knowing what it is about. Labels of buttons and words to wait for are taken from the very
texts that the bot says, so that the tour stays true when they change.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from storage.rules.quarters import Quarter
from storage.rules.worktime import WorkCalendar

from .stage import Days
from .texts import LANGUAGES, Texts, sources
from .tour_steps import STEPS

_BLANKS = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|<[^>]*>|\n", re.DOTALL)
_CALENDAR = WorkCalendar()
_CLOCK = {  # which of the days, how many after it, and what time it is then
    "evening": ("visit", -1, time(18)),
    "morning": ("visit", 0, time(8)),
    "before": ("visit", 0, time(8, 55)),
    "office": ("visit", 0, time(10, 30)),
    "after": ("scarce", 0, time(9)),
}

Json = dict[str, Any]
_LABELS = {  # deeds that press a button named after a day or a time
    "month": "button.month_after",
    "day": "button.day_free",
    "full": "button.day_full",
    "only": "button.wait_day",
    "time": "button.time",
    "quarter": "button.record_pdf",
}
QUESTIONS = ("report", "nobody", "finish", "book", "help", "address", "danger", "language")
"""What somebody can answer afterwards."""


class _Deeds:
    """What the page does, as data: of each step's deeds, with the days of a demo that began at some time."""

    def __init__(self, texts: Texts, door: str, began: datetime) -> None:
        self._texts = texts
        self._door = door
        self._began = began
        self._days = Days.after(began, _CALENDAR)

    def words(self, key: str, **params: Any) -> Mapping[str, str]:
        """A text in every language."""
        return {one: self._texts.plain(one, key, params, self._began) for one in LANGUAGES}

    def told(self, step: str) -> Mapping[str, str]:
        """What is said about a step."""
        return self.words(f"control.tour_{step}", day=self._days.visit.isoformat())

    def of(self, kind: str, key: str, *where: int) -> Json:
        """One deed; `where` is whose phone, and which group."""
        return {**self._what(kind, key), **place(*where)}

    def _what(self, kind: str, key: str) -> Json:
        if kind == "start":
            return {"start": self._door}
        if kind == "action":
            return {"action": key}
        if kind == "clock":
            return {"action": "to", "params": {"at": self._time(*_CLOCK[key]).isoformat()}, "times": 1}
        if kind in _LABELS:
            return {"presses": self.words(_LABELS[kind], **self._named(kind, key))}
        return {kind: fragments(key) if kind == "sees" else self.words(key)}

    def _named(self, kind: str, key: str) -> Json:
        if kind == "quarter":
            return {"year": self._quarter(key).year, "number": self._quarter(key).number}
        if kind == "time":
            return {"at": self._time("visit", 0, time.fromisoformat(key))}
        day = self._day(key)
        return {"day": day.isoformat() if kind == "only" else day.day}

    def is_needed(self, kind: str, key: str) -> bool:
        """Whether a deed is to be done: the calendar is turned only where another month begins meanwhile, and the first
        quarter of two is looked for only where another has begun since.
        """
        if kind == "quarter":
            return key == "scarce" or self._quarter(key) != self._quarter("scarce")
        return kind != "month" or self._day(key).month != _CALENDAR.to_local(self._began).month

    def _day(self, name: str) -> date:
        days = {"visit": self._days.visit, "scarce": self._days.scarce}
        return days.get(name) or _CALENDAR.to_local(self._began).date()

    def _quarter(self, name: str) -> Quarter:
        return Quarter.of(datetime.combine(self._day(name), time(12), _CALENDAR.zone), _CALENDAR.zone)

    def _time(self, day: str, after: int, at: time) -> datetime:
        return datetime.combine(self._day(day) + timedelta(days=after), at, _CALENDAR.zone)


def document(texts: Texts, *, identity: str, language: str, door: str, began: str) -> Json:
    """What the control end point offers.

    `identity` changes when the demo begins anew, `language` is what its people speak, `door` is the start code on
    Rosa's door, `began` is when the demo's clock began, an ISO time.
    """
    deeds = _Deeds(texts, door, datetime.fromisoformat(began))
    return {
        "id": identity,
        "language": language,
        "anew": "anew",
        "about": deeds.words("control.tour_about"),
        "steps": [
            {
                "id": step.id,
                "phone": step.phone,
                "text": deeds.told(step.id),
                "do": [deeds.of(*one) for one in step.do if deeds.is_needed(*one[:2])],
                "until": {"words": fragments(step.until[1]), **place(*step.until[:1], *step.until[2:])},
                "needs": list(step.needs),
                "shows": step.shows or step.until[0],
            }
            for step in STEPS
        ],
        "end": {
            "text": deeds.words("control.tour_end"),
            "answers": [
                {"question": deeds.words(f"control.asked_{one}"), "answer": deeds.words(f"control.answered_{one}")}
                for one in QUESTIONS
            ],
        },
    }


def place(*where: int) -> Json:
    """Whose phone, if it is named, and which group, if it is one."""
    return {**({"phone": where[0]} if where else {}), **({"chat": str(where[1])} if where[1:] else {})}


def fragments(key: str) -> dict[str, str]:
    """The longest piece of a text that is the same whatever it is about, in every language."""
    return {one: max((piece.strip() for piece in _BLANKS.split(sources(one)[key])), key=len) for one in LANGUAGES}
