"""Cells: the quarters of an hour of a seat that a booking or a hold owns.

The primary key (provider, seat, cell) makes over-booking impossible on both engines: of two who take one cell in the
same moment one is refused by the database, and decides again on what is left. The waiting list hears of what becomes
free.
"""

from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from . import schema, waitlist
from .ledger import Row
from .plain import once
from .rules.errors import SlotTaken
from .rules.slots import Slot, cells_of
from .work import Work

Owned = frozenset[tuple[int, int, int]]
"""Provider, seat and cell."""
NOTHING: Owned = frozenset()

_cell = schema.booking_cell
_TAKEN = once(
    sa.select(_cell).where(
        _cell.c.provider_id.in_(sa.bindparam("providers", expanding=True)),
        _cell.c.cell >= sa.bindparam("first"),
        _cell.c.cell < sa.bindparam("after"),
    )
)
_FREE = sa.delete(_cell).where(_cell.c.holder_id == sa.bindparam("of"))
_FREE_OTHERS = sa.delete(_cell).where(
    _cell.c.holder_id == sa.bindparam("of"),
    sa.or_(
        _cell.c.provider_id != sa.bindparam("provider"),
        _cell.c.seat != sa.bindparam("only_seat"),
        _cell.c.cell < sa.bindparam("first"),
        _cell.c.cell >= sa.bindparam("after"),
    ),
)
_HAND_OVER = (
    sa.update(_cell).where(_cell.c.holder_id == sa.bindparam("of")).values(holder_id=sa.bindparam("to", sa.BigInteger))
)


async def taken(work: Work, providers: Iterable[int], first: int, after: int) -> list[Row]:
    """The cells of providers between two, with those that this very change set takes."""
    ids = sorted(set(providers))
    rows = await work.ledger.all(_TAKEN, providers=ids, first=first, after=after) if ids else []
    new = [values for table, values in work.changes.inserts if table is _cell]
    return [*rows, *(one for one in new if one["provider_id"] in ids and first <= one["cell"] < after)]


async def owned(work: Work, slot: Slot, buffer: timedelta, mine: Collection[int]) -> Owned:
    """The cells of a slot that holders own already. Raises SlotTaken when one is somebody else's."""
    wanted = cells_of(slot, buffer)
    rows = await taken(work, [slot.provider_id], wanted.start, wanted.stop)
    here = [row for row in rows if row["seat"] == slot.seat]
    if any(row["holder_id"] not in mine for row in here):
        raise SlotTaken
    return frozenset((slot.provider_id, slot.seat, row["cell"]) for row in here)


def take(work: Work, slot: Slot, buffer: timedelta, holder_id: int, but: Owned = NOTHING) -> None:
    """Let a holder own the cells of a slot, but for those that are owned by it, or will be handed over to it."""
    for cell in cells_of(slot, buffer):
        if (slot.provider_id, slot.seat, cell) not in but:
            work.changes.insert(_cell, provider_id=slot.provider_id, seat=slot.seat, cell=cell, holder_id=holder_id)


def free_others(work: Work, slot: Slot, buffer: timedelta, holder_id: int) -> None:
    """Give back what a holder owns beside the cells of a slot; the caller guards the holder's row."""
    kept = cells_of(slot, buffer)
    place = {"provider": slot.provider_id, "only_seat": slot.seat, "first": kept.start, "after": kept.stop}
    work.changes.run(_FREE_OTHERS, of=holder_id, **place)


def hand_over(work: Work, holder_id: int, to: int) -> None:
    """Let what one holder owns be another's; the caller guards the first one's row."""
    work.changes.run(_HAND_OVER, of=holder_id, to=to)


async def free(work: Work, holder_id: int, slot: Slot) -> None:
    """Give everything back that a holder owns, and tell; the caller guards the holder's row."""
    work.changes.run(_FREE, of=holder_id)
    await tell_freed(work, slot)


async def tell_freed(work: Work, slot: Slot) -> None:
    """Let those who wait hear that a slot becomes free in this change set; not one that has begun."""
    if slot.starts_at > work.now:
        await waitlist.freed(work, slot)


def slot_of(row: Row) -> Slot:
    """The slot of a booking or a hold that has one."""
    return Slot(row["provider_id"], row["seat"], row["starts_at"], row["ends_at"])


def columns(slot: Slot) -> dict[str, Any]:
    """The columns of a row that has a slot."""
    return {
        "provider_id": slot.provider_id,
        "seat": slot.seat,
        "starts_at": slot.starts_at,
        "ends_at": slot.ends_at,
    }


async def give_back(work: Work, ticket: dict[str, Any]) -> None:
    """A booking is over: its time is free again, whatever is left of it."""
    row = await work.ledger.get(schema.booking, ticket["id"])
    if row is not None and row["starts_at"] is not None:
        work.changes.guard(schema.booking, row)
        await free(work, ticket["id"], slot_of(row))
    work.changes.update(schema.ticket, ticket, booked_until=None)
    ticket["booked_until"] = None
