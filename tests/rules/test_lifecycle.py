"""Every pair of state and event, legal or not, held against a table written down a second time."""

from __future__ import annotations

from types import MappingProxyType

import pytest

from storage.rules.errors import AlreadyTaken, IllegalMove, NotYours, Refusal, Stale
from storage.rules.lifecycle import OPEN, TRANSITIONS, Event, State, diagram, events_from, next_state

# One row a state: "event>target"; an event without a target keeps the state. Events kept by every open state
# stand in ALWAYS_OPEN. Written by hand, on purpose in another shape than the table under test.
ALWAYS_OPEN = "kind_changed place_changed danger_raised words_added"
EXPECTED = {
    "new": "offered>offered accepted>accepted declined assigned>offered "
    "withdrawn>withdrawn refused>refused merged>merged booked>accepted rescheduled called_off>waiting "
    "verified>offered nobody_found>refused edited",
    "offered": "offered accepted>accepted declined assigned exhausted>new "
    "withdrawn>withdrawn refused>refused merged>merged booked>accepted rescheduled called_off>waiting "
    "claimed begun>accepted given_back nobody_found>refused edited",
    "accepted": "handed_over>offered assigned>offered asked>waiting progressed arrived>on_site "
    "brought_under_control>controlled finished>done "
    "withdrawn>withdrawn refused>refused merged>merged released>new "
    "staged not_come missed>waiting rescheduled>accepted called_off>waiting "
    "given_back>offered signed_in edited",
    "waiting": "assigned>offered answered>accepted ask_expired>accepted progressed arrived>on_site "
    "finished>done withdrawn>withdrawn refused>refused merged>merged released>new staged rescheduled>accepted",
    "on_site": "progressed brought_under_control>controlled finished>done withdrawn>withdrawn released>new "
    "staged missed>waiting given_back>offered signed_in",
    "controlled": "progressed finished>done withdrawn>withdrawn released>new staged",
    "done": "confirmed>closed disputed>accepted disputed_again>new closed_without_answer>closed",
    "closed": "rated rung_back revoked",
    "withdrawn": "",
    "refused": "objected>new",
    "merged": "",
}
FINAL = {"closed", "withdrawn", "refused", "merged"}


def expected_target(state: State, event: Event) -> str | None:
    row = EXPECTED[state.value] + ("" if state.value in FINAL else f" {ALWAYS_OPEN}")
    moves = dict(([*move.split(">"), state.value])[:2] for move in row.split())
    return moves.get(event.value)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("event", Event)
def test_it_allows_exactly_the_moves_written_down(state: State, event: Event) -> None:
    target = expected_target(state, event)
    if target is not None:
        assert next_state(state, event) == target
        assert event in events_from(state)
        return
    assert event not in events_from(state)
    with pytest.raises(IllegalMove) as refusal:
        next_state(state, event)
    assert (refusal.value.state, refusal.value.event) == (state, event)


def test_it_calls_open_what_can_still_change_state() -> None:
    assert {state.value for state in State} - {state.value for state in OPEN} == FINAL


def test_it_leaves_a_final_state_only_when_a_refusal_is_objected_to() -> None:
    left = [pair for pair, target in TRANSITIONS.items() if pair[0] not in OPEN and target is not pair[0]]
    assert left == [(State.REFUSED, Event.OBJECTED)]


@pytest.mark.parametrize("state", State)
def test_it_reaches_every_state_and_from_every_open_one_an_end(state: State) -> None:
    assert state in _reachable(State.NEW)
    assert _reachable(state) & {State.CLOSED, State.WITHDRAWN, State.REFUSED, State.MERGED}


def _reachable(start: State) -> set[State]:
    seen = {start}
    todo = [start]
    while todo:
        state = todo.pop()
        fresh = {TRANSITIONS[state, event] for event in events_from(state)} - seen
        seen |= fresh
        todo += fresh
    return seen


def test_it_leaves_no_event_without_a_use() -> None:
    assert {event for _, event in TRANSITIONS} == set(Event)


def test_it_cannot_be_changed_at_run_time() -> None:
    assert isinstance(TRANSITIONS, MappingProxyType)


def test_it_draws_every_move_of_the_table() -> None:
    lines = diagram().splitlines()
    assert lines[:2] == ["stateDiagram-v2", "    [*] --> new"]
    drawn = set()
    for line in lines[2:]:
        arrow, _, events = line.strip().partition(": ")
        source, target = arrow.split(" --> ")
        drawn |= {(source, event, target) for event in events.split(", ") if event}
    assert drawn == {(s.value, e.value, t.value) for (s, e), t in TRANSITIONS.items()}
    assert diagram() == diagram()


def test_it_draws_the_ends() -> None:
    assert {line.split()[0] for line in diagram().splitlines() if line.endswith("--> [*]")} == FINAL


@pytest.mark.parametrize("kind", [AlreadyTaken, NotYours, Stale])
def test_it_says_a_refusal_with_its_docstring(kind: type[Refusal]) -> None:
    assert str(kind()) == kind.__doc__
    assert kind.code != Refusal.code


def test_it_names_state_and_event_of_an_illegal_move() -> None:
    assert "closed, finished" in str(IllegalMove(State.CLOSED, Event.FINISHED))
