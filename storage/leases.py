"""Leases: which replica works on which lanes, and which one sends, ticks, copies and polls; on PostgreSQL alone.

Every replica renews what it holds in one short transaction each second and a half, on the database's own clock. It
takes what is free or was not renewed in time, up to its share of the shards of lanes, and gives back what is above
its share. `version` of a row changes only with its owner: a change set that guards it is refused once somebody else
has taken over, whatever the replica that was paused still believes. On SQLite one process holds everything.
"""

import asyncio
import time
import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from . import schema, signals
from .changes import ChangeSet, Row
from .ledger import Ledger

SHARDS = 64
ALL_SHARDS = frozenset(range(SHARDS))
SENDER, CLOCK, COPIES, POLLER = "sender", "clock", "copies", "poller"
POSTS = (SENDER, CLOCK, COPIES, POLLER)
"""What one replica at a time does for all."""

LIFE = timedelta(seconds=5)
"""How long a lease holds without being renewed."""

FORGET_AFTER = timedelta(days=1)

_lease, _replica = schema.lease, schema.replica
_LANES = "lanes:"
_NAMES: Mapping[int, str] = {
    **{shard + 1: f"{_LANES}{shard:02d}" for shard in range(SHARDS)},
    **{SHARDS + 1 + at: name for at, name in enumerate(POSTS)},
}
_IDS = {name: row_id for row_id, name in _NAMES.items()}
_NOW = sa.select(
    sa.literal_column("(extract(epoch from clock_timestamp()) * 1000000)::bigint", schema.UtcTime).label("now")
)


def shard_of(lane: str) -> int:
    """Which part of the inbox a lane belongs to."""
    return zlib.crc32(lane.encode()) % SHARDS


class Lease:
    """One post as this process knows it. It believes its own monotonic clock: what it could not renew is lost."""

    def __init__(self, until: float = 0.0) -> None:
        self.row: Row | None = None
        self._until = until
        self._renewed = asyncio.Event()

    @property
    def is_held(self) -> bool:
        """Whether the post is ours at this moment."""
        return time.monotonic() < self._until

    def renew(self, row: Row, until: float) -> None:
        """It is ours until a moment of the monotonic clock."""
        self.row, self._until = row, until
        self._renewed.set()

    def lose(self) -> None:
        """It is somebody else's, or nobody's."""
        self._until = 0.0

    async def until_held(self) -> None:
        """Wait until it is ours."""
        while not self.is_held:
            self._renewed.clear()
            await self._renewed.wait()


def always() -> Lease:
    """The lease of the only process there is."""
    return Lease(float("inf"))


def guard(changes: ChangeSet, row: Row | None) -> None:
    """Apply nothing of a change set once another replica has taken over; `row` is the lease it was decided under."""
    if row is not None:
        changes.guard(_lease, row)


async def still_stands(ledger: Ledger, row: Row | None) -> bool:
    """Whether nobody else has had a lease since."""
    found = await ledger.get(_lease, row["id"]) if row is not None else None
    return row is None or (found is not None and found["version"] == row["version"])


@dataclass(frozen=True)
class Beat:
    """What one heartbeat found: the rows that are ours now, by name, and how many replicas live."""

    held: Mapping[str, Row]
    replicas: int

    @property
    def shards(self) -> frozenset[int]:
        """The shards of lanes that are ours."""
        return frozenset(row["id"] - 1 for name, row in self.held.items() if name.startswith(_LANES))


def join(connection: sa.Connection) -> None:
    """Make sure that there is a row for every lease, forget replicas that ended long ago without a word, and have the
    others make room."""
    rows = [{"id": row_id, "name": name} for row_id, name in _NAMES.items()]
    connection.execute(postgresql.insert(_lease).values(rows).on_conflict_do_nothing())
    connection.execute(sa.delete(_replica).where(_replica.c.seen_at < _now(connection) - FORGET_AFTER))
    signals.tell_now(connection, signals.LEASES)


