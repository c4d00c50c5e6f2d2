"""The tabs of an XLSX workbook as rows of cells, streamed, with formulas and merged cells noticed."""

import io
import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from openpyxl import load_workbook
from openpyxl.reader.workbook import WorkbookParser
from openpyxl.utils.exceptions import InvalidFileException

from .problems import Problem, Reason
from .raw import CellRows, NumberedRow, column_letter

DAMAGE = (
    zipfile.BadZipFile,
    InvalidFileException,
    zlib.error,
    struct.error,
    EOFError,
    SyntaxError,  # broken XML
    NotImplementedError,  # an unknown compression
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
)
"""What the readers raise on a file that is not what it says it is."""

_WORKBOOK = "xl/workbook.xml"
_LAST_ROW = 1_048_576  # of any spreadsheet; a higher number is a damaged or a hostile file
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]+\d+:[A-Z]+\d+)"')
_CHUNK = 1 << 20
_OVERLAP = 200


def xlsx_sheets(content: bytes, archive: zipfile.ZipFile) -> Iterator[tuple[str, CellRows]]:
    """Every tab with its rows. Raises one of DAMAGE on a damaged file, also while rows are read."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # features of Excel that are not read do not concern the user
        parts = _parts(archive)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        for tab in book.worksheets:
            tab.reset_dimensions()  # some programs write a wrong size
            yield tab.title, _rows(tab, archive, parts.get(tab.title))
        book.close()


def _parts(archive: zipfile.ZipFile) -> dict[str, str]:
    if _WORKBOOK not in archive.namelist():
        return {}
    parser = WorkbookParser(archive, _WORKBOOK, keep_links=False)
    parser.parse()
    return {sheet.name: relation.target for sheet, relation in parser.find_sheets()}


def _rows(tab: Any, archive: zipfile.ZipFile, part: str | None) -> Iterator[NumberedRow | Problem]:
    for area in sorted(_merged_areas(archive, part)) if part else ():
        yield Problem(Reason.MERGED_CELLS, tab.title, params={"area": area})
    for number, cells in enumerate(tab.iter_rows(), start=1):
        if number > _LAST_ROW:
            raise ValueError("row number")
        texts = []
        for index, cell in enumerate(cells):
            reason = (
                {"f": Reason.FORMULA, "e": Reason.CELL_ERROR}.get(cell.data_type) if cell.value is not None else None
            )
            if reason is not None:
                yield Problem(reason, tab.title, number, column_letter(index))
            texts.append("" if reason else _text(cell.value))
        yield number, texts


def _merged_areas(archive: zipfile.ZipFile, part: str) -> set[str]:
    areas: set[str] = set()
    rest = b""
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            areas.update(found.decode() for found in _MERGED.findall(rest + chunk))
            rest = chunk[-_OVERLAP:]
    return areas


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)
