"""Slots as they are now: what is open, less what is taken; and the hold that keeps one while somebody confirms.

Nothing is stored but the cells that bookings and holds own. Of several who could carry a service out, the one that is
chosen knows it, serves the place, is there, has the fewest bookings that day, and was idle the longest.
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from . import availability, cells, reminders, schema
from .cells import Owned
from .ledger import Row
from .plain import once
from .rules.catalogue import Provider, Service, Way
from .rules.errors import NotOpen, SlotTaken
from .rules.slots import Desk, Slot, best, buffer_of
from .work import Work

__all__ = ["HOLD", "HOLD_EXPIRED", "Slot", "days", "expire", "find_seat", "free", "hold", "kept", "release", "row_of"]

HOLD = timedelta(minutes=10)
HOLD_EXPIRED = "hold_expired"
"""The kind of the reminder that frees a hold; its subject is `hold:<id>`."""

_hold = schema.hold
_OWN = once(
    sa.select(_hold)
    .where(_hold.c.person_id == sa.bindparam("person"), _hold.c.is_offer.is_(False))
    .order_by(_hold.c.id)
)


async def days(
    work: Work,
    service: Service,
    way: Way,
    place_id: int | None,
    first: date,
    last: date,
    *,
    owner_id: int | None = None,
    moving: int | None = None,
) -> dict[date, int]:
    """How many starts are free on each local day that is open, 0 where all are taken; what is shut has no number.

    The own time of `moving`, a booking, counts as free.
    """
    counts: dict[date, int] = {}
    if way in service.ways and way.has_slot:
        mine = [] if moving is None else [moving]
        serving = availability.serving(work, service, place_id, owner_id, way)
        found = await availability.look(work, service, serving, first, last, mine=mine)
        to_local = work.directory.calendar.to_local
        opened = {to_local(starts_at).date() for several in found.open.values() for starts_at in several}
        counts = dict.fromkeys(sorted(opened), 0)
        for starts_at in {slot.starts_at for _, slot in found.free()}:
            counts[to_local(starts_at).date()] += 1
    return counts


async def free(
    work: Work,
    service: Service,
    way: Way,
    place_id: int | None,
    day: date,
    *,
    owner_id: int | None = None,
    moving: int | None = None,
) -> list[Slot]:
    """The free slots of a local day in order, one for a start, each with the provider who would get it."""
    if way not in service.ways or not way.has_slot:
        return []
    mine = [] if moving is None else [moving]
    serving = availability.serving(work, service, place_id, owner_id, way)
    found = await availability.look(work, service, serving, day, day, mine=mine)
    desks = found.desks(day)
    offered: dict[datetime, dict[int, Slot]] = defaultdict(dict)
    for provider, slot in found.free():
        offered[slot.starts_at][provider.id] = slot
    return [_best(desks, slots) for _, slots in sorted(offered.items())]


def _best(desks: dict[int, Desk], slots: dict[int, Slot]) -> Slot:
    return slots[best(desks[provider_id] for provider_id in slots).provider.id]


async def find_seat(
    work: Work, service: Service, slot: Slot, serving: Collection[Provider] = (), *, mine: Collection[int] = ()
) -> tuple[Slot, Owned]:
    """The slot itself if it is still free, else another seat of its provider, else one of `serving` of the same
    kind at the same time; with the cells that `mine` own already.

    Raises NotOpen when nobody is open then, SlotTaken when all who are have it taken.
    """
    known = {one.id: one for one in work.directory.catalogue.providers_of(service)}
    named = known.get(slot.provider_id)
    if named is None:
        raise NotOpen
    day = work.directory.calendar.to_local(slot.starts_at).date()
    others = [one for one in serving if one.id != named.id and one.kind is named.kind]
    found = await availability.look(work, service, [named, *others], day, day, mine=mine)
    open_now = [one for one in found.providers if slot.starts_at in found.open[one.id]]
    if not open_now:
        raise NotOpen
    seats = {one.id: seat for one in open_now if (seat := found.seat(one, slot.starts_at, slot.seat)) is not None}
    if not seats:
        raise SlotTaken
    return seats.get(named.id) or _best(found.desks(day), seats), found.mine


async def hold(
    work: Work,
    person_id: int,
    service: Service,
    slot: Slot,
    *,
    way: Way | None = None,
    place_id: int | None = None,
    owner_id: int | None = None,
    moving: int | None = None,
    until: datetime | None = None,
) -> int:
    """Keep a slot for somebody while they confirm; gives back the hold's id.

    Who has a hold already changes it: nobody keeps two times. Where the seat is taken, another one of the same time is
    kept instead, of another provider too if `place_id` is given; the hold's row tells which. `moving` is the booking
    that is to get this time. `until` keeps it for somebody on the waiting list. Raises SlotTaken and NotOpen.
    """
    own = None if until is not None else await work.ledger.one(_OWN, person=person_id)
    mine = [one for one in (own["id"] if own else None, moving) if one is not None]
    serving = availability.serving(work, service, place_id, owner_id, way) if place_id is not None else []
    chosen, owned = await find_seat(work, service, slot, serving, mine=mine)
    hold_id = own["id"] if own else work.new_id()
    cells.take(work, chosen, buffer_of(service), hold_id, owned)
    if own is not None:
        cells.free_others(work, chosen, buffer_of(service), hold_id)
    until_at = until or work.now + HOLD
    values = {"service_id": service.id, "until": until_at, "moves_id": moving, **cells.columns(chosen)}
    if own is not None:
        work.changes.update(_hold, own, **values)
        if cells.slot_of(own) != chosen:
            await cells.tell_freed(work, cells.slot_of(own))
    else:
        work.changes.insert(_hold, id=hold_id, person_id=person_id, is_offer=until is not None, **values)
    reminders.schedule(work, f"hold:{hold_id}", HOLD_EXPIRED, str(work.new_id()), until_at)
    return hold_id


async def row_of(work: Work, hold_id: int | None) -> Row | None:
    """A hold, if it is still there."""
    return await work.ledger.get(_hold, hold_id)


async def kept(work: Work, hold_id: int | None, service: Service, *, moving: int | None = None) -> Row | None:
    """The hold that somebody confirms; None when it ran out, or is for another service, person or booking to be moved.

    What is kept for somebody on the waiting list may be taken by the family too.
    """
    row = await row_of(work, hold_id)
    if row is None or row["service_id"] != service.id or row["moves_id"] not in {None, moving}:
        return None
    return row if row["is_offer"] or work.person is None or row["person_id"] == work.person["id"] else None


async def release(work: Work, hold_id: int | None) -> None:
    """Give a hold back; nothing happens when it is gone already."""
    row = await row_of(work, hold_id)
    if row is not None:
        work.changes.delete(_hold, row)
        await cells.free(work, row["id"], cells.slot_of(row))


async def expire(work: Work, hold_id: int) -> None:
    """Its time is over: give a hold back, unless it was made longer since."""
    row = await row_of(work, hold_id)
    if row is not None and row["until"] <= work.now:
        await release(work, hold_id)
