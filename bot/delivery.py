"""Delivery: the loop that empties the outbox, by priority, at Telegram's pace, and records what became of each row.

A row is marked "sending" before it is sent, and how many are in flight is bounded, so that a process that dies can
repeat no more than those. After a restart what was in flight is said again when it is urgent or harmless to repeat
(an edit, an answer), and marked "unknown" when it is not. Every turn of the loop is one commit: results of what came
back, and marks of what goes out next. A chat whose message has to be tried again waits meanwhile: its order is kept.
What the lanes decide is handed over in their own commit, where nothing stands before it (`bot.handover`).

Of several replicas one sends, as long as its lease holds; every commit guards it (`bot.recording`).
"""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime
from functools import partial
from time import perf_counter

from storage import outbox
from storage.changes import ChangeSet
from storage.leases import Lease, always, guard
from storage.ledger import Ledger, Row
from storage.work import Priority

from .handover import Behind, Handed, as_read, ids, queued
from .metrics import Metrics
from .noting import Notes
from .pace import Pace
from .recording import Recorder, Result
from .results import may_be_repeated
from .sending import Sender

IN_FLIGHT = 48
LOOK_AHEAD = 96
IDLE_SECONDS = 1.0
PACED_SECONDS = 0.05
DRAWN = frozenset({"card", "group_card"})
"""What is drawn when it is sent, so that two that wait for one chat are one."""


