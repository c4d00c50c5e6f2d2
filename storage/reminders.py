"""Reminders: what the bot will have to do later, each a row with a unique key (subject, kind, occurrence).

After every change of a ticket its reminders are planned again by `rules.clocks` and made equal to that plan. Firing
is a compare-and-set of the row, committed together with the effect.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from . import booked, helped, schema
from .ledger import Ledger, Row
from .plain import once
from .rules import order_clocks, visit_clocks
from .rules.clocks import ClockFacts, Planned, audible, plan
from .rules.lifecycle import State
from .rules.limits import Limits
from .rules.order_clocks import plan_order
from .rules.routing import Reason
from .rules.visit_clocks import plan_visit
from .work import Work

_AHEAD = dict.fromkeys(visit_clocks.AHEAD, visit_clocks.JUST_BOOKED) | dict.fromkeys(order_clocks.AHEAD, timedelta())
"""What is said ahead of something, and from how long before its time on that is not begun any more."""

# A literal, not a parameter: a parameter would not find the partial index.
_IS_SCHEDULED = schema.reminder.c.state == sa.literal_column("'scheduled'")


async def replan(work: Work, ticket: Row) -> None:
    """Make a ticket's waiting reminders equal to what its state asks for."""
    calendar = work.directory.calendar
    heard = [replace(one, due_at=audible(one, calendar)) for one in await planned(work, ticket)]
    await settle(work, f"ticket:{ticket['id']}", heard)


async def planned(work: Work, ticket: Row) -> tuple[Planned, ...]:
    """What a ticket's state asks for, each at its own time whatever the hour."""
    usual = plan(clock_facts(ticket), Limits.from_json(ticket["limits"]), work.directory.calendar)
    order = await helped.row(work, ticket)
    if order is not None:
        return plan_order(await helped.clock_facts(work, ticket, order))
    booking = None if ticket["is_danger"] else await booked.row(work, ticket)
    return usual if booking is None else plan_visit(booked.visit_facts(ticket, booking), usual, work.directory.calendar)


def clock_facts(ticket: Row) -> ClockFacts:
    """What the clocks look at."""
    state = State(ticket["state"])
    return ClockFacts(
        state=state,
        is_danger=bool(ticket["is_danger"]),
        created_at=ticket["created_at"],
        booked_until=ticket["booked_until"],
        offered_at=ticket["offered_at"],
        accepted_at=ticket["accepted_at"],
        asked_at=ticket["asked_at"],
        done_at=ticket["done_at"],
        arrived_at=ticket["arrived_at"],
        paused=timedelta(seconds=ticket["paused_seconds"]),
        danger_at=ticket["danger_at"],
        limits_at=ticket["limits_at"],
        plan_due_at=ticket["resolution_due_at"] if state is State.CONTROLLED else None,
        unrated_at=ticket["closed_at"] if ticket["closed_how"] == "confirmed" and ticket["stars"] is None else None,
        is_for_later=(ticket["route"] or {}).get("reason") == Reason.NOBODY_ON_DUTY,
        again_at=_moment((ticket["route"] or {}).get("again_at")),
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


async def settle(work: Work, subject: str, wants: Iterable[Planned]) -> None:
    """Schedule what is planned and not there, move what moved, cancel what is no longer wanted.

    What is said ahead of something is not begun when its time is past or about to come: whoever booked just now knows.
    """
    reminder = schema.reminder
    known = {(row["kind"], row["occurrence"]): row for row in await _known(work, subject)}
    wanted = {(str(one.kind), one.occurrence): one for one in wants}
    for key, one in wanted.items():
        row = known.get(key)
        is_there = row is not None and row["state"] != "cancelled"
        if not is_there and one.kind in _AHEAD and one.due_at <= work.now + _AHEAD[one.kind]:
            continue
        if row is None:
            schedule(work, subject, str(one.kind), one.occurrence, one.due_at)
        elif row["state"] == "cancelled" or (row["state"] == "scheduled" and row["due_at"] != one.due_at):
            work.changes.update(reminder, row, state="scheduled", due_at=one.due_at)
    for key, row in known.items():
        if row["state"] == "scheduled" and key not in wanted:
            work.changes.update(reminder, row, state="cancelled")


_OF_SUBJECT = once(sa.select(schema.reminder).where(schema.reminder.c.subject == sa.bindparam("subject")))


async def _known(work: Work, subject: str) -> list[Row]:
    """The reminders of a subject as this very change set leaves them: two events in one plan twice."""
    reminder, changes = schema.reminder, work.changes
    rows = await work.ledger.all(_OF_SUBJECT, subject=subject)
    changed = {row_id: values for (name, row_id), (_, values) in changes.updates.items() if name == reminder.name}
    new = [values for table, values in changes.inserts if table is reminder and values["subject"] == subject]
    return [*({**row, **changed.get(row["id"], {})} for row in rows), *new]


def schedule(
    work: Work,
    subject: str,
    kind: str,
    occurrence: str,
    due_at: datetime,
    params: Mapping[str, Any] | None = None,
) -> None:
    """Have something done at a time, once."""
    work.changes.insert(
        schema.reminder,
        id=work.new_id(),
        subject=subject,
        kind=kind,
        occurrence=occurrence,
        due_at=due_at,
        params=params,
        state="scheduled",
    )


_DUE = once(
    sa.select(schema.reminder)
    .where(_IS_SCHEDULED, schema.reminder.c.due_at <= sa.bindparam("now", type_=schema.UtcTime))
    .order_by(schema.reminder.c.due_at, schema.reminder.c.id)
    .limit(sa.bindparam("most"))
)


async def due(ledger: Ledger, now: datetime, limit: int = 100) -> list[Row]:
    """The reminders whose time has come, the oldest first."""
    return await ledger.all(_DUE, now=now, most=limit)


async def upcoming(ledger: Ledger, limit: int = 50) -> list[Row]:
    """What the bot still has to do, soonest first."""
    reminder = schema.reminder
    query = sa.select(reminder).where(_IS_SCHEDULED).order_by(reminder.c.due_at).limit(limit)
    return await ledger.all(query)


async def of(ledger: Ledger, subject: str) -> list[Row]:
    """Every reminder of a subject, whatever became of it."""
    return await ledger.all(sa.select(schema.reminder).where(schema.reminder.c.subject == subject))


def move_on(work: Work, reminder: Row, due_at: datetime, params: Mapping[str, Any]) -> None:
    """Let a reminder wait again instead of firing: long work goes on in its next slice, what recurs waits for its
    time."""
    work.changes.update(schema.reminder, reminder, due_at=due_at, params=dict(params))


def fired(work: Work, reminder: Row) -> None:
    """Mark a reminder as done, in the change set of its effect, unless that moved it on; somebody else's firing makes
    that set stale."""
    _, changed = work.changes.updates.get((schema.reminder.name, reminder["id"]), (None, {}))
    if "params" in changed:
        return
    work.changes.update(schema.reminder, reminder, state="fired", fired_at=work.now)


async def number_of(ledger: Ledger, reminder: Row) -> int | None:
    """The number of the ticket a reminder is about."""
    subject, _, subject_id = reminder["subject"].partition(":")
    row = await ledger.get(schema.ticket, int(subject_id)) if subject == "ticket" else None
    return row["number"] if row else None
