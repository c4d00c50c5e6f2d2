"""The stream of events, when its listener goes."""

import asyncio

import aiohttp
import pytest

from simulator import site
from simulator.client import Sim


async def test_it_lets_a_listener_go_without_complaint(
    sim: Sim, http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(site, "HEARTBEAT", 0.01)
    async with http.get(f"{sim.url}/sim/events") as stream:
        assert await stream.content.readline() == b": still here\n"
    for _ in range(20):
        await asyncio.sleep(0.01)
    assert caplog.records == []
