"""Files that cannot be what they should be are refused in words, whatever is inside."""

import io
import zipfile
from contextlib import suppress
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from storage.structure import Reason, StructureError, raw, read, sheets

from .conftest import Folder, problems_of


def reasons(path: Path) -> set[Reason]:
    return {problem.reason for problem in problems_of(path)}


def saved(book: Workbook, tmp_path: Path) -> Path:
    book.save(tmp_path / "book.xlsx")
    return tmp_path / "book.xlsx"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", Reason.EMPTY_FILE),
        (b"\xff\xd8\xff\xe0 a photo", Reason.UNKNOWN_FORMAT),
        (b"PK\x03\x04 and then nothing", Reason.DAMAGED),
        (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), Reason.OLD_FORMAT),
        (bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"), Reason.PROTECTED),
    ],
)
def test_it_refuses_what_is_no_workbook(tmp_path: Path, content: bytes, reason: Reason) -> None:
    (tmp_path / "book.xlsx").write_bytes(content)
    assert reasons(tmp_path / "book.xlsx") == {reason}


def test_it_refuses_a_path_that_leads_nowhere(tmp_path: Path) -> None:
    assert reasons(tmp_path / "gone.xlsx") == {Reason.NOT_FOUND}


def test_it_refuses_a_folder_without_sheets(tmp_path: Path) -> None:
    assert reasons(tmp_path) == {Reason.NO_SHEETS}


def test_it_refuses_a_file_that_is_too_large(tmp_path: Path) -> None:
    with open(tmp_path / "book.xlsx", "wb") as file:
        file.truncate(sheets.MAX_BYTES + 1)
    assert reasons(tmp_path / "book.xlsx") == {Reason.TOO_LARGE}


def test_it_refuses_a_zip_that_unpacks_to_too_much(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(5):
            with archive.open(f"{number}.csv", "w") as file:
                for _ in range(50):
                    file.write(bytes(2 * 1024 * 1024))
    assert reasons(tmp_path / "bomb.zip") == {Reason.TOO_LARGE}


def test_it_refuses_too_many_rows(folder: Folder) -> None:
    rows = "".join(f"p{number},某人\n" for number in range(raw.MAX_ROWS))
    folder.set_text("people", "code,name\n" + rows)
    assert reasons(folder.path) == {Reason.TOO_MANY_ROWS}


def test_it_refuses_a_zip_with_a_password(folder: Folder, tmp_path: Path) -> None:
    packed = bytearray(zipped(folder))
    for position in range(len(packed) - 4):  # the flag "encrypted" of every entry of the directory
        if packed[position : position + 4] == b"PK\x01\x02":
            packed[position + 8] |= 1
    (tmp_path / "book.zip").write_bytes(packed)
    assert reasons(tmp_path / "book.zip") == {Reason.PROTECTED}


def zipped(folder: Folder) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for file in sorted(folder.path.iterdir()):
            archive.write(file, f"幸福里/{file.name}")
    return buffer.getvalue()


def test_it_reads_a_zip_of_sheets(folder: Folder, tmp_path: Path) -> None:
    (tmp_path / "sheets.zip").write_bytes(zipped(folder))
    assert reasons(tmp_path / "sheets.zip") == set()


def test_it_refuses_a_sheet_that_is_there_twice(folder: Folder, tmp_path: Path) -> None:
    (tmp_path / "sheets.zip").write_bytes(zipped(folder))
    with zipfile.ZipFile(tmp_path / "sheets.zip", "a") as archive:
        archive.writestr("other/places.csv", folder.text("places"))
    assert reasons(tmp_path / "sheets.zip") == {Reason.DUPLICATE_SHEET}


def test_it_refuses_a_missing_and_an_unknown_sheet(folder: Folder) -> None:
    (folder.path / "kinds.csv").rename(folder.path / "kindes.csv")
    assert reasons(folder.path) == {Reason.MISSING_SHEET, Reason.UNKNOWN_SHEET}


def test_it_refuses_an_empty_sheet(folder: Folder) -> None:
    folder.set_text("roles", "")
    assert reasons(folder.path) == {Reason.EMPTY_SHEET}


def test_it_refuses_a_structure_without_places(folder: Folder) -> None:
    folder.set_text("places", folder.text("places").splitlines()[0])
    assert Reason.NO_ROWS in reasons(folder.path)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16"])
def test_it_refuses_another_encoding(folder: Folder, encoding: str) -> None:
    folder.set_text("people", folder.text("people"), encoding)
    assert reasons(folder.path) == {Reason.WRONG_ENCODING}


def test_it_reads_a_byte_order_mark(folder: Folder) -> None:
    folder.set_text("people", folder.text("people"), "utf-8-sig")
    assert reasons(folder.path) == set()


def test_it_refuses_semicolons(folder: Folder) -> None:
    folder.set_text("people", folder.text("people").replace(",", ";"))
    assert reasons(folder.path) == {Reason.WRONG_SEPARATOR}


def test_it_refuses_a_quote_that_never_ends(folder: Folder) -> None:
    folder.set_text("people", folder.text("people") + 'zz,"某人\n')
    assert reasons(folder.path) == {Reason.BROKEN_QUOTES}


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("code,phone", {Reason.MISSING_COLUMN}),
        ("code,name,shoe_size", {Reason.UNKNOWN_COLUMN}),
        ("code,name,姓名", {Reason.DUPLICATE_COLUMN}),
        ("code,name,,phone", {Reason.EMPTY_HEADER}),
        ("code,name" + ",x" * 50, {Reason.TOO_MANY_COLUMNS}),
    ],
)
def test_it_refuses_a_wrong_header(folder: Folder, header: str, expected: set[Reason]) -> None:
    folder.set_text("people", header + "\n")
    assert expected <= reasons(folder.path)


