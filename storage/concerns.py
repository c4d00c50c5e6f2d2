"""有问题: something was wrong between whoever asked for help and who came. A duty secretary reads it and sees to it."""

from typing import Any

import sqlalchemy as sa

from . import helped, people, relays, roster, schema, tickets
from .handling import Ticket
from .ledger import Ledger, Row
from .matched import helper_of
from .plain import once
from .rules.errors import NotYours, Stale
from .rules.press import press
from .rules.rights import Action
from .work import Priority, Work

RAISED, SEEN_TO = "concern_raised", "concern_seen_to"
LONGEST = 1000

_claim, _concern = schema.claim, schema.concern
_CAME = once(sa.select(_claim.c.person_id).where(_claim.c.ticket_id == sa.bindparam("ticket")).distinct())
_OPEN = once(
    sa.select(_concern)
    .where(_concern.c.ticket_id == sa.bindparam("ticket"), _concern.c.handled_at.is_(None))
    .order_by(_concern.c.id)
)


async def about_whom(work: Work, ticket: Ticket) -> list[Row]:
    """Whom the one who asks can speak of: a helper of whoever asked, everybody else of those who help."""
    me = _me(work)
    if me in await helped.helper_ids(work.ledger, ticket):
        ids = {ticket["owner_id"]}
    else:
        ids = {row["person_id"] for row in await work.ledger.all(_CAME, ticket=ticket["id"])} - {me}
    return sorted((await people.by_ids(work.ledger, ids)).values(), key=lambda row: int(row["id"]))


async def report(work: Work, ticket: Ticket, about_id: int, words: str) -> None:
    """Write it down, and tell the duty secretaries. Raises NotYours or Stale."""
    await relays.check(work, Action.PROBLEM, ticket)
    about = next((row for row in await about_whom(work, ticket) if row["id"] == about_id), None)
    if about is None or not words:
        raise Stale
    values: dict[str, Any] = {"id": work.new_id(), "ticket_id": ticket["id"], "by_id": _me(work)}
    work.changes.insert(schema.concern, **values, about_id=about_id, words=words[:LONGEST], created_at=work.now)
    tickets.remember(work, ticket, RAISED, _me(work), ticket["state"], ticket["state"])
    told = {"by": work.person["name"] if work.person else "", "about": about["name"], "words": words[:LONGEST]}
    buttons = [[("open", press("open", ticket["id"]))], [("order_staff_seen_to", press("oseen", values["id"]))]]
    if await helper_of(work.ledger, about_id) is not None:
        buttons[0].append(("talent_open", press("talent", about_id)))
    for person, at in await roster.secretaries(work, ticket["place_id"]):
        work.notify(
            person,
            "order.staff_concern",
            buttons,
            ticket_id=ticket["id"],
            due_at=max(at, work.speak_at(Priority.NEWS)),
            number=ticket["number"],
            **told,
        )


async def see_to(work: Work, concern_id: int | None) -> Ticket:
    """A duty secretary has seen to it; whoever spoke is told. Raises Stale when somebody has, NotYours for others."""
    concern = await work.ledger.get(schema.concern, concern_id)
    ticket = await tickets.by_id(work.ledger, concern["ticket_id"]) if concern is not None else None
    if concern is None or ticket is None or concern["handled_at"] is not None:
        raise Stale
    if not await tickets.allowed(work, Action.RING_UP, ticket):
        raise NotYours
    work.changes.update(schema.concern, concern, handled_by=_me(work), handled_at=work.now)
    tickets.remember(work, ticket, SEEN_TO, _me(work), ticket["state"], ticket["state"])
    for person in (await people.by_ids(work.ledger, [concern["by_id"]])).values():
        work.notify(person, "order.concern_seen_to", ticket_id=ticket["id"], number=ticket["number"], to_former=True)
    return ticket


async def still_open(ledger: Ledger, ticket_id: int) -> list[Row]:
    """What nobody has seen to yet."""
    return await ledger.all(_OPEN, ticket=ticket_id)


def _me(work: Work) -> int:
    return work.person["id"] if work.person else 0
