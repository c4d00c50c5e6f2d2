"""Delivery: the loop that empties the outbox, by priority, at Telegram's pace, and records what became of each row.

A row is marked "sending" before it is sent, and how many are in flight is bounded, so that a process that dies can
repeat no more than those. After a restart what was in flight is said again when it is urgent or harmless to repeat
(an edit, an answer), and marked "unknown" when it is not. Every turn of the loop is one commit: results of what came
back, and marks of what goes out next. A chat whose message has to be tried again waits meanwhile: its order is kept.
What the lanes decide is handed over in their own commit, where nothing stands before it (`bot.handover`).

Of several replicas one sends, as long as its lease holds. Every commit here guards that lease: what a replica that was
paused still wants to write is refused once another has taken over, and what it has not marked it does not send.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from time import perf_counter
from typing import Any

from storage import outbox, unreachable
from storage.changes import ChangeSet, Outcome
from storage.leases import Lease, always, guard, still_stands
from storage.ledger import Ledger, Row
from storage.passing import is_passing
from storage.work import Priority, Work

from .failures import where
from .handover import Behind, Handed, as_read, ids, queued
from .metrics import Metrics
from .pace import Pace
from .results import Verdict, judge, may_be_repeated
from .sending import Sender, Sent

log = logging.getLogger(__name__)

IN_FLIGHT = 48
LOOK_AHEAD = 96
IDLE_SECONDS = 1.0
PACED_SECONDS = 0.05
SIDE_EFFECT_TRIES = 5

_RESULTS = {outbox.QUEUED: "again"}

SideEffect = Callable[[], Awaitable[ChangeSet]]


@dataclass
class _Result:
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
        self._fence: Row | None = None
        self._sender = sender
        self._pace = pace
        self._now = now
        self._metrics = metrics or Metrics()
        self._wake = asyncio.Event()
        self._flying: dict[int, list[Row]] = {}
        self._behind = Behind()
        self._doubtful: list[Row] = []
        self._is_sending = False
        self._results: list[_Result] = []
        self._recording = 0
        self._awaited: set[int] = set()  # chats to which nothing is handed before a result of theirs is recorded
        self._marked: list[Row] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._looked_at: datetime | None = None

    @property
    def in_flight(self) -> int:
        """How many rows are being sent or recorded."""
        return len(self._flying) + len(self._results) + self._recording + len(self._marked) + len(self._doubtful)

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
        handed, now = Handed(self._fence), self._now()
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
        for chat_id, rows in handed.by_chat.items():
            if is_applied and handed.fence == self._fence:
                self._launch(chat_id, rows)
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
            is_free = row["chat_id"] not in self._flying and row["chat_id"] not in self._awaited
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
            if self._fence != self._lease.row:
                self._forget()
                self._fence = self._lease.row
            await self._recover()
            await self._send_while_held()

    async def _send_while_held(self) -> None:
        self._behind.unknown()
        self._is_sending = True
        try:
            while self._lease.is_held and self._fence == self._lease.row:
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
        marked, self._marked = self._marked, []
        for row in marked:
            self._put_back(row)
        await self._look_for_doubtful()
        while self._results:
            await self._record([])

    def _forget(self) -> None:
        """Another replica was the sender meanwhile and has decided about everything that was in flight here."""
        for task in self._tasks:
            task.cancel()
        for kept in (self._flying, self._results, self._marked, self._doubtful, self._awaited):
            kept.clear()

    async def _recover(self) -> None:
        """Decide about what an earlier process, or another replica, left half sent."""
        own = ids([*self._flying.values(), self._marked, self._doubtful]) | {one.row_id for one in self._results}
        for row in await outbox.interrupted(self._ledger):
            if row["id"] not in own:
                left = _Result(row["id"], row["chat_id"])
                state = outbox.QUEUED if may_be_repeated(row) else outbox.UNKNOWN
                outbox.mark(left.mark, row, state, attempts=row["attempts"] + 1, error="interrupted")
                self._have_recorded(left)

    async def _release(self) -> None:
        """Queue what was held back until now; asked once a second, or when the clock was moved."""
        now = self._now()
        if self._looked_at is None or abs((now - self._looked_at).total_seconds()) >= IDLE_SECONDS:
            self._behind.unknown()  # what other processes queue is found at the latest now
            await self._patiently(partial(outbox.release, self._ledger, now))
            self._looked_at = now

    async def _turn(self) -> bool:
        """One commit and the sends it allows; whether anything happened."""
        await self._look_for_doubtful()
        rows = await self._patiently(self._pick)
        if not rows and not self._results:
            return False
        for row in await self._record(rows):
            self._launch(row["chat_id"], [row])
        self._marked = []
        return True

    def _launch(self, chat_id: int, rows: list[Row]) -> None:
        """Send rows, marked and committed, to a chat, one after another."""
        self._flying[chat_id] = rows
        task = asyncio.create_task(self._send(chat_id, rows))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _look_for_doubtful(self) -> None:
        """Queue what was handed over by a commit whose answer was lost, and which is there after all."""
        while self._doubtful:
            row = self._doubtful[0]
            if await self._patiently(partial(self._is_ours, row)):
                self._put_back(row)
            self._doubtful.remove(row)

    def _put_back(self, row: Row) -> None:
        """Queue a row that was marked and never sent."""
        back = _Result(row["id"], row["chat_id"])
        outbox.mark(back.mark, row, outbox.QUEUED)
        self._have_recorded(back)

    def _have_recorded(self, result: _Result) -> None:
        """Record a result with the next commit."""
        self._results.append(result)
        if result.is_awaited:
            self._awaited.add(result.chat_id)

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
        is_same = row["method"] == head["method"] == "card" and row["ticket_id"] == head["ticket_id"]
        if is_spared := is_same and not row["params"].get("is_fresh"):
            spared = _Result(row["id"])
            outbox.mark(spared.mark, row, outbox.SENT, sent_at=self._now())
            self._results.append(spared)
        return is_spared

    async def _record(self, rows: list[Row]) -> list[Row]:
        """Commit results together with the marks of what goes out next; gives back the rows that may go."""
        results, self._results = self._results, []
        self._recording = len(results)
        marks = [ChangeSet() for _ in rows]
        self._marked = [outbox.mark(changes, row, outbox.SENDING) for changes, row in zip(marks, rows, strict=True)]
        try:
            effects = [(one, await one.also()) for one in results if one.also is not None]
            sets = [*(one.mark for one in results), *(changes for _, changes in effects), *marks]
            for changes in sets:
                guard(changes, self._fence)
            outcomes = await self._patiently(partial(self._ledger.commit, sets)) if any(sets) else []
        except BaseException:
            self._results = [*results, *self._results]
            raise
        finally:
            self._recording = 0
        if not outcomes:
            return []
        if any(one.is_back or one.also is not None for one in results):
            self._behind.unknown()
        for (one, _), outcome in zip(effects, outcomes[len(results) : len(sets) - len(marks)], strict=True):
            if outcome is Outcome.STALE and one.tries < SIDE_EFFECT_TRIES:
                self._results.append(_Result(one.row_id, one.chat_id, also=one.also, tries=one.tries + 1))
        self._awaited = {one.chat_id for one in self._results if one.is_awaited}
        pairs = zip(self._marked, outcomes[len(sets) - len(marks) :], strict=True)
        return [row for row, outcome in pairs if outcome is Outcome.APPLIED or await self._is_ours(row)]

    async def _is_ours(self, row: Row) -> bool:
        """Whether a mark was written after all, by a commit whose answer was lost.

        Another sender's looks the same; there was none if the lease, which is asked last, still stands.
        """
        found = await outbox.by_id(self._ledger, row["id"])
        is_marked = found is not None and (found["state"], found["version"]) == (outbox.SENDING, row["version"])
        if not await still_stands(self._ledger, self._fence):
            self._lease.lose()
            return False
        return is_marked

    async def _patiently(self, act: Callable[[], Awaitable[Any]]) -> Any:
        """Do something with the database, waiting out what passes."""
        while True:
            try:
                return await act()
            except Exception as error:
                if not is_passing(error):
                    raise
                self._metrics.troubles.labels("delivery").inc()
                log.warning("delivery waits: %(error)s", {"error": where(error)})
                await asyncio.sleep(IDLE_SECONDS)

    async def _send(self, chat_id: int, rows: list[Row]) -> None:
        for at, row in enumerate(rows):
            if not await self._is_over(row):
                for later in rows[at + 1 :]:
                    self._put_back(later)
                break
        self._flying.pop(chat_id, None)
        self._wake.set()

    async def _is_over(self, row: Row) -> bool:
        """Send one row; False when it has to be tried again."""
        result, began = _Result(row["id"], row["chat_id"]), perf_counter()
        try:
            self._note(result, row, await self._sender.send(row))
        except Exception as error:  # noqa: BLE001 - one row's surprise must not stop the others
            self._obey(result, row, judge(row, error))
        self._metrics.send_seconds.observe(perf_counter() - began)
        self._have_recorded(result)
        return not result.is_back

    def _note(self, result: _Result, row: Row, sent: Sent) -> None:
        """It was said."""
        now = self._now()
        told: dict[str, Any] = {} if sent.message_id is None else {"telegram_message_id": sent.message_id}
        if len(sent.parts) > 1:
            told["params"] = {**row["params"], "sent_ids": list(sent.parts)}
        outbox.mark(result.mark, row, sent.state, sent_at=now, **told)
        self._metrics.sent(sent.state, row["priority"], (now - row["due_at"]).total_seconds())
        if sent.keep is not None and sent.message_id is not None:
            result.also = partial(sent.keep, self._ledger, row, sent.message_id, now)

    def _obey(self, result: _Result, row: Row, verdict: Verdict) -> None:
        """It was not said, or nobody knows."""
        now, chat_id = self._now(), row["chat_id"]
        values: dict[str, Any] = {"error": verdict.error}
        if verdict.state == outbox.QUEUED:
            values["attempts"] = row["attempts"] + verdict.is_counted
        self._metrics.sends.labels(_RESULTS.get(verdict.state, verdict.state)).inc()
        if verdict.due_at is not None:
            values["due_at"] = verdict.due_at
        if verdict.is_flood:
            self._metrics.floods.inc()
            self._pace.refuse(chat_id, now, verdict.pause)
        elif verdict.pause:
            self._pace.pause(None if verdict.is_for_all else chat_id, now, verdict.pause)
        if verdict.moved_to is not None:
            values["chat_id"] = verdict.moved_to
            result.also = partial(self._moved, chat_id, verdict.moved_to)
        elif verdict.is_unreachable and row["person_id"] is not None and chat_id > 0:
            result.also = partial(self._unreachable, row)
        if verdict.state == outbox.FAILED:
            about = {"row": row["id"], "kind": row["message"] or row["method"], "error": verdict.error}
            log.warning("outbox row %(row)s (%(kind)s): %(error)s", about)
        outbox.mark(result.mark, row, verdict.state, **values)

    async def _moved(self, old: int, new: int) -> ChangeSet:
        await outbox.move_chat(self._ledger, old, new)
        return ChangeSet()

    async def _unreachable(self, row: Mapping[str, Any]) -> ChangeSet:
        """Somebody blocked the bot: their work goes to the next as soon as the clock ticks."""
        work = Work.for_clock(self._ledger, self._now())
        unreachable.note(work, row["person_id"], str(row["id"]))
        return work.changes
