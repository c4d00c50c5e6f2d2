"""What needs a secretary: four lists of matters that would not come to a good end by themselves."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from . import reach, schema
from .closing import LOW_STARS
from .ledger import Row
from .rules.lifecycle import OPEN, State
from .work import Work


class Need(StrEnum):
    """Why a matter is on a list."""

    NOT_TAKEN = "not_taken"
    LATE = "late"
    LOW = "low"  # one or two stars, and nobody rang back yet
    DISPUTED = "disputed"  # 还没办好 for the second time, or a refusal that came back


async def counts(work: Work) -> dict[Need, int]:
    """How long each list of the one who asks is."""
    ticket = schema.ticket
    columns: list[Any] = [sa.func.count().filter(_condition(need, work.now)).label(str(need)) for need in Need]
    any_of = sa.or_(*(_condition(need, work.now) for need in Need))
    query: sa.Select[Any] = sa.select(*columns).select_from(ticket).where(_here(work), any_of)
    row = await work.ledger.one(query)
    return {need: int(row[str(need)]) if row else 0 for need in Need}


async def page(work: Work, need: Need, *, limit: int, offset: int) -> list[Row]:
    """A page of one list: danger first, then what is due first."""
    ticket = schema.ticket
    query = (
        sa.select(ticket)
        .where(_here(work), _condition(need, work.now))
        .order_by(ticket.c.is_danger.desc(), ticket.c.resolution_due_at, ticket.c.id)
    )
    return await work.ledger.all(query.limit(limit).offset(offset))


async def at_the_same_place(work: Work, ticket: Row, limit: int = 8) -> list[Row]:
    """Other open matters of the same building, or of the same place where there is no building; the same kind first."""
    directory, table = work.directory, schema.ticket
    near = [place.id for place in directory.ancestors(ticket["place_id"]) if place.level in {"building", "unit"}]
    places = directory.below(near[-1]) if near else frozenset({ticket["place_id"]})
    query = (
        sa.select(table)
        .where(
            table.c.place_id.in_(places & reach.places(work, reach.SECRETARIES)),
            table.c.state.in_(_states(OPEN - {State.DONE})),
            table.c.is_confidential.is_(False),
            table.c.id != ticket["id"],
        )
        .order_by((table.c.kind == ticket["kind"]).desc(), table.c.created_at.desc())
    )
    return await work.ledger.all(query.limit(limit))


def _here(work: Work) -> sa.ColumnElement[bool]:
    """Within reach; what has no place belongs to the only community there is."""
    places = reach.places(work, reach.SECRETARIES)
    community = work.directory.community_of(None)
    here: sa.ColumnElement[bool] = schema.ticket.c.place_id.in_(places)
    is_all = community is not None and community.id in places
    return sa.or_(here, schema.ticket.c.place_id.is_(None)) if is_all else here


def _condition(need: Need, now: datetime) -> sa.ColumnElement[bool]:
    ticket: Any = schema.ticket.c
    unowned = ticket.state.in_(_states({State.NEW, State.OFFERED}))
    match need:
        case Need.NOT_TAKEN:
            too_long = sa.and_(ticket.state == str(State.OFFERED), ticket.response_due_at <= now)
            return sa.or_(ticket.state == str(State.NEW), too_long)
        case Need.LATE:
            return sa.and_(ticket.overdue_at.is_not(None), ticket.state.in_(_states(OPEN - {State.DONE})))
        case Need.LOW:
            low = sa.and_(ticket.state == str(State.CLOSED), ticket.stars <= LOW_STARS, ticket.rung_back_at.is_(None))
            return sa.and_(low, ticket.anonymised_at.is_(None))  # there is nobody left to ring
        case Need.DISPUTED:
            return sa.and_(unowned, sa.or_(ticket.disputes >= 2, ticket.objected_at.is_not(None)))


def _states(states: Collection[State]) -> list[str]:
    return sorted(str(state) for state in states)
