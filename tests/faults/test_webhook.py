"""By webhook: the same story, and everything that may knock at the door."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from simulator.phone import Phone
from storage import schema
from tests.town import Town

from .conftest import SECRET, Door, by_webhook, message, rows
from .process import free_port


async def tell_the_story(town: Town) -> None:
    rosa, wei = town.rosa, town.wei
    deeds: tuple[Callable[[], Awaitable[object]], ...] = (
        lambda: rosa.says("3栋2单元楼道灯坏了"),
        lambda: rosa.presses("同意，继续"),
        lambda: rosa.presses("报上去"),
        lambda: wei.presses("接单"),
        lambda: wei.presses("🔧 办好了"),
        lambda: wei.sends_photo("换了新灯泡"),
        lambda: rosa.presses("是的，办好了"),
        lambda: rosa.presses("非常满意"),
    )
    for deed in deeds:
        await deed()
        await town.settle()
    assert wei.shows("★★★★★")


async def test_it_goes_from_a_sentence_to_a_rating_by_webhook(web_town: Town) -> None:
    await tell_the_story(web_town)
    assert {one.how for one in web_town.sim.record.handed()} == {"webhook"}


async def test_14_it_loses_nothing_from_polling_to_webhook_and_back(town: Town) -> None:
    plain = town.settings
    for number, webhook in enumerate((False, True, False, True)):
        await town.stop()
        await town.rosa.says(f"/help {number}")
        town.settings = plain.model_copy(update=_webhook() if webhook else {})
        await town.start()
        await town.settle()
    assert len(await rows(town, schema.outbox, schema.outbox.c.message == "welcome.help")) == 4
    assert not [call for call in town.sim.record.calls() if call.args.get("drop_pending_updates")]


def _webhook() -> dict[str, Any]:
    return {**by_webhook(free_port()), "webhook_secret": SecretStr(SECRET)}


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET[:-1], SECRET + "x", "密码", "a\xff"])
async def test_35_it_stores_nothing_without_the_secret(door: Door, secret: str | None) -> None:
    assert await door.post(message(7, "/help"), secret) == 403
    assert await door.inbox() == {}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b"{}",
        b'"update"',
        b'{"update_id": "7"}',
        b'{"update_id": true}',
        b'{"update_id": -1}',
        b'{"update_id": 1.5}',
        b'{"update_id": 99999999999999999999999}',
        b"[" * 100_000,
        b'{"update_id": 7, "message": ' + b"[" * 5_000 + b"]" * 5_000 + b"}",
        b"\xff\xfe",
    ],
)
async def test_15_it_refuses_what_is_no_update(door: Door, body: bytes) -> None:
    assert await door.post(body) == 400
    assert await door.inbox() == {}


async def test_15_it_refuses_what_is_too_large(door: Door) -> None:
    assert await door.post(message(7, "x" * 2_000_000)) == 413
    assert await door.inbox() == {}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"message": None},
        {"message": {}},
        {"message": []},
        {"message": {"chat": "1001"}},
        {"message": {"chat": {"type": "private"}}},
        {"message": {"chat": {"id": "x", "type": "private"}, "from": 5}},
        {"message": {"chat": {"id": 2**70, "type": "private"}, "from": {"id": 2**70}, "date": 1, "message_id": 1}},
        {"callback_query": 5},
        {"callback_query": {"from": "me", "data": "accept:1"}},
        {"new_kind_of_update": {"chat": {"id": 1001, "type": "private"}, "from": {"id": 1001}}},
        {"poll_answer": {"poll_id": "1", "option_ids": [0], "user": {"id": 1001, "is_bot": False, "first_name": "x"}}},
    ],
)
async def test_15_it_stores_what_it_does_not_know_and_goes_on(door: Door, body: dict[str, Any]) -> None:
    assert await door.post({"update_id": 7, **body}) == 200
    assert await door.post(message(8, "/help")) == 200
    await door.town.settle()
    inbox = await door.inbox()
    assert inbox[7] in {"done", "set_aside"}
    assert inbox[8] == "done"
    assert "怎么用" in door.town.rosa.screen()


async def test_15_it_keeps_the_bytes_as_they_came(door: Door) -> None:
    body = b'{ "update_id": 7,  "message": {"text": "\\u0000 \\ud800 \\u674e"} }'
    assert await door.post(body) == 200
    (row,) = await rows(door.town, schema.inbox)
    assert row["payload"] == body


async def test_8_it_does_once_what_comes_twenty_times(door: Door) -> None:
    codes = await asyncio.gather(*(door.post(message(7, "/help")) for _ in range(20)))
    await door.town.settle()
    assert codes == [200] * 20
    assert len(await rows(door.town, schema.outbox, schema.outbox.c.message == "welcome.help")) == 1


async def test_9_it_takes_the_later_before_the_earlier(door: Door) -> None:
    assert await door.post(message(8, "/help")) == 200
    await door.town.settle()
    assert await door.post(message(7, "/lang")) == 200
    await door.town.settle()
    assert await door.inbox() == {7: "done", 8: "done"}


async def test_20_it_answers_503_while_the_database_is_locked(
    door: Door, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.sqlite.BUSY_SECONDS", 0.1)
    await door.town.restart()
    other = sqlite3.connect(tmp_path / "linli.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    codes = await asyncio.gather(*(door.post(message(7 + number, "/help")) for number in range(5)))
    other.close()
    assert (codes, await door.inbox()) == ([503] * 5, {})
    assert await door.post(message(7, "/help")) == 200
    await door.town.settle()
    assert await door.inbox() == {7: "done"}


async def test_it_leaves_with_telegram_what_would_only_wait_here(
    web_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    sim, rosa = web_town.sim, web_town.rosa
    monkeypatch.setattr("bot.lanes.HELD_MOST", 0)
    await rosa.says("/help")
    await _until(sim.record.handed)
    assert {one.code for one in sim.record.handed()} == {503}
    monkeypatch.setattr("bot.lanes.HELD_MOST", 1000)
    sim.advance(10)
    await rosa.waits_for("这样用最简单")


async def _until(condition: Any) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.01)


async def test_it_bears_a_phone_that_talks_while_the_door_is_slow(web_town: Town) -> None:
    phone: Phone = web_town.rosa
    web_town.sim.faults.add("drop", method="webhook", count=3)
    for number in range(3):
        await phone.says(f"/help {number}")
    for _ in range(4):
        await asyncio.sleep(0.05)
        web_town.sim.advance(10)
    await web_town.settle()
    assert len(await rows(web_town, schema.outbox, schema.outbox.c.message == "welcome.help")) == 3
