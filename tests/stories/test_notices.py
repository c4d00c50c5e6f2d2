"""Notices: written for a place and a group of people, sent out at night to nobody, paused, stopped, read and told again."""

from datetime import timedelta
from typing import Any

import pytest

from simulator.phone import Phone
from storage import recipients, schema
from storage.ledger import Row
from storage.recipients import Counts
from storage.rules.press import press
from tests.stories.chat import go, person
from tests.town import Town

WORDS = "明天上午9点到11点停水，请提前接好水。"
FRAUD = "最近有人冒充社区要验证码。"


async def change(town: Town, phone: Phone, **values: Any) -> None:
    """Something about somebody is different from now on."""
    table = schema.person
    async with town.app.database.writing() as connection:
        await connection.execute(table.update().where(table.c.telegram_id == phone.id).values(**values))


async def lives(town: Town, phone: Phone, place: str) -> None:
    """Somebody greets the bot and lives somewhere from now on."""
    await go(town, phone.says("/help"))
    await change(town, phone, home_id=town.app.ledger.directory.by_code[place].id, consented_at=town.clock.now())


async def neighbours(town: Town) -> None:
    """Two residents in building 3."""
    await lives(town, town.rosa, "jx-3-2")
    await lives(town, town.chen, "jx-3-1")


async def writes(
    town: Town,
    author: Phone,
    words: str = WORDS,
    *,
    place: str = "jx-3",
    audience: str = "居民",
    kind: str = "📢 通知",
    receipt: str = "不用",
    when: str = "马上发",
) -> None:
    """Go through all the questions, up to the last button."""
    await go(town, author.says("/notice"), author.presses("写一条通知"), author.says(words), author.says(place))
    await go(town, author.presses(audience), author.presses(kind), author.presses(receipt))
    await go(town, author.presses(when) if when in author.buttons else author.says(when))


async def sends(town: Town, author: Phone, words: str = WORDS, **choices: str) -> None:
    """Write and send it, and let it go out."""
    await writes(town, author, words, **choices)
    await go(town, author.presses("✅ 发给"))
    await goes_out(town)


async def goes_out(town: Town, seconds: int = 5) -> None:
    """The clock ticks a few times."""
    for _ in range(seconds):
        await town.advance(seconds=1)
    failed = schema.outbox.select().where(schema.outbox.c.state == "failed")
    assert [row["error"] for row in await town.app.ledger.all(failed) if not row["error"].startswith("403")] == []


async def notice(town: Town) -> Row:
    """The newest notice."""
    return (await town.app.ledger.all(schema.notice.select().order_by(schema.notice.c.id.desc())))[0]


async def counts(town: Town) -> Counts:
    """How far it has come."""
    return await recipients.counts(town.app.ledger, (await notice(town))["id"])


# --- writing -------------------------------------------------------------------------------------------------


async def test_it_goes_to_those_who_live_there(any_town: Town) -> None:
    town = any_town
    await neighbours(town)
    await lives(town, town.vera, "jx-1-1")
    await sends(town, town.dan)
    assert town.rosa.shows("📢 通知")
    assert town.rosa.sees("幸福里社区")
    assert town.chen.shows("停水")
    assert not town.vera.sees("停水")
    assert (await notice(town))["state"] == "ended"
