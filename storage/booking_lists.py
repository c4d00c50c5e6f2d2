"""What somebody has booked: the times that lists show, and what "the same as last time" means."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from . import schema
from .ids import first_id
from .ledger import Ledger, Row
from .plain import once

_booking, _ticket, _link = schema.booking, schema.ticket, schema.family_link
_PERSON: sa.BindParameter[int] = sa.bindparam("person", type_=sa.BigInteger)
_OWNERS = sa.union_all(sa.select(_PERSON), sa.select(_link.c.person_id).where(_link.c.relative_id == _PERSON))
"""Themselves and the elders of their family: whoever files for others has too many to ask for the same again."""
_LAST = once(
    sa.select(_booking, _ticket.c.place_id, _ticket.c.room, _ticket.c.owner_id, _ticket.c.for_whom)
    .join(_ticket, _ticket.c.id == _booking.c.id)
    .where(
        _booking.c.service_id == sa.bindparam("service"),
        _ticket.c.owner_id.in_(_OWNERS),
        sa.or_(_ticket.c.owner_id == _PERSON, _ticket.c.filed_by_id == _PERSON),
    )
    .order_by(_booking.c.created_at.desc(), _booking.c.id.desc())
    .limit(1)
)


async def last(ledger: Ledger, person_id: int, service_id: int) -> Row | None:
    """The last booking of a service that somebody made for themselves or an elder, with whose it is and where."""
    return await ledger.one(_LAST, person=person_id, service=service_id)


async def by_ids(ledger: Ledger, ids: Collection[int]) -> dict[int, Row]:
    """The bookings among these tickets."""
    if not ids:
        return {}
    rows = await ledger.all(sa.select(_booking).where(_booking.c.id.in_(ids)))
    return {row["id"]: row for row in rows}


async def counted(connection: AsyncConnection, since: datetime) -> list[tuple[int | None, int, int]]:
    """How often something was booked since then: (place, service, times)."""
    times = sa.func.count().label("times")
    query = (
        sa.select(_ticket.c.place_id, _booking.c.service_id, times)
        .join(_ticket, _ticket.c.id == _booking.c.id)
        .where(_booking.c.id >= first_id(since))
        .group_by(_ticket.c.place_id, _booking.c.service_id)
    )
    return [(row.place_id, row.service_id, row.times) for row in await connection.execute(query)]
