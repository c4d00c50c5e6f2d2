"""Writing the structure back as the sheets it is imported from: a workbook, a folder of CSV files or a zip of them.

What the import brought is written: living rows that have a code. People who came by themselves are theirs, not the
structure's, and stay out. Text that a spreadsheet could take for a formula is written as text.
"""

import csv
import io
import os
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from storage.engine import Database
from storage.rules.limits import Limits
from storage.schema import calendar_day

from .armed import disarm, is_armed
from .columns import SHEETS
from .held import Held, Row, load

Cell = str | int | float | None
Sheets = Mapping[str, Sequence[Sequence[Cell]]]
_OWNER_ONLY = 0o600  # the people's sheet has telephone numbers


async def collect(database: Database) -> Sheets:
    """Every sheet with its header and its rows, ordered by code so that two exports can be compared."""
    async with database.reading() as connection:
        held = await load(connection)
        days = list((await connection.execute(sa.select(calendar_day).order_by(calendar_day.c.id))).mappings())
    rows: dict[str, Iterator[dict[str, Any]]] = {
        "places": _places(held),
        "people": _people(held),
        "roles": _roles(held),
        "kinds": _kinds(held),
        "routing": _routing(held),
        "calendar": _calendar(days),
    }
    return {
        name: [list(sheet.columns), *([_cell(row.get(column)) for column in sheet.columns] for row in rows[name])]
        for name, sheet in SHEETS.items()
    }


def write(path: Path, sheets: Sheets) -> None:
    """Write to `path`: a workbook if it ends in .xlsx, a zip if in .zip, else a folder of CSV files."""
    if path.suffix.casefold() == ".xlsx":
        write_private(path, _workbook(sheets))
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


def _workbook(sheets: Sheets) -> bytes:
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
    return value if value is None or isinstance(value, str | int | float) else str(value)


def _living(rows: Mapping[str, Row]) -> Iterator[Row]:
    return (row for _, row in sorted(rows.items()) if row["retired_at"] is None)


def _codes(rows: Mapping[str, Row]) -> dict[int, str]:
    return {row["id"]: row["code"] for row in _living(rows)}


def _places(held: Held) -> Iterator[dict[str, Any]]:
    codes = _codes(held.places)
    for row in _living(held.places):
        yield {**row, "parent": codes.get(row["parent_id"]), "grid": codes.get(row["grid_id"])}


def _people(held: Held) -> Iterator[dict[str, Any]]:
    codes = _codes(held.places)
    for row in _living(held.people):
        yield {**row, "home": codes.get(row["home_id"])}


def _roles(held: Held) -> Iterator[dict[str, Any]]:
    people, places = _codes(held.people), _codes(held.places)
    found = ((people.get(person), role, places.get(place)) for person, role, place in held.grants)
    for person, role, place in sorted((one for one in found if one[0] and one[2]), key=str):
        yield {"person": person, "role": role, "place": place}


def _kinds(held: Held) -> Iterator[dict[str, Any]]:
    for row in sorted(_living(held.kinds), key=lambda row: row["position"]):
        limits = Limits.from_json(row["limits"])
        yield {**row, **{name: getattr(limits, name) for name in ("answer", "finish", "on_site", "under_control")}}


def _routing(held: Held) -> Iterator[dict[str, Any]]:
    codes = _codes(held.places)
    for row in sorted(_living(held.rules), key=lambda row: row["position"]):
        yield {**row, "kinds": " ".join(row["kinds"] or ()), "place": codes.get(row["place_id"])}


def _calendar(days: Sequence[Mapping[Any, Any]]) -> Iterator[dict[str, Any]]:
    for row in days:
        text = str(row["id"])
        yield {**row, "date": f"{text[:4]}-{text[4:6]}-{text[6:]}"}
