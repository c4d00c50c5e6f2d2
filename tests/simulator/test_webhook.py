"""Webhooks: queues per chat, redelivery until 2xx, the secret header, and back to polling."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from simulator.client import Sim
from simulator.webhook import Lane
from tests.simulator.conftest import Api


class Door:
    """A bot's web address that answers what the test wants."""

    def __init__(self) -> None:
        self.got: list[Any] = []
        self.secrets: list[str | None] = []
        self.answers: list[web.Response] = []
        self.url = ""
        self.news = asyncio.Event()
        self.opens = asyncio.Event()
        self.opens.set()

    async def take(self, request: web.BaseRequest) -> web.Response:
        self.got.append(await request.json())
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        self.news.set()
        await self.opens.wait()
        return self.answers.pop(0) if self.answers else web.Response()

    async def until(self, count: int) -> list[str]:
        return [each["message"]["text"] for each in await self.news_of(count)]

    async def news_of(self, count: int) -> list[Any]:
        async with asyncio.timeout(5):
            while len(self.got) < count:
                self.news.clear()
                await self.news.wait()
        return self.got


async def failure(api: Api) -> str:
    """Wait until the server has noticed that a delivery failed."""
    while True:
        info = (await api("getWebhookInfo"))["result"]
        if "last_error_message" in info:
            return str(info["last_error_message"])


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    door = Door()
    runner = web.ServerRunner(web.Server(door.take), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    door.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield door
    await runner.cleanup()


async def test_it_pushes_with_the_secret(sim: Sim, api: Api, door: Door) -> None:
    await api("setWebhook", url=door.url, secret_token="open-sesame")
    await sim.person("王阿姨").says("你好")
    assert await door.until(1) == ["你好"]
    assert door.secrets == ["open-sesame"]


async def test_it_repeats_the_head_of_a_chat_until_2xx(sim: Sim, api: Api, door: Door) -> None:
    await api("setWebhook", url=door.url)
    door.answers = [web.Response(status=500), web.Response(status=500)]
    rosa, otto = sim.person("王阿姨"), sim.person("路人")
    await rosa.says("一")
    assert await door.until(2) == ["一", "一"]
    await rosa.says("二")
    await otto.says("另一处")
    assert await door.until(3) == ["一", "一", "另一处"]
    await failure(api)
    sim.advance(2)
    assert await door.until(5) == ["一", "一", "另一处", "一", "二"]


def test_it_backs_off_until_ninety_seconds() -> None:
    lane = Lane()
    assert [lane.fail(0) for _ in range(9)] == [0, 2, 4, 8, 16, 32, 64, 90, 90]
    assert lane.fail(600) == 600


async def test_it_drops_what_would_be_stale_when_it_came(sim: Sim, api: Api, door: Door) -> None:
    await api("setWebhook", url=door.url)
    door.answers = [web.Response(status=503, headers={"Retry-After": "200"})]
    rosa = sim.person("王阿姨")
    await rosa.forges("ok", 1)
    await failure(api)
    assert sim.pending() == 0
    await rosa.says("还在")
    assert [list(each)[1] for each in await door.news_of(2)] == ["callback_query", "message"]


async def test_it_lets_a_press_pass_a_chat_that_is_stuck(sim: Sim, api: Api, door: Door) -> None:
    await api("setWebhook", url=door.url)
    door.answers = [web.Response(status=503, headers={"Retry-After": "600"})]
    rosa = sim.person("王阿姨")
    await rosa.says("慢")
    await failure(api)
    await rosa.forges("ok", 1)
    assert [list(each)[1] for each in await door.news_of(2)] == ["message", "callback_query"]


async def test_it_ends_a_poll_when_a_webhook_is_set(sim: Sim, api: Api, door: Door) -> None:
    poll = asyncio.create_task(api("getUpdates", timeout=30))
    await sim.until_polled()
    await api("setWebhook", url=door.url)
    assert (await poll)["description"] == "Conflict: terminated by setWebhook request"


async def test_it_does_not_disturb_a_webhook_that_is_set_again(sim: Sim, api: Api, door: Door) -> None:
    await api("setWebhook", url=door.url)
    hook = sim.world.webhooks[sim.bot.id]
    assert (await api("setWebhook", url=door.url, allowed_updates=["message"]))["ok"]
    assert sim.world.webhooks[sim.bot.id] is hook
    assert (await api("getWebhookInfo"))["result"]["allowed_updates"] == ["message"]


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"url": "gopher"}, "invalid webhook URL specified"),
        ({"secret_token": "x" * 257}, "secret token is too long"),
        ({"secret_token": "密"}, "secret token contains unallowed characters"),
    ],
)
async def test_it_refuses_a_bad_webhook(api: Api, door: Door, wrong: Any, complaint: str) -> None:
    answer = await api("setWebhook", **{"url": door.url, **wrong})
    assert answer["description"] == f"Bad Request: {complaint}"


