"""One CSV file as rows of cells: UTF-8, with or without a byte order mark, commas, quotes doubled."""

import csv
import io
from collections.abc import Iterator

from .armed import restore
from .problems import Problem, Reason
from .raw import NumberedRow, column_letter


def csv_rows(sheet: str, content: bytes) -> Iterator[NumberedRow | Problem]:
    """Read a file's rows, numbered by its lines as spreadsheets number them (a quoted line break counts once)."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        yield Problem(Reason.WRONG_ENCODING, sheet)
        return
    if _has_other_separator(text):
        yield Problem(Reason.WRONG_SEPARATOR, sheet)
        return
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            yield from _row(sheet, number, cells)
    except csv.Error:
        yield Problem(Reason.BROKEN_QUOTES, sheet, number + 1)


def _has_other_separator(text: str) -> bool:
    header = text.split("\n", 1)[0]
    return "," not in header and any(separator in header for separator in ";\t，；")


def _row(sheet: str, number: int, cells: list[str]) -> Iterator[NumberedRow | Problem]:
    texts = [restore(cell) for cell in cells]
    for index, cell in enumerate(cells):
        if cell.startswith("="):
            yield Problem(Reason.FORMULA, sheet, number, column_letter(index))
            texts[index] = ""
    yield number, texts
