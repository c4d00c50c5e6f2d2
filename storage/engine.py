"""The two engines behind one door: SQLite (one process, one writer) and PostgreSQL.

`rows` and `write` are the hot path: a query without a hop to another thread (on SQLite) or through SQLAlchemy, a whole
transaction in one hop.
`reading` and `writing` lend a connection to what is rare (imports, migrations). On SQLite every transaction begins
IMMEDIATE, because one that reads first and writes later fails at once when another writer was faster, whatever the busy
time-out says; reads go to connections of their own and never wait. A transaction that was begun is finished even when
its caller is cancelled: half a COMMIT has no known outcome.
"""

import asyncio
import fcntl
import os
import secrets
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TextIO, TypeVar

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from .passing import DatabaseAway
from .plain import is_marked
from .postgres import Quick
from .schema import metadata
from .sqlite import Lean, async_engine

POOL = 10
APART = 2  # connections: one that listens, one for heartbeats
APART_SECONDS = 3
RUNNING_NAME = "linli"
"""How a running bot is called among the connections of a PostgreSQL server."""

T = TypeVar("T")


class DatabaseBusyElsewhere(Exception):
    """Another Linli process already works on this database file."""


class Database:
    """One database, SQLite or PostgreSQL, opened with `Database.open`."""

    def __init__(
        self,
        url: URL,
        writer: AsyncEngine,
        reader: AsyncEngine,
        lean: Lean | None,
        lock: TextIO | None,
        quick: Quick | None = None,
    ) -> None:
        self.url = url
        self._writer = writer
        self._reader = reader
        self._lean = lean
        self._quick = quick
        self._lock_file = lock
        self._one_writer = asyncio.Lock()
        self._apart: AsyncEngine | None = None
        self.name = RUNNING_NAME  # of this process, for all its sessions: `leases` ends those of one that is gone

    @property
    def is_sqlite(self) -> bool:
        """Whether one process and one writer is all there is."""
        return self._lean is not None

    @classmethod
    async def open(cls, url: str, *, exclusive: bool = False) -> "Database":
        """Open a database; `exclusive` takes the file's lock, or the name of one that runs, as a running bot must.

        Raises DatabaseBusyElsewhere when another process holds it.
        """
        where = _with_driver(make_url(url))
        shared: dict[str, Any] = {
            "json_serializer": _dumps,
            "json_deserializer": orjson.loads,
            "hide_parameters": True,  # errors are logged, and parameters are what people said
        }
        if where.get_backend_name() != "sqlite":
            name = _process_name()
            connect: dict[str, Any] = {"server_settings": {"application_name": name} if exclusive else {}}
            engine = create_async_engine(where, pool_size=POOL, max_overflow=0, connect_args=connect, **shared)
            reading = engine.execution_options(isolation_level="AUTOCOMMIT")
            made = cls(where, engine, reading, None, None, Quick(where, connect["server_settings"]))
            in_time = connect | {"timeout": APART_SECONDS, "command_timeout": APART_SECONDS}
            made.name = name
            made._apart = create_async_engine(where, pool_size=APART, max_overflow=0, connect_args=in_time)
            return made
        lock = _prepare_file(where, exclusive=exclusive)
        writer = async_engine(where, shared, is_writer=True)
        reader = async_engine(where, shared, is_writer=False)
        return cls(where, writer, reader, Lean(where, shared), lock)

    async def rows(self, query: sa.Select[Any], params: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Every row of one short query, on the newest committed state."""
        if self._lean is not None:
            return self._lean.rows(query, params)
        if self._quick is not None and is_marked(query):
            return await self._quick.rows(query, params)
        async with self.reading() as connection:
            return [dict(row) for row in (await connection.execute(query, params)).mappings()]

    async def write(self, act: Callable[[sa.Connection], T]) -> T:
        """Run `act` in one transaction and commit it. A cancelled caller waits for the outcome, then goes."""
        return await _to_the_end(self._write(act))

    async def _write(self, act: Callable[[sa.Connection], T]) -> T:
        if self._lean is not None:
            async with self._one_writer:
                return await self._lean.write(act)
        async with self.writing() as connection:
            return await connection.run_sync(act)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """One transaction for changes. On SQLite writers take turns in the order they came."""
        if self._lean is None:
            async with _connected(self._writer) as connection, connection.begin():
                yield connection
            return
        async with self._one_writer, self._writer.begin() as connection:
            yield connection

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection for reading, each statement on the newest committed state."""
        async with _connected(self._reader) as connection:
            yield connection

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncConnection]:
        """A connection for reading that sees one unchanging state, however long it takes and whoever writes beside."""
        if self._lean is None:
            async with _connected(self._writer) as connection:
                still = await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
                async with still.begin():
                    yield still
            return
        async with _connected(self._reader) as connection:
            await connection.exec_driver_sql("BEGIN")  # readers begin nothing by themselves
            try:
                yield connection
            finally:
                await connection.exec_driver_sql("ROLLBACK")

    @asynccontextmanager
    async def apart(self) -> AsyncIterator[AsyncConnection]:
        """A connection that waits for none of the others and gives up soon, for what must come in time: heartbeats, and
        news between replicas. On PostgreSQL alone.

        Raises DatabaseAway, from a statement that takes too long too.
        """
        if self._apart is None:
            raise RuntimeError("SQLite has one process: there is nobody to agree with")
        try:
            async with _connected(self._apart) as connection:
                yield connection
        except (OSError, TimeoutError) as error:
            raise DatabaseAway(type(error).__name__) from error

    async def close(self) -> None:
        """Give everything back."""
        if self._apart is not None:
            await self._apart.dispose()
        if self._lean is not None:
            self._lean.close()
        if self._quick is not None:
            await self._quick.close()
        await self._writer.dispose()
        await self._reader.dispose()
        if self._lock_file is not None:
            self._lock_file.close()


@asynccontextmanager
async def _connected(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection; a server that cannot be reached is told apart from every other OSError."""
    try:
        connection = await engine.connect()
    except (OSError, TimeoutError) as error:
        raise DatabaseAway(type(error).__name__) from error
    try:
        yield connection
    finally:
        await connection.close()


async def _to_the_end(work: Awaitable[T]) -> T:
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        if not task.cancelled():
            task.exception()  # looked at: nobody is left to be told
        raise


async def create_schema(database: Database) -> None:
    """Create all tables at once, for tests; a living database is upgraded by `storage.migrations`."""
    await database.write(metadata.create_all)


def _process_name() -> str:
    """A name nobody else has; PostgreSQL keeps 63 characters."""
    return f"{RUNNING_NAME}-{socket.gethostname()[:30]}-{os.getpid()}-{secrets.token_hex(3)}"


def _with_driver(url: URL) -> URL:
    drivers = {
        "sqlite": "sqlite+aiosqlite",
        "postgresql": "postgresql+asyncpg",
        "postgres": "postgresql+asyncpg",
    }
    return url.set(drivername=drivers.get(url.drivername, url.drivername))


def _prepare_file(url: URL, *, exclusive: bool) -> TextIO | None:
    path = Path(url.database or "")
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
