"""Lanes: one chat's updates in order, all chats side by side, many decisions in one commit.

The heads of the waiting lanes are decided together and committed together. A change set that somebody was faster than
is decided again on fresh rows; a surprise is tried again a bounded number of times and then set aside, and an
administrator is told. Meanwhile only its own lane waits. Trouble that passes by itself (a locked or restarting
database) is never counted as a try: everything waits until it has passed.

What an earlier process left is counted before it is begun: that process may have died of it (no memory, a crash in a
library). What was begun so before is decided alone, and set aside when it was begun too often.
"""

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from time import perf_counter
from typing import Protocol

from storage import inbox
from storage.changes import ChangeSet, Outcome
from storage.inbox import Stored
from storage.ledger import Ledger
from storage.passing import is_passing

from .dispatch import Decided, Dispatch
from .failures import where
from .handover import Handed
from .metrics import Metrics
from .pace import Rate
from .sharing import LOOK_SECONDS, Share
from .waiting import LANE_MOST, Waiting

log = logging.getLogger(__name__)

BATCH = 60
TRIES = 3
BEGUN_MOST = 3  # how many processes may end while they work on a leftover
STALE_MOST = 200  # races end after a few rounds; a decision that loses so often is a fault
HELD_MOST = 20_000
RETRY_SECONDS = 0.2
RETRY_MOST_SECONDS = 5.0

OnSetAside = Callable[[ChangeSet, Stored], Awaitable[None]]


class Outgoing(Protocol):
    """Who takes over what decisions say; the delivery."""

    def take(self, changes: ChangeSet) -> Handed:
        """Before the commit."""

    def settle(self, handed: Handed, *, is_applied: bool | None) -> None:
        """After it; None when nobody knows whether it was."""


class EndedProcesses(Exception):
    """Processes ended whenever they worked on this update."""


