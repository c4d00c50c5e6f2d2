"""Copies what people attached into the media store: a `file_id` dies with its token, a ticket's pictures must not.

One loop beside delivery looks for files that wait, the oldest first, fetches a few at a time and records in one commit
what became of each. What may pass (no network, a busy server, a full disk) is tried again after growing pauses; what
Telegram will never give is marked once. Nothing waits for this loop: until a copy exists, the `file_id` serves.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from storage import attachments
from storage.changes import ChangeSet
from storage.keeping import sweeping
from storage.leases import Lease, always
from storage.ledger import Ledger, Row
from storage.media import MediaStore
from storage.passing import is_passing
from storage.rules.pictures import DamagedPicture

from .metrics import Metrics
from .transport import Ambiguous, ApiError, NotSent, Transport

log = logging.getLogger(__name__)

LIMIT_BYTES = 20 * 1024 * 1024  # what the Bot API gives to a bot
AT_A_TIME = 4
IDLE_SECONDS = 2.0
SWEEP_EVERY = timedelta(minutes=5)  # the whole store in a day
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=6)
TRIES = 14
"""After so many answers that the file is not to be had (about a day), it is gone. Silence is never counted as one."""


class MediaCopies:
    """The loop that copies."""

    def __init__(
        self,
        ledger: Ledger,
        transport: Transport,
        store: MediaStore,
        now: Callable[[], datetime],
        metrics: Metrics | None = None,
        lease: Lease | None = None,
    ) -> None:
        self._ledger = ledger
        self._lease = lease or always()
        self._transport = transport
        self._store = store
        self._now = now
        self._metrics = metrics or Metrics()
        self._part = 0
        self._swept_at: datetime | None = None

    async def run(self) -> None:
        """Copy until cancelled, whenever it is ours to do."""
        while True:
            await self._lease.until_held()
            if not await self.turn():
                await asyncio.sleep(IDLE_SECONDS)

    async def turn(self) -> bool:
        """Copy the next few files; whether there were any."""
        try:
            rows = await attachments.waiting(self._ledger, self._now(), AT_A_TIME)
            if rows:
                await self._ledger.commit(await asyncio.gather(*(self._copy(row) for row in rows)))
            else:
                await self._tidy()
        except Exception as error:
            if not is_passing(error):
                raise
            self._metrics.troubles.labels("media").inc()
            log.warning("copying media waits: %(error)s", {"error": type(error).__name__})
            return False
        return bool(rows)

    async def _tidy(self) -> None:
        """Delete what nobody wants any more; and, a part every few minutes, what no row names."""
        now = self._now()
        await sweeping.unwanted(self._ledger, self._store, now)
        if self._swept_at is None or abs(now - self._swept_at) >= SWEEP_EVERY:
            await sweeping.orphans(self._ledger, self._store, self._part)
            self._part, self._swept_at = self._part + 1, now

    async def _copy(self, row: Row) -> ChangeSet:
        changes = ChangeSet()
        try:
            attachments.mark_stored(changes, row, await self._store.put(await self._fetch(row)))
            self._metrics.media_copies.labels(attachments.STORED).inc()
        except ApiError as error:
            self._refused(changes, row, error)
        except ValueError as error:
            is_damaged = isinstance(error, DamagedPicture)
            self._lost(changes, row, attachments.DAMAGED if is_damaged else attachments.TOO_LARGE)
        except (NotSent, Ambiguous, OSError) as error:
            self._later(changes, row, type(error).__name__)
        return changes

    async def _fetch(self, row: Row) -> bytes:
        """The file as Telegram holds it. Raises ValueError when it is larger than a bot may fetch."""
        file = await self._transport.call("getFile", {"file_id": row["file_id"]})
        if (file.get("file_size") or 0) > LIMIT_BYTES:
            raise ValueError("the file is too large")
        if not file.get("file_path"):
            raise NotSent("no path yet")
        return await self._transport.download(file["file_path"], LIMIT_BYTES)

    def _refused(self, changes: ChangeSet, row: Row, error: ApiError) -> None:
        """Telegram says "wrong file_id or the file is temporarily unavailable" for both: only time tells them apart."""
        if "too big" in error.description:
            self._lost(changes, row, attachments.TOO_LARGE)
        elif error.code in {400, 404} and row["copy_attempts"] + 1 >= TRIES:
            log.warning("attachment %(attachment)s cannot be fetched any more", {"attachment": row["id"]})
            self._lost(changes, row, attachments.GONE)
        else:
            self._later(changes, row, str(error.code), error.retry_after)

    def _lost(self, changes: ChangeSet, row: Row, state: str) -> None:
        attachments.mark_lost(changes, row, state)
        self._metrics.media_copies.labels(state).inc()

    def _later(self, changes: ChangeSet, row: Row, why: str, seconds: float | None = None) -> None:
        log.info("attachment %(attachment)s is copied later: %(error)s", {"attachment": row["id"], "error": why})
        self._metrics.media_copies.labels("later").inc()
        growing = min(FIRST_PAUSE * 2 ** min(row["copy_attempts"], 20), LONGEST_PAUSE)
        attachments.mark_later(changes, row, self._now() + max(growing, timedelta(seconds=seconds or 0)))
