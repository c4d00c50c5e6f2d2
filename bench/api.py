"""A Bot API that costs as little as possible, so that the bot under test decides the figure."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import orjson
from aiohttp import web

from .town import ME, Town

POLL_SECONDS = 1.0
MOST_UPDATES = 100
SPOKEN = frozenset({"sendMessage", "editMessageText"})


class Api:
    """The server. `delay` is how many seconds every call takes but for `getUpdates`, which waits for news."""

    def __init__(self, town: Town, delay: float = 0.0, *, is_recording: bool = False) -> None:
        self.town = town
        self.port = 0
        self.calls = 0
        self.called_at = 0.0
        self.recorded: list[tuple[str, Mapping[str, Any]]] = []
        self.polled = asyncio.Event()
        self.polled_at = 0.0
        self._called = asyncio.Event()
        self._delay = delay
        self._is_recording = is_recording
        self._runner: web.ServerRunner | None = None

    @property
    def url(self) -> str:
        """Where bots find it."""
        return f"http://127.0.0.1:{self.port}"

    async def open(self) -> None:
        """Listen on a free port."""
        self._runner = web.ServerRunner(web.Server(self._handle, access_log=None))
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]

    async def close(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def heard(self) -> None:
        """Wait until the bot calls something."""
        self._called.clear()
        await self._called.wait()

    async def quiet(self, seconds: float = 0.3) -> None:
        """Wait until the bot has called nothing for a while: what residents wait for is not all that it does."""
        left = seconds
        while left > 0:
            await asyncio.sleep(left)
            left = self.called_at + seconds - time.perf_counter()

    async def _handle(self, request: web.BaseRequest) -> web.Response:
        method = request.path.rsplit("/", 1)[1]
        body = await request.read()
        if method == "getUpdates":
            self.polled_at = self.polled_at or time.perf_counter()
            self.polled.set()
            return _answer(await self._updates())
        self.calls += 1
        self.called_at = time.perf_counter()
        self._called.set()
        params = _params(request, body)
        if self._is_recording:
            self.recorded.append((method, params))
        if self._delay:
            await asyncio.sleep(self._delay)
        return _answer(self._result(method, params))

    async def _updates(self) -> list[dict[str, Any]]:
        waiting = self.town.waiting
        if not waiting:
            self.town.news.clear()
            try:
                async with asyncio.timeout(POLL_SECONDS):
                    await self.town.news.wait()
            except TimeoutError:
                return []
        return [waiting.popleft() for _ in range(min(MOST_UPDATES, len(waiting)))]

    def _result(self, method: str, params: dict[str, Any]) -> Any:
        if method == "getMe":
            return ME
        if method not in SPOKEN:
            return True
        chat_id = int(params["chat_id"])
        number = self.town.hear(chat_id, params, params.get("reply_markup"))
        chat = {"id": chat_id, "type": "private", "first_name": "居民"}
        return {"message_id": number, "date": int(time.time()), "chat": chat, "from": ME, "text": "好的"}


def _params(request: web.BaseRequest, body: bytes) -> dict[str, Any]:
    """What a call says: a dict in JSON, or a form whose nested values are JSON."""
    if request.content_type == "application/json":
        found: dict[str, Any] = orjson.loads(body) if body else {}
        return found
    form: dict[str, Any] = dict(parse_qsl(body.decode()))
    if "reply_markup" in form:
        form["reply_markup"] = orjson.loads(form["reply_markup"])
    return form


def _answer(result: Any) -> web.Response:
    return web.Response(body=orjson.dumps({"ok": True, "result": result}), content_type="application/json")
