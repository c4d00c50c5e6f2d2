"""The outbox on both engines: order, holding back, a group that moved."""

from datetime import timedelta
from typing import Any

import pytest

from storage import outbox, schema
from storage.changes import ChangeSet, Outcome
from storage.engine import Database
from storage.ids import new_id
from storage.ledger import Ledger
from storage.work import outbox_state
from tests.town import MONDAY


@pytest.fixture
async def ledger(database: Database) -> Ledger:
    return await Ledger.open(database)


async def say(ledger: Ledger, words: str, *, chat_id: int = 1, priority: int = 2, hours: float = 0) -> None:
    changes = ChangeSet()
    due_at = MONDAY + timedelta(hours=hours)
    values: dict[str, Any] = {"chat_id": chat_id, "priority": priority, "due_at": due_at, "params": {}}
    state = outbox_state(due_at, MONDAY)
    row = {"id": new_id(MONDAY), "created_at": MONDAY, "method": "message", "message": words, "state": state}
    changes.insert(schema.outbox, **row, **values)
    assert await ledger.commit([changes]) == [Outcome.APPLIED]


async def ready(ledger: Ledger, *passing: int) -> list[str]:
    return [row["message"] for row in await outbox.ready(ledger, limit=10, passing=passing)]


async def test_it_gives_the_urgent_first_then_by_age(ledger: Ledger) -> None:
    await say(ledger, "news 1")
    await say(ledger, "broadcast", priority=4)
    await say(ledger, "news 2")
    await say(ledger, "alarm", priority=0)
    assert await ready(ledger) == ["alarm", "news 1", "news 2", "broadcast"]


async def test_it_leaves_out_chats_that_wait(ledger: Ledger) -> None:
    await say(ledger, "a", chat_id=1)
    await say(ledger, "b", chat_id=2)
    assert await ready(ledger, 1) == ["b"]


async def test_it_holds_back_until_the_time_has_come(ledger: Ledger) -> None:
    await say(ledger, "morning", hours=10)
    await outbox.release(ledger, MONDAY + timedelta(hours=9))
    assert (await ready(ledger), await outbox.next_due_at(ledger)) == ([], MONDAY + timedelta(hours=10))
    await outbox.release(ledger, MONDAY + timedelta(hours=10))
    assert (await ready(ledger), await outbox.next_due_at(ledger)) == (["morning"], None)


async def test_it_moves_a_group_and_its_cards(ledger: Ledger) -> None:
    await say(ledger, "for the group", chat_id=-5)
    await say(ledger, "for the group, later", chat_id=-5, hours=2)
    await say(ledger, "for another", chat_id=-6)
    await outbox.move_chat(ledger, -5, -1005)
    rows = await ledger.all(schema.outbox.select().order_by(schema.outbox.c.id))
    assert [row["chat_id"] for row in rows] == [-1005, -1005, -6]


async def test_it_remembers_what_was_under_way(ledger: Ledger) -> None:
    await say(ledger, "half said")
    (row,) = await outbox.ready(ledger, limit=1)
    changes = ChangeSet()
    outbox.mark(changes, row, outbox.SENDING)
    await ledger.commit([changes])
    assert [row["message"] for row in await outbox.interrupted(ledger)] == ["half said"]
    assert await ready(ledger) == []
