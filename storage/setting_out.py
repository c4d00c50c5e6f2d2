"""Enough have taken a request: nobody else is asked, whoever asked learns who comes, who comes gets what they need."""

from collections.abc import Sequence
from typing import Any

from . import door_words, handling, helped, matched, people, routing, tickets, waves
from .handling import Ticket
from .ledger import Row
from .rules.errors import NotAlone, Stale
from .rules.lifecycle import Event
from .rules.rights import Action
from .work import Priority, Work


def given_to(work: Work, taken: Sequence[Row]) -> dict[str, Any]:
    """The columns of a ticket that those who have its places carry out; the first of them stands for all."""
    return {"assignee_id": taken[0]["person_id"], "accepted_at": work.now}


async def tell_who_comes(work: Work, ticket: Ticket, order: Row, taken: Sequence[Row]) -> None:
    """Whoever asked learns who comes, with what they say at the door; who comes gets the pictures."""
    ids = [one["person_id"] for one in taken]
    found = await people.at_hand(work, ids)
    first = await matched.helper_of(work.ledger, ids[0])
    photo = {"photo": first["photo"]} if first is not None and first["photo"] and len(ids) == 1 else {}
    names = [found[one]["name"] for one in ids if one in found]
    word = door_words.by_language(order["code_word"])
    await handling.tell_owner(work, ticket, "claim.coming", helpers=names, code_word=word, **photo)
    files = [one for one in await tickets.attachments_of(work.ledger, ticket["id"]) if one["media"] != "location"]
    shown = [{"media": one["media"], "file_id": one["file_id"]} for one in files] + tickets.position_of(ticket)
    for helper_id in ids:
        if helper_id in found:
            work.media(ticket["id"], found[helper_id], shown, priority=Priority.NEWS)
            work.card(ticket["id"], found[helper_id])


async def begin(work: Work, ticket: Ticket) -> None:
    """Those who are there begin without the rest. Raises Stale when nobody is, NotAlone for a first visit by one."""
    await handling.check(work, Action.BEGIN, ticket, Event.BEGUN)
    await go_ahead(work, ticket)


async def go_ahead(work: Work, ticket: Ticket) -> None:
    """The same without asking who says so: the clock, or the helpers who have done it."""
    order, taken = await _row(work, ticket), await helped.held(work, ticket)
    if not taken:
        raise Stale
    if not helped.can_begin(order, len(taken)):
        raise NotAlone
    waves.alter(work, order, wanted=len(taken))
    await tickets.move(work, ticket, Event.BEGUN, _me(work), **given_to(work, taken))
    await routing.end_offers(work, ticket)
    await tell_who_comes(work, ticket, order, taken)
    await tickets.show(work, ticket)


async def _row(work: Work, ticket: Ticket) -> dict[str, Any]:
    order = await helped.row(work, ticket)
    if order is None:
        raise Stale
    return order


def _me(work: Work) -> int | None:
    return work.person["id"] if work.person else None
