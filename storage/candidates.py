"""Who could be asked: the people of a chain's steps as the database knows them now, and the colleagues of a worker."""

import dataclasses
from collections.abc import Collection, Mapping
from datetime import datetime

import sqlalchemy as sa

from . import people, roster, schema, tickets
from .ledger import Row
from .plain import once
from .rules.rights import Action, Role, TicketFacts, may
from .rules.routing import Candidate, Rule, Step
from .states import IN_HAND, any_of
from .work import Priority, Work

STEP_ROLES: Mapping[Step, frozenset[Role]] = {
    **{step: frozenset({Role(step.value)}) for step in Step if step is not Step.NEIGHBOUR_GRID_WORKER},
    Step.NEIGHBOUR_GRID_WORKER: frozenset({Role.GRID_WORKER}),
    Step.PROPERTY_FIRM: frozenset({Role.PROPERTY_FIRM, Role.STEWARD}),  # the firm's part where there is none
}


async def of_rule(work: Work, ticket: Row, facts: TicketFacts, rule: Rule) -> list[Candidate]:
    """Everybody whom a rule's chain could ask for a ticket, with what decides among them."""
    steps = [step for tier in rule.chain for step in tier]
    neighbours = work.directory.neighbour_grids(ticket["place_id"])
    places = facts.scope | (neighbours if Step.NEIGHBOUR_GRID_WORKER in steps else frozenset())
    held = await people.holders(work.ledger, frozenset().union(*(STEP_ROLES[step] for step in steps)), places)
    rows = [_as_changed(work, row) for row in held]
    loads = await open_counts(work, {row["id"] for row in rows})
    told_at, begins_at = work.speak_at(Priority.NEWS), _answer_begins(work, facts)
    now, then = await roster.duty_at(work, told_at), await roster.duty_at(work, begins_at)
    return [
        Candidate(
            person_id=row["id"],
            step=step,
            is_on_duty=then.is_on(row, begins_at),
            is_reachable=people.is_reachable(row),
            is_entitled=may_have(row, facts),
            open_count=loads.get(row["id"], 0),
            idle_since=row["last_assigned_at"],
            told_at=None if facts.is_danger or now.is_on(row, told_at) else begins_at,
        )
        for step in steps
        for row in rows
        if row["role"] in STEP_ROLES[step] and (row["place_id"] in neighbours) == (step is Step.NEIGHBOUR_GRID_WORKER)
    ]


async def next_duty(work: Work, ticket: Row, facts: TicketFacts, rule: Rule) -> datetime | None:
    """When the first of those whom a rule could ask is on duty next, whatever their switches say now."""
    roles = frozenset().union(*(STEP_ROLES[step] for tier in rule.chain for step in tier))
    places = facts.scope | work.directory.neighbour_grids(ticket["place_id"])
    duty = await roster.duty_ahead(work)
    rows = [row for row in await people.holders(work.ledger, roles, places) if people.is_reachable(row)]
    return min((at for row in rows if (at := duty.next_on(row, work.now)) is not None), default=None)


def _answer_begins(work: Work, facts: TicketFacts) -> datetime:
    """When somebody has to be there: when they are told, and the kind's calendar is open (a lamp at night can wait)."""
    kind = work.directory.kinds.get(facts.kind)
    if kind is None or facts.is_danger:
        return work.now
    return work.directory.calendar.next_open(work.speak_at(Priority.NEWS), kind.limits.answer.calendar)


def _as_changed(work: Work, row: Row) -> Row:
    """A person as this very change set leaves them: who was just found unreachable is not asked again."""
    _, changed = work.changes.updates.get((schema.person.name, row["id"]), (schema.person, {}))
    return {**row, **changed}


MOST_COUNTED = 100
_FIRST_OPEN = (
    sa.select(schema.ticket.c.id)
    .where(schema.ticket.c.assignee_id == schema.person.c.id, any_of(schema.ticket.c.state, IN_HAND))
    .limit(MOST_COUNTED)
    .correlate(schema.person)
    .subquery()
)
_OPEN_COUNTS = once(
    sa.select(
        schema.person.c.id,
        sa.select(sa.func.count()).select_from(_FIRST_OPEN).scalar_subquery().label("open_count"),
    ).where(schema.person.c.id.in_(sa.bindparam("ids", expanding=True)))
)


async def open_counts(work: Work, person_ids: Collection[int]) -> dict[int, int]:
    """How many open matters each has in hand, up to `MOST_COUNTED`: beyond that everybody has too many."""
    rows = await work.ledger.all(_OPEN_COUNTS, ids=list(person_ids)) if person_ids else []
    return {row["id"]: row["open_count"] for row in rows}


COLLEAGUES = frozenset(
    {Role.GRID_WORKER, Role.BUILDING_HEAD, Role.UNIT_HEAD, Role.PROPERTY_FIRM, Role.STEWARD, Role.PROXY_AGENT}
    | {Role.MEDIATOR, Role.DUTY_SECRETARY}
)


async def colleagues(work: Work, ticket: Row) -> list[Row]:
    """Whom the one who asks may hand a ticket to: workers of its places and of the neighbouring grids, by name.

    Only those who can be reached; for a confidential ticket only those whose role entitles them; never its owner.
    """
    directory, facts = work.directory, await tickets.facts(work.ledger, ticket)
    rows = await people.holders(work.ledger, COLLEAGUES, facts.scope | directory.neighbour_grids(ticket["place_id"]))
    found = {row["id"]: row for row in rows if people.is_reachable(row) and may_have(row, facts)}
    for one in (ticket["owner_id"], work.person["id"] if work.person else None):
        found.pop(one, None)
    return list(found.values())


def may_have(row: Row, facts: TicketFacts) -> bool:
    """Whether a person who holds a role (`role`, `place_id`) may be given a ticket; only a confidential one asks."""
    # An offer would entitle anybody: whether they may have one follows from their role alone.
    actor = people.as_actor(row["id"], [{"role": row["role"], "place_id": row["place_id"], "revoked_at": None}])
    return not facts.is_confidential or may(actor, Action.SEE, dataclasses.replace(facts, offered_to=frozenset()))
