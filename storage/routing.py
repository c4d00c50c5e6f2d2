"""Routing: finding the person for a ticket, and offering it down the chain until somebody takes it.

The rules decide (`rules.routing`); here are the candidates, read from the database as they are now, and the rows
that an offer writes: the offer, the card, the history with the reason, the clock for an answer.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from . import people, schema, tickets
from .ledger import Row
from .rules.lifecycle import OPEN, Event, State
from .rules.limits import Limits, due_at
from .rules.rights import Action, Role, TicketFacts, may
from .rules.routing import Candidate, Decision, Need, Rule, Step, pick_rule, route
from .rules.routing import ring as ring_rule
from .rules.worktime import CalendarName
from .work import Priority, Work

STEP_ROLE = {step: Role.GRID_WORKER if step is Step.NEIGHBOUR_GRID_WORKER else Role(step.value) for step in Step}


async def offer_next(work: Work, ticket: dict[str, Any], actor_id: int | None) -> Decision:
    """Offer a ticket to the next in its chain, or put it on the duty secretary's list when there is nobody.

    Those who were asked before keep their offer, but are not asked again. The reason is kept with the ticket.
    """
    facts = await tickets.facts(work.ledger, ticket)
    asked = await _asked_before(work, ticket)
    rule = pick_rule(work.directory.rules, _need(ticket, facts, asked))
    candidates = await _candidates(work, ticket, facts, rule)
    decision = route(rule, _need(ticket, facts, asked), candidates)
    if decision.person_ids:
        await offer(work, ticket, decision.person_ids, actor_id, tier=decision.tier, why=explain(rule, decision))
    else:
        await leave_to_duty_secretary(work, ticket, actor_id, why=explain(rule, decision))
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
) -> None:
    """Offer a ticket to people, each with a fresh limit for an answer."""
    priority = Priority.ALARM if ticket["is_danger"] else Priority.NEWS
    begins_at = work.speak_at(priority)
    answer_by = due_at(Limits.from_json(ticket["limits"]).answer, begins_at, work.directory.calendar)
    open_already = {row["person_id"] for row in await tickets.open_offers(work.ledger, ticket["id"])}
    for person_id in person_ids:
        if person_id not in open_already:
            _insert_offer(work, ticket, person_id, tier, begins_at, answer_by)
    await tickets.move(
        work,
        ticket,
        event,
        actor_id,
        why=why,
        tier=tier,
        route=why,
        offered_at=begins_at,
        response_due_at=answer_by if ticket["tier"] else ticket["response_due_at"],
    )
    files = await tickets.attachments_of(work.ledger, ticket["id"]) or _pending_files(work, ticket)
    for person in (await people.by_ids(work.ledger, person_ids)).values():
        work.media(ticket["id"], person, [_file(row) for row in files], priority=priority)
        work.card(ticket["id"], person, is_fresh=True, priority=priority)


def _insert_offer(
    work: Work, ticket: Row, person_id: int, tier: int, offered_at: datetime, answer_by: datetime
) -> None:
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
    """Nobody is left: the duty secretary's list, and a word to the administrator when even that list has no keeper."""
    if ticket["state"] == State.OFFERED:
        await tickets.move(work, ticket, Event.EXHAUSTED, actor_id, why=why, route=why)
    else:
        tickets.alter(work, ticket, route=why)
        tickets.remember(work, ticket, str(Event.EXHAUSTED), actor_id, ticket["state"], ticket["state"], why)
        await tickets.reminders.replan(work, ticket)
    priority = Priority.ALARM if ticket["is_danger"] else Priority.NEWS
    keepers = [row for row in await people.duty_secretaries(work, ticket["place_id"]) if _reachable(row)]
    for person in keepers:
        work.card(ticket["id"], person, is_fresh=True, priority=priority)
    for person in await people.administrators(work, ticket["place_id"]):
        work.notify(person, "staff.nobody", ticket_id=ticket["id"], priority=Priority.ALARM, number=ticket["number"])


