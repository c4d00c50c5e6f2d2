"""Bookings on both engines: nobody gets what another has, what is given back is free, and limits hold."""

from datetime import timedelta
from types import NoneType
from typing import Any

import pytest
import sqlalchemy as sa

from storage import bookings, closing, schema, slots, tickets, triage
from storage.changes import Outcome
from storage.rules.catalogue import Way
from storage.rules.errors import IllegalMove, NotOpen, NotYours, SlotTaken, Stale, TooLate
from storage.rules.slots import Slot, buffer_of, cells_of
from storage.work import Work
from tests.ledger.desk import Ticket

from .desks import RESIDENTS, TUESDAY, Counter, Decide, at, later


async def owned(counter: Counter, holder_id: int) -> set[tuple[int, int, int]]:
    return {(provider, seat, cell) for provider, seat, cell, holder in await counter.cells() if holder == holder_id}


def expected(counter: Counter, service: str, slot: Slot) -> set[tuple[int, int, int]]:
    found = cells_of(slot, buffer_of(counter.service(service)))
    return {(slot.provider_id, slot.seat, cell) for cell in found}


def moves_to(slot: Slot, hold_id: int | None = None, of: int = 0) -> Decide:
    async def act(work: Work) -> None:
        ticket = await tickets.by_id(work.ledger, of)
        assert ticket is not None
        await bookings.reschedule(work, ticket, slot, hold_id)

    return act


def gives_back(ticket_id: int) -> Decide:
    async def act(work: Work) -> None:
        ticket = await tickets.by_id(work.ledger, ticket_id)
        assert ticket is not None
        await bookings.cancel(work, ticket, "有事")

    return act


async def row(counter: Counter, ticket: Ticket) -> Any:
    return await bookings.of(counter.ledger, ticket["id"])


# --- booking -----------------------------------------------------------------------------------------------------


async def test_it_books_with_a_person_who_is_told(any_counter: Counter) -> None:
    slot = (await any_counter.free("visit"))[0]
    ticket = await any_counter.book("r0", "visit", slot)
    found = await any_counter.ticket(ticket["id"])
    agents = {(await any_counter.person(code))["id"] for code in ("agent", "agent-2")}
    assert found["state"] == "accepted"
    assert found["assignee_id"] in agents
    assert found["booked_until"] == slot.ends_at
    assert found["resolution_due_at"] > slot.ends_at
    assert await owned(any_counter, ticket["id"]) == expected(any_counter, "visit", slot)
    told = await any_counter.rows(schema.outbox, schema.outbox.c.ticket_id == ticket["id"])
    assert {found["assignee_id"], found["owner_id"]} <= {one["person_id"] for one in told}


async def test_what_is_booked_is_no_longer_free_and_the_other_agent_is_next(counter: Counter) -> None:
    before = await counter.free("visit")
    await counter.book("r0", "visit", before[0])
    after = await counter.free("visit")
    assert [one.starts_at for one in after] == [one.starts_at for one in before]
    assert after[0].provider_id != before[0].provider_id
    assert {one.provider_id for one in after} == {after[0].provider_id}  # who has fewer that day gets all that they can
    await counter.book("r1", "visit", after[0])
    again = await counter.free("visit")
    assert again[0].starts_at == before[2].starts_at  # half an hour, and a quarter before and after
    assert len(again) == len(before) - 2


async def test_it_counts_the_free_starts_of_days(counter: Counter) -> None:
    service, work = counter.service("meal"), await counter.work("r0")
    for number in range(3):
        await counter.book(f"r{number}", "meal", (await counter.free("meal"))[0])
    wednesday = TUESDAY + timedelta(days=1)
    found = await slots.days(work, service, Way.APPOINTMENT, counter.home, TUESDAY, wednesday)
    assert found == {TUESDAY: 1, wednesday: 2}
    assert [one.starts_at for one in await counter.free("meal")] == [at("11:30")]


