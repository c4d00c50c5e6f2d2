"""候补 on both engines: who is first is asked first, a time is kept for them, and nobody is lost."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from storage import bookings, schema, slots, waiting_answers, waiting_line, waitlist
from storage.rules.catalogue import Way
from storage.rules.errors import NotYours, SlotTaken
from storage.rules.waiting import Part, window
from storage.slots import Slot
from storage.work import Work

from .counter import CHEN, COUNTER, KIN, ROSA, TUESDAY, WEI, Act, Counter


@pytest.fixture
async def counter(database_url: str) -> AsyncIterator[Counter]:
    """The counter on each engine in turn; Tuesday has two places: 09:00 and 09:30."""
    made = await Counter.open(database_url)
    yield made
    await made.close()


def books(counter: Counter, code: str, clock: str) -> Act:
    """Book the place at a time."""

    async def act(work: Work) -> Any:
        begins = counter.at(clock)
        slot = Slot(COUNTER, 1, begins, begins + timedelta(minutes=30))
        return await bookings.book(work, counter.wanted(code), slot)

    return act


def joins(counter: Counter, code: str, part: Part = Part.ANY, days: int = 0, first: int = 0) -> Act:
    """Wait from Tuesday, or from so many days after it, on."""

    async def act(work: Work) -> Any:
        begins = TUESDAY + timedelta(days=first)
        span = window(begins, begins + timedelta(days=days), part, counter.ledger.directory.calendar)
        return await waitlist.join(work, counter.wanted(code), span)

    return act


def cancels(ticket: dict[str, Any]) -> Act:
    return lambda work: _cancel(work, ticket["id"])


async def _cancel(work: Work, ticket_id: int) -> None:
    row = await work.ledger.get(schema.ticket, ticket_id)
    assert row is not None
    await bookings.cancel(work, dict(row), "mistake")


async def state(counter: Counter, row: Any) -> dict[str, Any]:
    """How somebody who waits stands now."""
    (now,) = await counter.rows(schema.waiting, schema.waiting.c.id == row["id"])
    return now


async def full(counter: Counter) -> list[Any]:
    """Both places of Tuesday are taken by Wei."""
    made = [await counter.do(WEI, books(counter, WEI, clock)) for clock in ("09:00", "09:30")]
    assert all("number" in one for one in made)  # type: ignore[operator]
    return made


async def test_it_keeps_a_freed_time_for_the_first_in_line(counter: Counter) -> None:
    first, _ = await full(counter)
    rosa: Any = await counter.do(ROSA, joins(counter, ROSA))
    chen = await counter.do(CHEN, joins(counter, CHEN))
    await counter.tick()
    await counter.do(WEI, cancels(first))
    await counter.tick()
    kept = await state(counter, rosa)
    assert kept["state"] == "offered"
    assert kept["offered_until"] == counter.at("11:30", counter.now.date())
    assert (await state(counter, chen))["state"] == "waiting"
    assert await counter.told(ROSA) == await counter.told(KIN) == ["waiting.offer"]
    ticket: Any = await counter.do(KIN, lambda work: waiting_answers.accept(work, rosa["id"], kept["hold_id"]))
    assert (ticket["owner_id"], ticket["state"]) == (counter.ids[ROSA], "accepted")
    assert (await counter.told(ROSA))[-1] == "waiting.taken_by"
    assert await counter.do(ROSA, lambda work: waiting_answers.accept(work, rosa["id"], kept["hold_id"]))
    assert not await counter.rows(schema.hold)
    assert len(await counter.rows(schema.booking_cell)) == 4


async def test_it_goes_on_to_the_next_when_nobody_answers_and_keeps_their_place(counter: Counter) -> None:
    first, second = await full(counter)
    rosa, chen = [await counter.do(one, joins(counter, one)) for one in (ROSA, CHEN)]
    await counter.do(WEI, cancels(first))
    await counter.tick()
    await counter.tick(hours=2)
    assert (await state(counter, chen))["state"] == "offered"
    assert (await counter.told(ROSA))[-1] == "waiting.next_in_line"
    await counter.do(WEI, cancels(second))
    await counter.tick()
    assert (await state(counter, rosa))["state"] == "offered"  # the other time


async def test_it_offers_nobody_the_time_that_they_let_go_by(counter: Counter) -> None:
    first, _ = await full(counter)
    rosa: Any = await counter.do(ROSA, joins(counter, ROSA))
    await counter.do(WEI, cancels(first))
    await counter.tick()
    kept = await state(counter, rosa)
    await counter.do(ROSA, lambda work: waiting_answers.pass_by(work, rosa["id"], kept["hold_id"]))
    await counter.tick(hours=1)
    assert (await state(counter, rosa))["state"] == "waiting"
    assert (await counter.told(ROSA)).count("waiting.offer") == 1
    assert "number" in (await counter.do(CHEN, books(counter, CHEN, "09:00")))  # type: ignore[operator]


async def test_it_asks_only_for_the_part_of_the_day_that_suits(counter: Counter) -> None:
    first, _ = await full(counter)
    rosa: Any = await counter.do(ROSA, joins(counter, ROSA, Part.AFTERNOON))
    chen = await counter.do(CHEN, joins(counter, CHEN, Part.MORNING))
    await counter.do(WEI, cancels(first))
    await counter.tick()
    assert [(await state(counter, one))["state"] for one in (rosa, chen)] == ["waiting", "offered"]


async def test_it_finds_a_time_that_was_freed_while_they_joined(counter: Counter) -> None:
    first, _ = await full(counter)
    joined: Any = await counter.race([(ROSA, joins(counter, ROSA)), (WEI, cancels(first))])
    await counter.tick()
    assert (await state(counter, joined[0]))["state"] == "offered"


async def test_it_finds_what_an_import_opens(counter: Counter) -> None:
    await full(counter)
    rosa: Any = await counter.do(ROSA, joins(counter, ROSA))
    await counter.tick()
    async with counter.database.writing() as connection:
        await connection.execute(schema.opening.update().values(ends="10:30"))
    await counter.reload()
    await counter.tick(hours=1)
    assert (await state(counter, rosa))["state"] == "offered"


async def test_it_says_so_when_nothing_came(counter: Counter) -> None:
    await full(counter)
    rosa: Any = await counter.do(ROSA, joins(counter, ROSA, Part.MORNING))
    await counter.tick(days=1, hours=2)
    assert (await state(counter, rosa))["state"] == "waiting"
    await counter.tick(minutes=30)  # Tuesday, 12:00
    assert (await state(counter, rosa))["state"] == "expired"
    assert (await counter.told(ROSA))[-1] == "waiting.expired"
    await counter.tick(days=1)
    assert (await counter.told(ROSA)).count("waiting.expired") == 1


async def test_it_gives_the_kept_time_to_the_next_when_somebody_leaves(counter: Counter) -> None:
    first, _ = await full(counter)
    rosa, chen = [await counter.do(one, joins(counter, one)) for one in (ROSA, CHEN)]
    await counter.do(WEI, cancels(first))
    await counter.tick()
    await counter.do(KIN, lambda work: waiting_answers.leave(work, rosa["id"]))  # type: ignore[index]
    await counter.tick()
    assert [(await state(counter, one))["state"] for one in (rosa, chen)] == ["left", "offered"]


async def test_it_lets_nobody_else_answer(counter: Counter) -> None:
    first, _ = await full(counter)
    rosa: Any = await counter.do(ROSA, joins(counter, ROSA))
    await counter.do(WEI, cancels(first))
    await counter.tick()
    kept = await state(counter, rosa)
    assert isinstance(await counter.do(CHEN, lambda work: waiting_answers.leave(work, rosa["id"])), NotYours)
    taken = await counter.do(CHEN, lambda work: waiting_answers.accept(work, rosa["id"], kept["hold_id"]))
    assert isinstance(taken, NotYours)
    async with counter.database.writing() as connection:
        await connection.execute(schema.family_link.update().values(ended_at=counter.now))
    assert isinstance(await counter.do(KIN, lambda work: waiting_answers.leave(work, rosa["id"])), NotYours)


async def test_it_takes_nobody_into_the_line_twice_nor_into_too_many(counter: Counter) -> None:
    await counter.do(ROSA, joins(counter, ROSA, days=2))
    assert isinstance(await counter.do(ROSA, joins(counter, ROSA)), waitlist.AlreadyWaiting)
    for day in range(3, 3 + waitlist.MOST):
        last = await counter.do(ROSA, joins(counter, ROSA, first=day))
    assert isinstance(last, waitlist.WaitsEnough)


async def test_it_gives_a_freed_time_to_one_of_two_who_want_it_at_once(counter: Counter) -> None:
    first, _ = await full(counter)
    rosa: Any = await counter.do(ROSA, joins(counter, ROSA))
    await counter.tick()
    await counter.do(WEI, cancels(first))
    row, *_ = await counter.rows(schema.reminder, schema.reminder.c.kind == waitlist.FREED)
    look = lambda work: waiting_line.look_for_freed(work, row)  # noqa: E731
    _, booked = await counter.race([(None, look), (CHEN, books(counter, CHEN, "09:00"))])
    has_it = (await state(counter, rosa))["state"] == "offered"
    assert has_it is isinstance(booked, SlotTaken)
    assert len(await counter.rows(schema.booking_cell)) == 4


async def test_it_lets_one_of_a_family_take_it_when_both_press(counter: Counter) -> None:
    first, _ = await full(counter)
    rosa: Any = await counter.do(ROSA, joins(counter, ROSA))
    await counter.do(WEI, cancels(first))
    await counter.tick()
    kept = await state(counter, rosa)
    take = lambda work: waiting_answers.accept(work, rosa["id"], kept["hold_id"])  # noqa: E731
    results = await counter.race([(ROSA, take), (KIN, take)])
    assert sorted(type(one).__name__ for one in results) == ["FamilyTook", "dict"]
    assert len(await counter.rows(schema.booking)) == 3


async def test_it_offers_an_expired_hold_to_who_waits(counter: Counter) -> None:
    await counter.do(WEI, books(counter, WEI, "09:00"))

    async def hold(work: Work) -> int:
        (slot,) = await slots.free(work, counter.service, Way.APPOINTMENT, 1, TUESDAY)
        return await slots.hold(work, counter.ids[CHEN], counter.service, slot)

    await counter.do(CHEN, hold)
    rosa: Any = await counter.do(ROSA, joins(counter, ROSA))
    await counter.tick()
    assert (await state(counter, rosa))["state"] == "waiting"
    await counter.tick(minutes=11)
    assert (await state(counter, rosa))["state"] == "offered"


async def test_it_keeps_two_freed_times_for_two_who_wait(counter: Counter) -> None:
    first, second = await full(counter)
    rosa, chen = [await counter.do(one, joins(counter, one)) for one in (ROSA, CHEN)]
    await counter.tick()
    await counter.race([(WEI, cancels(first)), (WEI, cancels(second))])
    await counter.tick()
    kept = [await state(counter, one) for one in (rosa, chen)]
    assert [one["state"] for one in kept] == ["offered", "offered"]
    holds = {row["id"]: row["starts_at"] for row in await counter.rows(schema.hold)}
    assert [holds[one["hold_id"]] for one in kept] == [counter.at("09:00"), counter.at("09:30")]


async def test_it_asks_one_when_two_clocks_look_at_one_time(counter: Counter) -> None:
    first, _ = await full(counter)
    rosa: Any = await counter.do(ROSA, joins(counter, ROSA))
    chen: Any = await counter.do(CHEN, joins(counter, CHEN))
    await counter.tick()
    await counter.do(WEI, cancels(first))
    (row,) = await counter.rows(schema.reminder, schema.reminder.c.kind == waitlist.FREED)
    look: Act = lambda work: waiting_line.look_for_freed(work, row)  # noqa: E731
    own = await counter.rows(schema.reminder, schema.reminder.c.subject == waitlist.subject(chen["id"]))
    also: Act = lambda work: waiting_line.look_after(work, own[0])  # noqa: E731
    await counter.race([(None, look), (None, also)])
    assert [(await state(counter, one))["state"] for one in (rosa, chen)] == ["offered", "waiting"]
    assert len(await counter.rows(schema.hold)) == 1
