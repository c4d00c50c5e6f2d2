"""Places of a request: one winner each, on both engines; what is given back is offered again; what is done counts."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from storage import claims, helped, orders
from storage.engine import Database
from storage.rules.errors import AlreadyTaken
from tests import postgres
from tests.conftest import ENGINES
from tests.postgres import Server
from tests.storage.neighbours import Neighbours
from tests.town import MONDAY, copy_of_sample


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Neighbours]:
    await copy_of_sample(tmp_path / "linli.sqlite3", MONDAY)
    database = await Database.open(f"sqlite:///{tmp_path}/linli.sqlite3")
    yield await Neighbours.among(tmp_path, database)
    await database.close()


async def test_it_goes_the_small_way_with_two_taps_and_one(town: Neighbours) -> None:
    ticket_id = await town.verified()
    assert (await town.ticket(ticket_id))["state"] == "offered"
    assert await town.take(["h1"], ticket_id) == [None]
    assert (await town.ticket(ticket_id))["state"] == "accepted"
    assert await town.act("h1", ticket_id, claims.done) is None
    assert await town.act("asker", ticket_id, claims.confirm) is None
    assert (await town.ticket(ticket_id))["state"] == "closed"
    assert set((await town.places(ticket_id)).values()) == {helped.DONE}