def beat(connection: sa.Connection, replica: str, posts: Collection[str]) -> Beat:
    """Renew what a replica holds, take what it may, give back what is too much; `posts` are those it can fill."""
    now = _now(connection)
    insert = postgresql.insert(_replica).values(id=replica, seen_at=now)
    connection.execute(insert.on_conflict_do_update(index_elements=[_replica.c.id], set_={"seen_at": now}))
    held = _renew(connection, replica, now)
    _end_sessions(connection, now)
    alive = sa.select(sa.func.count()).where(_replica.c.seen_at > now - LIFE)
    replicas = int(connection.execute(alive).scalar_one())
    share = -(-SHARDS // replicas)
    lanes = sorted(name for name in held if name.startswith(_LANES))
    _release(connection, held, lanes[share:])
    if free := [_IDS[name] for name in posts if name not in held]:
        held |= _take(connection, replica, now, free, len(free))
    if (room := share - len(lanes)) > 0:
        held |= _take(connection, replica, now, range(1, SHARDS + 1), room)
    return Beat(held, replicas)


def retire(connection: sa.Connection, replica: str) -> Beat:
    """The heartbeat of a replica that ends: it keeps nothing but what it may still be sending."""
    connection.execute(sa.delete(_replica).where(_replica.c.id == replica))
    held = _renew(connection, replica, _now(connection))
    _release(connection, held, [name for name in held if name != SENDER])
    return Beat(held, 0)


def leave(connection: sa.Connection, replica: str) -> None:
    """Give everything back at once."""
    _release(connection, _renew(connection, replica, _now(connection)), list(_IDS))
    connection.execute(sa.delete(_replica).where(_replica.c.id == replica))


def _now(connection: sa.Connection) -> datetime:
    now: datetime = connection.execute(_NOW).scalar_one()
    return now


def _end_sessions(connection: sa.Connection, now: datetime) -> None:
    """End what replicas that have lost their leases still have open, so that no half transaction keeps its rows locked.

    A process that was only paused connects anew and finds what it held with somebody else.
    """
    gone = sa.select(_lease.c.owner).where(_lease.c.until < now).distinct()
    session = sa.table("pg_stat_activity", sa.column("pid"), sa.column("application_name"), sa.column("usename"))
    is_theirs = (session.c.application_name.in_(gone)) & (session.c.usename == sa.func.current_user())
    connection.execute(sa.select(sa.func.pg_terminate_backend(session.c.pid)).where(is_theirs))


def _renew(connection: sa.Connection, replica: str, now: datetime) -> dict[str, Row]:
    """Whatever is still ours stays ours, late or not: nobody else wanted it."""
    query = sa.update(_lease).where(_lease.c.owner == replica).values(until=now + LIFE)
    return _rows(connection, query)


def _take(connection: sa.Connection, replica: str, now: datetime, ids: Collection[int], most: int) -> dict[str, Row]:
    """Take what nobody holds. A row that is locked is being taken, or the last write of its owner is under way."""
    is_free = sa.or_(_lease.c.owner.is_(None), _lease.c.until < now)
    found = sa.select(_lease.c.id).where(is_free, _lease.c.id.in_(ids)).order_by(_lease.c.id).limit(most)
    free = connection.execute(found.with_for_update(skip_locked=True)).scalars().all()
    taken = {"owner": replica, "until": now + LIFE, "version": _lease.c.version + 1}
    return _rows(connection, sa.update(_lease).where(_lease.c.id.in_(free)).values(taken)) if free else {}


def _rows(connection: sa.Connection, query: sa.Update) -> dict[str, Row]:
    found = connection.execute(query.returning(_lease.c.id, _lease.c.name, _lease.c.version)).mappings()
    return {row["name"]: dict(row) for row in found}


def _release(connection: sa.Connection, held: dict[str, Row], names: Collection[str]) -> None:
    """Give back some of what is held, and have the others take it."""
    ids = [held.pop(name)["id"] for name in names if name in held]
    if ids:
        freed = {"owner": None, "until": None, "version": _lease.c.version + 1}
        connection.execute(sa.update(_lease).where(_lease.c.id.in_(ids)).values(freed))
        signals.tell_now(connection, signals.LEASES)
