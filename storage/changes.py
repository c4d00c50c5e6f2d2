"""Change sets: everything one decision wants to be different, applied whole or not at all, many in one commit.

A decision reads rows with their versions, then fills a `ChangeSet` in memory. `Ledger.commit` applies many of them
in one transaction: it locks and compares the versions that they were decided on with one query per table, leaves out
the sets that somebody was faster than, and writes the rest with one executemany per table and set of columns.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from .engine import Database
from .schema import metadata

Row = Mapping[str, Any]


class Outcome(Enum):
    """What became of one change set."""

    APPLIED = "applied"
    STALE = "stale"  # somebody was faster: decide again on fresh rows


@dataclass
class ChangeSet:
    """Inserts, guarded updates and upserts of one decision. Rows are plain mappings of column to value."""

    inserts: list[tuple[sa.Table, dict[str, Any]]] = field(default_factory=list)
    updates: dict[tuple[str, int], tuple[sa.Table, dict[str, Any]]] = field(default_factory=dict)
    guards: dict[tuple[str, int], int] = field(default_factory=dict)
    deletes: list[tuple[sa.Table, int]] = field(default_factory=list)

    def insert(self, table: sa.Table, **values: Any) -> None:
        """Add a row; it carries its id already."""
        self.inserts.append((table, values))

    def update(self, table: sa.Table, row: Row, **values: Any) -> None:
        """Change `row`, if it still has the version that was read. Two updates of one row are merged."""
        key = (table.name, row["id"])
        for inserted_table, inserted in self.inserts:
            if inserted_table is table and inserted["id"] == row["id"]:
                inserted.update(values)
                return
        self.guard(table, row)
        if key in self.updates:
            self.updates[key][1].update(values)
        else:
            self.updates[key] = (table, values)

    def guard(self, table: sa.Table, row: Row) -> None:
        """Apply nothing of this set unless `row` is still at the version that was read."""
        self.guards.setdefault((table.name, row["id"]), row["version"])

    def delete(self, table: sa.Table, row: Row) -> None:
        """Remove `row`, if it still has the version that was read."""
        self.guard(table, row)
        self.deletes.append((table, row["id"]))

    def __bool__(self) -> bool:
        return bool(self.inserts or self.updates or self.deletes)


async def commit(database: Database, sets: Sequence[ChangeSet]) -> list[Outcome]:
    """Apply every set atomically, all of them in one commit where that is possible.

    A set that breaks a constraint (somebody inserted the same key first) is STALE, and its neighbours are not
    touched. Raises what the engine raises when nothing could be written; `engine.is_passing` tells whether to retry.
    """
    try:
        async with database.writing() as connection:
            return await _apply(connection, sets, is_sqlite=database.is_sqlite)
    except IntegrityError:
        if len(sets) == 1:
            return [Outcome.STALE]
    return [outcome for one in sets for outcome in await commit(database, [one])]


async def _apply(connection: AsyncConnection, sets: Sequence[ChangeSet], *, is_sqlite: bool) -> list[Outcome]:
    versions = await _lock(connection, sets, is_sqlite=is_sqlite)
    outcomes = []
    accepted = []
    for one in sets:
        if any(versions.get(key) != expected for key, expected in one.guards.items()):
            outcomes.append(Outcome.STALE)
            continue
        for key in one.updates:
            versions[key] = one.guards[key] + 1
        for table, row_id in one.deletes:
            versions.pop((table.name, row_id), None)
        outcomes.append(Outcome.APPLIED)
        accepted.append(one)
    await _write(connection, accepted)
    return outcomes


async def _lock(
    connection: AsyncConnection, sets: Iterable[ChangeSet], *, is_sqlite: bool
) -> dict[tuple[str, int], int]:
    wanted: dict[str, set[int]] = defaultdict(set)
    for one in sets:
        for name, row_id in one.guards:
            wanted[name].add(row_id)
    versions: dict[tuple[str, int], int] = {}
    for name in sorted(wanted):
        table = metadata.tables[name]
        query = sa.select(table.c.id, table.c.version).where(table.c.id.in_(sorted(wanted[name]))).order_by(table.c.id)
        rows = await connection.execute(query if is_sqlite else query.with_for_update())
        versions.update({(name, row_id): version for row_id, version in rows})
    return versions


_ORDER = {table.name: position for position, table in enumerate(metadata.sorted_tables)}


async def _write(connection: AsyncConnection, sets: Sequence[ChangeSet]) -> None:
    inserts: dict[tuple[str, tuple[str, ...]], list[dict[str, Any]]] = defaultdict(list)
    updates: dict[tuple[str, tuple[str, ...]], list[dict[str, Any]]] = defaultdict(list)
    deletes: dict[str, list[int]] = defaultdict(list)
    for one in sets:
        for table, values in one.inserts:
            inserts[table.name, tuple(sorted(values))].append(values)
        for (name, row_id), (_, values) in one.updates.items():
            row = {f"set_{column}": value for column, value in values.items()}
            updates[name, tuple(sorted(values))].append(row | {"row_id": row_id})
        for table, row_id in one.deletes:
            deletes[table.name].append(row_id)
    for name, columns in sorted(inserts, key=lambda key: _ORDER[key[0]]):
        await connection.execute(_insert(name, columns), inserts[name, columns])
    for key, rows in updates.items():
        await connection.execute(_update(*key), rows)
    for name, ids in deletes.items():
        table = metadata.tables[name]
        await connection.execute(sa.delete(table).where(table.c.id.in_(ids)))


_statements: dict[tuple[str, str, tuple[str, ...]], Any] = {}


def _insert(name: str, columns: tuple[str, ...]) -> Any:
    key = ("insert", name, columns)
    if key not in _statements:
        table = metadata.tables[name]
        _statements[key] = sa.insert(table).values({column: sa.bindparam(column) for column in columns})
    return _statements[key]


def _update(name: str, columns: tuple[str, ...]) -> Any:
    key = ("update", name, columns)
    if key not in _statements:
        table = metadata.tables[name]
        values: dict[str, Any] = {
            column: sa.bindparam(f"set_{column}", type_=table.c[column].type) for column in columns
        }
        values["version"] = table.c.version + 1
        _statements[key] = sa.update(table).where(table.c.id == sa.bindparam("row_id")).values(values)
    return _statements[key]
