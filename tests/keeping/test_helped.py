"""What neighbours were asked for, when somebody wants their data or wants to leave."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage import claims, helped
from storage.engine import Database
from storage.keeping import clearing, erasing
from storage.keeping.belongings import Gathering
from tests.storage.neighbours import Neighbours
from tests.town import MONDAY, copy_of_sample


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Neighbours]:
    await copy_of_sample(tmp_path / "linli.sqlite3", MONDAY)
    database = await Database.open(f"sqlite:///{tmp_path}/linli.sqlite3")
    yield await Neighbours.among(tmp_path, database)
    await database.close()


async def _done(town: Neighbours) -> int:
    ticket_id = await town.verified()
    await town.take(["h1"], ticket_id)
    await town.act("h1", ticket_id, claims.done)
    await town.act("asker", ticket_id, claims.confirm)
    return ticket_id


async def test_it_keeps_no_word_of_a_request_whose_owner_has_left(town: Neighbours) -> None:
    ticket_id = await _done(town)
    assert (await town.order(ticket_id))["code_word"]
    assert await town.act("dan", ticket_id, clearing.clear) is None
    assert (await town.order(ticket_id))["code_word"] is None
    assert list((await town.places(ticket_id)).values()) == [helped.DONE]


async def test_it_hands_out_what_somebody_asked_for_and_where_they_helped(town: Neighbours) -> None:
    await _done(town)
    for code, matters, helped_in in (("asker", 1, 0), ("h1", 0, 1)):
        data = (await Gathering(town.ledger, await town.person(code), town.now).all()).data
        assert [len(data[name]) for name in ("matters", "helped")] == [matters, helped_in]
    assert data["helped"][0]["minutes"] == 30


async def test_it_offers_the_places_of_a_helper_who_leaves(town: Neighbours) -> None:
    ticket_id = await town.verified()
    await town.take(["h1"], ticket_id)
    await town.do("h1", erasing.begin)
    assert (await town.ticket(ticket_id))["state"] == "offered"
