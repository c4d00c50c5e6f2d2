"""Bookings that recur: every week at the same time, each a booking of its own that knows the first of them.

All or told: `plan` says of every week whether the time is free, and if not why and what else there is that day; `book`
books those that are free in one change set. Somebody who is faster in between makes that set stale, and the plan is
made anew. One is given back like any booking; `end` gives back all that are still to come.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from . import availability, bookings, people, rebooking, schema
from .bookings import Wanted
from .ledger import Ledger, Row
from .plain import once
from .rules.catalogue import Service, Way
from .rules.errors import SlotTaken, Stale, TooLate
from .rules.lifecycle import OPEN
from .rules.recurring import MOST, occurrences
from .rules.slots import Desk, Slot, best
from .work import Work


class Why(StrEnum):
    """Why a week has no such time."""

    FULL = "full"
    SHUT = "shut"  # a holiday, or nobody is there at that hour


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One week: the time that is free, or why there is none and what else is free that day."""

    nth: int
    starts_at: datetime
    slot: Slot | None
    why: Why | None = None
    others: tuple[Slot, ...] = ()


@dataclass(frozen=True)
class Booked:
    """What became of a series: the tickets that were made, and the weeks for which there is none."""

    series_id: int
    tickets: tuple[dict[str, Any], ...]
    missing: tuple[Occurrence, ...]


_OF_SERIES = once(
    sa.select(schema.booking, schema.ticket.c.state.label("ticket_state"))
    .join(schema.ticket, schema.ticket.c.id == schema.booking.c.id)
    .where(schema.booking.c.series_id == sa.bindparam("series"))
    .order_by(schema.booking.c.nth, schema.booking.c.id)
)
OTHERS = 6
"""So many other times of a day are shown."""


async def plan(
    work: Work, wanted: Wanted, first: Slot, times: int, *, hold_id: int | None = None
) -> tuple[Occurrence, ...]:
    """Every week's time, beginning with `first`, which `hold_id` keeps: free with the same provider where possible.

    Raises ValueError for a number of times that does not recur.
    """
    calendar = work.directory.calendar
    moments = occurrences(first.starts_at, times, calendar.zone)
    return await _look(work, wanted, moments, first.provider_id, [] if hold_id is None else [hold_id])


async def _look(
    work: Work, wanted: Wanted, moments: Sequence[datetime], provider_id: int | None, mine: Sequence[int] = ()
) -> tuple[Occurrence, ...]:
    """What there is at moments a week apart, in one look at all of them."""
    to_local = work.directory.calendar.to_local
    first, last = to_local(moments[0]).date(), to_local(moments[-1]).date()
    service = reaching(work, wanted.service_id, last)
    serving = availability.serving(work, service, wanted.place_id, wanted.owner_id, Way(wanted.way))
    found = await availability.look(work, service, serving, first, last, mine=mine)
    free: dict[datetime, dict[int, Slot]] = defaultdict(dict)
    for provider, one_free in found.free():
        free[one_free.starts_at][provider.id] = one_free
    opened = {starts_at for several in found.open.values() for starts_at in several}
    days = {to_local(one).date() for one in moments}
    on_day: dict[date, list[datetime]] = {day: [] for day in days}
    for starts_at in sorted(free):
        on_day.get(to_local(starts_at).date(), []).append(starts_at)
    made = []
    for nth, at in enumerate(moments, 1):
        day = to_local(at).date()
        slot = _choice(free.get(at, {}), provider_id, found.desks(day))
        near = [] if slot else sorted(on_day[day], key=lambda one: (abs(one - at), one))[:OTHERS]
        choices = [_choice(free[one], provider_id, found.desks(day)) for one in sorted(near)]
        why = None if slot else Why.FULL if at in opened else Why.SHUT
        made.append(Occurrence(nth, at, slot, why, tuple(one for one in choices if one)))
    return tuple(made)


def _choice(slots_of: Mapping[int, Slot], provider_id: int | None, desks: Mapping[int, Desk]) -> Slot | None:
    """The same person every week, who is known already; else whoever has least to do."""
    if not slots_of:
        return None
    if provider_id is not None and provider_id in slots_of:
        return slots_of[provider_id]
    return slots_of[best(desks[one] for one in slots_of).provider.id]


def reaching(work: Work, service_id: int, last: date) -> Service:
    """The service as a series sees it: its last week may be booked with the first."""
    service = work.directory.catalogue.services[service_id]
    today = work.directory.calendar.to_local(work.now).date()
    return replace(service, days_ahead=max(service.days_ahead, (last - today).days))


