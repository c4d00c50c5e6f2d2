"""Notices: every pair of state and event, whom one is for, who may do what with it, and how often it is said again."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from storage.rules.errors import Stale
from storage.rules.notices import (
    Audience,
    Event,
    NoticeKind,
    State,
    can_be_urgent,
    can_remind,
    diagram,
    is_addressed,
    is_official,
    next_state,
)
from storage.rules.place_rights import NoticeAction, may_at
from storage.rules.rights import Actor, Grant, Role

BUILDING, GRID, COMMUNITY, ELSEWHERE = 11, 12, 13, 99
SCOPE = frozenset({BUILDING, GRID, COMMUNITY})
NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)

# Written by hand: where each event leads.
LEGAL = {
    ("scheduled", "begun"): "going",
    ("scheduled", "stopped"): "stopped",
    ("going", "paused"): "paused",
    ("going", "ended"): "ended",
    ("going", "stopped"): "stopped",
    ("paused", "resumed"): "going",
    ("paused", "stopped"): "stopped",
    ("ended", "reminded"): "going",
}


@pytest.mark.parametrize(("state", "event"), list(product(State, Event)))
def test_it_makes_legal_moves_only(state: State, event: Event) -> None:
    target = LEGAL.get((state.value, event.value))
    if target is None:
        with pytest.raises(Stale):
            next_state(state, event)
    else:
        assert next_state(state, event) == target


def test_it_draws_every_move() -> None:
    assert all(f"{source} --> {target}: {event}" in diagram() for (source, event), target in LEGAL.items())


def test_it_lets_nobody_do_without_what_is_official() -> None:
    assert {kind for kind in NoticeKind if not is_official(kind)} == {NoticeKind.ACTIVITY}
    assert {kind for kind in NoticeKind if can_be_urgent(kind)} == {NoticeKind.OFFICIAL, NoticeKind.FRAUD}


@pytest.mark.parametrize(
    ("hours", "state", "expected"), [(24, "ended", True), (23.9, "ended", False), (48, "going", False)]
)
def test_it_says_it_again_at_most_once_a_day(hours: float, state: str, *, expected: bool) -> None:
    assert can_remind(state, NOW - timedelta(hours=hours), NOW) is expected
    assert not can_remind("ended", None, NOW)


@pytest.mark.parametrize(
    ("held", "home", "audiences"),
    [
        (None, True, "everybody residents"),
        (Role.RESIDENT, False, ""),
        (Role.FAMILY, False, ""),
        (Role.BUILDING_HEAD, False, "everybody staff"),
        (Role.BUILDING_HEAD, True, "everybody residents staff"),
        (Role.VOLUNTEER, False, "everybody volunteers"),
        (Role.VOLUNTEER, True, "everybody residents volunteers"),
    ],
)
def test_it_is_for_those_who_live_or_work_there(held: Role | None, home: bool, audiences: str) -> None:
    lives = SCOPE if home else frozenset({ELSEWHERE})
    roles = [(held, SCOPE)] if held else []
    found = {audience for audience in Audience if is_addressed(BUILDING, audience, lives, roles)}
    assert found == set(audiences.split())


def test_it_reaches_volunteers_of_elsewhere_at_home_and_staff_of_elsewhere_never() -> None:
    far = frozenset({ELSEWHERE})
    assert is_addressed(BUILDING, Audience.VOLUNTEERS, SCOPE, [(Role.VOLUNTEER, far)])
    assert not is_addressed(BUILDING, Audience.STAFF, SCOPE, [(Role.GRID_WORKER, far)])


BY_ROLE = {
    Role.DUTY_SECRETARY: {NoticeAction.WRITE, NoticeAction.AT_NIGHT, NoticeAction.STEER},
    Role.COMMUNITY_SECRETARY: {NoticeAction.WRITE, NoticeAction.AT_NIGHT, NoticeAction.STEER},
    Role.GRID_WORKER: {NoticeAction.WRITE, NoticeAction.SEE_NAMES},
}


@pytest.mark.parametrize("role", list(Role))
def test_it_permits_what_the_role_permits_at_its_place(role: Role) -> None:
    here, there = (Actor(1, (Grant(role, place),)) for place in (GRID, ELSEWHERE))
    assert {one for one in NoticeAction if may_at(here, one, SCOPE, 2)} == BY_ROLE.get(role, set())
    assert not any(may_at(there, one, SCOPE, 1) for one in NoticeAction)


def test_it_lets_the_author_steer_as_long_as_the_role_lasts() -> None:
    assert may_at(Actor(1, (Grant(Role.GRID_WORKER, GRID),)), NoticeAction.STEER, SCOPE, 1)
    assert not may_at(Actor(1), NoticeAction.STEER, SCOPE, 1)
