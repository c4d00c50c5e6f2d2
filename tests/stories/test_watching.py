"""What those who watch the bot can ask it over HTTP."""

import aiohttp

from tests.town import Town


async def ask(town: Town, path: str) -> tuple[int, str]:
    address = f"http://127.0.0.1:{town.app.endpoint.port}{path}"
    async with aiohttp.ClientSession() as session, session.get(address) as answer:
        return answer.status, await answer.text()


async def test_it_says_that_it_lives_and_works(town: Town) -> None:
    await town.app.ticking.tick()
    assert (await ask(town, "/healthz"))[0] == 200
    assert (await ask(town, "/readyz"))[0] == 200


async def test_it_counts_what_waits_without_a_name(town: Town) -> None:
    await town.rosa.says("3栋2单元楼道灯坏了")
    await town.settle()
    status, figures = await ask(town, "/metrics")
    assert status == 200
    assert "linli_lanes_backlog 0.0" in figures
    assert "linli_updates_set_aside 0.0" in figures
    assert "王阿姨" not in figures
