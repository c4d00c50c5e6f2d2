"""Delivery in: what comes late, early, old, poisoned, or all at once after a long silence."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from bot.pace import UNLIMITED, Rate
from handlers import entry
from handlers.context import Context
from storage import inbox, schema
from tests.town import Town, a_town

from .conftest import Door, message, rows


async def report(town: Town, words: str = "3栋2单元楼道灯坏了") -> Mapping[str, Any]:
    """Rosa's stairwell lamp, offered to Wei."""
    await town.rosa.says(words)
    await town.settle()
    for button in ("同意，继续", "报上去"):
        await town.rosa.presses(button)
        await town.settle()
    return (await rows(town, schema.ticket))[0]


async def answers(town: Town, name: str = "welcome.help") -> int:
    return len(await rows(town, schema.outbox, schema.outbox.c.message == name, schema.outbox.c.state == "sent"))


async def test_8_it_does_once_what_two_replicas_are_told_twenty_times(town_pg: Town) -> None:
    """Two bots on one PostgreSQL; each is handed the same update ten times."""
    twin = Town.__new__(Town)
    twin.__dict__ |= town_pg.__dict__
    twin.sim.hold_updates()
    await twin.start()
    update = message(7, "/help")
    stored = [inbox.Stored(7, "u1001", orjson.dumps(update)) for _ in range(10)]
    await asyncio.gather(*(app.intake.keep([one]) for one in stored for app in (town_pg.app, twin.app)))
    await town_pg.settle()
    await twin.settle()
    assert (await answers(town_pg), [row["state"] for row in await rows(town_pg, schema.inbox)]) == (1, ["done"])
    await twin.stop()


async def test_10_it_says_politely_that_a_press_is_old(town: Town) -> None:
    await report(town)
    card = town.wei.shows("楼道灯坏了")
    press = next(b["callback_data"] for row in card.inline_rows for b in row if b["text"].endswith("接单"))
    await town.wei.presses("接单")
    await town.settle()
    await town.wei.forges(press.replace("accept", "decline"), card.id)
    await town.settle()
    assert town.wei.alerts[-1].text
    assert "办好了" in str(town.wei.buttons)


async def test_10_it_bears_a_press_whose_time_is_over(town: Town) -> None:
    await report(town)
    await town.wei.presses("接单")
    await town.settle()
    town.sim.hold_updates()
    await town.wei.presses("更多")
    town.sim.faults.add("error", method="answerCallbackQuery", code=400)
    town.sim.release()
    await town.settle()
    assert town.wei.shows("还要做什么")
    (row,) = await rows(town, schema.outbox, schema.outbox.c.state == "suppressed")
    assert row["method"] == "answer"


async def test_10_it_takes_a_press_that_overtakes_its_message(town: Town) -> None:
    town.sim.hold_updates()
    await town.rosa.says("3栋2单元楼道灯坏了")
    await town.rosa.forges("consent", 1)
    town.sim.release(1, 0)
    await town.settle()
    assert town.rosa.shows("请看看对不对")


async def test_11_it_recovers_everything_after_ten_minutes_without_network(town: Town) -> None:
    town.sim.faults.add("cut", count=None)
    for number in range(5):
        await town.rosa.says(f"/help {number}")
        await town.chen.says(f"/help {number}")
        town.sim.advance(120)
    await asyncio.sleep(0.3)
    assert await answers(town) == 0
    town.sim.faults.clear()
    await town.settle(15)
    town.clock.advance(timedelta(seconds=20))
    await town.settle(15)
    assert await answers(town) == 10


async def test_12_it_sets_a_poison_update_aside_and_the_chat_goes_on(door: Door) -> None:
    town = door.town
    assert (
        await door.post(
            message(7, "/help", message_id="seven", chat={"id": 1001, "type": "private", "title": {}}, date="x")
        )
        == 200
    )
    assert await door.post(message(8, "/help")) == 200
    assert await door.post(message(9, "/help", user_id=1002)) == 200
    await town.settle()
    (row,) = await rows(town, schema.inbox, schema.inbox.c.state == "set_aside")
    assert (row["id"], row["attempts"]) == (7, 3)
    assert town.ada.sees("set aside")
    assert town.rosa.sees("没处理成")
    assert await answers(town) == 2


