"""Lanes: one chat's updates in order, all chats side by side, many decisions in one commit.

The heads of all waiting lanes are decided together and committed together. A change set that somebody was faster
than is decided again on fresh rows; a surprise is tried again a bounded number of times and then set aside, and an
administrator is told; its neighbours in the batch are not touched.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime

from storage import inbox
from storage.changes import ChangeSet, Outcome
from storage.inbox import Stored
from storage.ledger import Ledger
from storage.passing import is_passing

from .dispatch import Decided, Dispatch

log = logging.getLogger(__name__)

BATCH = 60
TRIES = 3
RETRY_SECONDS = 0.2
RETRY_MOST_SECONDS = 5.0

OnSetAside = Callable[[ChangeSet, Stored], Awaitable[None]]


class Lanes:
    """The work that is waiting, and the loop that does it."""

    def __init__(
        self,
        ledger: Ledger,
        dispatch: Dispatch,
        now: Callable[[], datetime],
        *,
        on_commit: Callable[[], None],
        on_set_aside: OnSetAside,
    ) -> None:
        self._ledger = ledger
        self._dispatch = dispatch
        self._now = now
        self._on_commit = on_commit
        self._on_set_aside = on_set_aside
        self._lanes: dict[str, deque[Stored]] = {}
        self._wake = asyncio.Event()
        self._at_work = 0

    @property
    def backlog(self) -> int:
        """How many stored updates are not worked on yet."""
        return sum(len(lane) for lane in self._lanes.values()) + self._at_work

    def add(self, updates: Iterable[Stored]) -> None:
        """Queue updates that are committed to the inbox."""
        for one in updates:
            self._lanes.setdefault(one.lane, deque()).append(one)
        self._wake.set()

    async def run(self) -> None:
        """Work until cancelled, beginning with what an earlier process left."""
        self.add(await inbox.waiting(self._ledger))
        while True:
            await self._wake.wait()
            self._wake.clear()
            while heads := self._heads():
                self._at_work = len(heads)
                await self._ledger.refresh()
                await self._work_off(heads)
                self._at_work = 0

    def _heads(self) -> list[Stored]:
        heads = [self._lanes[name].popleft() for name in list(self._lanes)[:BATCH]]
        for name in list(self._lanes)[:BATCH]:
            rest = self._lanes.pop(name)
            if rest:
                self._lanes[name] = rest  # at the end of the line: others come first
        return heads

    async def _work_off(self, batch: Sequence[Stored]) -> None:
        rounds = 0
        while batch:
            rounds += 1
            batch = await self._try(batch)
            if batch and rounds > 1:
                await asyncio.sleep(min(RETRY_SECONDS * rounds / 10, RETRY_MOST_SECONDS))

    async def _try(self, batch: Sequence[Stored]) -> list[Stored]:
        """Decide and commit a batch once; gives back what has to be decided again."""
        now = self._now()
        decided = await self._dispatch.decide(batch, now)
        sets = [await self._finish(one, result, now) for one, result in zip(batch, decided, strict=True)]
        outcomes = await self._commit(sets)
        self._on_commit()
        again = []
        for one, result, outcome in zip(batch, decided, outcomes, strict=True):
            if outcome is Outcome.STALE:
                again.append(one)
            elif result.error is not None and one.attempts + 1 < TRIES:
                again.append(Stored(one.id, one.lane, one.payload, one.attempts + 1, one.version + 1))
        return again

    async def _finish(self, one: Stored, result: Decided, now: datetime) -> ChangeSet:
        changes = result.changes
        if result.error is None:
            inbox.done(changes, one, now)
            return changes
        log.error("update %s failed (try %s): %s", one.id, one.attempts + 1, type(result.error).__name__)
        log.debug("update %s", one.id, exc_info=result.error)
        is_last = one.attempts + 1 >= TRIES
        inbox.failed(changes, one, type(result.error).__name__, now, is_last=is_last)
        if is_last:
            await self._on_set_aside(changes, one)
        return changes

    async def _commit(self, sets: Sequence[ChangeSet]) -> list[Outcome]:
        """Commit, waiting out what passes: a locked database, a full disk, a server that restarts."""
        pause = RETRY_SECONDS
        while True:
            try:
                return await self._ledger.commit(sets)
            except Exception as error:
                if not is_passing(error):
                    raise
                log.warning("the commit of %s change sets waits: %s", len(sets), type(error).__name__)
                await asyncio.sleep(pause)
                pause = min(pause * 2, RETRY_MOST_SECONDS)
