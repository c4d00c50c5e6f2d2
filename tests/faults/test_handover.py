"""What a decision says goes out with the decision's own commit, in order, once, and not without it."""

from collections.abc import Mapping
from typing import Any

import pytest

from bot.handover import Behind
from storage import schema
from storage.changes import ChangeSet
from storage.work import Priority, Work
from tests.town import Town

from .conftest import rows


def saying(town: Town, *priorities: Priority) -> ChangeSet:
    """A decision that says a number of things to 王阿姨."""
    work = Work.for_clock(town.app.ledger, town.clock.now())
    work.chat_id = town.rosa.id
    for priority in priorities:
        work.reply("flow.cancelled", priority=priority)
    return work.changes


@pytest.fixture
async def quiet_town(any_town: Town) -> Town:
    """A town whose sender has looked and found nothing that waits."""
    await any_town.chen.says("/help")
    await any_town.settle()
    return any_town


async def told(town: Town) -> list[Mapping[str, Any]]:
    """What was said to her, in the order it was decided."""
    return await rows(town, schema.outbox, schema.outbox.c.chat_id == town.rosa.id)


async def test_it_spares_the_look_into_the_outbox(quiet_town: Town) -> None:
    await quiet_town.rosa.says("/help")
    await quiet_town.settle()
    (answer,) = await told(quiet_town)
    assert (answer["state"], answer["version"]) == ("sent", 2)  # written as being sent, then as sent


async def test_it_says_two_things_of_one_decision_in_their_order(quiet_town: Town) -> None:
    changes = saying(quiet_town, Priority.ANSWER, Priority.NEWS)
    handed = quiet_town.app.delivery.take(changes)
    (both,) = handed.by_chat.values()
    assert [row["priority"] for row in both] == [Priority.ANSWER, Priority.NEWS]
    await quiet_town.app.ledger.commit([changes])
    quiet_town.app.delivery.settle(handed, is_applied=True)
    await quiet_town.settle()
    first, second = await told(quiet_town)
    assert first["telegram_message_id"] < second["telegram_message_id"]


async def test_it_keeps_what_comes_after_something_that_has_to_wait(town: Town) -> None:
    """A reminder is not repeated when a process dies, so it is marked by itself; what follows it waits for it."""
    changes = saying(town, Priority.REMINDER, Priority.ANSWER)
    handed = town.app.delivery.take(changes)
    assert not handed.by_chat
    assert handed.waiting == {town.rosa.id}


async def test_it_says_once_what_a_commit_without_an_answer_has_written(quiet_town: Town) -> None:
    changes = saying(quiet_town, Priority.ANSWER)
    handed = quiet_town.app.delivery.take(changes)
    await quiet_town.app.ledger.commit([changes])
    quiet_town.app.delivery.settle(handed, is_applied=None)
    await quiet_town.settle()
    assert [row["state"] for row in await told(quiet_town)] == ["sent"]
    assert len(quiet_town.rosa.received) == 1


async def test_it_says_nothing_that_was_not_committed(quiet_town: Town) -> None:
    for is_applied in (False, None):
        handed = quiet_town.app.delivery.take(saying(quiet_town, Priority.ANSWER))
        assert handed.by_chat
        quiet_town.app.delivery.settle(handed, is_applied=is_applied)
        await quiet_town.settle()
    assert not quiet_town.rosa.received


def test_it_does_not_trust_a_look_that_news_came_into() -> None:
    behind = Behind()
    looked = behind.look()
    behind.unknown()
    behind.learn([], looked)
    assert not behind.is_nobody
    behind.learn([7], behind.look())
    assert behind.has_nothing_for(8)
    behind.add(8)
    assert not behind.has_nothing_for(8)
