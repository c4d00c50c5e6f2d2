"""PostgreSQL as it is cheapest: marked queries go straight to asyncpg, over connections that do nothing else.

Of three hundred microseconds that a lookup by an index takes through SQLAlchemy's asynchronous engine, asyncpg itself
needs sixty. A transaction is a hop for each of its statements anyway, and goes on as before.
"""

import asyncio
from collections.abc import Mapping
from functools import cache
from typing import Any

import asyncpg
import orjson
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from .passing import DatabaseAway
from .plain import Marked

CONNECTIONS = 6
STATEMENTS = 512  # kept prepared by each connection
_OF_SQLALCHEMY = {"prepared_statement_cache_size", "prepared_statement_name_func", "async_fallback"}
_LOST = (OSError, TimeoutError, asyncpg.InterfaceError, asyncpg.PostgresConnectionError)


@cache
def _marked() -> Marked:
    """What this process has compiled so far."""
    made: Any = PGDialect_asyncpg  # SQLAlchemy gives it no types
    return Marked(made(json_deserializer=orjson.loads))


class Quick:
    """A few connections that only read, made when they are first needed."""

    def __init__(self, url: URL, settings: Mapping[str, str]) -> None:
        self._marked = _marked()
        found = self._marked.dialect.create_connect_args(url)[1]
        self._connect: dict[str, Any] = {name: value for name, value in found.items() if name not in _OF_SQLALCHEMY}
        self._settings = dict(settings)
        self._pool: asyncpg.Pool[Any] | None = None
        self._opening = asyncio.Lock()

    async def rows(self, query: sa.Select[Any], params: Mapping[str, Any] | None) -> list[dict[str, Any]]:
        """Every row of a marked query. Raises DBAPIError as SQLAlchemy does, DatabaseAway where the server is lost."""
        statement, values = self._marked.statement(query, params or {})
        ordered = [values[name] for name in statement.order]
        try:
            pool = self._pool or await self._open()
            async with pool.acquire() as connection:
                try:
                    found = await connection.fetch(statement.sql, *ordered)
                except asyncpg.InterfaceError as error:
                    if connection.is_closed():
                        raise
                    raise _refused(statement.sql, error) from error  # a value that fits no column will never fit
        except _LOST as error:
            raise DatabaseAway(type(error).__name__) from error
        except asyncpg.PostgresError as error:
            raise _refused(statement.sql, error) from error
        return self._marked.rows(query, found)

    async def close(self) -> None:
        """Give the connections back, without waiting for what nobody awaits any more."""
        if self._pool is not None:
            self._pool.terminate()

    async def _open(self) -> "asyncpg.Pool[Any]":
        async with self._opening:
            if self._pool is None:
                self._pool = await asyncpg.create_pool(
                    min_size=0,
                    max_size=CONNECTIONS,
                    max_inactive_connection_lifetime=0,
                    statement_cache_size=STATEMENTS,
                    server_settings=self._settings,
                    init=_prepare,
                    reset=_leave_as_it_is,
                    **self._connect,
                )
        return self._pool


def _refused(sql: str, error: Exception) -> DBAPIError:
    return DBAPIError(sql, None, error, hide_parameters=True)


async def _prepare(connection: "asyncpg.Connection[Any]") -> None:
    """JSON comes as text; SQLAlchemy's connections do the same with it."""
    await connection.set_type_codec("json", encoder=str, decoder=orjson.loads, schema="pg_catalog")


async def _leave_as_it_is(_connection: "asyncpg.Connection[Any]") -> None:
    """A connection that only reads has nothing to reset; asking the server to would cost as much as a query."""
