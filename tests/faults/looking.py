"""A look into a database from outside the bot, without waiting in the test's own loop: `look("SELECT …", value)`.

Queries mark values by `?` on both engines.
"""

import asyncio
import contextlib
import itertools
import re
import sqlite3
import threading
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import asyncpg

Rows = list[dict[str, Any]]


class Look:
    """Looks into one database, a SQLite file or a PostgreSQL address, and may write there too."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._loop: asyncio.AbstractEventLoop | None = None
        self._connection: asyncpg.Connection | None = None

    def __call__(self, query: str, *params: Any) -> Rows:
        """Run one statement and give back its rows."""
        if self._url.startswith("sqlite:///"):
            return self._in_file(query, params)
        found: Rows = self._aside(self._on_server(query, params))
        return found

    def close(self) -> None:
        """Give back what it needed."""
        if self._loop is not None:
            self._aside(self._disconnect())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._loop = None

    def _in_file(self, query: str, params: tuple[Any, ...]) -> Rows:
        file = Path(self._url.removeprefix("sqlite:///"))
        with contextlib.closing(sqlite3.connect(file, isolation_level=None, timeout=5)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(query, params)]

    def _aside(self, act: Coroutine[Any, Any, Any]) -> Any:
        """Run in a loop of a thread of its own: tests ask from within theirs."""
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            threading.Thread(target=self._run, args=(self._loop,), daemon=True).start()
        return asyncio.run_coroutine_threadsafe(act, self._loop).result(10)

    @staticmethod
    def _run(loop: asyncio.AbstractEventLoop) -> None:
        loop.run_forever()
        loop.close()

    async def _on_server(self, query: str, params: tuple[Any, ...]) -> Rows:
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(self._url, statement_cache_size=0)
        numbers = itertools.count(1)
        numbered = re.sub(r"\?", lambda _: f"${next(numbers)}", query)
        return [dict(row) for row in await self._connection.fetch(numbered, *params)]

    async def _disconnect(self) -> None:
        if self._connection is not None:
            await self._connection.close()
            self._connection = None
