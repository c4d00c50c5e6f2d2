"""SQLite as it is cheapest: a lookup in the loop's own thread, a whole transaction in one hop to a thread of its own.

A lookup by an index takes some twenty microseconds, a hop to another thread and back several times that, and readers of
a WAL file never wait for the writer. A transaction waits for the disk, so it does hop: once, not once a statement.
"""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import URL, Engine
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import StaticPool

from .plain import OPTION, is_marked, plain

READERS = 4
BUSY_SECONDS = 5
STATEMENTS = 512  # kept parsed by each connection
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")

T = TypeVar("T")


class Lean:
    """One connection that reads here, one that writes over there; connected when first used."""

    def __init__(self, url: URL, options: Mapping[str, Any]) -> None:
        direct = url.set(drivername="sqlite+pysqlite")
        self._reading = _engine(direct, options, is_writer=False)
        json = {name: options[name] for name in ("json_serializer", "json_deserializer") if name in options}
        self._plain = plain(**json)
        self._writing = _engine(direct, options, is_writer=True).execution_options(**{OPTION: self._plain})
        self._reader: sa.Connection | None = None
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="sqlite-writer")

    def rows(self, query: sa.Select[Any], params: Mapping[str, Any] | None) -> list[dict[str, Any]]:
        """Every row of a query on the newest committed state."""
        if self._reader is None:
            self._reader = self._reading.connect().execution_options(isolation_level="AUTOCOMMIT")
        if is_marked(query):
            raw: Any = self._reader.connection.driver_connection
            return self._plain.rows(raw, query, params)
        return [dict(row) for row in self._reader.execute(query, params).mappings()]

    async def write(self, act: Callable[[sa.Connection], T]) -> T:
        """One transaction; writers must take turns."""
        return await asyncio.get_running_loop().run_in_executor(self._writer, self._transact, act)

    def close(self) -> None:
        """Wait for what is under way and close both connections."""
        self._writer.shutdown()
        if self._reader is not None:
            self._reader.close()
        self._reading.dispose()
        self._writing.dispose()

    def _transact(self, act: Callable[[sa.Connection], T]) -> T:
        with self._writing.begin() as connection:
            return act(connection)


def async_engine(url: URL, options: Mapping[str, Any], *, is_writer: bool) -> AsyncEngine:
    """An engine for what is rare and long."""
    size = 1 if is_writer else READERS
    engine = create_async_engine(url, connect_args=_connect(), pool_size=size, max_overflow=0, **options)
    _prepare(engine.sync_engine, is_writer=is_writer)
    return engine


def _engine(url: URL, options: Mapping[str, Any], *, is_writer: bool) -> Engine:
    connect = {**_connect(), "check_same_thread": False}
    engine = sa.create_engine(url, connect_args=connect, poolclass=StaticPool, **options)
    _prepare(engine, is_writer=is_writer)
    return engine


def _connect() -> dict[str, Any]:
    return {"isolation_level": None, "timeout": BUSY_SECONDS, "cached_statements": STATEMENTS}


def _prepare(engine: Engine, *, is_writer: bool) -> None:
    """Set up every new connection; a writer begins IMMEDIATE."""

    @sa.event.listens_for(engine, "connect")
    def _set_up(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    if is_writer:

        @sa.event.listens_for(engine, "begin")
        def _begin(connection: sa.Connection) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
