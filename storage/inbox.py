"""The inbox: every update as it came, stored and committed before Telegram is told that it arrived."""

import json
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from . import schema
from .changes import ChangeSet
from .engine import Database
from .leases import shard_of
from .ledger import Ledger, Row
from .plain import returned

PAGE = 1000
NEW, DONE, SET_ASIDE = "new", "done", "set_aside"

_table = schema.inbox
_is_new = _table.c.state == sa.literal_column("'new'")  # a parameter would not find the partial index
_columns = (_table.c.id, _table.c.lane, _table.c.payload, _table.c.attempts, _table.c.begun, _table.c.version)
_waiting = sa.select(*_columns, _table.c.received_at).where(_is_new)
_kept: dict[str, sa.BindParameter[object]] = {
    name: sa.bindparam(name)
    for name in ("id", "lane", "shard", "payload", "received_at", "state", "attempts", "begun", "version")
}
_keep_in_sqlite = sqlite.insert(_table).values(_kept).on_conflict_do_nothing().returning(_table.c.id)
_keep_in_postgres = postgresql.insert(_table).on_conflict_do_nothing().returning(_table.c.id)
_in_order = (_table.c.received_at, _table.c.id)
_first_page = _waiting.order_by(*_in_order).limit(PAGE)
_next_page = _first_page.where(
    sa.tuple_(*_in_order) > sa.tuple_(sa.bindparam("at", type_=schema.UtcTime), sa.bindparam("id"))
)
_of_lane = _waiting.where(_table.c.lane == sa.bindparam("lane")).order_by(*_in_order).limit(sa.bindparam("most"))
_of_ids = _waiting.where(_table.c.id.in_(sa.bindparam("ids", expanding=True)))
_in_shards = _table.c.shard.in_(sa.bindparam("shards", expanding=True))
_oldest = (
    sa.select(_table.c.id)
    .where(_is_new, _in_shards, _table.c.lane.not_in(sa.bindparam("passing", expanding=True)))
    .order_by(*_in_order)
    .limit(PAGE)
)
_lanes = sa.bindparam("lanes", type_=postgresql.ARRAY(sa.Text))
_ids = sa.bindparam("ids", type_=postgresql.ARRAY(sa.BigInteger))
_heads = (
    sa.func.unnest(_lanes, _ids)
    .table_valued(sa.column("lane", sa.Text), sa.column("id", sa.BigInteger), name="head")
    .render_derived()
)
_earlier = (
    _waiting.join_from(_table, _heads, _table.c.lane == _heads.c.lane)
    .where(_table.c.id < _heads.c.id)
    .order_by(_table.c.id)
)


@dataclass(slots=True)
class Stored:
    """One update that waits to be worked on."""

    id: int
    lane: str
    payload: bytes
    attempts: int = 0
    version: int = 1
    begun: int = 0  # how many processes began it as a leftover, and did not end it
    is_left: bool = False  # found waiting by a process that did not take it in: the one before may have died of it


async def store(database: Database, updates: Sequence[Stored], now: datetime) -> list[Stored]:
    """Commit updates; gives back those that were not there before. When the engine raises, nothing is stored."""
    once = {one.id: one for one in updates}
    rows = [
        {
            "id": one.id,
            "lane": one.lane,
            "shard": shard_of(one.lane),
            "payload": one.payload,
            "received_at": now,
            "state": NEW,
            "attempts": 0,
            "begun": 0,
            "version": 1,
        }
        for one in once.values()
    ]
    query = _keep_in_sqlite if database.is_sqlite else _keep_in_postgres
    fresh = set(await database.write(partial(returned, statement=query, rows=rows)))
    return [one for one in once.values() if one.id in fresh]


async def waiting(ledger: Ledger, shards: Collection[int] | None = None) -> AsyncIterator[list[Stored]]:
    """What was stored and not worked on yet (in some shards), in the order it came, page by page."""
    first, then, given = _first_page, _next_page, {}
    if shards is not None:
        first, then, given = first.where(_in_shards), then.where(_in_shards), {"shards": sorted(shards)}
    rows = await ledger.all(first, **given)
    while rows:
        yield [_left(row) for row in rows]
        last = rows[-1]
        rows = await ledger.all(then, at=last["received_at"], id=last["id"], **given)


async def is_waiting(ledger: Ledger) -> bool:
    """Whether anything waits, here or with another replica."""
    return await ledger.one(_first_page.limit(1)) is not None


async def waiting_in(ledger: Ledger, lane: str, most: int) -> list[Stored]:
    """The first of what waits in one lane."""
    return [_left(row) for row in await ledger.all(_of_lane, lane=lane, most=most)]


async def oldest(ledger: Ledger, shards: Collection[int], passing: Collection[str]) -> list[int]:
    """The numbers of what has waited longest in some shards, some lanes left out."""
    rows = await ledger.all(_oldest, shards=sorted(shards), passing=list(passing))
    return [row["id"] for row in rows]


async def earlier(ledger: Ledger, heads: Sequence[Stored]) -> list[Stored]:
    """What waits in the lanes of these updates and has a lower number, the lowest first. On PostgreSQL alone."""
    lanes, ids = [one.lane for one in heads], [one.id for one in heads]
    return [_stored(row) for row in await ledger.all(_earlier, lanes=lanes, ids=ids)]


async def update_of(ledger: Ledger, update_id: int | None) -> Mapping[str, Any] | None:
    """An update as it came, as long as it is kept."""
    row = await ledger.get(_table, update_id)
    if row is None or row["payload"] is None:
        return None
    found = json.loads(row["payload"])
    return found if isinstance(found, dict) else None


async def still_waiting(ledger: Ledger, ids: Collection[int]) -> dict[int, Stored]:
    """Which of these updates are not worked on yet, as they stand now."""
    return {row["id"]: _stored(row) for row in await ledger.all(_of_ids, ids=list(ids))} if ids else {}


def _stored(row: Row) -> Stored:
    return Stored(row["id"], row["lane"], row["payload"], row["attempts"], row["version"], row["begun"])


def _left(row: Row) -> Stored:
    return replace(_stored(row), is_left=True)


def begin(changes: ChangeSet, one: Stored) -> Stored:
    """Count that a leftover is begun, before anything else is done with it; gives back the update as it is then."""
    changes.update(_table, {"id": one.id, "version": one.version}, begun=one.begun + 1)
    return replace(one, begun=one.begun + 1, version=one.version + 1, is_left=False)


def done(changes: ChangeSet, one: Stored, now: datetime) -> None:
    """Mark an update as worked on, in the change set of its effect."""
    changes.update(_table, {"id": one.id, "version": one.version}, state=DONE, done_at=now)


def failed(changes: ChangeSet, one: Stored, error: str) -> Stored:
    """Count a failed try; gives back the update as it is then."""
    changes.update(_table, {"id": one.id, "version": one.version}, attempts=one.attempts + 1, error=error)
    return replace(one, attempts=one.attempts + 1, version=one.version + 1)


def set_aside(changes: ChangeSet, one: Stored, error: str, now: datetime) -> None:
    """Give up on an update: it is kept as it came, for an administrator to look at."""
    values = {"attempts": one.attempts + 1, "error": error, "state": SET_ASIDE, "done_at": now}
    changes.update(_table, {"id": one.id, "version": one.version}, **values)


async def count_set_aside(ledger: Ledger) -> int:
    """How many updates wait for an administrator's look."""
    query = sa.select(sa.func.count().label("n")).where(_table.c.state == sa.literal_column("'set_aside'"))
    row = await ledger.one(query)
    return int(row["n"]) if row else 0
