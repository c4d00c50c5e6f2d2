"""The optional sheets: what is absent changes nothing, what is used is not retired, the sample offers enough."""

from collections import Counter
from datetime import date, time
from pathlib import Path

import openpyxl
import pytest
import sqlalchemy as sa

from storage import directory, schema
from storage.engine import Database
from storage.ids import new_id
from storage.rules.catalogue import Catalogue, ProviderKind, Way
from storage.rules.worktime import WorkCalendar
from storage.structure import Problem, Reason, StructureError, apply, check, read
from storage.structure.columns import SHEETS

from .conftest import NOW, Folder

OPTIONAL = [name for name, sheet in SHEETS.items() if sheet.is_optional]


async def catalogue(database: Database) -> Catalogue:
    async with database.reading() as connection:
        return (await directory.load(connection, "Asia/Shanghai")).catalogue


async def refused(database: Database, folder: Folder) -> list[Problem]:
    with pytest.raises(StructureError) as found:
        await apply(database, folder.plan(), NOW, retire_missing=True)
    return list(found.value.problems)


def without(folder: Folder, *sheets: str) -> None:
    for sheet in sheets:
        (folder.path / f"{sheet}.csv").unlink()


async def booked(database: Database, service: str, provider: str) -> None:
    """A booking that is not over."""
    ticket_id = new_id(NOW)
    async with database.writing() as connection:
        ids = {
            table.name: await connection.scalar(sa.select(table.c.id).where(table.c.code == code))
            for table, code in ((schema.service, service), (schema.provider, provider), (schema.person, "wei"))
        }
        ticket = {
            "id": ticket_id,
            "number": 1,
            "kind": "room",
            "state": "accepted",
            "owner_id": ids["person"],
            "filed_by_id": ids["person"],
            "words": "下棋",
            "intent": "book",
            "limits": {"answer": "1d working", "finish": "30d working"},
            "created_at": NOW,
            "response_due_at": NOW,
            "resolution_due_at": NOW,
        }
        await connection.execute(sa.insert(schema.ticket).values(**ticket))
        row = {"id": ticket_id, "service_id": ids["service"], "provider_id": ids["provider"], "way": "appointment"}
        await connection.execute(sa.insert(schema.booking).values(**row, created_at=NOW))


def test_it_offers_what_a_community_has(folder: Folder) -> None:
    services = folder.plan().lines["services"]
    shelves = Counter(placed.line.category for placed in services)
    assert len(shelves) >= 9
    assert sum(placed.line.is_official for placed in services) == 23
    wanted = {"nursing": 17, "elder": 20, "local": 51, "rooms": 6}
    assert {shelf: shelves[shelf] for shelf in wanted} == wanted
    for placed in services:
        assert len(placed.line.name) <= 12  # they stand on buttons
        assert len(placed.line.name_en) <= 24


async def test_it_offers_every_way_and_a_menu_for_every_day(database: Database, folder: Folder) -> None:
    await apply(database, folder.plan(), NOW)
    found = await catalogue(database)
    for service in found.services.values():
        for way in service.ways:
            assert way is Way.PHONE or found.providers_of(service, way), (service.code, way)
    canteen = found.provider_codes["canteen"]
    calendar = WorkCalendar()
    for day in range(23, 30):
        assert [one for one in found.dishes[canteen.id] if one.days.covers(date(2026, 11, day), calendar)]
    assert {one.kind for one in found.providers.values()} == set(ProviderKind)


async def test_it_imports_a_community_without_them(database: Database, folder: Folder) -> None:
    without(folder, *OPTIONAL)
    report = await apply(database, folder.plan(), NOW)
    assert set(report) == set(SHEETS) - set(OPTIONAL)
    assert not (await catalogue(database)).services


async def test_it_leaves_what_an_absent_sheet_brought(database: Database, folder: Folder) -> None:
    await apply(database, folder.plan(), NOW)
    without(folder, *OPTIONAL)
    report = await apply(database, folder.plan(), NOW, retire_missing=True)
    assert not any(sheet.created or sheet.updated or sheet.missing for sheet in report.values())
    assert len((await catalogue(database)).services) > 100


async def test_it_finds_in_the_database_what_an_absent_sheet_has(database: Database, folder: Folder) -> None:
    await apply(database, folder.plan(), NOW)
    without(folder, *(name for name in OPTIONAL if name != "openings"))
    folder.add("openings", code="late", provider="library", days="wed", begins="18:00", ends="20:00", is_shut="no")
    assert (await apply(database, folder.plan(), NOW))["openings"].created == ("late",)
    row = folder.add("openings", code="never", provider="nobody", days="wed", begins="18:00", ends="20:00")
    problem = Problem(Reason.UNKNOWN_REFERENCE, "openings", row, "provider", {"value": "nobody", "target": "providers"})
    assert await refused(database, folder) == [problem]


