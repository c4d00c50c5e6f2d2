"""What needs a secretary: four lists of matters that would not come to a good end by themselves."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from . import reach, schema
from .closing import LOW_STARS
from .ledger import Row
from .plain import once
from .rules.lifecycle import OPEN, State
from .states import UNDONE, UNOWNED, any_of
from .work import Work


class Need(StrEnum):
    """Why a matter is on a list."""

    NOT_TAKEN = "not_taken"
    LATE = "late"
    LOW = "low"  # one or two stars, and nobody rang back yet
    DISPUTED = "disputed"  # 还没办好 for the second time, or a refusal that came back


MOST_COUNTED = 100
"""A list is counted so far and no further: whoever has more than ninety-nine matters to look at has many."""


async def counts(work: Work) -> dict[Need, int]:
    """How long each list of the one who asks is, up to `MOST_COUNTED`."""
    columns: list[Any] = [_counted(work, need).label(str(need)) for need in Need]
    query: sa.Select[Any] = sa.select(*columns)
    row = await work.ledger.one(query)
    return {need: int(row[str(need)]) if row else 0 for need in Need}


def _counted(work: Work, need: Need) -> sa.ScalarSelect[int]:
    ticket = schema.ticket
    first = sa.select(ticket.c.id).where(_condition(need, work.now), _here(work)).limit(MOST_COUNTED).subquery()
    return sa.select(sa.func.count()).select_from(first).scalar_subquery()


async def page(work: Work, need: Need, *, limit: int, offset: int) -> list[Row]:
    """A page of one list: danger first, then what is due first."""
    ticket = schema.ticket
    query = (
        sa.select(ticket)
        .where(_condition(need, work.now), _here(work))
        .order_by(ticket.c.is_danger.desc(), ticket.c.resolution_due_at, ticket.c.id)
    )
    return await work.ledger.all(query.limit(limit).offset(offset))


_OPEN_AT = once(
    sa.select(schema.ticket)
    .where(
        schema.ticket.c.place_id == sa.bindparam("place"),
        any_of(schema.ticket.c.state, OPEN),
        schema.ticket.c.state != sa.literal_column(f"'{State.DONE}'"),
        schema.ticket.c.is_confidential.is_(False),
        schema.ticket.c.id != sa.bindparam("but"),
    )
    .order_by(schema.ticket.c.created_at.desc())
    .limit(sa.bindparam("most"))
)


async def at_the_same_place(work: Work, ticket: Row, limit: int = 8) -> list[Row]:
    """Other open matters of the same building, or of the same place where there is no building; the same kind first."""
    directory = work.directory
    near = [place.id for place in directory.ancestors(ticket["place_id"]) if place.level in {"building", "unit"}]
    places = directory.below(near[-1]) if near else frozenset({ticket["place_id"]})
    found = [
        row
        for place_id in places & reach.places(work, reach.SECRETARIES)
        for row in await work.ledger.all(_OPEN_AT, place=place_id, but=ticket["id"], most=limit)
    ]
    newest = sorted(found, key=lambda row: row["created_at"], reverse=True)
    return sorted(newest, key=lambda row: row["kind"] != ticket["kind"])[:limit]


def _here(work: Work) -> sa.ColumnElement[bool]:
    """Within reach; what has no place belongs to the only community there is.

    The list's own index is the short way, in the order wanted; a function keeps the planner from that of the places.
    """
    community = work.directory.community_of(None)
    place_id = sa.func.coalesce(schema.ticket.c.place_id, community.id if community is not None else 0)
    return place_id.in_(reach.places(work, reach.SECRETARIES))


def _condition(need: Need, now: datetime) -> sa.ColumnElement[bool]:
    """Why a matter is on a list, in the words of that list's index."""
    ticket: Any = schema.ticket.c
    match need:
        case Need.NOT_TAKEN:
            too_long = sa.or_(ticket.state == str(State.NEW), ticket.response_due_at <= now)
            return sa.and_(any_of(ticket.state, UNOWNED), too_long)
        case Need.LATE:
            return sa.and_(ticket.overdue_at.is_not(None), any_of(ticket.state, UNDONE))
        case Need.LOW:
            return sa.and_(_IS_CLOSED, _IS_LOW, ticket.rung_back_at.is_(None))
        case Need.DISPUTED:
            return sa.and_(any_of(ticket.state, UNOWNED), _IS_DISPUTED)


_IS_CLOSED = schema.ticket.c.state == sa.literal_column(f"'{State.CLOSED}'")
_IS_LOW = schema.ticket.c.stars <= sa.literal_column(str(LOW_STARS))
_IS_DISPUTED = sa.or_(schema.ticket.c.disputes >= sa.literal_column("2"), schema.ticket.c.objected_at.is_not(None))
