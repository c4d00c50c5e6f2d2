"""What happens at the door: on the way, arrived (with a code where the service asks for one), nobody there.

Each is checked by the rights function on fresh rows, moves the ticket once and renews everybody's card. That an elder
does not open is nobody's fault: somebody rings the same day (`visit_rings`).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from . import booked, handling, people, roster, schema, supports, tickets, visit_rings
from .handling import Ticket
from .ledger import Row
from .rules.catalogue import Way
from .rules.errors import Refusal, Stale
from .rules.lifecycle import Event, State
from .rules.press import press
from .rules.rights import Action
from .rules.visits import CODE_TRIES, MissedBy, check_arrival, check_miss, is_near_at
from .work import Priority, Work

PROOF = "arrived"
"""What a picture from the door is kept for."""


class CodeLocked(Refusal):
    """The code was wrong three times: the duty secretary lets them in, or nobody."""

    code = "visit_code_locked"


async def booking_of(work: Work, ticket: Ticket) -> dict[str, Any]:
    """What was booked for a ticket. Raises Stale where nothing was."""
    booking = await booked.row(work, ticket)
    if booking is None:
        raise Stale
    return booking


def alter(work: Work, booking: dict[str, Any], **values: Any) -> None:
    """Change columns of a booking in the change set and in the row at hand."""
    work.changes.update(schema.booking, booking, **values)
    booking.update(values)


def is_at_home(booking: Row) -> bool:
    """Whether somebody comes to the resident."""
    return bool(booking["way"] == Way.AT_HOME)


async def on_the_way(work: Work, ticket: Ticket) -> bool:
    """出发了: the resident is told once when the time is near, and that is given back; before, it is only noted."""
    booking = await booking_of(work, ticket)
    await handling.check(work, Action.ARRIVE, ticket, Event.ARRIVED)
    is_near = booking["starts_at"] is not None and is_near_at(booking["starts_at"], work.now)
    said_at = booking["agent_comes_at"]
    if is_near and said_at is not None and is_near_at(booking["starts_at"], said_at):
        return True  # a double tap
    if is_near and is_at_home(booking):
        await handling.tell_owner(work, ticket, "visit.on_the_way", **await said(work, ticket, booking))
    alter(work, booking, agent_comes_at=work.now)
    tickets.remember(work, ticket, "coming", _me(work), ticket["state"], ticket["state"])
    await tickets.show(work, ticket)
    return is_near


async def said(work: Work, ticket: Ticket, booking: Row) -> dict[str, Any]:
    """What the messages about a visit name: the service, who carries it out, when."""
    service = work.directory.catalogue.services.get(booking["service_id"])
    worker = await work.ledger.get(schema.person, ticket["assignee_id"])
    provider = work.directory.catalogue.providers.get(booking["provider_id"] or 0)
    return {
        "names": {"zh-CN": service.name, "en": service.name_en} if service else {"zh-CN": "", "en": ""},
        "worker": worker["name"] if worker else (provider.name if provider else ""),
        "starts_at": booking["starts_at"],
    }


# --- arrived -------------------------------------------------------------------------------------------------


async def check_code(work: Work, ticket: Ticket, code: str) -> int | None:
    """Compare the code that the resident read out; gives back how many tries are left, None when it is right.

    Raises CodeLocked after the last: the duty secretary is told, and lets them in.
    """
    booking = await booking_of(work, ticket)
    await handling.check(work, Action.ARRIVE, ticket, Event.ARRIVED)
    if booking["code_tries"] >= CODE_TRIES:
        raise CodeLocked
    if "".join(code.split()) == booking["code"]:
        return None
    alter(work, booking, code_tries=booking["code_tries"] + 1)
    tickets.remember(work, ticket, "code_wrong", _me(work), ticket["state"], ticket["state"])
    left = CODE_TRIES - int(booking["code_tries"])
    if not left:
        await _tell_locked(work, ticket, booking)
    return left


async def _tell_locked(work: Work, ticket: Ticket, booking: Row) -> None:
    buttons = [[("visit_let_in", press("vletin", ticket["id"]))], [("open", press("open", ticket["id"]))]]
    params = await said(work, ticket, booking)
    for person in await people.duty_secretaries(work, ticket["place_id"]):
        work.notify(
            person,
            "visit.code_locked",
            buttons,
            ticket_id=ticket["id"],
            priority=Priority.ANSWER,
            number=ticket["number"],
            **params,
        )


async def let_in(work: Work, ticket: Ticket) -> None:
    """The duty secretary has rung the resident: whoever stands at the door is the right one."""
    booking = await booking_of(work, ticket)
    await handling.check(work, Action.TRIAGE, ticket, Event.ARRIVED)
    await _arrived(work, ticket, booking, {"proof": "secretary"})


def asks_code(booking: Row) -> bool:
    """Whether the resident reads a code to who arrives."""
    return booking["code"] is not None and is_at_home(booking)


async def arrive(
    work: Work, ticket: Ticket, files: Sequence[Mapping[str, Any]] = (), proof: Mapping[str, Any] | None = None
) -> None:
    """到了: with a picture or a position (`proof`), kept with the matter. The code was compared before."""
    if ticket["state"] == State.ON_SITE and ticket["assignee_id"] == _me(work):
        return  # a double tap
    booking = await booking_of(work, ticket)
    await handling.check(work, Action.ARRIVE, ticket, Event.ARRIVED)
    check_arrival(booking["starts_at"], work.now)
    for one in files:
        tickets.attach(work, ticket, _me(work), one, PROOF)
    await _arrived(work, ticket, booking, proof or {})


async def came(work: Work, ticket: Ticket) -> None:
    """The resident's side says that who carries it out is there, who has not said so."""
    booking = await booking_of(work, ticket)
    await handling.check(work, Action.COME, ticket, Event.ARRIVED)
    await _arrived(work, ticket, booking, {"proof": "resident"})


