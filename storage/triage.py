"""What a secretary sets right: who takes a matter, of which kind it is and where, and that a complaint was rung back.

Each act is checked by the rights function at the moment of acting. Whoever loses a matter this way is told so; what is
corrected before anybody took it is routed anew.
"""

import dataclasses
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from . import candidates, danger, handling, people, reach, roster, routing, schema, tickets, visit_moves, visits
from .closing import LOW_STARS
from .ledger import Row
from .rules.errors import NotOpen, Refusal, SlotTaken, Stale
from .rules.lifecycle import OPEN, Event, State
from .rules.press import press
from .rules.rights import Action, Role, TicketFacts
from .work import Work

Ticket = dict[str, Any]

ASSIGNABLE = (
    Role.GRID_WORKER,
    Role.BUILDING_HEAD,
    Role.UNIT_HEAD,
    Role.PROPERTY_FIRM,
    Role.STEWARD,
    Role.PROXY_AGENT,
    Role.MEDIATOR,
    Role.ESTATE_BRANCH,
    Role.DUTY_SECRETARY,
    Role.COMMUNITY_SECRETARY,
)
UNOWNED = {State.NEW, State.OFFERED}


class CannotTake(Refusal):
    """That person cannot be given this ticket: not entitled, not reachable, or it is their own."""

    code = "cannot_take"


class OutOfReach(Refusal):
    """That place is not within reach of the role."""

    code = "out_of_reach"


@dataclass(frozen=True)
class Able:
    """Somebody who may be given a ticket."""

    person: Row
    roles: tuple[str, ...]
    open_count: int
    is_on_duty: bool


async def able(work: Work, ticket: Ticket) -> list[Able]:
    """Who may be given a ticket: those of its places and the neighbouring grids; on duty first, then the least load."""
    facts = await _discreet(work, ticket)
    places = facts.scope | work.directory.neighbour_grids(ticket["place_id"])
    rows: dict[int, list[Row]] = defaultdict(list)
    for row in await people.holders(work.ledger, ASSIGNABLE, places):
        if people.is_reachable(row) and candidates.may_have(row, facts):
            rows[row["id"]].append(row)
    loads = await candidates.open_counts(work, rows.keys())
    if ticket["booked_until"] is not None:
        could = visit_moves.who_could(work, await visits.booking_of(work, ticket))
        rows = defaultdict(list, {person_id: held for person_id, held in rows.items() if person_id in could})
    duty = await roster.duty_at(work, work.now)
    found = [
        Able(held[0], _names(held), loads.get(person_id, 0), any(duty.is_on(one, work.now) for one in held))
        for person_id, held in rows.items()
        if person_id not in {ticket["owner_id"], ticket["assignee_id"]}
    ]
    return sorted(found, key=lambda one: (not one.is_on_duty, one.open_count, one.person["id"]))


def _names(rows: list[Row]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(row["role"] for row in rows))


async def _discreet(work: Work, ticket: Ticket) -> TicketFacts:
    """By which somebody may be given a ticket: life comes before discretion, and having it in hand proves nothing."""
    facts = await tickets.facts(work.ledger, ticket)
    return dataclasses.replace(facts, assignee_id=None, is_confidential=facts.is_confidential and not facts.is_danger)


async def assign(work: Work, ticket: Ticket, person_id: int | None) -> Row:
    """Give a ticket to somebody, who is offered it with a fresh limit. Raises CannotTake.

    Other offers end, but for a danger: it goes on ringing everywhere until somebody goes.
    """
    await handling.check(work, Action.TRIAGE, ticket, Event.ASSIGNED)
    chosen = next((one.person for one in await able(work, ticket) if one.person["id"] == person_id), None)
    if chosen is None:
        raise CannotTake
    if ticket["booked_until"] is not None:
        await _at_its_time(work, ticket, chosen)
        return chosen
    former = ticket["assignee_id"]
    if not ticket["is_danger"]:
        await _end_offers(work, ticket, lambda one: one != chosen["id"])
    tickets.alter(work, ticket, assignee_id=None, accepted_at=None)
    why = {"reason": "assigned", "person": chosen["id"]}
    await routing.offer(work, ticket, [chosen["id"]], _me(work), tier=ticket["tier"], why=why, event=Event.ASSIGNED)
    await tell_former(work, ticket, former)
    await tickets.show(work, ticket)
    return chosen


async def _at_its_time(work: Work, ticket: Ticket, chosen: Row) -> None:
    """A booked time goes to somebody else only with the time itself, which they have to have free."""
    former = ticket["assignee_id"]
    try:
        await visit_moves.give_to(work, ticket, chosen["id"])
    except (NotOpen, SlotTaken) as error:
        raise CannotTake from error
    await tell_former(work, ticket, former)


async def _end_offers(work: Work, ticket: Ticket, is_ended: Callable[[int], bool]) -> None:
    for row in await tickets.open_offers(work.ledger, ticket["id"]):
        if is_ended(row["person_id"]):
            work.changes.update(schema.offer, row, state="withdrawn")


async def tell_former(work: Work, ticket: Ticket, person_id: int | None) -> None:
    """Whoever had it in hand learns that it is theirs no more."""
    found = await people.by_ids(work.ledger, [person_id] if person_id else [])
    for person in found.values():
        if person["id"] != _me(work):
            work.notify(person, "triage.taken_back", ticket_id=ticket["id"], number=ticket["number"], to_former=True)