async def book(
    work: Work, wanted: Wanted, first: Slot, times: int, *, hold_id: int | None = None, shown_as: int | None = None
) -> Booked:
    """Book every week that is free, and tell which are not. `shown_as` is the message that becomes the first card.

    Raises SlotTaken when the first is gone: then there is nothing that could recur.
    """
    found = await plan(work, wanted, first, times, hold_id=hold_id)
    if found[0].slot is None:
        raise SlotTaken
    ticket = await bookings.book(work, wanted, found[0].slot, hold_id, shown_as=shown_as)
    series_id = int(ticket["id"])
    work.changes.update(schema.booking, {"id": series_id, "version": 1}, series_id=series_id, nth=1)
    made, missing = [ticket], []
    for one in found[1:]:
        if one.slot is None:
            missing.append(one)
        else:
            again = replace(wanted, series_id=series_id, nth=one.nth)
            made.append(await bookings.book(work, again, one.slot, is_quiet=True))
    await _tell_workers(work, wanted, made)
    return Booked(series_id, tuple(made), tuple(missing))


async def _tell_workers(work: Work, wanted: Wanted, made: Sequence[dict[str, Any]]) -> None:
    """Whoever carries them out hears of all in one message; each is on the list of its day."""
    service = work.directory.catalogue.services[wanted.service_id]
    theirs = Counter(ticket["assignee_id"] for ticket in made if ticket["assignee_id"] is not None)
    for worker in (await people.by_ids(work.ledger, list(theirs))).values():
        names = service.name_in(worker["language"])
        work.notify(worker, "series.given", service=names, count=theirs[worker["id"]])


# --- later ---------------------------------------------------------------------------------------------------


async def of(ledger: Ledger, series_id: int) -> list[Row]:
    """The bookings of a series in order, each with its ticket's state."""
    return await ledger.all(_OF_SERIES, series=series_id)


async def wanted_of(work: Work, series_id: int) -> tuple[Wanted, Row]:
    """What is wanted every week, and the first booking. Raises Stale when there is no such series."""
    rows = await of(work.ledger, series_id)
    ticket = await work.ledger.get(schema.ticket, series_id)
    if ticket is None or not rows or rows[0]["id"] != series_id:
        raise Stale
    return replace(bookings.wanted_again(ticket, rows[0]), series_id=series_id), rows[0]


async def wanted_for(work: Work, series_id: int, nth: int) -> Wanted:
    """What is wanted in one week of a series. Raises Stale when there is no such series."""
    wanted, _ = await wanted_of(work, series_id)
    return replace(wanted, nth=nth)


async def missing(work: Work, series_id: int, nth: int) -> Occurrence:
    """A week without a booking, as it stands now. Raises Stale when it has one, or there is no such week any more."""
    wanted, first = await wanted_of(work, series_id)
    if not 1 < nth <= MOST or nth in {row["nth"] for row in await of(work.ledger, series_id)}:
        raise Stale
    begun_at = await _begun_at(work, first)
    at = occurrences(begun_at, nth, work.directory.calendar.zone)[-1]
    if at <= work.now:
        raise Stale
    (found,) = await _look(work, wanted, [at], first["provider_id"])
    return replace(found, nth=nth)


async def _begun_at(work: Work, first: Row) -> datetime:
    """When the first was meant to be: what is moved later does not move the series."""
    history = schema.history
    query = sa.select(history.c.why).where(history.c.ticket_id == first["id"], history.c.event == "rescheduled")
    moved = await work.ledger.one(query.order_by(history.c.id).limit(1))
    begun_at: datetime = datetime.fromisoformat(moved["why"]["from"]) if moved else first["starts_at"]
    return begun_at


async def book_one(work: Work, series_id: int, nth: int, slot: Slot) -> dict[str, Any]:
    """Book another time for a week that had none. Raises Stale, SlotTaken or NotOpen."""
    found = await missing(work, series_id, nth)
    if slot.starts_at not in {one.starts_at for one in (*found.others, *([found.slot] if found.slot else ()))}:
        raise SlotTaken
    wanted, first = await wanted_of(work, series_id)
    work.changes.guard(schema.booking, first)
    work.changes.update(schema.booking, first)
    return await bookings.book(work, replace(wanted, nth=nth), slot)


async def end(work: Work, series_id: int, reason: str) -> tuple[int, int]:
    """Give back all that are still to come: how many were, and how many it is too late for. Raises NotYours, Stale."""
    given_back, left = 0, 0
    for row in await still_open(work, series_id):
        ticket = await work.ledger.get(schema.ticket, row["id"])
        try:
            await rebooking.cancel(work, dict(ticket or {}), reason)
        except TooLate:
            left += 1
        else:
            given_back += 1
    if not given_back and not left:
        raise Stale
    return given_back, left


async def still_open(work: Work, series_id: int) -> list[Row]:
    """The bookings of a series that are still to come."""
    rows = await of(work.ledger, series_id)
    open_states = {str(state) for state in OPEN}
    return [row for row in rows if row["ticket_state"] in open_states and row["starts_at"] > work.now]
