"""The end of a ticket: the resident says whether it was done and how good it was; or it is withdrawn."""

from typing import Any

from . import claims, duplicates, handling, helped, people, points, roster, routing, schema, tickets
from .ledger import Row
from .rules.errors import Stale
from .rules.lifecycle import Event, State
from .rules.press import press
from .rules.rights import Action
from .work import Priority, Work

Ticket = dict[str, Any]
LOW_STARS = 2


async def confirm(work: Work, ticket: Ticket) -> None:
    """是的，办好了: the ticket is closed; the stars may follow. The cards tell with them or half an hour later."""
    if helped.is_order(work.ledger, ticket):
        await claims.confirm(work, ticket)
        return
    await handling.check(work, Action.CONFIRM, ticket, Event.CONFIRMED)
    await tickets.move(work, ticket, Event.CONFIRMED, _me(work), closed_at=work.now, closed_how="confirmed")


async def dispute(work: Work, ticket: Ticket) -> None:
    """还没办好: the first time back to the same worker, the second time to the duty secretary.

    A danger that has no worker any more rings again.
    """
    if helped.is_order(work.ledger, ticket):
        await claims.dispute(work, ticket)
        return
    await handling.check(work, Action.CONFIRM, ticket, _dispute_of(ticket))
    await reopen(work, ticket)
    if ticket["is_danger"] and ticket["assignee_id"] is None:
        await routing.ring(work, ticket)
    await tickets.show(work, ticket)


def _dispute_of(ticket: Ticket) -> Event:
    """Where nobody in a chat did it (a room, a firm), the duty secretary looks into it at once."""
    is_somebodys = ticket["assignee_id"] is not None
    return Event.DISPUTED if ticket["disputes"] == 0 and is_somebodys else Event.DISPUTED_AGAIN


async def reopen(work: Work, ticket: Ticket) -> None:
    """What was said to be done is not: whoever has it now gets a fresh card."""
    event = _dispute_of(ticket)
    again = event is Event.DISPUTED_AGAIN
    values: dict[str, Any] = {"disputes": ticket["disputes"] + 1}
    worker = await work.ledger.get(schema.person, ticket["assignee_id"])
    if again:
        values |= {"assignee_id": None, "accepted_at": None}
    await tickets.move(work, ticket, event, _me(work), **values)
    priority = Priority.ALARM if ticket["is_danger"] else Priority.NEWS
    if worker is not None and not again:
        work.card(ticket["id"], worker, is_fresh=True, priority=priority)
    if again:
        for person, at in await roster.secretaries(work, ticket["place_id"], is_danger=bool(ticket["is_danger"])):
            work.card(ticket["id"], person, is_fresh=True, priority=priority, due_at=at)


async def rate(work: Work, ticket: Ticket, stars: int) -> None:
    """One to five stars, once. One or two: the duty secretary is told and rings back."""
    await handling.check(work, Action.RATE, ticket, Event.RATED)
    if not can_rate(ticket):  # rated already, or closed without an answer: nobody said that it was done
        raise Stale
    await tickets.move(work, ticket, Event.RATED, _me(work), why={"stars": stars}, stars=stars)
    await points.earn_stars(work, ticket)
    if stars <= LOW_STARS:
        for person, at in await roster.secretaries(work, ticket["place_id"]):
            work.notify(
                person,
                "staff.low_stars",
                [[("open", press("open", ticket["id"]))]],
                ticket_id=ticket["id"],
                due_at=at,
                number=ticket["number"],
                stars=stars,
            )
    await tickets.show(work, ticket)


async def rating_words(work: Work, ticket: Ticket, words: str) -> None:
    """A sentence beside the stars, by whoever gave them."""
    await handling.check(work, Action.RATE, ticket, Event.RATED)
    await tickets.move(work, ticket, Event.RATED, _me(work), why={"words": words}, rating_words=words)


async def withdraw(work: Work, ticket: Ticket, reason: str) -> None:
    """The resident takes it back, with a reason; whoever has it in hand is told."""
    await handling.check(work, Action.WITHDRAW, ticket, Event.WITHDRAWN)
    await take_back(work, ticket, reason)


async def take_back(work: Work, ticket: Ticket, reason: str) -> None:
    """What happens when something is withdrawn; the caller has checked that it may be."""
    worker = await work.ledger.get(schema.person, ticket["assignee_id"])
    helpers = await helped.helper_ids(work.ledger, ticket) - {ticket["assignee_id"]}
    await tickets.move(
        work,
        ticket,
        Event.WITHDRAWN,
        _me(work),
        why={"words": reason},
        closed_at=work.now,
        closed_how="withdrawn",
    )
    for person in await _called(work, ticket):
        await _tell(work, person, ticket, "worker.withdrawn", reason)
    await routing.end_offers(work, ticket)
    if worker is not None and worker["id"] != _me(work):
        await _tell(work, worker, ticket, "worker.withdrawn", reason)
    for person in (await people.by_ids(work.ledger, helpers)).values():
        await _tell(work, person, ticket, "worker.withdrawn", reason)
    await duplicates.release(work, ticket)
    await tickets.show(work, ticket)


async def close_without_answer(work: Work, ticket: Ticket) -> None:
    """Nobody answered for five working days: closed, and counted as "without answer", never as satisfied."""
    await tickets.move(work, ticket, Event.CLOSED_WITHOUT_ANSWER, None, closed_at=work.now, closed_how="without_answer")
    await handling.tell_owner(work, ticket, "done.closed_unanswered")
    await tickets.show(work, ticket)


async def _called(work: Work, ticket: Ticket) -> list[Row]:
    """Whom a danger called and who may be on the way already: a false alarm must not let them run for nothing."""
    if not ticket["is_danger"]:
        return []
    called = {row["person_id"] for row in await tickets.open_offers(work.ledger, ticket["id"])} - {_me(work)}
    return list((await people.by_ids(work.ledger, called)).values())


async def _tell(work: Work, person: Row, ticket: Ticket, message: str, words: str) -> None:
    work.notify(
        person,
        message,
        ticket_id=ticket["id"],
        priority=Priority.ALARM if ticket["is_danger"] else Priority.NEWS,
        number=ticket["number"],
        words=words,
        to_former=True,
    )


def can_rate(ticket: Row) -> bool:
    """Whether stars are still to come."""
    return ticket["state"] == State.CLOSED and ticket["closed_how"] == "confirmed" and ticket["stars"] is None


def _me(work: Work) -> int:
    return work.person["id"] if work.person else 0
