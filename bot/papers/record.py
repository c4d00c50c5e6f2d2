"""How a service record looks: who, which quarter, the posts, then a line for each service; as a PDF or as a table."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.platypus import HRFlowable, SimpleDocTemplate, Spacer, Table, TableStyle

from bot.posters.fonts import find_font
from bot.posters.layout import GREEN, GREY
from storage.structure.sheets_out import workbook

from .sheet import font_name, letters, written

Cell = str | int
Cells = Sequence[Sequence[Cell]]
_WIDTH = 174 * mm


@dataclass(frozen=True, slots=True)
class Record:
    """What stands in it, in the reader's language. The first row of `services` and of `posts` is their head."""

    title: str
    who: str
    summary: str
    services_title: str
    services: Cells
    posts_title: str
    posts: Cells
    made: str


def pdf_bytes(record: Record) -> bytes:
    """The record as a PDF of as many pages as it takes; the head of the table stands on each."""
    font = font_name(find_font())
    packed = io.BytesIO()
    document = SimpleDocTemplate(
        packed, pagesize=A4, topMargin=20 * mm, bottomMargin=18 * mm, leftMargin=18 * mm, rightMargin=18 * mm
    )
    document.title = f"{record.who} {record.title}"
    document.build(list(_story(record, font)))
    return packed.getvalue()


def xlsx_bytes(record: Record) -> bytes:
    """The record as a workbook, in which no text is a formula."""
    head: list[list[Cell]] = [[record.title], [record.who], [record.summary], [record.made]]
    return workbook(
        {record.services_title: [*record.services], record.posts_title: [*record.posts], record.title[:31]: head}
    )


def _story(record: Record, font: str) -> Iterator[Any]:
    yield written(record.title, letters(font, 20, GREEN))
    yield written(record.who, letters(font, 14))
    yield written(record.summary, letters(font, 12))
    yield Spacer(0, 3 * mm)
    yield HRFlowable(width="100%", color=GREEN, thickness=1.2)
    for title, rows in ((record.services_title, record.services), (record.posts_title, record.posts)):
        yield Spacer(0, 4 * mm)
        yield written(title, letters(font, 13, GREEN))
        yield _table(rows, font)
    yield Spacer(0, 6 * mm)
    yield written(record.made, letters(font, 9, GREY))


def _table(rows: Cells, font: str) -> Any:
    head, usual = letters(font, 10, GREY), letters(font, 10)
    cells = [[written(str(cell), usual if at else head) for cell in row] for at, row in enumerate(rows)]
    table = Table(cells, colWidths=[_WIDTH / len(rows[0])] * len(rows[0]), repeatRows=1)
    table.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LINEBELOW", (0, 0), (-1, -1), 0.4, GREY)]))
    return table