@pytest.mark.parametrize("is_apart", [False, True])
async def test_19_the_last_slot_and_twenty_residents_make_one_booking(any_counter: Counter, is_apart: bool) -> None:
    slot = (await any_counter.free("hall"))[0]

    async def act(work: Work) -> Ticket:
        return await bookings.book(work, any_counter.wanted(work, "hall"), slot)

    got = await any_counter.decide([(f"r{number}", act) for number in range(RESIDENTS)], is_apart=is_apart)
    winners = [one for one in got if isinstance(one, dict)]
    assert len(winners) == 1
    assert [type(one) for one in got if one is not winners[0]] == [SlotTaken] * (RESIDENTS - 1)
    assert len(await any_counter.rows(schema.booking)) == 1
    assert {holder for *_, holder in await any_counter.cells()} == {winners[0]["id"]}


async def test_19_twenty_residents_hold_three_seats_and_two_agents(any_counter: Counter) -> None:
    meal, visit = (await any_counter.free("meal"))[0], (await any_counter.free("visit"))[0]

    def keeps(service: str, slot: Slot) -> Decide:
        async def act(work: Work) -> int:
            assert work.person is not None
            found = any_counter.service(service)
            return await slots.hold(work, work.person["id"], found, slot, way=found.ways[0], place_id=any_counter.home)

        return act

    acts = [(f"r{n}", keeps("meal", meal) if n % 2 else keeps("visit", visit)) for n in range(RESIDENTS)]
    got = await any_counter.decide(acts)
    assert sum(isinstance(one, int) for one in got[1::2]) == 3
    assert sum(isinstance(one, int) for one in got[::2]) == 2
    assert all(isinstance(one, int | SlotTaken) for one in got)


async def test_it_refuses_what_is_not_open(counter: Counter) -> None:
    slot = (await counter.free("meal"))[0]
    assert isinstance(await counter.book("r0", "meal", later(slot, minutes=10)), NotOpen)
    assert isinstance(await counter.book("r0", "meal", later(slot, days=-30)), NotOpen)
    assert isinstance(await counter.book("r0", "meal", later(slot, days=300)), NotOpen)
    assert isinstance(await counter.book("r0", "visit", slot), NotOpen)  # a provider of something else
    assert isinstance(await counter.book("r0", "meal"), NotOpen)
    assert isinstance(await counter.book("r0", "meal", slot, way=Way.AT_HOME), NotOpen)
    assert await counter.cells() == []


async def test_what_has_few_seats_leaves_the_others_to_what_has_many(counter: Counter) -> None:
    meal, talk = (await counter.free("meal"))[0], (await counter.free("talk"))[0]
    assert (meal.seat, talk.seat) == (3, 1)
    await counter.book("r0", "talk", talk)
    assert [one.starts_at for one in await counter.free("talk")] == [at("11:30")]
    for code in ("r1", "r2"):
        assert isinstance(await counter.book(code, "meal", meal), dict)
    assert isinstance(await counter.book("r3", "meal", meal), SlotTaken)


async def test_nobody_is_booked_with_themselves_nor_with_who_cannot_be_reached(counter: Counter) -> None:
    own = (await counter.person("agent"))["id"]
    ye = counter.ledger.directory.catalogue.provider_codes["v-ye"].id
    assert ye not in {one.provider_id for one in await counter.free("visit", owner_id=own)}
    async with counter.database.writing() as connection:
        lost = sa.update(schema.person).where(schema.person.c.id == own).values(unreachable_at=counter.now)
        await connection.execute(lost)
    tian = counter.ledger.directory.catalogue.provider_codes["v-tian"].id
    assert {one.provider_id for one in await counter.free("visit")} == {tian}


async def test_an_absence_shuts_and_shuts_only_then(counter: Counter) -> None:
    async with counter.database.writing() as connection:
        for code in ("agent", "agent-2"):
            person_id = (await counter.person(code))["id"]
            values = {"id": person_id, "person_id": person_id, "reason": "ill", "told_by": person_id}
            times = {"begins_at": at("08:00"), "ends_at": at("15:00"), "created_at": counter.now}
            await connection.execute(sa.insert(schema.absence).values(**values, **times))
    assert (await counter.free("visit"))[0].starts_at == at("15:00")


# --- holds -------------------------------------------------------------------------------------------------------


