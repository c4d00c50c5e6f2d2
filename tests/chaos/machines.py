"""The bot's processes and their clocks, which are moved together."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp

from simulator.client import Sim
from tests.faults.process import Bot, free_port

CONTROL_TOKEN = "moves-the-clock-of-the-soak"
START_SECONDS = 60.0
LOOK_AGAIN_SECONDS = 0.03


class Clockwork:
    """The time of the soak: the machine's plus an offset that all processes share."""

    def __init__(self, folder: Path, at: datetime) -> None:
        self.file = folder / "clock"
        self._offset = timedelta()
        self.set(at)

    def now(self) -> datetime:
        """What the bots' clocks say."""
        return datetime.now(UTC) + self._offset

    def set(self, at: datetime) -> None:
        """Move it; a process that is started from now on begins there."""
        self._offset = at - datetime.now(UTC)
        beside = self.file.with_suffix(".new")
        beside.write_text(str(self._offset.total_seconds()), encoding="ascii")
        beside.replace(self.file)


class Machine(Bot):
    """One process after another, with a clock that can be moved."""

    def __init__(self, sim: Sim, folder: Path, url: str, clockwork: Clockwork, settings: Mapping[str, str]) -> None:
        self._control = f"http://127.0.0.1:{(port := free_port())}/"
        self._session: aiohttp.ClientSession | None = None
        program = ("-m", "tests.chaos.bot", str(clockwork.file), str(port), CONTROL_TOKEN)
        super().__init__(sim, folder, url=url, program=program, **settings)

    async def start(self) -> None:
        """Start, and wait until it works; raises RuntimeError when it ends by itself."""
        await self.launch()
        async with asyncio.timeout(START_SECONDS):
            while not await self._is_up():
                if self.has_ended:
                    raise RuntimeError(f"a bot ended:\n{self.log.read_text(encoding='utf-8')[-3000:]}")
                await asyncio.sleep(LOOK_AGAIN_SECONDS)

    async def _is_up(self) -> bool:
        try:
            await self._ask("GET", "")
        except (aiohttp.ClientError, TimeoutError):
            return False
        return True

    async def set_clock(self, at: datetime) -> None:
        """Move its clock; what is due is fired before this comes back."""
        await self._ask("POST", "to", {"at": at.isoformat()})

    async def _ask(self, verb: str, path: str, body: Mapping[str, str] | None = None) -> None:
        if self._session is None:
            headers = {"Authorization": f"Bearer {CONTROL_TOKEN}"}
            self._session = aiohttp.ClientSession(headers=headers, timeout=aiohttp.ClientTimeout(total=START_SECONDS))
        async with self._session.request(verb, f"{self._control}{path}", json=body) as answer:
            answer.raise_for_status()

    async def close(self) -> None:
        """Kill it for good."""
        await self.kill()
        if self._session is not None:
            await self._session.close()


async def until(condition: Callable[[], Awaitable[bool]], seconds: float) -> bool:
    """Wait for something that others bring about; False when it did not come in time."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while not await condition():
                await asyncio.sleep(LOOK_AGAIN_SECONDS)
            return True
    return False
