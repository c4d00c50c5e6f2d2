"""The loop that looks after the others: does the database answer, is the loop late, what should administrators know;
and a sign of life to the outside. `Health` judges by what it found.
"""

import asyncio
import logging
import time
from collections import deque
from typing import TYPE_CHECKING

import aiohttp

from storage import figures
from storage.passing import is_passing

from .failures import where
from .rounds import Rounds
from .silence import Silence
from .transport import Ambiguous, ApiError, NotSent

if TYPE_CHECKING:
    from .app import App

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
PROBE_SECONDS = 5.0
BEAT_SECONDS = 60.0
ROUND_SECONDS = 300.0
LAG_ROUNDS = 60


class Watch:
    """Looks every second, at most."""

    def __init__(self, app: "App") -> None:
        self._app = app
        self._rounds = Rounds(app)
        self.database = Silence()
        self._lags: deque[float] = deque([0.0], maxlen=LAG_ROUNDS)

    @property
    def lag(self) -> float:
        """How many seconds late the loop came to a timer, at worst, within the last minute."""
        return max(self._lags)

    async def run(self) -> None:
        """Look until cancelled."""
        probe_at = beat_at = time.monotonic()
        round_at = probe_at + ROUND_SECONDS
        while True:
            now = time.monotonic()
            if now >= probe_at:
                probe_at = now + PROBE_SECONDS
                await self.probe()
            if now >= beat_at:
                beat_at = now + BEAT_SECONDS
                await self.beat()
            if now >= round_at:
                round_at = now + ROUND_SECONDS
                await self.round()
            began = time.monotonic()
            await asyncio.sleep(LOOK_SECONDS)
            self._lags.append(max(time.monotonic() - began - LOOK_SECONDS, 0.0))

    async def probe(self) -> None:
        """Ask the database whether it is there, and the Bot API too if it was silent."""
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                await figures.probe(self._app.database)
        except Exception as error:  # noqa: BLE001 - whatever it was, it did not answer
            log.debug("the database does not answer: %(error)s", {"error": where(error)})
            self.database.goes_on()
        else:
            self.database.broken()
        if self._app.transport.silence.seconds:
            try:
                await self._app.transport.call("getMe", {}, seconds=PROBE_SECONDS)
            except (NotSent, Ambiguous, ApiError) as error:
                log.debug("the Bot API does not answer: %(error)s", {"error": type(error).__name__})

    async def round(self) -> None:
        """Let the administrators know what they should, if this replica is the one that ticks."""
        if self._app.ticking.tick_age is None:
            return
        try:
            await self._rounds.go()
        except Exception as error:
            if not is_passing(error):
                raise
            log.warning("the rounds wait: %(error)s", {"error": where(error)})

    async def beat(self) -> None:
        """Tell the outside watcher that the clock ticks, where one is set. Its silence is what it rings for."""
        url = self._app.settings.heartbeat_url
        if url is None or self._app.ticking.tick_age is None or self._app.health.troubles():
            return
        timeout = aiohttp.ClientTimeout(total=BEAT_SECONDS / 6)
        try:
            async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url.get_secret_value()) as answer:
                if answer.status >= 400:
                    log.warning("the heartbeat was answered %(status)s", {"status": answer.status})
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            log.warning("the heartbeat did not arrive: %(error)s", {"error": type(error).__name__})