async def test_a_hold_keeps_a_time_for_ten_minutes_and_then_lets_it_go(counter: Counter) -> None:
    slot = (await counter.free("hall"))[0]
    await counter.hold("r0", "hall", slot)
    assert isinstance(await counter.book("r1", "hall", slot), SlotTaken)
    await counter.tick(minutes=9, seconds=59)
    assert isinstance(await counter.book("r1", "hall", slot), SlotTaken)
    await counter.tick(seconds=1)
    assert await counter.cells() == []
    assert await counter.rows(schema.hold) == []
    assert isinstance(await counter.book("r1", "hall", slot), dict)


async def test_confirming_hands_the_cells_over(counter: Counter) -> None:
    slot = (await counter.free("visit"))[3]
    hold_id = await counter.hold("r0", "visit", slot)
    ticket = await counter.book_held("r0", "visit", hold_id)
    assert await owned(counter, ticket["id"]) == expected(counter, "visit", slot)
    assert await counter.rows(schema.hold) == []
    await counter.tick(minutes=20)  # its reminder finds nothing to let go
    assert await owned(counter, ticket["id"]) == expected(counter, "visit", slot)


async def test_a_hold_that_ran_out_is_no_loss_while_its_time_is_free(counter: Counter) -> None:
    slot = (await counter.free("hall"))[0]
    first, second = await counter.hold("r0", "hall", slot), later(slot, hours=1)
    await counter.tick(minutes=10)
    assert isinstance(await counter.book_held("r0", "hall", first, slot), dict)
    third = await counter.hold("r1", "hall", second)
    await counter.tick(minutes=10)
    assert isinstance(await counter.book("r2", "hall", second), dict)
    assert isinstance(await counter.book_held("r1", "hall", third, second), SlotTaken)


async def test_the_clock_and_the_confirmation_race_for_one_hold(any_counter: Counter) -> None:
    slot = (await any_counter.free("hall"))[0]
    hold_id = await any_counter.hold("r0", "hall", slot)
    any_counter.now += slots.HOLD

    async def confirms(work: Work) -> Ticket:
        return await bookings.book(work, any_counter.wanted(work, "hall"), slot, hold_id)

    async def expires(work: Work) -> None:
        await slots.expire(work, hold_id)

    for order in ([("r0", confirms), (None, expires)], [(None, expires), ("r0", confirms)]):
        got = await any_counter.decide(order)
        ticket = next((one for one in got if isinstance(one, dict)), None)
        if ticket is not None:
            assert await owned(any_counter, ticket["id"]) == expected(any_counter, "hall", slot)
            await any_counter.do("dan", gives_back(ticket["id"]))
        assert await any_counter.rows(schema.hold) == []
        assert await any_counter.cells() == []
        any_counter.now += timedelta(minutes=1)
        hold_id = await any_counter.hold("r0", "hall", slot)
        any_counter.now += slots.HOLD


async def test_who_chooses_another_time_gives_the_first_one_back(any_counter: Counter) -> None:
    free = await any_counter.free("visit")
    first = await any_counter.hold("r0", "visit", free[0])
    again = await any_counter.hold("r0", "visit", later(free[0], minutes=30))  # they share cells
    assert again == first
    assert await owned(any_counter, first) == expected(any_counter, "visit", later(free[0], minutes=30))
    await any_counter.tick(minutes=9)
    await any_counter.hold("r0", "visit", later(free[0], minutes=30))
    await any_counter.tick(minutes=9)
    assert len(await any_counter.rows(schema.hold)) == 1  # ten minutes from the last choice
    await any_counter.tick(minutes=1)
    assert await any_counter.cells() == []


async def test_a_hold_of_the_waiting_list_stays_when_its_person_books_something_else(counter: Counter) -> None:
    free = await counter.free("hall")
    until = counter.now + timedelta(hours=2)
    kept = await counter.hold("r0", "hall", free[0], until=until)
    other = await counter.hold("r0", "hall", free[2])
    assert isinstance(other, int)
    assert kept != other
    await counter.tick(minutes=30)
    assert [one["id"] for one in await counter.rows(schema.hold)] == [kept]
    assert isinstance(await counter.book_held("r0", "hall", kept), dict)


