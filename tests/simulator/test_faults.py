"""Trouble on purpose: what a bot meets when the network or Telegram has a bad day."""

import asyncio

import aiohttp
import pytest

from simulator.client import Sim
from simulator.phone import Phone
from tests.simulator.conftest import Api


@pytest.fixture
def rosa(sim: Sim) -> Phone:
    return sim.person("王阿姨", is_started=True)


async def test_it_processes_a_call_and_loses_the_answer(sim: Sim, api: Api, rosa: Phone) -> None:
    sim.faults.add("drop", method="sendMessage")
    with pytest.raises(aiohttp.ClientError):
        await api("sendMessage", chat_id=rosa.id, text="到了")
    assert rosa.sees("到了")
    assert sim.record.calls("sendMessage")[0].fault == "drop"
    assert (await api("sendMessage", chat_id=rosa.id, text="又来"))["ok"]


async def test_it_cuts_the_connection_before_processing(sim: Sim, api: Api, rosa: Phone) -> None:
    sim.faults.add("cut", method="send*", chat_id=rosa.id)
    with pytest.raises(aiohttp.ClientError):
        await api("sendMessage", chat_id=rosa.id, text="没到")
    assert not rosa.messages
    assert sim.record.calls("sendMessage")[0].code == 0


async def test_it_answers_5xx_as_often_as_asked(sim: Sim, api: Api) -> None:
    sim.faults.add("error", method="getMe", code=500, count=2)
    assert [(await api("getMe"))["ok"] for _ in range(3)] == [False, False, True]


async def test_it_answers_429_once(sim: Sim, api: Api, rosa: Phone) -> None:
    sim.faults.add("flood", chat_id=rosa.id, seconds=7)
    answer = await api("sendMessage", chat_id=rosa.id, text="x")
    assert answer["error_code"] == 429
    assert answer["parameters"] == {"retry_after": 7}


async def test_it_can_be_without_network_until_told_otherwise(sim: Sim, api: Api, rosa: Phone) -> None:
    sim.faults.add("cut", count=None)
    await rosa.says("在吗")
    with pytest.raises(aiohttp.ClientError):
        await api("getUpdates")
    sim.faults.clear()
    assert len((await api("getUpdates"))["result"]) == 1


async def test_it_limits_a_private_chat_to_about_one_a_second(sim: Sim, api: Api, rosa: Phone) -> None:
    sim.flood.is_on = True
    codes = [(await api("sendMessage", chat_id=rosa.id, text="x")).get("error_code") for _ in range(6)]
    assert codes == [None] * 5 + [429]
    sim.advance(1)
    assert (await api("sendMessage", chat_id=rosa.id, text="x"))["ok"]


async def test_it_limits_a_bot_to_about_thirty_a_second(sim: Sim, api: Api) -> None:
    sim.world.clock.freeze()
    sim.flood.is_on = True
    people = [sim.person(f"邻居{number}", is_started=True) for number in range(31)]
    answers = [await api("sendMessage", chat_id=each.id, text="通知") for each in people]
    assert [each["ok"] for each in answers] == [True] * 30 + [False]
    assert answers[-1]["parameters"]["retry_after"] == 1


async def test_it_says_truly_when_to_come_again(sim: Sim, api: Api) -> None:
    sim.world.clock.freeze()
    sim.flood.is_on = True
    group = sim.group("邻居群", sim.person("王阿姨"))
    send = {"chat_id": group.id, "text": "x"}
    while (answer := await api("sendMessage", **send))["ok"]:
        continue
    wait = answer["parameters"]["retry_after"]
    assert answer["description"] == f"Too Many Requests: retry after {wait}"
    sim.advance(wait - 1)
    assert not (await api("sendMessage", **send))["ok"]
    sim.advance(1)
    assert (await api("sendMessage", **send))["ok"]


async def test_it_counts_edits_but_no_signs_of_life(sim: Sim, api: Api, rosa: Phone) -> None:
    sim.world.clock.freeze()
    card = (await api("sendMessage", chat_id=rosa.id, text="0"))["result"]
    sim.flood.is_on = True
    where = {"chat_id": rosa.id, "message_id": card["message_id"]}
    edits = [await api("editMessageText", **where, text=f"{number}") for number in range(1, 7)]
    assert [each.get("error_code") for each in edits] == [None] * 5 + [429]
    assert rosa.last.text == "5"
    assert (await api("sendChatAction", chat_id=rosa.id, action="typing"))["ok"]


async def test_it_cuts_a_poll_that_waits(sim: Sim, api: Api) -> None:
    poll = asyncio.create_task(api("getUpdates", timeout=30))
    await sim.until_polled()
    sim.faults.add("cut", count=None)
    with pytest.raises(aiohttp.ClientError):
        await poll


@pytest.mark.parametrize("kind", ["hang", "hang_after"])
async def test_it_keeps_a_caller_waiting_and_cuts(sim: Sim, api: Api, rosa: Phone, kind: str) -> None:
    sim.faults.add(kind, method="sendMessage", seconds=0.01)
    with pytest.raises(aiohttp.ClientError):
        await api("sendMessage", chat_id=rosa.id, text="x")
    assert rosa.sees("x") is (kind == "hang_after")
