"""What recurs, on both engines: all or told, each a booking of its own, and the rest given back at once."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import pytest

from storage import bookings, rebooking, schema, series, tickets
from storage.rules.errors import SlotTaken, Stale
from storage.series import Why
from storage.slots import Slot
from storage.work import Work

from .counter import CHEN, COUNTER, ROSA, TUESDAY, WEI, Act, Counter

HOLIDAY = date(2026, 12, 8)


@pytest.fixture
async def counter(database_url: str) -> AsyncIterator[Counter]:
    """The counter on each engine in turn, shut on Tuesday, 8 December."""
    made = await Counter.open(database_url)
    async with made.database.writing() as connection:
        shut = {"code": "shut", "provider_id": COUNTER, "days": str(HOLIDAY), "is_shut": True}
        await connection.execute(schema.opening.insert().values(id=99, **shut))
    await made.reload()
    yield made
    await made.close()


def slot(counter: Counter, clock: str, day: date = TUESDAY) -> Slot:
    begins = counter.at(clock, day)
    return Slot(COUNTER, 1, begins, begins + timedelta(minutes=30))


def books(counter: Counter, code: str, times: int = 8) -> Act:
    """Every Tuesday at nine."""
    return lambda work: series.book(work, counter.wanted(code), slot(counter, "09:00"), times)


def takes(counter: Counter, code: str, day: date, clock: str = "09:00") -> Act:
    return lambda work: bookings.book(work, counter.wanted(code), slot(counter, clock, day))


async def test_it_books_every_week_that_is_free_and_tells_of_the_others(counter: Counter) -> None:
    await counter.do(WEI, takes(counter, WEI, TUESDAY + timedelta(weeks=1)))
    booked: Any = await counter.do(ROSA, books(counter, ROSA))
    assert len(booked.tickets) == 6
    assert [(one.nth, one.why) for one in booked.missing] == [(2, Why.FULL), (3, Why.SHUT)]
    assert [len(one.others) for one in booked.missing] == [1, 0]
    rows = await series.of(counter.ledger, booked.series_id)
    assert [row["nth"] for row in rows] == [1, 4, 5, 6, 7, 8]  # seven weeks ahead, further than one alone may be booked
    assert {row["ticket_state"] for row in rows} == {"accepted"}
    assert len(await counter.rows(schema.booking_cell)) == 14


async def test_it_takes_another_time_for_a_week_that_was_full(counter: Counter) -> None:
    week = TUESDAY + timedelta(weeks=1)
    await counter.do(WEI, takes(counter, WEI, week))
    booked: Any = await counter.do(ROSA, books(counter, ROSA, 2))
    other = slot(counter, "09:30", week)
    take = lambda work: series.book_one(work, booked.series_id, 2, other)  # noqa: E731
    once, twice = await counter.race([(ROSA, take), (ROSA, take)])
    assert {type(once), type(twice)} == {dict, Stale}
    assert [row["starts_at"] for row in await series.of(counter.ledger, booked.series_id)][1] == other.starts_at


async def test_it_makes_the_plan_anew_when_somebody_is_faster(counter: Counter) -> None:
    week = TUESDAY + timedelta(weeks=1)
    booked, one = await counter.race([(ROSA, books(counter, ROSA, 2)), (CHEN, takes(counter, CHEN, week))])
    if isinstance(one, SlotTaken):
        assert len(booked.tickets) == 2  # type: ignore[attr-defined]
    else:
        assert [gap.nth for gap in booked.missing] == [2]  # type: ignore[attr-defined]
    assert len(await counter.rows(schema.booking)) == 2


async def test_it_books_nothing_when_the_first_is_gone(counter: Counter) -> None:
    await counter.do(WEI, takes(counter, WEI, TUESDAY))
    assert isinstance(await counter.do(ROSA, books(counter, ROSA)), SlotTaken)
    assert len(await counter.rows(schema.booking)) == 1


async def test_it_gives_back_all_that_are_still_to_come(counter: Counter) -> None:
    booked: Any = await counter.do(ROSA, books(counter, ROSA, 4))
    await counter.tick(days=8)
    await counter.do(ROSA, lambda work: series.end(work, booked.series_id, "mistake"))
    states = {row["nth"]: row["ticket_state"] for row in await series.of(counter.ledger, booked.series_id)}
    assert states[4] == "withdrawn"
    assert "withdrawn" not in {states[1], states[2]}  # their time has passed
    assert not await series.still_open(await counter.work(ROSA), booked.series_id)


async def test_it_gives_back_one_alone(counter: Counter) -> None:
    booked: Any = await counter.do(ROSA, books(counter, ROSA, 2))

    async def cancel(work: Work) -> None:
        ticket = await tickets.by_id(work.ledger, booked.tickets[1]["id"])
        assert ticket is not None
        await rebooking.cancel(work, ticket, "mistake")

    await counter.do(ROSA, cancel)
    still = await series.still_open(await counter.work(ROSA), booked.series_id)
    assert [row["nth"] for row in still] == [1]
    assert await counter.do(ROSA, lambda work: series.end(work, booked.series_id, "mistake")) == (1, 0)
