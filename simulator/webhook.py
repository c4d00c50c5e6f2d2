"""Pushing updates to a bot's web address, as Telegram does.

One queue per chat (per user for presses), worked in order, queues in parallel. Only a 2xx lets an update
go; anything else is tried again: at once, then later and later, or when `Retry-After` says so. An update that
would be stale by then is dropped, as tdlib/telegram-bot-api's WebhookActor does.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import aiohttp
import orjson

from simulator.errors import conflict
from simulator.posting import World
from simulator.record import Handed
from simulator.spec import Json
from simulator.state import Bot
from simulator.updates import UpdateQueue, Waiting

PROOF_HEADER = "X-Telegram-Bot-Api-Secret-Token"
FIRST_DELAY, LONGEST_DELAY, LONGEST_RETRY_AFTER, PATIENCE = 1.0, 90.0, 3600.0, 60.0
TERMINATED = "terminated by setWebhook request"
NOT_IN_AN_ANSWER = frozenset({"setwebhook", "deletewebhook", "close", "logout"})

Reply = Callable[[Json], Awaitable[None]]


@dataclass(slots=True)
class Settings:
    """What setWebhook was told."""

    url: str
    secret: str = ""
    max_connections: int = 40
    ip_address: str | None = None
    has_certificate: bool = False


@dataclass(slots=True, eq=False)
class Lane:
    """The queue of one chat or user, and how its head has fared."""

    waiting: deque[Waiting] = field(default_factory=deque)
    failures: int = 0
    delay: float = FIRST_DELAY

    def fail(self, retry_after: float) -> float:
        """Count a failure; return the seconds to wait: none the first time, then 2, 4, 8 … up to 90."""
        self.failures += 1
        if retry_after > 0 or self.failures == 1:
            return retry_after
        self.delay = min(self.delay * 2, LONGEST_DELAY)
        return self.delay

    def pop(self) -> Waiting:
        """Let the head go; the next one begins afresh."""
        self.failures, self.delay = 0, FIRST_DELAY
        return self.waiting.popleft()


class Webhook:
    """The pusher of one bot."""

    def __init__(self, world: World, bot: Bot, settings: Settings, reply: Reply) -> None:
        self.settings = settings
        self.last_error: tuple[int, str] | None = None
        self._world = world
        self._bot = bot
        self._reply = reply
        self._lanes: dict[str, Lane] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(settings.max_connections)
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE))

    @property
    def _queue(self) -> UpdateQueue:
        return self._world.queues[self._bot.id]

    def start(self) -> None:
        """Begin with what waits already."""
        self._queue.end_poll(conflict(TERMINATED))
        self._queue.on_new = self.push
        for waiting in list(self._queue.pending):
            self.push(waiting)

    async def stop(self) -> None:
        """Stop pushing; what was not taken stays in the queue."""
        self._queue.on_new = None
        others = self._tasks - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self._session.close()

    def push(self, waiting: Waiting) -> None:
        """Append an update to its lane."""
        lane = self._lanes.get(waiting.lane)
        if lane is not None:
            lane.waiting.append(waiting)
            return
        lane = self._lanes[waiting.lane] = Lane(deque([waiting]))
        task = asyncio.get_running_loop().create_task(self._drain(waiting.lane, lane))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _drain(self, name: str, lane: Lane) -> None:
        while lane.waiting:
            head = lane.waiting[0]
            if not head.is_stale(self._world.clock.seconds()):
                async with self._room:
                    pause = await self._deliver(head, lane)
                if pause is not None and not head.is_stale(self._world.clock.seconds() + pause):
                    await self._world.clock.sleep(pause)
                    continue
            self._queue.forget(lane.pop())
        del self._lanes[name]

    async def _deliver(self, waiting: Waiting, lane: Lane) -> float | None:
        """Push one update; return None when it was taken, else the seconds to wait."""
        retry_after = 0.0
        try:
            response, body = await self._post(waiting)
            code = response.status
            error = f"Wrong response from the webhook: {code} {response.reason}"
            retry_after = min(_number(response.headers.get("Retry-After")), LONGEST_RETRY_AFTER)
        except (aiohttp.ClientError, TimeoutError, ConnectionError) as failure:
            code, body, error = 0, b"", f"Connection failed: {type(failure).__name__}"
        world = self._world
        world.record.add(Handed(world.clock.now(), self._bot.id, waiting.id, "webhook", code))
        if 200 <= code < 300:
            await self._take_reply(body)
            return None
        self.last_error = (world.timestamp(), error)
        return lane.fail(retry_after)

    async def _post(self, waiting: Waiting) -> tuple[aiohttp.ClientResponse, bytes]:
        fault = self._world.faults.pick("webhook")
        if fault is not None:
            if fault.kind in {"cut", "hang", "error", "flood"}:
                raise ConnectionError("no network")
            await fault.before()
        headers = {"Content-Type": "application/json"}
        if self.settings.secret:
            headers[PROOF_HEADER] = self.settings.secret
        body = orjson.dumps(waiting.update)
        async with self._session.post(self.settings.url, data=body, headers=headers) as response:
            answer = await response.read()
        if fault is not None and fault.kind in {"drop", "hang_after"}:
            raise ConnectionError("answer lost")
        return response, answer

    async def _take_reply(self, body: bytes) -> None:
        """Do the call in an answer, `{"method": "sendMessage", …}`; one that asks or ends something is passed over."""
        try:
            call = orjson.loads(body)
        except orjson.JSONDecodeError:
            return
        name = str(call.get("method", "")).lower() if isinstance(call, dict) else ""
        if name and not name.startswith("get") and name not in NOT_IN_AN_ANSWER:
            await self._reply(call)


def _number(text: str | None) -> float:
    try:
        return max(0.0, float(text or 0))
    except ValueError:
        return 0.0
