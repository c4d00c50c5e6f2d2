"""The whole town in one process: simulator, bot, database, and a clock that moves; for story tests."""

import asyncio
import contextlib
import shutil
import tempfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.app import App
from bot.clock import Clock
from bot.pace import UNLIMITED, Rates
from bot.settings import Settings
from simulator.client import Sim
from simulator.phone import Phone
from storage.changes import ChangeSet, Outcome
from storage.engine import Database
from storage.migrate import upgrade
from storage.structure import apply, check, read

MONDAY = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)  # 09:30 in Shanghai, a working day
SAMPLE = Path(__file__).parent.parent / "sample"
TOKEN = "7000000001:SIMULATED-bot-token-0000000000000000"

CAST = {
    "rosa": (1001, "王阿姨"),
    "chen": (1002, "陈叔"),
    "daughter": (1003, "小王"),
    "wei": (2001, "小魏"),
    "zhao": (2002, "小赵"),
    "li": (2003, "老李"),
    "ye": (2004, "小叶"),
    "tian": (2005, "小田"),
    "nurse": (2006, "江护士"),
    "dan": (3001, "丹姐"),
    "zhou": (3002, "周书记"),
    "fang": (4001, "方联络员"),
    "vera": (5001, "薇拉"),
    "otto": (6001, "奥托"),
    "ada": (9001, "艾达"),
}


class TownClock(Clock):
    """Stands still until it is moved; the simulator's clock follows."""

    def __init__(self, sim: Sim, at: datetime) -> None:
        self._still = at
        super().__init__(lambda: self._still)
        self._sim = sim

    def advance(self, by: timedelta) -> None:
        super().advance(by)
        self._sim.set_clock(self.now())


class Town:
    """Phones by the names of the cast (`town.rosa`), the bot (`town.app`), the simulator and the clock."""

    rosa: Phone
    chen: Phone
    daughter: Phone
    wei: Phone
    zhao: Phone
    li: Phone
    ye: Phone
    tian: Phone
    nurse: Phone
    dan: Phone
    zhou: Phone
    fang: Phone
    vera: Phone
    otto: Phone
    ada: Phone

    def __init__(self, sim: Sim, settings: Settings, clock: Clock, rates: Rates) -> None:
        self.sim = sim
        self.settings = settings
        self.clock = clock
        self.rates = rates
        self.app: App
        for name, (user_id, called) in CAST.items():
            setattr(self, name, sim.person(called, user_id=user_id, is_started=name != "otto"))

    async def start(self) -> None:
        """Open the bot."""
        self.app = await App.open(self.settings, clock=self.clock, rates=self.rates)
        await self.app.start()

    async def stop(self) -> None:
        """Close the bot."""
        await self.app.stop()

    async def restart(self) -> None:
        """Close and open it again: everything that matters is in the database."""
        await self.stop()
        await self.start()

    async def settle(self, seconds: float = 30) -> None:
        """Wait until the bot has nothing left to do at this moment of its clock."""
        async with asyncio.timeout(seconds):
            while self.sim.pending(self.sim.token) or not await self.app.is_idle():
                await asyncio.sleep(0.002)

    async def commit(self, changes: ChangeSet) -> None:
        """Commit what was decided beside the bot, and let it look for what is to be said."""
        assert await self.app.ledger.commit([changes]) == [Outcome.APPLIED]
        self.app.delivery.wake()

    async def advance(self, **by: float) -> None:
        """Move the clock and let everything happen that is due."""
        await self.settle()
        self.clock.advance(timedelta(**by))
        await self.app.ticking.tick()
        self.app.delivery.wake()
        await self.settle()


async def fill(url: str, at: datetime) -> None:
    """Make a database with the sample community."""
    database = await Database.open(url)
    await upgrade(database)
    await apply(database, check(read(SAMPLE)), at)
    await database.close()


_templates: dict[datetime, tuple[tempfile.TemporaryDirectory[str], Path]] = {}


async def copy_of_sample(to: Path, at: datetime) -> None:
    """A SQLite file with the sample community: imported once a run, then copied."""
    if at not in _templates:
        folder = tempfile.TemporaryDirectory()
        _templates[at] = (folder, Path(folder.name) / "sample.sqlite3")
        await fill(f"sqlite:///{_templates[at][1]}", at)
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(_templates[at][1], to)


@contextlib.asynccontextmanager
async def a_town(
    folder: Path,
    url: str,
    *,
    at: datetime = MONDAY,
    rates: Rates = UNLIMITED,
    is_filled: bool = False,
    **others: Any,
) -> AsyncIterator[Town]:
    """The sample community with everybody at their phones; `others` are settings."""
    if url.startswith("sqlite:///"):
        await copy_of_sample(Path(url.removeprefix("sqlite:///")), at)
    elif not is_filled:
        await fill(url, at)
    async with Sim(TOKEN, now=at, is_frozen=True) as sim:
        given: dict[str, Any] = {"media_path": folder / "media", "http_listen": "127.0.0.1:0", **others}
        settings = Settings(_env_file=None, bot_token=TOKEN, bot_api_url=sim.url, database_url=url, **given)
        town = Town(sim, settings, TownClock(sim, at), rates)
        await town.start()
        try:
            yield town
        finally:
            await town.stop()