async def test_nobody_confirms_anothers_hold(counter: Counter) -> None:
    slot = (await counter.free("hall"))[0]
    hold_id = await counter.hold("r0", "hall", slot)
    assert isinstance(await counter.book_held("r1", "hall", hold_id, slot), SlotTaken)
    assert isinstance(await counter.book_held("r1", "hall", hold_id), NotOpen)


# --- moving and giving back --------------------------------------------------------------------------------------


async def test_moving_frees_the_old_and_takes_the_new_at_once(any_counter: Counter) -> None:
    slot = (await any_counter.free("visit"))[3]
    ticket = await any_counter.book("r0", "visit", slot)
    for moves, minutes in enumerate([30, -30, 60, 300, 24 * 60], 1):
        new = later(slot, minutes=minutes)
        assert await any_counter.do("r0", moves_to(new, of=ticket["id"])) is None
        assert await owned(any_counter, ticket["id"]) == expected(any_counter, "visit", new)
        found, booked = await any_counter.ticket(ticket["id"]), await row(any_counter, ticket)
        assert (found["booked_until"], booked["starts_at"], booked["moves"]) == (new.ends_at, new.starts_at, moves)
        assert found["resolution_due_at"] > new.ends_at


async def test_moving_goes_through_a_hold_even_where_old_and_new_overlap(any_counter: Counter) -> None:
    slot = (await any_counter.free("visit"))[3]
    ticket = await any_counter.book("r0", "visit", slot)
    new = later(slot, minutes=30)
    hold_id = await any_counter.hold("r0", "visit", new, moving=ticket["id"])
    assert await owned(any_counter, ticket["id"]) == expected(any_counter, "visit", slot)
    assert await any_counter.do("r0", moves_to(new, hold_id, of=ticket["id"])) is None
    assert await owned(any_counter, ticket["id"]) == expected(any_counter, "visit", new)
    assert len(await any_counter.cells()) == len(expected(any_counter, "visit", new))


async def test_what_is_held_for_a_move_is_no_time_for_another_booking(counter: Counter) -> None:
    slot = (await counter.free("hall"))[0]
    ticket = await counter.book("r0", "hall", slot)
    new = later(slot, minutes=30)
    hold_id = await counter.hold("r0", "hall", new, moving=ticket["id"])
    assert isinstance(await counter.book_held("r0", "hall", hold_id, new), SlotTaken)
    assert await owned(counter, ticket["id"]) == expected(counter, "hall", slot)


async def test_two_who_swap_into_one_time_do_not_both_get_it(any_counter: Counter) -> None:
    free = await any_counter.free("hall")
    first, second = await any_counter.book("r0", "hall", free[0]), await any_counter.book("r1", "hall", free[2])
    third = later(free[0], days=1)
    got = await any_counter.decide([("r0", moves_to(third, of=first["id"])), ("r1", moves_to(third, of=second["id"]))])
    assert [type(one) for one in got].count(SlotTaken) == 1
    assert len(await any_counter.cells()) == 8
    assert isinstance(await any_counter.do("r0", moves_to(free[1], of=first["id"])), SlotTaken | NoneType)


async def test_moving_to_another_agent_changes_who_has_it(counter: Counter) -> None:
    slot = (await counter.free("visit"))[0]
    ticket = await counter.book("r0", "visit", slot)
    other = next(
        one
        for one in ("v-ye", "v-tian")
        if counter.ledger.directory.catalogue.provider_codes[one].id != slot.provider_id
    )
    provider = counter.ledger.directory.catalogue.provider_codes[other]
    new = Slot(provider.id, 1, slot.starts_at, slot.ends_at)
    assert await counter.do("dan", moves_to(new, of=ticket["id"])) is None
    assert (await counter.ticket(ticket["id"]))["assignee_id"] == provider.person_id
    assert await owned(counter, ticket["id"]) == expected(counter, "visit", new)


