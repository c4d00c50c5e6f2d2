"""Places of a request that are taken from whoever has them, and offered again: given back, missed, or of somebody who
may not help for now.
"""

from typing import Any

from . import handling, helped, matched, schema, tickets, waves
from .handling import Ticket
from .ledger import Row
from .rules.errors import Stale
from .rules.lifecycle import Event, State
from .rules.matching import places
from .rules.order_clocks import is_late
from .work import Work


async def places_now(work: Work, ticket: Ticket, order: Row) -> int:
    """How many have to come now: who has helped there before needs nobody beside them."""
    taken = [one["person_id"] for one in await helped.held(work, ticket)]
    is_vulnerable = bool(order["is_vulnerable"])
    is_known = is_vulnerable and bool(await matched.known_to(work.ledger, ticket["owner_id"], taken))
    return max(places(order["helpers"], is_vulnerable=is_vulnerable, is_known=is_known), len(taken))


async def free(work: Work, ticket: Ticket, claim: Row, state: str) -> None:
    """Give a place to others: `state` is what became of it. Whoever asked is told, and those who fit are asked anew.

    After the end of a request nobody is asked any more: its last clock, due at once, says how it goes on.
    """
    order = await _row(work, ticket)
    late = state == helped.MISSED or (
        state == helped.RELEASED and is_late(work.now, order["starts_at"], order["ends_at"])
    )
    work.changes.update(schema.claim, claim, state=state, ended_at=work.now, is_late=late)
    was_settled = ticket["state"] != State.OFFERED
    waves.alter(work, order, wanted=await places_now(work, ticket, order))
    why = {"person": claim["person_id"], "how": state}
    values: dict[str, Any] = {"assignee_id": None, "accepted_at": None, "arrived_at": None} if was_settled else {}
    await tickets.move(work, ticket, Event.GIVEN_BACK, _me(work), why=why, **values)
    await waves.again(work, ticket)
    if was_settled and not helped.is_over(order, work.now):
        await handling.tell_owner(work, ticket, "claim.given_back")
    await tickets.show(work, ticket)


async def free_all_of(work: Work, person_id: int, state: str = helped.SUSPENDED) -> None:
    """Nobody has anything of theirs to wait for: every place that somebody has is offered again, every offer ends."""
    for claim in await matched.held_by(work.ledger, person_id):
        ticket = await tickets.by_id(work.ledger, claim["ticket_id"])
        if ticket is not None and ticket["state"] in {State.OFFERED, State.ACCEPTED, State.ON_SITE}:
            await free(work, ticket, claim, state)
    for offer in await matched.offered_to(work.ledger, person_id):
        work.changes.update(schema.offer, offer, state="withdrawn")


async def free_of_those_gone(work: Work, ticket: Ticket) -> None:
    """It is not done after all: who was suspended or has left meanwhile is not sent there again.

    Of a suspension and this at the same moment one comes second, and is decided again.
    """
    for claim in await helped.held(work, ticket):
        helper = await matched.registration_of(work.ledger, claim["person_id"])
        if helper is None:
            continue
        work.changes.update(schema.helper, helper)
        if helper["suspended_at"] is not None:
            await free(work, ticket, claim, helped.SUSPENDED)
        elif helper["left_at"] is not None:
            await free(work, ticket, claim, helped.RELEASED)


async def _row(work: Work, ticket: Ticket) -> dict[str, Any]:
    order = await helped.row(work, ticket)
    if order is None:
        raise Stale
    return order


def _me(work: Work) -> int | None:
    return work.person["id"] if work.person else None
