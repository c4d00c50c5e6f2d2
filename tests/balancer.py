"""A small HTTP balancer, as any would stand before several replicas: in turn, and past those that do not answer."""

import contextlib
from collections.abc import Sequence
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp import web

PATIENCE = 2.0  # seconds until who does not answer is passed by
KEPT = ("Content-Type", "X-Telegram-Bot-Api-Secret-Token")


class Balancer:
    """Hands requests to addresses in turn; `url` is where it stands. `await balancer.open()`, then `close`."""

    def __init__(self, targets: Sequence[str] = (), port: int = 0) -> None:
        self.targets = list(targets)
        self.handed: dict[str, int] = {}  # how many requests each has answered
        self._port = port
        self._turn = 0
        self._runner: web.AppRunner | None = None
        self._session: aiohttp.ClientSession | None = None

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return f"http://127.0.0.1:{self._port}"

    async def open(self) -> None:
        """Listen."""
        site = web.Application(client_max_size=2 * 1024 * 1024)
        site.router.add_route("*", "/{path:.*}", self._pass_on)
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE))
        self._runner = web.AppRunner(site, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = self._runner.addresses[0][1]

    async def close(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()
        if self._session is not None:
            await self._session.close()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _pass_on(self, request: web.Request) -> web.Response:
        body = await request.read()
        answer = web.Response(status=502)
        self._turn += 1
        for step in range(len(self.targets)):
            target = self.targets[(self._turn + step) % len(self.targets)]
            with contextlib.suppress(aiohttp.ClientError, TimeoutError, ConnectionError):
                answer = await self._ask(target, request, body)
                if answer.status < 500:
                    self.handed[target] = self.handed.get(target, 0) + 1
                    break
        return answer

    async def _ask(self, target: str, request: web.Request, body: bytes) -> web.Response:
        assert self._session is not None
        headers = {name: request.headers[name] for name in KEPT if name in request.headers}
        where = f"{target}{request.rel_url}"
        async with self._session.request(request.method, where, data=body, headers=headers) as response:
            return web.Response(status=response.status, body=await response.read())
