"""What those who watch the bot can ask it over HTTP."""

import re
from collections.abc import Mapping

import aiohttp

from bot.scrape import Scrape
from tests.town import Town

LINE = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$", re.MULTILINE)


async def ask(town: Town, path: str) -> tuple[int, str]:
    address = f"http://127.0.0.1:{town.app.endpoint.port}{path}"
    async with aiohttp.ClientSession() as session, session.get(address) as answer:
        return answer.status, await answer.text()


async def figures(town: Town) -> Mapping[str, float]:
    """Every sample as it is at this moment, by its name and labels."""
    answer = await Scrape(town.app).answer()
    assert isinstance(answer.body, bytes)
    return {f"{name}{{{labels}}}": float(value) for name, labels, value in LINE.findall(answer.body.decode())}


async def test_it_says_that_it_lives_and_works(town: Town) -> None:
    await town.app.ticking.tick()
    assert (await ask(town, "/healthz"))[0] == 200
    assert (await ask(town, "/readyz"))[0] == 200


async def test_it_shows_figures_without_a_name(town: Town) -> None:
    await town.rosa.says("3栋2单元楼道灯坏了")
    await town.settle()
    status, shown = await ask(town, "/metrics")
    assert status == 200
    assert "linli_lanes_backlog 0.0" in shown
    assert "linli_updates_set_aside 0.0" in shown
    assert not re.search("[\u3400-\u9fff]", shown)


async def test_it_counts_what_comes_in_and_what_goes_out(any_town: Town) -> None:
    town = any_town
    await town.rosa.says("3栋2单元楼道灯坏了")
    await town.settle()
    found = await figures(town)
    assert found['linli_updates_total{result="stored"}'] == found['linli_updates_total{result="done"}'] == 1
    assert found['linli_sends_total{result="sent"}'] == found['linli_outbox_delay_seconds_count{priority="answer"}'] > 0
    assert found["linli_batch_updates_count{}"] == 1
