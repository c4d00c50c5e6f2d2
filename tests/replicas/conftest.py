"""A town that is served by two bots on one PostgreSQL, behind a balancer, and replicas that only beat."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.app import App
from bot.pace import UNLIMITED
from bot.settings import Settings
from simulator.client import Sim
from storage.engine import Database
from storage.leases import SENDER
from tests import postgres
from tests.balancer import Balancer
from tests.faults.conftest import SECRET
from tests.postgres import Server
from tests.town import MONDAY, TOKEN, Town, TownClock


class TwoBots(Town):
    """The town with several bots (`apps`) that share its lanes."""

    def __init__(self, sim: Sim, settings: Settings, balancer: Balancer) -> None:
        super().__init__(sim, settings, TownClock(sim, MONDAY), UNLIMITED)
        self.balancer = balancer
        self.apps: list[App] = []

    async def start(self) -> None:
        """Start two bots and wait until both have lanes."""
        await self.join()
        await self.join()
        await self.until_shared_by(32, 32)

    async def join(self) -> App:
        """Start one more bot."""
        app = await App.open(self.settings, clock=self.clock, rates=self.rates)
        await app.start()
        self.apps.append(app)
        self.app = self.apps[0]
        self.balancer.targets.append(f"http://127.0.0.1:{app.endpoint.port}")
        return app

    async def leave(self, app: App) -> None:
        """Stop one of the bots as SIGTERM does."""
        self.balancer.targets.remove(f"http://127.0.0.1:{app.endpoint.port}")
        self.apps.remove(app)
        self.app = self.apps[0] if self.apps else app
        await app.stop()

    async def stop(self) -> None:
        """Stop them all."""
        for app in list(self.apps):
            await self.leave(app)

    async def until_shared_by(self, *shares: int) -> None:
        """Wait until the replicas have so many shards each."""
        async with asyncio.timeout(10):
            while sorted(len(app.replica.shards()) for app in self.apps) != sorted(shares):
                await asyncio.sleep(0.01)

    @property
    def sender(self) -> App:
        """The bot that sends now."""
        return next(app for app in self.apps if app.replica.leases[SENDER].is_held)

    async def settle(self, seconds: float = 10) -> None:
        """Wait until none of them has anything left to do at this moment of the clock."""
        async with asyncio.timeout(seconds):
            while self.sim.pending(self.sim.token) or not await self._are_idle():
                await asyncio.sleep(0.002)

    async def _are_idle(self) -> bool:
        return all([await app.is_idle() for app in self.apps])

    async def advance(self, **by: float) -> None:
        """Move the clock and let everything happen that is due."""
        await self.settle()
        self.clock.advance(timedelta(**by))
        for app in self.apps:
            await app.ticking.tick()
        self.sender.delivery.wake()
        await self.settle()


@contextlib.asynccontextmanager
async def a_town_of_two_bots(folder: Path, url: str) -> AsyncIterator[TwoBots]:
    """The sample community at `url`, everybody at their phones; no bot is started yet."""
    async with Sim(TOKEN, now=MONDAY, is_frozen=True) as sim, Balancer() as balancer:
        given: dict[str, Any] = {"media_path": folder / "media", "http_listen": "127.0.0.1:0"}
        given |= {"webhook_url": balancer.url, "webhook_secret": SECRET}
        settings = Settings(_env_file=None, bot_token=TOKEN, bot_api_url=sim.url, database_url=url, **given)
        town = TwoBots(sim, settings, balancer)
        try:
            yield town
        finally:
            await town.stop()


@pytest.fixture
async def filled_url(postgres_server: Server) -> AsyncIterator[str]:
    """A PostgreSQL database with the sample community."""
    url = await postgres.copy(postgres_server, postgres.FILLED)
    yield url
    await postgres.drop(url)


@pytest.fixture
async def two_bots(tmp_path: Path, filled_url: str) -> AsyncIterator[TwoBots]:
    """The sample community, served by two bots."""
    async with a_town_of_two_bots(tmp_path, filled_url) as town:
        await town.start()
        yield town


@pytest.fixture
async def shared_database(postgres_url: str) -> AsyncIterator[Database]:
    """An empty PostgreSQL database."""
    opened = await Database.open(postgres_url)
    yield opened
    await opened.close()


async def rows(town: Town, table: sa.Table, *where: sa.ColumnElement[bool]) -> list[Any]:
    """Rows of the town's database."""
    return await town.app.ledger.all(sa.select(table).where(*where))
