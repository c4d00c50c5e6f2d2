"""How a sheet looks: who, what, which originals, and both confirmations, in Chinese with English beneath."""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import HRFlowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from bot.posters.fonts import NoFontError, find_font
from bot.posters.layout import GREEN, GREY, INK
from bot.posters.pdf import register

Say = Callable[[str, str], str]
"""(language, key) → the sheet's words."""
Both = tuple[str, str]
"""The same in Chinese and in English."""
_LABEL, _VALUE = 48 * mm, 126 * mm


@dataclass(frozen=True, slots=True)
class Paper:
    """What stands on a sheet."""

    kind: str
    number: str
    matter: Both
    owner: str
    agent: str
    made: Both
    confirmed: Both
    items: Sequence[Both] = ()
    is_mandate: bool = False


def sheet_bytes(paper: Paper, say: Say) -> bytes:
    """The sheet as a PDF. Without a font of the machine, that of the PDF reader is used."""
    font = font_name(find_font())
    packed = io.BytesIO()
    document = SimpleDocTemplate(
        packed, pagesize=A4, topMargin=22 * mm, bottomMargin=18 * mm, leftMargin=18 * mm, rightMargin=18 * mm
    )
    document.title = say("zh-CN", paper.kind)
    document.build(list(_story(paper, say, font)))
    return packed.getvalue()


@cache
def font_name(font: Path | None) -> str:
    """The font's name. Reading it takes a while: once is enough. One that cannot be embedded is done without."""
    try:
        return register(font)
    except NoFontError:
        return register(None)


def letters(font: str, size: float, colour: str = INK) -> ParagraphStyle:
    """How letters of a size look, in points."""
    return ParagraphStyle("", fontName=font, fontSize=size, leading=size * 1.5, textColor=colour, wordWrap="CJK")


def written(words: str, style: ParagraphStyle) -> Any:
    """Words as they are, in no markup."""
    return Paragraph(escape(words), style)


def _story(paper: Paper, say: Say, font: str) -> Iterator[Any]:
    big, small = letters(font, 24, GREEN), letters(font, 11, GREY)
    yield written(say("zh-CN", paper.kind), big)
    yield written(say("en", paper.kind), small)
    yield Spacer(0, 4 * mm)
    yield HRFlowable(width="100%", color=GREEN, thickness=1.2)
    yield Spacer(0, 3 * mm)
    for language, style in (("zh-CN", letters(font, 13)), ("en", letters(font, 10, GREY))):
        yield written(say(language, f"{paper.kind}_words"), style)
    yield Spacer(0, 4 * mm)
    yield _fields(_rows(paper), say, font)
    if paper.is_mandate:
        yield from _by_hand(say, font)


def _rows(paper: Paper) -> Iterator[tuple[str, Sequence[Both]]]:
    yield "number", [(paper.number, "")]
    yield "matter", [paper.matter]
    yield "owner", [(paper.owner, "")]
    yield "agent", [(paper.agent, "")]
    if paper.items:
        yield "items", paper.items
    yield "agent_confirmed", [paper.made]
    yield "confirmed", [paper.confirmed]


def _fields(rows: Iterator[tuple[str, Sequence[Both]]], say: Say, font: str) -> Any:
    label, note, value = letters(font, 12, GREEN), letters(font, 9, GREY), letters(font, 13)
    cells = [
        [
            [written(say("zh-CN", key), label), written(say("en", key), note)],
            [one for zh, en in values for one in _value(zh, en, value, note)],
        ]
        for key, values in rows
    ]
    table = Table(cells, colWidths=[_LABEL, _VALUE])
    look = [("VALIGN", (0, 0), (-1, -1), "TOP"), ("LINEBELOW", (0, 0), (-1, -1), 0.4, GREY)]
    table.setStyle(TableStyle(look))
    return table


def _value(zh: str, en: str, style: ParagraphStyle, note: ParagraphStyle) -> Iterator[Any]:
    yield written(zh, style)
    if en and en != zh:
        yield written(en, note)


def _by_hand(say: Say, font: str) -> Iterator[Any]:
    """Offices ask for numbers and signatures that are kept nowhere here."""
    style = letters(font, 12)
    yield Spacer(0, 9 * mm)
    yield written(f"{say('zh-CN', 'by_hand')}  {say('en', 'by_hand')}", letters(font, 10, GREY))
    for who in ("owner", "agent"):
        yield Spacer(0, 6 * mm)
        named = f"{say('zh-CN', who)} {say('en', who)}"
        lines = "    ".join(f"{say('zh-CN', key)} {'_' * 18}" for key in ("id_number", "signature"))
        yield written(f"{named}:  {lines}", style)
