"""现场办: numbers of the day at a hall, called one after the other; whoever is next but three is told to come."""

from collections.abc import Collection

import sqlalchemy as sa

from . import handling, reach, reminders, roster, schema, tickets, visits
from .handling import Ticket
from .ledger import Row
from .plain import once
from .rules.catalogue import Provider, ProviderKind
from .rules.errors import NotYours, Stale
from .rules.lifecycle import Event, State
from .rules.press import press
from .rules.rights import Action, Role
from .work import Priority, Work

CALLERS = frozenset({Role.PROXY_AGENT, *reach.SECRETARIES})
"""Who calls numbers at a hall within the reach of their role, while on duty."""
AHEAD = 3
"""So many in front, and it is time to come."""

_booking, _ticket = schema.booking, schema.ticket
_WAITING = once(
    sa.select(_booking)
    .join(_ticket, _ticket.c.id == _booking.c.id)
    .where(
        _booking.c.provider_id == sa.bindparam("provider"),
        _booking.c.queue_day == sa.bindparam("day"),
        _booking.c.called_at.is_(sa.null()),
        _ticket.c.state == sa.literal_column("'accepted'"),
    )
    .order_by(_booking.c.queue_number)
)


def today(work: Work) -> int:
    """The local date as yyyymmdd."""
    return int(f"{work.directory.calendar.to_local(work.now):%Y%m%d}")


async def waiting(work: Work, provider_id: int) -> list[Row]:
    """The numbers of today that were not called yet, in their order."""
    return await work.ledger.all(_WAITING, provider=provider_id, day=today(work))


async def ahead_of(work: Work, booking: Row) -> int:
    """How many stand in front of a number that waits."""
    rows = await waiting(work, booking["provider_id"])
    return sum(row["queue_number"] < booking["queue_number"] for row in rows)


def halls(work: Work) -> list[Provider]:
    """The halls at which the one who asks may call numbers."""
    here = reach.places(work, CALLERS)
    found = work.directory.catalogue.providers.values()
    return [
        one
        for one in found
        if one.kind is ProviderKind.HALL and here and (one.place_id is None or one.place_id in here)
    ]


async def halls_to_call(work: Work) -> list[tuple[Provider, int]]:
    """The halls at which somebody waits and the one who asks is on duty, with how many wait."""
    found = halls(work)
    if not found or work.person is None or not await roster.am_on_duty(work, work.person):
        return []
    counted = [(one, len(await waiting(work, one.id))) for one in found]
    return [(one, count) for one, count in counted if count]


async def call_next(work: Work, provider_id: int | None) -> Ticket | None:
    """叫下一位: the one who calls carries it out; None when nobody waits. Raises NotYours."""
    if work.person is None or provider_id not in {one.id for one in halls(work)}:
        raise NotYours
    rows = await waiting(work, provider_id)
    if not rows:
        return None
    booking, me = dict(rows[0]), work.person["id"]
    ticket = await tickets.by_id(work.ledger, booking["id"])
    if ticket is None:
        raise Stale
    visits.alter(work, booking, called_at=work.now)
    tickets.alter(work, ticket, assignee_id=me, accepted_at=work.now)
    tickets.remember(work, ticket, "called", me, ticket["state"], ticket["state"])
    await reminders.replan(work, ticket)
    provider = work.directory.catalogue.providers[booking["provider_id"]]
    await handling.tell_owner(
        work,
        ticket,
        "visit.called",
        priority=Priority.ANSWER,
        queue_number=booking["queue_number"],
        hall_names={"zh-CN": provider.name, "en": provider.name_en or provider.name},
        address=provider.address,
    )
    await tickets.show(work, ticket, fresh=[me])
    await _tell_those_near(work, rows[1:])
    return ticket


async def _tell_those_near(work: Work, rows: Collection[Row]) -> None:
    """Who has three in front, or fewer, and does not know it yet."""
    for ahead, row in enumerate(list(rows)[: AHEAD + 1]):
        ticket = await tickets.by_id(work.ledger, row["id"]) if row["told_at"] is None else None
        if ticket is None:
            continue
        visits.alter(work, dict(row), told_at=work.now)
        await handling.tell_owner(
            work, ticket, "visit.near", priority=Priority.ANSWER, queue_number=row["queue_number"], ahead=ahead
        )
        await tickets.show(work, ticket)


async def come_back(work: Work, ticket: Ticket) -> None:
    """我到了: who did not hear their number waits again with it, and is called next. Raises Stale on another day."""
    booking = await visits.booking_of(work, ticket)
    await handling.check(work, Action.ADD_WORDS, ticket, Event.RESCHEDULED)
    if ticket["state"] != State.WAITING or booking["queue_day"] != today(work) or booking["missed_at"] is None:
        raise Stale
    visits.alter(work, booking, called_at=None, missed_at=None, missed_by=None)
    await tickets.move(work, ticket, Event.RESCHEDULED, _me(work), assignee_id=None, accepted_at=None)
    await tickets.show(work, ticket)


def buttons(work: Work, found: Collection[tuple[Provider, int]]) -> list[list[tuple[str, str, dict[str, object]]]]:
    """One button for each hall at which somebody waits."""
    return [
        [("visit_call", press("vcall", one.id), {"hall": one.name_in(work.language), "count": count})]
        for one, count in found
    ]


def _me(work: Work) -> int | None:
    return work.person["id"] if work.person else None
