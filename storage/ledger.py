"""The ledger as its users hold it: reads, the structure, and the commit of change sets."""

import asyncio
from collections.abc import Hashable, Mapping, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa

from . import changes, directory
from .changes import ChangeSet, Outcome
from .directory import Directory
from .engine import Database
from .plain import once
from .rules.retention import Periods

KEPT_FOR = Periods()
Row = Mapping[str, Any]


class Ledger:
    """One database with the structure it holds. Made by `Ledger.open`."""

    def __init__(self, database: Database, structure: Directory, timezone: str, periods: Periods) -> None:
        self.database = database
        self.directory = structure
        self.periods = periods  # how long what is kept
        self._timezone = timezone

    @classmethod
    async def open(cls, database: Database, timezone: str = "Asia/Shanghai", periods: Periods = KEPT_FOR) -> "Ledger":
        """Load the structure and be ready."""
        async with database.reading() as connection:
            return cls(database, await directory.load(connection, timezone), timezone, periods)

    async def refresh(self) -> bool:
        """Load the structure again if an import changed it; tell whether it did."""
        version = await self.one(directory.VERSION)
        if (version or {}).get("value", "") == self.directory.version:
            return False
        async with self.database.reading() as connection:
            self.directory = await directory.load(connection, self._timezone)
        return True

    async def all(self, query: sa.Select[Any], **params: Any) -> list[Row]:
        """Every row of a query, as mappings. Hot queries are made once, with parameters, and marked so
        (`storage.plain`): making one costs more than running it."""
        return list(await self.database.rows(query, params))

    async def one(self, query: sa.Select[Any], **params: Any) -> Row | None:
        """The first row of a query, or None."""
        rows = await self.all(query, **params)
        return rows[0] if rows else None

    async def get(self, table: sa.Table, row_id: int | None) -> Row | None:
        """One row by its id."""
        return None if row_id is None else await self.one(_by_id(table), id=row_id)

    async def commit(self, sets: Sequence[ChangeSet]) -> list[Outcome]:
        """Apply change sets; see `changes.commit`."""
        return await changes.commit(self.database, sets)

    def shared(self) -> "Ledger":
        """The same for what is read together, at one moment: see `Shared`."""
        return Shared(self.database, self.directory, self._timezone, self.periods)


class Shared(Ledger):
    """What one of several readers has asked is not asked again for the next: a danger is one matter on twenty cards.

    It may not know what was committed after its first question, so it is made for one turn of work and let go.
    """

    def __init__(self, database: Database, structure: Directory, timezone: str, periods: Periods) -> None:
        super().__init__(database, structure, timezone, periods)
        self._asked: dict[Hashable, asyncio.Task[list[Row]]] = {}

    async def all(self, query: sa.Select[Any], **params: Any) -> list[Row]:
        """Every row of a query; nobody may change them."""
        key = (query, *((name, tuple(one) if isinstance(one, list) else one) for name, one in params.items()))
        if key not in self._asked:
            self._asked[key] = asyncio.create_task(super().all(query, **params))
        return await asyncio.shield(self._asked[key])


@cache
def _by_id(table: sa.Table) -> sa.Select[Any]:
    return once(sa.select(table).where(table.c.id == sa.bindparam("id")))
