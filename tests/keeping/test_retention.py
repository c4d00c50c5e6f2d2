"""Retention: what is over goes by its rule at night, in slices, once, whatever crashes; what is open stays."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from scheduler.ticking import Ticking
from storage import schema
from storage.changes import ChangeSet
from storage.keeping import clearing, nightly, sweeping
from storage.ledger import Ledger
from storage.rules.retention import RULES
from tests.stories.chat import finish as finished
from tests.stories.chat import go, person, reports, ticket, tickets
from tests.town import Town

from .life import MARKS, VOICE, lived
from .marks import a_night, age, files_with, finish, places_of, sweep

LAMP = "3栋2单元楼道灯坏了"


async def settled(town: Town) -> None:
    """A matter from a sentence to the stars, its picture copied."""
    await go(town, town.rosa.says(LAMP), town.rosa.presses("同意，继续"), town.rosa.sends_voice(data=VOICE))
    await go(town, town.rosa.presses("报上去"), town.wei.presses("接单"))
    await finished(town, town.wei)
    await go(town, town.rosa.presses("是的，办好了"), town.rosa.presses("非常满意"))
    while await town.app.media.turn():
        pass


async def rows(town: Town, table: sa.Table) -> list[Any]:
    return list(await town.app.ledger.all(sa.select(table).order_by(table.c[next(iter(table.primary_key)).name])))


async def test_it_empties_updates_after_a_week_and_deletes_them_after_a_month(any_town: Town) -> None:
    town = any_town
    await settled(town)
    await town.advance(days=6)
    await a_night(town)
    assert all(row["payload"] for row in await rows(town, schema.inbox))
    await a_night(town)
    await a_night(town)
    assert not any(row["payload"] for row in await rows(town, schema.inbox))
    assert await rows(town, schema.inbox)
    await town.advance(days=30)
    await a_night(town)
    assert not await rows(town, schema.inbox)
    assert not [row for row in await rows(town, schema.outbox) if row["state"] == "sent"]


@pytest.mark.slow
async def test_it_leaves_nothing_of_anybody_a_year_later(town: Town) -> None:
    """Without any wish: words, rooms, pictures and whose it was go; what is known of a person who stays is theirs."""
    life = await lived(town)
    await go(town, life.rosa.presses("不用办了"), life.rosa.presses("已经解决了"))
    for phone in (town.wei, town.zhao, town.li, town.dan):
        await phone.blocks()
    for row in await tickets(town):
        await close(town, row)
    for _ in range(3):
        await town.advance(days=130)
        await a_night(town)
    assert all(row["anonymised_at"] for row in await tickets(town))
    found = {one.partition(":")[0] for one in await places_of(town.app.database, list(MARKS))}
    assert found <= {"person.name", "person.telegram_id", "person.phone", "person.room"}
    await sweep(town)
    assert files_with(town.settings.media_path, [VOICE]) == []
    assert {row["owner_id"] for row in await tickets(town)} == {clearing.NOBODY}


async def close(town: Town, row: Any) -> None:
    """Let a matter be over, as days of work would."""
    table = schema.ticket
    if row["closed_at"] is None:
        async with town.app.database.writing() as connection:
            over = {"state": "closed", "closed_at": town.clock.now(), "closed_how": "confirmed"}
            await connection.execute(table.update().where(table.c.id == row["id"]).values(**over))


async def test_it_takes_the_cards_of_staff_back_and_leaves_residents_theirs(any_town: Town) -> None:
    town = any_town
    await settled(town)
    await town.advance(days=366)
    await a_night(town)
    assert town.rosa.sees("楼道灯坏了")
    assert not any("楼道灯坏了" in one.text for one in town.wei.received)
    (row,) = await tickets(town)
    lines = await rows(town, schema.history)
    rosa = await person(town, town.rosa)
    assert (row["words"], row["stars"], row["assignee_id"] is None) == ("", 5, False)
    assert rosa["id"] not in {line["actor_id"] for line in lines}
    assert [line["event"] for line in lines][:1] == ["created"]
    await go(town, town.rosa.says("/my"), town.rosa.presses("看办完的"))
    assert town.rosa.shows("还没有办完的事")


@pytest.mark.slow
async def test_it_keeps_what_is_open_however_old(town: Town) -> None:
    await reports(town, town.rosa, LAMP)
    for phone in (town.wei, town.li, town.dan, town.zhao, town.zhou):
        await phone.blocks()
    await town.advance(days=400)
    await a_night(town)
    row = await ticket(town)
    assert (row["words"], row["anonymised_at"]) == (LAMP, None)
    assert [one for one in await rows(town, schema.reminder) if one["subject"] == f"ticket:{row['id']}"]


async def test_it_forgets_who_was_written_down_or_cannot_be_reached_for_a_year(town: Town) -> None:
    await reports(town, town.rosa, LAMP)
    await go(town, town.rosa.presses("不用办了"), town.rosa.presses("已经解决了"))
    await town.rosa.blocks()
    async with town.app.database.writing() as connection:
        table = schema.person
        rosa = {"unreachable_at": town.clock.now()}
        await connection.execute(table.update().where(table.c.telegram_id == town.rosa.id).values(**rosa))
    known = await person(town, town.rosa)
    for _ in range(2):
        await town.advance(days=366)
        await a_night(town)
        await finish(town)
    row = await town.app.ledger.get(schema.person, known["id"])
    assert row is not None
    assert (row["name"], row["telegram_id"], row["erased_at"] is None) == ("", None, False)
    wei = await person(town, town.wei)
    assert wei["name"] == "小魏"


async def test_it_looks_at_a_page_once_with_two_schedulers(any_town: Town) -> None:
    """Both decide the same slice; the reminder's version lets one of them win, and nothing is done twice."""
    town = any_town
    await settled(town)
    await town.advance(days=7)
    await finish(town, nightly.KIND)
    town.clock.advance(timedelta(days=1))
    other = Ticking(town.app.ledger, town.app.ticking._numbers, town.clock.now, on_commit=lambda: None)
    await asyncio.gather(town.app.ticking.tick(), other.tick())
    versions = {row["version"] for row in await rows(town, schema.inbox)}
    assert not any(row["payload"] for row in await rows(town, schema.inbox))
    assert versions == {3}  # stored, worked on, emptied
    (kept,) = [row for row in await rows(town, schema.reminder) if row["kind"] == nightly.KIND]
    assert kept["state"] == "scheduled"


