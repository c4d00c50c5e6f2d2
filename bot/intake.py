"""Intake: what came is committed to the inbox, and only then acknowledged; polling confirms with a higher offset.

PTB's own updater confirms updates that it holds only in memory; a crash would lose them. See docs/decisions.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from storage import inbox
from storage.engine import Database
from storage.inbox import Stored
from storage.leases import Lease, always
from storage.passing import is_passing

from .lanes import Lanes
from .metrics import Metrics
from .payload import lane_of, write
from .transport import Ambiguous, ApiError, NotSent, Transport

log = logging.getLogger(__name__)

ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
LIMIT = 100
POLL_SECONDS = 25
RETRY_SECONDS = (0.2, 1.0, 3.0, 10.0)
FULL_SECONDS = 0.5
CONFLICT_SECONDS = 5.0


def stored(update: Mapping[str, Any], payload: bytes) -> Stored:
    """An update as a row of the inbox, in the bytes it came in."""
    return Stored(int(update["update_id"]), lane_of(update), payload)


class Intake:
    """Keeps updates, those of many web requests in one commit, and hands on what is new."""

    def __init__(
        self, database: Database, lanes: Lanes, now: Callable[[], datetime], metrics: Metrics | None = None
    ) -> None:
        self._database = database
        self._lanes = lanes
        self._now = now
        self._metrics = metrics or Metrics()
        self._asked: list[tuple[Sequence[Stored], asyncio.Future[None]]] = []
        self._keeping: asyncio.Task[None] | None = None

    @property
    def is_full(self) -> bool:
        """Whether more is known here than can be worked off soon."""
        return self._lanes.is_full

    async def keep(self, updates: Sequence[Stored]) -> None:
        """Commit updates. Raises what storage raises: then nothing may be acknowledged."""
        kept = asyncio.get_running_loop().create_future()
        self._asked.append((updates, kept))
        if self._keeping is None:
            self._keeping = asyncio.create_task(self._keep_all())
        await kept

    async def close(self) -> None:
        """Wait for what is being kept."""
        if self._keeping is not None:
            await self._keeping

    async def _keep_all(self) -> None:
        while self._asked:
            asked, self._asked = self._asked, []
            brought = [one for part, _ in asked for one in part]
            try:
                fresh = await inbox.store(self._database, brought, self._now())
            except Exception as error:  # noqa: BLE001 - whoever asked is told
                for _, kept in asked:
                    if not kept.done():
                        kept.set_exception(error)
                continue
            for _, kept in asked:  # first: Telegram hears of it, and is asked for more, before anything is decided
                if not kept.done():
                    kept.set_result(None)
            self._lanes.add(fresh)
            self._metrics.stored.inc(len(fresh))
            self._metrics.repeated.inc(len(brought) - len(fresh))
        self._keeping = None


class Poller:
    """The one poller of a token."""

    def __init__(
        self,
        transport: Transport,
        intake: Intake,
        now: Callable[[], datetime],
        metrics: Metrics | None = None,
        lease: Lease | None = None,
    ) -> None:
        self._lease = lease or always()
        self._transport = transport
        self._intake = intake
        self._now = now
        self._metrics = metrics or Metrics()
        self._offset: int | None = None
        self._conflict_at: float | None = None
        self.last_polled_at: datetime | None = None

    @property
    def since_conflict(self) -> float | None:
        """Real seconds since Telegram last said that another program takes this token's updates; None if never."""
        return None if self._conflict_at is None else time.monotonic() - self._conflict_at

    async def run(self) -> None:
        """Poll until cancelled, whenever it is ours to do."""
        failures = 0
        while True:
            await self._lease.until_held()
            try:
                if self._intake.is_full:
                    await asyncio.sleep(FULL_SECONDS)
                    continue
                await self._keep(await self._fetch())
                failures = 0
            except (ApiError, NotSent, Ambiguous) as error:
                pause = _pause(error, failures)
                failures += 1
                if isinstance(error, ApiError) and error.code == 409:
                    self._conflict_at = time.monotonic()
                    self._metrics.poll_conflicts.inc()
                about = {"seconds": pause, "error": _brief(error)}
                log.warning("polling failed, again in %(seconds).1f s: %(error)s", about)
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
        while updates:
            try:
                await self._intake.keep([stored(one, write(one)) for one in updates])
                break
            except Exception as error:
                if not is_passing(error):
                    raise
                self._metrics.troubles.labels("intake").inc()
                about = {"error": type(error).__name__}
                log.warning("the inbox cannot be written, nothing is confirmed: %(error)s", about)
                await asyncio.sleep(RETRY_SECONDS[1])
        if updates:
            # The last of this answer, not the greatest ever seen: ids may start anew at a lower number.
            self._offset = int(updates[-1]["update_id"]) + 1


def _pause(error: Exception, failures: int) -> float:
    if isinstance(error, ApiError) and error.retry_after:
        return float(error.retry_after)
    if isinstance(error, ApiError) and error.code == 409:
        return CONFLICT_SECONDS  # another process polls with this token, or a webhook is set: it is told, not fought
    return RETRY_SECONDS[min(failures, len(RETRY_SECONDS) - 1)]


def _brief(error: Exception) -> str:
    return f"{error.code} {error.description}" if isinstance(error, ApiError) else f"{type(error).__name__} {error}"
