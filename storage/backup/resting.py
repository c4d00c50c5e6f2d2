"""A database at rest: no bot works on it, and nobody else copies it, as long as this goes on.

A SQLite file has its lock. On PostgreSQL a running bot is known by its name among the connections, and copies exclude
each other by an advisory lock.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url

from storage.engine import RUNNING_NAME, Database, DatabaseBusyElsewhere
from storage.migrate import COPY_MARK, VERSION_TABLE, revision_of, revisions, tables_at

from .problems import BackupProblem, Reason

_COPYING = 0x6C696E6C69
"""The key of the advisory lock: any number that nobody else takes."""


@asynccontextmanager
async def at_rest(url: str) -> AsyncIterator[Database]:
    """A database nobody works on. Raises BackupProblem when somebody does."""
    try:
        database = await Database.open(url, exclusive=is_sqlite(url))
    except DatabaseBusyElsewhere as error:
        raise BackupProblem(Reason.RUNS, where=where_is(url)) from error
    try:
        if database.is_sqlite:
            yield database
            return
        async with database.reading() as held:
            is_ours = await held.scalar(sa.select(sa.func.pg_try_advisory_lock(_COPYING)))
            if not is_ours:
                raise BackupProblem(Reason.RUNS, where=where_is(url))
            await ensure_rest(database, url)
            yield database
    finally:
        await database.close()


async def ensure_rest(database: Database, url: str) -> None:
    """Look once more whether a bot works on it. Raises BackupProblem when one does."""
    if database.is_sqlite:
        return
    running = sa.text(
        "SELECT count(*) AS bots FROM pg_stat_activity "
        "WHERE datname = current_database() AND application_name LIKE :name"
    ).columns(sa.column("bots", sa.Integer))
    (row,) = await database.rows(sa.select(running.subquery()), {"name": f"{RUNNING_NAME}-%"})
    if row["bots"]:
        raise BackupProblem(Reason.RUNS, where=where_is(url))


def ensure_there(url: str) -> None:
    """Raise BackupProblem for a file that is not there: opening would make an empty one."""
    if is_sqlite(url) and not file_of(url).is_file():
        raise BackupProblem(Reason.NOT_THERE, where=where_is(url))


def is_sqlite(url: str) -> bool:
    """Whether an address is that of a file."""
    return _parsed(url).get_backend_name() == "sqlite"


def _parsed(url: str) -> URL:
    """An address. Raises BackupProblem for what is none, and for those of other databases."""
    try:
        parsed = make_url(url)
    except sa.exc.ArgumentError as error:
        raise BackupProblem(Reason.BAD_ADDRESS) from error
    if parsed.get_backend_name() not in {"sqlite", "postgresql", "postgres"} or not parsed.database:
        raise BackupProblem(Reason.BAD_ADDRESS)
    return parsed


def file_of(url: str) -> Path:
    """The file of a SQLite address."""
    return Path(_parsed(url).database or "")


def where_is(url: str) -> str:
    """A database's place, without the password of its address."""
    parsed = _parsed(url)
    if is_sqlite(url):
        return str(file_of(url).resolve())
    return f"{parsed.host or 'localhost'}:{parsed.port or 5432}/{parsed.database}"


def is_empty(connection: sa.Connection) -> bool:
    """Whether nothing of ours is in it: no tables, or tables without a row."""
    if sa.inspect(connection).has_table(COPY_MARK):
        return False
    revision = revision_of(connection)
    if revision is None:
        return True
    if revision not in revisions():
        return False
    return not any(
        connection.execute(sa.select(sa.literal(1)).select_from(sa.table(table.name)).limit(1)).first()
        for table in tables_at(revision)
    )


def our_tables(connection: sa.Connection) -> list[str]:
    """The names of our tables in a database, whatever their version."""
    known = {table.name for revision in revisions() for table in tables_at(revision)} | {VERSION_TABLE, COPY_MARK}
    return sorted(known & set(sa.inspect(connection).get_table_names()))


@contextmanager
def plain_sqlite(url: str) -> Iterator[sa.Engine]:
    """An engine for a SQLite file as it is, which checks no links and begins nothing by itself."""
    options = {"isolation_level": None, "timeout": 0}
    engine = sa.create_engine(make_url(url).set(drivername="sqlite"), connect_args=options, hide_parameters=True)
    try:
        yield engine
    finally:
        engine.dispose()
