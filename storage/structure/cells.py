"""The types of cells: text as it stands in a spreadsheet, checked, bounded and turned into a value.

Each type refuses with a pydantic error whose type is a `Reason` code, so that a row's mistakes become problems as
they are. Blank cells never come here.
"""

import re
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, PlainValidator, StringConstraints
from pydantic_core import PydanticCustomError

from storage.rules.catalogue import Fee, Flow, ProviderKind, Way
from storage.rules.chains import format_chain, parse_chain
from storage.rules.days import parse_days
from storage.rules.errands import Per, Who
from storage.rules.limits import Limit
from storage.rules.rights import Role
from storage.rules.roster import Turn

from .levels import Level
from .problems import Reason

_CODE = re.compile(r"[\w.\-]+")
_KIND_CODE = re.compile(r"[a-z][a-z0-9_]*")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_LANDLINE = re.compile(r"0\d{2,3}-?\d{7,8}(-\d{1,6})?")
_ABROAD = re.compile(r"\+\d{8,15}")
_HOTLINE = re.compile(r"\+?\d[\d \-]{1,28}\d")
_DATE = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_CLOCK = re.compile(r"(\d{1,2})[:：](\d{2})(?::00)?")
_YES = frozenset({"yes", "y", "true", "1", "是"})
_NO = frozenset({"no", "n", "false", "0", "否"})
LANGUAGES = ("zh-CN", "en")
Word = TypeVar("Word", bound=StrEnum)
MAX_TELEGRAM_ID = 2**52  # "at most 52 significant bits", says the Bot API


def refuse(reason: Reason, **params: Any) -> PydanticCustomError:
    """The error that pydantic reports for a cell, to be raised."""
    return PydanticCustomError(str(reason), str(reason), params)


def _code(text: str) -> str:
    if not _CODE.fullmatch(text):
        raise refuse(Reason.BAD_CODE)
    return text


def _kind_code(text: str) -> str:
    if not _KIND_CODE.fullmatch(text):
        raise refuse(Reason.BAD_CODE)
    return text


def _codes(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part for part in re.split(r"[\s,，、;；]+", text) if part))


def _phone(text: str) -> str:
    digits = re.sub(r"[ ()（）]", "", text)
    plain = digits.removeprefix("+86").replace("-", "") if digits.startswith("+86") else digits
    if not any(pattern.fullmatch(plain) for pattern in (_MOBILE, _LANDLINE, _ABROAD)):
        raise refuse(Reason.BAD_PHONE)
    return plain


def _hotline(text: str) -> str:
    if not _HOTLINE.fullmatch(text):
        raise refuse(Reason.BAD_HOTLINE)
    return text


def _telegram_id(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text[:20]) < MAX_TELEGRAM_ID:
        raise refuse(Reason.BAD_TELEGRAM_ID)
    return int(text)


def _language(text: str) -> str:
    for language in LANGUAGES:
        if text.casefold() == language.casefold():
            return language
    raise refuse(Reason.BAD_LANGUAGE, allowed=", ".join(LANGUAGES))


def _flag(text: str) -> bool:
    if text.casefold() not in _YES | _NO:
        raise refuse(Reason.BAD_FLAG)
    return text.casefold() in _YES


def _degrees(text: str, bound: int, reason: Reason) -> float:
    try:
        value = float(text)
    except ValueError:
        raise refuse(reason) from None
    if not -bound <= value <= bound:
        raise refuse(reason)
    return value


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise refuse(Reason.BAD_NUMBER)
    return int(text)


def _count(text: str) -> int:
    value = _whole(text)
    if value == 0:
        raise refuse(Reason.ZERO)
    return value


def _day(text: str) -> date:
    found = _DATE.fullmatch(text)
    try:
        return date(*map(int, found.groups())) if found else date.fromisoformat(text)
    except ValueError:
        raise refuse(Reason.BAD_DATE) from None


def _limit(text: str) -> Limit:
    try:
        return Limit.parse(text)
    except ValueError:
        raise refuse(Reason.BAD_LIMIT, value=text) from None


