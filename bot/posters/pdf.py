"""Posters as one PDF, a page each: text stays text, the code is drawn as lines and is sharp at any size."""

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.pdfgen.canvas import Canvas

from .card import Card, card_marks
from .codes import dark_runs
from .fonts import FALLBACK, NAME, NoFontError
from .layout import HEIGHT, Box, Code, Mark, Measure, Poster, Say, Words, marks

_FILL, _FILL_AND_STROKE = 0, 2  # how PDF renders text
_LATIN, _LATIN_1 = "Helvetica", 256
_BOLD = 0.028  # how thick the stroke around bold letters is, of their size: the fonts have one weight only


def write_pdf(path: Path, posters: Iterable[Poster], say: Say, font: Path | None) -> None:
    """Write the posters. Without a font file, STSong-Light of the PDF reader is used.

    Raises NoFontError when the font file has no TrueType outlines, OSError when the file cannot be written.
    """
    name = register(font)
    _write_pages(path, say("zh-CN", "headline"), name, (marks(one, say, _measure(name)) for one in posters))


def write_cards(path: Path, cards: Iterable[Card], say: Say, font: Path | None) -> None:
    """Write the cards of communities. Raises what `write_pdf` raises."""
    name = register(font)
    _write_pages(path, say("zh-CN", "card"), name, (card_marks(one, say, _measure(name)) for one in cards))


def _measure(name: str) -> Measure:
    return lambda text, size: _width(name, text, size) / float(mm)


def _write_pages(path: Path, title: str, font: str, pages: Iterable[Iterable[Mark]]) -> None:
    canvas = Canvas(str(path), pagesize=A4, pageCompression=1, invariant=1)  # the same pages, the same bytes
    canvas.setTitle(title)
    for page in pages:
        for mark in page:
            _draw(canvas, font, mark)
        canvas.showPage()
    canvas.save()


def register(font: Path | None) -> str:
    """The name by which a PDF calls the font. Raises NoFontError when the file has no TrueType outlines."""
    if font is None:
        pdfmetrics.registerFont(UnicodeCIDFont(FALLBACK))
        return FALLBACK
    try:
        pdfmetrics.registerFont(TTFont(NAME, str(font), subfontIndex=0))
    except (TTFError, OSError) as error:
        raise NoFontError(str(font)) from error
    return NAME


def _draw(canvas: Any, font: str, mark: Mark) -> None:
    match mark:
        case Box():
            canvas.setFillColor(mark.colour)
            y = HEIGHT - mark.y - mark.height
            sizes = (mark.x * mm, y * mm, mark.width * mm, mark.height * mm)
            canvas.roundRect(*sizes, mark.radius * mm, stroke=0, fill=1)
        case Words():
            _write(canvas, font, mark)
        case Code():
            _draw_code(canvas, mark)


def _pieces(font: str, text: str) -> list[tuple[str, str]]:
    """(font, piece) in order: the fallback's Latin letters are poor, Helvetica writes them."""
    if font != FALLBACK:
        return [(font, text)]
    runs = groupby(text, key=lambda char: ord(char) < _LATIN_1)
    return [(_LATIN if is_latin else font, "".join(run)) for is_latin, run in runs]


def _width(font: str, text: str, size: float) -> float:
    return sum(float(pdfmetrics.stringWidth(piece, face, size)) for face, piece in _pieces(font, text))


def _write(canvas: Any, font: str, words: Words) -> None:
    text = canvas.beginText(words.x * mm - _width(font, words.text, words.size) / 2, (HEIGHT - words.y) * mm)
    text.setFillColor(words.colour)
    if words.is_bold:
        canvas.setLineWidth(words.size * _BOLD)
        text.setStrokeColor(words.colour)
        text.setTextRenderMode(_FILL_AND_STROKE)
    for face, piece in _pieces(font, words.text):
        text.setFont(face, words.size)
        text.textOut(piece)
    if words.is_bold:
        text.setTextRenderMode(_FILL)
    canvas.drawText(text)


def _draw_code(canvas: Any, code: Code) -> None:
    count, runs = dark_runs(code.content)
    module = code.side / count
    path = canvas.beginPath()
    for row, column, length in runs:
        y = HEIGHT - code.y - (row + 1) * module
        path.rect((code.x + column * module) * mm, y * mm, length * module * mm, module * mm)
    canvas.setFillColor("#000000")
    canvas.drawPath(path, stroke=0, fill=1)
