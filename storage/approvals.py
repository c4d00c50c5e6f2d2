"""A room that staff have to agree to: asked within the kind's answer limit, approved, or refused with a reason."""

from . import bookings, handling, people, roster, routing, tickets, visit_moves, visits
from .handling import Ticket
from .rules.lifecycle import Event
from .rules.press import press
from .rules.rights import Action, Role
from .work import Priority, Work


async def approve(work: Work, ticket: Ticket) -> None:
    """同意: it is booked, and whoever asked reads so."""
    booking = await visits.booking_of(work, ticket)
    await bookings.approve(work, ticket)
    await handling.tell_owner(work, ticket, "visit.approved", **await visits.said(work, ticket, booking))


async def refuse(work: Work, ticket: Ticket, words: str) -> None:
    """不同意, with the reason: the time is free again, and whoever asked may choose another or object."""
    booking = await visits.booking_of(work, ticket)
    await handling.check(work, Action.APPROVE, ticket, Event.REFUSED)
    params = await visits.said(work, ticket, booking)
    await tickets.move(
        work,
        ticket,
        Event.REFUSED,
        work.person["id"] if work.person else None,
        why={"words": words},
        done_words=words,
        closed_at=work.now,
        closed_how="refused",
    )
    await routing.end_offers(work, ticket)
    buttons = [[("visit_again", press("bagain", ticket["id"]))], [("object", press("object", ticket["id"]))]]
    await handling.tell_owner(work, ticket, "visit.refused", buttons=buttons, words=words, **params)
    await tickets.show(work, ticket)


async def late(work: Work, ticket: Ticket, key: str) -> None:
    """Nobody said yes or no within the limit: the duty secretaries are reminded, the community secretary is told."""
    booking = await visits.booking_of(work, ticket)
    params = await visits.said(work, ticket, booking)
    community = work.directory.community_of(ticket["place_id"])
    places = work.directory.scope(community.id if community else None)
    above = await people.holders(work.ledger, [Role.COMMUNITY_SECRETARY], places)
    found = await roster.secretaries(work, ticket["place_id"])
    found += await roster.to_tell(work, [row for row in above if people.is_reachable(row)])
    for person, at in {row["id"]: (row, at) for row, at in reversed(found)}.values():
        work.notify(
            person,
            "visit.not_approved_yet",
            [[("open", press("open", ticket["id"]))]],
            ticket_id=ticket["id"],
            key=f"{key}:{person['id']}",
            due_at=max(at, work.speak_at(Priority.NEWS)),
            number=ticket["number"],
            **params,
        )


async def never(work: Work, ticket: Ticket, key: str) -> None:
    """The time has come and nobody agreed, or nobody is on it: the resident chooses another time."""
    booking = await visits.booking_of(work, ticket)
    visits.alter(work, booking, missed_by="agent", missed_at=work.now)
    await tickets.move(work, ticket, Event.CALLED_OFF, None, why={"reason": "not_approved"})
    await routing.end_offers(work, ticket)
    await visit_moves.offer_new_time(work, ticket, "visit.never_approved", key=key)
    await tickets.show(work, ticket)
