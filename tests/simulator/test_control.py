"""The user-side interface: everything a phone does, over HTTP, and the stream of what phones see."""

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from simulator import samples
from simulator.client import Sim
from tests.simulator.conftest import Api


class Hands:
    """A page's requests."""

    def __init__(self, sim: Sim, http: aiohttp.ClientSession) -> None:
        self.sim = sim
        self.http = http

    async def ask(self, method: str, path: str, /, raw: bytes | None = None, **body: Any) -> Any:
        sent: dict[str, Any] = {"data": raw} if raw else {"json": body} if body else {}
        async with self.http.request(method, f"{self.sim.url}/sim{path}", **sent) as response:
            return await response.json()

    async def person(self, name: str) -> Any:
        return await self.ask("POST", "/people", first_name=name)

    def chat(self, person: Any) -> str:
        return f"/chats/{self.sim.bot.id}.{person['id']}"


@pytest.fixture
def hands(sim: Sim, http: aiohttp.ClientSession) -> Hands:
    return Hands(sim, http)


async def newest(api: Api) -> Any:
    return (await api("getUpdates"))["result"][-1]


async def test_it_says_and_shows(hands: Hands, api: Api) -> None:
    rosa = await hands.person("王阿姨")
    await hands.ask("POST", f"{hands.chat(rosa)}/messages", user_id=rosa["id"], text="灯坏了")
    assert (await newest(api))["message"]["text"] == "灯坏了"
    await api("sendMessage", chat_id=rosa["id"], text="收到")
    chat = await hands.ask("GET", hands.chat(rosa))
    assert [each["text"] for each in chat["messages"]] == ["灯坏了", "收到"]
    assert chat["unread"] == {str(rosa["id"]): 1}


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("start", {"payload": "b3"}),
        ("photo", {"caption": "图"}),
        ("voice", {}),
        ("video", {}),
        ("document", {"name": "a.txt"}),
        ("sticker", {}),
        ("album", {"files": [{}, {}]}),
        ("location", {"latitude": 39.9, "longitude": 116.4}),
        ("venue", {"latitude": 39.9, "longitude": 116.4, "title": "北门", "address": "路1号"}),
        ("contact", {}),
    ],
)
async def test_it_sends_every_kind(hands: Hands, api: Api, kind: str, more: dict[str, Any]) -> None:
    rosa = await hands.person("王阿姨")
    made = await hands.ask("POST", f"{hands.chat(rosa)}/messages", user_id=rosa["id"], kind=kind, **more)
    assert len(made) == (2 if kind == "album" else 1)
    assert (await newest(api))["message"]["message_id"] == made[-1]["message_id"]


async def test_it_takes_files_and_gives_them_back(hands: Hands, http: aiohttp.ClientSession) -> None:
    picture = samples.photo()
    kept = await hands.ask("POST", "/files?kind=photo", raw=picture)
    rosa = await hands.person("王阿姨")
    body = {"user_id": rosa["id"], "kind": "photo", "file_id": kept["file_id"]}
    (made,) = await hands.ask("POST", f"{hands.chat(rosa)}/messages", **body)
    async with http.get(f"{hands.sim.url}/sim/files/{made['photo'][-1]['file_id']}") as response:
        assert await response.read() == picture


async def test_it_presses_reacts_blocks_and_reads(hands: Hands, api: Api) -> None:
    rosa = await hands.person("王阿姨")
    chat, who = hands.chat(rosa), {"user_id": rosa["id"]}
    (said,) = await hands.ask("POST", f"{chat}/messages", **who, text="好")
    await hands.ask("POST", f"{chat}/presses", **who, message_id=said["message_id"], data="yes")
    assert (await newest(api))["callback_query"]["data"] == "yes"
    reacted = await hands.ask("POST", f"{chat}/reactions", **who, message_id=said["message_id"], emoji="👍")
    assert reacted["reactions"] == [{"type": "emoji", "emoji": "👍"}]
    assert (await hands.ask("POST", f"{chat}/block", **who))["is_blocked"]
    assert (await api("sendMessage", chat_id=rosa["id"], text="x"))["error_code"] == 403
    assert await hands.ask("POST", f"{chat}/read", **who) == {}


