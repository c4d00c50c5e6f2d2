"""The two engines behind one door: SQLite (one process, one writer) and PostgreSQL.

`writing()` is the only way to change anything: one transaction, committed at the exit, rolled back on error.
On SQLite it begins IMMEDIATE, because a transaction that reads first and writes later fails at once when another
writer was faster, whatever the busy time-out says; reads go to an engine of their own and never wait.
"""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TextIO

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import StaticPool

from .schema import metadata

READERS = 4
BUSY_SECONDS = 5


class DatabaseBusyElsewhere(Exception):
    """Another Linli process already works on this database file."""


class Database:
    """One database, SQLite or PostgreSQL, opened with `Database.open`."""

    def __init__(
        self,
        url: URL,
        writer: AsyncEngine,
        reader: AsyncEngine,
        lock: TextIO | None = None,
        inline: sa.Connection | None = None,
    ) -> None:
        self.url = url
        self._writer = writer
        self._reader = reader
        self._inline = inline
        self._lock_file = lock
        self._one_writer = asyncio.Lock()

    @property
    def is_sqlite(self) -> bool:
        """Whether one process and one writer is all there is."""
        return self.url.get_backend_name() == "sqlite"

    @classmethod
    async def open(cls, url: str, *, exclusive: bool = False) -> "Database":
        """Open a database; `exclusive` takes the file's lock, as a running bot must.

        Raises DatabaseBusyElsewhere when another process holds it.
        """
        where = _with_driver(make_url(url))
        if where.get_backend_name() == "sqlite":
            lock = _prepare_file(where, exclusive=exclusive)
            writer = _sqlite_engine(where, pool_size=1)
            reader = _sqlite_engine(where, pool_size=READERS) if where.database else writer
            return cls(where, writer, reader, lock, _inline_reader(where))
        engine = create_async_engine(
            where,
            pool_size=10,
            max_overflow=0,
            pool_pre_ping=True,
            json_serializer=_dumps,
            json_deserializer=orjson.loads,
        )
        return cls(where, engine, engine)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """One transaction for changes. On SQLite writers take turns in the order they came."""
        if not self.is_sqlite:
            async with self._writer.begin() as connection:
                yield connection
            return
        async with self._one_writer, self._writer.begin() as connection:
            yield connection

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection for reading, each statement on the newest committed state."""
        async with self._reader.connect() as connection:
            yield connection

    async def rows(self, query: sa.Select[Any]) -> list[dict[str, Any]]:
        """Every row of one short query, on the newest committed state.

        On SQLite it is read in this thread: a lookup by an index takes some twenty microseconds, a hop to another
        thread and back several times that, and readers of a WAL file never wait for the writer.
        """
        if self._inline is not None:
            return [dict(row) for row in self._inline.execute(query).mappings()]
        async with self._reader.connect() as connection:
            return [dict(row) for row in (await connection.execute(query)).mappings()]

    async def close(self) -> None:
        """Give everything back."""
        if self._inline is not None:
            self._inline.close()
            self._inline.engine.dispose()
        await self._writer.dispose()
        await self._reader.dispose()
        if self._lock_file is not None:
            self._lock_file.close()


async def create_schema(database: Database) -> None:
    """Create all tables at once, for tests; a living database is upgraded by `storage.migrations`."""
    async with database.writing() as connection:
        await connection.run_sync(metadata.create_all)


def is_passing(error: BaseException) -> bool:
    """Whether the same transaction may succeed when it is run again: locked, full, cut off, serialization failure."""
    if isinstance(error, OSError | TimeoutError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    if isinstance(error, sa.exc.OperationalError | sa.exc.InterfaceError) or error.connection_invalidated:
        return True
    return getattr(error.orig, "sqlstate", None) in {"40001", "40P01", "55P03", "57P01", "57P02", "57P03"}


def _with_driver(url: URL) -> URL:
    drivers = {
        "sqlite": "sqlite+aiosqlite",
        "postgresql": "postgresql+asyncpg",
        "postgres": "postgresql+asyncpg",
    }
    return url.set(drivername=drivers.get(url.drivername, url.drivername))


def _prepare_file(url: URL, *, exclusive: bool) -> TextIO | None:
    if not url.database or url.database == ":memory:":
        return None
    path = Path(url.database)
    path.parent.mkdir(parents=True, exist_ok=True)
    if not exclusive:
        return None
    lock = open(path.with_name(path.name + ".lock"), "w", encoding="ascii")  # noqa: SIM115 - held for the process's life
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise DatabaseBusyElsewhere(str(path)) from error
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def _dumps(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()


def _inline_reader(url: URL) -> sa.Connection | None:
    if not url.database or url.database == ":memory:":
        return None
    engine = sa.create_engine(
        url.set(drivername="sqlite+pysqlite"),
        connect_args={"isolation_level": None, "timeout": BUSY_SECONDS, "check_same_thread": False},
        poolclass=StaticPool,
        json_deserializer=orjson.loads,
    )
    return engine.connect().execution_options(isolation_level="AUTOCOMMIT")


def _sqlite_engine(url: URL, *, pool_size: int) -> AsyncEngine:
    options: dict[str, Any] = {"pool_size": pool_size, "max_overflow": 0}
    if not url.database or url.database == ":memory:":
        options = {"poolclass": StaticPool}
    engine = create_async_engine(
        url,
        connect_args={"isolation_level": None, "timeout": BUSY_SECONDS},
        json_serializer=_dumps,
        json_deserializer=orjson.loads,
        **options,
    )

    @sa.event.listens_for(engine.sync_engine, "connect")
    def _set_up(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_SECONDS * 1000}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    if pool_size == 1:

        @sa.event.listens_for(engine.sync_engine, "begin")
        def _begin(connection: sa.Connection) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
