"""Intake by polling: fetch updates raw, commit them to the inbox, and only then confirm them with a higher offset.

PTB's own updater confirms updates that it holds only in memory; a crash would lose them. See docs/decisions.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from storage import inbox
from storage.engine import Database
from storage.inbox import Stored
from storage.passing import is_passing

from .lanes import Lanes
from .transport import Ambiguous, ApiError, NotSent, Transport

log = logging.getLogger(__name__)

ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
LIMIT = 100
POLL_SECONDS = 25
RETRY_SECONDS = (0.2, 1.0, 3.0, 10.0)


def lane_of(update: Mapping[str, Any]) -> str:
    """The lane of an update: a private chat's messages and presses share one; in a group presses go by user."""
    if "callback_query" in update:
        return f"u{update['callback_query'].get('from', {}).get('id', 0)}"
    for value in update.values():
        if isinstance(value, Mapping) and isinstance(chat := value.get("chat"), Mapping):
            return f"u{chat['id']}" if chat.get("type") == "private" else f"c{chat.get('id', 0)}"
    return "none"


def stored(update: Mapping[str, Any]) -> Stored:
    """An update as a row of the inbox."""
    return Stored(int(update["update_id"]), lane_of(update), orjson.dumps(update))


class Poller:
    """The one poller of a token."""

    def __init__(self, transport: Transport, database: Database, lanes: Lanes, now: Callable[[], datetime]) -> None:
        self._transport = transport
        self._database = database
        self._lanes = lanes
        self._now = now
        self._offset: int | None = None
        self.last_polled_at: datetime | None = None

    async def run(self) -> None:
        """Poll until cancelled."""
        failures = 0
        while True:
            try:
                updates = await self._fetch()
                await self._keep(updates)
                failures = 0
            except (ApiError, NotSent, Ambiguous) as error:
                pause = _pause(error, failures)
                failures += 1
                log.warning("polling failed, again in %.1f s: %s", pause, _brief(error))
                await asyncio.sleep(pause)

    async def _fetch(self) -> Sequence[Mapping[str, Any]]:
        params: dict[str, Any] = {"timeout": POLL_SECONDS, "limit": LIMIT, "allowed_updates": ALLOWED_UPDATES}
        if self._offset is not None:
            params["offset"] = self._offset
        result: Sequence[Mapping[str, Any]] = await self._transport.call(
            "getUpdates", params, seconds=POLL_SECONDS + 10.0
        )
        self.last_polled_at = self._now()
        return result

    async def _keep(self, updates: Sequence[Mapping[str, Any]]) -> None:
        """Commit, then move the offset. Nothing is confirmed before it is on disk."""
        if not updates:
            return
        while True:
            try:
                fresh = await inbox.store(self._database, [stored(one) for one in updates], self._now())
                break
            except Exception as error:
                if not is_passing(error):
                    raise
                log.warning("the inbox cannot be written, nothing is confirmed: %s", type(error).__name__)
                await asyncio.sleep(RETRY_SECONDS[1])
        self._lanes.add(fresh)
        # The last of this answer, not the greatest ever seen: ids may start anew at a lower number.
        self._offset = int(updates[-1]["update_id"]) + 1


def _pause(error: Exception, failures: int) -> float:
    if isinstance(error, ApiError) and error.retry_after:
        return float(error.retry_after)
    return RETRY_SECONDS[min(failures, len(RETRY_SECONDS) - 1)]


def _brief(error: Exception) -> str:
    return f"{error.code} {error.description}" if isinstance(error, ApiError) else f"{type(error).__name__} {error}"
