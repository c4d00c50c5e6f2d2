"""Delivery out: a Telegram that is too busy, broken, silent, or says no."""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.pace import Rates
from storage import outbox, schema
from storage.changes import ChangeSet
from storage.ids import new_id
from storage.work import Priority
from tests.town import Town, a_town

from .conftest import rows
from .test_coming_in import report

HELP = "这样用最简单"


@pytest.fixture
async def paced_town(tmp_path: Path) -> AsyncIterator[Town]:
    """A town in which the bot keeps Telegram's pace, and Telegram insists on it."""
    async with a_town(tmp_path, f"sqlite:///{tmp_path}/linli.sqlite3", rates=Rates()) as town:
        town.sim.flood.is_on = True
        yield town


async def say(
    town: Town, chat_id: int, priority: Priority, *, message: str = "refused.trouble", **params: object
) -> int:
    """Something to say, as any part of the bot would leave it."""
    changes, row_id, now = ChangeSet(), new_id(town.clock.now()), town.clock.now()
    moment = {"due_at": now, "created_at": now, "state": outbox.QUEUED}
    words = {"method": "message", "message": message, "params": {"language": "zh-CN", **params}}
    changes.insert(schema.outbox, id=row_id, chat_id=chat_id, priority=int(priority), **moment, **words)
    await town.commit(changes)
    return row_id


async def state(town: Town, row_id: int) -> tuple[str, int]:
    (row,) = await rows(town, schema.outbox, schema.outbox.c.id == row_id)
    return row["state"], row["attempts"]


async def pass_time(town: Town, seconds: int) -> None:
    """Second by second, as the clock goes."""
    for _ in range(seconds):
        town.clock.advance(timedelta(seconds=1))
        town.app.delivery.wake()
        await town.settle()


def codes(town: Town, chat_id: int) -> list[int]:
    return [call.code for call in town.sim.record.calls("sendMessage", chat_id=chat_id)]