async def test_it_empties_a_sheet_only_when_asked(database: Database, folder: Folder) -> None:
    await apply(database, folder.plan(), NOW)
    folder.write("menus", folder.rows("menus")[:1])
    await apply(database, folder.plan(), NOW)
    assert (await catalogue(database)).dishes
    await apply(database, folder.plan(), NOW, retire_missing=True)
    assert not (await catalogue(database)).dishes


@pytest.mark.parametrize(("sheet", "code"), [("services", "room-chess"), ("providers", "room-chess")])
async def test_it_retires_nothing_that_is_booked(database: Database, folder: Folder, sheet: str, code: str) -> None:
    await apply(database, folder.plan(), NOW)
    await booked(database, "room-chess", "room-chess")
    folder.drop("services", code)
    if sheet == "providers":
        folder.drop("openings", f"{code}-1")
        folder.drop("providers", code)
    problems = await refused(database, folder)
    assert Problem(Reason.STILL_BOOKED, sheet, params={"value": code}) in problems
    async with database.writing() as connection:
        await connection.execute(sa.update(schema.ticket).values(closed_at=NOW))
    await apply(database, folder.plan(), NOW, retire_missing=True)
    assert code not in (await catalogue(database)).by_code


async def test_it_retires_nothing_that_an_absent_sheet_names(database: Database, folder: Folder) -> None:
    await apply(database, folder.plan(), NOW)
    without(folder, *(name for name in OPTIONAL if name != "categories"))
    folder.drop("categories", "library")
    problems = await refused(database, folder)
    assert {(p.reason, p.sheet, p.params["named_by"]) for p in problems} == {
        (Reason.STILL_NAMED, "categories", code) for code in ("book-loan", "book-home")
    }


async def test_it_says_when_a_service_is_off(database: Database, folder: Folder) -> None:
    folder.put("services", "senior-card", is_off="yes")
    await apply(database, folder.plan(), NOW)
    assert (await catalogue(database)).by_code["senior-card"].ways == ()
    header, *rows = folder.rows("services")
    at = header.index("is_off")
    folder.write("services", [[*row[:at], *row[at + 1 :]] for row in [header, *rows]])
    await apply(database, folder.plan(), NOW)
    assert (await catalogue(database)).by_code["senior-card"].is_off


async def test_it_keeps_the_turns_of_a_shift(database: Database, folder: Folder) -> None:
    cells = {"place": "grid-1", "people": "zhao wei", "turn": "week", "days": "周一 周三", "from_day": "2026-11-23"}
    folder.add("duty", code="mine", role="grid_worker", begins="6:00", ends="21:00", **cells)
    await apply(database, folder.plan(), NOW)
    async with database.reading() as connection:
        mine = sa.select(schema.duty_rule).where(schema.duty_rule.c.code == "mine")
        row = (await connection.execute(mine)).mappings().one()
        people = {one.code: one.id for one in await connection.execute(sa.select(schema.person))}
    assert row["people"] == [people["zhao"], people["wei"]]
    assert (row["days"], row["begins"], row["from_day"], row["until_day"]) == ("mon wed", "06:00", 20261123, None)


def test_it_understands_chinese_headers_and_lists(folder: Folder) -> None:
    folder.set_text("menus", "编码,服务方编码,日子,菜名\n鱼,canteen,周一、周三,清蒸鱼\n")
    (folder.path / "menus.csv").rename(folder.path / "菜单.csv")
    (placed,) = check(read(folder.path)).lines["menus"]
    assert (placed.line.days, placed.line.name) == ("mon wed", "清蒸鱼")


def test_it_reads_the_times_of_a_workbook(workbook: openpyxl.Workbook, tmp_path: Path) -> None:
    tab = workbook["openings"]
    (begins,) = [cell for cell in tab[1] if cell.value == "begins"]
    tab.cell(2, begins.column).value = time(8, 15)
    tab.cell(2, begins.column + 1).value = "12：00"
    workbook.save(tmp_path / "book.xlsx")
    opening = check(read(tmp_path / "book.xlsx")).lines["openings"][0].line
    assert (opening.begins, opening.ends) == ("08:15", "12:00")