async def test_it_founds_and_changes_groups(hands: Hands) -> None:
    rosa, wei = await hands.person("王阿姨"), await hands.person("小魏")
    group = await hands.ask("POST", "/groups", title="网格群", owner_id=rosa["id"], is_forum=True)
    where = f"/chats/{group['key']}"
    await hands.ask("POST", f"{where}/add", user_id=wei["id"])
    changed = await hands.ask("POST", f"{where}/create_topic", name="一网格")
    assert [each["name"] for each in changed["topics"]] == ["一网格"]
    assert {each["id"] for each in changed["members"]} == {rosa["id"], wei["id"], hands.sim.bot.id}


async def test_it_moves_the_clock_and_arms_faults(hands: Hands, api: Api) -> None:
    before = hands.sim.world.clock.now()
    await hands.ask("POST", "/clock", advance=3600)
    assert (hands.sim.world.clock.now() - before).total_seconds() >= 3600
    fault = await hands.ask("POST", "/faults", kind="error", method="getMe", count=None, code=500)
    assert (await api("getMe"))["error_code"] == 500
    await hands.ask("DELETE", f"/faults/{fault['id']}")
    assert (await api("getMe"))["ok"]


async def test_it_holds_and_releases(hands: Hands, api: Api) -> None:
    rosa = await hands.person("王阿姨")
    await hands.ask("POST", "/hold")
    for text in ("一", "二"):
        await hands.ask("POST", f"{hands.chat(rosa)}/messages", user_id=rosa["id"], text=text)
    assert await hands.ask("GET", "/pending") == {"pending": 0}
    await hands.ask("POST", "/release", order=[1, 0])
    got = [each["message"]["text"] for each in (await api("getUpdates"))["result"]]
    assert got == ["二", "一"]


async def test_it_streams_what_phones_see(sim: Sim, api: Api, http: aiohttp.ClientSession) -> None:
    rosa = sim.person("王阿姨", is_started=True)
    async with http.get(f"{sim.url}/sim/events?after=0") as stream:
        await api("sendMessage", chat_id=rosa.id, text="收到")
        events = [json.loads(line[6:]) async for line in first(stream, 2)]
    assert [each["kind"] for each in events] == ["person", "message.new"]
    assert events[1]["message"]["text"] == "收到"


async def first(stream: aiohttp.ClientResponse, count: int) -> AsyncIterator[bytes]:
    async for line in stream.content:
        if line.startswith(b"data: "):
            count -= 1
            yield line
        if count == 0:
            return


async def test_it_shows_the_whole_town(hands: Hands) -> None:
    await hands.person("王阿姨")
    state = await hands.ask("GET", "/state")
    assert [each["first_name"] for each in state["people"]] == ["王阿姨"]
    assert state["chats"][0]["kind"] == "private"
    assert state["last_event_id"] > 0


async def test_it_answers_what_is_wrong(hands: Hands, http: aiohttp.ClientSession) -> None:
    rosa = await hands.person("王阿姨")
    refused = await hands.ask("POST", f"{hands.chat(rosa)}/messages", user_id=rosa["id"], kind="smell")
    assert refused == {"error": "no message of the kind 'smell' is known here"}
    async with http.get(f"{hands.sim.url}/sim/nothing") as response:
        assert response.status == 404
    elsewhere = {"Origin": "https://evil.example"}
    async with http.get(f"{hands.sim.url}/sim/state", headers=elsewhere) as response:
        assert response.status == 403


async def test_it_hands_the_bots_own_panel_on(http: aiohttp.ClientSession) -> None:
    asked: list[Any] = []

    async def panel(request: web.BaseRequest) -> web.Response:
        asked.append((request.method, request.path, request.headers["Authorization"]))
        return web.json_response({"now": "2030-01-01T00:00:00+00:00", "actions": [], "upcoming": []})

    runner = web.ServerRunner(web.Server(panel), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}/control"
    async with Sim(control=address, control_token="secret") as sim:
        async with http.post(f"{sim.url}/sim/control/clock", json={"hours": 1}) as response:
            assert response.status == 200
        assert sim.world.clock.now().year == 2030
    await runner.cleanup()
    assert asked == [
        ("POST", "/control/clock", "Bearer secret"),
        ("GET", "/control", "Bearer secret"),
    ]
