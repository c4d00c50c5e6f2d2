"""Moving a living community from one database to another, slice by slice, so that it can be taken up again.

The target is marked as unfinished until the end, and no bot starts on it meanwhile. How far a table is, says the
greatest key it has in the target: what was committed there is never copied twice. At the end every table is counted and
hashed on both sides; one that differs, because the source went on between two tries, is copied anew.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine import Database
from storage.migrate import COPY_MARK, revision_of, upgrade_within

from . import links
from .making import known_revision
from .problems import BackupProblem, Reason
from .resting import at_rest, ensure_rest, ensure_there, is_empty, our_tables, plain_sqlite, where_is
from .rows import Progress, TableRows, tables

T = TypeVar("T")
Write = Callable[[Callable[[sa.Connection], T]], Awaitable[T]]

_mark = sa.Table(COPY_MARK, sa.MetaData(), sa.Column("source", sa.Text, nullable=False))


@dataclass(frozen=True)
class Copied:
    """A copy that came to its end."""

    rows: int
    is_resumed: bool


async def copy(source_url: str, target_url: str, progress: Progress) -> Copied:
    """Copy everything from one database into another, which has nothing or a part of the same copy in it.

    Raises BackupProblem; what was copied until then stays and is gone on with the next time.
    """
    if where_is(source_url) == where_is(target_url):
        raise BackupProblem(Reason.SAME)
    ensure_there(source_url)
    async with at_rest(source_url) as source, at_rest(target_url) as target, source.snapshot() as reading:
        revision = await reading.run_sync(known_revision)
        async with _target(target, target_url) as into:
            is_resumed = await into.write(partial(_begin, source=where_is(source_url), revision=revision))
            rows = 0
            for table in tables(revision):
                rows += await _table(reading, into, table, progress)
            await ensure_rest(source, source_url)
            await into.write(partial(_end, revision=revision))
    return Copied(rows, is_resumed)


class _Target:
    """Where the copy goes: whole transactions without the checks of links."""

    def __init__(self, database: Database, engine: sa.Engine | None) -> None:
        self._database = database
        self._engine = engine

    async def write(self, act: Callable[[sa.Connection], T]) -> T:
        """One transaction."""
        if self._engine is None:
            return await self._database.write(act)
        with self._engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            result = act(connection)
            connection.exec_driver_sql("COMMIT")
            return result


@asynccontextmanager
async def _target(database: Database, url: str) -> AsyncIterator[_Target]:
    if not database.is_sqlite:
        yield _Target(database, None)
        return
    with plain_sqlite(url) as engine:
        yield _Target(database, engine)


def _begin(connection: sa.Connection, source: str, revision: str) -> bool:
    """Make empty tables and mark them as unfinished; gives back whether that was done before."""
    if sa.inspect(connection).has_table(COPY_MARK):
        is_same = connection.execute(sa.select(_mark.c.source)).scalar() == source
        if not is_same or revision_of(connection) != revision:
            raise BackupProblem(Reason.OTHER_COPY)
        return True
    if not is_empty(connection):
        raise BackupProblem(Reason.NOT_EMPTY)
    is_postgres = connection.dialect.name == "postgresql"
    for name in our_tables(connection):
        quoted = connection.dialect.identifier_preparer.quote(name)
        connection.exec_driver_sql(f"DROP TABLE {quoted}{' CASCADE' if is_postgres else ''}")
    upgrade_within(connection, revision)
    if is_postgres:
        links.leave_out(connection, revision)
    _mark.create(connection)
    connection.execute(sa.insert(_mark).values(source=source))
    return False


async def _table(reading: AsyncConnection, into: _Target, table: TableRows, progress: Progress) -> int:
    """Copy what is not there yet, and compare; gives back how many rows there are. Raises BackupProblem."""
    for _ in range(2):
        await _go_on(reading, into, table, progress)
        ours, theirs = await reading.run_sync(table.tally), await into.write(table.tally)
        if ours.same_as(theirs):
            return ours.rows
        await into.write(table.clear)
    raise BackupProblem(Reason.DIFFERS, table=table.name)


async def _go_on(reading: AsyncConnection, into: _Target, table: TableRows, progress: Progress) -> None:
    total, done = await reading.run_sync(table.count), await into.write(table.count)
    after = await into.write(table.last_key)
    while rows := await reading.run_sync(table.read, after):
        await into.write(partial(table.insert, rows=rows))
        after = table.key_of(rows[-1])
        done += len(rows)
        progress(table.name, done, max(total, done))


def _end(connection: sa.Connection, revision: str) -> None:
    """Everything is there: check the links, bring the schema up to date, and take the mark away."""
    if connection.dialect.name == "postgresql":
        links.put_back(connection, revision)
    elif (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first()) is not None:
        raise BackupProblem(Reason.DIFFERS, table=broken[0])
    upgrade_within(connection)
    _mark.drop(connection)
