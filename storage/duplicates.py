"""The same thing at the same place within hours: the second who reports it may join the first."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from . import schema, tickets
from .ledger import Row
from .rules.errors import Stale
from .rules.lifecycle import OPEN
from .tickets import Asked
from .work import Priority, Work

WITHIN = timedelta(hours=12)


async def likely(work: Work, asked: Asked) -> Row | None:
    """An open matter of the same kind at the same place or in the same building, that may be joined."""
    if asked.is_confidential or asked.is_danger or asked.place_id is None or asked.room is not None:
        return None
    kind = work.directory.kinds.get(asked.kind)
    if kind is None or not kind.needs_place:
        return None
    ticket = schema.ticket
    near = [place.id for place in work.directory.ancestors(asked.place_id) if place.level in {"building", "unit"}]
    query = (
        sa.select(ticket)
        .where(
            ticket.c.place_id.in_(near or [asked.place_id]),
            ticket.c.kind == asked.kind,
            ticket.c.created_at > work.now - WITHIN,
            ticket.c.state.in_([str(state) for state in OPEN]),
            ticket.c.is_confidential.is_(False),
            ticket.c.room.is_(None),
            ticket.c.owner_id != asked.owner_id,
        )
        .order_by(ticket.c.created_at.desc())
    )
    return await work.ledger.one(query)


async def join(work: Work, ticket_id: int, words: str) -> None:
    """Follow a neighbour's matter: the same card, the same news, and the worker reads the added words."""
    found: dict[str, Any] | None = await tickets.by_id(work.ledger, ticket_id)
    if found is None or work.person is None or found["state"] not in {str(state) for state in OPEN}:
        raise Stale
    work.changes.insert(
        schema.follower,
        id=work.new_id(),
        ticket_id=ticket_id,
        person_id=work.person["id"],
        words=words,
        joined_at=work.now,
    )
    work.changes.guard(schema.ticket, found)
    tickets.remember(work, found, "joined", work.person["id"], found["state"], found["state"], {"words": words})
    work.card(ticket_id, work.person, is_fresh=True, priority=Priority.ANSWER)
    await tickets.show(work, found)
