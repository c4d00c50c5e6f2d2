"""Reading an import: one XLSX workbook, a folder of CSV files or a zip of them, into named sheets of text.

Nothing is understood here but files and cells; what a column means is `check`'s business. A file that cannot be read
at all raises `StructureError`; what is wrong with single sheets and cells is gathered in `Book.problems`.
"""

import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from .columns import README_SHEETS, sheet_name
from .csv_sheets import csv_rows
from .problems import Problem, Reason, StructureError
from .raw import MAX_ROWS, CellRows, bounded

MAX_BYTES = 20 * 1024 * 1024
MAX_UNPACKED = 400 * 1024 * 1024
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")  # old .xls, and any workbook with a password
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_CONTENTS = "[Content_Types].xml"


@dataclass
class RawSheet:
    """A sheet as text: numbered rows that are not blank, the header first."""

    name: str
    rows: list[tuple[int, list[str]]]


@dataclass
class Book:
    """Every sheet that was found, and what is wrong with them so far."""

    sheets: dict[str, RawSheet] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    row_count: int = 0


def read(path: Path) -> Book:
    """Read a workbook, a folder or a zip.

    Raises StructureError when the whole cannot be read: absent, empty, too large, damaged, protected, unknown.
    """
    if path.is_dir():
        return _gather((file.stem, csv_rows(file.stem, file.read_bytes())) for file in _csv_files(path))
    if not path.is_file():
        raise _whole(Reason.NOT_FOUND, path=str(path))
    _check_size(path.stat().st_size)
    content = path.read_bytes()
    if not content:
        raise _whole(Reason.EMPTY_FILE)
    if content.startswith(_OLE):
        raise _whole(Reason.PROTECTED if _ENCRYPTED in content else Reason.OLD_FORMAT)
    if not content.startswith(b"PK"):
        raise _whole(Reason.UNKNOWN_FORMAT)
    return _read_zip(content)


def _csv_files(folder: Path) -> list[Path]:
    files = sorted(file for file in folder.iterdir() if file.suffix.casefold() == ".csv" and file.is_file())
    _check_size(sum(file.stat().st_size for file in files))
    return files


def _check_size(size: int) -> None:
    if size > MAX_BYTES:
        raise _whole(Reason.TOO_LARGE, megabytes=MAX_BYTES // 1024 // 1024)


def _read_zip(content: bytes) -> Book:
    from .xlsx_sheets import DAMAGE, xlsx_sheets  # noqa: PLC0415 - openpyxl takes a while to load, CSVs need it not

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if any(entry.flag_bits & 1 for entry in entries):
                raise _whole(Reason.PROTECTED)
            if sum(entry.file_size for entry in entries) > MAX_UNPACKED:
                raise _whole(Reason.TOO_LARGE, megabytes=MAX_UNPACKED // 1024 // 1024)
            if _CONTENTS in archive.namelist():
                return _gather(xlsx_sheets(content, archive))
            return _gather(_zipped_csvs(archive))
    except DAMAGE as error:
        raise _whole(Reason.DAMAGED) from error


def _zipped_csvs(archive: zipfile.ZipFile) -> Iterator[tuple[str, CellRows]]:
    for entry in archive.infolist():
        file = Path(entry.filename)
        if file.suffix.casefold() == ".csv" and "__MACOSX" not in file.parts and not file.name.startswith("."):
            yield file.stem, csv_rows(file.stem, archive.read(entry))


def _gather(found: Iterable[tuple[str, CellRows]]) -> Book:
    book = Book()
    for title, rows in found:
        name = sheet_name(title)
        if name.casefold() in README_SHEETS:
            continue
        if name in book.sheets:
            book.problems.append(Problem(Reason.DUPLICATE_SHEET, name))
            continue
        book.sheets[name] = RawSheet(name, [])
        _fill(book, book.sheets[name], rows)
    if not book.sheets:
        raise _whole(Reason.NO_SHEETS)
    return book


def _fill(book: Book, sheet: RawSheet, rows: CellRows) -> None:
    for item in bounded(rows, sheet.name):
        if isinstance(item, Problem):
            book.problems.append(replace(item, sheet=sheet.name))
            continue
        number, cells = item
        if not any(cells):
            continue
        book.row_count += 1
        if book.row_count > MAX_ROWS:
            raise _whole(Reason.TOO_MANY_ROWS, rows=MAX_ROWS)
        sheet.rows.append((number, cells))


def _whole(reason: Reason, **params: object) -> StructureError:
    return StructureError([Problem(reason, params=params)])
