"""What is read together is read once; what comes later is read anew."""

import asyncio
from typing import Any

import pytest
import sqlalchemy as sa

from storage import people, schema
from storage.engine import Database
from storage.passing import DatabaseAway
from storage.work import Work
from tests.stories.telling import GAS, says
from tests.town import Town

from .desks import Counter


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every question that a database is asked from now on."""
    found: list[str] = []
    rows = Database.rows

    async def heard(self: Database, query: sa.Select[Any], params: Any = None) -> Any:
        found.append(str(query))
        return await rows(self, query, params)

    monkeypatch.setattr(Database, "rows", heard)
    return found


async def test_it_asks_once_for_all_who_read_together(any_counter: Counter, asked: list[str]) -> None:
    shared, ids = any_counter.ledger.shared(), [row["id"] for row in await any_counter.rows(schema.person)][:2]
    asked.clear()
    found = await asyncio.gather(*(people.by_ids(shared, ids) for _ in range(20)))
    assert all(one == found[0] and len(one) == 2 for one in found)
    assert len(asked) == 1
    await people.by_ids(shared, ids[:1])
    assert len(asked) == 2


async def test_it_knows_what_is_committed_before_the_next_turn(any_counter: Counter) -> None:
    ledger, person_id = any_counter.ledger, (await any_counter.rows(schema.person))[0]["id"]
    before = (await people.by_ids(ledger.shared(), [person_id]))[person_id]

    async def rename(work: Work) -> None:
        work.changes.update(schema.person, before, name="新名字")

    await any_counter.decide([(None, rename)])
    assert (await people.by_ids(ledger.shared(), [person_id]))[person_id]["name"] == "新名字"


async def test_it_lets_everybody_know_that_the_database_is_away(
    any_counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: Any) -> Any:
        raise DatabaseAway("gone")

    shared = any_counter.ledger.shared()
    with monkeypatch.context() as patch:
        patch.setattr(Database, "rows", away)
        found = await asyncio.gather(*(people.by_ids(shared, [1]) for _ in range(3)), return_exceptions=True)
    assert [type(one) for one in found] == [DatabaseAway] * 3
    assert await people.by_ids(any_counter.ledger.shared(), [1]) == {}


async def test_it_reads_a_danger_once_for_the_cards_of_a_tier(town: Town, asked: list[str]) -> None:
    await says(town, town.rosa, GAS)
    called = (town.zhao, town.zhou, town.fang)
    asked.clear()
    await town.advance(minutes=3)
    assert all(one.shows("煤气味") for one in called)
    cards = sum(bool(one.received) for one in (town.wei, town.li, town.dan, *called))
    of_tickets = [one for one in asked if "FROM ticket \nWHERE ticket.id = :id" in one]
    assert cards == 6
    assert 0 < len(of_tickets) < cards
