"""What is exported can be imported again, and no cell of it is a formula (scenario 44)."""

import stat
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.engine import Database
from storage.structure import apply, check, read, sheets_out
from storage.structure.armed import disarm, restore

from .conftest import NOW, Folder

ARMED = ["=1+1", "＝1+1", "+86", "＋86", "-2", "－2", "@cmd", "＠cmd", "'=1"]


@pytest.mark.parametrize("name", ["out.xlsx", "out.zip", "out"])
async def test_it_comes_back_unchanged(database: Database, folder: Folder, tmp_path: Path, name: str) -> None:
    folder.add("calendar", date="2026-10-10", is_working="yes", note="调休")
    await apply(database, folder.plan(), NOW)
    sheets_out.write(tmp_path / name, await sheets_out.collect(database))
    report = await apply(database, check(read(tmp_path / name)), NOW, retire_missing=True)
    assert not any(sheet.created or sheet.updated or sheet.missing for sheet in report.values())


@pytest.mark.parametrize("name", ["out.xlsx", "out"])
@pytest.mark.parametrize("text", ARMED)
async def test_it_brings_armed_names_through(
    database: Database, folder: Folder, tmp_path: Path, name: str, text: str
) -> None:
    folder.put("people", "vera", name=disarm(text))
    await apply(database, folder.plan(), NOW)
    sheets_out.write(tmp_path / name, await sheets_out.collect(database))
    assert "vera" in {
        placed.line.code for placed in check(read(tmp_path / name)).lines["people"] if placed.line.name == text
    }


@pytest.mark.parametrize("text", ARMED)
def test_it_writes_armed_text_as_text(tmp_path: Path, text: str) -> None:
    sheets_out.write(tmp_path / "out.xlsx", {"people": [["name"], [text]]})
    cell = openpyxl.load_workbook(tmp_path / "out.xlsx")["people"]["A2"]
    assert (cell.data_type, cell.value, bool(cell.quotePrefix)) == ("s", text, True)
    assert sheets_out.csv_bytes([[text]]).decode("utf-8-sig").strip('"').startswith("'")


def test_it_leaves_numbers_alone() -> None:
    assert sheets_out.csv_bytes([[-33.8, -1]]).decode("utf-8-sig") == "-33.8,-1\r\n"


@given(st.text())
def test_it_restores_what_it_disarmed(text: str) -> None:
    assert restore(disarm(text)) == text


async def test_it_lets_only_the_owner_read(database: Database, folder: Folder, tmp_path: Path) -> None:
    await apply(database, folder.plan(), NOW)
    sheets_out.write(tmp_path / "out.xlsx", await sheets_out.collect(database))
    assert stat.S_IMODE((tmp_path / "out.xlsx").stat().st_mode) == 0o600
