"""The real bot as a process of its own (`python -m bot run`), to be killed; the simulator stays with the test."""

import asyncio
import contextlib
import os
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from simulator.client import Sim
from simulator.phone import Phone
from tests.town import CAST, MONDAY, TOKEN, copy_of_sample

ROOT = Path(__file__).parents[2]
PATIENCE = 20.0


class Bot:
    """One bot process after another, on one SQLite file."""

    def __init__(self, sim: Sim, folder: Path, **settings: str) -> None:
        self.sim = sim
        self.file = folder / "linli.sqlite3"
        self.log = folder / "log"
        self._folder = folder
        self._settings = settings
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start and wait until it polls."""
        await self.launch()
        async with asyncio.timeout(PATIENCE):
            await self.sim.until_polled()

    async def launch(self) -> None:
        """Start."""
        with open(self.log, "ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", "run"), cwd=self._folder, env=self._environment(), stderr=log
            )

    async def until_it_says(self, words: str) -> None:
        """Wait until its log holds some words."""
        async with asyncio.timeout(PATIENCE):
            while words not in self.log.read_text(encoding="utf-8"):
                await asyncio.sleep(0.02)

    async def kill(self) -> None:
        """kill -9."""
        await self._end(signal.SIGKILL)

    async def terminate(self) -> int:
        """SIGTERM; gives back the exit code."""
        return await self._end(signal.SIGTERM)

    async def ended(self) -> int:
        """Wait until it ends by itself; gives back the exit code."""
        assert self._process is not None
        async with asyncio.timeout(PATIENCE):
            return await self._process.wait()

    def send_signal(self, number: signal.Signals) -> None:
        """Freeze it (SIGSTOP) or let it go on (SIGCONT)."""
        assert self._process is not None
        self._process.send_signal(number)

    async def _end(self, number: signal.Signals) -> int:
        if self._process is None:
            return 0
        process, self._process = self._process, None
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(number)
        async with asyncio.timeout(PATIENCE):
            return await process.wait()

    def rows(self, query: str, *params: Any) -> list[dict[str, Any]]:
        """Look into its database."""
        with contextlib.closing(sqlite3.connect(self.file, isolation_level=None, timeout=5)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(query, params)]

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep its database locked for writing."""
        with contextlib.closing(sqlite3.connect(self.file, isolation_level=None, timeout=5)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield

    @contextlib.contextmanager
    def slow(self, table: str) -> Iterator[None]:
        """Make every insert into a table take very long: the bot can be killed in the middle of a transaction."""
        self.rows(
            f"CREATE TRIGGER slow BEFORE INSERT ON {table} BEGIN SELECT count(*) FROM (WITH RECURSIVE n(i) AS "
            "(SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000000) SELECT i FROM n); END"
        )
        yield
        self.rows("DROP TRIGGER slow")

    def _environment(self) -> Mapping[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("LINLI_")}
        ours = {
            "PYTHONPATH": str(ROOT),
            "LINLI_BOT_TOKEN": TOKEN,
            "LINLI_BOT_API_URL": self.sim.url,
            "LINLI_DATABASE_URL": f"sqlite:///{self.file}",
            "LINLI_MEDIA_PATH": str(self._folder / "media"),
            "LINLI_HTTP_LISTEN": "127.0.0.1:0",
            "LINLI_TIMEZONE": zone_at_noon(),
            "LINLI_LOG_LEVEL": "DEBUG",
        }
        return kept | ours | {f"LINLI_{name.upper()}": value for name, value in self._settings.items()}


def zone_at_noon() -> str:
    """A zone in which it is noon now: the real clock runs, and the community is awake."""
    hours = (datetime.now(UTC).hour + 12) % 24 - 24 * ((datetime.now(UTC).hour + 12) % 24 > 12)
    return f"Etc/GMT{hours:+d}" if hours else "Etc/GMT"


class Street:
    """The people, the simulator and a bot that may die at any moment."""

    def __init__(self, sim: Sim, bot: Bot) -> None:
        self.sim = sim
        self.bot = bot
        self.phones = {
            name: sim.person(called, user_id=user_id, is_started=True) for name, (user_id, called) in CAST.items()
        }

    def __getattr__(self, name: str) -> Phone:
        try:
            return self.phones[name]
        except KeyError:
            raise AttributeError(name) from None


@contextlib.asynccontextmanager
async def a_street(folder: Path, **settings: str) -> AsyncIterator[Street]:
    """The sample community on its feet, everybody on duty, no bot running yet."""
    async with Sim(TOKEN) as sim:
        bot = Bot(sim, folder, **settings)
        await copy_of_sample(bot.file, MONDAY)
        bot.rows("UPDATE person SET on_duty = 1 WHERE code IS NOT NULL")
        try:
            yield Street(sim, bot)
        finally:
            await bot.kill()


async def until(condition: Callable[[], Any], what: str | Callable[[], str], seconds: float = PATIENCE) -> None:
    """Wait for something that another process brings about."""
    try:
        async with asyncio.timeout(seconds):
            while not condition():
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError(f"waited in vain: {what if isinstance(what, str) else what()}") from None
