"""Reads a date and a time of day as people write them: 明天 9:30, 11月25日下午3点, tomorrow 15:00, 2026-11-25 08:30."""

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from handlers.reading.numerals import HAN_NUMBER, to_arabic

_NUMBER = rf"(?:\d{{1,2}}|[{HAN_NUMBER}]{{1,3}})"
_DAYS = {"今天": 0, "today": 0, "明天": 1, "tomorrow": 1, "大后天": 3, "后天": 2}
_WEEKDAY = re.compile(
    r"(下个?)?(?:周|星期|礼拜)([一二三四五六日天])|\b(mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b",
    re.IGNORECASE,
)
_WEEK = {sign: number for number, sign in enumerate("一二三四五六日")} | {"天": 6}
_ENGLISH_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NAMED = re.compile("|".join(_DAYS), re.IGNORECASE)
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_CHINESE = re.compile(rf"({_NUMBER})月({_NUMBER})[日号]")
_ENGLISH = re.compile(r"\b(\d{1,2}) ?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b", re.IGNORECASE)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CLOCK = re.compile(rf"({_NUMBER})(?:[:：](\d{{2}})|[点时](半|{_NUMBER}(?=分)|\d{{2}})?| ?(?=[ap]m\b))", re.IGNORECASE)
_PART_OF_DAY = re.compile(
    r"[早晚]上|[上中下]午|傍晚|\b(?:morning|noon|afternoon|evening|tonight)\b|[ap]m\b", re.IGNORECASE
)
_BESIDE = re.compile(r"\b(?:at|on|next|in|the)\b", re.IGNORECASE)
_LATE = re.compile(r"下午|晚上|傍晚|pm\b", re.IGNORECASE)


def read_moment(text: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    """The moment a text names, aware; None when it names none, or one that is past. A day without a time is none.

    A time without a day is the next such time; a date without a year is the next such date.
    """
    local = now.astimezone(zone)
    clock = _clock(text)
    if clock is None:
        return None
    try:
        day = _day(text, local.date())
        found = datetime.combine(day or local.date(), time(*clock), zone)
    except ValueError:
        return None
    if day is None and found <= local:
        found += timedelta(days=1)
    return found if found > local else None


def read_day(text: str, today: date) -> date | None:
    """The day a text names, a weekday too: 周二 is the next one, 下周二 that of the week after; None when none is."""
    try:
        day = _day(text, today)
    except ValueError:
        return None
    found = _WEEKDAY.search(text)
    if day is not None or found is None:
        return day
    number = _WEEK[found[2]] if found[2] else _ENGLISH_WEEK.index(found[3][:3].lower())
    if found[1]:
        return today + timedelta(days=7 - today.weekday() + number)
    return today + timedelta(days=(number - today.weekday()) % 7)


def is_moment(text: str) -> bool:
    """Whether a text names a day or a time of day and nothing else, as 明天上午; Sun alone is a family name."""
    rest = _WEEKDAY.sub(lambda found: found[0] if re.fullmatch("[a-z]{3,5}", found[0], re.IGNORECASE) else "", text)
    for pattern in (_NAMED, _ISO, _CHINESE, _ENGLISH, _CLOCK, _PART_OF_DAY):
        rest = pattern.sub("", rest)
    return rest != text and not any(sign.isalnum() for sign in _BESIDE.sub("", rest))


def _clock(text: str) -> tuple[int, int] | None:
    found = _CLOCK.search(_ISO.sub(" ", text))
    if found is None:
        return None
    minutes = found[2] or found[3] or "0"
    hour = _number(found[1])
    if _LATE.search(text) and hour < 12:
        hour += 12
    return hour, 30 if minutes == "半" else _number(minutes)


def _day(text: str, today: date) -> date | None:
    if found := _NAMED.search(text):
        return today + timedelta(days=_DAYS[found[0].lower()])
    if found := _ISO.search(text):
        return date(int(found[1]), int(found[2]), int(found[3]))
    if found := _CHINESE.search(text):
        return _next(today, _number(found[1]), _number(found[2]))
    if found := _ENGLISH.search(text):
        return _next(today, _MONTHS.index(found[2].lower()) + 1, int(found[1]))
    return None


def _next(today: date, month: int, day: int) -> date:
    this_year = date(today.year, month, day)
    return this_year if this_year >= today else date(today.year + 1, month, day)


def _number(words: str) -> int:
    return int(words) if words.isascii() else int(to_arabic(words))
