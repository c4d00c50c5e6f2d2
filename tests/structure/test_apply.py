"""An import is all or nothing, can be run again, writes only what differs and takes nothing away unasked."""

import pytest
import sqlalchemy as sa

from storage import directory, schema
from storage.engine import Database
from storage.ids import new_id
from storage.structure import Reason, Report, StructureError, apply, preview
from storage.structure.columns import SHEETS

from .conftest import NOW, Folder


async def one(database: Database, table: sa.Table, code: str) -> sa.RowMapping:
    async with database.reading() as connection:
        return (await connection.execute(sa.select(table).where(table.c.code == code))).mappings().one()


async def count(database: Database, table: sa.Table) -> int:
    async with database.reading() as connection:
        return await connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0


async def version(database: Database) -> str:
    async with database.reading() as connection:
        return (await connection.scalar(directory.VERSION)) or ""


def changed(report: Report) -> dict[str, tuple[int, int]]:
    counts = {name: (len(sheet.created), len(sheet.updated)) for name, sheet in report.items()}
    return {name: count for name, count in counts.items() if any(count)}


async def set_person(database: Database, code: str, **values: object) -> None:
    async with database.writing() as connection:
        await connection.execute(sa.update(schema.person).where(schema.person.c.code == code).values(**values))


async def newcomer(database: Database, telegram_id: int) -> int:
    """Somebody who came by themselves."""
    row_id = new_id(NOW)
    async with database.writing() as connection:
        values = {"id": row_id, "telegram_id": telegram_id, "name": "王阿姨", "created_at": NOW}
        await connection.execute(sa.insert(schema.person).values(**values))
    return row_id


async def test_it_brings_the_sample_in(database: Database, folder: Folder) -> None:
    report = await apply(database, folder.plan(), NOW)
    assert {name: len(sheet.created) for name, sheet in report.items()} == {
        name: len(folder.rows(name)) - 1 for name in SHEETS
    }


async def test_it_changes_nothing_the_second_time(database: Database, folder: Folder) -> None:
    await apply(database, folder.plan(), NOW)
    before = await version(database)
    report = await apply(database, folder.plan(), NOW, retire_missing=True)
    assert changed(report) == {}
    assert not any(sheet.missing for sheet in report.values())
    assert await version(database) == before != ""


async def test_it_is_what_the_bot_loads(database: Database, folder: Folder) -> None:
    folder.add("calendar", date="2026-10-10", is_working="yes", note="调休")
    await apply(database, folder.plan(), NOW)
    async with database.reading() as connection:
        structure = await directory.load(connection, "Asia/Shanghai")
    (unit,) = structure.find(estate=None, building="3", unit="2", near=None)
    assert structure.name(unit.id) == "锦绣家园 3栋 2单元"
    assert structure.grid_of(unit.id) == structure.by_code["grid-1"]
    assert structure.kinds["utilities"].limits.answer.calendar == "long_day"


async def test_it_writes_only_what_differs(database: Database, folder: Folder) -> None:
    await apply(database, folder.plan(), NOW)
    before = await version(database)
    folder.put("people", "wei", name="魏小明")
    report = await apply(database, folder.plan(), NOW)
    assert changed(report) == {"people": (0, 1)}
    assert (await one(database, schema.person, "wei"))["version"] == 2
    assert (await one(database, schema.person, "zhao"))["version"] == 1
    assert await version(database) != before


async def test_it_writes_nothing_when_one_row_cannot_be_written(database: Database, folder: Folder) -> None:
    await apply(database, folder.plan(), NOW)
    rosa = await newcomer(database, 1001)
    folder.add("places", code="new", level="estate", parent="xfl", name="新苑")
    folder.put("people", "wei", telegram_id="1001")  # he has a row of his own already
    with pytest.raises(StructureError) as refused:
        await apply(database, folder.plan(), NOW)
    assert [(p.reason, p.sheet, p.row) for p in refused.value.problems] == [(Reason.TELEGRAM_ID_TAKEN, "people", 2)]
    assert await count(database, schema.place) == 110
    async with database.reading() as connection:
        owner = sa.select(schema.person.c.id).where(schema.person.c.telegram_id == 1001)
        assert await connection.scalar(owner) == rosa


async def test_it_leaves_nothing_behind_when_it_is_stopped_half_way(database: Database, folder: Folder) -> None:
    def stop(sheet: str, _done: int, _total: int) -> None:
        if sheet == "roles":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await apply(database, folder.plan(), NOW, progress=stop)
    assert [await count(database, table) for table in (schema.place, schema.person, schema.role_grant)] == [0, 0, 0]
    assert await version(database) == ""


async def test_it_refuses_an_account_of_another_person_of_the_list(database: Database, folder: Folder) -> None:
    await apply(database, folder.plan(), NOW)
    folder.put("people", "wei", telegram_id="")
    folder.put("people", "zhao", telegram_id="2001")
    with pytest.raises(StructureError):
        await apply(database, folder.plan(), NOW)
    assert (await one(database, schema.person, "wei"))["telegram_id"] == 2001


async def test_it_knows_again_who_came_before_the_list(database: Database, folder: Folder) -> None:
    rosa = await newcomer(database, 1001)
    folder.add("people", code="rosa", name="王阿姨", telegram_id="1001", home="jx-3-2", room="1502")
    await apply(database, folder.plan(), NOW)
    assert (await one(database, schema.person, "rosa"))["id"] == rosa


