"""A Bot API that costs as little as possible, so that the bot under test decides the figure.

Residents write in a closed loop: each sends the next message of the report flow when the bot has answered the last.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import orjson
from aiohttp import web

Script = Sequence[Callable[[int, int], dict[str, Any]]]
ME = {"id": 7000000001, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}
FIRST_USER = 10_000_000


def text(words: str) -> Callable[[int, int], dict[str, Any]]:
    """A message of a resident."""

    def make(user_id: int, message_id: int) -> dict[str, Any]:
        sender = {"id": user_id, "is_bot": False, "first_name": "居民", "language_code": "zh-hans"}
        chat = {"id": user_id, "type": "private", "first_name": "居民"}
        message: dict[str, Any] = {"message_id": message_id, "date": int(time.time()), "chat": chat, "from": sender}
        message["text"] = words
        if words.startswith("/"):
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(words.split(maxsplit=1)[0])}]
        return {"message": message}

    return make


def press(data: str) -> Callable[[int, int], dict[str, Any]]:
    """A press of a button."""

    def make(user_id: int, message_id: int) -> dict[str, Any]:
        whole = text("…")(user_id, message_id)["message"]
        whole["from"] = ME
        sender = {"id": user_id, "is_bot": False, "first_name": "居民", "language_code": "zh-hans"}
        query = {"id": f"{user_id}{message_id}", "from": sender, "message": whole, "chat_instance": "1", "data": data}
        return {"callback_query": query}

    return make


REPORT: Script = (
    text("/report"),
    text("楼道灯坏了"),
    press("consent"),
    text("3栋2单元"),
    text("三楼到四楼都不亮"),
    press("choose:send"),
)
"""The six messages of a report, consent included."""


@dataclass
class Town:
    """Residents, what they wait to say, and when it was all over."""

    users: int
    script: Script
    delay: float = 0.0
    waiting: deque[dict[str, Any]] = field(default_factory=deque)
    steps: dict[int, int] = field(default_factory=dict)
    ids: int = 100
    calls: int = 0
    answered: int = 0
    sent_at: dict[int, float] = field(default_factory=dict)
    latencies: list[float] = field(default_factory=list)
    started_at: float = 0.0
    over: asyncio.Event = field(default_factory=asyncio.Event)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    awake: asyncio.Event = field(default_factory=asyncio.Event)
    is_open: bool = False

    def open(self) -> None:
        """Let everybody begin."""
        self.is_open = True
        self.started_at = time.perf_counter()
        for number in range(self.users):
            self._say(FIRST_USER + number)

    def _say(self, user_id: int) -> None:
        step = self.steps.get(user_id, 0)
        if step >= len(self.script):
            return
        self.ids += 1
        self.waiting.append({"update_id": self.ids, **self.script[step](user_id, self.ids)})
        self.sent_at[user_id] = time.perf_counter()
        self.news.set()

    def heard(self, user_id: int) -> None:
        """The bot answered a resident, who goes on."""
        if user_id not in self.sent_at:
            return
        self.latencies.append(time.perf_counter() - self.sent_at.pop(user_id))
        self.steps[user_id] = self.steps.get(user_id, 0) + 1
        self.answered += 1
        if self.answered == self.users * len(self.script):
            self.over.set()
        else:
            self._say(user_id)


class Api:
    """The server."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.port = 0
        self._runner: web.ServerRunner | None = None

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

    async def _handle(self, request: web.BaseRequest) -> web.Response:
        method = request.path.rsplit("/", 1)[1]
        body = await request.read()
        self.town.calls += 1
        if method == "getUpdates":
            self.town.awake.set()
        if method == "getUpdates":
            return _answer(await self._updates())
        params = _params(request, body)
        if self.town.delay:
            await asyncio.sleep(self.town.delay)
        return _answer(self._result(method, params))

    async def _updates(self) -> list[dict[str, Any]]:
        town = self.town
        if not town.waiting:
            town.news.clear()
            try:
                await asyncio.wait_for(town.news.wait(), 1)
            except TimeoutError:
                return []
        return [town.waiting.popleft() for _ in range(min(100, len(town.waiting)))]

    def _result(self, method: str, params: dict[str, Any]) -> Any:
        if method == "getMe":
            return ME
        if method not in {"sendMessage", "editMessageText"}:
            return True
        user_id = int(params["chat_id"])
        self.town.ids += 1
        message = text(params["text"][:20])(user_id, self.town.ids)["message"] | {"from": ME}
        self.town.heard(user_id)
        return message


def _params(request: web.BaseRequest, body: bytes) -> dict[str, Any]:
    if request.content_type == "application/json":
        found: dict[str, Any] = orjson.loads(body) if body else {}
        return found
    return dict(parse_qsl(body.decode()))


def _answer(result: Any) -> web.Response:
    return web.Response(body=orjson.dumps({"ok": True, "result": result}), content_type="application/json")
