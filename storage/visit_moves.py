"""Somebody does not come, or cannot: the resident gets another agent at the same time, or a new time to take.

A new time is kept for the resident while they think about it; if it is gone, they choose in the calendar. Nothing is
moved without them but the name of who comes.
"""

from datetime import datetime, timedelta
from typing import Any

from . import availability, handling, people, rebooking, roster, schema, slots, tickets, visits
from .handling import Ticket
from .ledger import Row
from .rules.catalogue import Service, Way
from .rules.errors import NotOpen, SlotTaken, Stale
from .rules.lifecycle import Event, State
from .rules.press import press
from .rules.rights import Action, Role
from .rules.slots import Slot, by_staff
from .rules.visits import MissedBy
from .work import Priority, Work

KEPT_FOR = timedelta(hours=1)
"""So long a new time is kept for a resident who waited in vain."""
NOT_BEFORE = timedelta(minutes=30)
DAYS_AHEAD = 14
GONE = "gone"


async def not_come(work: Work, ticket: Ticket, key: str) -> None:
    """A quarter of an hour late and no word: the agent is nudged, the secretaries are told, the resident can choose.

    Where the resident is the one who comes, only who waits for them is asked.
    """
    booking = await visits.booking_of(work, ticket)
    params = await visits.said(work, ticket, booking)
    agent = await work.ledger.get(schema.person, ticket["assignee_id"])
    if not visits.is_at_home(booking):
        if agent is not None:
            message, buttons = "visit.did_they_come", _at_the_desk(ticket)
            work.notify(agent, message, buttons, ticket_id=ticket["id"], key=key, number=ticket["number"], **params)
        return
    visits.alter(work, booking, missed_by=str(MissedBy.AGENT), missed_at=work.now)
    await tickets.move(work, ticket, Event.NOT_COME, None)
    if agent is not None:
        buttons = _at_the_door(ticket)
        work.notify(
            agent,
            "visit.late_agent",
            buttons,
            ticket_id=ticket["id"],
            priority=Priority.ANSWER,
            key=key,
            number=ticket["number"],
            **params,
        )
    await _tell_supervisors(work, ticket, params, key)
    came: list[list[Any]] = [[("visit_came", press("vcame", ticket["id"]))]]
    await offer_new_time(work, ticket, "visit.late", above=came, key=key)
    await tickets.show(work, ticket)


def _at_the_desk(ticket: Ticket) -> list[list[tuple[str, str]]]:
    return [[("visit_they_came", press("varrive", ticket["id"])), ("visit_miss", press("vmiss", ticket["id"]))]]


def _at_the_door(ticket: Ticket) -> list[list[tuple[str, str]]]:
    return [
        [("visit_arrive", press("varrive", ticket["id"])), ("visit_on_the_way", press("varoute", ticket["id"]))],
        [("visit_cannot", press("vgone", ticket["id"]))],
    ]


async def _tell_supervisors(work: Work, ticket: Ticket, params: dict[str, Any], key: str) -> None:
    community = work.directory.community_of(ticket["place_id"])
    above = await people.holders(
        work.ledger, [Role.COMMUNITY_SECRETARY], work.directory.scope(community.id if community else None)
    )
    found = await roster.secretaries(work, ticket["place_id"])
    found += await roster.to_tell(work, [row for row in above if people.is_reachable(row)])
    for person, at in {row["id"]: (row, at) for row, at in reversed(found)}.values():
        if person["id"] != ticket["assignee_id"]:
            work.notify(
                person,
                "visit.late_staff",
                [[("open", press("open", ticket["id"]))]],
                ticket_id=ticket["id"],
                key=f"{key}:staff:{person['id']}",
                due_at=max(at, work.speak_at(Priority.NEWS)),
                number=ticket["number"],
                **params,
            )


# --- a new time ----------------------------------------------------------------------------------------------


async def offer_new_time(
    work: Work, ticket: Ticket, message: str, *, above: list[list[Any]] | None = None, key: str | None = None
) -> None:
    """Tell the resident, with the nearest free time on one big button, kept for them, and the way to all others."""
    booking = await visits.booking_of(work, ticket)
    slot = await nearest(work, ticket, booking)
    rows: list[list[Any]] = list(above or [])
    service = work.directory.catalogue.services.get(booking["service_id"])
    if slot is not None and service is not None:
        hold_id = await _kept(work, ticket, service, slot)
        if hold_id is not None:
            label = {"at": slot.starts_at.isoformat()}
            rows.append([("visit_take", press("vtake", ticket["id"], hold_id), label)])
    rows.append(
        [("visit_other_time", press("bmove", ticket["id"])), ("visit_not_needed", press("bcancel", ticket["id"]))]
    )
    params = await visits.said(work, ticket, booking)
    await handling.tell_owner(work, ticket, message, buttons=rows, priority=Priority.ANSWER, key=key, **params)