def test_it_understands_chinese_headers(folder: Folder) -> None:
    folder.set_text("calendar", "日期,上班,说明\n2026-10-10,是,调休\n")
    (folder.path / "calendar.csv").rename(folder.path / "日历.csv")
    assert folder.plan().lines["calendar"][0].line.is_working


def test_it_refuses_cells_beyond_the_header(folder: Folder) -> None:
    folder.set_text("calendar", "date,is_working\n2026-10-10,yes,and more\n")
    assert reasons(folder.path) == {Reason.EXTRA_CELLS}


def test_it_refuses_control_characters(folder: Folder) -> None:
    folder.put("people", "wei", name="小\x00魏")
    assert reasons(folder.path) == {Reason.CONTROL_CHARACTER}


def test_it_refuses_a_formula_in_a_csv(folder: Folder) -> None:
    folder.put("people", "wei", room="=1+1")
    assert reasons(folder.path) == {Reason.FORMULA}


def test_it_reads_a_workbook(workbook: Workbook, tmp_path: Path) -> None:
    workbook.create_sheet("说明").append(["写给填表的人"])
    workbook["people"]["C2"].value = 19900001001  # a telephone number that the program made a number of
    assert reasons(saved(workbook, tmp_path)) == set()


@pytest.mark.parametrize(("value", "reason"), [("=A1&A2", Reason.FORMULA), ("#REF!", Reason.CELL_ERROR)])
def test_it_refuses_formulas_and_errors(workbook: Workbook, tmp_path: Path, value: str, reason: Reason) -> None:
    workbook["people"]["G5"] = value
    assert [(p.reason, p.sheet, p.row, p.column) for p in problems_of(saved(workbook, tmp_path))] == [
        (reason, "people", 5, "G")
    ]


def test_it_refuses_merged_cells(workbook: Workbook, tmp_path: Path) -> None:
    workbook["places"].merge_cells("A1:B1")
    assert Reason.MERGED_CELLS in reasons(saved(workbook, tmp_path))


def test_it_refuses_a_workbook_whose_parts_are_broken(workbook: Workbook, tmp_path: Path) -> None:
    path = saved(workbook, tmp_path)
    with zipfile.ZipFile(path) as whole, zipfile.ZipFile(tmp_path / "cut.xlsx", "w") as cut:
        for entry in whole.infolist():
            content = whole.read(entry)
            cut.writestr(entry, content[: len(content) // 2] if "sheet1" in entry.filename else content)
    assert reasons(tmp_path / "cut.xlsx") == {Reason.DAMAGED}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(data=st.data())
def test_it_survives_any_damage(workbook: Workbook, tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "whole.xlsx"
    if not path.exists():
        workbook.save(path)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 20))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    (tmp_path / "damaged.xlsx").write_bytes(content)
    with suppress(StructureError):
        read(tmp_path / "damaged.xlsx")


def test_it_reads_real_dates_and_truth_values(workbook: Workbook, tmp_path: Path) -> None:
    workbook["calendar"].append([date(2026, 10, 10), True, "调休"])
    path = saved(workbook, tmp_path)
    assert read(path).sheets["calendar"].rows[1][1] == ["2026-10-10", "yes", "调休"]
    assert openpyxl.load_workbook(path)["calendar"]["B2"].value is True