def _chain(text: str) -> str:
    try:
        return format_chain(parse_chain(text))
    except ValueError:
        raise refuse(Reason.BAD_CHAIN, value=text) from None


def _level(text: str) -> Level:
    try:
        return Level(text.casefold())
    except ValueError:
        raise refuse(Reason.UNKNOWN_LEVEL, value=text, allowed=", ".join(Level)) from None


def _role(text: str) -> Role:
    try:
        return Role(text.casefold())
    except ValueError:
        raise refuse(Reason.UNKNOWN_ROLE, value=text, allowed=", ".join(Role)) from None


def _words(text: str) -> str:
    return " ".join(dict.fromkeys(re.split(r"[\s,，、;；]+", text.strip(" ,，、;；"))))


def _items(text: str) -> str:
    return "\n".join(part for part in (part.strip() for part in re.split(r"[;；]", text)) if part)


def _days(text: str) -> str:
    try:
        return parse_days(text).text
    except ValueError as error:
        raise refuse(Reason.BAD_DAYS, value=str(error)) from None


def _clock(text: str) -> str:
    found = _CLOCK.fullmatch(text)
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        raise refuse(Reason.BAD_CLOCK)
    return f"{int(found[1]):02}:{found[2]}"


def _one_of(words: type[Word]) -> Callable[[str], Word]:
    def understand(text: str) -> Word:
        try:
            return words(text.casefold())
        except ValueError:
            raise refuse(Reason.NOT_ONE_OF, value=text, allowed=", ".join(words)) from None

    return understand


def _ways(text: str) -> tuple[Way, ...]:
    return tuple(map(_one_of(Way), _codes(text)))


Code = Annotated[str, StringConstraints(max_length=64), AfterValidator(_code)]
KindCode = Annotated[str, StringConstraints(max_length=32), AfterValidator(_kind_code)]
Codes = Annotated[tuple[str, ...], PlainValidator(_codes)]
Name = Annotated[str, StringConstraints(max_length=80)]
Short = Annotated[str, StringConstraints(max_length=16)]
Note = Annotated[str, StringConstraints(max_length=200)]
Phone = Annotated[str, StringConstraints(max_length=32), AfterValidator(_phone)]
Hotline = Annotated[str, StringConstraints(max_length=30), AfterValidator(_hotline)]
TelegramId = Annotated[int, PlainValidator(_telegram_id)]
Language = Annotated[str, PlainValidator(_language)]
Flag = Annotated[bool, PlainValidator(_flag)]
Latitude = Annotated[float, PlainValidator(lambda text: _degrees(text, 90, Reason.BAD_LATITUDE))]
Longitude = Annotated[float, PlainValidator(lambda text: _degrees(text, 180, Reason.BAD_LONGITUDE))]
Whole = Annotated[int, PlainValidator(_whole)]
Count = Annotated[int, PlainValidator(_count)]
Day = Annotated[date, PlainValidator(_day)]
LimitText = Annotated[Limit, PlainValidator(_limit)]
ChainText = Annotated[str, StringConstraints(max_length=400), AfterValidator(_chain)]
LevelCode = Annotated[Level, PlainValidator(_level)]
RoleCode = Annotated[Role, PlainValidator(_role)]
Words = Annotated[str, StringConstraints(max_length=400), AfterValidator(_words)]
Items = Annotated[str, StringConstraints(max_length=600), AfterValidator(_items)]
DaysText = Annotated[str, StringConstraints(max_length=200), AfterValidator(_days)]
Clock = Annotated[str, AfterValidator(_clock)]
Ways = Annotated[tuple[Way, ...], PlainValidator(_ways)]
FeeCode = Annotated[Fee, PlainValidator(_one_of(Fee))]
FlowCode = Annotated[Flow, PlainValidator(_one_of(Flow))]
ProviderKindCode = Annotated[ProviderKind, PlainValidator(_one_of(ProviderKind))]
TurnCode = Annotated[Turn, PlainValidator(_one_of(Turn))]
WhoCode = Annotated[Who, PlainValidator(_one_of(Who))]
PerCode = Annotated[Per, PlainValidator(_one_of(Per))]