async def test_what_is_given_back_is_free_again(any_counter: Counter) -> None:
    slot = (await any_counter.free("hall"))[0]
    ticket = await any_counter.book("r0", "hall", slot)
    assert await any_counter.do("r0", gives_back(ticket["id"])) is None
    found = await any_counter.ticket(ticket["id"])
    assert (found["state"], found["booked_until"]) == ("withdrawn", None)
    assert await any_counter.cells() == []
    assert isinstance(await any_counter.do("r0", gives_back(ticket["id"])), Stale | IllegalMove)
    assert isinstance(await any_counter.book("r1", "hall", slot), dict)


async def test_residents_change_it_up_to_the_limit_and_staff_always(counter: Counter) -> None:
    slot = (await counter.free("visit"))[0]  # 08:30; the limit is two hours
    ticket = await counter.book("r0", "visit", slot)
    moves, back = moves_to(later(slot, minutes=30), of=ticket["id"]), gives_back(ticket["id"])
    for who, when, refusal in (
        ("r1", "06:29", NotYours),
        ("wei", "06:29", Stale),
        ("r0", "06:31", TooLate),
        ("r0", "09:00", TooLate),
        ("r0", "06:29", NoneType),
        ("r0", "07:01", TooLate),
        ("dan", "09:00", NoneType),
    ):
        counter.now = at(when).astimezone(counter.now.tzinfo)
        if refusal is not NoneType:
            assert isinstance(await counter.do(who, back), refusal), (who, when)
        assert isinstance(await counter.do(who, moves if when < "09:00" else back), refusal), (who, when)


async def test_the_agent_moves_what_they_carry_out_but_does_not_give_it_back(counter: Counter) -> None:
    slot = (await counter.free("visit"))[0]
    ticket = await counter.book("r0", "visit", slot)
    person_id = (await counter.ticket(ticket["id"]))["assignee_id"]
    code = (await counter.rows(schema.person, schema.person.c.id == person_id))[0]["code"]
    counter.now = at("08:00").astimezone(counter.now.tzinfo)
    assert await counter.do(code, moves_to(later(slot, hours=5, minutes=30), of=ticket["id"])) is None
    assert isinstance(await counter.do(code, gives_back(ticket["id"])), NotYours | Stale)


async def test_nothing_is_withdrawn_past_the_limit_by_the_usual_button(counter: Counter) -> None:
    ticket = await counter.book("r0", "visit", (await counter.free("visit"))[0])
    got = await counter.act("r0", ticket["id"], lambda work, found: closing.withdraw(work, found, "有事"))
    assert isinstance(got, Stale)
    assert (await counter.ticket(ticket["id"]))["state"] == "accepted"


async def test_it_is_never_late_before_its_time(counter: Counter) -> None:
    slot = (await counter.free("meal", TUESDAY + timedelta(days=20)))[0]
    ticket = await counter.book("r0", "meal", slot)
    waiting = await counter.rows(schema.reminder, schema.reminder.c.subject == f"ticket:{ticket['id']}")
    late = [one["due_at"] for one in waiting if one["kind"] in {"half_time", "nine_tenths", "overdue"}]
    assert late
    assert min(late) > slot.ends_at


# --- approval ----------------------------------------------------------------------------------------------------


def approves(ticket_id: int) -> Decide:
    async def act(work: Work) -> None:
        ticket = await tickets.by_id(work.ledger, ticket_id)
        assert ticket is not None
        await bookings.approve(work, ticket)

    return act


async def test_a_room_is_kept_while_staff_are_asked_and_booked_when_they_agree(counter: Counter) -> None:
    slot = (await counter.free("hall"))[0]
    ticket = await counter.book("r0", "hall", slot)
    offered = await counter.rows(schema.offer, schema.offer.c.ticket_id == ticket["id"])
    assert (await counter.ticket(ticket["id"]))["state"] == "offered"
    assert [one["person_id"] for one in offered] == [(await counter.person("dan"))["id"]]
    assert isinstance(await counter.book("r1", "hall", slot), SlotTaken)
    assert isinstance(await counter.do("r0", approves(ticket["id"])), Stale)
    assert await counter.do("dan", approves(ticket["id"])) is None
    found = await counter.ticket(ticket["id"])
    assert (found["state"], found["assignee_id"]) == ("accepted", None)
    assert [one["state"] for one in await counter.rows(schema.offer)] == ["withdrawn"]