class Delivery:
    """The one sender of a token."""

    def __init__(
        self,
        ledger: Ledger,
        sender: Sender,
        pace: Pace,
        now: Callable[[], datetime],
        metrics: Metrics | None = None,
        lease: Lease | None = None,
    ) -> None:
        self._ledger = ledger
        self._lease = lease or always()
        self._sender = sender
        self._pace = pace
        self._now = now
        self._metrics = metrics or Metrics()
        self._notes = Notes(ledger, pace, now, self._metrics)
        self._wake = asyncio.Event()
        self._flying: dict[int, list[Row]] = {}
        self._behind = Behind()
        self._recorder = Recorder(ledger, self._lease, self._metrics, self._behind.unknown)
        self._doubtful: list[Row] = []
        self._is_sending = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._looked_at: datetime | None = None

    @property
    def in_flight(self) -> int:
        """How many rows are being sent or recorded."""
        return len(self._flying) + len(self._recorder) + len(self._doubtful)

    @property
    def is_paused(self) -> bool:
        """Whether nothing may be said to anybody now."""
        return self._pace.is_paused(self._now())

    def wake(self) -> None:
        """There may be something to say."""
        self._behind.unknown()
        self._wake.set()

    def take(self, changes: ChangeSet) -> Handed:
        """Have what a change set says go out with its commit, as far as it may; `settle` tells how that went."""
        handed, now = Handed(self._recorder.fence), self._now()
        for values in queued(changes):
            row = as_read(values)
            chat_id = row["chat_id"]
            if chat_id not in handed.waiting and self._may_be_handed(row, handed, now):
                values["state"] = outbox.SENDING
                self._flying[chat_id] = handed.by_chat.setdefault(chat_id, [])
                self._flying[chat_id].append({**row, "state": outbox.SENDING})
                self._count(row, now)
            else:
                handed.waiting.add(chat_id)
                self._behind.add(chat_id)
        if handed.by_chat:
            guard(changes, handed.fence)
        return handed

    def settle(self, handed: Handed, *, is_applied: bool | None) -> None:
        """Send what was handed over, if its change set was applied; None when the commit's answer was lost."""
        shared = self._ledger.shared()
        for chat_id, rows in handed.by_chat.items():
            if is_applied and handed.fence == self._recorder.fence:
                self._launch(chat_id, rows, shared)
                continue
            self._flying.pop(chat_id, None)
            if is_applied is None:
                self._doubtful.extend(rows)
        if self._doubtful:
            self._wake.set()

    def _may_be_handed(self, row: Row, handed: Handed, now: datetime) -> bool:
        if not self._lease.is_held:
            return False
        if row["chat_id"] not in handed.by_chat:
            is_free = row["chat_id"] not in self._flying and row["chat_id"] not in self._recorder.awaited
            is_first = is_free and self._behind.has_nothing_for(row["chat_id"])
            if not is_first or not self._is_sending or len(self._flying) >= IN_FLIGHT or self._pace.is_paused(now):
                return False
        return may_be_repeated(row) and self._may_go(row, now)

    async def is_idle(self) -> bool:
        """Whether nothing may be said at this moment of the clock."""
        if self.in_flight:
            return False
        now = self._now()
        due_at = await outbox.next_due_at(self._ledger)
        if due_at is not None and due_at <= now:
            return False
        is_going = any(self._may_go(row, now) for row in await self._ready(now))
        return not is_going and not self.in_flight

    async def run(self) -> None:
        """Send until cancelled, whenever it is ours to send."""
        while True:
            await self._lease.until_held()
            if self._recorder.fence != self._lease.row:
                self._forget()
                self._recorder.fence = self._lease.row
            await self._recorder.recover(ids([*self._flying.values(), self._doubtful]))
            await self._send_while_held()

    async def _send_while_held(self) -> None:
        self._behind.unknown()
        self._is_sending = True
        try:
            while self._lease.is_held and self._recorder.fence == self._lease.row:
                await self._release()
                if not await self._turn():
                    now = self._now()
                    is_paced = self._pace.is_short(now) or self._pace.waiting(now)
                    pause = PACED_SECONDS if is_paced else IDLE_SECONDS
                    # Not wait_for: on Python 3.11 it can lose a cancellation that comes together with a wake.
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(pause):
                            await self._wake.wait()
                self._wake.clear()
        finally:
            self._is_sending = False

    async def drain(self, seconds: float) -> None:
        """Let what is in flight come back, record it, and put back what was marked but never sent."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        self._recorder.put_back_marked()
        await self._look_for_doubtful()
        while self._recorder.has_results:
            await self._recorder.record([])

    def _forget(self) -> None:
        """Another replica was the sender meanwhile and has decided about everything that was in flight here."""
        for task in self._tasks:
            task.cancel()
        self._flying.clear()
        self._doubtful.clear()
        self._recorder.forget()

    async def _release(self) -> None:
        """Queue what was held back until now; asked once a second, or when the clock was moved."""
        now = self._now()
        if self._looked_at is None or abs((now - self._looked_at).total_seconds()) >= IDLE_SECONDS:
            self._behind.unknown()  # what other processes queue is found at the latest now
            await self._recorder.patiently(partial(outbox.release, self._ledger, now))
            self._looked_at = now

    async def _turn(self) -> bool:
        """One commit and the sends it allows; whether anything happened."""
        await self._look_for_doubtful()
        rows = await self._recorder.patiently(self._pick)
        if not rows and not self._recorder.has_results:
            return False
        going = await self._recorder.record(rows)
        shared = self._ledger.shared()
        for row in going:
            self._launch(row["chat_id"], [row], shared)
        self._recorder.marked = []
        return True

    def _launch(self, chat_id: int, rows: list[Row], shared: Ledger) -> None:
        """Send rows, marked and committed, to a chat, one after another; the first reads with those of other chats."""
        self._flying[chat_id] = rows
        task = asyncio.create_task(self._send(chat_id, rows, shared))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _look_for_doubtful(self) -> None:
        """Queue what was handed over by a commit whose answer was lost, and which is there after all."""
        while self._doubtful:
            row = self._doubtful[0]
            if await self._recorder.patiently(partial(self._recorder.is_ours, row)):
                self._recorder.put_back(row)
            self._doubtful.remove(row)

    async def _pick(self) -> list[Row]:
        room, now = IN_FLIGHT - len(self._flying), self._now()
        if room <= 0 or self._behind.is_nobody or self._pace.is_paused(now):
            return []
        looked = self._behind.look()
        passing = [*self._flying, *self._pace.waiting(now)]
        rows = await outbox.ready(self._ledger, limit=LOOK_AHEAD, passing=passing)
        heads: dict[int, Row] = {}
        left = set(passing)
        for row in rows:
            if row["chat_id"] in heads:
                if not self._coalesce(heads[row["chat_id"]], row):
                    left.add(row["chat_id"])
            elif len(heads) < room and self._may_go(row, now):
                heads[row["chat_id"]] = row
                self._count(row, now)
            else:
                left.add(row["chat_id"])
        if len(rows) < LOOK_AHEAD:
            self._behind.learn(left, looked)
        return list(heads.values())

    async def _ready(self, now: datetime) -> list[Row]:
        if self._pace.is_paused(now):
            return []
        waiting = [*self._flying, *self._pace.waiting(now)]
        return await outbox.ready(self._ledger, limit=LOOK_AHEAD, passing=waiting)

    def _count(self, row: Row, now: datetime) -> None:
        if row["method"] != "answer":
            self._pace.take(row["chat_id"], now)

    def _may_go(self, row: Row, now: datetime) -> bool:
        if row["method"] == "answer":  # not a message: Telegram does not count it
            return True
        return self._pace.allows(row["chat_id"], now, is_urgent=row["priority"] <= Priority.ANSWER)

    def _coalesce(self, head: Row, row: Row) -> bool:
        """Two edits of one card that wait are one edit: a card is drawn when it is sent. Tells whether they were."""
        is_same = row["method"] == head["method"] and row["ticket_id"] == head["ticket_id"] and row["method"] in DRAWN
        if is_spared := is_same and not row["params"].get("is_fresh"):
            spared = Result(row["id"])
            outbox.mark(spared.mark, row, outbox.SENT, sent_at=self._now())
            self._recorder.add(spared)
        return is_spared

    async def _send(self, chat_id: int, rows: list[Row], shared: Ledger) -> None:
        for at, row in enumerate(rows):
            if not await self._is_over(row, self._ledger if at else shared):
                for later in rows[at + 1 :]:
                    self._recorder.put_back(later)
                break
        self._flying.pop(chat_id, None)
        self._wake.set()

    async def _is_over(self, row: Row, ledger: Ledger) -> bool:
        """Send one row; False when it has to be tried again."""
        began = perf_counter()
        try:
            result = self._notes.said(row, await self._sender.send(row, ledger))
        except Exception as error:  # noqa: BLE001 - one row's surprise must not stop the others
            result = self._notes.failed(row, error)
        self._metrics.send_seconds.observe(perf_counter() - began)
        self._recorder.add(result)
        return not result.is_back
