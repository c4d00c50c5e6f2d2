"""Bookings: a ticket from the catalogue with, mostly, a time; booked, moved, given back, approved.

A booking is a ticket and a row of its own with the same id. Its time is cells that it owns (`storage.cells`), so that
of two who want one time one is refused, whatever races. Who carries it out follows from the slot's provider; where
that is no person with a chat, nobody is the assignee and the clock asks the resident afterwards.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from . import availability, cells, family, handling, people, routing, schema, slots, tickets
from .ledger import Ledger, Row
from .plain import once
from .rebooking import ask_for_approval, cancel, is_too_late, reschedule
from .rules.catalogue import Service, Way
from .rules.errors import NotOpen, Stale
from .rules.lifecycle import OPEN, Event
from .rules.rights import Action
from .rules.slots import Slot, buffer_of
from .states import any_of
from .tickets import Asked
from .work import Priority, Work

__all__ = ["Wanted", "approve", "book", "cancel", "is_too_late", "of", "reschedule", "take_number", "wanted_again"]

Ticket = dict[str, Any]


@dataclass(frozen=True)
class Wanted:
    """What somebody books, checked and complete but for the time."""

    service_id: int
    way: Way
    owner_id: int
    filed_by_id: int
    words: str
    place_id: int | None = None
    room: str | None = None
    spot: str | None = None
    note: str | None = None  # the answer to the service's question
    for_whom: str | None = None
    caller_phone: str | None = None
    is_full_service: bool = False
    series_id: int | None = None
    nth: int | None = None
    attachments: Sequence[Mapping[str, Any]] = ()


async def of(ledger: Ledger, ticket_id: int) -> Row | None:
    """The booking of a ticket, if it is one."""
    return await ledger.get(schema.booking, ticket_id)


# --- booking -------------------------------------------------------------------------------------------------


async def book(
    work: Work,
    wanted: Wanted,
    slot: Slot | None = None,
    hold_id: int | None = None,
    *,
    shown_as: int | None = None,
    is_quiet: bool = False,
) -> Ticket:
    """Make the ticket and its booking; everybody whose matter it is gets a card.

    The time is that of the hold, else the slot; a hold that ran out is no loss while its slot is free. `shown_as` is a
    message of the asker's chat that becomes their card. `is_quiet` shows no cards: who books says so in one message.
    Raises SlotTaken, NotOpen.
    """
    service = _service(work, wanted)
    if wanted.way == Way.WALK_IN:
        ticket = await take_number(work, wanted)
    elif wanted.way == Way.PHONE:
        ticket = await _by_routing(work, wanted, service)
    else:
        ticket = await _at_a_time(work, wanted, service, slot, hold_id, is_quiet=is_quiet)
    if not is_quiet:
        await _show(work, ticket, shown_as)
    return ticket


async def _at_a_time(
    work: Work, wanted: Wanted, service: Service, slot: Slot | None, hold_id: int | None, *, is_quiet: bool
) -> Ticket:
    kept, owned = await slots.kept(work, hold_id, service), cells.NOTHING
    if kept is not None:
        slot = cells.slot_of(kept)
    elif slot is None:
        raise NotOpen
    else:
        serving = availability.serving(work, service, wanted.place_id, wanted.owner_id, Way(wanted.way))
        if wanted.series_id is not None:  # what recurs is booked as far ahead as it goes
            service = replace(service, days_ahead=max(service.days_ahead, _days_until(work, slot)))
        slot, owned = await slots.find_seat(work, service, slot, serving)
    ticket = await _open(work, wanted, service, slot)
    if kept is None:
        cells.take(work, slot, buffer_of(service), ticket["id"], owned)
    else:
        work.changes.delete(schema.hold, kept)
        cells.hand_over(work, kept["id"], ticket["id"])
    if service.needs_approval:
        await ask_for_approval(work, ticket, wanted.filed_by_id)
    else:
        await _give(work, ticket, slot, wanted.filed_by_id, is_quiet=is_quiet)
    return ticket


def _service(work: Work, wanted: Wanted) -> Service:
    service = work.directory.catalogue.services.get(wanted.service_id)
    if service is None or wanted.way not in service.ways:
        raise NotOpen
    return service


def _days_until(work: Work, slot: Slot) -> int:
    to_local = work.directory.calendar.to_local
    return (to_local(slot.starts_at).date() - to_local(work.now).date()).days


def wanted_again(ticket: Row, row: Row) -> Wanted:
    """What was wanted when something was booked, as it is kept: for the same once more."""
    return Wanted(
        service_id=row["service_id"],
        way=Way(row["way"]),
        owner_id=ticket["owner_id"],
        filed_by_id=ticket["filed_by_id"],
        words=ticket["words"],
        place_id=ticket["place_id"],
        room=ticket["room"],
        spot=ticket["spot"],
        note=row["note"],
        for_whom=ticket["for_whom"],
        caller_phone=ticket["caller_phone"],
        is_full_service=bool(row["is_full_service"]),
        series_id=row["series_id"],
    )


async def _open(work: Work, wanted: Wanted, service: Service, slot: Slot | None = None, **values: Any) -> Ticket:
    """The ticket, and the booking beside it."""
    asked = Asked(
        owner_id=wanted.owner_id,
        filed_by_id=wanted.filed_by_id,
        kind=service.kind,
        intent="book",
        words=wanted.words,
        place_id=wanted.place_id,
        room=wanted.room,
        spot=wanted.spot,
        for_whom=wanted.for_whom,
        caller_phone=wanted.caller_phone,
        is_confidential=service.is_confidential,
        booked_until=slot.ends_at if slot else None,
        attachments=wanted.attachments,
    )
    ticket = await tickets.create(work, asked)
    if slot is not None:
        values |= cells.columns(slot)
    work.changes.insert(
        schema.booking,
        id=ticket["id"],
        service_id=service.id,
        way=str(wanted.way),
        series_id=wanted.series_id,
        nth=wanted.nth,
        note=wanted.note,
        is_full_service=wanted.is_full_service,
        code=f"{secrets.randbelow(10_000):04d}" if slot is not None and service.needs_code else None,
        created_at=work.now,
        **values,
    )
    return ticket


async def _give(work: Work, ticket: Ticket, slot: Slot, actor_id: int | None, *, is_quiet: bool = False) -> None:
    """Book it with whoever carries it out; a provider without a person, and a room, have nobody."""
    worker = await availability.worker_of(work, slot.provider_id)
    worker_id = worker["id"] if worker is not None else None
    why = {"provider": slot.provider_id, "starts_at": slot.starts_at.isoformat()}
    await tickets.move(
        work, ticket, Event.BOOKED, actor_id, why=why, assignee_id=worker_id, accepted_at=work.now, route=None
    )
    if worker is not None:
        availability.busy(work, worker["id"])
        if not is_quiet:
            work.card(ticket["id"], worker, is_fresh=True)


async def _by_routing(work: Work, wanted: Wanted, service: Service) -> Ticket:
    """掌上办: there is no time; it goes down the chain like any other matter."""
    ticket = await _open(work, wanted, service)
    await routing.offer_next(work, ticket, wanted.filed_by_id)
    return ticket


async def approve(work: Work, ticket: Ticket) -> None:
    """同意: what staff were asked about is booked."""
    await handling.check(work, Action.APPROVE, ticket, Event.BOOKED)
    row = await of(work.ledger, ticket["id"])
    if row is None or row["starts_at"] is None:
        raise Stale
    await routing.end_offers(work, ticket)
    await _give(work, ticket, cells.slot_of(row), work.person["id"] if work.person else None)
    await tickets.show(work, ticket)


async def _show(work: Work, ticket: Ticket, shown_as: int | None) -> None:
    """One card each: the asker's as an answer, those of the owner and the family as news."""
    asker, others = work.person, [ticket["owner_id"], ticket["filed_by_id"]]
    if asker is not None and asker["id"] in others:
        if shown_as is not None:
            tickets.adopt_card(work, ticket, asker, shown_as)
        work.card(ticket["id"], asker, is_fresh=shown_as is None, priority=Priority.ANSWER)
    told = [row["id"] for row in await family.told(work, ticket["owner_id"], is_confidential=ticket["is_confidential"])]
    for person in (await people.at_hand(work, {*others, *told})).values():
        work.card(ticket["id"], person, is_fresh=True)


