"""What of the inbox this replica works on, where several share one PostgreSQL.

Lanes are divided into shards, and each shard is leased to one replica. What another replica has stored for a lane of
ours is heard of (`hear`) or found a second later, and read. Two replicas may work on one lane for a moment, when it
changes hands or when one was paused; that is harmless: the effect and the inbox's "done" are one change set, guarded by
the update's version, so one of them is refused and looks again. The order of a lane holds because Telegram's numbers
grow, and before anything is decided the inbox is asked for what waits in its lane with a lower one (`first`).
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from storage import inbox
from storage.inbox import Stored
from storage.leases import shard_of
from storage.ledger import Ledger
from storage.signals import Signals, Update

from .waiting import Waiting

LOOK_SECONDS = 1.0
FULL = 20_000


class Share:
    """The part of the inbox that is ours. `held` are the shards, as the leases stand."""

    def __init__(self, ledger: Ledger, held: Callable[[], frozenset[int]], signals: Signals) -> None:
        self._ledger = ledger
        self._held = held
        self._signals = signals
        self._worked: frozenset[int] = frozenset()
        self._news: set[int] = set()
        self._look_at = 0.0

    def begin(self) -> None:
        """Everything has to be read anew."""
        self._worked = frozenset()
        self._news.clear()

    def split(self, updates: Iterable[Stored]) -> list[Stored]:
        """Which of these updates, just committed here, are ours; the others' replicas are told."""
        held, ours, others = self._held(), [], []
        for one in updates:
            shard = shard_of(one.lane)
            if shard in held:
                ours.append(one)
            else:
                others.append((shard, one.id))
        if others:
            self._signals.updates(others)
        return ours

    def hear(self, updates: Sequence[Update]) -> None:
        """Another replica has stored updates."""
        held = self._held()
        self._news.update(update_id for shard, update_id in updates if shard in held)

    async def follow(self, waiting: Waiting) -> None:
        """Drop the lanes that were lost, read those that were gained, and what was stored elsewhere."""
        held = self._held()
        if lost := self._worked - held:
            self._worked &= held
            waiting.drop(lambda lane: shard_of(lane) in lost)
        if gained := held - self._worked:
            async for page in inbox.waiting(self._ledger, gained):
                waiting.add(page)
            self._worked |= gained
        if time.monotonic() >= self._look_at and self._worked:
            self._look_at = time.monotonic() + LOOK_SECONDS
            self._news.update(await inbox.oldest(self._ledger, self._worked, waiting.long_lanes()))
        if self._news and len(waiting) < FULL:
            news, self._news = self._news, set()
            if missing := [one for one in news if one not in waiting]:
                found = await inbox.still_waiting(self._ledger, missing)
                waiting.add(found[one] for one in sorted(found))

    async def first(self, heads: Sequence[Stored], waiting: Waiting) -> list[Stored]:
        """The heads of lanes, or what comes before them and was not here yet."""
        before: dict[str, list[Stored]] = defaultdict(list)
        for one in await inbox.earlier(self._ledger, heads):
            before[one.lane].append(one)
        return [waiting.precede(one, before[one.lane]) if one.lane in before else one for one in heads]
