"""Delivery: the loop that empties the outbox, by priority, at Telegram's pace, and records what became of each row.

A row is marked "sending" before it is sent, and how many are in flight is bounded, so that a process that dies can
repeat no more than those. After a restart what was in flight is said again when it is urgent or harmless to repeat
(an edit, an answer), and marked "unknown" when it is not. Every turn of the loop is one commit: results of what came
back, and marks of what goes out next.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from storage import outbox, unreachable
from storage.changes import ChangeSet, Outcome
from storage.ledger import Ledger, Row
from storage.passing import is_passing
from storage.work import Priority, Work

from .pace import Pace
from .sending import Sender, Sent, Suppressed
from .transport import Ambiguous, ApiError, NotSent

log = logging.getLogger(__name__)

IN_FLIGHT = 48
LOOK_AHEAD = 200
IDLE_SECONDS = 1.0
PACED_SECONDS = 0.05
TRIES = 6
REPEATABLE = {"edit", "answer", "card"}


class Delivery:
    """The one sender of a token."""

    def __init__(self, ledger: Ledger, sender: Sender, pace: Pace, now: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._sender = sender
        self._pace = pace
        self._now = now
        self._wake = asyncio.Event()
        self._flying: dict[int, Row] = {}
        self._results: list[ChangeSet] = []
        self._recording = 0
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def in_flight(self) -> int:
        """How many rows are being sent or recorded."""
        return len(self._flying) + len(self._results) + self._recording

    def wake(self) -> None:
        """There may be something to say."""
        self._wake.set()

    async def run(self) -> None:
        """Send until cancelled, beginning with what an earlier process left half sent."""
        await self._commit([await self._recover()])
        while True:
            moved = await self._turn()
            if not moved:
                pause = PACED_SECONDS if self._pace.waiting(self._now()) else IDLE_SECONDS
                try:
                    await asyncio.wait_for(self._wake.wait(), pause)
                except TimeoutError:
                    pass
            self._wake.clear()

    async def drain(self, seconds: float) -> None:
        """Let what is in flight come back, and record it."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        await self._record([])

    async def _recover(self) -> ChangeSet:
        changes = ChangeSet()
        for row in await outbox.interrupted(self._ledger):
            is_repeated = row["method"] in REPEATABLE or row["priority"] <= Priority.NEWS
            outbox.mark(changes, row, outbox.QUEUED if is_repeated else outbox.UNKNOWN, attempts=row["attempts"] + 1)
        return changes

    async def _turn(self) -> bool:
        """One commit and the sends it allows; whether anything happened."""
        rows = await self._pick()
        if not rows and not self._results:
            return False
        self._recording = len(rows) + len(self._results)
        going = await self._record(rows)
        self._recording = 0
        for row in going:
            self._flying[row["chat_id"]] = row
            self._pace.take(row["chat_id"], self._now())
            task = asyncio.create_task(self._send(row))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return True

    async def _pick(self) -> list[Row]:
        now = self._now()
        room = IN_FLIGHT - len(self._flying)
        if room <= 0 or self._pace.is_paused(now):
            return []
        waiting = [*self._flying, *self._pace.waiting(now)]
        ready = await outbox.ready(self._ledger, now, limit=LOOK_AHEAD, passing=waiting)
        heads: dict[int, Row] = {}
        for row in ready:
            if row["chat_id"] in heads:
                self._coalesce(heads, row)
            elif len(heads) < room and self._may_go(row, now):
                heads[row["chat_id"]] = row
        return list(heads.values())

    def _may_go(self, row: Row, now: datetime) -> bool:
        if row["method"] == "answer":
            return True  # not a message: Telegram does not count it
        return self._pace.allows(row["chat_id"], now, is_urgent=row["priority"] <= Priority.ANSWER)

    def _coalesce(self, heads: Mapping[int, Row], row: Row) -> None:
        """Two edits of one card that wait are one edit: a card is drawn when it is sent."""
        head = heads[row["chat_id"]]
        is_same = row["method"] == head["method"] == "card" and row["ticket_id"] == head["ticket_id"]
        if is_same and not row["params"].get("is_fresh"):
            changes = ChangeSet()
            outbox.mark(changes, row, outbox.SENT, sent_at=self._now())
            self._results.append(changes)

    async def _record(self, rows: list[Row]) -> list[Row]:
        """Commit results together with the marks of what goes out next; gives back the rows that may go."""
        results, self._results = self._results, []
        marked = []
        marks = []
        for row in rows:
            changes = ChangeSet()
            marked.append(outbox.mark(changes, row, outbox.SENDING))
            marks.append(changes)
        outcomes = await self._commit([*results, *marks])
        return [
            row for row, outcome in zip(marked, outcomes[len(results) :], strict=True) if outcome is Outcome.APPLIED
        ]

    async def _commit(self, sets: list[ChangeSet]) -> list[Outcome]:
        if not any(sets):
            return [Outcome.APPLIED for _ in sets]
        while True:
            try:
                return await self._ledger.commit(sets)
            except Exception as error:
                if not is_passing(error):
                    raise
                log.warning("recording deliveries waits: %s", type(error).__name__)
                await asyncio.sleep(IDLE_SECONDS)

    async def _send(self, row: Row) -> None:
        changes = ChangeSet()
        try:
            sent = await self._sender.send(row)
            _note(changes, row, sent, self._now())
        except Suppressed:
            outbox.mark(changes, row, outbox.SUPPRESSED)
        except ApiError as error:
            await self._refused(changes, row, error)
        except NotSent as error:
            self._later(
                changes, row, str(error), timedelta(seconds=min(2.0 ** row["attempts"], 60.0)), is_counted=False
            )
        except Ambiguous as error:
            self._ambiguous(changes, row, str(error))
        except Exception as error:
            if is_passing(error):
                self._later(changes, row, type(error).__name__, timedelta(seconds=1), is_counted=False)
            else:
                log.error("outbox row %s (%s) cannot be sent: %s", row["id"], row["message"], type(error).__name__)
                log.debug("outbox row %s", row["id"], exc_info=error)
                outbox.mark(changes, row, outbox.FAILED, error=type(error).__name__)
        self._results.append(changes)
        self._flying.pop(row["chat_id"], None)
        self._wake.set()

    async def _refused(self, changes: ChangeSet, row: Row, error: ApiError) -> None:
        """Telegram said no: by what may be done about it."""
        if error.code == 429:
            seconds = float(error.retry_after or 1)
            self._pace.pause(row["chat_id"], self._now(), seconds)
            self._later(changes, row, "429", timedelta(seconds=seconds), is_counted=False)
        elif error.migrate_to_chat_id is not None:
            outbox.mark(changes, row, outbox.QUEUED, chat_id=error.migrate_to_chat_id, attempts=row["attempts"] + 1)
        elif error.code >= 500:
            self._ambiguous(changes, row, str(error.code))
        else:
            log.warning("outbox row %s (%s): %s", row["id"], row["message"] or row["method"], error.code)
            outbox.mark(changes, row, outbox.FAILED, error=f"{error.code} {error.description}"[:200])
            if error.code == 403:
                self._unreachable(changes, row)

    def _unreachable(self, changes: ChangeSet, row: Row) -> None:
        """Somebody blocked the bot: their work goes to the next as soon as the clock ticks."""
        if row["person_id"] is not None:
            work = Work.for_clock(self._ledger, self._now(), changes)
            unreachable.note(work, row["person_id"], str(row["id"]))

    def _ambiguous(self, changes: ChangeSet, row: Row, error: str) -> None:
        """It may have arrived. Urgent words are said again with the same number; others are left unknown."""
        if row["method"] in REPEATABLE or row["priority"] <= Priority.NEWS:
            self._later(changes, row, error, timedelta(seconds=min(2.0 ** row["attempts"], 60.0)), is_counted=True)
        else:
            outbox.mark(changes, row, outbox.UNKNOWN, error=error)

    def _later(self, changes: ChangeSet, row: Row, error: str, after: timedelta, *, is_counted: bool) -> None:
        attempts = row["attempts"] + 1
        if is_counted and attempts >= TRIES and row["priority"] != Priority.ALARM:
            outbox.mark(changes, row, outbox.FAILED, error=error, attempts=attempts)
            return
        outbox.mark(changes, row, outbox.QUEUED, error=error, attempts=attempts, due_at=self._now() + after)


def _note(changes: ChangeSet, row: Row, sent: Sent, now: datetime) -> None:
    for table, values in sent.changes.inserts:
        changes.insert(table, **values)
    changes.updates |= sent.changes.updates
    changes.guards |= sent.changes.guards
    values: dict[str, Any] = {"sent_at": now}
    if sent.message_id is not None:
        values["telegram_message_id"] = sent.message_id
    outbox.mark(changes, row, sent.state, **values)
