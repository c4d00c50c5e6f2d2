"""Messages between whoever asked for help and those who come: through the bot, so that nobody needs a number.

What they say to each other is theirs: the history keeps that something was said, not what.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from . import helped, people, schema, tickets
from .handling import Ticket
from .ledger import Row
from .rules.errors import NotYours, Stale
from .rules.press import press
from .rules.rights import Action, actions
from .work import Priority, Work

RELAYED = "relayed"
LONGEST = 1000


async def check(work: Work, action: Action, ticket: Ticket) -> None:
    """Raise NotYours, or Stale where it is too late or too early, unless the one who asks may do this now."""
    if work.person is None or not await tickets.allowed(work, action, ticket):
        raise NotYours
    facts = await tickets.facts(work.ledger, ticket)
    if action not in actions(people.as_actor(work.person["id"], work.grants), facts):
        raise Stale


async def relay(work: Work, ticket: Ticket, words: str, files: Sequence[Mapping[str, Any]] = ()) -> None:
    """Pass words and pictures on to the other side. Raises what `check` raises."""
    await check(work, Action.RELAY, ticket)
    me = _me(work)
    helpers = await helped.helper_ids(work.ledger, ticket)
    buttons = [[("order_reply", press("orelay", ticket["id"])), ("order_problem", press("oproblem", ticket["id"]))]]
    name = work.person["name"] if work.person else ""
    readers = await _others(work, ticket, helpers, me)
    for person in readers:
        work.notify(
            person,
            "order.relayed",
            buttons,
            ticket_id=ticket["id"],
            number=ticket["number"],
            name=name,
            words=words[:LONGEST],
        )
        work.media(ticket["id"], person, files, priority=Priority.NEWS)
    tickets.remember(work, ticket, RELAYED, me, ticket["state"], ticket["state"])


async def _others(work: Work, ticket: Ticket, helpers: frozenset[int], me: int) -> list[Row]:
    """The helpers, or whoever asked: the owner where there is a chat, else who wrote it down."""
    if me not in helpers:
        return list((await people.by_ids(work.ledger, helpers)).values())
    found = await people.by_ids(work.ledger, {ticket["owner_id"], ticket["filed_by_id"]})
    owner = found.get(ticket["owner_id"])
    asked = owner if owner is not None and owner["telegram_id"] is not None else found.get(ticket["filed_by_id"])
    return [asked] if asked is not None else []


async def show_phone(work: Work, ticket: Ticket) -> bool:
    """Let the other side see one's number, or not any more; gives back which. Raises what `check` raises.

    It is seen from acceptance to completion and no longer.
    """
    await check(work, Action.RELAY, ticket)
    me = _me(work)
    mine = next((one for one in await helped.held(work, ticket) if one["person_id"] == me), None)
    table, row = (schema.claim, mine) if mine is not None else (schema.help_order, await helped.row(work, ticket))
    if row is None:
        raise Stale
    shows = not row["shows_phone"]
    work.changes.update(table, row, shows_phone=shows)
    tickets.remember(work, ticket, "phone_shown" if shows else "phone_hidden", me, ticket["state"], ticket["state"])
    await tickets.show(work, ticket)
    return shows


def _me(work: Work) -> int:
    return work.person["id"] if work.person else 0