async def test_it_changes_a_card_that_was_pressed_before_it_was_known_where_it_stands(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database is locked just when the card has gone out: what happened to it is recorded a second later."""
    monkeypatch.setattr("storage.sqlite.BUSY_SECONDS", 0.05)
    await town.restart()
    await town.rosa.says("3栋2单元楼道灯坏了")
    await town.settle()
    await town.rosa.presses("同意，继续")
    await town.settle()
    await town.rosa.presses("报上去")
    await town.wei.waits_for_button("接单")
    with contextlib.closing(sqlite3.connect(tmp_path / "linli.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        await asyncio.sleep(0.3)
    await town.wei.presses("接单")
    await town.settle()
    assert "🔧 办好了" in town.wei.buttons


async def test_29_it_waits_as_long_as_it_is_told(town: Town) -> None:
    town.sim.faults.add("flood", method="sendMessage", chat_id=1001, seconds=7)
    row_id = await say(town, 1001, Priority.NEWS)
    other_id = await say(town, 1002, Priority.NEWS)
    await town.settle()
    assert (await state(town, row_id))[0] == "queued"
    assert (await state(town, other_id))[0] == "sent"
    await pass_time(town, 6)
    assert codes(town, 1001) == [429]
    await pass_time(town, 1)
    assert codes(town, 1001) == [429, 200]


async def test_29_it_is_silent_everywhere_when_many_chats_are_refused(town: Town) -> None:
    town.sim.faults.add("flood", method="sendMessage", seconds=5, count=3)
    for chat_id in (1001, 1002, 1003, 2001, 2002):
        await say(town, chat_id, Priority.NEWS)
        await asyncio.sleep(0)
    await town.settle()
    refused = [call for call in town.sim.record.calls("sendMessage") if call.code == 429]
    assert len(refused) == 3
    late = await say(town, 3001, Priority.ALARM)
    await town.settle()
    assert (await state(town, late))[0] == "queued"
    await pass_time(town, 5)
    assert (await state(town, late))[0] == "sent"
    assert not await rows(town, schema.outbox, schema.outbox.c.state != "sent")


async def test_29_it_lets_the_urgent_overtake_a_broadcast_and_is_never_refused(paced_town: Town) -> None:
    town = paced_town
    neighbours = [town.sim.person(f"邻居{number}", is_started=True) for number in range(120)]
    for neighbour in neighbours:
        await say(town, neighbour.id, Priority.BROADCAST)
    await _some(town)
    alarm = await say(town, 3001, Priority.ALARM)
    await town.rosa.says("/help")
    await town.rosa.waits_for(HELP)
    await _until_sent(town, schema.outbox.c.id == alarm)
    for _ in range(20):
        town.clock.advance(timedelta(seconds=1))
        await _some(town)
    await _until_sent(town)
    assert {call.code for call in town.sim.record.calls("sendMessage")} == {200}


async def _until_sent(town: Town, *which: sa.ColumnElement[bool]) -> None:
    """Wait until delivery has said these at this moment of the clock, which is the last for what may go now."""
    async with asyncio.timeout(30):
        while await rows(town, schema.outbox, schema.outbox.c.state != "sent", *which):
            await asyncio.sleep(0.01)


async def _some(town: Town) -> None:
    """Let delivery do what it may at this moment of the clock."""
    town.app.delivery.wake()
    await asyncio.sleep(0.15)
    while town.app.delivery.in_flight:
        await asyncio.sleep(0.01)


async def test_29_it_keeps_the_order_in_a_chat_that_has_to_wait(town: Town) -> None:
    town.sim.faults.add("cut", method="sendMessage", chat_id=1001)
    first = await say(town, 1001, Priority.NEWS, message="refused.trouble")
    await town.settle()
    await say(town, 1001, Priority.NEWS, message="group.private_only")
    await town.settle()
    assert (await state(town, first))[0] == "queued"
    await pass_time(town, 2)
    said = [message.text for message in town.rosa.received]
    assert ["没处理成" in said[0], "私下跟我说" in said[1], len(said)] == [True, True, 2]


@pytest.mark.parametrize("fault", ["drop", "error"])
async def test_30_it_says_urgent_words_again_when_nobody_knows(town: Town, fault: str) -> None:
    town.sim.faults.add(fault, method="sendMessage", chat_id=1001)
    row_id = await say(town, 1001, Priority.NEWS)
    await town.settle()
    await pass_time(town, 2)
    assert await state(town, row_id) == ("sent", 1)
    assert len(town.rosa.received) == (2 if fault == "drop" else 1)


@pytest.mark.parametrize("fault", ["drop", "error"])
async def test_30_it_leaves_what_is_not_urgent_unknown(town: Town, fault: str) -> None:
    town.sim.faults.add(fault, method="sendMessage", chat_id=1001)
    row_id = await say(town, 1001, Priority.REMINDER)
    await town.settle()
    await pass_time(town, 20)
    assert (await state(town, row_id))[0] == "unknown"
    assert len(codes(town, 1001)) == 1


async def test_30_it_sends_later_what_never_left_us(town: Town) -> None:
    port = town.sim.server.port
    await town.sim.server.stop()
    row_ids = [await say(town, 1001 + number % 3, priority) for number, priority in enumerate(Priority)]
    await _some(town)
    assert {await state(town, row_id) for row_id in row_ids} == {("queued", 0)}
    await town.sim.server.start(port=port)
    await pass_time(town, 20)
    assert {(await state(town, row_id))[0] for row_id in row_ids} == {"sent"}


async def test_30_it_gives_up_after_bounded_tries_but_never_on_an_alarm(town: Town) -> None:
    town.sim.faults.add("error", method="sendMessage", count=None)
    news, alarm = await say(town, 1001, Priority.NEWS), await say(town, 2001, Priority.ALARM)
    await town.settle()
    await pass_time(town, 60)
    assert (await state(town, news))[0] == "failed"
    town.sim.faults.clear()
    await pass_time(town, 16)
    assert (await state(town, alarm))[0] == "sent"


async def test_30_it_loses_nothing_while_its_token_is_refused(town: Town) -> None:
    town.sim.faults.add("error", method="sendMessage", code=401, count=1)
    row_id = await say(town, 1001, Priority.BROADCAST)
    await town.settle()
    assert (await state(town, row_id))[0] == "queued"
    await pass_time(town, 11)
    assert (await state(town, row_id))[0] == "sent"


async def test_31_it_gives_the_work_of_who_blocked_the_bot_to_the_next(town: Town) -> None:
    await town.wei.blocks()
    ticket = await report(town)
    await town.advance(seconds=2)
    (wei,) = await rows(town, schema.person, schema.person.c.telegram_id == 2001)
    assert wei["unreachable_at"] is not None
    offers = await rows(town, schema.offer, schema.offer.c.ticket_id == ticket["id"])
    assert [one["state"] for one in offers if one["person_id"] == wei["id"]] != ["open"]
    assert [one for one in offers if one["person_id"] != wei["id"] and one["state"] == "open"]


async def test_31_it_reaches_again_who_comes_back(town: Town) -> None:
    await town.wei.blocks()
    await report(town)
    await town.advance(seconds=2)
    await town.wei.unblocks()
    await town.wei.says("/help")
    await town.settle()
    (wei,) = await rows(town, schema.person, schema.person.c.telegram_id == 2001)
    assert wei["unreachable_at"] is None


async def test_32_it_remembers_the_new_id_of_a_group_and_sends_again(town: Town) -> None:
    group = town.sim.group("网格群", town.wei, town.zhao)
    await town.settle()
    old, greeted = group.id, len(town.sim.record.calls("sendMessage", chat_id=group.id))
    first = await say(town, old, Priority.NEWS, message="group.private_only")
    await town.settle()
    new = group.migrates()
    row_ids = [await say(town, old, Priority.NEWS, message="group.private_only") for _ in range(3)]
    await town.settle()
    states = [await state(town, row_id) for row_id in (first, *row_ids)]
    assert states[:2] == [("sent", 0), ("sent", 1)]
    assert {one for one, _ in states} == {"sent"}
    code, *refused = [call.code for call in town.sim.record.calls("sendMessage", chat_id=old)][greeted:]
    assert (code, set(refused)) == (200, {400})  # those too that were said to the old one before the first came back
    assert [call.code for call in town.sim.record.calls("sendMessage", chat_id=new)] == [200] * 3


async def test_33_it_takes_not_modified_for_done(town: Town) -> None:
    ticket = await report(town)
    (rosa,) = await rows(town, schema.person, schema.person.c.telegram_id == 1001)
    changes = ChangeSet()
    now = town.clock.now()
    moment = {"due_at": now, "created_at": now, "state": outbox.QUEUED, "priority": 2, "params": {}}
    whom = {"chat_id": 1001, "person_id": rosa["id"], "ticket_id": ticket["id"], "method": "card"}
    changes.insert(schema.outbox, id=new_id(now), **moment, **whom)
    await town.commit(changes)
    await town.settle()
    assert town.sim.record.calls("editMessageText", chat_id=1001)[-1].code == 400
    assert not await rows(town, schema.outbox, schema.outbox.c.state != "sent")


async def test_it_sends_a_card_anew_when_its_message_was_deleted(town: Town) -> None:
    await report(town)
    card = town.wei.shows("楼道灯坏了")
    await town.app.transport.call("deleteMessage", {"chat_id": 2001, "message_id": card.id})
    await town.wei.says("/tasks")
    await town.settle()
    await town.rosa.says("补充一句", reply_to=town.rosa.shows("编号"))
    await town.settle()
    kept = await rows(town, schema.card, schema.card.c.chat_id == 2001)
    assert [one["message_id"] for one in kept] != [card.id]


async def test_it_says_at_once_what_was_said_before_the_clock_jumped_back(town: Town) -> None:
    """25 The clock jumps a day forward and back."""
    town.clock.advance(timedelta(days=1))
    town.sim.faults.add("cut", method="sendMessage", chat_id=1001)
    row_id = await say(town, 1001, Priority.ANSWER)
    await town.settle()
    town.clock.advance(timedelta(days=-1))
    await pass_time(town, 1)
    assert (await state(town, row_id))[0] == "sent"


async def test_it_gives_back_at_its_end_what_was_only_marked(town: Town) -> None:
    """7 SIGTERM: drains or leaves rows, loses none; not even what would not be repeated."""
    town.sim.faults.add("hang", method="sendMessage", seconds=0.2, count=None)
    row_ids = [await say(town, chat_id, Priority.BROADCAST) for chat_id in (1001, 1002, 1003)]
    await asyncio.sleep(0.01)
    await town.stop()
    town.sim.faults.clear()
    await town.start()
    await town.settle()
    assert {(await state(town, row_id))[0] for row_id in row_ids} <= {"sent", "unknown"}
    unknown = [row_id for row_id in row_ids if (await state(town, row_id))[0] == "unknown"]
    assert len(unknown) <= len([call for call in town.sim.record.calls("sendMessage") if call.code == 0])


async def test_it_goes_on_behind_what_was_said_of_a_long_message(paced_town: Town) -> None:
    """Seven messages at once are more than Telegram takes; none of them is said twice."""
    lines = [f"第{number}行" + "字" * 500 for number in range(50)]
    await paced_town.rosa.starts()
    await paced_town.settle()
    row_id = await say(
        paced_town,
        paced_town.rosa.id,
        Priority.ANSWER,
        message="worker.progress",
        number=10_248,
        words="\n".join(lines),
    )
    await pass_time(paced_town, 20)
    assert 429 in codes(paced_town, paced_town.rosa.id)
    assert (await state(paced_town, row_id))[0] == "sent"
    said = "\n".join(one.text for one in paced_town.rosa.received)
    assert [said.count(line) for line in lines] == [1] * len(lines)
