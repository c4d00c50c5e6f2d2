"""The clocks of a booking: what each state of each way asks for, and when."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.rules.catalogue import Way
from storage.rules.clocks import ClockFacts, ClockKind, Planned, is_wanted, plan
from storage.rules.lifecycle import OPEN, State
from storage.rules.limits import DEFAULT_LIMITS
from storage.rules.visit_clocks import AHEAD, VisitFacts, plan_visit
from storage.rules.worktime import WorkCalendar
from tests.rules.oracle import beijing, moments

CAL = WorkCalendar()
ASKED = beijing("2026-11-23T09:30")  # Monday
STARTS, ENDS = beijing("2026-11-24T15:00"), beijing("2026-11-24T15:30")
LIMITS = DEFAULT_LIMITS["suggestion"]  # finish: five working days
FINISH = "half_time nine_tenths overdue"
COMING = f"{FINISH} visit_evening visit_left_open visit_not_come visit_soon"


def planned(state: State, way: Way = Way.AT_HOME, **facts: Any) -> tuple[Planned, ...]:
    times = {"starts_at": STARTS, "ends_at": ENDS} if way.has_slot else {}
    given = VisitFacts(state, way, **{**times, **facts})
    usual = plan(ClockFacts(state, is_danger=False, created_at=ASKED, offered_at=ASKED, done_at=ENDS), LIMITS, CAL)
    return plan_visit(given, usual, CAL)


def kinds(found: tuple[Planned, ...]) -> str:
    return " ".join(sorted({str(one.kind) for one in found}))


def due(kind: ClockKind, found: tuple[Planned, ...]) -> str:
    (one,) = [one for one in found if one.kind is kind]
    return f"{CAL.to_local(one.due_at):%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("state", "facts", "expected"),
    [
        (State.NEW, {}, f"{FINISH} visit_unapproved"),
        (State.OFFERED, {}, "half_time nine_tenths offer_expired overdue visit_unapproved"),
        (State.NEW, {"is_untouched": False}, FINISH),
        (State.ACCEPTED, {}, COMING),
        (State.ACCEPTED, {"has_agent": False}, f"{FINISH} visit_evening visit_over visit_soon"),
        (State.ACCEPTED, {"arrived_at": STARTS}, f"{FINISH} visit_left_open"),
        (State.ACCEPTED, {"arrived_at": STARTS, "has_agent": False}, FINISH),
        (State.ON_SITE, {"arrived_at": STARTS}, f"{FINISH} visit_left_open"),
        (State.ON_SITE, {"arrived_at": STARTS, "stage_at": ENDS}, FINISH),
        (State.WAITING, {}, ""),
        (State.WAITING, {"missed_at": ENDS}, "visit_ask_again visit_give_up"),
        (State.WAITING, {"missed_at": ENDS, "needs_ring": True}, "visit_ask_again visit_give_up visit_ring_due"),
        (State.WAITING, {"missed_at": ENDS, "asked_at": ENDS}, ""),
        (State.DONE, {}, "confirm_again confirm_close"),
        (State.CLOSED, {}, ""),
        (State.WITHDRAWN, {}, ""),
        (State.REFUSED, {}, ""),
    ],
)
def test_it_asks_for_what_a_booked_time_needs(state: State, facts: dict[str, Any], expected: str) -> None:
    for way in (Way.AT_HOME, Way.APPOINTMENT):
        assert kinds(planned(state, way, **facts)) == expected


def test_it_leaves_the_phone_to_the_usual_clocks() -> None:
    usual = plan(ClockFacts(State.ACCEPTED, is_danger=False, created_at=ASKED), LIMITS, CAL)
    assert planned(State.ACCEPTED, Way.PHONE) == usual


def test_it_ends_a_number_with_its_day_and_lets_a_called_one_run_as_usual() -> None:
    waiting = planned(State.ACCEPTED, Way.WALK_IN, queue_day=date(2026, 11, 23))
    assert kinds(waiting) == "visit_queue_over"
    assert due(ClockKind.VISIT_QUEUE_OVER, waiting) == "11-23 20:00"
    called = planned(State.ACCEPTED, Way.WALK_IN, queue_day=date(2026, 11, 23), called_at=ASKED)
    assert kinds(called) == FINISH


def test_it_knows_the_hours() -> None:
    found = planned(State.ACCEPTED)
    assert due(ClockKind.VISIT_EVENING, found) == "11-23 18:00"
    assert due(ClockKind.VISIT_SOON, found) == "11-24 13:00"
    assert due(ClockKind.VISIT_NOT_COME, found) == "11-24 15:15"
    assert due(ClockKind.VISIT_LEFT_OPEN, found) == "11-24 16:00"
    assert due(ClockKind.VISIT_OVER, planned(State.ACCEPTED, has_agent=False)) == "11-24 15:30"


@pytest.mark.parametrize(
    ("missed", "rings"), [("10:00", "12:00"), ("16:30", "18:00"), ("17:50", "18:20"), ("20:00", "20:30")]
)
def test_it_has_an_elder_rung_the_same_day(missed: str, rings: str) -> None:
    found = planned(State.WAITING, missed_at=beijing(f"2026-11-24T{missed}"), needs_ring=True)
    assert due(ClockKind.VISIT_RING_DUE, found) == f"11-24 {rings}"


def test_it_lets_the_last_of_several_speak() -> None:
    found = planned(State.ACCEPTED)
    evening = next(one for one in found if one.kind is ClockKind.VISIT_EVENING)
    assert is_wanted(evening.kind, evening.occurrence, found, evening.due_at)
    assert not is_wanted(evening.kind, evening.occurrence, found, STARTS - timedelta(hours=1))
    assert {one.kind for one in found if one.kind in AHEAD} == AHEAD


@given(moments("2026-01-01", "2026-12-20"), st.sampled_from(sorted(OPEN)), st.sampled_from(list(Way)), st.booleans())
def test_it_names_the_same_reminders_again_and_others_for_another_time(
    at: Any, state: State, way: Way, has_agent: bool
) -> None:
    facts: dict[str, Any] = {"starts_at": at, "ends_at": at + timedelta(minutes=45)} if way.has_slot else {}
    found = planned(state, way, has_agent=has_agent, **facts)
    assert found == planned(state, way, has_agent=has_agent, **facts)
    names = [(one.kind, one.occurrence) for one in found]
    assert len(set(names)) == len(names)
    assert all(one.due_at.utcoffset() == timedelta() for one in found)
    if facts:
        moved = {name: value + timedelta(days=1) for name, value in facts.items()}
        later = planned(state, way, has_agent=has_agent, **moved)
        own = {(one.kind, one.occurrence) for one in later if one.kind.startswith("visit_")}
        assert not own & set(names)
