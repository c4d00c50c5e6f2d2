"""News between replicas, over PostgreSQL's LISTEN and NOTIFY: which updates were stored for whom, and that there is
something to say or a lease to take.

A signal saves waiting and nothing else: it is sent after the commit that it tells of and may be lost, and whoever
listens looks for itself every second too. It holds numbers of updates and shards, nothing that anybody said.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import asyncpg
import orjson
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from .engine import Database
from .passing import DatabaseAway

log = logging.getLogger(__name__)

CHANNEL = "linli"
PART = 300  # updates in one signal: PostgreSQL takes 8,000 bytes
AGAIN_SECONDS = 1.0
GATHER_SECONDS = 0.005  # after one signal, before the next: under load one tells of many commits

_LOST = (asyncpg.PostgresError, asyncpg.InterfaceError, DBAPIError, DatabaseAway)

UPDATES, WORDS, LEASES = "updates", "words", "leases"

Update = tuple[int, int]
"""(shard, number of the update)."""


class Signals:
    """What this replica tells the others and hears from them."""

    def __init__(
        self,
        database: Database,
        *,
        on_updates: Callable[[Sequence[Update]], None],
        on_words: Callable[[], None],
        on_leases: Callable[[], None],
    ) -> None:
        self._database = database
        self._on_updates = on_updates
        self._on = {WORDS: on_words, LEASES: on_leases}
        self._updates: list[Update] = []
        self._topics: set[str] = set()
        self._wake = asyncio.Event()

    def updates(self, updates: Iterable[Update]) -> None:
        """Tell that updates were stored."""
        self._updates.extend(updates)
        self._wake.set()

    def words(self) -> None:
        """Tell that there is something to send."""
        self._topics.add(WORDS)
        self._wake.set()

    async def run(self) -> None:
        """Listen and tell until cancelled; a lost connection is made anew."""
        while True:
            try:
                async with self._database.apart() as connection:
                    raw: Any = (await connection.get_raw_connection()).driver_connection
                    await raw.add_listener(CHANNEL, self._heard)
                    raw.add_termination_listener(self._ended)
                    for look in self._on.values():  # for what was told before
                        look()
                    try:
                        await self._tell(raw)
                    finally:
                        await connection.invalidate()  # nobody else gets a connection that listens
            except _LOST as error:
                log.warning("no signals between replicas for a moment: %(error)s", {"error": type(error).__name__})
                await asyncio.sleep(AGAIN_SECONDS)

    async def _tell(self, raw: Any) -> None:
        while not raw.is_closed():
            await self._wake.wait()
            self._wake.clear()
            for payload in self._payloads():
                await raw.execute("SELECT pg_notify($1, $2)", CHANNEL, payload)
            await asyncio.sleep(GATHER_SECONDS)

    def _payloads(self) -> list[str]:
        updates, self._updates = self._updates, []
        topics, self._topics = self._topics, set()
        parts = [updates[at : at + PART] for at in range(0, len(updates), PART)]
        return [*(_payload(UPDATES, part) for part in parts), *(_payload(topic) for topic in sorted(topics))]

    def _ended(self, *_: object) -> None:
        self._wake.set()

    def _heard(self, _connection: object, _sender: int, _channel: str, payload: str) -> None:
        for topic, content in orjson.loads(payload).items():
            if topic == UPDATES:
                self._on_updates(content)
            else:
                self._on[topic]()


def tell_now(connection: sa.Connection, topic: str) -> None:
    """Tell within a transaction: it is heard when that is committed."""
    connection.execute(sa.select(sa.func.pg_notify(CHANNEL, _payload(topic))))


def _payload(topic: str, content: object = True) -> str:
    return orjson.dumps({topic: content}).decode()
