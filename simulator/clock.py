"""The town's clock: it runs with the real one and can be moved.

Message dates, the lifetime of presses, flood limits, webhook back-off and the expiry of updates all
read this clock; whoever sleeps on it wakes when it is moved past the hour waited for.
"""

import asyncio
import time
from datetime import UTC, datetime


class Clock:
    """A movable clock; `is_frozen` stops it between moves."""

    def __init__(self, start_at: datetime | None = None, *, is_frozen: bool = False) -> None:
        self._origin = start_at.timestamp() if start_at else time.time()
        self._since = time.monotonic()
        self.is_frozen = is_frozen
        self._sleepers: set[asyncio.Event] = set()

    def seconds(self) -> float:
        """Return seconds since 1970."""
        return self._origin if self.is_frozen else self._origin + time.monotonic() - self._since

    def now(self) -> datetime:
        """Return the time, aware, UTC."""
        return datetime.fromtimestamp(self.seconds(), UTC)

    def set(self, at: datetime) -> None:
        """Move to a time, forwards or back."""
        self._origin, self._since = at.timestamp(), time.monotonic()
        for sleeper in self._sleepers:
            sleeper.set()

    def freeze(self) -> None:
        """Stop: from now on only `set` moves the clock."""
        self._origin, self.is_frozen = self.seconds(), True

    async def sleep(self, seconds: float) -> None:
        """Sleep until so many seconds have passed on this clock; a move forwards shortens the wait."""
        until = self.seconds() + seconds
        moved = asyncio.Event()
        self._sleepers.add(moved)
        try:
            while (left := until - self.seconds()) > 0:
                moved.clear()
                try:
                    await asyncio.wait_for(moved.wait(), None if self.is_frozen else left)
                except TimeoutError:
                    continue
        finally:
            self._sleepers.discard(moved)
