"""Requests that wait for somebody: those that a building head or an estate's branch may check."""

from typing import Any

import sqlalchemy as sa

from . import helped, reach, schema
from .ledger import Row
from .rules.lifecycle import State
from .rules.rights import Role
from .states import UNOWNED, any_of
from .work import Work

CHECKERS = frozenset({Role.ESTATE_BRANCH, Role.BUILDING_HEAD})
"""Who finds them among their tasks; secretaries have a list of what nobody has taken."""
MOST = 10


async def to_check(work: Work, most: int = MOST) -> list[Row]:
    """What the one who asks may check, the soonest end first; costs nothing for those who check nothing."""
    if not reach.holds(work, CHECKERS):
        return []
    ticket: Any = schema.ticket
    # The list's own index is the short way; a function keeps the planner from that of the places.
    place_id = sa.func.coalesce(ticket.c.place_id, 0)
    query = (
        sa.select(ticket)
        .where(
            any_of(ticket.c.state, UNOWNED),
            ticket.c.state == str(State.NEW),
            ticket.c.kind == helped.ORDER,
            place_id.in_(reach.places(work, CHECKERS)),
            ticket.c.owner_id != (work.person["id"] if work.person else 0),
        )
        .order_by(ticket.c.is_danger.desc(), ticket.c.resolution_due_at, ticket.c.id)
    )
    return await work.ledger.all(query.limit(most))
