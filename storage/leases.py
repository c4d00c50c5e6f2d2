"""Leases: which replica works on which lanes, and which one sends, ticks, copies and polls; on PostgreSQL alone.

Every replica renews what it holds in one short transaction each second and a half, on the database's own clock. It
takes what is free or was not renewed in time, up to its share of the shards of lanes, and gives back what is above
its share. `version` of a row changes only with its owner: a change set that guards it (`Lease.guard`) is refused once
somebody else has taken over, whatever the replica that was paused still believes. On SQLite there is one process, and
it holds everything.
"""

import asyncio
import time
import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from . import schema
from .changes import ChangeSet, Row

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

    def guard(self, changes: ChangeSet) -> None:
        """Apply nothing of a change set once another replica has taken over."""
        if self.row is not None:
            changes.guard(_lease, self.row)


def always() -> Lease:
    """The lease of the only process there is."""
    return Lease(float("inf"))


@dataclass(frozen=True)
class Beat:
    """What one heartbeat found: the rows that are ours now, by name, and whether something was given back."""

    held: Mapping[str, Row]
    replicas: int
    has_released: bool

    @property
    def shards(self) -> frozenset[int]:
        """The shards of lanes that are ours."""
        return frozenset(row["id"] - 1 for name, row in self.held.items() if name.startswith(_LANES))


def join(connection: sa.Connection) -> None:
    """Make sure that there is a row for every lease; forget replicas that ended long ago without a word."""
    rows = [{"id": row_id, "name": name} for row_id, name in _NAMES.items()]
    connection.execute(postgresql.insert(_lease).values(rows).on_conflict_do_nothing())
    connection.execute(sa.delete(_replica).where(_replica.c.seen_at < _now(connection) - FORGET_AFTER))


def beat(connection: sa.Connection, replica: str, posts: Collection[str], *, is_leaving: bool = False) -> Beat:
    """Renew what a replica holds, take what it may, give back what is too much; `posts` are those it can fill.

    A replica that is leaving takes nothing and gives its lanes back.
    """
    now = _now(connection)
    _show_up(connection, replica, now)
    held = _renew(connection, replica, now)
    replicas = 1 if is_leaving else _count(connection, now)
    share = 0 if is_leaving else -(-SHARDS // replicas)
    lanes = sorted((name for name in held if name.startswith(_LANES)), key=_IDS.__getitem__)
    for name in (surplus := lanes[share:]):
        del held[name]
    _release(connection, replica, [_IDS[name] for name in surplus])
    if not is_leaving:
        free = [_IDS[name] for name in posts if name not in held]
        held |= _take(connection, replica, now, free, len(free)) if free else {}
        if (room := share - len(lanes)) > 0:
            held |= _take(connection, replica, now, range(1, SHARDS + 1), room)
    return Beat(held, replicas, bool(surplus))


def leave(connection: sa.Connection, replica: str) -> None:
    """Give everything back at once."""
    connection.execute(_freed().where(_lease.c.owner == replica))
    connection.execute(sa.delete(_replica).where(_replica.c.id == replica))


def _now(connection: sa.Connection) -> datetime:
    now: datetime = connection.execute(_NOW).scalar_one()
    return now


def _show_up(connection: sa.Connection, replica: str, now: datetime) -> None:
    insert = postgresql.insert(_replica).values(id=replica, seen_at=now)
    connection.execute(insert.on_conflict_do_update(index_elements=[_replica.c.id], set_={"seen_at": now}))


def _count(connection: sa.Connection, now: datetime) -> int:
    query = sa.select(sa.func.count()).where(_replica.c.seen_at > now - LIFE)
    return int(connection.execute(query).scalar_one())


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


def _release(connection: sa.Connection, replica: str, ids: Collection[int]) -> None:
    if ids:
        connection.execute(_freed().where(_lease.c.owner == replica, _lease.c.id.in_(ids)))


def _freed() -> sa.Update:
    return sa.update(_lease).values(owner=None, until=None, version=_lease.c.version + 1)