async def nearest(work: Work, ticket: Ticket, booking: Row) -> Slot | None:
    """The nearest free time of what was booked, within two weeks; None when there is none."""
    service = work.directory.catalogue.services.get(booking["service_id"])
    if service is None or booking["starts_at"] is None:
        return None
    way, place, owner = Way(booking["way"]), ticket["place_id"], ticket["owner_id"]
    today = work.directory.calendar.to_local(work.now).date()
    last = today + timedelta(days=DAYS_AHEAD)
    counts = await slots.days(work, service, way, place, today, last, owner_id=owner)
    for day in (day for day, count in counts.items() if count):
        found = await slots.free(work, service, way, place, day, owner_id=owner)
        soon = [slot for slot in found if slot.starts_at >= max(work.now + NOT_BEFORE, booking["starts_at"])]
        if soon:
            return soon[0]
    return None


async def _kept(work: Work, ticket: Ticket, service: Service, slot: Slot) -> int | None:
    try:
        return await slots.hold(
            work,
            ticket["owner_id"],
            service,
            slot,
            place_id=ticket["place_id"],
            owner_id=ticket["owner_id"],
            until=work.now + KEPT_FOR,
        )
    except (SlotTaken, NotOpen):
        return None


async def take(work: Work, ticket: Ticket, hold_id: int | None) -> None:
    """The resident takes the time that was kept for them. Raises SlotTaken when it is gone."""
    await handling.check(work, Action.RESCHEDULE, ticket, Event.RESCHEDULED)
    booking = await visits.booking_of(work, ticket)
    service = work.directory.catalogue.services.get(booking["service_id"])
    if service is None:
        raise Stale
    kept = await slots.kept(work, hold_id, service)
    if kept is None:
        raise SlotTaken
    await rebooking.reschedule(work, ticket, None, hold_id)


# --- who comes instead ---------------------------------------------------------------------------------------


async def give_up(work: Work, ticket: Ticket) -> bool:
    """去不了: who carries it out cannot come; True when somebody else comes at the same time."""
    await handling.check(work, Action.ARRIVE, ticket, Event.ARRIVED)
    return await pass_on(work, ticket, ticket["assignee_id"], GONE)


async def pass_on(
    work: Work, ticket: Ticket, former_id: int | None, reason: str, *, message: str = "visit.nobody_comes"
) -> bool:
    """Somebody else comes at the same time, if there is anybody; else the resident gets a new time with `message`.

    They are asked until they have chosen, and the duty secretary knows: nothing is lost.
    """
    booking = await visits.booking_of(work, ticket)
    slot = await _same_time(work, ticket, booking, former_id)
    why = {"reason": reason, "person": former_id}
    if slot is None:
        visits.alter(work, booking, missed_by=str(MissedBy.AGENT), missed_at=work.now)
        await tickets.move(work, ticket, Event.CALLED_OFF, None, why=why, assignee_id=None, accepted_at=None)
        for person in await people.duty_secretaries(work, ticket["place_id"]):
            work.card(ticket["id"], person, is_fresh=True)
        await offer_new_time(work, ticket, message)
        await tickets.show(work, ticket)
        return False
    by_clock = Work.for_clock(work.ledger, work.now, work.changes)
    await rebooking.reschedule(by_clock, ticket, slot)
    params = await visits.said(work, ticket, booking | {"provider_id": slot.provider_id})
    await handling.tell_owner(work, ticket, "visit.somebody_else", **params)
    return True


def who_could(work: Work, booking: Row) -> dict[int, int]:
    """Who could carry a booking out: persons, and the provider each is."""
    service = work.directory.catalogue.services.get(booking["service_id"])
    found = work.directory.catalogue.providers_of(service, Way(booking["way"])) if service is not None else []
    return {one.person_id: one.id for one in found if one.person_id is not None}


async def give_to(work: Work, ticket: Ticket, person_id: int) -> None:
    """Somebody named by staff comes at the booked time. Raises NotOpen or SlotTaken where they cannot."""
    booking = await visits.booking_of(work, ticket)
    service = work.directory.catalogue.services.get(booking["service_id"])
    provider_id = who_could(work, booking).get(person_id)
    if service is None or provider_id is None or booking["starts_at"] is None:
        raise NotOpen
    wanted = Slot(provider_id, 1, booking["starts_at"], booking["ends_at"])
    slot, _ = await slots.find_seat(work, by_staff(service), wanted, [], mine=[ticket["id"]])
    await rebooking.reschedule(Work.for_clock(work.ledger, work.now, work.changes), ticket, slot)
    params = await visits.said(work, ticket, booking | {"provider_id": slot.provider_id})
    await handling.tell_owner(work, ticket, "visit.somebody_else", **params)


async def _same_time(work: Work, ticket: Ticket, booking: Row, former_id: int | None) -> Slot | None:
    """A free seat of somebody else at the booked time, if that is still to come."""
    service = work.directory.catalogue.services.get(booking["service_id"])
    starts_at: datetime | None = booking["starts_at"]
    if service is None or starts_at is None or starts_at <= work.now or State(ticket["state"]) != State.ACCEPTED:
        return None
    day = work.directory.calendar.to_local(starts_at).date()
    serving = availability.serving(work, service, ticket["place_id"], ticket["owner_id"], Way(booking["way"]))
    is_former = {one.id for one in serving if former_id is not None and one.person_id == former_id}
    others = [one for one in serving if one.id not in {booking["provider_id"], *is_former}]
    found = await availability.look(work, by_staff(service), others, day, day)
    free = [slot for _, slot in found.free() if slot.starts_at == starts_at]
    return free[0] if free else None
