"""This process as one of several on one PostgreSQL: its heartbeat, and what it may do at this moment.

Nobody is told to stop: whoever sends, ticks, copies, polls or works on a lane asks before each step whether it is still
theirs (`Lease.is_held`, `Replica.shards`), by a deadline on the monotonic clock. So a process that was paused, or that
cannot reach the database, knows at once that it has lost everything. On SQLite everything is held, for ever.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Collection

from storage import leases
from storage.engine import Database
from storage.leases import ALL_SHARDS, POSTS, SHARDS, Beat, Lease
from storage.passing import is_passing

log = logging.getLogger(__name__)

BEAT_SECONDS = 1.5
AGAIN_SECONDS = 0.3
NOTHING: frozenset[int] = frozenset()


class Replica:
    """What this process holds; `on_change` is called when that is something else than before."""

    def __init__(
        self,
        database: Database,
        *,
        name: str | None = None,
        posts: Collection[str] = POSTS,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self.id = name or database.name
        self.is_alone = database.is_sqlite
        self.is_leaving = False
        self.replicas = 1
        self.leases = {name: leases.always() if self.is_alone else Lease() for name in POSTS}
        self._database = database
        self._posts = posts
        self._on_change = on_change
        self._shards = ALL_SHARDS if self.is_alone else NOTHING
        self._until = float("inf") if self.is_alone else 0.0
        self._has_joined = False
        self._hurry = asyncio.Event()

    @property
    def is_alive(self) -> bool:
        """Whether the others can count on this one: its heartbeat came in time."""
        return time.monotonic() < self._until

    def shards(self) -> frozenset[int]:
        """The shards of lanes that are ours at this moment."""
        return self._shards if self.is_alive else NOTHING

    def hurry(self) -> None:
        """Somebody gave something back, or came: the next heartbeat does not wait."""
        self._hurry.set()

    async def join(self) -> None:
        """Be one of the replicas, if the database can be reached; otherwise `run` goes on trying."""
        if not self.is_alone:
            await self._try()

    async def run(self) -> None:
        """Beat until cancelled."""
        while True:
            pause = BEAT_SECONDS if await self._try() else AGAIN_SECONDS
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._hurry.wait()
            self._hurry.clear()

    def retire(self) -> None:
        """Give the lanes to the others; what is being sent may still come back. `leave` ends it."""
        self.is_leaving = True
        if not self.is_alone:
            self._shards = NOTHING
        self.hurry()

    async def leave(self) -> None:
        """Give everything back at once, when the work has stopped."""
        if self.is_alone or not self._has_joined:
            return
        self._follow(Beat({}, 0), 0.0)
        try:
            async with self._database.apart() as connection, connection.begin():
                await connection.run_sync(leases.leave, self.id)
        except Exception as error:  # noqa: BLE001 - whatever it was, the rest has to be closed
            log.warning("what this replica held runs out by itself: %(error)s", {"error": type(error).__name__})

    async def _try(self) -> bool:
        try:
            await self._beat()
        except Exception as error:
            if not is_passing(error):
                raise
            log.warning("the heartbeat did not come through: %(error)s", {"error": type(error).__name__})
            return False
        return True

    async def _beat(self) -> None:
        begun_at = time.monotonic()
        async with self._database.apart() as connection, connection.begin():
            if self.is_leaving:
                beat = await connection.run_sync(leases.retire, self.id)
            else:
                if not self._has_joined:
                    await connection.run_sync(leases.join)
                beat = await connection.run_sync(leases.beat, self.id, self._posts)
        self._has_joined = True
        self._follow(beat, begun_at + leases.LIFE.total_seconds())

    def _follow(self, beat: Beat, until: float) -> None:
        """Believe what the database says."""
        before = (self._shards, {name for name, lease in self.leases.items() if lease.is_held})
        self._until, self.replicas = until, beat.replicas
        self._shards = beat.shards
        for name, lease in self.leases.items():
            if name in beat.held:
                lease.renew(beat.held[name], until)
            else:
                lease.lose()
        posts = {name for name, lease in self.leases.items() if lease.is_held}
        if before != (self._shards, posts):
            about = {"shards": len(self._shards), "all": SHARDS, "posts": ", ".join(sorted(posts)) or "no post"}
            log.info("this replica has %(shards)s of %(all)s parts of the lanes and: %(posts)s", about)
            self._on_change()
