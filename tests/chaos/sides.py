"""The two engines as the soak sees them from outside: an address for the bot, plain SQL for whoever looks on, and the
engine's own kind of trouble.
"""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Protocol

import asyncpg

from tests import postgres
from tests.postgres import Server

Rows = list[dict[str, Any]]
LOOK_AGAIN_SECONDS = 0.1
AWAY = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)


class Side(Protocol):
    """An engine."""

    url: str

    async def rows(self, query: str) -> Rows:
        """Look into the database."""
        ...

    async def trouble(self, seconds: float) -> None:
        """Be unusable for a while."""
        ...


class Sqlite:
    """A file."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "linli.sqlite3"
        self.url = f"sqlite:///{self._file}"

    async def rows(self, query: str) -> Rows:
        """Look into the database."""
        with contextlib.closing(sqlite3.connect(self._file, isolation_level=None, timeout=10)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(query)]

    async def trouble(self, seconds: float) -> None:
        """Keep the file locked for writing."""
        with contextlib.closing(sqlite3.connect(self._file, isolation_level=None, timeout=0.1)) as connection:
            while True:
                try:
                    connection.execute("BEGIN IMMEDIATE")
                    break
                except sqlite3.OperationalError:
                    await asyncio.sleep(LOOK_AGAIN_SECONDS)
            await asyncio.sleep(seconds)
            connection.execute("ROLLBACK")


class Postgres:
    """A server of the soak's own, which will be killed."""

    def __init__(self, server: Server, url: str) -> None:
        self._server = server
        self._connection: asyncpg.Connection[Any] | None = None
        self.url = url

    async def rows(self, query: str) -> Rows:
        """Look into the database, however often its server was restarted meanwhile."""
        while True:
            try:
                if self._connection is None or self._connection.is_closed():
                    self._connection = await asyncpg.connect(self.url)
                return [dict(row) for row in await self._connection.fetch(query)]
            except asyncpg.PostgresSyntaxError:
                raise
            except AWAY:
                self._connection = None
                await asyncio.sleep(LOOK_AGAIN_SECONDS)

    async def trouble(self, seconds: float) -> None:
        """Go down without a word, and come back."""
        await asyncio.to_thread(self._server.kill)
        await asyncio.sleep(seconds)
        await asyncio.to_thread(self._server.start, is_killed=True)

    async def close(self) -> None:
        """Give the connection back."""
        if self._connection is not None:
            await self._connection.close()


@contextlib.asynccontextmanager
async def a_side(engine: str, folder: Path) -> AsyncIterator[Side]:
    """An empty database on an engine."""
    if engine == "sqlite":
        yield Sqlite(folder)
        return
    with postgres.folder() as data:
        server = Server(data)
        server.create()
        server.start(is_killed=True)
        try:
            await postgres.execute(server.url(), "CREATE DATABASE linli")
            side = Postgres(server, server.url("linli"))
            yield side
            await side.close()
        finally:
            server.stop()
