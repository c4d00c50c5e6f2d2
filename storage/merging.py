"""Merging: two matters that are one; whoever asked for the second follows the first and is told of everything."""

from typing import Any

from . import handling, people, routing, schema, tickets, triage
from .ledger import Row
from .rules.errors import NotYours, Refusal
from .rules.lifecycle import OPEN, Event, State
from .rules.rights import Action
from .work import Priority, Work

Ticket = dict[str, Any]


class CannotMerge(Refusal):
    """These two cannot become one: confidential, closed, the same, or a danger into something calm."""

    code = "cannot_merge"


async def merge(work: Work, ticket: Ticket, main: Ticket) -> None:
    """End `ticket` and let those who follow it follow `main`. Raises NotYours or CannotMerge."""
    await check(work, ticket, main)
    former = ticket["assignee_id"]
    await tickets.move(
        work,
        ticket,
        Event.MERGED,
        _me(work),
        why={"words": str(main["number"])},
        merged_into_id=main["id"],
        closed_at=work.now,
        closed_how="merged",
        assignee_id=None,
        accepted_at=None,
    )
    await routing.end_offers(work, ticket)
    await triage.tell_former(work, ticket, former)
    work.changes.guard(schema.ticket, main)
    tickets.remember(work, main, "joined", _me(work), main["state"], main["state"], {"words": ticket["words"]})
    for person in await _new_followers(work, ticket, main):
        _let_follow(work, person, ticket, main)
    await _tell_worker(work, ticket, main)
    await tickets.show(work, ticket)
    await tickets.show(work, main)


async def check(work: Work, ticket: Ticket, main: Ticket) -> None:
    """Raise the refusal that fits unless the one who asks may merge the two now."""
    await handling.check(work, Action.TRIAGE, ticket, Event.MERGED)
    if not await tickets.allowed(work, Action.TRIAGE, main):
        raise NotYours
    is_open = State(main["state"]) in OPEN - {State.DONE}
    is_private = ticket["is_confidential"] or main["is_confidential"]
    is_calmed = ticket["is_danger"] and not main["is_danger"]
    if main["id"] == ticket["id"] or not is_open or is_private or is_calmed:
        raise CannotMerge


async def _new_followers(work: Work, ticket: Ticket, main: Ticket) -> list[Row]:
    """The owner and the followers of what ends; for an owner without a chat also whoever wrote it down."""
    followers = {row["person_id"] for row in await tickets.followers_of(work.ledger, ticket["id"])}
    known = {row["person_id"] for row in await tickets.followers_of(work.ledger, main["id"])} | {main["owner_id"]}
    found = await people.by_ids(work.ledger, {ticket["owner_id"], ticket["filed_by_id"], *followers})
    wanted = {ticket["owner_id"], *followers}
    if found[ticket["owner_id"]]["telegram_id"] is None:
        wanted.add(ticket["filed_by_id"])
    return [found[one] for one in sorted(wanted - known) if one in found]


def _let_follow(work: Work, person: Row, ticket: Ticket, main: Ticket) -> None:
    words = ticket["words"] if person["id"] == ticket["owner_id"] else None
    work.changes.insert(
        schema.follower,
        id=work.new_id(),
        ticket_id=main["id"],
        person_id=person["id"],
        words=words,
        joined_at=work.now,
    )
    work.notify(
        person, "triage.merged_owner", ticket_id=main["id"], number=ticket["number"], main_number=main["number"]
    )
    work.card(main["id"], person, is_fresh=True)


async def _tell_worker(work: Work, ticket: Ticket, main: Ticket) -> None:
    """Whoever has the main matter, or may take it, reads what the other one said and sees its pictures."""
    offers = await tickets.open_offers(work.ledger, main["id"])
    readers = [main["assignee_id"]] if main["assignee_id"] else [row["person_id"] for row in offers]
    files = [dict(row) for row in await tickets.attachments_of(work.ledger, ticket["id"]) if row["purpose"] != "proof"]
    sent = [{"media": one["media"], "file_id": one["file_id"]} for one in files]
    for person in (await people.by_ids(work.ledger, readers)).values():
        work.media(main["id"], person, sent, priority=Priority.NEWS)
        work.notify(person, "owner.joined", ticket_id=main["id"], number=main["number"], words=ticket["words"])


def _me(work: Work) -> int:
    return work.person["id"] if work.person else 0