@pytest.fixture
def poison(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command whose decision no database takes."""

    async def act(context: Context, _args: list[str]) -> None:
        context.work.changes.insert(schema.audit, id=context.work.new_id(), at=None, what="poison")
        context.work.reply("welcome.help", is_staff=False)

    monkeypatch.setitem(entry._commands, "poison", act)


@pytest.mark.usefixtures("poison")
async def test_12_it_sets_aside_what_the_database_never_takes(town: Town) -> None:
    await town.rosa.says("/poison")
    await town.rosa.says("/help")
    for number in range(10):
        await town.chen.says(f"/help {number}")
    await town.settle()
    assert [row["state"] for row in await rows(town, schema.inbox)].count("set_aside") == 1
    assert town.rosa.sees("没处理成")
    assert await answers(town) == 11


async def test_13_it_accepts_numbers_that_jump_down(town: Town) -> None:
    await town.rosa.says("/help")
    await town.settle()
    town.sim.jump_update_id(5)
    await town.rosa.says("/help")
    await town.settle()
    assert await answers(town) == 2
    assert {row["id"] for row in await rows(town, schema.inbox)} >= {5}


async def test_it_does_no_harm_when_a_message_is_edited(town: Town) -> None:
    said = await town.rosa.says("3栋2单元楼道灯坏了")
    await town.settle()
    before = town.rosa.screen()
    await town.rosa.edits(said, "3栋2单元电梯坏了")
    await town.settle()
    assert town.rosa.screen().replace("电梯", "楼道灯") == before.replace("电梯", "楼道灯")
    assert {row["state"] for row in await rows(town, schema.inbox)} == {"done"}


async def test_it_goes_on_when_another_process_polled_with_its_token(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.intake.CONFLICT_SECONDS", 0.1)
    await town.sim.until_polled()
    await town.app.transport.call("getUpdates", {"timeout": 0})
    await town.rosa.says("/help")
    await town.rosa.waits_for("这样用最简单", within=10)


async def test_it_works_off_a_backlog_larger_than_a_page(
    tmp_path: Path, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    await town.stop()
    monkeypatch.setattr(inbox, "_first_page", inbox._first_page.limit(10))
    monkeypatch.setattr(inbox, "_next_page", inbox._next_page.limit(10))
    monkeypatch.setattr("bot.waiting.LANE_MOST", 4)
    for number in range(25):
        await town.rosa.says(f"/help {number}")
        await town.chen.says(f"/help {number}")
    await town.start()
    await town.settle(20)
    assert await answers(town) == 50
    said = await rows(town, schema.inbox, schema.inbox.c.lane == "u1001")
    assert [row["done_at"] for row in said] == sorted(row["done_at"] for row in said)


async def test_46_it_slows_down_who_says_a_thousand_things_and_nobody_else(tmp_path: Path) -> None:
    rates = replace(UNLIMITED, incoming=Rate(20.0, 30.0))
    async with a_town(tmp_path, f"sqlite:///{tmp_path}/linli.sqlite3", rates=rates) as town:
        town.sim.hold_updates()
        for number in range(1000):
            await town.otto.says(f"/help {number}")
        for neighbour in (town.rosa, town.chen, town.wei):
            await neighbour.says("/help")
        town.sim.release()
        for neighbour in (town.rosa, town.chen, town.wei):
            await neighbour.waits_for("这样用最简单", within=10)
        done = await rows(town, schema.inbox, schema.inbox.c.lane == "u6001", schema.inbox.c.state == "done")
        assert 1 <= len(done) < 500
        assert len(await rows(town, schema.inbox)) == 1003
