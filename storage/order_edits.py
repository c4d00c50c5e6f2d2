"""Changes of a request: when, how long, how many, which skills, the words."""

from collections.abc import Mapping
from typing import Any

from . import handling, helped, matched, order_ends, tickets, waves
from .handling import Ticket
from .rules.errors import NotOpen, Stale
from .rules.lifecycle import Event, State
from .rules.matching import places
from .rules.rights import Action
from .work import Work

EDITABLE = frozenset({"errand_id", "starts_at", "ends_at", "minutes", "wanted", "skills", "is_vulnerable", "words"})

_DECIDES_WHOM = frozenset({"errand_id", "starts_at", "wanted", "skills", "is_vulnerable"})


async def edit(work: Work, ticket: Ticket, edits: Mapping[str, Any]) -> None:
    """Change when, how long, how many, which skills, or the words. Raises NotOpen for what cannot be.

    Who has taken it is told; fewer places than are taken cannot be.
    """
    await handling.check(work, Action.EDIT, ticket, Event.EDITED)
    await change(work, ticket, edits)
    await tickets.move(work, ticket, Event.EDITED, _me(work), why={"what": sorted(edits)})
    if ticket["state"] == State.OFFERED and _DECIDES_WHOM & set(edits):
        await waves.again(work, ticket)
    helpers = [one["person_id"] for one in await helped.held(work, ticket)]
    await order_ends.tell_helpers(work, ticket, helpers, "claim.edited")
    await tickets.show(work, ticket)


async def change(work: Work, ticket: Ticket, edits: Mapping[str, Any]) -> None:
    """The same without asking who says so, and without telling anybody: it is being checked."""
    order = await _row(work, ticket)
    if not set(edits) <= EDITABLE:
        raise ValueError(f"not to be edited: {sorted(set(edits) - EDITABLE)}")
    values = {name: value for name, value in edits.items() if name != "words"}
    after = {**order, **values}
    if after["ends_at"] <= work.now or (after["starts_at"] is not None and after["starts_at"] >= after["ends_at"]):
        raise NotOpen
    taken = await helped.held(work, ticket)
    is_known = bool(await matched.known_to(work.ledger, ticket["owner_id"], [one["person_id"] for one in taken]))
    helpers = values.pop("wanted", order["helpers"])
    if after["is_vulnerable"]:
        values["needs_sign_in"] = True
    wanted = places(helpers, is_vulnerable=bool(after["is_vulnerable"]), is_known=is_known)
    # While it is offered the last place to be taken settles it; a place less than are taken would leave it unsettled.
    if helpers < 1 or wanted < len(taken) + (ticket["state"] == State.OFFERED and bool(taken)):
        raise NotOpen
    if ticket["state"] == State.ACCEPTED and wanted != len(taken):
        raise NotOpen
    waves.alter(work, order, **values, helpers=helpers, wanted=wanted)
    told = {"words": edits["words"]} if "words" in edits else {}
    tickets.alter(work, ticket, resolution_due_at=order["ends_at"], **told)


async def _row(work: Work, ticket: Ticket) -> dict[str, Any]:
    order = await helped.row(work, ticket)
    if order is None:
        raise Stale
    return order


def _me(work: Work) -> int | None:
    return work.person["id"] if work.person else None
