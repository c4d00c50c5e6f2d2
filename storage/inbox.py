"""The inbox: every update as it came, stored and committed before Telegram is told that it arrived."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from . import schema
from .changes import ChangeSet
from .engine import Database
from .ledger import Ledger

_COLUMNS = (
    schema.inbox.c.id,
    schema.inbox.c.lane,
    schema.inbox.c.payload,
    schema.inbox.c.attempts,
    schema.inbox.c.version,
)


@dataclass(slots=True)
class Stored:
    """One update that waits to be worked on."""

    id: int
    lane: str
    payload: bytes
    attempts: int = 0
    version: int = 1


async def store(database: Database, updates: Sequence[Stored], now: datetime) -> list[Stored]:
    """Commit updates; gives back those that were not there before. Raises what the engine raises: nothing is stored then."""
    rows = [
        {"id": one.id, "lane": one.lane, "payload": one.payload, "received_at": now, "state": "new", "version": 1}
        for one in updates
    ]
    make = sqlite.insert if database.is_sqlite else postgresql.insert
    async with database.writing() as connection:
        query = sa.select(schema.inbox.c.id).where(schema.inbox.c.id.in_([one.id for one in updates]))
        known = set((await connection.execute(query)).scalars())
        await connection.execute(make(schema.inbox).on_conflict_do_nothing(), rows)
    return [one for one in {one.id: one for one in updates}.values() if one.id not in known]


async def waiting(ledger: Ledger, limit: int = 10_000) -> list[Stored]:
    """What was stored and not worked on yet, in the order it came."""
    inbox = schema.inbox
    query = sa.select(*_COLUMNS).where(inbox.c.state == "new").order_by(inbox.c.received_at, inbox.c.id).limit(limit)
    return [Stored(**row) for row in await ledger.all(query)]


def done(changes: ChangeSet, one: Stored, now: datetime) -> None:
    """Mark an update as worked on, in the change set of its effect."""
    changes.update(schema.inbox, {"id": one.id, "version": one.version}, state="done", done_at=now)


def failed(changes: ChangeSet, one: Stored, error: str, now: datetime, *, is_last: bool) -> None:
    """Count a failed try; the last one sets the update aside for an administrator."""
    values = {"attempts": one.attempts + 1, "error": error}
    if is_last:
        values |= {"state": "set_aside", "done_at": now}
    changes.update(schema.inbox, {"id": one.id, "version": one.version}, **values)


async def count_set_aside(ledger: Ledger) -> int:
    """How many updates wait for an administrator's look."""
    query = sa.select(sa.func.count().label("n")).where(schema.inbox.c.state == "set_aside")
    row = await ledger.one(query)
    return int(row["n"]) if row else 0
