"""A simulator per test, and a caller that speaks to it over real HTTP."""

from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import aiohttp
import pytest

from simulator.client import Sim

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
