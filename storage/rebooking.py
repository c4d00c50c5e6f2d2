"""A booked time is moved, or given back: by residents up to the service's limit, by staff and the clock always."""

from datetime import timedelta
from typing import Any

from . import availability, cells, closing, handling, people, roster, routing, schema, slots, tickets
from .ledger import Row
from .rules.catalogue import Way
from .rules.errors import NotOpen, Stale, TooLate
from .rules.lifecycle import Event, State, next_state
from .rules.limits import Limits, resolution_due_at
from .rules.rights import Action
from .rules.slots import Slot, buffer_of, by_staff
from .states import UNOWNED
from .tickets import NEEDS_APPROVAL
from .work import Work

Ticket = dict[str, Any]


async def ask_for_approval(work: Work, ticket: Ticket, actor_id: int | None) -> None:
    """The duty secretaries on duty, or those who are so next, say yes or no within the kind's limit.

    The time is kept meanwhile. Nobody is asked about their own.
    """
    why = {"reason": NEEDS_APPROVAL}
    found = await roster.secretaries(work, ticket["place_id"])
    told = {row["id"]: at for row, at in found if row["id"] != ticket["owner_id"]}
    if told:
        begins_at = max(told.values())
        await routing.offer(work, ticket, sorted(told), actor_id, tier=0, why=why, begins_at=begins_at)
    else:
        await routing.leave_to_duty_secretary(work, ticket, actor_id, why=why)


async def reschedule(work: Work, ticket: Ticket, slot: Slot | None, hold_id: int | None = None) -> None:
    """Give a booking another time, of the hold or else the slot; the old one becomes free in the same change set.

    Residents may do so up to the service's limit, staff always. Raises SlotTaken, NotOpen, TooLate.
    """
    row = await _to_be_changed(work, ticket, Action.RESCHEDULE, Event.RESCHEDULED)
    service = work.directory.catalogue.services.get(row["service_id"])
    if service is None:
        raise NotOpen
    kept = await slots.kept(work, hold_id, service, moving=ticket["id"])
    if kept is not None:
        slot = cells.slot_of(kept)
        owned = await cells.owned(work, slot, buffer_of(service), [ticket["id"], kept["id"]])
    elif slot is None:
        raise NotOpen
    else:
        serving = availability.serving(work, service, ticket["place_id"], ticket["owner_id"], Way(row["way"]))
        bounds = by_staff(service) if await _is_staff(work, ticket) else service
        slot, owned = await slots.find_seat(work, bounds, slot, serving, mine=[ticket["id"]])
    old = cells.slot_of(row)
    cells.take(work, slot, buffer_of(service), ticket["id"], owned)
    cells.free_others(work, slot, buffer_of(service), ticket["id"])
    if kept is not None:
        work.changes.delete(schema.hold, kept)
        cells.hand_over(work, kept["id"], ticket["id"])
    if slot != old:
        await cells.tell_freed(work, old)
    _move_row(work, row, slot)
    is_settled = not service.needs_approval or ticket["state"] in UNOWNED or await _is_staff(work, ticket)
    await _move_ticket(work, ticket, old, slot)
    if not is_settled:  # staff agreed to another time
        why = {"reason": NEEDS_APPROVAL}
        await tickets.move(work, ticket, Event.RELEASED, _me(work), why=why, assignee_id=None, accepted_at=None)
        await ask_for_approval(work, ticket, _me(work))


def _move_row(work: Work, row: Row, slot: Slot) -> None:
    """What was said about the old time counts no more."""
    said = dict.fromkeys(("owner_comes_at", "agent_comes_at", "missed_by", "missed_at"))
    work.changes.update(schema.booking, row, **cells.columns(slot), **said, moves=row["moves"] + 1, code_tries=0)


async def _move_ticket(work: Work, ticket: Ticket, old: Slot, slot: Slot) -> None:
    former = ticket["assignee_id"]
    limits = Limits.from_json(ticket["limits"])
    values: dict[str, Any] = {
        "booked_until": slot.ends_at,
        "resolution_due_at": resolution_due_at(limits, slot.ends_at, work.directory.calendar, timedelta()),
        "paused_seconds": 0,
        "overdue_at": None,
        "arrived_at": None,
    }
    is_waiting_for_word = State(ticket["state"]) in UNOWNED
    if (slot.provider_id != old.provider_id or former is None) and not is_waiting_for_word:
        worker = await availability.worker_of(work, slot.provider_id)
        values["assignee_id"] = worker["id"] if worker is not None else None
        values["accepted_at"] = ticket["accepted_at"] or work.now
        if worker is not None:
            availability.busy(work, worker["id"])
    why = {"from": old.starts_at.isoformat(), "to": slot.starts_at.isoformat(), "provider": slot.provider_id}
    await tickets.move(work, ticket, Event.RESCHEDULED, _me(work), why=why, **values)
    if former not in {None, ticket["assignee_id"]}:
        await _tell_former(work, ticket, former)
    concerned = {ticket["owner_id"], ticket["filed_by_id"], ticket["assignee_id"]} - {None, _me(work)}
    await tickets.show(work, ticket, also={former} - {None}, fresh=concerned)


async def _tell_former(work: Work, ticket: Ticket, former: int) -> None:
    """Whoever would have come need not: the resident's new time is a colleague's. What staff arrange is told there."""
    if _me(work) in {None, former}:
        return
    found = await people.by_ids(work.ledger, {one for one in (former, ticket["assignee_id"]) if one})
    worker = found.get(ticket["assignee_id"])
    params = {"number": ticket["number"], "worker": worker["name"] if worker else ""}
    work.notify(found[former], "visit.taken_off", ticket_id=ticket["id"], to_former=True, **params)


async def cancel(work: Work, ticket: Ticket, reason: str) -> None:
    """Give a booked time back, with a reason. Residents may do so up to the service's limit, staff always.

    Raises TooLate.
    """
    await _to_be_changed(work, ticket, Action.UNBOOK, Event.WITHDRAWN)
    await closing.take_back(work, ticket, reason)


async def _to_be_changed(work: Work, ticket: Ticket, action: Action, event: Event) -> Row:
    """The row of a booking with a time that the one who asks may change now; the clock may always."""
    if work.person is not None:
        await handling.check(work, action, ticket, event)
    next_state(State(ticket["state"]), event)
    row = await work.ledger.get(schema.booking, ticket["id"])
    if row is None or row["starts_at"] is None or ticket["booked_until"] is None:
        raise Stale
    if is_too_late(work, ticket, row) and not await _is_staff(work, ticket):
        raise TooLate
    work.changes.guard(schema.booking, row)
    return row


def is_too_late(work: Work, ticket: Row, row: Row) -> bool:
    """Whether a resident may not change a booking any more. What is not sure yet, went wrong, or is an official matter
    under way, knows no limit."""
    if State(ticket["state"]) != State.ACCEPTED or row["missed_by"] is not None or row["stage"] is not None:
        return False
    service = work.directory.catalogue.services.get(row["service_id"])
    hours = service.cancel_hours if service is not None else 0
    return bool(work.now > row["starts_at"] - timedelta(hours=hours))


async def _is_staff(work: Work, ticket: Ticket) -> bool:
    """Whether the one who asks is here as staff: the clock, who carries it out, or a secretary, unless it is their own
    matter."""
    me = _me(work)
    if me is None:
        return True
    if me == ticket["owner_id"]:
        return False
    return me == ticket["assignee_id"] or await tickets.allowed(work, Action.TRIAGE, ticket)


def _me(work: Work) -> int | None:
    return work.person["id"] if work.person else None
