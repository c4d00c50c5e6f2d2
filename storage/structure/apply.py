"""Writing an import: all of it or nothing, in one transaction, only what differs."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.directory import STRUCTURE_VERSION
from storage.engine import Database
from storage.schema import calendar_day, role_grant, setting

from .columns import SHEETS
from .compare import Difference, Differences, Values, compare
from .held import load
from .plan import Plan
from .used import refuse_what_is_used

Progress = Callable[[str, int, int], None]
"""Called with (sheet, rows written so far, rows to write)."""

_BATCH = 1000


@dataclass(frozen=True, slots=True)
class SheetReport:
    """What became of one sheet's rows, by their keys; `missing` were retired if `is_retired`."""

    created: tuple[str, ...]
    updated: tuple[str, ...]
    unchanged: int
    missing: tuple[str, ...]
    is_retired: bool


Report = Mapping[str, SheetReport]


def _silent(_sheet: str, _done: int, _total: int) -> None:
    pass


async def preview(database: Database, plan: Plan, now: datetime) -> Report:
    """What `apply` would do, without doing it. Raises StructureError as `apply` does."""
    async with database.reading() as connection:
        return _report(compare(plan, await load(connection), now), is_retired=False)


async def apply(
    database: Database, plan: Plan, now: datetime, *, retire_missing: bool = False, progress: Progress = _silent
) -> Report:
    """Bring the database to what the plan says, all or nothing.

    Rows that are gone from the sheets stay, unless `retire_missing`. Raises StructureError, with nothing written,
    when a Telegram account belongs to somebody else, when a kind that is gone still has open matters, a service or
    provider that is gone still has bookings, or a sheet that is absent still names what is gone.
    """
    async with database.writing() as connection:
        version = await _lock(connection)
        differences = compare(plan, await load(connection), now)
        for sheet, difference in differences.sheets.items():
            await _write(connection, sheet, difference, progress)
        has_retired = retire_missing and await _retire(connection, differences, now)
        if has_retired or not differences.is_empty or version is None:
            await _set_version(connection, version)
        return _report(differences, is_retired=retire_missing)


def _report(differences: Differences, *, is_retired: bool) -> Report:
    return {
        name: SheetReport(tuple(one.created), tuple(one.updated), one.unchanged, tuple(one.missing), is_retired)
        for name, one in differences.sheets.items()
    }


async def _lock(connection: AsyncConnection) -> str | None:
    """Read the structure's version and let a second import on another machine wait."""
    query = sa.select(setting.c.value).where(setting.c.name == STRUCTURE_VERSION).with_for_update()
    return await connection.scalar(query)


async def _set_version(connection: AsyncConnection, version: str | None) -> None:
    """A new version makes running bots load the structure again."""
    if version is None:
        await connection.execute(sa.insert(setting).values(name=STRUCTURE_VERSION, value="1"))
        return
    following = str(int(version) + 1) if version.isdigit() else "1"
    await connection.execute(sa.update(setting).where(setting.c.name == STRUCTURE_VERSION).values(value=following))


async def _write(connection: AsyncConnection, sheet: str, difference: Difference, progress: Progress) -> None:
    total = len(difference.inserts) + len(difference.updates)
    done = 0
    for batch in _batches(difference.inserts):
        await connection.execute(sa.insert(difference.table), batch)
        done += len(batch)
        progress(sheet, done, total)
    for columns, rows in _by_columns(difference.updates).items():
        for batch in _batches(rows):
            await connection.execute(_update(difference.table, columns), batch)
            done += len(batch)
            progress(sheet, done, total)


def _batches(rows: list[Values]) -> Iterable[list[Values]]:
    return (rows[start : start + _BATCH] for start in range(0, len(rows), _BATCH))


def _by_columns(updates: Iterable[tuple[int, Values]]) -> dict[tuple[str, ...], list[Values]]:
    """Rows that change the same columns go together, so that a column nobody changed is never written back."""
    grouped: dict[tuple[str, ...], list[Values]] = defaultdict(list)
    for row_id, values in updates:
        bound = {f"set_{name}": value for name, value in values.items()}
        grouped[tuple(sorted(values))].append(bound | {"row_id": row_id})
    return grouped


def _update(table: sa.Table, columns: Iterable[str]) -> sa.Update:
    values: dict[str, Any] = {name: sa.bindparam(f"set_{name}", type_=table.c[name].type) for name in columns}
    return sa.update(table).where(table.c.id == sa.bindparam("row_id")).values(**values, version=table.c.version + 1)


async def _retire(connection: AsyncConnection, differences: Differences, now: datetime) -> bool:
    await refuse_what_is_used(connection, differences)
    gone = {name: [row["id"] for row in one.missing.values()] for name, one in differences.sheets.items()}
    for name, sheet in SHEETS.items():
        if sheet.is_coded and name in gone:
            await _end(connection, sheet.table, sheet.table.c.id, "retired_at", gone[name], now)
    for column, ids in (
        (role_grant.c.id, gone["roles"]),
        (role_grant.c.person_id, gone["people"]),
        (role_grant.c.place_id, gone["places"]),
    ):
        await _end(connection, role_grant, column, "revoked_at", ids, now)
    for start in range(0, len(gone["calendar"]), _BATCH):
        batch = gone["calendar"][start : start + _BATCH]
        await connection.execute(sa.delete(calendar_day).where(calendar_day.c.id.in_(batch)))
    return any(gone.values())


async def _end(
    connection: AsyncConnection, table: sa.Table, column: sa.Column[int], ended: str, ids: list[int], now: datetime
) -> None:
    for start in range(0, len(ids), _BATCH):
        condition = column.in_(ids[start : start + _BATCH]) & table.c[ended].is_(None)
        values = {ended: now, "version": table.c.version + 1}
        await connection.execute(sa.update(table).where(condition).values(values))
