"""All that is not the Bot API: the page's files, the user-side interface, and the way to the bot's panel.

A request that a browser sends from another origin is refused: the interface has no password, it is only
for the machine it runs on.
"""

import asyncio
import mimetypes
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import orjson
from aiohttp import web

from simulator.events import Events
from simulator.posting import World
from simulator.spec import Json

PAGES = Path(__file__).with_name("web")
HEARTBEAT = 15.0

Handler = Callable[["Visit"], Awaitable[Any]]


class NotHereError(Exception):
    """There is nothing under this address."""


class Visit:
    """One request to the user-side interface."""

    def __init__(self, world: World, request: web.BaseRequest, found: dict[str, str]) -> None:
        self.world = world
        self.request = request
        self.found = found

    async def json(self) -> Json:
        """Return the body as a JSON object; an empty body is an empty object."""
        raw = await self.request.read()
        body = orjson.loads(raw) if raw else {}
        if not isinstance(body, dict):
            raise TypeError("a JSON object is expected")
        return body


class Routes:
    """The table of addresses, filled by the decorators of `control`."""

    def __init__(self) -> None:
        self._routes: list[tuple[str, str, re.Pattern[str], Handler]] = []

    def addresses(self) -> list[tuple[str, str]]:
        """Return the methods and paths."""
        return [(method, path) for method, path, _, _ in self._routes]

    def on(self, method: str, path: str) -> Callable[[Handler], Handler]:
        """Register a handler; `{name}` in the path stands for one segment."""
        pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))

        def register(handler: Handler) -> Handler:
            self._routes.append((method, path, pattern, handler))
            return handler

        return register

    def find(self, method: str, path: str) -> tuple[Handler, dict[str, str]]:
        """Return the handler and what the path holds; raise NotHereError when there is none."""
        for each, _, pattern, handler in self._routes:
            match = pattern.fullmatch(path) if each == method else None
            if match:
                return handler, match.groupdict()
        raise NotHereError


ROUTES = Routes()


class Panel:
    """The bot's own control end point, if there is one; its token never reaches the page."""

    def __init__(self, world: World, url: str | None, token: str | None) -> None:
        self.url = url.rstrip("/") if url else None
        self._world = world
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    async def call(self, method: str, path: str, body: bytes) -> web.Response:
        """Hand a request on, and let the town's clock follow the bot's."""
        if self.url is None:
            raise NotHereError
        timeout = aiohttp.ClientTimeout(total=30)
        headers = {**self._headers, "Content-Type": "application/json"}
        async with aiohttp.ClientSession(timeout=timeout, headers=headers) as session:
            try:
                async with session.request(method, f"{self.url}{path}", data=body or None) as response:
                    status, answer = response.status, await response.read()
                if method != "GET":
                    async with session.get(self.url) as response:
                        self._follow(await response.read())
            except (aiohttp.ClientError, TimeoutError) as error:
                return _json({"error": f"the bot does not answer ({type(error).__name__})"}, 502)
        return web.Response(body=answer, status=status, content_type="application/json")

    def _follow(self, answer: bytes) -> None:
        try:
            now = datetime.fromisoformat(orjson.loads(answer)["now"])
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
            return
        if abs((now - self._world.clock.now()).total_seconds()) > 2:
            self._world.move_clock(now)


class Site:
    """Answers what is not the Bot API."""

    def __init__(self, world: World, routes: Routes, panel: Panel) -> None:
        self._world = world
        self._routes = routes
        self._panel = panel

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        if not _is_same_origin(request):
            return _json({"error": "another origin"}, 403)
        try:
            return await self._answer(request)
        except (NotHereError, KeyError) as error:
            return _json({"error": f"not found {error}".strip()}, 404)
        except (ValueError, TypeError) as error:
            return _json({"error": str(error)}, 400)

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        path = request.path
        if path == "/sim/events":
            return await self._events(request)
        if path == "/sim/control" or path.startswith("/sim/control/"):
            body = await request.read()
            return await self._panel.call(request.method, path.removeprefix("/sim/control"), body)
        if path.startswith("/sim/"):
            handler, found = self._routes.find(request.method, path)
            answer = await handler(Visit(self._world, request, found))
            return answer if isinstance(answer, web.StreamResponse) else _json(answer)
        return await _file(path)

    async def _events(self, request: web.BaseRequest) -> web.StreamResponse:
        """Stream what the phones see, until the browser goes."""
        after = request.headers.get("Last-Event-ID") or request.query.get("after")
        events = self._world.events
        last = int(after) if after else events.last_id
        headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        with suppress(ConnectionResetError):  # the browser has gone
            if last < events.first_id - 1:
                await response.write(b'data: {"kind":"reset"}\n\n')
            await _stream(events, last, response)
        return response


async def _stream(events: Events, last: int, response: web.StreamResponse) -> None:
    """Write every event after `last` as it comes, and a sign of life when none does."""
    while not events.is_closed:
        for event in events.after(last):
            last = event["id"]
            await response.write(b"id: %d\ndata: %s\n\n" % (last, orjson.dumps(event)))
        try:
            async with asyncio.timeout(HEARTBEAT):
                await events.changed(last)
        except TimeoutError:
            await response.write(b": still here\n\n")


def _is_same_origin(request: web.BaseRequest) -> bool:
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host


def _json(body: Any, status: int = 200) -> web.Response:
    return web.Response(body=orjson.dumps(body), status=status, content_type="application/json")


async def _file(path: str) -> web.Response:
    """Return a file of the page: `/` is index.html, `/static/x` is x."""
    name = "index.html" if path == "/" else path.removeprefix("/static/")
    file = (PAGES / name).resolve()
    if (name == path and path != "/") or not file.is_relative_to(PAGES.resolve()):
        raise NotHereError
    try:
        data = await asyncio.to_thread(file.read_bytes)
    except OSError:
        raise NotHereError from None
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    charset = "utf-8" if kind.startswith("text/") else None
    return web.Response(body=data, content_type=kind, charset=charset, headers={"Cache-Control": "no-cache"})