async def change_kind(work: Work, ticket: Ticket, code: str) -> None:
    """It was of another kind all along: the limits of that kind hold, counted from when it was reported.

    A danger keeps its own limits until it is over. Raises Stale for an unknown kind or the one it has.
    """
    await handling.check(work, Action.TRIAGE, ticket, Event.KIND_CHANGED)
    kind, old = work.directory.kinds.get(code), work.directory.kinds.get(ticket["kind"])
    if kind is None or code == ticket["kind"]:
        raise Stale
    if code == tickets.DANGER:
        await danger.raise_to(work, ticket)
        return
    # What was told in confidence although its kind did not ask for that stays so.
    was_private = bool(ticket["is_confidential"]) and not (old is not None and old.is_confidential)
    values: dict[str, Any] = {"kind": code, "is_confidential": kind.is_confidential or was_private}
    if not ticket["is_danger"]:
        paused = timedelta(seconds=ticket["paused_seconds"])
        columns = tickets.limit_columns(work, kind.limits, ticket["created_at"], paused, ticket["booked_until"])
        values |= columns | {"limits_at": work.now}
        if values["resolution_due_at"] > work.now:
            values["overdue_at"] = None
    why = {"words": f"{old.name_in(work.language) if old else ticket['kind']} → {kind.name_in(work.language)}"}
    await tickets.move(work, ticket, Event.KIND_CHANGED, _me(work), why=why, **values)
    await _route_again(work, ticket)


async def change_place(work: Work, ticket: Ticket, place_id: int, room: str | None) -> None:
    """It is somewhere else. Raises OutOfReach for a place that is not the secretary's."""
    await handling.check(work, Action.TRIAGE, ticket, Event.PLACE_CHANGED)
    if place_id not in reach.places(work, reach.SECRETARIES):
        raise OutOfReach
    why = {"words": work.directory.name(place_id, work.language)}
    await tickets.move(work, ticket, Event.PLACE_CHANGED, _me(work), why=why, place_id=place_id, room=room)
    await _route_again(work, ticket)


async def _route_again(work: Work, ticket: Ticket) -> None:
    """Whoever is not entitled to what it has become loses it; what nobody has in hand is offered anew."""
    facts = await _discreet(work, ticket)
    concerned = {*facts.offered_to, *({ticket["assignee_id"]} if ticket["assignee_id"] else ())}
    grants = await people.grants_of(work.ledger, concerned) if concerned else []
    kept = {one["person_id"] for one in grants if candidates.may_have({**one, "id": one["person_id"]}, facts)}
    lost = concerned - kept
    await _end_offers(work, ticket, lambda one: one in lost)
    if ticket["assignee_id"] in lost and State(ticket["state"]) in OPEN - UNOWNED - {State.DONE}:
        former = ticket["assignee_id"]
        why = {"reason": "not_entitled"}
        await tickets.move(work, ticket, Event.RELEASED, _me(work), why=why, assignee_id=None, accepted_at=None)
        await tell_former(work, ticket, former)
    if State(ticket["state"]) in UNOWNED:
        await routing.offer_next(work, ticket, _me(work), is_afresh=True)
    await tickets.show(work, ticket)


async def refuse(work: Work, ticket: Ticket, words: str) -> None:
    """暂时办不了，跟您说明原因: the resident reads why, and may have it looked at once more."""
    await handling.check(work, Action.TRIAGE, ticket, Event.REFUSED)
    former = ticket["assignee_id"]
    await tickets.move(
        work,
        ticket,
        Event.REFUSED,
        _me(work),
        why={"words": words},
        done_words=words,
        closed_at=work.now,
        closed_how="refused",
        assignee_id=None,
        accepted_at=None,
    )
    await routing.end_offers(work, ticket)
    await tell_former(work, ticket, former)
    again = [[("object", press("object", ticket["id"]))]] if ticket["objected_at"] is None else []
    await handling.tell_owner(work, ticket, "triage.refused", buttons=again, words=words)
    await tickets.show(work, ticket)


async def object_to(work: Work, ticket: Ticket) -> None:
    """不认可，请再看看: a refusal goes back to the duty secretary, once."""
    await handling.check(work, Action.OBJECT, ticket, Event.OBJECTED)
    values: dict[str, Any] = {"objected_at": work.now, "closed_at": None, "closed_how": None, "done_words": None}
    await tickets.move(work, ticket, Event.OBJECTED, _me(work), **values)
    for person, at in await roster.secretaries(work, ticket["place_id"]):
        work.notify(person, "triage.objected", ticket_id=ticket["id"], due_at=at, number=ticket["number"])
        work.card(ticket["id"], person, is_fresh=True, due_at=at)
    await tickets.show(work, ticket)


async def ring_back(work: Work, ticket: Ticket) -> None:
    """Whoever gave one or two stars was rung. Raises Stale when there is nothing to ring about."""
    if ticket["stars"] is None or ticket["stars"] > LOW_STARS or ticket["rung_back_at"] is not None:
        raise Stale
    await handling.check(work, Action.RING_BACK, ticket, Event.RUNG_BACK)
    await tickets.move(work, ticket, Event.RUNG_BACK, _me(work), rung_back_at=work.now)
    await tickets.show(work, ticket)


def _me(work: Work) -> int:
    return work.person["id"] if work.person else 0
