"""Helpers sign in and do it; whoever asked says whether it is done, or somebody rings and asks; what counts is settled.

What was confirmed earns points; what was not so after all loses them (`revoke`).
"""

from typing import Any

from . import freeing, handling, helped, order_ends, people, points, schema, setting_out, tickets, waves
from .handling import Ticket
from .ledger import Row
from .rules.errors import NotYours, Stale
from .rules.lifecycle import Event, State
from .rules.press import press
from .rules.rights import Action
from .work import Work


async def sign_in(work: Work, ticket: Ticket, claim: Row, how: str) -> None:
    """签到: by the tap of whoever asked ("asker") or by the helper's position ("location"); a second time nothing."""
    await handling.check(work, Action.SIGN_IN, ticket, Event.SIGNED_IN)
    if claim["state"] != helped.HELD:
        raise Stale
    if (how == "location") != (claim["person_id"] == _me(work)):
        raise NotYours
    if claim["signed_in_at"] is not None:
        return
    work.changes.update(schema.claim, claim, signed_in_at=work.now, signed_how=how)
    why = {"person": claim["person_id"], "how": how}
    if ticket["state"] == State.ACCEPTED:
        await tickets.move(work, ticket, Event.ARRIVED, _me(work), why=why, arrived_at=work.now)
    else:
        await tickets.move(work, ticket, Event.SIGNED_IN, _me(work), why=why)
    await tickets.show(work, ticket)


async def done(work: Work, ticket: Ticket) -> None:
    """做好了: whoever asked is asked whether it is. Those who did it without the rest were enough."""
    helpers = [one["person_id"] for one in await helped.held(work, ticket)]
    if ticket["state"] == State.DONE and _me(work) in helpers:
        return  # a double tap
    if ticket["state"] == State.OFFERED and _me(work) in helpers:
        await setting_out.go_ahead(work, ticket)
    await handling.check(work, Action.FINISH, ticket, Event.FINISHED)
    await tickets.move(work, ticket, Event.FINISHED, _me(work), done_at=work.now)
    await ask(work, ticket, "claim.done_ask")
    await tickets.show(work, ticket, but=[ticket["owner_id"]])


async def ask(work: Work, ticket: Ticket, message: str, *, key: str | None = None) -> None:
    """Ask whoever asked for it whether it is done: 好了, 没好."""
    buttons = [[("order_yes", press("yes", ticket["id"]))], [("order_no", press("no", ticket["id"]))]]
    ids = [one["person_id"] for one in await helped.held(work, ticket)]
    found = await people.at_hand(work, ids)
    names = [found[one]["name"] for one in ids if one in found]
    await handling.tell_owner(work, ticket, message, buttons=buttons, key=key, helpers=names)


async def confirm(work: Work, ticket: Ticket) -> None:
    """好了: it is closed, and counts."""
    await handling.check(work, Action.CONFIRM, ticket, Event.CONFIRMED)
    await settle(work, ticket)


async def settle(work: Work, ticket: Ticket, *, why: dict[str, Any] | None = None) -> None:
    """The same without asking who says so: the clock, or a duty secretary who rang."""
    await tickets.move(work, ticket, Event.CONFIRMED, _me(work), why=why, closed_at=work.now, closed_how="confirmed")
    earned = await points.earn(work, ticket)
    for one in await helped.held(work, ticket):
        helper = one["person_id"]
        await order_ends.tell_helpers(work, ticket, [helper], "claim.thanks", points=earned.get(helper, 0))
    await tickets.show(work, ticket)


async def dispute(work: Work, ticket: Ticket) -> None:
    """没好: back to those who did it; the second time the duty secretaries see it too."""
    await handling.check(work, Action.CONFIRM, ticket, Event.DISPUTED)
    await reopen(work, ticket)


async def reopen(work: Work, ticket: Ticket) -> None:
    """The same without asking who says so."""
    again = ticket["disputes"] + 1
    await tickets.move(work, ticket, Event.DISPUTED, _me(work), disputes=again)
    await freeing.free_of_those_gone(work, ticket)
    helpers = [one["person_id"] for one in await helped.held(work, ticket)]
    await order_ends.tell_helpers(work, ticket, helpers, "claim.not_done")
    if again > 1:
        await waves.tell_secretaries(work, ticket, "claim.staff_not_done", key=None)
    await tickets.show(work, ticket)


async def revoke(work: Work, ticket: Ticket) -> None:
    """It was not done after all: nobody has done it, and what it earned is taken back."""
    await tickets.move(work, ticket, Event.REVOKED, _me(work))
    for claim in await helped.held(work, ticket):
        work.changes.update(schema.claim, claim, state=helped.MISSED, minutes=None)
    await points.reverse(work, ticket)
    await tickets.show(work, ticket)


async def rung_up(work: Work, ticket: Ticket, *, is_done: bool) -> None:
    """What a duty secretary heard who rang: about a person who lives alone, or one in ten that confirmed themselves."""
    event = Event.CONFIRMED if ticket["state"] == State.DONE else Event.REVOKED
    await handling.check(work, Action.RING_UP, ticket, event)
    why = {"reason": "rung_up"}
    if ticket["state"] == State.DONE:
        await (settle(work, ticket, why=why) if is_done else reopen(work, ticket))
    elif not is_done:
        await revoke(work, ticket)
    else:
        tickets.remember(work, ticket, "rung_up", _me(work), ticket["state"], ticket["state"], why)


def _me(work: Work) -> int | None:
    return work.person["id"] if work.person else None
