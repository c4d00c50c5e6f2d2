"""Falling ill, on both engines: all that is booked is moved or asked anew, everybody is told, and it can be undone."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from storage import away_moves, bookings, falling_ill, schema, visit_moves
from storage.rules.errors import NotYours
from storage.rules.slots import Slot
from storage.work import Work

from .counter import AGENTS, CHEN, COUNTER, ROSA, TUESDAY, WEI, Act, Counter

FIRST, SECOND = AGENTS


@pytest.fixture
async def counter(database_url: str) -> AsyncIterator[Counter]:
    """Two agents, who have two times on Tuesday each; Tuesday, 08:00."""
    made = await Counter.open(database_url, with_agents=True)
    await made.tick(hours=22, minutes=30)
    yield made
    await made.close()


def books(counter: Counter, code: str, clock: str, agent: int = 0) -> Act:
    begins = counter.at(clock)
    slot = Slot(COUNTER + agent, 1, begins, begins + timedelta(minutes=30))
    return lambda work: bookings.book(work, counter.wanted(code), slot)


def falls_ill(counter: Counter, code: str = FIRST) -> Act:
    async def act(work: Work) -> int:
        person = await work.ledger.get(schema.person, counter.ids[code])
        assert person is not None
        return await falling_ill.fall_ill(work, person, *falling_ill.span(work, TUESDAY, TUESDAY), "ill")

    return act


async def booked(counter: Counter) -> list[tuple[int, str | None, str]]:
    """Of every booking the provider, who comes, and how it stands."""
    codes = {number: code for code, number in counter.ids.items()}
    rows = {row["id"]: row for row in await counter.rows(schema.booking)}
    return [
        (rows[one["id"]]["provider_id"], codes.get(one["assignee_id"]), one["state"])
        for one in await counter.rows(schema.ticket)
    ]


async def undo(counter: Counter, code: str) -> object:
    (row,) = await counter.rows(schema.reminder, schema.reminder.c.kind == away_moves.MOVE_AWAY)
    return await counter.do(code, lambda work: falling_ill.undo(work, row["id"]))


async def test_it_sends_a_colleague_at_the_same_time_or_offers_the_nearest_other(counter: Counter) -> None:
    await counter.do(ROSA, books(counter, ROSA, "09:00"))
    await counter.do(CHEN, books(counter, CHEN, "09:30"))
    await counter.do(WEI, books(counter, WEI, "09:30", agent=1))
    await counter.do(FIRST, falls_ill(counter))
    await counter.tick()
    assert await booked(counter) == [
        (COUNTER + 1, SECOND, "accepted"),
        (COUNTER, None, "waiting"),
        (COUNTER + 1, SECOND, "accepted"),
    ]
    assert "visit.somebody_else" in await counter.told(ROSA)
    assert "visit.somebody_else" in await counter.told("kin")
    offer = await counter.said(CHEN, "visit.nobody_comes")
    assert offer["params"]["buttons"][0][0][0] == "visit_take"
    for code in (FIRST, "dan"):
        assert (await counter.said(code, "away.arranged"))["params"]["moved"] == 1
    await counter.tick(minutes=5)
    assert (await counter.told(FIRST)).count("away.arranged") == 1
    (hold,) = await counter.rows(schema.hold)
    ticket: Any = (await counter.rows(schema.ticket))[1]
    await counter.do(CHEN, lambda work: visit_moves.take(work, dict(ticket), hold["id"]))
    assert (await booked(counter))[1][2] == "accepted"


async def test_it_puts_everything_back(counter: Counter) -> None:
    await counter.do(ROSA, books(counter, ROSA, "09:00"))
    await counter.do(CHEN, books(counter, CHEN, "09:30"))
    await counter.do(WEI, books(counter, WEI, "09:30", agent=1))
    before = await booked(counter)
    await counter.do("dan", falls_ill(counter))
    await counter.tick()
    assert await booked(counter) != before
    assert await undo(counter, FIRST) is None
    await counter.tick()
    assert await booked(counter) == before
    assert "away.back" in await counter.told(CHEN)
    assert (await counter.rows(schema.absence))[0]["ended_at"] is not None


async def test_it_puts_nothing_back_when_somebody_has_arrived(counter: Counter) -> None:
    await counter.do(ROSA, books(counter, ROSA, "09:00"))
    await counter.do(FIRST, falls_ill(counter))
    await counter.tick()
    async with counter.database.writing() as connection:
        await connection.execute(schema.ticket.update().values(arrived_at=counter.now))
    assert isinstance(await undo(counter, FIRST), away_moves.HasArrived)
    assert (await booked(counter))[0][1] == SECOND


async def test_it_lets_only_themselves_and_their_secretary_say_so(counter: Counter) -> None:
    assert isinstance(await counter.do(SECOND, falls_ill(counter)), NotYours)
    assert isinstance(await counter.do(ROSA, falls_ill(counter)), NotYours)
    await counter.do(FIRST, falls_ill(counter))
    assert isinstance(await counter.do("dan", falls_ill(counter)), falling_ill.AlreadyAway)
    assert isinstance(await undo(counter, SECOND), NotYours)


async def test_it_books_nobody_with_who_is_ill_whatever_comes_at_once(counter: Counter) -> None:
    await counter.race([(FIRST, falls_ill(counter)), (ROSA, books(counter, ROSA, "09:00"))])
    await counter.tick()
    await counter.do(CHEN, books(counter, CHEN, "09:30"))
    await counter.tick(minutes=1)
    assert {provider for provider, _, _ in await booked(counter)} == {COUNTER + 1}


async def test_it_moves_what_is_booked_where_it_is_shut(database_url: str) -> None:
    counter = await Counter.open(database_url)
    begins = counter.at("09:00")
    slot = Slot(COUNTER, 1, begins, begins + timedelta(minutes=30))
    await counter.do(ROSA, lambda work: bookings.book(work, counter.wanted(ROSA), slot))

    async def shut(work: Work) -> int:
        return falling_ill.shut(work, COUNTER, TUESDAY, TUESDAY)

    assert isinstance(await counter.do(ROSA, shut), NotYours)
    await counter.do("dan", shut)
    await counter.ledger.refresh()
    await counter.tick()
    assert (await booked(counter))[0][2] == "waiting"
    (hold,) = await counter.rows(schema.hold)
    assert hold["starts_at"] == counter.at("09:00", TUESDAY + timedelta(days=1))
    await undo(counter, "dan")
    await counter.tick()
    assert (await booked(counter))[0] == (COUNTER, None, "accepted")
    await counter.close()


async def test_it_asks_again_for_approval_of_what_was_not_approved(database_url: str) -> None:
    counter = await Counter.open(database_url)
    async with counter.database.writing() as connection:
        await connection.execute(schema.service.update().values(needs_approval=True))
    await counter.reload()
    begins = counter.at("09:00")
    slot = Slot(COUNTER, 1, begins, begins + timedelta(minutes=30))
    await counter.do(ROSA, lambda work: bookings.book(work, counter.wanted(ROSA), slot))

    async def shut(work: Work) -> int:
        return falling_ill.shut(work, COUNTER, TUESDAY, TUESDAY)

    await counter.do("dan", shut)
    await counter.tick()
    assert not await counter.rows(schema.offer, schema.offer.c.state == "open")
    (hold,), (ticket,) = await counter.rows(schema.hold), await counter.rows(schema.ticket)
    await counter.do(ROSA, lambda work: visit_moves.take(work, ticket, hold["id"]))
    assert (await booked(counter))[0][2] == "offered"
    await counter.close()


async def test_it_goes_on_where_it_was_after_a_crash(counter: Counter) -> None:
    for code, clock in ((ROSA, "09:00"), (CHEN, "09:30")):
        await counter.do(code, books(counter, code, clock))
    await counter.do(FIRST, falls_ill(counter))
    (row,) = await counter.rows(schema.reminder, schema.reminder.c.kind == away_moves.MOVE_AWAY)
    await counter.do(None, lambda work: away_moves.move_one(work, row))  # and then the process ends
    assert {provider for provider, _, _ in await booked(counter)} == {COUNTER, COUNTER + 1}
    await counter.tick()
    assert {provider for provider, _, _ in await booked(counter)} == {COUNTER + 1}
    assert (await counter.told(ROSA)).count("visit.somebody_else") == 1
