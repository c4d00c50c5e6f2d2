"""The ledger without a chat: a sample community on a SQLite file, and acts that are decided and committed directly."""

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import sqlalchemy as sa

from scheduler.ticking import Ticking
from storage import people, routing, schema, tickets
from storage.changes import ChangeSet, Outcome
from storage.engine import Database
from storage.ledger import Ledger
from storage.migrate import upgrade
from storage.numbers import Numbers
from storage.rules.errors import Refusal
from storage.structure import apply, check, read
from storage.work import Work
from tests.town import MONDAY, SAMPLE

Ticket = dict[str, Any]
Act = Callable[[Work, Ticket], Awaitable[object]]
TRIES = 5


class Desk:
    """One ledger and one clock; everything happens when it is called."""

    def __init__(self, folder: Path, database: Database, ledger: Ledger) -> None:
        self.folder = folder
        self.database = database
        self.ledger = ledger
        self.numbers = Numbers(database)
        self.now = MONDAY
        self.ticking = Ticking(ledger, self.numbers, lambda: self.now, on_commit=lambda: None)

    @classmethod
    async def open(cls) -> Self:
        """A fresh copy of the sample community."""
        folder = Path(tempfile.mkdtemp(prefix="linli-desk-"))
        shutil.copyfile(await asyncio.to_thread(_template), folder / "linli.sqlite3")
        database = await Database.open(f"sqlite:///{folder}/linli.sqlite3")
        return cls(folder, database, await Ledger.open(database))

    async def close(self) -> None:
        """Close the database and remove its file."""
        await self.database.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def work(self, code: str | None) -> Work:
        """The desk of a person of the sample, by their code; None is the clock."""
        person = await self.person(code) if code else None
        work = Work(self.ledger, self.now, self.numbers, person=person)
        if person is not None:
            work.telegram_id = work.chat_id = person["telegram_id"]
            work.grants = await people.grants_of(self.ledger, [person["id"]])
        return work

    async def person(self, code: str) -> Any:
        """A person of the sample."""
        row = await self.ledger.one(sa.select(schema.person).where(schema.person.c.code == code))
        assert row is not None
        return row

    async def report(self, code: str, kind: str, *, place: str = "jx-3-2", is_danger: bool = False) -> int:
        """A ticket, routed; gives back its id."""
        work = await self.work(code)
        assert work.person is not None
        owner_id = work.person["id"]
        place_id = next(one.id for one in self.ledger.directory.places.values() if one.code == place)
        asked = tickets.Asked(owner_id, owner_id, kind, "report", "楼道灯坏了", place_id=place_id, is_danger=is_danger)
        ticket = await tickets.create(work, asked)
        await routing.offer_next(work, ticket, owner_id)
        assert await self.commit([work.finish()]) == [Outcome.APPLIED]
        return int(ticket["id"])

    async def act(self, code: str | None, ticket_id: int, act: Act) -> Refusal | None:
        """Let somebody do something to a ticket; gives back the refusal, if it was one."""
        return (await self.race([(code, ticket_id, act)]))[0]

    async def race(self, acts: Sequence[tuple[str | None, int, Act]]) -> list[Refusal | None]:
        """Let several decide on the same rows and commit together; who was too late decides again, as the lanes do."""
        results: dict[int, Refusal | None] = {}
        waiting = list(range(len(acts)))
        for _ in range(TRIES):
            decided = [await self._decide(*acts[number]) for number in waiting]
            outcomes = await self.commit([changes for changes, _ in decided])
            assert Outcome.BROKEN not in outcomes
            results |= {number: refusal for number, (_, refusal) in zip(waiting, decided, strict=True)}
            waiting = [
                number for number, outcome in zip(waiting, outcomes, strict=True) if outcome is not Outcome.APPLIED
            ]
            if not waiting:
                break
        assert not waiting, "somebody was always faster"
        return [results[number] for number in range(len(acts))]

    async def _decide(self, code: str | None, ticket_id: int, act: Act) -> tuple[ChangeSet, Refusal | None]:
        work = await self.work(code)
        ticket = await tickets.by_id(self.ledger, ticket_id)
        assert ticket is not None
        try:
            await act(work, ticket)
        except Refusal as refusal:
            work.refuse(refusal.code)
            return work.finish(), refusal
        return work.finish(), None

    async def commit(self, sets: Sequence[ChangeSet]) -> list[Outcome]:
        """Apply change sets."""
        return list(await self.ledger.commit(sets))

    async def tick(self, **by: float) -> int:
        """Move the clock (backwards too) and fire what is due."""
        self.now += timedelta(**by)
        return await self.ticking.tick()

    async def rows(self, table: sa.Table, *where: sa.ColumnElement[bool]) -> list[dict[str, Any]]:
        """Rows of a table, in the order of their ids."""
        return [dict(row) for row in await self.ledger.all(sa.select(table).where(*where).order_by(table.c.id))]

    async def ticket(self, ticket_id: int) -> Ticket:
        """One ticket."""
        found = await tickets.by_id(self.ledger, ticket_id)
        assert found is not None
        return found


@cache
def _template() -> Path:
    """The sample community in a closed file, made once."""
    path = Path(tempfile.mkdtemp(prefix="linli-template-")) / "linli.sqlite3"

    async def make() -> None:
        database = await Database.open(f"sqlite:///{path}")
        await upgrade(database)
        await apply(database, check(read(SAMPLE)), datetime(2026, 1, 1, tzinfo=UTC))
        await database.close()

    asyncio.run(make())
    return path
