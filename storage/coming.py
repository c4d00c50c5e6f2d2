"""我会来: either side says before a booked time that they will be there, and the other can read it."""

from typing import Any

from . import schema, tickets
from .rules.errors import NotYours, Stale
from .rules.lifecycle import State
from .rules.rights import Action
from .work import Work


async def say(work: Work, ticket: dict[str, Any]) -> None:
    """Note that the one who asks will be there; a second press changes nothing.

    Raises NotYours for a stranger, Stale when there is no time to come any more.
    """
    if not await tickets.allowed(work, Action.COME, ticket):
        raise NotYours
    row = await work.ledger.get(schema.booking, ticket["id"])
    if row is None or row["starts_at"] is None or ticket["state"] != State.ACCEPTED or work.person is None:
        raise Stale
    side = "agent_comes_at" if work.person["id"] == ticket["assignee_id"] else "owner_comes_at"
    if row[side] is None:
        work.changes.update(schema.booking, row, **{side: work.now})
        await tickets.show(work, ticket)