async def test_it_leaves_what_people_said_themselves(database: Database, folder: Folder) -> None:
    await apply(database, folder.plan(), NOW)
    home = (await one(database, schema.place, "jx-3-2"))["id"]
    await set_person(
        database, "mediator", telegram_id=7007, home_id=home, room="9", language="en", has_chosen_language=True
    )
    report = await apply(database, folder.plan(), NOW)
    assert changed(report) == {}
    mediator = await one(database, schema.person, "mediator")
    assert (mediator["telegram_id"], mediator["room"], mediator["language"]) == (7007, "9", "en")


async def test_it_empties_a_place_where_the_cell_is_blank_but_not_where_the_column_is_absent(
    database: Database, folder: Folder
) -> None:
    await apply(database, folder.plan(), NOW)
    folder.put("places", "xfl", hotline="")
    header, *rows = folder.rows("places")
    kept = [index for index, name in enumerate(header) if name not in {"latitude", "longitude"}]
    folder.write("places", [[row[index] for index in kept] for row in [header, *rows]])
    await apply(database, folder.plan(), NOW)
    place = await one(database, schema.place, "xfl")
    assert (place["hotline"], place["latitude"]) == (None, 30.2601)


async def test_it_reports_what_is_gone_and_leaves_it(database: Database, folder: Folder) -> None:
    await apply(database, folder.plan(), NOW)
    folder.drop("roles", "vera")
    folder.drop("people", "vera")
    report = await apply(database, folder.plan(), NOW)
    assert report["people"].missing == ("vera",)
    assert report["roles"].missing == ("vera volunteer xfl",)
    assert (await one(database, schema.person, "vera"))["retired_at"] is None


async def test_it_retires_what_is_gone_when_asked_and_takes_it_back(database: Database, folder: Folder) -> None:
    await apply(database, folder.plan(), NOW)
    kept = {sheet: folder.text(sheet) for sheet in ("people", "roles")}
    folder.drop("roles", "vera")
    folder.drop("people", "vera")
    await apply(database, folder.plan(), NOW, retire_missing=True)
    vera = await one(database, schema.person, "vera")
    assert vera["retired_at"] == NOW
    assert await living_grants(database, vera["id"]) == 0
    for sheet, text in kept.items():
        folder.set_text(sheet, text)
    report = await apply(database, folder.plan(), NOW)
    assert changed(report) == {"people": (0, 1), "roles": (1, 0)}
    assert await living_grants(database, vera["id"]) == 1


async def living_grants(database: Database, person_id: int) -> int:
    grant = schema.role_grant
    query = sa.select(sa.func.count()).where(grant.c.person_id == person_id, grant.c.revoked_at.is_(None))
    async with database.reading() as connection:
        return await connection.scalar(query) or 0


async def test_it_leaves_roles_that_an_administrator_gave(database: Database, folder: Folder) -> None:
    await apply(database, folder.plan(), NOW)
    wei = await one(database, schema.person, "wei")
    ada = await one(database, schema.person, "ada")
    grid = await one(database, schema.place, "grid-2")
    values = {"person_id": wei["id"], "role": "grid_worker", "place_id": grid["id"], "granted_at": NOW}
    async with database.writing() as connection:
        await connection.execute(sa.insert(schema.role_grant).values(id=1, granted_by=ada["id"], **values))
    report = await apply(database, folder.plan(), NOW, retire_missing=True)
    assert report["roles"].missing == ()
    assert await living_grants(database, wei["id"]) == 2


async def test_it_does_not_retire_a_kind_with_open_matters(database: Database, folder: Folder) -> None:
    folder.add("kinds", code="parcels", name="快递", name_en="Parcels", answer="2h working", finish="1d working")
    await apply(database, folder.plan(), NOW)
    await open_ticket(database, "parcels")
    folder.drop("kinds", "parcels")
    with pytest.raises(StructureError):
        await apply(database, folder.plan(), NOW, retire_missing=True)
    assert (await one(database, schema.kind, "parcels"))["retired_at"] is None


async def open_ticket(database: Database, kind: str) -> None:
    owner = (await one(database, schema.person, "chen"))["id"]
    times = dict.fromkeys(("created_at", "response_due_at", "resolution_due_at"), NOW)
    values = {"id": 1, "number": 1, "kind": kind, "state": "new", "owner_id": owner, "filed_by_id": owner, **times}
    async with database.writing() as connection:
        await connection.execute(sa.insert(schema.ticket).values(words="", intent="report", limits={}, **values))


async def test_it_removes_a_correction_of_the_calendar_when_asked(database: Database, folder: Folder) -> None:
    folder.add("calendar", date="2026-10-10", is_working="yes")
    await apply(database, folder.plan(), NOW)
    folder.set_text("calendar", folder.text("calendar").splitlines()[0])
    await apply(database, folder.plan(), NOW, retire_missing=True)
    assert await count(database, schema.calendar_day) == 0


async def test_it_shows_beforehand_what_it_would_do(database: Database, folder: Folder) -> None:
    report = await preview(database, folder.plan(), NOW)
    assert len(report["places"].created) == 110
    assert await count(database, schema.place) == 0


async def test_it_tells_how_far_it_is(database: Database, folder: Folder) -> None:
    seen: list[tuple[str, int, int]] = []
    await apply(database, folder.plan(), NOW, progress=lambda *told: seen.append(told))
    assert seen[0] == ("places", 110, 110)
    assert {sheet for sheet, _, _ in seen} == {name for name in SHEETS if folder.rows(name)[1:]}
