"""Writing the structure back as the sheets it is imported from: a workbook, a folder of CSV files or a zip of them.

What the import brought is written: living rows that have a code. People who came by themselves are theirs, not the
structure's, and stay out. Text that a spreadsheet could take for a formula is written as text.
"""

import csv
import io
import os
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from storage.engine import Database
from storage.rules.limits import Limits

from .armed import disarm, is_armed
from .columns import SHEETS
from .held import Held, Row, load
from .line import Sheet, day_of

Cell = str | int | float | None
Values = Mapping[Any, Any]
Codes = Mapping[str, Mapping[int, str]]
Sheets = Mapping[str, Sequence[Sequence[Cell]]]
_OWNER_ONLY = 0o600  # the people's sheet has telephone numbers


async def collect(database: Database) -> Sheets:
    """Every sheet with its header and its rows, ordered by code so that two exports can be compared."""
    async with database.reading() as connection:
        held = await load(connection)
    codes = {name: _codes(rows) for name, rows in held.rows.items()}
    return {
        name: [list(sheet.columns), *_cells(sheet, _rows(sheet, held, codes), codes)] for name, sheet in SHEETS.items()
    }


def _rows(sheet: Sheet, held: Held, codes: Codes) -> Iterable[Values]:
    if sheet.name == "roles":
        return _roles(held, codes)
    return _calendar(held) if sheet.name == "calendar" else _coded(sheet, held)


def _cells(sheet: Sheet, rows: Iterable[Values], codes: Codes) -> Iterator[list[Cell]]:
    for row in rows:
        yield [_cell(_shown(sheet, row, name, codes)) for name in sheet.columns]


def _shown(sheet: Sheet, row: Values, name: str, codes: Codes) -> Any:
    """What stands in a sheet's cell for a row of its table."""
    value = row.get(sheet.kept.get(name, name))
    ref = sheet.refs.get(name)
    if ref is not None and ref.column is not None:
        known = codes[ref.sheets[0]]
        return [known[one] for one in value if one in known] if isinstance(value, list) else known.get(value or 0)
    return day_of(value) if name in sheet.days and isinstance(value, int) else value


def write(path: Path, sheets: Sheets) -> None:
    """Write to `path`: a workbook if it ends in .xlsx, a zip if in .zip, else a folder of CSV files."""
    if path.suffix.casefold() == ".xlsx":
        write_private(path, workbook(sheets))
    elif path.suffix.casefold() == ".zip":
        write_private(path, _zip(sheets))
    else:
        path.mkdir(parents=True, exist_ok=True)
        for name, rows in sheets.items():
            write_private(path / f"{name}.csv", csv_bytes(rows))


def csv_bytes(rows: Sequence[Sequence[Cell]]) -> bytes:
    """A CSV file that spreadsheet programs open as UTF-8 and in which no text is a formula."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    for row in rows:
        writer.writerow([disarm(cell) if isinstance(cell, str) else cell for cell in row])
    return buffer.getvalue().encode("utf-8-sig")


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, since it holds telephone numbers or secrets."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWNER_ONLY)
    with open(descriptor, "wb") as file:
        file.write(content)


def workbook(sheets: Sheets) -> bytes:
    """A workbook with a tab for each sheet, in which no text is a formula; the first row stays in view."""
    book = Workbook(write_only=True)
    for name, rows in sheets.items():
        tab = book.create_sheet(name)
        tab.freeze_panes = "A2"
        for row in rows:
            tab.append([_text_cell(tab, cell) if isinstance(cell, str) and is_armed(cell) else cell for cell in row])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _text_cell(tab: Any, text: str) -> Any:
    cell = WriteOnlyCell(tab, value=text)
    cell.data_type = "s"
    cell.quotePrefix = True  # stays text when somebody edits the cell
    return cell


def _zip(sheets: Sheets) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in sheets.items():
            archive.writestr(f"{name}.csv", csv_bytes(rows))
    return buffer.getvalue()


def _cell(value: Any) -> Cell:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return " ".join(map(str, value))
    text = value if value is None or isinstance(value, str | int | float) else str(value)
    return "; ".join(text.splitlines()) if isinstance(text, str) else text


def _codes(rows: Mapping[str, Row]) -> dict[int, str]:
    return {row["id"]: row["code"] for row in rows.values() if row["retired_at"] is None}


def _coded(sheet: Sheet, held: Held) -> Iterator[Values]:
    """The living rows of a sheet, in their order on screens or else by code."""
    living = [row for row in held.rows[sheet.name].values() if row["retired_at"] is None]
    for row in sorted(living, key=lambda row: (row.get("position", 0), row["code"])):
        yield {**row, **_limits(row)} if sheet.name == "kinds" else row


def _limits(row: Values) -> Values:
    limits = Limits.from_json(row["limits"])
    return {name: getattr(limits, name) for name in ("answer", "finish", "on_site", "under_control")}


def _roles(held: Held, codes: Codes) -> Iterable[Values]:
    """Grants between people and places that the sheets know."""
    people, places = codes["people"], codes["places"]
    known = [row for row in held.grants.values() if row["person_id"] in people and row["place_id"] in places]
    return sorted(known, key=lambda row: (people[row["person_id"]], row["role"], places[row["place_id"]]))


def _calendar(held: Held) -> Iterator[Values]:
    for row in held.days.values():
        yield {**row, "date": day_of(row["id"])}
