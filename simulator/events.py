"""What the phones see, as it happens: a stream of small events with a number each.

The page listens to it over server-sent events; tests wait on it. Who was away for a moment asks for
what came after the last number.
"""

import asyncio
from collections import deque

from simulator.spec import Json

KEPT = 2_000


class Events:
    """The stream and its listeners."""

    def __init__(self) -> None:
        self.last_id = 0
        self._kept: deque[Json] = deque(maxlen=KEPT)
        self._changed: asyncio.Future[None] | None = None
        self.is_closed = False

    def publish(self, kind: str, **what: object) -> None:
        """Tell everybody who listens."""
        self.last_id += 1
        self._kept.append({"id": self.last_id, "kind": kind, **what})
        if self._changed is not None and not self._changed.done():
            self._changed.set_result(None)

    def close(self) -> None:
        """End all streams."""
        self.is_closed = True
        self.publish("closed")

    @property
    def first_id(self) -> int:
        """The number of the oldest event that is kept."""
        return self._kept[0]["id"] if self._kept else self.last_id + 1

    async def changed(self, since: int | None = None) -> None:
        """Wait for the next event, or the first after `since`."""
        if since is not None and since < self.last_id:
            return
        if self._changed is None or self._changed.done():
            self._changed = asyncio.get_running_loop().create_future()
        await asyncio.shield(self._changed)

    def after(self, event_id: int) -> list[Json]:
        """Return the kept events with a higher number."""
        return [event for event in self._kept if event["id"] > event_id]
