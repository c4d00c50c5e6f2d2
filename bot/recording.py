"""Recording: what became of the rows that were sent, in one commit with the marks of what goes out next.

Nothing is sent that was not marked, and every commit here guards the sender's lease: what a replica that was paused
still wants to write is refused once another has taken over.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from storage import outbox
from storage.changes import ChangeSet, Outcome
from storage.leases import Lease, guard, still_stands
from storage.ledger import Ledger, Row
from storage.passing import is_passing

from .failures import where
from .metrics import Metrics
from .results import may_be_repeated

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 1.0
SIDE_EFFECT_TRIES = 5

SideEffect = Callable[[], Awaitable[ChangeSet]]

T = TypeVar("T")


@dataclass
class Result:
    """What is to be recorded of a row that came back. The side effect is decided anew when somebody was faster."""

    row_id: int
    chat_id: int = 0
    mark: ChangeSet = field(default_factory=ChangeSet)
    also: SideEffect | None = None
    tries: int = 0

    @property
    def is_awaited(self) -> bool:
        """Whether what goes to its chat next must not overtake the recording: where a card stands, what waits again."""
        return self.also is not None or self.is_back

    @property
    def is_back(self) -> bool:
        """Whether the row waits in the outbox again."""
        return any(values.get("state") in {outbox.QUEUED, outbox.HELD} for _, values in self.mark.updates.values())


class Recorder:
    """What is to be written of the outbox, and the one who writes it. `on_news` hears when something may wait anew."""

    def __init__(self, ledger: Ledger, lease: Lease, metrics: Metrics, on_news: Callable[[], None]) -> None:
        self._ledger = ledger
        self._lease = lease
        self._metrics = metrics
        self._on_news = on_news
        self._results: list[Result] = []
        self._under_way = 0
        self.fence: Row | None = None  # the row of the lease under which this process sends
        self.awaited: set[int] = set()  # chats to which nothing is handed before a result of theirs is recorded
        self.marked: list[Row] = []  # rows that are marked, or being marked, and not sent yet

    def __len__(self) -> int:
        """How many rows are on their way into the database."""
        return len(self._results) + self._under_way + len(self.marked)

    @property
    def has_results(self) -> bool:
        """Whether something waits to be recorded."""
        return bool(self._results)

    def add(self, result: Result) -> None:
        """Record a result with the next commit."""
        self._results.append(result)
        if result.is_awaited:
            self.awaited.add(result.chat_id)

    def put_back(self, row: Row) -> None:
        """Queue a row that was marked and never sent."""
        back = Result(row["id"], row["chat_id"])
        outbox.mark(back.mark, row, outbox.QUEUED)
        self.add(back)

    def put_back_marked(self) -> None:
        """Queue everything that was marked and never sent."""
        marked, self.marked = self.marked, []
        for row in marked:
            self.put_back(row)

    def forget(self) -> None:
        """Another replica was the sender meanwhile and has decided about everything that was in flight here."""
        for kept in (self._results, self.marked, self.awaited):
            kept.clear()

    async def recover(self, own: set[int]) -> None:
        """Decide about what an earlier process, or another replica, left half sent; `own` rows are in flight here."""
        known = own | {one.row_id for one in self._results} | {row["id"] for row in self.marked}
        for row in await outbox.interrupted(self._ledger):
            if row["id"] not in known:
                left = Result(row["id"], row["chat_id"])
                state = outbox.QUEUED if may_be_repeated(row) else outbox.UNKNOWN
                outbox.mark(left.mark, row, state, attempts=row["attempts"] + 1, error="interrupted")
                self.add(left)

    async def record(self, rows: Sequence[Row]) -> list[Row]:
        """Commit results together with the marks of what goes out next; gives back the rows that may go."""
        results, self._results = self._results, []
        self._under_way = len(results)
        marks = [ChangeSet() for _ in rows]
        self.marked = [outbox.mark(changes, row, outbox.SENDING) for changes, row in zip(marks, rows, strict=True)]
        try:
            effects = [(one, await one.also()) for one in results if one.also is not None]
            sets = [*(one.mark for one in results), *(changes for _, changes in effects), *marks]
            for changes in sets:
                guard(changes, self.fence)
            outcomes = await self.patiently(partial(self._ledger.commit, sets)) if any(sets) else []
        except BaseException:
            self._results = [*results, *self._results]
            raise
        finally:
            self._under_way = 0
        if not outcomes:
            return []
        if any(one.is_awaited for one in results):
            self._on_news()
        for (one, _), outcome in zip(effects, outcomes[len(results) : len(sets) - len(marks)], strict=True):
            if outcome is Outcome.STALE and one.tries < SIDE_EFFECT_TRIES:
                self._results.append(Result(one.row_id, one.chat_id, also=one.also, tries=one.tries + 1))
        self.awaited = {one.chat_id for one in self._results if one.is_awaited}
        pairs = zip(self.marked, outcomes[len(sets) - len(marks) :], strict=True)
        return [row for row, outcome in pairs if outcome is Outcome.APPLIED or await self.is_ours(row)]

    async def is_ours(self, row: Row) -> bool:
        """Whether a mark was written after all, by a commit whose answer was lost.

        Another sender's looks the same; there was none if the lease, which is asked last, still stands.
        """
        found = await outbox.by_id(self._ledger, row["id"])
        is_marked = found is not None and (found["state"], found["version"]) == (outbox.SENDING, row["version"])
        if not await still_stands(self._ledger, self.fence):
            self._lease.lose()
            return False
        return is_marked

    async def patiently(self, act: Callable[[], Awaitable[T]]) -> T:
        """Do something with the database, waiting out what passes."""
        while True:
            try:
                return await act()
            except Exception as error:
                if not is_passing(error):
                    raise
                self._metrics.troubles.labels("delivery").inc()
                log.warning("delivery waits: %(error)s", {"error": where(error)})
                await asyncio.sleep(PATIENCE_SECONDS)