async def _arrived(work: Work, ticket: Ticket, booking: dict[str, Any], why: Mapping[str, Any]) -> None:
    alter(work, booking, **({"missed_at": None, "missed_by": None} if booking["missed_by"] != MissedBy.AGENT else {}))
    await tickets.move(work, ticket, Event.ARRIVED, _me(work), why=why, arrived_at=work.now)
    if is_at_home(booking) and why.get("proof") != "resident":
        await handling.tell_owner(work, ticket, "visit.arrived", **await said(work, ticket, booking))
    await tickets.show(work, ticket)


# --- nobody there --------------------------------------------------------------------------------------------


async def is_elder(work: Work, person_id: int) -> bool:
    """Whether somebody is looked after: registered for full service, or with family who speaks for them."""
    return await supports.is_supported(work.ledger, person_id) or bool(
        await people.relatives_of(work.ledger, person_id)
    )


async def miss(work: Work, ticket: Ticket) -> bool:
    """没等到您: the resident is asked how to go on. For an elder no fault is recorded and somebody rings: then True.

    Raises TooEarly before the booked time has begun.
    """
    booking = await booking_of(work, ticket)
    if ticket["state"] == State.WAITING and booking["missed_at"] is not None:
        return False  # a double tap
    await handling.check(work, Action.MISS, ticket, Event.MISSED)
    check_miss(booking["starts_at"], work.now)
    is_cared_for = is_at_home(booking) and await is_elder(work, ticket["owner_id"])
    missed_by = None if is_cared_for else str(MissedBy.RESIDENT)
    alter(work, booking, missed_at=work.now, missed_by=missed_by, rung_at=None)
    await tickets.move(work, ticket, Event.MISSED, _me(work), arrived_at=None)
    params = await said(work, ticket, booking)
    if booking["way"] == Way.WALK_IN:
        message, params = "visit.missed_number", {"queue_number": booking["queue_number"]}
    else:
        message = "visit.missed_elder" if is_cared_for else "visit.missed"
    await handling.tell_owner(work, ticket, message, buttons=missed_buttons(ticket, booking), **params)
    if is_cared_for:
        await visit_rings.ask(work, ticket)
    await tickets.show(work, ticket)
    return is_cared_for


def missed_buttons(ticket: Ticket, booking: Row) -> list[list[Any]]:
    """How it may go on: another time, or not at all, or it was a mistake."""
    if booking["way"] == Way.WALK_IN:
        return [[("visit_back", press("vback", ticket["id"]))], [("withdraw", press("withdraw", ticket["id"]))]]
    first = ("visit_new_time", press("bmove", ticket["id"]))
    here = [("visit_was_here", press("vhere", ticket["id"]))] if booking["missed_by"] == MissedBy.RESIDENT else []
    return [[first], [*here, ("visit_not_needed", press("bcancel", ticket["id"]))]]


async def was_here(work: Work, ticket: Ticket) -> None:
    """我在的: the resident's word is believed, nothing is held against them, and the duty secretary looks into it."""
    booking = await booking_of(work, ticket)
    await handling.check(work, Action.RESCHEDULE, ticket, Event.RESCHEDULED)
    if booking["missed_by"] != MissedBy.RESIDENT:
        raise Stale
    alter(work, booking, missed_by=None, rung_at=work.now)
    tickets.remember(work, ticket, "was_here", _me(work), ticket["state"], ticket["state"])
    for person, at in await roster.secretaries(work, ticket["place_id"]):
        work.notify(
            person,
            "visit.was_here_staff",
            [[("open", press("open", ticket["id"]))]],
            ticket_id=ticket["id"],
            due_at=at,
            number=ticket["number"],
            **await said(work, ticket, booking),
        )
    await tickets.show(work, ticket)


def _me(work: Work) -> int:
    return work.person["id"] if work.person else 0
