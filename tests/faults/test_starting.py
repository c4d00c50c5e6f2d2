"""What the bot does when it is started at a bad moment."""

from pathlib import Path

import pytest

from simulator.client import Sim
from tests.faults.process import Bot
from tests.town import MONDAY, TOKEN, copy_of_sample

pytestmark = pytest.mark.slow


@pytest.mark.slow
async def test_it_waits_for_the_network_when_it_is_started_without(tmp_path: Path) -> None:
    async with Sim(TOKEN) as sim:
        sim.faults.add("cut", method="getMe", count=1)
        bot = Bot(sim, tmp_path)
        await copy_of_sample(bot.file, MONDAY)
        await bot.start()
        assert "cannot be reached" in bot.log.read_text()
        assert await bot.terminate() == 0


@pytest.mark.slow
async def test_it_waits_for_a_telegram_that_is_broken(tmp_path: Path) -> None:
    async with Sim(TOKEN) as sim:
        sim.faults.add("error", method="getMe", count=1, code=502)
        bot = Bot(sim, tmp_path)
        await copy_of_sample(bot.file, MONDAY)
        await bot.start()
        assert await bot.terminate() == 0


async def test_it_can_be_stopped_while_it_waits(tmp_path: Path) -> None:
    async with Sim(TOKEN) as sim:
        sim.faults.add("cut", method="getMe", count=None)
        bot = Bot(sim, tmp_path)
        await copy_of_sample(bot.file, MONDAY)
        await bot.launch()
        await bot.until_it_says("cannot be reached")
        assert await bot.terminate() == 0
