"""Posters: the random codes behind the QR codes on the walls, one living code a place.

A poster binds a resident to a place and gives no role, so its code is kept in clear, to be printed again; 72 random
bits make guessing hopeless, and a withdrawn code is refused for ever.
"""

import secrets
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from .ids import new_id
from .schema import place, poster

PREFIX = "p"
_BATCH = 1000  # engines bound the parameters of a statement
_CODE_BYTES = 9  # 72 bits, 12 characters of A-Za-z0-9_-


def make_code() -> str:
    """A code that nobody guesses, in the alphabet of deep links."""
    return secrets.token_urlsafe(_CODE_BYTES)


def payload(code: str) -> str:
    """What stands after `?start=` in the poster's link."""
    return PREFIX + code


def code_in(start: str) -> str | None:
    """The poster code in a `/start` payload, or None when the payload is of another kind."""
    return start[len(PREFIX) :] if start.startswith(PREFIX) and len(start) > len(PREFIX) else None


async def ensure(connection: AsyncConnection, place_ids: Collection[int], now: datetime) -> dict[int, str]:
    """The living code of each place, made where there is none; to be called inside a writing transaction."""
    living = sa.select(poster.c.place_id, poster.c.code).where(poster.c.withdrawn_at.is_(None)).order_by(poster.c.id)
    codes: dict[int, str] = {row.place_id: row.code for row in await connection.execute(living)}
    wanted = [place_id for place_id in dict.fromkeys(place_ids) if place_id not in codes]
    codes |= {place_id: make_code() for place_id in wanted}
    rows = [
        {"id": new_id(now), "code": codes[place_id], "place_id": place_id, "created_at": now, "version": 1}
        for place_id in wanted
    ]
    if rows:
        await connection.execute(sa.insert(poster), rows)
    return {place_id: codes[place_id] for place_id in place_ids}


async def withdraw(connection: AsyncConnection, place_ids: Collection[int], now: datetime) -> int:
    """End the living codes of these places and return how many there were."""
    ids, count = list(place_ids), 0
    for start in range(0, len(ids), _BATCH):
        condition = poster.c.place_id.in_(ids[start : start + _BATCH]) & poster.c.withdrawn_at.is_(None)
        values = {"withdrawn_at": now, "version": poster.c.version + 1}
        done = await connection.execute(sa.update(poster).where(condition).values(values))
        count += int(done.rowcount)
    return count


async def find(connection: AsyncConnection, code: str) -> Mapping[str, Any] | None:
    """The poster with this code, or None when it is unknown, withdrawn, or its place is no more."""
    query = (
        sa.select(poster)
        .join(place, place.c.id == poster.c.place_id)
        .where(poster.c.code == code, poster.c.withdrawn_at.is_(None), place.c.retired_at.is_(None))
    )
    row = (await connection.execute(query)).mappings().first()
    return None if row is None else dict(row)
