"""Everything the bot says, apart from the code: one folder a language, one TOML file a subject.

A key is "subject.name"; each is a Jinja2 template with autoescape for Telegram's HTML, except buttons, alerts and what
the command line prints, which are plain. A missing parameter is an error in every test, never a gap on a screen.
"""

import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, StrictUndefined, Template, nodes

from bot.splitting import cut
from storage.rules.numbers import spoken
from storage.rules.phones import aloud

LANGUAGES = ("zh-CN", "en")
DEFAULT = "zh-CN"
_ROOT = Path(__file__).parent
_SPACES = re.compile(r"\n{3,}")
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
"""Control characters, and those that turn the direction of whatever follows: a name must not mirror our words."""


_COMPILED: dict[str, tuple[Environment, Environment, dict[tuple[str, str, bool], Template]]] = {}
"""By time zone: how HTML and plain texts are filled in, and what has been compiled so far in this process."""


class Texts:
    """The texts of every language, compiled once."""

    def __init__(self, timezone: str = "Asia/Shanghai") -> None:
        self._zone = ZoneInfo(timezone)
        if timezone not in _COMPILED:
            _COMPILED[timezone] = (self._environment(is_html=True), self._environment(is_html=False), {})
        self._html, self._plain, self._compiled = _COMPILED[timezone]

    def render(self, language: str, key: str, params: Mapping[str, Any], now: datetime) -> str:
        """A message in Telegram's HTML. Raises KeyError for a key no language has."""
        return self._fill(language, key, params, now, is_html=True)

    def plain(self, language: str, key: str, params: Mapping[str, Any], now: datetime) -> str:
        """A button's label, an alert, a line of the command line: no markup."""
        return self._fill(language, key, params, now, is_html=False)

    def page(self, source: str, language: str, params: Mapping[str, Any], now: datetime) -> str:
        """A whole page of HTML from its template, escaped and with times and numbers as in messages."""
        text = self._html.from_string(source).render({**params, "now": now, "language": language})
        return _SPACES.sub("\n\n", _UNSEEN.sub("", text))

    def parsed(self, language: str, key: str) -> nodes.Template:
        """A text as its template is understood, for whoever asks what it needs and what it says."""
        return self._plain.parse(sources(language)[key])

    def _fill(self, language: str, key: str, params: Mapping[str, Any], now: datetime, *, is_html: bool) -> str:
        template = self._template(language, key, is_html=is_html)
        text = template.render({**params, "now": now, "language": language})
        return _SPACES.sub("\n\n", _UNSEEN.sub("", text)).strip()

    def _template(self, language: str, key: str, *, is_html: bool) -> Template:
        at = (language, key, is_html)
        if at not in self._compiled:
            source = sources(language if language in LANGUAGES else DEFAULT)[key]
            template = (self._html if is_html else self._plain).from_string(source)
            template.globals = dict(template.globals)  # copied at every rendering, which a chain of maps takes long for
            self._compiled[at] = template
        return self._compiled[at]

    def _environment(self, *, is_html: bool) -> Environment:
        environment = Environment(
            autoescape=is_html,  # noqa: S701 - what is plain is shown without any markup
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=False,
        )
        environment.filters |= {
            "spoken": spoken,
            "aloud": aloud,
            "when": self._when,
            "clock": self._clock,
            "date": self._date,
            "day": self._on_day,
            "stated": self._stated,
            "stated_day": self._stated_day,
            "dated": self._dated,
            "brief": _brief,
            "text": _text,
        }
        return environment

    def _when(self, value: datetime | str, now: datetime, language: str) -> str:
        """A time as people say it: 今天 14:30, 明天 09:00, 11月23日 09:00."""
        at = self._local(value)
        return f"{_day(at.date(), self._day_of(now), language)} {at:%H:%M}"

    def _date(self, value: datetime | str, language: str) -> str:
        """A time with its year, for what is read much later."""
        at = self._local(value)
        day = f"{at.day} {at:%b %Y}" if language == "en" else f"{at.year}年{at.month}月{at.day}日"
        return f"{day} {at:%H:%M}"

    def _stated(self, value: datetime | str, now: datetime, language: str) -> str:
        """A time on a card, which is read nobody knows when: 今天 14:30 while that is to come, later days with their
        weekday, 11月24日（周二） 09:00; what was, by its date: 11月23日 09:30."""
        at = self._local(value)
        if at <= now:
            return f"{_date_of(at.date(), language)} {at:%H:%M}"
        return self._when(at, now, language) if at.date() == self._day_of(now) else self._dated(at, language)

    def _stated_day(self, value: date | datetime | str, now: datetime, language: str) -> str:
        """A day on a card: 今天（周一） or 11月24日（周二）, and never 明天, which moves on with the reader."""
        day = self._day_of(value)
        today = self._day_of(now)
        return _with_weekday(_day(day, today, language) if day == today else _date_of(day, language), day, language)

    def _dated(self, value: datetime | str, language: str) -> str:
        """A time on what stands for days and is read by many, each on another day: 11月24日（周二） 09:00."""
        at = self._local(value)
        return f"{_with_weekday(_date_of(at.date(), language), at.date(), language)} {at:%H:%M}"

    def _on_day(self, value: date | datetime | str, now: datetime, language: str) -> str:
        """A day with its weekday, as people agree on one: 明天（周二）, 11月24日（周二）."""
        day = self._day_of(value)
        return _with_weekday(_day(day, self._day_of(now), language), day, language)

    def _day_of(self, value: date | datetime | str) -> date:
        """A day, that of an ISO date, or the local day of a moment."""
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        if isinstance(value, str) and len(value) == len("2026-11-24"):
            return date.fromisoformat(value)
        return self._local(value).date()

    def _clock(self, value: datetime | str) -> str:
        return f"{self._local(value):%H:%M}"

    def _local(self, value: datetime | str) -> datetime:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        return moment.astimezone(self._zone)


@cache
def sources(language: str) -> Mapping[str, str]:
    """Every text of a language by its key."""
    found: dict[str, str] = {}
    for path in sorted((_ROOT / language).glob("*.toml")):
        for name, value in tomllib.loads(path.read_text(encoding="utf-8")).items():
            found[f"{path.stem}.{name}"] = value
    return found


_NAMED: Mapping[str, Mapping[int, str]] = {
    "zh-CN": {-1: "昨天", 0: "今天", 1: "明天", 2: "后天"},
    "en": {-1: "yesterday", 0: "today", 1: "tomorrow"},
}


_WEEKDAYS = "一二三四五六日"


def _day(day: date, today: date, language: str) -> str:
    named = _NAMED.get(language, _NAMED[DEFAULT]).get((day - today) // timedelta(days=1))
    return _date_of(day, language) if named is None else named


def _date_of(day: date, language: str) -> str:
    return f"{day.day} {day:%b}" if language == "en" else f"{day.month}月{day.day}日"


def _with_weekday(named: str, day: date, language: str) -> str:
    return f"{named} ({day:%a})" if language == "en" else f"{named}（周{_WEEKDAYS[day.weekday()]}）"


def _text(key: str, language: str) -> str:
    """Another text without parameters: the name of a role."""
    return sources(language if language in LANGUAGES else DEFAULT)[key]


def _brief(text: str | None, length: int = 60) -> str:
    """The beginning of a text, for lists."""
    line = " ".join((text or "").split())
    return cut(line, length)
