"""The month as a picture that can be read on a telephone: a line for each day, a column for each kind of shift."""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

WIDTH = 1080
MARGIN = 30
DAY_WIDTH = 130
LEAST_COLUMN = 150
TITLE, HEAD, ROW, NOTE = 92, 96, 54, 46
INK, FAINT, RED, RULE_COLOUR = "#1f2328", "#6b7280", "#c62828", "#d9d9de"
OFF, HEADING, MINE, TODAY = "#f6f1e7", "#eef1f5", "#cdebd3", "#1565c0"
LARGE, USUAL, SMALL, LEAST = 44, 34, 28, 18
_PIECES = re.compile(r"[^、,·]*[、,·]?\s*")


@dataclass(frozen=True, slots=True)
class Cell:
    """Who has a shift; red where nobody has, green where it is the reader's."""

    text: str
    is_gap: bool = False
    is_mine: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One day."""

    day: int
    weekday: str
    is_off: bool
    is_today: bool
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A month: a head of two lines for each column, a line for each day, notes below."""

    place: str
    title: str
    day_head: str
    heads: Sequence[str]
    lines: Sequence[Line]
    notes: Sequence[str]


def draw(sheet: Sheet, font: Path) -> bytes:
    """Draw a month as PNG."""
    columns = max(len(sheet.heads), 1)
    column = max((WIDTH - 2 * MARGIN - DAY_WIDTH) / columns, LEAST_COLUMN)
    width = round(2 * MARGIN + DAY_WIDTH + column * columns)
    notes = [part for note in sheet.notes for part in _folded(note, font, width - 2 * MARGIN)]
    height = MARGIN + TITLE + HEAD + ROW * len(sheet.lines) + MARGIN + NOTE * len(notes) + MARGIN
    image = Image.new("RGB", (width, height), "white")
    pen = _Pen(ImageDraw.Draw(image), font, width, column)
    pen.write(sheet.title, width / 2, MARGIN + TITLE / 2, width - 2 * MARGIN, LARGE)
    pen.head(sheet, MARGIN + TITLE)
    for number, line in enumerate(sheet.lines):
        pen.line(line, MARGIN + TITLE + HEAD + ROW * number)
    top = MARGIN + TITLE + HEAD + ROW * len(sheet.lines) + MARGIN
    for number, note in enumerate(notes):
        pen.note(note, top + NOTE * number)
    buffer = io.BytesIO()
    image.quantize(64).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


class _Pen:
    def __init__(self, draw: ImageDraw.ImageDraw, font: Path, width: int, column: float) -> None:
        self._draw = draw
        self._font = font
        self._width = width
        self._column = column

    def write(self, text: str, x: float, y: float, room: float, size: int, colour: str = INK) -> None:
        """Words around a point, smaller where they would not fit."""
        while size > LEAST and _set(self._font, size).getlength(text) > room:
            size -= 2
        self._draw.text((x, y), text, colour, _set(self._font, size), "mm")

    def head(self, sheet: Sheet, top: float) -> None:
        self._draw.rectangle((MARGIN, top, self._width - MARGIN, top + HEAD), HEADING)
        self.write(sheet.day_head, MARGIN + DAY_WIDTH / 2, top + HEAD / 2, DAY_WIDTH, SMALL, FAINT)
        for number, head in enumerate(sheet.heads):
            role, _, hours = head.partition("\n")
            x = self._middle(number)
            self.write(role, x, top + HEAD * 0.32, self._column - 12, SMALL)
            self.write(hours, x, top + HEAD * 0.72, self._column - 12, SMALL, FAINT)

    def line(self, line: Line, top: float) -> None:
        if line.is_off:
            self._draw.rectangle((MARGIN, top, self._width - MARGIN, top + ROW), OFF)
        colour = RED if line.is_off else INK
        middle = top + ROW / 2
        self.write(f"{line.day} {line.weekday}", MARGIN + DAY_WIDTH / 2, middle, DAY_WIDTH - 8, USUAL, colour)
        for number, cell in enumerate(line.cells):
            x = self._middle(number)
            if cell.is_mine:
                box = (x - self._column / 2 + 4, top + 4, x + self._column / 2 - 4, top + ROW - 4)
                self._draw.rounded_rectangle(box, 10, MINE)
            self.write(cell.text, x, middle, self._column - 16, USUAL, RED if cell.is_gap else INK)
        self._draw.line((MARGIN, top + ROW, self._width - MARGIN, top + ROW), RULE_COLOUR)
        if line.is_today:
            self._draw.rectangle((MARGIN, top, self._width - MARGIN, top + ROW), outline=TODAY, width=4)

    def note(self, note: str, top: float) -> None:
        self._draw.text((MARGIN, top + NOTE / 2), note, FAINT, _set(self._font, SMALL), "lm")

    def _middle(self, number: int) -> float:
        return MARGIN + DAY_WIDTH + self._column * (number + 0.5)


def _folded(text: str, font: Path, room: float) -> list[str]:
    """A note in as many lines as it needs, broken between names; a name that is too long for one anywhere."""
    lines, line = [], ""
    for piece in _PIECES.findall(text):
        parts = [piece] if _set(font, SMALL).getlength(piece) <= room else piece
        for part in parts:
            if line and _set(font, SMALL).getlength((line + part).rstrip()) > room:
                lines.append(line)
                line = ""
            line += part
    return [*lines, line]


@cache
def _set(path: Path, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), size)
