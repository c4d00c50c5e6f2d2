"""便民服务卡: one A4 page for a whole community, to hang by the telephone: the code, the hotline, what is used most."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .layout import GREEN, GREY, INK, PALE, WHITE, WIDTH, Box, Code, Mark, Measure, Say, Words, fitted, foot

MOST_SERVICES = 14
_MARGIN = 18.0
_MIDDLE = WIDTH / 2
_SIDE = 58.0
_TOP, _ROW = 146.0, 14.6
_COLUMN = (WIDTH - 2 * _MARGIN) / 2


@dataclass(frozen=True, slots=True)
class Card:
    """What differs from community to community; services as (Chinese, English, number to ring or nothing)."""

    url: str
    community: tuple[str, str]
    hotline: str | None
    services: Sequence[tuple[str, str, str | None]]


def card_marks(card: Card, say: Say, measure: Measure) -> Iterator[Mark]:
    """Everything on the page, in the order of drawing."""
    yield from _head(card, say, measure)
    yield from _ways(card, say, measure)
    yield from _services(card, say, measure)
    yield from foot(say, measure)


def _head(card: Card, say: Say, measure: Measure) -> Iterator[Mark]:
    yield Box(0, 0, WIDTH, 58, GREEN)
    zh, en = card.community
    named = f"{zh}  {en}" if en and en != zh else zh
    wide = WIDTH - 2 * _MARGIN
    yield Words(_MIDDLE, 15, named, fitted(named, 15, wide, measure), PALE)
    yield Words(_MIDDLE, 36, say("zh-CN", "card"), 46, WHITE, is_bold=True)
    yield Words(_MIDDLE, 45.5, say("zh-CN", "card_lead"), 16, WHITE)
    lead = f"{say('en', 'card')}. {say('en', 'card_lead')}"
    yield Words(_MIDDLE, 52.5, lead, fitted(lead, 12, wide, measure), PALE)


def _ways(card: Card, say: Say, measure: Measure) -> Iterator[Mark]:
    """The code on the left, the telephone on the right: either will do."""
    yield Code(_MARGIN + (_COLUMN - _SIDE) / 2, 68, _SIDE, card.url)
    middle = _MARGIN + 1.5 * _COLUMN
    lines = [(say("zh-CN", "card_scan"), 20, GREEN, True), (say("en", "card_scan"), 11, GREY, False)]
    if card.hotline:
        lines += [(say("zh-CN", "card_ring"), 20, GREEN, True), (say("en", "card_ring"), 11, GREY, False)]
        lines += [(card.hotline, 30, INK, True)]
    y = 82.0 if card.hotline else 94.0
    for text, size, colour, is_bold in lines:
        yield Words(middle, y, text, fitted(text, size, _COLUMN - 4, measure), colour, is_bold=is_bold)
        y += 13.5 if text == say("en", "card_scan") else 8.5 if size < 30 and is_bold else 14.0


def _services(card: Card, say: Say, measure: Measure) -> Iterator[Mark]:
    """Two columns, from the most used down the left one."""
    title = f"{say('zh-CN', 'card_most')}  {say('en', 'card_most')}"
    yield Words(_MIDDLE, 140, title, fitted(title, 14, WIDTH - 2 * _MARGIN, measure), GREEN, is_bold=True)
    shown = card.services[:MOST_SERVICES]
    half = -(-len(shown) // 2)
    for index, (zh, en, phone) in enumerate(shown):
        column, row = divmod(index, half)
        left, top = _MARGIN + column * _COLUMN, _TOP + row * _ROW
        middle = left + _COLUMN / 2
        yield Box(left + 1.5, top, _COLUMN - 3, _ROW - 2, PALE, radius=3)
        named = f"{zh}  {phone}" if phone else zh
        yield Words(middle, top + 6.2, named, fitted(named, 16, _COLUMN - 9, measure), INK, is_bold=True)
        if en and en != zh:
            yield Words(middle, top + 10.8, en, fitted(en, 9, _COLUMN - 9, measure), GREY)
