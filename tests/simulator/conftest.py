"""A simulator per test, and a caller that speaks to it over real HTTP."""

from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import aiohttp
import pytest

from simulator.client import Sim
from simulator.phone import Phone

Api = Callable[..., Coroutine[Any, Any, Any]]


@pytest.fixture
async def sim() -> AsyncIterator[Sim]:
    async with Sim() as running:
        yield running


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def api(sim: Sim, http: aiohttp.ClientSession) -> Api:
    """Call a method as the bot; return the whole answer."""

    async def call(method: str, /, token: str | None = None, **params: Any) -> Any:
        async with http.post(f"{sim.base_url}{token or sim.token}/{method}", json=params) as response:
            return await response.json()

    return call


def inline(*buttons: Any) -> Any:
    """Return a keyboard of one row."""
    return {"inline_keyboard": [list(buttons)]}


async def sent(api: Api, rosa: Phone, text: str = "你好", **more: Any) -> Any:
    """Let the bot send a text, and return the message."""
    answer = await api("sendMessage", chat_id=rosa.id, text=text, **more)
    assert answer["ok"], answer
    return answer["result"]
