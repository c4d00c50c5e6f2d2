"""The updates that wait for a bot, and the rules of getUpdates.

An update stays until the bot confirms it by asking with a higher offset or, with a webhook, by
answering 2xx; messages wait 24 hours, presses 150 seconds. A second poller ends the first with 409.
What users do while updates are held back waits without a number and is released in any order.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from simulator.clock import Clock
from simulator.errors import conflict
from simulator.record import Handed, Made, Record
from simulator.spec import Json, spec

PRESS_LIFETIME, MESSAGE_LIFETIME = 150.0, 24 * 3600.0
OFF_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
TWO_POLLERS = "terminated by other getUpdates request; make sure that only one bot instance is running"


@dataclass(slots=True, eq=False)
class Waiting:
    """An update that waits; `lane` is the chat, or the user of a press."""

    update: Json
    lane: str
    made_at: float

    @property
    def id(self) -> int:
        """The update's number."""
        number: int = self.update["update_id"]
        return number

    def is_stale(self, now: float) -> bool:
        """Say whether Telegram would have thrown it away by now."""
        limit = PRESS_LIFETIME if "callback_query" in self.update else MESSAGE_LIFETIME
        return now - self.made_at > limit


class UpdateQueue:
    """The queue of one bot."""

    def __init__(self, bot_id: int, clock: Clock, record: Record, first_id: int = 1000) -> None:
        self.bot_id = bot_id
        self.next_id = first_id
        self.allowed: frozenset[str] | None = None
        self.pending: deque[Waiting] = deque()
        self.held: list[tuple[str, Json, str]] | None = None
        self.on_new: Callable[[Waiting], None] | None = None
        self._clock = clock
        self._record = record
        self._swept_at = 0.0
        self.polled = asyncio.Event()
        self._poller: asyncio.Future[bool] | None = None

    def __len__(self) -> int:
        return len(self.pending)

    def wants(self, kind: str) -> bool:
        """Say whether the bot asked for this kind of update."""
        return kind not in OFF_BY_DEFAULT if self.allowed is None else kind in self.allowed

    def allow(self, kinds: Sequence[str] | None) -> None:
        """Set the kinds the bot wants; an empty list is the default set, None changes nothing."""
        if kinds is not None:
            self.allowed = frozenset(kinds) or None

    def add(self, kind: str, body: Json, lane: str) -> None:
        """Make an update out of something that happened."""
        if not self.wants(kind):
            return
        if self.held is not None:
            self.held.append((kind, body, lane))
            return
        update = {"update_id": self.next_id, kind: body}
        self.next_id += 1
        spec().promise("Update", update)
        self._record.add(Made(self._clock.now(), self.bot_id, update))
        self._push(Waiting(update, lane, self._clock.seconds()))

    def repeat(self, update: Json, lane: str = "repeat") -> None:
        """Deliver an update once more, under its old number."""
        self._push(Waiting(update, lane, self._clock.seconds()))

    def _push(self, waiting: Waiting) -> None:
        self.pending.append(waiting)
        if self.on_new is not None:
            self.on_new(waiting)
        elif self._poller is not None and not self._poller.done():
            self._poller.set_result(True)

    def hold(self) -> None:
        """Keep what happens from now on back."""
        self.held = [] if self.held is None else self.held

    def release(self, order: Sequence[int] | None = None) -> None:
        """Let go what was held, in the order of the given indexes (what they leave out comes last)."""
        held, self.held = self.held or [], None
        first = list(order or ())
        for index in first + [each for each in range(len(held)) if each not in first]:
            self.add(*held[index])

    def confirm(self, offset: int) -> None:
        """Forget what lies below an offset; one far in the future is ignored, as Telegram does."""
        if not self.pending or offset > self.next_id + 10:
            return
        places = [index for index, waiting in enumerate(self.pending) if waiting.id == offset - 1]
        for _ in range(places[-1] + 1 if places else 0):
            self.pending.popleft()
        while self.pending and self.pending[0].id < offset:
            self.pending.popleft()

    def forget(self, waiting: Waiting) -> None:
        """Take one update out, wherever it stands."""
        with suppress(ValueError):
            self.pending.remove(waiting)

    def clear(self) -> None:
        """Drop all that waits."""
        self.pending.clear()

    def drop_stale(self) -> None:
        """Throw away what nobody fetched in time."""
        now = self._clock.seconds()
        if abs(now - self._swept_at) < 1:
            return
        self._swept_at = now
        if any(waiting.is_stale(now) for waiting in self.pending):
            self.pending = deque(waiting for waiting in self.pending if not waiting.is_stale(now))

    async def fetch(self, offset: int, limit: int, patience: float) -> list[Json]:
        """Confirm, then return up to `limit` updates; wait at most `patience` seconds for the first."""
        self.end_poll(conflict(TWO_POLLERS))
        self.drop_stale()
        if offset > 0:
            self.confirm(offset)
        elif offset < 0:
            while len(self.pending) > -offset:
                self.pending.popleft()
        if not self.pending and patience > 0 and not await self._wait(patience):
            return []
        found = [self.pending[index].update for index in range(min(limit, len(self.pending)))]
        now = self._clock.now()
        for update in found:
            self._record.add(Handed(now, self.bot_id, update["update_id"], "polling", 200))
        return found

    async def _wait(self, patience: float) -> bool:
        """Wait for an update; say False when another request ended the poll without one."""
        poller: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._poller = poller
        self.polled.set()
        try:
            async with asyncio.timeout(patience):
                return await poller
        except TimeoutError:
            return False
        finally:
            if self._poller is poller:
                self._poller = None
                self.polled.clear()

    def end_poll(self, error: Exception | None = None) -> None:
        """End a poll that waits: with an error, or empty."""
        if self._poller is not None and not self._poller.done():
            if error is None:
                self._poller.set_result(False)
            else:
                self._poller.set_exception(error)
