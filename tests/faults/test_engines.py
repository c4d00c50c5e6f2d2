"""The key stories on PostgreSQL too: the engines differ, the behaviour must not; and a server that goes away."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from bot.app import App
from storage import schema
from storage.passing import is_passing
from tests import postgres
from tests.postgres import Server
from tests.town import Town, a_town

from .conftest import rows
from .test_coming_in import report
from .test_webhook import tell_the_story

pytestmark = pytest.mark.slow


async def test_it_goes_from_a_sentence_to_a_rating_on_postgresql(town_pg: Town) -> None:
    await tell_the_story(town_pg)
    (ticket,) = await rows(town_pg, schema.ticket)
    assert (ticket["state"], ticket["stars"]) == ("closed", 5)
    assert not await rows(town_pg, schema.outbox, schema.outbox.c.state.not_in(["sent", "suppressed"]))


async def test_it_goes_on_after_a_restart_on_postgresql(town_pg: Town) -> None:
    await report(town_pg)
    await town_pg.restart()
    await town_pg.wei.presses("接单")
    await town_pg.settle()
    assert town_pg.rosa.sees("小魏 已接单")


async def test_it_fires_reminders_and_holds_the_night_on_postgresql(town_pg: Town) -> None:
    await report(town_pg)
    await town_pg.advance(hours=5)  # past the noon break of the duty secretary
    assert town_pg.dan.received
    await town_pg.advance(days=2)
    fired = await rows(town_pg, schema.reminder, schema.reminder.c.state == "fired")
    assert len(fired) == len({(row["subject"], row["kind"], row["occurrence"]) for row in fired})


async def test_it_lets_two_of_a_press_win_once_on_postgresql(town_pg: Town) -> None:
    await report(town_pg)
    town_pg.sim.hold_updates()
    await town_pg.wei.presses("接单")
    await town_pg.wei.presses("接单")
    town_pg.sim.release()
    await town_pg.settle()
    accepted = await rows(town_pg, schema.history, schema.history.c.event == "accepted")
    assert len(accepted) == 1


@pytest.mark.parametrize("code", ["40001", "40P01"])
async def test_23_it_runs_the_whole_transaction_again_when_the_engine_asks_for_it(town_pg: Town, code: str) -> None:
    """Serialization failures and deadlocks, raised by the server itself; a sequence does not roll back."""
    for statement in (
        "CREATE SEQUENCE tries",
        "CREATE FUNCTION unlucky() RETURNS trigger AS $$ BEGIN IF nextval('tries') < 4 THEN "
        f"RAISE EXCEPTION 'again' USING ERRCODE = '{code}'; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER unlucky BEFORE INSERT ON history FOR EACH ROW EXECUTE FUNCTION unlucky()",
    ):
        await postgres.execute(town_pg.settings.database_url, statement)
    ticket = await report(town_pg)
    created = await rows(town_pg, schema.history, schema.history.c.event == "created")
    assert [row["ticket_id"] for row in created] == [ticket["id"]]
    assert {row["attempts"] for row in await rows(town_pg, schema.inbox)} == {0}


async def test_22_it_goes_on_when_the_database_server_restarts(tmp_path: Path) -> None:
    """A server of its own is stopped as if the power went, in the middle of everything, and comes back."""
    if postgres.programs() is None:
        postgres.absent("install postgresql")
    with postgres.folder() as folder:
        server = Server(folder)
        server.create()
        server.start(is_killed=True)
        try:
            await postgres.prepare(server)
            url = await postgres.copy(server, postgres.FILLED)
            async with a_town(tmp_path, url, is_filled=True) as town:
                await _talk_through_restarts(town, server)
        finally:
            server.stop()


async def _talk_through_restarts(town: Town, server: Server) -> None:
    for number in range(3):
        for phone in (town.rosa, town.chen, town.wei):
            await phone.says(f"/help {number}")
        await asyncio.sleep(0.02 * number)
        await asyncio.to_thread(server.kill)
        await asyncio.sleep(0.1)
        await asyncio.to_thread(server.start, is_killed=True)
    async with asyncio.timeout(30):
        while not await _all_said(town):
            await asyncio.sleep(0.1)
    assert {row["state"] for row in await rows(town, schema.inbox)} == {"done"}
    assert len(await rows(town, schema.inbox)) == 9


async def _all_said(town: Town) -> bool:
    """Asked over connections of the server that died, too: the look itself may have to be taken again."""
    is_sent = schema.outbox.c.state == "sent"
    try:
        return len(await rows(town, schema.outbox, schema.outbox.c.message == "welcome.help", is_sent)) == 9
    except DBAPIError as error:
        if not is_passing(error):
            raise
        return False


async def test_it_opens_nothing_that_is_not_there(tmp_path: Path) -> None:
    async with a_town(tmp_path, f"sqlite:///{tmp_path}/linli.sqlite3") as town:
        with pytest.raises(Exception, match=r"linli\.sqlite3"):
            await App.open(town.settings, clock=town.clock)
