"""Somebody falls ill, or a room is shut for some days: everything that was booked then is moved, and everybody told.

One command writes the absence (or the exception of the opening times) and a reminder; the clock then moves one booking
a change set: somebody else at the same time where there is anybody, else the resident gets a new time to take
(`visit_moves.pass_on`). The reminder remembers what was moved, so that all of it can be taken back until somebody has
arrived.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from . import gaps, people, reach, rebooking, reminders, roster, schema, slots, tickets, visit_moves, visits
from .directory import NEXT_VERSION, STRUCTURE_VERSION
from .handling import Ticket, tell_owner
from .ledger import Row
from .plain import once
from .rules.catalogue import MADE_IN_CHAT, Provider
from .rules.errors import NotOpen, NotYours, Refusal, SlotTaken, Stale
from .rules.lifecycle import State
from .rules.press import base36, press
from .rules.slots import Slot
from .states import UNOWNED, any_of
from .work import Priority, Work

MOVE_AWAY, MOVE_BACK = "away_move", "away_back"
OCCURRENCE = "1"
ONCE_MORE = timedelta(minutes=1)
"""When it is looked again for what was being booked as the absence was recorded."""
REASONS = ("ill", "leave", "training", "shut")

_booking, _ticket, _absence, _opening = schema.booking, schema.ticket, schema.absence, schema.opening
_BOOKED = once(
    sa.select(_booking)
    .join(_ticket, _ticket.c.id == _booking.c.id)
    .where(
        sa.or_(
            _booking.c.provider_id.in_(sa.bindparam("providers", expanding=True)),
            _ticket.c.assignee_id == sa.bindparam("person"),
        ),
        _booking.c.starts_at < sa.bindparam("ends_at", type_=schema.UtcTime),
        _booking.c.ends_at > sa.bindparam("begins_at", type_=schema.UtcTime),
        _ticket.c.booked_until.is_not(None),
        any_of(_ticket.c.state, UNOWNED | {State.ACCEPTED}),
    )
    .order_by(_booking.c.starts_at, _booking.c.id)
)
_hold = schema.hold
_HELD = once(
    sa.select(_hold).where(
        _hold.c.provider_id.in_(sa.bindparam("providers", expanding=True)),
        _hold.c.starts_at < sa.bindparam("ends_at", type_=schema.UtcTime),
        _hold.c.ends_at > sa.bindparam("begins_at", type_=schema.UtcTime),
    )
)


class HasArrived(Refusal):
    """Somebody is at a door already: what was moved stays so."""

    code = "away_arrived"


class AlreadyAway(Refusal):
    """They are absent then already."""

    code = "already_away"


# --- who may -------------------------------------------------------------------------------------------------


async def check(work: Work, person_id: int | None) -> Row:
    """Whose absence the one who asks may record: their own, or as a secretary that of staff of theirs.

    Raises NotYours, or Stale for nobody who works here.
    """
    person = await work.ledger.get(schema.person, person_id)
    grants = await people.grants_of(work.ledger, [person["id"]]) if person is not None else []
    if person is None or not people.is_staff(grants):
        raise Stale
    if person["id"] == _me(work):
        return person
    mine = reach.places(work, reach.SECRETARIES)
    if not any(one["place_id"] in mine for one in people.held(grants)):
        raise NotYours
    return person


def check_provider(work: Work, provider_id: int | None) -> Provider:
    """A provider or room that a secretary may shut. Raises NotYours, or Stale when there is none."""
    provider = work.directory.catalogue.providers.get(provider_id or 0)
    if provider is None:
        raise Stale
    mine = reach.places(work, reach.SECRETARIES)
    if not mine or (provider.place_id is not None and provider.place_id not in mine):
        raise NotYours
    return provider


# --- the command ---------------------------------------------------------------------------------------------


def span(work: Work, first: date, last: date) -> tuple[datetime, datetime]:
    """From the beginning of a local day, or now if that is later, to the end of another."""
    zone = work.directory.calendar.zone
    begins_at = datetime.combine(first, time(), zone).astimezone(work.now.tzinfo)
    return max(begins_at, work.now), datetime.combine(last + timedelta(days=1), time(), zone).astimezone(
        work.now.tzinfo
    )


async def booked(
    work: Work, begins_at: datetime, ends_at: datetime, *, person_id: int | None, providers: Collection[int]
) -> list[Row]:
    """What was booked with somebody, or with providers, and has not begun to be carried out, by time."""
    params = {"providers": list(providers), "person": person_id or 0, "begins_at": begins_at, "ends_at": ends_at}
    return await work.ledger.all(_BOOKED, **params)


def providers_of(work: Work, person_id: int) -> list[int]:
    """The providers behind which somebody stands."""
    return [one.id for one in work.directory.catalogue.providers.values() if one.person_id == person_id]


async def fall_ill(work: Work, person: Row, begins_at: datetime, ends_at: datetime, reason: str) -> int:
    """Record an absence, and have all that is booked with them moved; gives back the absence's id.

    Raises NotYours, Stale, or AlreadyAway for what is recorded already.
    """
    await check(work, person["id"])
    to_local = work.directory.calendar.to_local
    known = await roster.absences_of(work.ledger, [person["id"]], to_local(begins_at).date(), to_local(ends_at).date())
    if any(one.begins_at <= begins_at and ends_at <= one.ends_at for one in known.get(person["id"], ())):
        raise AlreadyAway
    absence_id = work.new_id()
    work.changes.insert(
        _absence,
        id=absence_id,
        person_id=person["id"],
        begins_at=begins_at,
        ends_at=ends_at,
        reason=reason,
        told_by=_me(work),
        created_at=work.now,
    )
    _have_moved(work, f"absence:{absence_id}", begins_at, ends_at, providers_of(work, person["id"]), person["id"])
    await gaps.look_soon(work)
    work.audit("absent", person=person["id"], absence=absence_id)
    return absence_id


def shut(work: Work, provider_id: int | None, first: date, last: date) -> int:
    """Shut a provider or a room for some days, and have all that is booked there moved; gives back the exception's id.

    Raises NotYours or Stale.
    """
    provider = check_provider(work, provider_id)
    opening_id = work.new_id()
    days = f"{first}" if first == last else f"{first}..{last}"
    values = {"code": f"{MADE_IN_CHAT}{base36(opening_id)}", "days": days, "is_shut": True}
    work.changes.insert(_opening, id=opening_id, provider_id=provider.id, **values)
    work.changes.run(NEXT_VERSION, of=STRUCTURE_VERSION)
    move_from(work, opening_id, provider.id, first, last)
    work.audit("shut", provider=provider.id, opening=opening_id)
    return opening_id


def move_from(work: Work, opening_id: int, provider_id: int, first: date, last: date) -> None:
    """Have all moved that is booked with a provider on days on which an exception shuts it."""
    begins_at, ends_at = span(work, first, last)
    _have_moved(work, f"opening:{opening_id}", begins_at, ends_at, [provider_id], None)


async def move_back_to(work: Work, opening_id: int) -> None:
    """An exception was taken back: what was moved for it comes back."""
    for reminder in await reminders.of(work.ledger, f"opening:{opening_id}"):
        if reminder["kind"] == MOVE_AWAY:
            await _turn_round(work, reminder)


def _have_moved(
    work: Work, subject: str, begins_at: datetime, ends_at: datetime, providers: Sequence[int], person_id: int | None
) -> None:
    params = {
        "begins_at": begins_at.isoformat(),
        "ends_at": ends_at.isoformat(),
        "providers": list(providers),
        "person": person_id,
        "by": _me(work),
        "done": [],
    }
    reminders.schedule(work, subject, MOVE_AWAY, OCCURRENCE, work.now, params)


# --- what the clock does -------------------------------------------------------------------------------------


async def move_one(work: Work, reminder: Row) -> None:
    """The next booking of those that have to be moved; after the last, who asked for it is told how it went."""
    params = reminder["params"]
    done = {one["ticket"] for one in params["done"]}
    begins_at, ends_at = (datetime.fromisoformat(params[name]) for name in ("begins_at", "ends_at"))
    left = [
        row
        for row in await booked(
            work, max(begins_at, work.now), ends_at, person_id=params["person"], providers=params["providers"]
        )
        if row["id"] not in done
    ]
    ticket = await tickets.by_id(work.ledger, left[0]["id"]) if left else None
    if ticket is None:
        if not params.get("is_told"):
            await _let_holds_go(work, begins_at, ends_at, params["providers"])
            await _tell_how_it_went(work, reminder)
            reminders.move_on(work, reminder, work.now + ONCE_MORE, {**params, "is_told": True})
        return
    row = left[0]
    message = "visit.nobody_comes" if params["person"] is not None else "away.shut"
    is_moved = await visit_moves.pass_on(work, ticket, params["person"], "absent", message=message)
    was = {"provider": row["provider_id"], "seat": row["seat"], "starts_at": row["starts_at"].isoformat()}
    entry = {"ticket": row["id"], "moved": is_moved, "ends_at": row["ends_at"].isoformat(), **was}
    reminders.move_on(work, reminder, work.now, {**params, "done": [*params["done"], entry]})


async def _let_holds_go(work: Work, begins_at: datetime, ends_at: datetime, providers: Sequence[int]) -> None:
    """What is kept for somebody with whom nobody will be: who confirms it then finds what else there is."""
    params = {"begins_at": begins_at, "ends_at": ends_at, "providers": list(providers)}
    for row in await work.ledger.all(_HELD, **params):
        await slots.release(work, row["id"])


async def _tell_how_it_went(work: Work, reminder: Row) -> None:
    params = reminder["params"]
    moved = sum(one["moved"] for one in params["done"])
    whose = await _name(work, params)
    for person in (await _concerned(work, params)).values():
        work.notify(
            person,
            "away.arranged",
            [[("away_undo", press("awayundo", reminder["id"]))]],
            priority=Priority.ANSWER,
            key=f"away:{reminder['id']}:{person['id']}",
            name=whose,
            is_own=person["id"] == params["person"],
            count=len(params["done"]),
            moved=moved,
            asked=len(params["done"]) - moved,
        )


async def _concerned(work: Work, params: Row) -> dict[int, Row]:
    """Whose absence it is, who recorded it, and the duty secretaries."""
    providers = (work.directory.catalogue.providers.get(one) for one in params["providers"])
    place_id = next((one.place_id for one in providers if one is not None), None)
    keepers = await people.duty_secretaries(work, place_id)
    found = await people.at_hand(work, {one for one in (params["person"], params["by"]) if one is not None})
    return {**found, **{row["id"]: row for row in keepers}}


async def _name(work: Work, params: Row) -> str:
    person = await work.ledger.get(schema.person, params["person"])
    if person is not None:
        return str(person["name"])
    providers = (work.directory.catalogue.providers.get(one) for one in params["providers"])
    return next((one.name for one in providers if one is not None), "")


# --- taking it back ------------------------------------------------------------------------------------------


async def undo(work: Work, reminder_id: int | None) -> None:
    """They can come after all: the absence ends, and what was moved comes back to them.

    Raises HasArrived when somebody else is at a door already, Stale when it is over or undone, NotYours.
    """
    reminder = await work.ledger.get(schema.reminder, reminder_id)
    if reminder is None or reminder["kind"] != MOVE_AWAY:
        raise Stale
    params, (what, _, row_id) = reminder["params"], reminder["subject"].partition(":")
    if datetime.fromisoformat(params["ends_at"]) <= work.now:
        raise Stale
    if what == "absence":
        await check(work, params["person"])
        await _end_absence(work, int(row_id))
    else:
        check_provider(work, params["providers"][0])
        await _open_again(work, int(row_id))
    await _turn_round(work, reminder)
    await gaps.look_soon(work)
    work.audit("absence_ended", subject=reminder["subject"])


async def _turn_round(work: Work, reminder: Row) -> None:
    params = reminder["params"]
    for one in params["done"]:
        ticket = await tickets.by_id(work.ledger, one["ticket"])
        if one["moved"] and ticket is not None and ticket["arrived_at"] is not None:
            raise HasArrived
    if reminder["state"] == "scheduled":
        work.changes.update(schema.reminder, reminder, state="cancelled")
    reminders.schedule(work, reminder["subject"], MOVE_BACK, OCCURRENCE, work.now, {**params, "left": params["done"]})


async def _end_absence(work: Work, absence_id: int) -> None:
    row = await work.ledger.get(_absence, absence_id)
    if row is None or row["ended_at"] is not None:
        raise Stale
    work.changes.update(_absence, row, ended_at=work.now)


async def _open_again(work: Work, opening_id: int) -> None:
    row = await work.ledger.get(_opening, opening_id)
    if row is None or row["retired_at"] is not None:
        raise Stale
    work.changes.update(_opening, row, retired_at=work.now)
    work.changes.run(NEXT_VERSION, of=STRUCTURE_VERSION)


async def move_back(work: Work, reminder: Row) -> None:
    """The next of those that were moved goes back where it was, if nothing else became of it."""
    params = reminder["params"]
    if not params["left"]:
        for person in (await _concerned(work, params)).values():
            work.notify(person, "away.undone", priority=Priority.ANSWER, name=await _name(work, params))
        return
    one, *left = params["left"]
    ticket = await tickets.by_id(work.ledger, one["ticket"])
    if ticket is not None and datetime.fromisoformat(one["starts_at"]) > work.now:
        await _back(work, ticket, one)
    reminders.move_on(work, reminder, work.now, {**params, "left": left})


async def _back(work: Work, ticket: Ticket, one: dict[str, Any]) -> None:
    booking = await visits.booking_of(work, ticket)
    starts_at, ends_at = (datetime.fromisoformat(one[name]) for name in ("starts_at", "ends_at"))
    if booking["starts_at"] != starts_at or ticket["arrived_at"] is not None:
        return  # they have chosen another time, or somebody came
    state = State(ticket["state"])
    is_same = booking["provider_id"] == one["provider"]
    if (is_same and state != State.WAITING) or (not is_same and state != State.ACCEPTED):
        return
    try:
        await rebooking.reschedule(work, ticket, Slot(one["provider"], one["seat"], starts_at, ends_at))
    except (SlotTaken, NotOpen):
        return
    params = await visits.said(work, ticket, {**booking, "provider_id": one["provider"]})
    await tell_owner(work, ticket, "away.back", **params)


def _me(work: Work) -> int | None:
    return work.person["id"] if work.person else None


SLICES = {MOVE_AWAY: move_one, MOVE_BACK: move_back}
"""One booking a change set; each reminder moves itself on while there is something left."""
