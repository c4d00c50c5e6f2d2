"""Clocks: which reminders each state asks for, when, and that planning again names the same ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.rules.clocks import RINGS_AHEAD, ClockFacts, ClockKind, Planned, plan
from storage.rules.lifecycle import State
from storage.rules.limits import DEFAULT_LIMITS
from storage.rules.worktime import WorkCalendar
from tests.rules.oracle import beijing, moments

CAL = WorkCalendar()
TUESDAY = beijing("2026-03-03T09:00")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
FACTS = ClockFacts(
    State.NEW,
    is_danger=False,
    created_at=TUESDAY,
    offered_at=TUESDAY + MINUTE,
    accepted_at=TUESDAY + HOUR,
    asked_at=TUESDAY + 2 * HOUR,
    done_at=beijing("2026-03-05T17:00"),
    arrived_at=TUESDAY + HOUR,
)
LIMITS = DEFAULT_LIMITS["public_facilities"]
DANGER = DEFAULT_LIMITS["danger"]
FINISH = "half_time nine_tenths overdue"

EXPECTED = {
    State.NEW: FINISH,
    State.OFFERED: f"{FINISH} offer_expired",
    State.ACCEPTED: FINISH,
    State.WAITING: "ask_expired",
    State.ON_SITE: FINISH,
    State.CONTROLLED: FINISH,
    State.DONE: "confirm_again confirm_close",
}
EXPECTED_IN_DANGER = {
    State.NEW: "danger_ring on_site_due under_control_due",
    State.OFFERED: "danger_ring on_site_due under_control_due",
    State.ACCEPTED: "on_site_due under_control_due",
    State.WAITING: "ask_expired on_site_due under_control_due",
    State.ON_SITE: "under_control_due",
    State.DONE: "confirm_again confirm_close",
}


def planned(state: State, **changes: Any) -> tuple[Planned, ...]:
    facts = replace(FACTS, state=state, **changes)
    return plan(facts, DANGER if facts.is_danger else LIMITS, CAL)


def due(kind: ClockKind, found: tuple[Planned, ...]) -> list[str]:
    return [f"{CAL.to_local(one.due_at):%m-%d %H:%M}" for one in found if one.kind is kind]


@pytest.mark.parametrize("state", State)
def test_it_plans_what_each_state_asks_for(state: State) -> None:
    assert {one.kind.value for one in planned(state)} == set(EXPECTED.get(state, "").split())


@pytest.mark.parametrize("state", State)
def test_it_plans_what_each_state_of_a_danger_asks_for(state: State) -> None:
    found = planned(state, is_danger=True)
    assert {one.kind.value for one in found} == set(EXPECTED_IN_DANGER.get(state, "").split())


@pytest.mark.parametrize("is_danger", [False, True])
@pytest.mark.parametrize("state", State)
def test_it_names_every_reminder_once_and_the_soonest_first(state: State, is_danger: bool) -> None:
    found = planned(state, is_danger=is_danger)
    assert len({(one.kind, one.occurrence) for one in found}) == len(found)
    assert [one.due_at for one in found] == sorted(one.due_at for one in found)


def test_it_gives_every_offer_a_fresh_limit_and_a_reminder_of_its_own() -> None:
    first = planned(State.OFFERED)
    second = planned(State.OFFERED, offered_at=beijing("2026-03-03T11:30"))
    assert due(ClockKind.OFFER_EXPIRED, first) == ["03-03 11:01"]
    assert due(ClockKind.OFFER_EXPIRED, second) == ["03-03 15:30"]
    assert len({one.occurrence for one in first + second if one.kind is ClockKind.OFFER_EXPIRED}) == 2


def test_it_nudges_and_presses_on_the_finish_limit() -> None:
    found = planned(State.ACCEPTED)
    assert due(ClockKind.HALF_TIME, found) == ["03-04 14:45"]
    assert due(ClockKind.NINE_TENTHS, found) == ["03-05 16:15"]
    assert due(ClockKind.OVERDUE, found) == ["03-06 09:00"]


def test_it_moves_the_finish_by_a_pause_under_the_same_name() -> None:
    before, after = planned(State.ACCEPTED), planned(State.ACCEPTED, paused=2 * HOUR)
    assert due(ClockKind.OVERDUE, after) == ["03-06 11:00"]
    assert {one.occurrence for one in before} == {one.occurrence for one in after}


def test_it_waits_two_working_days_for_an_answer() -> None:
    asked_at = beijing("2026-03-06T16:00")
    assert due(ClockKind.ASK_EXPIRED, planned(State.WAITING, asked_at=asked_at)) == ["03-10 16:00"]


def test_it_asks_for_a_confirmation_twice_and_then_closes() -> None:
    found = planned(State.DONE)
    assert due(ClockKind.CONFIRM_AGAIN, found) == ["03-06 17:00", "03-10 17:00"]
    assert due(ClockKind.CONFIRM_CLOSE, found) == ["03-12 17:00"]


def test_it_asks_again_after_the_second_done_too() -> None:
    first = planned(State.DONE)
    second = planned(State.DONE, done_at=beijing("2026-03-09T10:00"))
    assert not {(one.kind, one.occurrence) for one in first} & {(one.kind, one.occurrence) for one in second}


@pytest.mark.parametrize("state", [State.NEW, State.OFFERED])
def test_it_rings_every_three_minutes_for_an_hour_ahead(state: State) -> None:
    found = planned(state, is_danger=True, offered_at=None)
    rings = [one.due_at for one in found if one.kind is ClockKind.DANGER_RING]
    assert rings == [TUESDAY + 3 * n * MINUTE for n in range(1, RINGS_AHEAD + 1)]


def test_it_goes_on_ringing_on_the_same_beat_after_each_call() -> None:
    called_at = TUESDAY + 9 * MINUTE + timedelta(seconds=4)  # the scheduler's tick came a little late
    found = planned(State.OFFERED, is_danger=True, offered_at=called_at)
    rings = [one for one in found if one.kind is ClockKind.DANGER_RING]
    assert rings[0].due_at == TUESDAY + 12 * MINUTE
    assert len(rings) == RINGS_AHEAD
    assert rings[0] in planned(State.OFFERED, is_danger=True, offered_at=TUESDAY + 6 * MINUTE)


def test_it_begins_the_ladder_when_the_danger_was_raised() -> None:
    raised_at = TUESDAY + 5 * HOUR
    found = planned(State.OFFERED, is_danger=True, danger_at=raised_at)
    assert found[0].due_at == raised_at + 3 * MINUTE
    assert due(ClockKind.ON_SITE_DUE, found) == ["03-03 14:30"]
    assert due(ClockKind.UNDER_CONTROL_DUE, found) == ["03-03 16:00"]


def test_it_holds_a_raised_danger_to_the_limits_of_danger() -> None:
    facts = replace(FACTS, state=State.ACCEPTED, is_danger=True)
    assert plan(facts, LIMITS, CAL) == plan(facts, DANGER, CAL)


@pytest.mark.parametrize("state", [State.NEW, State.OFFERED, State.ACCEPTED, State.WAITING])
def test_it_takes_two_minutes_of_silence_for_danger(state: State) -> None:
    found = planned(state, danger_asked_at=TUESDAY)
    assert due(ClockKind.DANGER_UNSURE, found) == ["03-03 09:02"]
    assert due(ClockKind.DANGER_UNSURE, planned(state, danger_asked_at=TUESDAY, is_danger=True)) == []


@pytest.mark.parametrize(("state", "field"), [(State.WAITING, "asked_at"), (State.DONE, "done_at")])
def test_it_plans_nothing_from_a_moment_that_is_not_known(state: State, field: str) -> None:
    assert planned(state, **{field: None}) == ()


@given(
    moments("2026-01-01T00:00", "2026-10-01T00:00"),
    st.sampled_from(State),
    st.sampled_from(sorted(DEFAULT_LIMITS)),
    st.timedeltas(timedelta(), timedelta(days=2)),
)
def test_it_plans_the_same_again(created_at: datetime, state: State, kind: str, paused: timedelta) -> None:
    facts = replace(FACTS, state=state, created_at=created_at, paused=paused, is_danger=kind == "danger")
    first = plan(facts, DEFAULT_LIMITS[kind], CAL)
    assert first == plan(facts, DEFAULT_LIMITS[kind], WorkCalendar())
    assert all(one.due_at > facts.created_at for one in first if one.kind.value in FINISH)
