"""Limits and reminder times of tickets in the database, held against the slow calculation of `tests.rules.oracle`."""

import asyncio
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from storage import closing, danger, handling, schema
from storage.rules.limits import DEFAULT_LIMITS
from tests.rules.oracle import BEIJING, beijing, end_of, limit_end, moments, open_minutes, works

from .desk import Desk

KINDS = sorted(set(DEFAULT_LIMITS) - {"danger"})
EXAMPLES = 12
NIGHT, MORNING = time(21, 30), time(7, 30)
WHEN = moments("2026-01-01T00:00", "2026-10-01T00:00").map(lambda at: at.replace(second=0, microsecond=0))
SPAN = st.integers(1, 6 * 1440).map(lambda minutes: timedelta(minutes=minutes))


def spoken(at: datetime) -> datetime:
    """The moment itself, or half past seven when it lies in the quiet hours."""
    local = at.astimezone(BEIJING)
    if MORNING <= local.time() < NIGHT:
        return at
    day = local.date() + timedelta(days=local.time() >= NIGHT)
    return datetime.combine(day, MORNING, BEIJING)


def working_days_on(at: datetime, days: int) -> datetime:
    """The same time of day so many working days later."""
    at = at.astimezone(BEIJING)
    while days:
        at += timedelta(days=1)
        days -= works(at.date())
    return at


class Machine:
    """A desk that a property test can use again and again."""

    def __init__(self, runner: asyncio.Runner) -> None:
        self.run = runner.run
        self.desk: Desk = runner.run(Desk.open())
        runner.run(self._always_on_duty())  # the times of a ticket are the subject, not whose turn it is

    async def _always_on_duty(self) -> None:
        await self.desk.database.write(lambda one: one.execute(sa.update(schema.person).values(on_duty=True)))

    def report(self, kind: str, at: datetime, *, is_danger: bool = False) -> dict[str, Any]:
        self.desk.now = at
        number = self.run(self.desk.report("chen", kind, is_danger=is_danger))
        return self.ticket(number)

    def ticket(self, ticket_id: int) -> dict[str, Any]:
        return self.run(self.desk.ticket(ticket_id))

    def act(self, who: str, ticket_id: int, act: Any) -> None:
        assert self.run(self.desk.act(who, ticket_id, act)) is None

    def due(self, ticket_id: int) -> dict[str, list[datetime]]:
        reminder = schema.reminder
        subject = reminder.c.subject == f"ticket:{ticket_id}"
        found: dict[str, list[datetime]] = {}
        for row in self.run(self.desk.rows(reminder, subject, reminder.c.state == "scheduled")):
            found.setdefault(row["kind"], []).append(row["due_at"])
        return found


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    with asyncio.Runner() as runner:
        made = Machine(runner)
        yield made
        runner.run(made.desk.close())


def finish_of(kind: str) -> str:
    return str(DEFAULT_LIMITS[kind].finish)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=EXAMPLES)
@given(at=WHEN)
def test_it_sets_the_times_of_a_ticket(machine: Machine, kind: str, at: datetime) -> None:
    ticket = machine.report(kind, at)
    begins = spoken(at) if ticket["state"] == "offered" else at
    assert ticket["response_due_at"] == limit_end(str(DEFAULT_LIMITS[kind].answer), begins)
    assert ticket["resolution_due_at"] == limit_end(finish_of(kind), at)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=EXAMPLES)
@given(at=WHEN)
def test_it_reminds_at_half_at_nine_tenths_and_at_the_end(machine: Machine, kind: str, at: datetime) -> None:
    ticket = machine.report(kind, at)
    calendar = finish_of(kind).split()[1]
    end = limit_end(finish_of(kind), at)
    whole = open_minutes(at, end, calendar)
    due = machine.due(ticket["id"])
    assert due["half_time"] == [spoken(end_of(at, whole // 2, calendar))]
    assert due["nine_tenths"] == [spoken(end_of(at, whole * 9 // 10, calendar))]
    assert due["overdue"] == [end]
    if ticket["state"] == "offered":
        assert due["offer_expired"] == [ticket["response_due_at"]]


@settings(max_examples=3 * EXAMPLES)
@given(at=WHEN, asked=SPAN, answered=SPAN, kind=st.sampled_from(["order_noise", "question", "utilities"]))
def test_it_adds_the_time_in_which_the_resident_was_asked(
    machine: Machine, at: datetime, asked: timedelta, answered: timedelta, kind: str
) -> None:
    ticket = machine.report(kind, at)
    who = "dan" if kind == "question" else "wei"
    if ticket["state"] != "offered":
        return  # nobody was on duty
    machine.act(who, ticket["id"], handling.accept)
    machine.desk.now = at + asked
    machine.act(who, ticket["id"], lambda work, row: handling.ask(work, row, "?"))
    machine.desk.now = at + asked + answered
    machine.act("chen", ticket["id"], lambda work, row: handling.add_words(work, row, "!", ()))
    assert machine.ticket(ticket["id"])["resolution_due_at"] == moved(kind, at, at + asked, at + asked + answered)


@settings(max_examples=2 * EXAMPLES)
@given(at=WHEN, done=SPAN, disputed=SPAN)
def test_it_adds_the_time_in_which_the_resident_had_to_say(
    machine: Machine, at: datetime, done: timedelta, disputed: timedelta
) -> None:
    ticket = machine.report("order_noise", at)
    machine.act("wei", ticket["id"], handling.accept)
    machine.desk.now = at + done
    machine.act("wei", ticket["id"], lambda work, row: handling.finish(work, row, None, ()))
    due = machine.due(ticket["id"])
    assert due["confirm_again"] == [spoken(working_days_on(at + done, days)) for days in (1, 3)]
    assert due["confirm_close"] == [working_days_on(at + done, 5)]
    machine.desk.now = at + done + disputed
    machine.act("chen", ticket["id"], closing.dispute)
    assert machine.ticket(ticket["id"])["resolution_due_at"] == moved(
        "order_noise", at, at + done, at + done + disputed
    )


def moved(kind: str, at: datetime, begins: datetime, ends: datetime) -> datetime:
    """The end of the finish limit after a pause."""
    calendar = finish_of(kind).split()[1]
    paused = open_minutes(begins, ends, calendar)
    end = limit_end(finish_of(kind), at)
    return end_of(end, paused, calendar) if paused else end


@settings(max_examples=2 * EXAMPLES)
@given(at=WHEN, raised=SPAN)
def test_it_runs_the_limits_of_a_danger_from_when_it_was_raised(
    machine: Machine, at: datetime, raised: timedelta
) -> None:
    ticket = machine.report("order_noise", at)
    machine.desk.now = at + raised
    machine.act("chen", ticket["id"], danger.raise_to)
    due = machine.due(ticket["id"])
    assert due["on_site_due"] == [at + raised + timedelta(minutes=30)]
    assert due["under_control_due"] == [at + raised + timedelta(hours=2)]
    assert due["danger_ring"][0] == at + raised + timedelta(minutes=3)
    assert set(due) == {"on_site_due", "under_control_due", "danger_ring"}
    assert machine.ticket(ticket["id"])["resolution_due_at"] == at + raised + timedelta(hours=2)


def test_it_waits_two_working_days_for_an_answer_over_a_holiday(machine: Machine) -> None:
    ticket = machine.report("order_noise", beijing("2026-09-23T16:00"))
    machine.act("wei", ticket["id"], handling.accept)
    machine.act("wei", ticket["id"], lambda work, row: handling.ask(work, row, "?"))
    assert machine.due(ticket["id"])["ask_expired"] == [beijing("2026-09-28T16:00")]
