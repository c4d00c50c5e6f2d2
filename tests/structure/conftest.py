"""A database with tables, the sample community as a folder that may be spoilt, and a moment."""

import csv
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest

from storage.engine import Database, create_schema
from storage.structure import Plan, Problem, StructureError, check, read
from storage.structure.columns import SHEETS

SAMPLE = Path(__file__).parents[2] / "sample"
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    found = await Database.open(f"sqlite:///{tmp_path}/linli.sqlite3")
    await create_schema(found)
    yield found
    await found.close()


@dataclass
class Folder:
    """A copy of the sample that a test changes."""

    path: Path

    def rows(self, sheet: str) -> list[list[str]]:
        with open(self.path / f"{sheet}.csv", encoding="utf-8-sig", newline="") as file:
            return list(csv.reader(file))

    def write(self, sheet: str, rows: list[list[str]]) -> None:
        with open(self.path / f"{sheet}.csv", "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)

    def put(self, sheet: str, code: str, /, **cells: str) -> None:
        """Change cells in the row whose first cell is `code`."""
        header, *rows = self.rows(sheet)
        row = next(row for row in rows if row[0] == code)
        for column, text in cells.items():
            row[header.index(column)] = text
        self.write(sheet, [header, *rows])

    def add(self, sheet: str, /, **cells: str) -> int:
        """Append a row and return its number."""
        header, *rows = self.rows(sheet)
        rows.append([cells.get(column, "") for column in header])
        self.write(sheet, [header, *rows])
        return len(rows) + 1

    def drop(self, sheet: str, code: str) -> None:
        """Remove the rows whose first cell is `code`."""
        self.write(sheet, [row for row in self.rows(sheet) if row[0] != code])

    def text(self, sheet: str) -> str:
        return (self.path / f"{sheet}.csv").read_text(encoding="utf-8")

    def set_text(self, sheet: str, text: str, encoding: str = "utf-8") -> None:
        (self.path / f"{sheet}.csv").write_bytes(text.encode(encoding))

    def plan(self) -> Plan:
        return check(read(self.path))

    def problems(self) -> list[Problem]:
        return problems_of(self.path)


def problems_of(path: Path) -> list[Problem]:
    try:
        check(read(path))
    except StructureError as refused:
        return list(refused.problems)
    return []


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    shutil.copytree(SAMPLE, tmp_path / "sample")
    return Folder(tmp_path / "sample")


@pytest.fixture
def workbook(folder: Folder) -> openpyxl.Workbook:
    """The sample as a workbook of text cells, not saved yet."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for sheet in SHEETS:
        tab = book.create_sheet(sheet)
        for row in folder.rows(sheet):
            tab.append([cell or None for cell in row])
    return book
