"""Somebody blocked the bot: what was offered to them goes to the next in the chain, what they hold to somebody else."""

from . import claims, helped, people, reminders, routing, schema, tickets, visit_moves
from .ledger import Row
from .rules.lifecycle import Event, State
from .work import Work

HELD = {State.ACCEPTED, State.WAITING, State.ON_SITE, State.CONTROLLED}
KIND = "unreachable"


def note(work: Work, person_id: int, occurrence: str) -> None:
    """Have it dealt with as soon as the clock ticks; whoever finds it out (a refused message) changes nothing else."""
    reminders.schedule(work, f"person:{person_id}", KIND, occurrence, work.now)


async def pass_on(work: Work, person_id: int) -> None:
    """Remember that a person cannot be reached, and give away everything that waits for them."""
    person = await work.ledger.get(schema.person, person_id)
    if person is None:
        return
    if person["unreachable_at"] is None:
        people.change(work, person, unreachable_at=work.now)
    for row in await tickets.of_worker(work.ledger, person_id, limit=100):
        await give_away(work, dict(row), person, reason=KIND)
    await claims.free_all_of(work, person_id, helped.RELEASED)


async def give_away(work: Work, ticket: dict[str, object], person: Row, *, reason: str) -> None:
    """One ticket goes to somebody else: what the person holds, or what was offered to them.

    For a time that is booked with them somebody else comes, or the resident chooses another. What neighbours are asked
    for has places, which the caller frees.
    """
    if helped.is_order(work.ledger, ticket):
        return
    if ticket["state"] == State.ACCEPTED and ticket["booked_until"] is not None and ticket["arrived_at"] is None:
        await visit_moves.pass_on(work, ticket, person["id"], reason)
        return
    is_held = ticket["state"] in HELD
    why = {"reason": reason, "person": person["id"]}
    if is_held:
        await tickets.move(work, ticket, Event.RELEASED, None, why=why, assignee_id=None, accepted_at=None)
    else:
        await _end_offer(work, ticket, person["id"])
    if is_held or (ticket["state"] == State.OFFERED and not await routing.is_anybody_asked(work, ticket)):
        await (routing.ring(work, ticket) if ticket["is_danger"] else routing.offer_next(work, ticket, None))
    await tickets.show(work, ticket)


async def _end_offer(work: Work, ticket: Row, person_id: int) -> None:
    """Nobody can answer an offer they cannot see."""
    for row in await routing.waiting_offers(work, ticket):
        if row["person_id"] == person_id:
            work.changes.update(schema.offer, row, state="withdrawn")
