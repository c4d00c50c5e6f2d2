"""A request ends without being done: it is turned down, or nobody was found.

Whoever asked reads why, and what else there is; who was to come is told that they need not.
"""

from collections.abc import Sequence
from typing import Any

from . import handling, helped, people, routing, tickets, waves
from .handling import Ticket
from .rules.lifecycle import Event, State
from .rules.press import press
from .rules.rights import Action
from .work import Work


async def refuse(work: Work, ticket: Ticket, reason: str, service_id: int | None = None) -> None:
    """Turn a request down, with the reason; `service_id` is a service that fits better. Its helpers are told."""
    await handling.check(work, Action.TURN_DOWN, ticket, Event.REFUSED)
    helpers = [one["person_id"] for one in await helped.held(work, ticket)]
    why = {"words": reason, "service": service_id}
    await tickets.move(
        work,
        ticket,
        Event.REFUSED,
        _me(work),
        why=why,
        done_words=reason,
        closed_at=work.now,
        closed_how="refused",
        assignee_id=None,
        accepted_at=None,
    )
    await routing.end_offers(work, ticket)
    await tell_helpers(work, ticket, helpers, "claim.called_off", words=reason)
    service = work.directory.catalogue.services.get(service_id or 0)
    pressed: list[list[Any]] = [[("order_again", press("order", ticket["id"]))]]
    if service is not None:
        pressed.insert(0, [("order_service", press("book", service.id))])
    named = {one: service.name_in(one) for one in ("zh-CN", "en")} if service is not None else None
    await handling.tell_owner(work, ticket, "claim.turned_down", buttons=pressed, words=reason, service=named)
    await tickets.show(work, ticket)


async def nobody_found(work: Work, ticket: Ticket, key: str) -> None:
    """The end has come: nobody checked it, nobody took it, or one person alone would have gone to a first visit.

    Whoever asked reads which of these it was, and what else there is; so do the secretaries.
    """
    helpers = [one["person_id"] for one in await helped.held(work, ticket)]
    reason = "not_verified" if ticket["state"] == State.NEW else "too_few" if helpers else "nobody"
    await tickets.move(
        work, ticket, Event.NOBODY_FOUND, None, why={"reason": reason}, closed_at=work.now, closed_how="nobody_found"
    )
    await routing.end_offers(work, ticket)
    await tell_helpers(work, ticket, helpers, "claim.called_off_too_few")
    ways: list[list[Any]] = [
        [("order_again", press("order", ticket["id"]))],
        [("order_grid_worker", press("new"))],
        [("order_service", press("book"))],
    ]
    await handling.tell_owner(work, ticket, "claim.nobody_found", buttons=ways, key=key, reason=reason)
    await waves.tell_secretaries(work, ticket, "claim.staff_nobody_found", key=key, reason=reason)
    await tickets.show(work, ticket)


async def tell_helpers(work: Work, ticket: Ticket, ids: Sequence[int], message: str, **params: Any) -> None:
    """Tell those who were to come, or came; not the one who asks."""
    for person in (await people.by_ids(work.ledger, ids)).values():
        if person["id"] != _me(work):
            work.notify(person, message, ticket_id=ticket["id"], number=ticket["number"], to_former=True, **params)


def _me(work: Work) -> int | None:
    return work.person["id"] if work.person else None
