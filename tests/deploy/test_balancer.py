"""The balancer with two stand-ins for replicas: what it lets through, and to whom it turns when one fails."""

import asyncio
import contextlib
import io
import signal
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from .processes import Process, balancer, free_ports, until_it_listens


@dataclass
class StandIn:
    """Answers as it is told, and counts."""

    status: int = 200
    is_frozen: bool = False
    bodies: list[bytes] = field(default_factory=list)

    async def receive(self, request: web.Request) -> web.Response:
        self.bodies.append(await request.read())
        if self.is_frozen:
            await asyncio.Event().wait()
        return web.Response(status=self.status, headers={"Retry-After": "5"} if self.status == 503 else {})


@dataclass
class Street:
    """A balancer and whoever stands behind it."""

    session: aiohttp.ClientSession
    url: str
    first: StandIn
    second: StandIn
    runners: list[web.AppRunner]

    async def post(self, body: bytes = b"{}", path: str = "/telegram") -> aiohttp.ClientResponse:
        async with self.session.post(self.url + path, data=io.BytesIO(body)) as response:
            await response.read()
            return response

    @property
    def taken(self) -> int:
        return len(self.first.bodies) + len(self.second.bodies)


async def replica(port: int) -> tuple[StandIn, web.AppRunner]:
    stand_in, site = StandIn(), web.Application(client_max_size=2**24)
    site.router.add_route("*", "/{anything:.*}", stand_in.receive)
    runner = web.AppRunner(site, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    return stand_in, runner


@contextlib.asynccontextmanager
async def running(process: Process, port: int) -> AsyncIterator[None]:
    await process.start()
    try:
        await until_it_listens(port)
        yield
    finally:
        await process.end(signal.SIGTERM)


@pytest.fixture
async def street(tmp_path: Path) -> AsyncIterator[Street]:
    door, one, two = free_ports(3)
    (first, runner), (second, other) = await replica(one), await replica(two)
    async with (
        running(balancer(tmp_path, door, {"bot-1": one, "bot-2": two}), door),
        aiohttp.ClientSession() as session,
    ):
        yield Street(session, f"http://127.0.0.1:{door}", first, second, [runner, other])
    await runner.cleanup()
    await other.cleanup()


async def test_it_shares_what_comes(street: Street) -> None:
    assert {(await street.post()).status for _ in range(6)} == {200}
    assert (len(street.first.bodies), len(street.second.bodies)) == (3, 3)


@pytest.mark.parametrize("path", ["/", "/metrics", "/readyz", "/healthz", "/telegram/more", "/telegramm"])
async def test_it_lets_nothing_through_but_the_webhook(street: Street, path: str) -> None:
    assert (await street.post(path=path)).status == 404
    async with street.session.get(f"{street.url}/telegram") as response:
        assert response.status == 403
    assert street.taken == 0


async def test_it_brings_the_same_call_to_the_other_when_one_cannot_take_it(street: Street) -> None:
    street.first.status = 503
    bodies = [b"%d" % number for number in range(4)]
    assert {(await street.post(body)).status for body in bodies} == {200}
    assert street.second.bodies == bodies


async def test_it_tells_telegram_when_nobody_can_take_it(street: Street) -> None:
    street.first.status = street.second.status = 503
    answer = await street.post()
    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
    assert street.taken == 3


async def test_it_goes_on_without_one_that_is_gone(street: Street) -> None:
    await street.runners[0].cleanup()
    assert {(await street.post()).status for _ in range(4)} == {200}
    assert len(street.second.bodies) == 4


@pytest.mark.parametrize("begins", [0, 1])
async def test_it_asks_one_that_failed_again_when_the_other_fails_too(street: Street, begins: int) -> None:
    """As after two restarts in a row, in either order: the first is back, and would still be left alone."""
    replicas = [street.first, street.second]
    for stops in (begins, 1 - begins):
        replicas[stops].status, replicas[1 - stops].status = 503, 200
        assert {(await street.post()).status for _ in range(4)} == {200}


@pytest.mark.slow
async def test_it_goes_on_without_one_that_is_frozen(street: Street) -> None:
    """The first call waits for the time-out of five seconds; the next ones know."""
    street.first.is_frozen = True
    assert {(await street.post(b"%d" % number)).status for number in range(4)} == {200}
    assert len(street.first.bodies) == 1
    assert len(street.second.bodies) == 4


async def test_it_takes_every_update_there_can_be_and_nothing_larger(street: Street) -> None:
    assert (await street.post(b"x" * 1_000_000)).status == 200
    assert (await street.post(b"x" * 1_100_000)).status == 413
    assert street.taken == 1


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate that nobody signed, where the example expects one."""
    folder = tmp_path / "tls"
    folder.mkdir()
    make = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost"
    files = ["-keyout", str(folder / "privkey.pem"), "-out", str(folder / "fullchain.pem")]
    subprocess.run([*make.split(), *files], check=True, capture_output=True)
    return folder


async def test_it_answers_by_https_once_there_is_a_certificate(tmp_path: Path, certificate: Path) -> None:
    door, tls, one, two = free_ports(4)
    stand_in, runner = await replica(one)
    async with (
        running(balancer(tmp_path, door, {"bot-1": one, "bot-2": two}, tls=(certificate, tls)), tls),
        aiohttp.ClientSession() as session,
        session.post(f"https://127.0.0.1:{tls}/telegram", data=b"{}", ssl=False) as response,
    ):
        assert response.status == 200
    await runner.cleanup()
    assert stand_in.bodies == [b"{}"]