async def test_it_pushes_to_so_many_doors_at_a_time(sim: Sim, api: Api, door: Door) -> None:
    await api("setWebhook", url=door.url, max_connections=2)
    door.opens.clear()
    for name in ("王阿姨", "小魏", "路人"):
        await sim.person(name).says("一")
    await door.until(2)
    assert (await api("getWebhookInfo"))["result"]["pending_update_count"] == 3
    assert len(door.got) == 2
    door.opens.set()
    await door.until(3)


async def test_it_honours_retry_after(sim: Sim, api: Api, door: Door) -> None:
    await api("setWebhook", url=door.url)
    door.answers = [web.Response(status=503, headers={"Retry-After": "600"})]
    await sim.person("王阿姨").says("一")
    assert (await failure(api)).endswith("503 Service Unavailable")
    sim.advance(300)
    await api("getMe")
    assert len(door.got) == 1
    sim.advance(301)
    assert await door.until(2) == ["一", "一"]


async def test_it_waits_an_hour_at_most(sim: Sim, api: Api, door: Door) -> None:
    await api("setWebhook", url=door.url)
    door.answers = [web.Response(status=503, headers={"Retry-After": "80000"})]
    await sim.person("王阿姨").says("一")
    await failure(api)
    sim.advance(3601)
    assert await door.until(2) == ["一", "一"]
    assert door.secrets == [None, None]


async def test_it_refuses_polling_while_a_webhook_is_set(sim: Sim, api: Api, door: Door) -> None:
    await api("setWebhook", url=door.url)
    assert (await api("getUpdates"))["error_code"] == 409
    await api("deleteWebhook")
    assert (await api("getUpdates"))["ok"]


async def test_it_keeps_what_waits_when_it_changes_to_polling_and_back(sim: Sim, api: Api, door: Door) -> None:
    rosa = sim.person("王阿姨")
    await rosa.says("一")
    door.answers = [web.Response(status=500), web.Response(status=500)]
    await api("setWebhook", url=door.url)
    await door.until(2)
    await api("deleteWebhook")
    assert [each["message"]["text"] for each in (await api("getUpdates"))["result"]] == ["一"]
    assert sim.pending() == 1
    await api("setWebhook", url=door.url, drop_pending_updates=True)
    assert sim.pending() == 0


async def test_it_passes_over_a_call_in_the_answer_that_would_end_the_webhook(sim: Sim, api: Api, door: Door) -> None:
    rosa = sim.person("王阿姨")
    door.answers = [web.json_response({"method": "deleteWebhook"})]
    await api("setWebhook", url=door.url)
    await rosa.says("一")
    await rosa.says("二")
    assert await door.until(2) == ["一", "二"]
    assert (await api("getWebhookInfo"))["result"]["url"] == door.url


async def test_it_does_the_call_in_the_answer(sim: Sim, api: Api, door: Door) -> None:
    rosa = sim.person("王阿姨")
    door.answers = [web.json_response({"method": "sendMessage", "chat_id": rosa.id, "text": "收到"})]
    await api("setWebhook", url=door.url)
    await rosa.says("你好")
    await rosa.waits_for("收到")
