"""Points, when somebody wants their data, wants to leave, or when a matter of theirs is over for good."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage import schema
from storage.engine import Database
from storage.keeping import clearing, erasing
from storage.keeping.belongings import Gathering
from tests.storage.purse import Purse
from tests.town import MONDAY, copy_of_sample


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Purse]:
    await copy_of_sample(tmp_path / "linli.sqlite3", MONDAY)
    database = await Database.open(f"sqlite:///{tmp_path}/linli.sqlite3")
    made = await Purse.filled(tmp_path, database)
    yield made
    await made.check()
    await database.close()


async def test_it_hands_out_what_somebody_earned_and_has_to_fetch(town: Purse) -> None:
    await town.helped()
    await town.exchange("h1", "eggs")
    data = (await Gathering(town.ledger, await town.person("h1"), town.now).all()).data["points"]
    assert (data["balance"], [one["amount"] for one in data["history"]]) == (5, [-10, 5, 10])
    assert [one["code"][0] for one in data["to_fetch"]] == ["Q"]


async def test_it_puts_back_on_the_shelf_what_somebody_who_leaves_has_not_fetched(town: Purse) -> None:
    await town.helped()
    await town.exchange("h1", "eggs")
    me = (await town.person("h1"))["id"]
    await town.do("h1", erasing.begin)
    assert (await town.reward("eggs"))["stock"] == 3
    (exchange,) = await town.rows(schema.redemption)
    assert (exchange["state"], exchange["code"]) == ("cancelled", None)
    assert [row["balance"] for row in await town.rows(schema.account, schema.account.c.person_id == me)] == [15]


async def test_it_forgets_whose_matter_it_was_that_earned_points(town: Purse) -> None:
    await town.night()
    ticket_id = await town.helped()
    await town.rate(ticket_id, 5)
    await town.night()
    before = await town.rows(schema.transfer, schema.transfer.c.ticket_id == ticket_id)
    assert len(before) == 4
    await town.act(None, ticket_id, clearing.anonymise)
    for row in await town.rows(schema.transfer):
        assert row["ticket_id"] is None
        assert str(ticket_id) not in row["unique_key"]
