"""Alive, able to work, and signs of life to the outside: with the real trouble, and the way back."""

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from aiohttp import web
from pydantic import SecretStr

from bot import health, systemd
from tests import postgres
from tests.faults.process import PATIENCE, a_street
from tests.stories.test_watching import ask
from tests.town import Town


async def until(town: Town, path: str, status: int, says: str = "") -> None:
    async with asyncio.timeout(PATIENCE):
        while True:
            answered, body = await ask(town, path)
            if answered == status and says in body:
                return
            await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def locked(town: Town, table: str) -> AsyncIterator[None]:
    """Another session that keeps a table to itself."""
    url = town.app.database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(url)
    async with connection.transaction():
        await connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield
    await connection.close()


async def test_it_is_not_alive_while_its_clock_stands(town_pg: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "TICK_SECONDS", 1.5)
    await until(town_pg, "/healthz", 200)
    async with locked(town_pg, "reminder"):
        await until(town_pg, "/healthz", 503, "clock_stands")
    await until(town_pg, "/healthz", 200)


async def test_it_is_not_alive_when_a_main_loop_ended(town: Town) -> None:
    next(task for task in town.app._tasks if task.get_name() == "lanes").cancel()
    await until(town, "/healthz", 503, "ended: lanes")


async def test_it_lives_but_cannot_work_without_its_database(town_pg: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "AWAY_SECONDS", 0.0)
    address, name = town_pg.settings.database_url.rsplit("/", 1)
    await postgres.execute(f"{address}/postgres", f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
    ends = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    await postgres.execute(f"{address}/postgres", ends)
    await town_pg.app.watch.probe()
    await until(town_pg, "/readyz", 503, "database_away")
    assert (await ask(town_pg, "/healthz"))[0] == 200
    assert "linli_updates_waiting NaN" in (await ask(town_pg, "/metrics"))[1]
    await postgres.execute(f"{address}/postgres", f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    await town_pg.app.watch.probe()
    await until(town_pg, "/readyz", 200)


async def test_it_lives_but_cannot_work_without_the_bot_api(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "AWAY_SECONDS", 0.0)
    await town.app.ticking.tick()
    town.sim.faults.add("cut", method="get*", count=None)
    await town.rosa.says("/help")  # ends the poll that waits; the next is cut
    await until(town, "/readyz", 503, "bot_api_away")
    assert (await ask(town, "/healthz"))[0] == 200
    town.sim.faults.clear()
    await town.app.watch.probe()
    await until(town, "/readyz", 200)


@contextlib.asynccontextmanager
async def a_watcher(status: int = 200) -> AsyncIterator[tuple[str, list[str]]]:
    """Somebody outside who waits for a sign of life: an address, and the signs that came."""
    signs: list[str] = []

    async def hear(request: web.Request) -> web.Response:
        signs.append(request.path)
        return web.Response(status=status)

    site = web.Application()
    site.router.add_get("/ping/secret-part", hear)
    runner = web.AppRunner(site, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/ping/secret-part", signs
    finally:
        await runner.cleanup()


async def test_it_sends_signs_of_life_while_all_is_well(town: Town) -> None:
    await town.app.ticking.tick()
    async with a_watcher() as (url, signs):
        town.app.settings.heartbeat_url = SecretStr(url)
        await town.app.watch.beat()
        assert len(signs) == 1
        town.app._tasks[0].cancel()
        await until(town, "/healthz", 503)
        await town.app.watch.beat()
        assert len(signs) == 1


async def test_it_never_logs_where_its_signs_of_life_go(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    await town.app.ticking.tick()
    async with a_watcher(404) as (url, _signs):
        town.app.settings.heartbeat_url = SecretStr(url)
        await town.app.watch.beat()
    await town.app.watch.beat()
    assert "answered 404" in caplog.text
    assert "did not arrive" in caplog.text
    assert "secret-part" not in caplog.text


@pytest.mark.slow
async def test_it_tells_systemd_that_it_works_and_that_it_lives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(PATIENCE)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", "200000")
        async with a_street(tmp_path) as street:
            await street.bot.start()
            heard = [await asyncio.to_thread(manager.recv, 100) for _ in range(3)]
            assert heard == [b"READY=1", b"WATCHDOG=1", b"WATCHDOG=1"]
            street.bot.send_signal(signal.SIGSTOP)
            await asyncio.to_thread(drain, manager)
            with pytest.raises(TimeoutError):
                await asyncio.to_thread(manager.recv, 100)
            street.bot.send_signal(signal.SIGCONT)
            manager.settimeout(PATIENCE)
            assert await asyncio.to_thread(manager.recv, 100) == b"WATCHDOG=1"
            assert await street.bot.terminate() == 0
        assert b"STOPPING=1" in await asyncio.to_thread(drain, manager)


def drain(manager: socket.socket) -> list[bytes]:
    """Everything that was sent, up to a silence of half a second."""
    manager.settimeout(0.5)
    heard = []
    with contextlib.suppress(TimeoutError):
        while True:
            heard.append(manager.recv(100))
    return heard


async def test_it_tells_nothing_where_it_is_not_alive_or_nobody_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WATCHDOG_USEC", raising=False)
    await systemd.keep_telling(lambda: True)  # ends at once
    monkeypatch.setenv("WATCHDOG_USEC", "1000000")
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid() + 1))
    assert systemd.watchdog_seconds() is None


async def test_it_lets_the_tick_under_way_end_before_it_stops(town: Town) -> None:
    ticking = town.app.ticking
    async with ticking._one_at_a_time:
        stopping = asyncio.create_task(ticking.stop())
        await asyncio.sleep(0)
        assert ticking._scheduler.running
    await stopping
    assert not ticking._scheduler.running
