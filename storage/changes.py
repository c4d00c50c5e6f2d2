"""Change sets: everything one decision wants to be different, applied whole or not at all, many in one commit.

A decision reads rows with their versions, then fills a `ChangeSet` in memory. `Ledger.commit` applies many of them
in one transaction: it locks and compares the versions that they were decided on with one query per table, leaves out
the sets that somebody was faster than, and writes the rest with one executemany per table and set of columns. When the
database refuses that, the batch is halved until the set that it refuses stands alone; the others are written.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cache, partial
from typing import Any

import sqlalchemy as sa

from .engine import Database
from .passing import Failure, failure_of
from .plain import asked, once, written
from .schema import metadata

log = logging.getLogger(__name__)

Row = Mapping[str, Any]


class Outcome(Enum):
    """What became of one change set."""

    APPLIED = "applied"
    STALE = "stale"  # somebody was faster: decide again on fresh rows
    BROKEN = "broken"  # the database will never take it as it is


@dataclass
class ChangeSet:
    """Inserts, guarded updates and upserts of one decision. Rows are plain mappings of column to value."""

    inserts: list[tuple[sa.Table, dict[str, Any]]] = field(default_factory=list)
    updates: dict[tuple[str, int], tuple[sa.Table, dict[str, Any]]] = field(default_factory=dict)
    guards: dict[tuple[str, int], int] = field(default_factory=dict)
    deletes: list[tuple[sa.Table, int]] = field(default_factory=list)
    statements: list[tuple[sa.Executable, dict[str, Any]]] = field(default_factory=list)

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

    def run(self, statement: sa.Executable, **params: Any) -> None:
        """Run a statement (made once, with parameters) after the rest of this set, for what concerns many rows at once.

        It has no guard of its own: a row that this set guards has to stand for what it touches.
        """
        self.statements.append((statement, params))

    def __bool__(self) -> bool:
        return bool(self.inserts or self.updates or self.deletes or self.statements)


async def commit(database: Database, sets: Sequence[ChangeSet]) -> list[Outcome]:
    """Apply every set atomically, all of them in one commit where that is possible.

    A set whose key somebody inserted first is STALE, one that the database refuses is BROKEN; their neighbours are
    written. Raises what passes (see `storage.passing`); a part may be written then, and is STALE when tried again.
    """
    try:
        return await database.write(partial(_apply, sets=sets, is_sqlite=database.is_sqlite))
    except Exception as error:
        failure = failure_of(error)
        if failure is Failure.PASSING:
            raise
        if len(sets) == 1:
            return [_alone(error, failure)]
    half = len(sets) // 2
    return [*await commit(database, sets[:half]), *await commit(database, sets[half:])]


def _alone(error: Exception, failure: Failure) -> Outcome:
    if failure is Failure.TAKEN:
        return Outcome.STALE
    original = getattr(error, "orig", None)
    log.error("the database refuses a change set: %(error)s", {"error": type(original or error).__name__})
    return Outcome.BROKEN


def _apply(connection: sa.Connection, sets: Sequence[ChangeSet], *, is_sqlite: bool) -> list[Outcome]:
    versions = _lock(connection, sets, is_sqlite=is_sqlite)
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
    _write(connection, accepted)
    return outcomes


def _lock(connection: sa.Connection, sets: Iterable[ChangeSet], *, is_sqlite: bool) -> dict[tuple[str, int], int]:
    """The versions of all guarded rows; on PostgreSQL the rows stay locked, in one order for everybody."""
    wanted: dict[str, set[int]] = defaultdict(set)
    changed: set[str] = set()
    for one in sets:
        changed.update(name for name, _ in one.updates)
        changed.update(table.name for table, _ in one.deletes)
        for name, row_id in one.guards:
            wanted[name].add(row_id)
    versions: dict[tuple[str, int], int] = {}
    for name in sorted(wanted):
        # What is only guarded may be guarded by others at the same time: the lease of the sender by every commit.
        query = _versions(name) if is_sqlite else _versions(name).with_for_update(read=name not in changed)
        rows = asked(connection, query, {"ids": sorted(wanted[name])})
        versions.update({(name, row["id"]): row["version"] for row in rows})
    return versions


@cache
def _versions(name: str) -> sa.Select[Any]:
    table = metadata.tables[name]
    wanted = table.c.id.in_(sa.bindparam("ids", expanding=True))
    return once(sa.select(table.c.id, table.c.version).where(wanted).order_by(table.c.id))


_ORDER = {table.name: position for position, table in enumerate(metadata.sorted_tables)}


def _write(connection: sa.Connection, sets: Sequence[ChangeSet]) -> None:
    inserts: dict[tuple[str, tuple[str, ...]], list[dict[str, Any]]] = defaultdict(list)
    updates: dict[tuple[str, tuple[str, ...]], list[dict[str, Any]]] = defaultdict(list)
    deletes: dict[str, list[int]] = defaultdict(list)
    statements: dict[sa.Executable, list[dict[str, Any]]] = defaultdict(list)
    for one in sets:
        for statement, params in one.statements:
            statements[statement].append(params)
        for table, values in one.inserts:
            inserts[table.name, tuple(sorted(values))].append(values)
        for (name, row_id), (_, values) in one.updates.items():
            row = {f"set_{column}": value for column, value in values.items()}
            updates[name, tuple(sorted(values))].append(row | {"row_id": row_id})
        for table, row_id in one.deletes:
            deletes[table.name].append(row_id)
    for name, columns in sorted(inserts, key=lambda key: _ORDER[key[0]]):
        written(connection, _insert(name, columns), inserts[name, columns])
    for key, rows in updates.items():
        written(connection, _update(*key), rows)
    for name, ids in deletes.items():
        table = metadata.tables[name]
        connection.execute(sa.delete(table).where(table.c.id.in_(ids)))
    for statement, several in statements.items():
        connection.execute(statement, several)


@cache
def _insert(name: str, columns: tuple[str, ...]) -> sa.Insert:
    # Without the defaults of columns that are not given: the database has the same ones.
    table = sa.table(name, *(sa.column(column, metadata.tables[name].c[column].type) for column in columns))
    return sa.insert(table).values({column: sa.bindparam(column, type_=table.c[column].type) for column in columns})


@cache
def _update(name: str, columns: tuple[str, ...]) -> sa.Update:
    table = metadata.tables[name]
    values: dict[str, Any] = {column: sa.bindparam(f"set_{column}", type_=table.c[column].type) for column in columns}
    values["version"] = table.c.version + 1
    return sa.update(table).where(table.c.id == sa.bindparam("row_id")).values(values)
