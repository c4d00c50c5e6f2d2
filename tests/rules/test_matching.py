"""Whom a request is offered to: who never, who first, how waves widen, and that it is not always the same five."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.rules.matching import LAST_WAVE, Bar, Candidate, Need, bar, bar_to_asking, places, wave, width

NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
LAMP = Need(missing=1, skills=frozenset({"electric"}), errand="lamp")
VERA = Candidate(1, skills=frozenset({"electric"}), is_verified=True)


@pytest.mark.parametrize(
    ("need", "one", "expected"),
    [
        (LAMP, VERA, None),
        (replace(LAMP, household=frozenset({1})), VERA, Bar.OWN),
        (LAMP, replace(VERA, is_suspended=True), Bar.SUSPENDED),
        (replace(LAMP, is_vulnerable=True), replace(VERA, is_verified=False), Bar.UNVERIFIED),
        (LAMP, replace(VERA, is_verified=False), None),
        (LAMP, replace(VERA, skills=frozenset()), Bar.UNSKILLED),
    ],
)
def test_it_knows_who_cannot_help(need: Need, one: Candidate, expected: Bar | None) -> None:
    assert bar(need, one) is expected


def test_it_asks_nobody_for_what_they_do_not_do_but_lets_them_come() -> None:
    unwilling, lost = replace(VERA, never=frozenset({"lamp"})), replace(VERA, is_reachable=False)
    assert (bar_to_asking(LAMP, unwilling), bar(LAMP, unwilling)) == (Bar.UNWANTED, None)
    assert (bar_to_asking(LAMP, lost), bar(LAMP, lost)) == (Bar.UNREACHABLE, None)


def test_it_puts_skill_before_nearness_and_nearness_before_chance() -> None:
    near = replace(VERA, person_id=1, distance=0)
    proven = replace(VERA, person_id=2, distance=3, verified_skills=frozenset({"electric"}))
    far = replace(VERA, person_id=3, distance=4)
    assert wave(LAMP, [far, near, proven], 1) == (2, 1, 3)


def test_it_leaves_who_is_not_free_to_the_later_waves() -> None:
    busy = replace(VERA, is_free=False)
    assert [bool(wave(LAMP, [busy], nth)) for nth in range(1, LAST_WAVE + 1)] == [False, False, True, True]


def test_it_widens_until_the_last_wave_asks_everybody() -> None:
    assert [width(1, nth) for nth in range(1, LAST_WAVE + 1)] == [3, 6, 12, None]
    assert width(4, 1) == 12


def test_it_is_not_always_the_same_five() -> None:
    """Half of twenty live a step nearer, and a request comes every day: that is worth no more than a few askings."""
    asked: Counter[int] = Counter()
    last: dict[int, datetime] = {}
    for day in range(20):
        found = [
            Candidate(one, distance=one % 2, taken=0, asked=asked[one], asked_at=last.get(one)) for one in range(20)
        ]
        for one in wave(Need(missing=1), found, 1):
            asked[one] += 1
            last[one] = NOW + timedelta(days=day)
    assert set(asked) == set(range(20))
    assert max(asked.values()) - min(asked.values()) <= 4


def test_it_lets_somebody_near_rest_who_has_helped_a_lot() -> None:
    tired = Candidate(1, distance=0, taken=4)
    fresh = Candidate(2, distance=3)
    assert wave(Need(missing=1), [tired, fresh], 1)[0] == 2


CANDIDATES = st.lists(
    st.builds(
        Candidate,
        person_id=st.integers(1, 40),
        skills=st.sampled_from([frozenset(), frozenset({"electric"})]),
        distance=st.integers(0, 4),
        is_free=st.booleans(),
        is_verified=st.booleans(),
        is_suspended=st.booleans(),
        is_reachable=st.booleans(),
        taken=st.integers(0, 9),
        asked=st.integers(0, 9),
    ),
    max_size=40,
    unique_by=lambda one: one.person_id,
)


@given(CANDIDATES, st.booleans(), st.integers(1, 5), st.sets(st.integers(1, 40)))
def test_it_asks_everybody_who_can_once_and_nobody_else(
    found: list[Candidate], is_vulnerable: bool, missing: int, before: set[int]
) -> None:
    need = replace(LAMP, missing=missing, is_vulnerable=is_vulnerable)
    asked = set(before)
    for nth in range(1, LAST_WAVE + 1):
        chosen = wave(need, found, nth, asked)
        assert not asked & set(chosen)
        asked |= set(chosen)
    able = {one.person_id for one in found if bar_to_asking(need, one) is None}
    assert asked - before == able - before


@pytest.mark.parametrize(
    ("helpers", "is_vulnerable", "is_known", "expected"),
    [(1, False, False, 1), (1, True, False, 2), (1, True, True, 1), (3, True, False, 3)],
)
def test_it_goes_to_a_first_visit_by_two(helpers: int, is_vulnerable: bool, is_known: bool, expected: int) -> None:
    assert places(helpers, is_vulnerable=is_vulnerable, is_known=is_known) == expected
