"""Routing: finding the person for a ticket, and offering it down the chain until somebody takes it.

The rules decide (`rules.routing`); here are the candidates, read from the database as they are now, and the rows
that an offer writes: the offer, the card, the history with the reason, the clock for an answer.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from . import candidates, people, reminders, roster, schema, tickets
from .ledger import Row
from .plain import once
from .rules.lifecycle import Event, State
from .rules.limits import Limits, due_at
from .rules.rights import TicketFacts
from .rules.routing import Decision, Need, Reason, Rule, pick_rule, route
from .rules.routing import ring as ring_rule
from .work import Priority, Work

NOBODY_LATER: Mapping[int, datetime] = MappingProxyType({})


async def offer_next(
    work: Work,
    ticket: dict[str, Any],
    actor_id: int | None,
    *,
    why: Mapping[str, Any] | None = None,
    is_afresh: bool = False,
) -> Decision:
    """Offer a ticket to the next in its chain, or put it on the duty secretary's list when there is nobody.

    Those who were asked before keep their offer, but are not asked again. The reason is kept with the ticket, together
    with what the caller adds in `why`. `is_afresh` begins the chain anew for a ticket that was corrected.
    """
    facts = await tickets.facts(work.ledger, ticket)
    asked = await _asked_before(work, ticket)
    if is_afresh:
        asked["silent"] = frozenset()
    rule = pick_rule(work.directory.rules, _need(ticket, facts, asked))
    found = await candidates.of_rule(work, ticket, facts, rule)
    decision = route(rule, _need(ticket, facts, asked), found)
    told = {**explain(rule, decision), **(why or {})}
    if decision.person_ids:
        told_at = {one.person_id: one.told_at for one in found if one.told_at is not None}
        await offer(work, ticket, decision.person_ids, actor_id, tier=decision.tier, why=told, told_at=told_at)
    else:
        if decision.reason is Reason.NOBODY_ON_DUTY:
            again_at = await candidates.next_duty(work, ticket, facts, rule)
            told |= {"again_at": again_at.isoformat() if again_at else None}
        await leave_to_duty_secretary(work, ticket, actor_id, why=told)
    return decision


async def offer(
    work: Work,
    ticket: dict[str, Any],
    person_ids: Collection[int],
    actor_id: int | None,
    *,
    tier: int,
    why: dict[str, Any],
    event: Event = Event.OFFERED,
    begins_at: datetime | None = None,
    told_at: Mapping[int, datetime] = NOBODY_LATER,
) -> None:
    """Offer a ticket to people, each with a fresh limit for an answer, which runs from when they are told: `begins_at`,
    or as soon as may be.

    `told_at` are those who are off duty now and hear of it when their duty begins, before which no limit runs.

    Who has an open offer already is called again and gets the fresh limit too. A danger keeps the limit it began with.
    """
    priority = Priority.ALARM if ticket["is_danger"] else Priority.NEWS
    begins_at = begins_at or work.speak_at(priority)
    answer_by = due_at(Limits.from_json(ticket["limits"]).answer, begins_at, work.directory.calendar)
    open_already = {row["person_id"]: row for row in await waiting_offers(work, ticket)}
    for person_id in person_ids:
        if person_id in open_already:
            work.changes.update(schema.offer, open_already[person_id], due_at=answer_by)
        else:
            insert_offer(work, ticket, person_id, tier, begins_at, answer_by)
    await tickets.move(
        work,
        ticket,
        event,
        actor_id,
        why={**why, "to": list(person_ids)},
        tier=tier,
        route=why,
        offered_at=begins_at,
        response_due_at=ticket["response_due_at"] if ticket["is_danger"] else answer_by,
    )
    kept = await tickets.attachments_of(work.ledger, ticket["id"]) or _pending_files(work, ticket)
    files = [_file(row) for row in kept if row["media"] != "location"] + tickets.position_of(ticket)
    for person in (await people.by_ids(work.ledger, person_ids)).values():
        due = told_at.get(person["id"], begins_at)
        if person["id"] not in open_already:
            work.media(ticket["id"], person, files, priority=priority, is_offer=True, due_at=due)
        work.card(ticket["id"], person, is_fresh=True, is_offer=True, priority=priority, due_at=due)


async def waiting_offers(work: Work, ticket: Row) -> list[Row]:
    """The open offers of a ticket, without those that this very change set ends."""
    rows = await tickets.open_offers(work.ledger, ticket["id"])
    return [row for row in rows if _state_now(work, row) == "open"]


async def is_anybody_asked(work: Work, ticket: Row) -> bool:
    """Whether somebody who can be reached still has time to answer an offer."""
    ids = {row["person_id"] for row in await waiting_offers(work, ticket) if row["due_at"] > work.now}
    return any(people.is_reachable(row) for row in (await people.by_ids(work.ledger, ids)).values())


def insert_offer(work: Work, ticket: Row, person_id: int, tier: int, offered_at: datetime, answer_by: datetime) -> None:
    """Note that somebody may take a ticket."""
    work.changes.insert(
        schema.offer,
        id=work.new_id(),
        ticket_id=ticket["id"],
        person_id=person_id,
        tier=tier,
        offered_at=offered_at,
        due_at=answer_by,
        state="open",
    )


async def leave_to_duty_secretary(
    work: Work, ticket: dict[str, Any], actor_id: int | None, *, why: dict[str, Any]
) -> None:
    """Nobody is left: the duty secretary's list, with an alarm to the administrators.

    Earlier offers stay valid. Where nobody answered because nobody is on duty, somebody is looked for again later;
    that is not told twice. A danger goes on ringing, and tells every time.
    """
    is_listed = (ticket["route"] or {}).get("reason") in {Reason.NOBODY, Reason.NOBODY_ON_DUTY}
    was_told = ticket["state"] == State.NEW and is_listed and not ticket["is_danger"]
    values = {"route": why, "offered_at": work.now}
    if ticket["state"] == State.OFFERED:
        await tickets.move(work, ticket, Event.EXHAUSTED, actor_id, why=why, **values)
    else:
        tickets.alter(work, ticket, **values)
        tickets.remember(work, ticket, str(Event.EXHAUSTED), actor_id, ticket["state"], ticket["state"], why)
        await reminders.replan(work, ticket)
    if was_told:
        return
    if ticket["is_danger"] and not is_listed:
        await _tell_the_caller(work, ticket)
    priority = Priority.ALARM if ticket["is_danger"] else Priority.NEWS
    for person, at in await roster.secretaries(work, ticket["place_id"], is_danger=bool(ticket["is_danger"])):
        work.card(ticket["id"], person, is_fresh=True, priority=priority, due_at=at)
    for person in await people.administrators(work, ticket["place_id"]):
        work.notify(
            person,
            "staff.nobody",
            ticket_id=ticket["id"],
            priority=priority,
            number=ticket["number"],
            is_danger=bool(ticket["is_danger"]),
        )


async def _tell_the_caller(work: Work, ticket: Row) -> None:
    """Whoever waits for help must know that nobody is coming yet."""
    ids = {ticket["owner_id"], ticket["filed_by_id"]}
    for person in (await people.at_hand(work, ids)).values():
        work.notify(person, "danger.nobody", ticket_id=ticket["id"], priority=Priority.ALARM)


async def ring(work: Work, ticket: dict[str, Any], *, also: Collection[int] = ()) -> Decision:
    """Danger: call the tier whose turn it is, three minutes each, everybody again after the last, until one goes.

    There is no silent end: where nobody at all can be reached, the administrators are alarmed at every turn. `also`
    are people to call beside the tier: whoever had it in hand when it became a danger.
    """
    facts = await tickets.facts(work.ledger, ticket)
    asked = await _asked_before(work, ticket)
    need = _need(ticket, facts, asked)
    rule = pick_rule(work.directory.rules, need)
    found = await candidates.of_rule(work, ticket, facts, rule)
    since = work.now - began_at(ticket)
    decision = ring_rule(rule, need, found, since)
    called = list(dict.fromkeys([*decision.person_ids, *also]))
    if called:
        await offer(work, ticket, called, None, tier=decision.tier, why=explain(rule, decision))
    else:
        await leave_to_duty_secretary(work, ticket, None, why=explain(rule, decision))
    return decision


async def end_offers(work: Work, ticket: Row, *, accepted_by: int | None = None) -> None:
    """Close every open offer: it was taken by one, or there is nothing left to take."""
    for row in await tickets.open_offers(work.ledger, ticket["id"]):
        state = "accepted" if row["person_id"] == accepted_by else "withdrawn"
        work.changes.update(schema.offer, row, state=state)


def explain(rule: Rule, decision: Decision) -> dict[str, Any]:
    """A decision as plain data, for the history and for staff to read."""
    return {
        "rule": rule.code,
        "reason": str(decision.reason),
        "tier": decision.tier,
        "passed_over": [
            {"person": one.person_id, "step": str(one.step), "why": str(one.why)} for one in decision.passed_over
        ],
    }


def _need(ticket: Row, facts: TicketFacts, asked: Mapping[str, frozenset[int]]) -> Need:
    return Need(
        kind=ticket["kind"],
        scope=facts.scope,
        is_danger=bool(ticket["is_danger"]),
        is_confidential=facts.is_confidential and not ticket["is_danger"],  # life comes before discretion
        excluded=asked["declined"],
        unanswered=asked["silent"],
        owner_id=ticket["owner_id"],
    )


_OFFERS = once(sa.select(schema.offer).where(schema.offer.c.ticket_id == sa.bindparam("ticket")))


async def offers_now(work: Work, ticket: Row) -> list[dict[str, Any]]:
    """Every offer of a ticket, with what this very change set does to it."""
    rows = await work.ledger.all(_OFFERS, ticket=ticket["id"])
    return [{**row, "state": _state_now(work, row)} for row in rows]


async def _asked_before(work: Work, ticket: Row) -> dict[str, frozenset[int]]:
    """Who said no, and who was asked and said nothing (or held it and gave it away).

    A danger whose ladder began anew asks everybody anew.
    """
    rows = await work.ledger.all(_OFFERS, ticket=ticket["id"])
    if ticket["is_danger"]:
        rows = [row for row in rows if row["offered_at"] >= began_at(ticket)]
    declined = frozenset(row["person_id"] for row in rows if _state_now(work, row) == "declined")
    return {"declined": declined, "silent": frozenset(row["person_id"] for row in rows) - declined}


def began_at(ticket: Row) -> datetime:
    """When the ladder of a danger began."""
    at: datetime = ticket["danger_at"] or ticket["created_at"]
    return at


def _state_now(work: Work, offer_row: Row) -> str:
    """The state of an offer with what this very change set does to it."""
    _, values = work.changes.updates.get((schema.offer.name, offer_row["id"]), (schema.offer, {}))
    return str(values.get("state", offer_row["state"]))


def _pending_files(work: Work, ticket: Row) -> Sequence[Row]:
    """The files of a ticket that is made in this very change set."""
    return [
        values
        for table, values in work.changes.inserts
        if table is schema.attachment and values["ticket_id"] == ticket["id"]
    ]


def _file(row: Row) -> dict[str, Any]:
    return {"media": row["media"], "file_id": row["file_id"]}
