"""Ticket numbers, taken from the database in blocks so that a report does not wait for another's counter.

A process that dies leaves a gap of at most one block; a number is never given twice.
"""

import asyncio

from sqlalchemy.dialects import postgresql, sqlite

from .engine import Database
from .rules.numbers import compose
from .schema import counter

BLOCK = 50
FIRST = 1000
_NAME = "ticket"


class Numbers:
    """The numbers this process may give out."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._left: list[int] = []
        self._taking = asyncio.Lock()

    async def next(self) -> int:
        """The next number, with its check digit."""
        async with self._taking:
            if not self._left:
                first = await self._take_block()
                self._left = list(range(first + BLOCK - 1, first - 1, -1))
            return compose(self._left.pop())

    async def _take_block(self) -> int:
        make = sqlite.insert if self._database.is_sqlite else postgresql.insert
        insert = make(counter).values(name=_NAME, next=FIRST + BLOCK)
        query = insert.on_conflict_do_update(
            index_elements=[counter.c.name], set_={"next": counter.c.next + BLOCK}
        ).returning(counter.c.next)
        return await self._database.write(lambda connection: int(connection.execute(query).scalar_one())) - BLOCK