async def ring(work: Work, ticket: dict[str, Any]) -> Decision:
    """Danger: call the tier whose turn it is, three minutes each, everybody again after the last, until one goes."""
    facts = await tickets.facts(work.ledger, ticket)
    asked = await _asked_before(work, ticket)
    need = _need(ticket, facts, asked)
    rule = pick_rule(work.directory.rules, need)
    candidates = await _candidates(work, ticket, facts, rule)
    since = work.now - (ticket["danger_at"] or ticket["created_at"])
    decision = ring_rule(rule, need, candidates, since)
    if decision.person_ids:
        await offer(work, ticket, decision.person_ids, None, tier=decision.tier, why=explain(rule, decision))
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
        is_confidential=facts.is_confidential,
        excluded=asked["declined"],
        unanswered=asked["silent"],
        owner_id=ticket["owner_id"],
    )


async def _asked_before(work: Work, ticket: Row) -> dict[str, frozenset[int]]:
    """Who said no, and who was asked and said nothing (or held it and gave it away)."""
    offers = schema.offer
    rows = await work.ledger.all(sa.select(offers).where(offers.c.ticket_id == ticket["id"]))
    declined = frozenset(row["person_id"] for row in rows if row["state"] == "declined")
    # A decline of this very change set is not in the database yet.
    declined |= {row["person_id"] for row in rows if _is_declined_now(work, row)}
    return {"declined": declined, "silent": frozenset(row["person_id"] for row in rows) - declined}


def _is_declined_now(work: Work, row: Row) -> bool:
    update = work.changes.updates.get((schema.offer.name, row["id"]))
    return update is not None and update[1].get("state") == "declined"


async def _candidates(work: Work, ticket: Row, facts: TicketFacts, rule: Rule) -> list[Candidate]:
    steps = [step for tier in rule.chain for step in tier]
    neighbours = work.directory.neighbour_grids(ticket["place_id"])
    places = facts.scope | (neighbours if Step.NEIGHBOUR_GRID_WORKER in steps else frozenset())
    rows = await people.holders(work.ledger, {STEP_ROLE[step] for step in steps}, places)
    loads = await open_counts(work, {row["id"] for row in rows})
    return [
        await _candidate(work, facts, step, row, loads.get(row["id"], 0))
        for step in steps
        for row in rows
        if row["role"] == STEP_ROLE[step] and (row["place_id"] in neighbours) == (step is Step.NEIGHBOUR_GRID_WORKER)
    ]


async def _candidate(work: Work, facts: TicketFacts, step: Step, row: Row, open_count: int) -> Candidate:
    offered = TicketFacts(**{**_fields(facts), "offered_to": facts.offered_to | {row["id"]}})
    actor = people.as_actor(row["id"], [{"role": row["role"], "place_id": row["place_id"], "revoked_at": None}])
    return Candidate(
        person_id=row["id"],
        step=step,
        is_on_duty=people.is_on_duty(work, row, _answer_begins(work, facts)),
        is_reachable=_reachable(row),
        is_entitled=may(actor, Action.ACCEPT, offered),
        open_count=open_count,
        idle_since=row["last_assigned_at"],
    )


def _fields(facts: TicketFacts) -> dict[str, Any]:
    return {name: getattr(facts, name) for name in TicketFacts.__dataclass_fields__}


def _answer_begins(work: Work, facts: TicketFacts) -> datetime:
    """When somebody has to be there: now, or when the kind's calendar opens next (a lamp at night waits for the morning)."""
    kind = work.directory.kinds.get(facts.kind)
    name = kind.limits.answer.calendar if kind is not None and not facts.is_danger else CalendarName.ALWAYS
    return work.directory.calendar.next_open(work.now, name)


def _reachable(row: Row) -> bool:
    return row["telegram_id"] is not None and row["unreachable_at"] is None


async def open_counts(work: Work, person_ids: Collection[int]) -> dict[int, int]:
    """How many open matters each has in hand."""
    ticket = schema.ticket
    states = [str(state) for state in OPEN if state not in {State.NEW, State.OFFERED, State.DONE}]
    query = (
        sa.select(ticket.c.assignee_id, sa.func.count().label("open_count"))
        .where(ticket.c.assignee_id.in_(person_ids), ticket.c.state.in_(states))
        .group_by(ticket.c.assignee_id)
    )
    return {row["assignee_id"]: row["open_count"] for row in await work.ledger.all(query)}


def _pending_files(work: Work, ticket: Row) -> Sequence[Row]:
    """The files of a ticket that is made in this very change set."""
    return [
        values
        for table, values in work.changes.inserts
        if table is schema.attachment and values["ticket_id"] == ticket["id"]
    ]


def _file(row: Row) -> dict[str, Any]:
    return {"media": row["media"], "file_id": row["file_id"]}
