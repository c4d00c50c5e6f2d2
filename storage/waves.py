"""Waves: a request is offered to those who fit best, then to more and more, until enough have taken it or all know.

The rules choose (`rules.matching`); here are the rows that an offer writes. Offers of earlier waves stay good. Pictures
stay with whoever asked until somebody comes.
"""

from typing import Any

from . import helped, matched, people, reminders, roster, routing, schema, tickets
from .handling import Ticket
from .ledger import Row
from .rules.lifecycle import Event, State
from .rules.matching import LAST_WAVE, wave
from .rules.press import press
from .work import Priority, Work


async def widen(work: Work, ticket: Ticket) -> tuple[int, ...]:
    """Offer a request to the next wave in which there is anybody; gives back whom. The last one leaves nobody out.

    Where nobody at all could be asked so far, the duty secretaries are told at once. Past its end nobody is asked.
    """
    order = await helped.row(work, ticket)
    if order is None or ticket["state"] not in {State.NEW, State.OFFERED} or order["wave"] >= LAST_WAVE:
        return ()
    if helped.is_over(order, work.now):
        return ()
    taken = await helped.held(work, ticket)
    need = await matched.need_of(work, ticket, order, missing=order["wanted"] - len(taken))
    found = await matched.candidates(work, ticket, order)
    asked = await _not_again(work, ticket)
    chosen: tuple[int, ...] = ()
    nth = order["wave"]
    while not chosen and nth < LAST_WAVE:
        nth += 1
        chosen = wave(need, found, nth, asked)
    told_at = work.speak_at(Priority.NEWS)
    alter(work, order, wave=nth, wave_at=told_at)
    if chosen:
        await _offer(work, ticket, order, chosen, nth)
    else:
        await _nobody(work, ticket)
    return chosen


async def again(work: Work, ticket: Ticket) -> tuple[int, ...]:
    """A place is free again: those who were asked before are asked once more, in waves from the first on."""
    order = await helped.row(work, ticket)
    if order is None:
        return ()
    alter(work, order, wave=0, wave_at=None)
    return await widen(work, ticket)


def alter(work: Work, order: dict[str, Any], **values: Any) -> None:
    """Change a request in the change set and in the row at hand."""
    work.changes.update(schema.help_order, order, **values)
    order.update(values)


async def _not_again(work: Work, ticket: Ticket) -> frozenset[int]:
    """Who has it before them, said no, has a place or gave one back."""
    rows = await routing.offers_now(work, ticket)
    claims = await helped.claims(work, ticket)
    return frozenset(row["person_id"] for row in rows if row["state"] in {"open", "declined"}) | frozenset(
        one["person_id"] for one in claims
    )


async def _offer(work: Work, ticket: Ticket, order: Row, person_ids: tuple[int, ...], nth: int) -> None:
    told_at = work.speak_at(Priority.NEWS)
    for helper in await matched.registered(work.ledger, person_ids):
        work.changes.guard(schema.helper, helper)  # whoever is suspended at this moment is not asked
    for person_id in person_ids:
        routing.insert_offer(work, ticket, person_id, nth, told_at, order["ends_at"])
    why = {"reason": "wave", "wave": nth, "to": list(person_ids)}
    await tickets.move(work, ticket, Event.OFFERED, None, why=why, tier=nth, offered_at=told_at)
    for person in (await people.by_ids(work.ledger, person_ids)).values():
        work.card(ticket["id"], person, is_fresh=True, is_offer=True, due_at=told_at)


async def _nobody(work: Work, ticket: Ticket) -> None:
    """There is nobody left to ask; where nobody was asked at all, somebody has to know it now."""
    await reminders.replan(work, ticket)
    if await routing.waiting_offers(work, ticket) or await helped.held(work, ticket):
        return
    await tell_secretaries(work, ticket, "claim.staff_nobody_fits", key=None)


async def tell_secretaries(work: Work, ticket: Ticket, message: str, *, key: str | None, **params: Any) -> None:
    """Tell those on duty, with the way to the request."""
    for person, at in await roster.secretaries(work, ticket["place_id"]):
        work.notify(
            person,
            message,
            [[("open", press("open", ticket["id"]))]],
            ticket_id=ticket["id"],
            key=f"{key}:{person['id']}" if key else None,
            due_at=max(at, work.speak_at(Priority.NEWS)),
            number=ticket["number"],
            **params,
        )