async def test_it_goes_on_after_a_slice_that_stumbled(town: Town) -> None:
    await settled(town)
    await town.commit(_broken_draft(town))
    await town.advance(days=8)
    await a_night(town)
    (kept,) = [row for row in await rows(town, schema.reminder) if row["kind"] == nightly.KIND]
    assert kept["state"] == "scheduled"
    assert kept["due_at"] > town.clock.now()


def _broken_draft(town: Town) -> ChangeSet:
    """A draft of a flow that no version knows, which retention does not need to understand."""
    changes = ChangeSet()
    values = {"id": 5, "flow": "?", "step": None, "draft": {"a": [1, None]}, "updated_at": town.clock.now()}
    changes.insert(schema.conversation, **values)
    return changes


async def test_it_sweeps_what_no_row_names(town: Town) -> None:
    name = await town.app.store.put(b"nobody's")
    kept = await town.app.store.put(VOICE)
    await settled(town)
    aside = town.settings.media_path / "aside"
    aside.mkdir(exist_ok=True)
    (aside / "half").write_bytes(b"half")
    await age(town)
    for part in range(256):
        await sweeping.orphans(town.app.ledger, town.app.store, part)
    assert await town.app.store.get(name) is None
    assert await town.app.store.get(kept) == VOICE
    assert not list(aside.iterdir())


async def test_it_keeps_a_file_that_another_matter_still_shows(town: Town) -> None:
    await settled(town)
    await reports(town, town.chen, "3栋1单元门禁坏了")
    first, second = await tickets(town)
    async with town.app.database.writing() as connection:
        table = schema.attachment
        voice = (await connection.execute(sa.select(table).where(table.c.media == "voice"))).mappings().one()
        await connection.execute(table.insert().values(**{**voice, "id": 7, "ticket_id": second["id"]}))
    work = town.app.ticking._work()
    await clearing.clear(work, first)
    await town.commit(work.finish())
    await sweep(town)
    assert await town.app.store.get(voice["stored_as"]) == VOICE
    assert [row["id"] for row in await rows(town, schema.attachment) if row["media"] == "voice"] == [7]


def test_it_has_room_for_repetitions() -> None:
    assert RULES["update"].after > timedelta(days=1)


async def test_it_begins_once(town: Town) -> None:
    ledger: Ledger = town.app.ledger
    await town.advance(seconds=1)
    await nightly.seed(ledger, town.clock.now())
    kept = [row for row in await rows(town, schema.reminder) if row["kind"] == nightly.KIND]
    assert len(kept) == 1
