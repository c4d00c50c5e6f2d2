"""An elder did not open: a duty secretary rings the same day; no answer, or nobody who rang, becomes a visit.

The visit is a matter of the kind `care`, asked of the people who look after such matters; who carried the booking out
bears no fault, nor does the elder.
"""

from datetime import datetime
from typing import Any

from . import booked, handling, people, reminders, roster, routing, schema, tickets
from .handling import Ticket
from .ledger import Row
from .rules.errors import Stale
from .rules.lifecycle import Event
from .rules.press import press
from .rules.rights import Action
from .work import Priority, Work

CARE = "care"
NOT_MET = "not_met"
"""The intent of a matter that nobody asked for: somebody has to look."""


async def ask(work: Work, ticket: Ticket) -> None:
    """Ask those on duty to ring; where nobody can be asked, somebody goes at once."""
    asked = await _keepers(work, ticket)
    if not asked:
        booking = await booked.row(work, ticket)
        if booking is not None:
            await look(work, ticket, booking)
        return
    owner = await work.ledger.get(schema.person, ticket["owner_id"])
    for person, at in asked:
        work.notify(
            person,
            "visit.ring",
            buttons(ticket),
            ticket_id=ticket["id"],
            priority=Priority.ANSWER,
            due_at=at,
            number=ticket["number"],
            name=owner["name"] if owner else "",
            phone=(owner["phone"] if owner else None) or ticket["caller_phone"],
        )


def buttons(ticket: Ticket) -> list[list[tuple[str, str]]]:
    """What came of the call."""
    return [
        [("visit_rung", press("vrung", ticket["id"], "yes"))],
        [("visit_no_answer", press("vrung", ticket["id"], "no"))],
    ]


async def _keepers(work: Work, ticket: Ticket) -> list[tuple[Row, datetime]]:
    """The duty secretaries on duty; in the evening, when nobody is, all of them: it has to be today."""
    found = await roster.secretaries(work, ticket["place_id"], at_least=Priority.ANSWER)
    if any(at <= work.now for _, at in found):
        return [(person, at) for person, at in found if at <= work.now]
    everybody = await people.duty_secretaries(work, ticket["place_id"])
    return [(person, work.now) for person in everybody if people.is_reachable(person)]


async def rung(work: Work, ticket: Ticket, *, is_reached: bool) -> Ticket | None:
    """What came of the call; gives back the matter that somebody goes with when nobody answered. Raises Stale."""
    await handling.check(work, Action.TRIAGE, ticket, Event.RESCHEDULED)
    booking = await booked.row(work, ticket)
    if booking is None or not booked.needs_ring(booking):
        raise Stale
    if not is_reached:
        return await look(work, ticket, booking)
    await _settle(work, ticket, booking, "rung")
    await handling.tell_owner(work, ticket, "visit.rung")
    await tickets.show(work, ticket)
    return None


async def look(work: Work, ticket: Ticket, booking: dict[str, Any]) -> Ticket:
    """Somebody goes and looks: a matter of its own, with its own limits."""
    await _settle(work, ticket, booking, "looked_after")
    made = await tickets.create(
        work,
        tickets.Asked(
            owner_id=ticket["owner_id"],
            filed_by_id=ticket["owner_id"],
            kind=CARE,
            intent=NOT_MET,
            words=ticket["words"],
            place_id=ticket["place_id"],
            room=ticket["room"],
            is_confidential=True,
        ),
    )
    await routing.offer_next(work, made, _me(work))
    await tickets.show(work, ticket)
    return made


async def _settle(work: Work, ticket: Ticket, booking: dict[str, Any], event: str) -> None:
    work.changes.update(schema.booking, booking, rung_at=work.now)
    booking["rung_at"] = work.now
    tickets.remember(work, ticket, event, _me(work), ticket["state"], ticket["state"])
    await reminders.replan(work, ticket)


def _me(work: Work) -> int | None:
    return work.person["id"] if work.person else None
