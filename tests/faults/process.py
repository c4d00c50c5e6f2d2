"""The real bot as a process of its own (`python -m bot run`), to be killed; the simulator stays with the test."""

import asyncio
import contextlib
import os
import signal
import socket
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from simulator.client import Sim
from simulator.phone import Phone
from tests.balancer import Balancer
from tests.town import CAST, MONDAY, TOKEN, copy_of_sample

from .looking import Look

ROOT = Path(__file__).parents[2]
RUN = ("-m", "bot", "run")
PATIENCE = 40.0  # seconds; a busy machine is no failure


class Bot:
    """One bot process after another, on a SQLite file in its folder or on the PostgreSQL database at `url`.

    Several on one `url`, each with a folder of its own, are replicas; `a_balanced_street` makes them. `program` is run
    instead of the bot itself, by a test that needs a bot with a fault.
    """

    def __init__(
        self, sim: Sim, folder: Path, *, url: str | None = None, program: Sequence[str] = RUN, **settings: str
    ) -> None:
        self.sim = sim
        self.file = folder / "linli.sqlite3"
        self.url = url or f"sqlite:///{self.file}"
        self.log = folder / "log"
        self.rows = Look(self.url)
        self._folder = folder
        self.program = program
        self._settings = settings
        self._process: asyncio.subprocess.Process | None = None
        self._said_before = 0

    async def start(self) -> None:
        """Start and wait until it polls, or until its door is open."""
        await self.launch()
        if "webhook_url" in self._settings:
            await self.until_it_says("Linli works")
            return
        async with asyncio.timeout(PATIENCE):
            await self.sim.until_polled()

    @property
    def address(self) -> str:
        """Where it serves, when `http_listen` was set."""
        return f"http://{self._settings['http_listen']}"

    async def launch(self) -> None:
        """Start."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._said_before = self.log.stat().st_size if self.log.exists() else 0
        with open(self.log, "ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, *self.program), cwd=self._folder, env=self._environment(), stderr=log
            )

    async def until_it_says(self, words: str) -> None:
        """Wait until the log of its present process holds some words."""
        async with asyncio.timeout(PATIENCE):
            while words not in self.log.read_bytes()[self._said_before :].decode("utf-8", "replace"):
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

    @property
    def has_ended(self) -> bool:
        """Whether its process is not there any more, without having been told to go."""
        return self._process is not None and self._process.returncode is not None

    @property
    def pid(self) -> int | None:
        """The number of its process while it runs."""
        return self._process.pid if self._process is not None else None

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
            "LINLI_DATABASE_URL": self.url,
            "LINLI_MEDIA_PATH": str(self._folder / "media"),
            "LINLI_HTTP_LISTEN": "127.0.0.1:0",
            "LINLI_TIMEZONE": zone_at_noon(),
            "LINLI_LOG_LEVEL": "DEBUG",
        }
        return kept | ours | {f"LINLI_{name.upper()}": value for name, value in self._settings.items()}


def free_port() -> int:
    """A port nobody uses now."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


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


class Replicas(Street):
    """The same with several bots on one database, and the balancer before them."""

    def __init__(self, sim: Sim, bots: Sequence[Bot], balancer: Balancer) -> None:
        super().__init__(sim, bots[0])
        self.bots = bots
        self.balancer = balancer

    async def start(self) -> None:
        """Start them all and wait until they share the lanes."""
        await asyncio.gather(*(bot.start() for bot in self.bots))
        await until(lambda: len(self.shares()) == len(self.bots), "the lanes are shared")

    def shares(self) -> Mapping[str, int]:
        """How many leases of lanes each replica holds, by its name."""
        held = self.bot.rows("SELECT owner, count(*) AS n FROM lease WHERE name LIKE 'lanes:%' GROUP BY owner")
        return {row["owner"]: row["n"] for row in held if row["owner"] is not None}

    def holder(self, post: str) -> Bot | None:
        """Which bot holds a post, such as "sender"; None when none of the living does."""
        (row,) = self.bot.rows("SELECT owner FROM lease WHERE name = ?", post) or [{"owner": None}]
        return next((bot for bot in self.bots if bot.pid and f"-{bot.pid}-" in (row["owner"] or "")), None)


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


@contextlib.asynccontextmanager
async def a_balanced_street(folder: Path, url: str, replicas: int = 2, **settings: str) -> AsyncIterator["Replicas"]:
    """The community at `url` (PostgreSQL, filled already) on its feet, everybody on duty; replicas behind a balancer.

    None of them runs yet: `await street.start()`, or `await street.bots[0].start()`.
    """
    async with Sim(TOKEN) as sim, Balancer() as balancer:
        shared = {
            "media_path": str(folder / "media"),
            "webhook_url": balancer.url,
            "webhook_secret": "a-secret-of-the-door-0123456789",
        }
        bots = []
        for number in range(replicas):
            own = {**shared, "http_listen": f"127.0.0.1:{free_port()}", **settings}
            bots.append(Bot(sim, folder / f"replica{number}", url=url, **own))
        balancer.targets = [bot.address for bot in bots]
        bots[0].rows("UPDATE person SET on_duty = true WHERE code IS NOT NULL")
        try:
            yield Replicas(sim, bots, balancer)
        finally:
            for bot in bots:
                await bot.kill()
                bot.rows.close()


async def until(condition: Callable[[], Any], what: str | Callable[[], str], seconds: float = PATIENCE) -> None:
    """Wait for something that another process brings about."""
    try:
        async with asyncio.timeout(seconds):
            while not condition():
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError(f"waited in vain: {what if isinstance(what, str) else what()}") from None
