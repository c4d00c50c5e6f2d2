"""Small changes of what is offered, made in chat: a service off or on, its fee or number, a day off, a dish of the day.

Administrators and community secretaries make them where their role reaches. They count from the next message on, since
the structure's version moves with them, and the audit keeps who changed what. The sheets of an import hold the same
cells: what was changed here is in the next export, and an older sheet brings the older cell back. Days off and dishes
made here have codes of their own, which no import takes away.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa

from . import falling_ill, reach, schema
from .directory import NEXT_VERSION, STRUCTURE_VERSION
from .ledger import Row
from .rules.catalogue import MADE_IN_CHAT, Fee, Provider, ProviderKind, Service
from .rules.errors import NotYours, Stale
from .rules.press import base36
from .rules.rights import Role
from .work import Work

MAKERS = frozenset({Role.ADMINISTRATOR, Role.COMMUNITY_SECRETARY})
_LAST = 10_000  # dishes of the day stand after those of the sheet

_booking, _ticket = schema.booking, schema.ticket


def may(work: Work, provider: Provider) -> bool:
    """Whether the one who asks may change what this provider offers: it serves a place within their reach."""
    reached = reach.places(work, MAKERS)
    return provider.place_id in reached if provider.place_id is not None else _reaches_all(work, reached)


def may_change(work: Work, service: Service) -> bool:
    """Whether the one who asks may change a service: all who carry it out are theirs, or every community is."""
    named = [work.directory.catalogue.provider_codes.get(code) for code in service.providers or ()]
    found = [one for one in named if one is not None]
    return all(may(work, one) for one in found) if found else _reaches_all(work, reach.places(work, MAKERS))


def _reaches_all(work: Work, reached: Collection[int]) -> bool:
    communities = [place.id for place in work.directory.places.values() if place.level in {"community", "village"}]
    return bool(communities) and all(place_id in reached for place_id in communities)


def service(work: Work, service_id: int | None) -> Service:
    """A service that the one who asks may change now. Raises Stale when it is gone, NotYours out of reach."""
    found = work.directory.catalogue.services.get(service_id or 0)
    if found is None:
        raise Stale
    if not may_change(work, found):
        raise NotYours
    return found


def provider(work: Work, provider_id: int | None) -> Provider:
    """A provider that the one who asks may change now. Raises Stale when it is gone, NotYours out of reach."""
    found = work.directory.catalogue.providers.get(provider_id or 0)
    if found is None:
        raise Stale
    if not may(work, found):
        raise NotYours
    return found


def providers(work: Work, one: Service) -> list[Provider]:
    """Who of a service can be given a day off here; agents have the roster for it."""
    found = work.directory.catalogue.providers_of(one)
    return [each for each in found if each.kind is not ProviderKind.AGENT and may(work, each)]


async def switch(work: Work, service_id: int | None, *, is_off: bool) -> Service:
    """Nobody finds a service that is off, and nobody books it; what is booked stays."""
    return await _change(work, service_id, "is_off", is_off=is_off)


async def set_fee(work: Work, service_id: int | None, words: str) -> Service:
    """What it costs, in words; no words mean nothing."""
    fee = Fee.STATED if words else Fee.FREE
    return await _change(work, service_id, "fee", fee=str(fee), fee_words=words or None, fee_words_en=None)


async def set_phone(work: Work, service_id: int | None, phone: str) -> Service:
    """Whom to ring about it."""
    return await _change(work, service_id, "phone", phone=phone)


async def _change(work: Work, service_id: int | None, what: str, **values: object) -> Service:
    found = service(work, service_id)
    row = await work.ledger.get(schema.service, found.id)
    if row is None:
        raise Stale
    work.changes.update(schema.service, row, **values)
    _has_changed(work, "service_changed", service=found.id, changed=what)
    return found


async def shut(work: Work, provider_id: int | None, day: date) -> int:
    """Shut a provider on one local day, and have what is booked then moved; gives back how many bookings that are."""
    found = provider(work, provider_id)
    row_id = work.new_id()
    work.changes.insert(
        schema.opening,
        id=row_id,
        code=f"{MADE_IN_CHAT}{base36(row_id)}",
        provider_id=found.id,
        days=day.isoformat(),
        begins=None,
        ends=None,
        is_shut=True,
    )
    _has_changed(work, "day_off", provider=found.id, day=day.isoformat())
    falling_ill.move_from(work, row_id, found.id, day, day)
    return await _booked(work, found.id, day)


async def _booked(work: Work, provider_id: int, day: date) -> int:
    zone = work.directory.calendar.zone
    begins, ends = (datetime.combine(one, time.min, zone) for one in (day, day + timedelta(days=1)))
    query = (
        sa.select(sa.func.count().label("count"))
        .select_from(_booking.join(_ticket, _ticket.c.id == _booking.c.id))
        .where(
            _booking.c.provider_id == provider_id,
            _booking.c.starts_at >= begins,
            _booking.c.starts_at < ends,
            _ticket.c.closed_at.is_(None),
        )
    )
    row = await work.ledger.one(query)
    return row["count"] if row is not None else 0


async def days_off(work: Work, provider_ids: Collection[int]) -> list[Row]:
    """Days off that were made in chat and are not over, soonest first."""
    today = work.directory.calendar.to_local(work.now).date().isoformat()
    table = schema.opening
    return await work.ledger.all(
        sa.select(table)
        .where(
            table.c.provider_id.in_(provider_ids),
            table.c.code.startswith(MADE_IN_CHAT),
            table.c.retired_at.is_(None),
            table.c.days >= today,
        )
        .order_by(table.c.days, table.c.id)
    )


async def open_again(work: Work, opening_id: int | None) -> Row:
    """Take a day off back. Raises Stale when there is none, NotYours out of reach."""
    row = await work.ledger.get(schema.opening, opening_id)
    if row is None or row["retired_at"] is not None or not row["code"].startswith(MADE_IN_CHAT):
        raise Stale
    found = provider(work, row["provider_id"])
    work.changes.update(schema.opening, row, retired_at=work.now)
    _has_changed(work, "day_on", provider=found.id, day=row["days"])
    await falling_ill.move_back_to(work, row["id"])
    return row


async def add_dish(work: Work, provider_id: int | None, day: date, name: str, price: str | None) -> None:
    """Put a dish on the menu of one local day."""
    found = provider(work, provider_id)
    row_id = work.new_id()
    work.changes.insert(
        schema.dish,
        id=row_id,
        code=f"{MADE_IN_CHAT}{base36(row_id)}",
        provider_id=found.id,
        days=day.isoformat(),
        name=name,
        name_en=None,
        price=price,
        position=_LAST,
    )
    _has_changed(work, "dish_added", provider=found.id, day=day.isoformat())


def money(work: Work, provider_id: int | None) -> str:
    """What the prices of a menu are counted in, as its sheet writes it."""
    dishes = work.directory.catalogue.dishes.get(provider_id or 0, ())
    return next((one.price.lstrip("0123456789.") for one in dishes if one.price), "")


async def dishes_made(work: Work, provider_ids: Collection[int], day: date) -> Sequence[Row]:
    """The dishes of a day that were made in chat."""
    table = schema.dish
    return await work.ledger.all(
        sa.select(table)
        .where(
            table.c.provider_id.in_(provider_ids),
            table.c.code.startswith(MADE_IN_CHAT),
            table.c.days == day.isoformat(),
            table.c.retired_at.is_(None),
        )
        .order_by(table.c.id)
    )


async def remove_dish(work: Work, dish_id: int | None) -> Row:
    """Take a dish of the day off the menu. Raises Stale when it is not on it, NotYours out of reach."""
    row = await work.ledger.get(schema.dish, dish_id)
    if row is None or row["retired_at"] is not None or not row["code"].startswith(MADE_IN_CHAT):
        raise Stale
    found = provider(work, row["provider_id"])
    work.changes.update(schema.dish, row, retired_at=work.now)
    _has_changed(work, "dish_removed", provider=found.id, dish=row["id"])
    return row


def _has_changed(work: Work, act: str, **data: object) -> None:
    """Keep it in the audit, and let every process load the structure before the next message."""
    work.audit(act, **data)
    work.changes.run(NEXT_VERSION, of=STRUCTURE_VERSION)
