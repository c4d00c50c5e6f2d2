"""The inbox: every update as it came, stored and committed before Telegram is told that it arrived."""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from . import schema
from .changes import ChangeSet
from .engine import Database
from .ledger import Ledger, Row

PAGE = 1000
NEW, DONE, SET_ASIDE = "new", "done", "set_aside"

_table = schema.inbox
_waiting = sa.select(
    _table.c.id, _table.c.lane, _table.c.payload, _table.c.attempts, _table.c.version, _table.c.received_at
).where(_table.c.state == sa.literal_column("'new'"))  # a parameter would not find the partial index
_in_order = (_table.c.received_at, _table.c.id)
_first_page = _waiting.order_by(*_in_order).limit(PAGE)
_next_page = _first_page.where(
    sa.tuple_(*_in_order) > sa.tuple_(sa.bindparam("at", type_=schema.UtcTime), sa.bindparam("id"))
)
_of_lane = _waiting.where(_table.c.lane == sa.bindparam("lane")).order_by(*_in_order).limit(sa.bindparam("most"))
_of_ids = _waiting.where(_table.c.id.in_(sa.bindparam("ids", expanding=True)))


@dataclass(slots=True)
class Stored:
    """One update that waits to be worked on."""

    id: int
    lane: str
    payload: bytes
    attempts: int = 0
    version: int = 1


async def store(database: Database, updates: Sequence[Stored], now: datetime) -> list[Stored]:
    """Commit updates; gives back those that were not there before. When the engine raises, nothing is stored."""
    once = {one.id: one for one in updates}
    rows = [
        {"id": one.id, "lane": one.lane, "payload": one.payload, "received_at": now, "state": NEW, "version": 1}
        for one in once.values()
    ]
    make = sqlite.insert if database.is_sqlite else postgresql.insert
    query = make(_table).on_conflict_do_nothing().returning(_table.c.id)
    fresh = await database.write(partial(_insert, query=query, rows=rows))
    return [one for one in once.values() if one.id in fresh]


def _insert(connection: sa.Connection, query: Any, rows: list[dict[str, Any]]) -> set[int]:
    return set(connection.execute(query, rows).scalars())


async def waiting(ledger: Ledger) -> AsyncIterator[list[Stored]]:
    """What was stored and not worked on yet, in the order it came, page by page."""
    rows = await ledger.all(_first_page)
    while rows:
        yield [_stored(row) for row in rows]
        last = rows[-1]
        rows = await ledger.all(_next_page, at=last["received_at"], id=last["id"])


async def waiting_in(ledger: Ledger, lane: str, most: int) -> list[Stored]:
    """The first of what waits in one lane."""
    return [_stored(row) for row in await ledger.all(_of_lane, lane=lane, most=most)]


async def still_waiting(ledger: Ledger, ids: Collection[int]) -> dict[int, Stored]:
    """Which of these updates are not worked on yet, as they stand now."""
    return {row["id"]: _stored(row) for row in await ledger.all(_of_ids, ids=list(ids))} if ids else {}


def _stored(row: Row) -> Stored:
    return Stored(row["id"], row["lane"], row["payload"], row["attempts"], row["version"])


def done(changes: ChangeSet, one: Stored, now: datetime) -> None:
    """Mark an update as worked on, in the change set of its effect."""
    changes.update(_table, {"id": one.id, "version": one.version}, state=DONE, done_at=now)


def failed(changes: ChangeSet, one: Stored, error: str) -> Stored:
    """Count a failed try; gives back the update as it is then."""
    changes.update(_table, {"id": one.id, "version": one.version}, attempts=one.attempts + 1, error=error)
    return Stored(one.id, one.lane, one.payload, one.attempts + 1, one.version + 1)


def set_aside(changes: ChangeSet, one: Stored, error: str, now: datetime) -> None:
    """Give up on an update: it is kept as it came, for an administrator to look at."""
    values = {"attempts": one.attempts + 1, "error": error, "state": SET_ASIDE, "done_at": now}
    changes.update(_table, {"id": one.id, "version": one.version}, **values)


async def count_set_aside(ledger: Ledger) -> int:
    """How many updates wait for an administrator's look."""
    query = sa.select(sa.func.count().label("n")).where(_table.c.state == sa.literal_column("'set_aside'"))
    row = await ledger.one(query)
    return int(row["n"]) if row else 0
