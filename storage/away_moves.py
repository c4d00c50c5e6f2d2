"""What is booked is moved away from whoever cannot come, and back when they can: the clock's part of `falling_ill`.

One booking a change set: somebody else at the same time where there is anybody, else the resident gets a new time to
take. The reminder moves itself on and remembers where each was, so that it can be put back there.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from . import people, rebooking, reminders, routing, schema, slots, tickets, visit_moves, visits
from .handling import Ticket, tell_owner
from .ledger import Row
from .plain import once
from .rules.errors import NotOpen, Refusal, SlotTaken
from .rules.lifecycle import State
from .rules.press import press
from .rules.slots import Slot
from .states import UNOWNED, any_of
from .work import Priority, Work

MOVE_AWAY, MOVE_BACK = "away_move", "away_back"
OCCURRENCE = "1"
ONCE_MORE = timedelta(minutes=1)
"""When it is looked again for what was being booked as the absence was recorded."""

_booking, _ticket = schema.booking, schema.ticket
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


# --- the order -----------------------------------------------------------------------------------------------


async def booked(
    work: Work, begins_at: datetime, ends_at: datetime, *, person_id: int | None, providers: Collection[int]
) -> list[Row]:
    """What was booked with somebody, or with providers, and has not begun to be carried out, by time."""
    params = {"providers": list(providers), "person": person_id or 0, "begins_at": begins_at, "ends_at": ends_at}
    return await work.ledger.all(_BOOKED, **params)


def order(
    work: Work, subject: str, begins_at: datetime, ends_at: datetime, providers: Sequence[int], person_id: int | None
) -> None:
    """Have all moved that is booked with these providers, or with somebody, between two moments."""
    params = {
        "begins_at": begins_at.isoformat(),
        "ends_at": ends_at.isoformat(),
        "providers": list(providers),
        "person": person_id,
        "by": _me(work),
        "done": [],
    }
    reminders.schedule(work, subject, MOVE_AWAY, OCCURRENCE, work.now, params)


async def turn_round(work: Work, reminder: Row) -> None:
    """Have all put back that an order has moved. Raises HasArrived."""
    params = reminder["params"]
    for one in params["done"]:
        ticket = await tickets.by_id(work.ledger, one["ticket"])
        if one["moved"] and ticket is not None and ticket["arrived_at"] is not None:
            raise HasArrived
    if reminder["state"] == "scheduled":
        work.changes.update(schema.reminder, reminder, state="cancelled")
    reminders.schedule(work, reminder["subject"], MOVE_BACK, OCCURRENCE, work.now, {**params, "left": params["done"]})


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
    is_unapproved = State(ticket["state"]) in UNOWNED
    await routing.end_offers(work, ticket)
    message = "visit.nobody_comes" if params["person"] is not None else "away.shut"
    is_moved = await visit_moves.pass_on(work, ticket, params["person"], "absent", message=message)
    was = {"provider": row["provider_id"], "seat": row["seat"], "starts_at": row["starts_at"].isoformat()}
    entry = {
        "ticket": row["id"],
        "moved": is_moved,
        "is_unapproved": is_unapproved,
        "ends_at": row["ends_at"].isoformat(),
        **was,
    }
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


# --- and back ------------------------------------------------------------------------------------------------


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
    if one["is_unapproved"]:
        return  # staff have not agreed yet: who wants it chooses a time again, and they are asked again
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