# --- walk-ins ------------------------------------------------------------------------------------------------

_booking, _ticket = schema.booking, schema.ticket
_LAST_NUMBER = once(
    sa.select(sa.func.max(_booking.c.queue_number).label("last")).where(
        _booking.c.provider_id == sa.bindparam("provider"), _booking.c.queue_day == sa.bindparam("day")
    )
)
_MY_NUMBER = once(
    sa.select(_ticket)
    .join(_booking, _booking.c.id == _ticket.c.id)
    .where(
        _ticket.c.owner_id == sa.bindparam("owner"),
        any_of(_ticket.c.state, OPEN),
        _booking.c.provider_id == sa.bindparam("provider"),
        _booking.c.queue_day == sa.bindparam("day"),
        _booking.c.service_id == sa.bindparam("service"),
    )
)


async def take_number(work: Work, wanted: Wanted) -> Ticket:
    """现场办: the next number of today at the hall; whoever has one for the same matter keeps it.

    Nobody is the assignee until the number is called. Raises NotOpen when no hall is open any more today.
    """
    service = _service(work, wanted)
    today = work.directory.calendar.to_local(work.now).date()
    provider_id = await availability.open_today(work, service, wanted.place_id)
    if provider_id is None:
        raise NotOpen
    place = {"provider": provider_id, "day": today.year * 10_000 + today.month * 100 + today.day}
    mine = await work.ledger.one(_MY_NUMBER, owner=wanted.owner_id, service=service.id, **place)
    if mine is not None:
        return dict(mine)
    last = await work.ledger.one(_LAST_NUMBER, **place)
    number = ((last["last"] if last else None) or 0) + 1
    ticket = await _open(work, wanted, service, provider_id=provider_id, queue_day=place["day"], queue_number=number)
    why = {"provider": provider_id, "number": number}
    await tickets.move(work, ticket, Event.BOOKED, wanted.filed_by_id, why=why, accepted_at=work.now)
    return ticket
