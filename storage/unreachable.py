"""Somebody blocked the bot: what was offered to them goes to the next in the chain, what they hold to the duty secretary."""

from . import people, routing, schema, tickets
from .rules.lifecycle import Event, State
from .work import Work

HELD = {State.ACCEPTED, State.WAITING, State.ON_SITE, State.CONTROLLED}


async def pass_on(work: Work, person_id: int) -> None:
    """Give away everything that waits for a person who cannot be reached."""
    person = await work.ledger.get(schema.person, person_id)
    if person is None or person["unreachable_at"] is None:
        return
    for row in await tickets.of_worker(work.ledger, person_id, limit=100):
        ticket = dict(row)
        if ticket["state"] in HELD:
            why = {"reason": "unreachable", "person": person_id}
            await tickets.move(work, ticket, Event.RELEASED, None, why=why, assignee_id=None, accepted_at=None)
            await routing.offer_next(work, ticket, None)
        elif await _was_the_only_one(work, ticket, person_id):
            await routing.offer_next(work, ticket, None)
        await tickets.show(work, ticket)


async def _was_the_only_one(work: Work, ticket: dict[str, object], person_id: int) -> bool:
    offers = await tickets.open_offers(work.ledger, int(str(ticket["id"])))
    reachable = await people.by_ids(work.ledger, {one["person_id"] for one in offers} - {person_id})
    return not any(row["unreachable_at"] is None for row in reachable.values())