async def test_a_refused_room_is_free_again(counter: Counter) -> None:
    ticket = await counter.book("r0", "hall", (await counter.free("hall"))[0])
    got = await counter.act("dan", ticket["id"], lambda work, found: triage.refuse(work, found, "那天要开会"))
    assert got is None
    assert (await counter.ticket(ticket["id"]))["state"] == "refused"
    assert await counter.cells() == []


async def test_another_time_for_a_room_is_asked_for_again_unless_staff_chose_it(counter: Counter) -> None:
    slot = (await counter.free("hall"))[0]
    ticket = await counter.book("r0", "hall", slot)
    await counter.do("dan", approves(ticket["id"]))
    assert await counter.do("r0", moves_to(later(slot, days=1), of=ticket["id"])) is None
    assert (await counter.ticket(ticket["id"]))["state"] == "offered"
    await counter.do("dan", approves(ticket["id"]))
    assert await counter.do("dan", moves_to(later(slot, days=2), of=ticket["id"])) is None
    assert (await counter.ticket(ticket["id"]))["state"] == "accepted"


# --- without a time ----------------------------------------------------------------------------------------------


async def test_on_the_phone_it_goes_down_the_chain(counter: Counter) -> None:
    ticket = await counter.book("r0", "visit", way=Way.PHONE)
    found = await counter.ticket(ticket["id"])
    assert (found["state"], found["booked_until"]) == ("offered", None)
    assert await counter.cells() == []


async def test_numbers_of_a_hall_count_from_one_each_day_and_race_without_a_gap(any_counter: Counter) -> None:
    async def act(work: Work) -> Ticket:
        return await bookings.book(work, any_counter.wanted(work, "desk"))

    for _ in range(2):
        got = await any_counter.decide([(f"r{number}", act) for number in range(4)])
        assert len({one["id"] for one in got}) == 4
    rows = [await row(any_counter, one) for one in got]
    assert sorted(one["queue_number"] for one in rows) == [1, 2, 3, 4]  # who asks twice keeps their number
    assert {(await any_counter.ticket(one["id"]))["state"] for one in got} == {"accepted"}
    any_counter.now += timedelta(days=1)
    assert (await row(any_counter, await any_counter.do("r5", act)))["queue_number"] == 1
    any_counter.now = at("12:01").astimezone(any_counter.now.tzinfo)
    assert isinstance(await any_counter.do("r6", act), NotOpen)


# --- crashes -----------------------------------------------------------------------------------------------------


async def test_a_decision_that_is_never_committed_leaves_nothing(counter: Counter) -> None:
    slot = (await counter.free("hall"))[0]
    work = await counter.work("r0")
    assert work.person is not None
    await slots.hold(work, work.person["id"], counter.service("hall"), slot)
    hold_id = await counter.hold("r1", "hall", slot)  # the process died before the commit of r0
    work = await counter.work("r1")
    await bookings.book(work, counter.wanted(work, "hall"), None, hold_id)
    assert len(await counter.rows(schema.hold)) == 1  # nor was this one written
    await counter.tick(minutes=10)
    assert await counter.cells() == []
    assert await counter.commit([work.finish()]) == [Outcome.STALE]
    assert await counter.rows(schema.booking) == []


async def test_a_refused_insert_in_the_middle_leaves_neither_booking_nor_cells(any_counter: Counter) -> None:
    slot = (await any_counter.free("hall"))[0]
    works = [await any_counter.work("r0"), await any_counter.work("r1")]
    for work in works:
        await bookings.book(work, any_counter.wanted(work, "hall"), slot)
    one, other = (work.finish() for work in works)
    assert await any_counter.commit([one, other]) == [Outcome.APPLIED, Outcome.STALE]
    assert len(await any_counter.rows(schema.booking)) == len(await any_counter.rows(schema.ticket)) == 1
    assert len(await any_counter.cells()) == 4