class Lanes:
    """The work that is waiting, and the loop that does it."""

    def __init__(
        self,
        ledger: Ledger,
        dispatch: Dispatch,
        now: Callable[[], datetime],
        rate: Rate,
        *,
        outgoing: Outgoing,
        on_commit: Callable[[], None],
        on_set_aside: OnSetAside,
        share: Share | None = None,
        metrics: Metrics | None = None,
    ) -> None:
        self._ledger = ledger
        self._dispatch = dispatch
        self._now = now
        self._outgoing = outgoing
        self._on_commit = on_commit
        self._on_set_aside = on_set_aside
        self._share = share  # None: everything is ours
        self._metrics = metrics or Metrics()
        self._waiting = Waiting(rate)
        self._late: list[Stored] | None = []  # what comes while the inbox is still being read
        self._wake = asyncio.Event()
        self._pause = RETRY_SECONDS
        self._stale: Counter[int] = Counter()

    @property
    def backlog(self) -> int:
        """How many stored updates are known here and not worked on yet."""
        return len(self._waiting) + len(self._late or ())

    @property
    def is_full(self) -> bool:
        """Whether Telegram should keep what it has for a while."""
        return self.backlog >= HELD_MOST

    def add(self, updates: Iterable[Stored]) -> None:
        """Queue updates that were just committed to the inbox, if their lanes are ours."""
        if self._share is not None:
            updates = self._share.split(updates)
        if self._late is not None:
            self._late.extend(updates)
            return
        self._waiting.add(updates)
        self._wake.set()

    def wake(self) -> None:
        """Other replicas have stored something, or other lanes are ours."""
        self._wake.set()

    async def run(self) -> None:
        """Work until cancelled, beginning with what an earlier process left."""
        await self._begin()
        while True:
            if self._share is not None:
                await self._share.follow(self._waiting)
            await self._refill()
            if heads := self._waiting.heads(BATCH):
                if self._share is not None:
                    heads = await self._share.first(heads, self._waiting)
                await self._work_through(heads)
            else:
                await self._news(self._waiting.next_turn_in())

    async def _begin(self) -> None:
        self._late = [] if self._late is None else self._late
        self._waiting.clear()
        if self._share is not None:
            self._share.begin()
            await self._share.follow(self._waiting)
        else:
            async for page in inbox.waiting(self._ledger):
                self._waiting.add(page)
        late, self._late = self._late, None
        self._waiting.add(late)

    async def _refill(self) -> None:
        for name, mark in self._waiting.cut_short():
            updates = await inbox.waiting_in(self._ledger, name, LANE_MOST)
            self._waiting.refill(name, mark, updates, is_all=len(updates) < LANE_MOST)

    async def _news(self, seconds: float | None) -> None:
        if self._share is not None:
            seconds = LOOK_SECONDS if seconds is None else min(seconds, LOOK_SECONDS)
        # Not wait_for: on Python 3.11 it can lose a cancellation that comes together with a wake.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        self._wake.clear()

    async def _work_through(self, heads: Sequence[Stored]) -> None:
        """Work the heads off, those last and alone that an earlier process may have died of."""
        left = [one for one in heads if one.is_left]
        if not left:
            return await self._work_off(heads)
        if plain := [one for one in heads if not one.is_left] + await self._begun(
            [one for one in left if not one.begun]
        ):
            await self._work_off(plain)
        for one in left:
            if one.begun >= BEGUN_MOST:
                log.error("update %(update)s ended %(count)s processes", {"update": one.id, "count": one.begun})
                await self._settle([one], [Decided(ChangeSet(), EndedProcesses())])
            elif one.begun and (again := await self._begun([one])):
                await self._work_off(again)
        return None

    async def _begun(self, left: Sequence[Stored]) -> list[Stored]:
        """Count that leftovers are begun; gives back those that are still as they were read."""
        sets = [ChangeSet() for _ in left]
        begun = [inbox.begin(changes, one) for changes, one in zip(sets, left, strict=True)]
        outcomes = await self._ledger.commit(sets) if sets else []
        is_ours = [outcome is Outcome.APPLIED for outcome in outcomes]
        await self._again([one for one, ours in zip(left, is_ours, strict=True) if not ours])
        return [one for one, ours in zip(begun, is_ours, strict=True) if ours]

    async def _work_off(self, batch: Sequence[Stored]) -> None:
        try:
            await self._decide(batch)
            self._pause = RETRY_SECONDS
        except Exception as error:  # noqa: BLE001 - counted as a failed try of the one update that it stops
            if is_passing(error):
                self._metrics.troubles.labels("lanes").inc()
                log.warning("%(count)s updates wait: %(error)s", {"count": len(batch), "error": where(error)})
                await asyncio.sleep(self._pause)
                self._pause = min(self._pause * 2, RETRY_MOST_SECONDS)
                await self._again(batch)
            elif len(batch) > 1:
                for one in batch:
                    await self._work_off([one])
            else:
                await self._settle(batch, [Decided(ChangeSet(), error)])

    async def _decide(self, batch: Sequence[Stored]) -> None:
        began = perf_counter()
        await self._ledger.refresh()
        await self._settle(batch, await self._dispatch.decide(batch, self._now()))
        self._metrics.batch_updates.observe(len(batch))
        self._metrics.batch_seconds.observe(perf_counter() - began)

    async def _settle(self, batch: Sequence[Stored], decided: Sequence[Decided]) -> None:
        """Commit decisions and failures, and give every lane its next turn."""
        now = self._now()
        pairs = [await self._with_end(one, result, now) for one, result in zip(batch, decided, strict=True)]
        outcomes = await self._commit([changes for changes, _ in pairs])
        faster = []
        for one, result, (_, retry), outcome in zip(batch, decided, pairs, outcomes, strict=True):
            if outcome is Outcome.STALE and self._stale[one.id] < STALE_MOST:
                faster.append(one)
            elif outcome is not Outcome.APPLIED:
                await self._refused(one, result, outcome)
            elif retry is not None:
                self._waiting.again(retry, RETRY_SECONDS * retry.attempts)
                self._metrics.tried_again.inc()
            else:
                self._waiting.settle(one)
                self._stale.pop(one.id, None)
                (self._metrics.done if result.error is None else self._metrics.set_aside).inc()
        self._metrics.decided_again.inc(len(faster))
        await self._again(faster)

    async def _commit(self, sets: Sequence[ChangeSet]) -> Sequence[Outcome]:
        """Commit decisions; what they say goes out with the commit where the sender is here and may send it."""
        handed = [self._outgoing.take(changes) for changes in sets]
        outcomes: Sequence[Outcome | None] = [None] * len(sets)
        try:
            outcomes = done = await self._ledger.commit(sets)
        finally:
            for one, outcome in zip(handed, outcomes, strict=True):
                self._outgoing.settle(one, is_applied=None if outcome is None else outcome is Outcome.APPLIED)
            if any(one.waiting for one in handed):
                self._on_commit()
        return done

    async def _refused(self, one: Stored, result: Decided, outcome: Outcome) -> None:
        """The database does not take a decision: a failed try. Nor the failure: it is set aside in silence."""
        if result.error is None:
            await self._settle([one], [Decided(ChangeSet(), RuntimeError(f"its change set is {outcome.value}"))])
            return
        changes = ChangeSet()
        inbox.set_aside(changes, one, outcome.value, self._now())
        await self._ledger.commit([changes])
        self._waiting.settle(one)
        self._metrics.set_aside.inc()

    async def _again(self, updates: Sequence[Stored]) -> None:
        """Try again what still waits in the inbox; another process may have done it, or our own lost commit."""
        still = await inbox.still_waiting(self._ledger, [one.id for one in updates])
        for one in updates:
            if one.id in still:
                self._stale[one.id] += 1
                self._waiting.again(still[one.id])
            else:
                self._stale.pop(one.id, None)
                self._waiting.settle(one)

    async def _with_end(self, one: Stored, result: Decided, now: datetime) -> tuple[ChangeSet, Stored | None]:
        """The change set with what becomes of its update, and the update again if it is to be retried."""
        changes = result.changes
        if result.error is None:
            inbox.done(changes, one, now)
            return changes, None
        error = where(result.error)
        about = {"update": one.id, "try": one.attempts + 1, "error": error}
        log.error("update %(update)s failed (try %(try)s): %(error)s", about)
        if one.attempts + 1 < TRIES and not isinstance(result.error, EndedProcesses):
            return changes, inbox.failed(changes, one, error)
        inbox.set_aside(changes, one, error, now)
        await self._on_set_aside(changes, one)
        return changes, None
