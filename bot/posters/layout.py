"""How a poster looks: a list of marks on an A4 page, in millimetres from the top left, drawn by `pdf` and by `png`.

One idea: the code in the middle, large, with the place it belongs to; three words say what to do. All else is quiet.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

WIDTH, HEIGHT = 210.0, 297.0
_MIDDLE = WIDTH / 2
_MARGIN = 18.0
_MM_PER_POINT = 25.4 / 72

INK = "#17211d"
GREEN = "#0b5d4b"
PALE = "#eaf3ef"
GREY = "#5d6b65"
RED = "#b3261e"
WHITE = "#ffffff"

Say = Callable[[str, str], str]
"""(language, key) → the poster's words."""
Measure = Callable[[str, float], float]
"""(words, size in points) → width in millimetres."""


@dataclass(frozen=True, slots=True)
class Poster:
    """What differs from poster to poster."""

    code: str  # the place's code, for the file's name
    url: str
    community: tuple[str, str]  # in Chinese and in English
    place: tuple[str, str]
    hotline: str | None


@dataclass(frozen=True, slots=True)
class Words:
    """A line of text around its middle; `y` is its baseline, `size` in points."""

    x: float
    y: float
    text: str
    size: float
    colour: str = INK
    is_bold: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """A filled rectangle with round corners."""

    x: float
    y: float
    width: float
    height: float
    colour: str
    radius: float = 0.0


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code as a square, quiet zone not included."""

    x: float
    y: float
    side: float
    content: str


Mark = Words | Box | Code


def marks(poster: Poster, say: Say, measure: Measure) -> Iterator[Mark]:
    """Everything on one page, in the order of drawing."""
    yield from _head(poster, say, measure)
    yield from _code(poster)
    yield from _place(poster, measure)
    yield from _steps(say, measure)
    yield from _foot(poster, say, measure)


def fitted(text: str, size: float, width: float, measure: Measure) -> float:
    """The size at which a text is no wider than `width`, at most `size`."""
    wide = measure(text, size)
    return size if wide <= width else size * width / wide


def _line(y: float, text: str, size: float, measure: Measure, colour: str = INK, *, is_bold: bool = False) -> Words:
    return Words(_MIDDLE, y, text, fitted(text, size, WIDTH - 2 * _MARGIN, measure), colour, is_bold=is_bold)


def _head(poster: Poster, say: Say, measure: Measure) -> Iterator[Mark]:
    yield Box(0, 0, WIDTH, 73, GREEN)
    zh, en = poster.community
    yield _line(17, f"{zh}  {en}" if en and en != zh else zh, 15, measure, PALE)
    yield _line(44, say("zh-CN", "headline"), 64, measure, WHITE, is_bold=True)
    yield _line(56, say("zh-CN", "lead"), 18, measure, WHITE)
    yield _line(65.5, f"{say('en', 'headline')}. {say('en', 'lead')}.", 13, measure, PALE)


_SIDE = 88.0
_CODE_TOP = 84.5


def _code(poster: Poster) -> Iterator[Mark]:
    yield Code(_MIDDLE - _SIDE / 2, _CODE_TOP, _SIDE, poster.url)


def _place(poster: Poster, measure: Measure) -> Iterator[Mark]:
    zh, en = poster.place
    yield _line(197, zh, 34, measure, INK, is_bold=True)
    if en and en != zh:
        yield _line(205.5, en, 14, measure, GREY)


def _steps(say: Say, measure: Measure) -> Iterator[Mark]:
    column = (WIDTH - 2 * _MARGIN) / 3
    for index, key in enumerate(("scan", "say", "hear")):
        middle = _MARGIN + column * (index + 0.5)
        yield Box(_MARGIN + column * index + 1.5, 212, column - 3, 35, PALE, radius=4)
        yield Words(middle, 223, f"{index + 1}  {say('zh-CN', key)}", 21, GREEN, is_bold=True)
        for y, language, more, size, colour in (
            (231.5, "zh-CN", f"{key}_more", 13, INK),
            (238.5, "en", key, 11, GREEN),
            (243, "en", f"{key}_more", 10, GREY),
        ):
            text = say(language, more)
            yield Words(middle, y, text, fitted(text, size, column - 9, measure), colour)


def _foot(poster: Poster, say: Say, measure: Measure) -> Iterator[Mark]:
    key = "hotline" if poster.hotline else "no_hotline"
    number = f"  {poster.hotline}" if poster.hotline else ""
    yield _line(257, say("zh-CN", key) + number, 16, measure, INK, is_bold=True)
    yield _line(263, say("en", key) + number, 10, measure, GREY)
    yield from foot(say, measure)


def foot(say: Say, measure: Measure) -> Iterator[Mark]:
    """Whom to ring in danger, and whom not to believe: at the end of every page."""
    urgent = "   ".join(f"{say('zh-CN', key)} {number}" for key, number in _URGENT)
    yield _line(274, f"{say('zh-CN', 'danger')}   {urgent}", 16, measure, RED, is_bold=True)
    english = " · ".join(f"{say('en', key)} {number}" for key, number in _URGENT)
    yield _line(279.5, f"{say('en', 'danger')}: {english}", 10, measure, RED)
    fraud = f"{say('zh-CN', 'fraud')}  {say('en', 'fraud')}"
    yield _line(289, fraud, 12, measure, INK)


_URGENT = (("fire", "119"), ("police", "110"), ("ambulance", "120"))
