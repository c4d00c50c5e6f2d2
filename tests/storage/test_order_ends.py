"""The clocks of a request: waves that widen, its beginning, its end, what confirms itself, whom somebody rings."""

from datetime import timedelta

import pytest

from storage import claims, orders, schema
from storage.rules.order_clocks import is_sampled
from tests.storage.neighbours import Neighbours

HOUR = timedelta(hours=1)


@pytest.fixture
def town(neighbours: Neighbours) -> Neighbours:
    return neighbours


async def test_it_widens_its_waves_and_ends_with_an_honest_answer(town: Neighbours) -> None:
    ticket_id = await town.verified()
    assert {wave: len(ids) for wave, ids in (await town.asked(ticket_id)).items()} == {1: 3}
    await town.tick(minutes=31)
    assert {wave: len(ids) for wave, ids in (await town.asked(ticket_id)).items() if wave > 1} == {2: 3}
    await town.tick(hours=4)
    assert await town.said("claim.staff_half") == 1
    await town.tick(hours=4)
    assert await town.state(ticket_id) == "refused"
    assert (await town.ticket(ticket_id))["closed_how"] == "nobody_found"
    assert not await town.open_offers(ticket_id)
    assert await town.said("claim.nobody_found") == 1


async def test_it_presses_for_the_check_and_says_that_nobody_checked(town: Neighbours) -> None:
    await town.post(ends_in=6 * HOUR)
    await town.tick(hours=3, minutes=1)
    assert (await town.said("claim.staff_not_verified"), await town.said("claim.not_verified")) == (1, 1)
    await town.tick(hours=3)
    (told,) = await town.rows(schema.outbox, schema.outbox.c.message == "claim.nobody_found")
    assert told["params"]["reason"] == "not_verified"


async def test_it_begins_with_those_who_are_there_when_its_time_has_come(town: Neighbours) -> None:
    ticket_id = await town.verified(wanted=3, starts_at=town.now + HOUR)
    await town.take(["h1", "h2"], ticket_id)
    await town.tick(hours=1, minutes=1)
    assert await town.state(ticket_id) == "accepted"
    assert (await town.order(ticket_id))["wanted"] == 2


async def test_it_answers_at_once_when_it_is_given_back_after_its_end(town: Neighbours) -> None:
    """Nobody is asked to come yesterday; whoever asked does not wait for somebody who never comes."""
    ticket_id = await town.verified()
    await town.take(["h1"], ticket_id)
    await town.tick(days=3)
    asked = await town.asked(ticket_id)
    await town.with_claim("h1", ticket_id, claims.give_back)
    await town.tick()
    assert (await town.ticket(ticket_id))["closed_how"] == "nobody_found"
    assert await town.asked(ticket_id) == asked
    assert [await town.said(f"claim.{one}") for one in ("given_back", "staff_half", "nobody_found")] == [0, 0, 1]


async def test_it_goes_on_with_fewer_each_time_one_gives_it_back_after_its_end(town: Neighbours) -> None:
    """Its end began it once already; it ends again for whoever is left, and for nobody."""
    ticket_id = await town.verified(wanted=3)
    await town.take(["h1", "h2"], ticket_id)
    await town.tick(days=1)
    for helper, state_after in (("h1", "accepted"), ("h2", "refused")):
        await town.with_claim(helper, ticket_id, claims.give_back)
        await town.tick()
        assert await town.state(ticket_id) == state_after
    assert await town.said("claim.nobody_found") == 1


async def test_it_confirms_itself_after_three_days_and_rings_those_who_live_alone(town: Neighbours) -> None:
    usual, alone = await town.verified(), await town.verified(is_vulnerable=True)
    await town.take(["h1"], usual)
    await town.take(["h1", "h2"], alone)
    for ticket_id in (usual, alone):
        assert await town.act("h1", ticket_id, claims.done) is None
    await town.tick(days=1, minutes=1)
    assert await town.said("claim.ask_again") == 2
    await town.tick(days=2)
    assert [await town.state(one) for one in (usual, alone)] == ["closed", "done"]
    assert await town.said("claim.staff_ring") == 1
    assert await town.act("dan", alone, town.rung(is_done=True)) is None
    assert await town.state(alone) == "closed"


async def test_it_has_one_in_ten_rung_up_that_confirmed_themselves(town: Neighbours) -> None:
    posted: dict[bool, int] = {}
    while len(posted) < 2:
        ticket_id = await town.post()
        posted.setdefault(is_sampled(ticket_id), ticket_id)
    for one in posted.values():
        await town.act("dan", one, orders.verify)
        await town.take(["h1"], one)
        await town.act("h1", one, claims.done)
    await town.tick(days=3, minutes=1)
    assert {await town.state(one) for one in posted.values()} == {"closed"}
    (rung,) = await town.rows(schema.outbox, schema.outbox.c.message == "claim.staff_sample")
    assert rung["ticket_id"] == posted[True]
