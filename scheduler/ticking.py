"""The tick: what is due is decided, one change set a reminder, and committed; then the clock looks again.

APScheduler only ticks. What has to be done, and when, stands in reminder rows; a reminder fires by compare-and-set
together with its effect, so that a crash, a second scheduler or a clock that jumps cannot fire it twice. Of several
replicas one ticks; every change set guards its lease, so that what it decided before a long pause is refused.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from storage import broadcast, expiring, gaps, people, quotas, recomputing, reminders, visit_lists
from storage.changes import ChangeSet, Outcome
from storage.keeping import nightly
from storage.leases import Lease, always, guard, still_stands
from storage.ledger import Ledger, Row
from storage.numbers import Numbers
from storage.passing import is_passing
from storage.work import Priority, Work

from .firing import SLICES, fire

log = logging.getLogger(__name__)

TICK_SECONDS = 1
BATCH = 50
TRIES = 20  # how often one reminder is decided again because somebody was faster, before it is given up

AFTER_TROUBLE = timedelta(hours=1)  # when long work that stumbled tries its slice again


class GivenUp(Exception):
    """The reminder's change set could not be applied however often it was decided."""


class Ticking:
    """Fires due reminders whenever the clock ticks."""

    def __init__(
        self,
        ledger: Ledger,
        numbers: Numbers,
        now: Callable[[], datetime],
        *,
        on_commit: Callable[[], None],
        lease: Lease | None = None,
    ) -> None:
        self._ledger = ledger
        self._lease = lease or always()
        self._fence: Row | None = None
        self._numbers = numbers
        self._now = now
        self._on_commit = on_commit
        self._one_at_a_time = asyncio.Lock()
        self._scheduler = AsyncIOScheduler()
        self._stale: Counter[int] = Counter()
        self._computed_for: str | None = None
        self._keeps_house = False
        self.last_tick_at: datetime | None = None
        self.fired: Counter[str] = Counter()
        self.failed = 0
        self.troubles = 0
        self._beat_at: float | None = None

    @property
    def tick_age(self) -> float | None:
        """Real seconds since the clock ticked; None while it is not meant to. By the machine's running time: the wired
        clock may be moved."""
        return None if self._beat_at is None or not self._lease.is_held else time.monotonic() - self._beat_at

    def start(self) -> None:
        """Begin to tick."""
        self._beat_at = time.monotonic()
        self._scheduler.add_job(
            self._tick_safely,
            IntervalTrigger(seconds=TICK_SECONDS),
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
        )
        self._scheduler.start()

    async def stop(self) -> None:
        """Stop ticking, and let what is being fired be committed."""
        self._beat_at = None
        if self._scheduler.running:
            self._scheduler.pause()
            async with self._one_at_a_time:  # a shutdown would cancel the tick that is under way
                self._scheduler.shutdown(wait=False)

    async def _tick_safely(self) -> None:
        try:
            await self.tick()
        except Exception as error:
            if not is_passing(error):
                raise
            self.troubles += 1
            log.warning("the clock's work waits: %(error)s", {"error": type(error).__name__})
            self._beat()

    async def tick(self) -> int:
        """Fire everything that is due, if that is ours to do; gives back how many reminders fired."""
        fired = 0
        async with self._one_at_a_time:
            self._fence = self._lease.row
            if not self._lease.is_held:
                self._beat()
                return 0
            await self._ledger.refresh()
            await self._follow_the_calendar()
            await self._keep_house()
            while self._lease.is_held and (due := await reminders.due(self._ledger, self._now(), BATCH)):
                # One subject at a time: two reminders of one ticket decide one after the other.
                heads = list({row["subject"]: row for row in reversed(due)}.values())
                sets = [await self._decide(row) for row in heads]
                outcomes = await self._ledger.commit(sets)
                if Outcome.STALE in outcomes and not await still_stands(self._ledger, self._fence):
                    self._lease.lose()  # another ticks already
                    break
                fired += self._count(heads, outcomes)
                self._on_commit()
                self._beat()
            await self._feed()
            self.last_tick_at = self._now()
            self._beat()
        return fired

    def _beat(self) -> None:
        if self._beat_at is not None:
            self._beat_at = time.monotonic()

    async def _feed(self) -> None:
        """Let the notices that are going out go on, each a change set of its own."""
        waiting = await broadcast.going(self._ledger)
        room = await broadcast.room(self._ledger) if waiting else 0
        for notice in waiting:
            work = self._work()
            try:
                room -= await broadcast.feed(work, notice, room)
            except Exception as error:
                if is_passing(error):
                    raise
                # One notice that cannot go on must stop neither the clock nor the others.
                log.error(
                    "notice %(notice)s stumbled: %(error)s", {"notice": notice["id"], "error": type(error).__name__}
                )
                continue
            changes = work.finish()
            if changes and await self._ledger.commit([changes]) == [Outcome.APPLIED]:
                self._on_commit()

    async def _follow_the_calendar(self) -> None:
        """Compute running clocks again once after every import."""
        version = self._ledger.directory.version
        if self._computed_for == version:
            return
        self._computed_for = await recomputing.computed_for(self._ledger)
        if self._computed_for != version and await recomputing.all_open(self._ledger, self._work):
            self._computed_for = version
            self._on_commit()

    async def _keep_house(self) -> None:
        """See to it once that the night's work and the morning's lists have their reminders."""
        if not self._keeps_house:
            await nightly.seed(self._ledger, self._now())
            await gaps.seed(self._ledger, self._now())
            await visit_lists.seed(self._ledger, self._now())
            await quotas.seed(self._ledger, self._now())
            await expiring.seed(self._ledger, self._now())
            self._keeps_house = True

    def _work(self) -> Work:
        work = Work(self._ledger, self._now(), self._numbers)
        guard(work.changes, self._fence)
        return work

    def _count(self, rows: Sequence[Row], outcomes: Sequence[Outcome]) -> int:
        """How many fired. The others are decided again at once, or were fired by another scheduler."""
        stale = {row["id"] for row, outcome in zip(rows, outcomes, strict=True) if outcome is not Outcome.APPLIED}
        self._stale = Counter({row_id: self._stale[row_id] + 1 for row_id in stale})
        self.fired.update(row["kind"] for row in rows if row["id"] not in stale)
        return len(rows) - len(stale)

    async def _fire(self, work: Work, row: Row) -> None:
        if self._stale[row["id"]] >= TRIES:
            raise GivenUp
        await fire(work, row)

    async def _decide(self, row: Row) -> ChangeSet:
        work = self._work()
        try:
            await self._fire(work, row)
        except Exception as error:
            if is_passing(error):
                raise
            # A reminder that cannot be decided must not stop the clock; it is kept as fired, with the reason.
            self.failed += 1
            about = {"reminder": row["id"], "kind": row["kind"], "error": type(error).__name__}
            log.error("reminder %(reminder)s (%(kind)s) failed: %(error)s", about)
            log.debug("reminder %(reminder)s", about, exc_info=error)
            work = self._work()
            work.audit("reminder_failed", kind=row["kind"], error=type(error).__name__)
            for person in await people.administrators(work, None):
                work.notify(person, "staff.reminder_failed", priority=Priority.ALARM, kind=row["kind"])
            if row["kind"] in SLICES:
                reminders.move_on(work, row, work.now + AFTER_TROUBLE, row["params"] or {})
        reminders.fired(work, row)
        return work.finish()
