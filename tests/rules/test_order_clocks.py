"""The clocks of a request: its check, the waves, the end, what follows when it is done, and which minutes count."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from storage.rules.clocks import ClockKind
from storage.rules.lifecycle import State
from storage.rules.matching import LAST_WAVE
from storage.rules.order_clocks import (
    RINGS,
    OrderFacts,
    is_late,
    is_sampled,
    minutes_that_count,
    plan_order,
    verify_due_at,
)

NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
ASKED = OrderFacts(1, State.NEW, NOW, NOW + 8 * HOUR, verify_due_at=NOW + 2 * HOUR)
OUT = replace(ASKED, state=State.OFFERED, offered_since=NOW, wave=1, wave_at=NOW)
TAKEN = replace(OUT, state=State.ACCEPTED, held=1, missing=0, starts_at=NOW + 4 * HOUR)
DONE = replace(TAKEN, state=State.DONE, done_at=NOW + 6 * HOUR)


def due(facts: OrderFacts) -> dict[str, timedelta]:
    """What is planned, and how long after NOW; of several of a kind the first."""
    found: dict[str, timedelta] = {}
    for one in plan_order(facts):
        found.setdefault(one.kind.value.removeprefix("order_"), one.due_at - NOW)
    return found


def test_it_waits_for_its_check_and_for_its_end() -> None:
    assert due(ASKED) == {"verify_due": 2 * HOUR, "ends": 8 * HOUR}


@pytest.mark.parametrize(("ends", "expected"), [(8, 2), (2, 1)])
def test_it_is_checked_before_half_of_the_time_is_over(ends: int, expected: int) -> None:
    assert verify_due_at(NOW + 2 * HOUR, NOW, NOW + ends * HOUR) == NOW + expected * HOUR


def test_it_sends_waves_tells_at_half_and_ends() -> None:
    assert due(OUT) == {"wave": 30 * MINUTE, "half": 4 * HOUR, "ends": 8 * HOUR}


def test_it_hurries_when_it_is_urgent() -> None:
    assert due(replace(OUT, ends_at=NOW + 2 * HOUR))["wave"] == 5 * MINUTE


def test_it_sends_no_wave_after_the_last_and_none_when_all_are_there() -> None:
    assert "wave" not in due(replace(OUT, wave=LAST_WAVE))
    assert "wave" not in due(replace(OUT, missing=0))


@pytest.mark.parametrize("hours", [8, 9, 80])
def test_it_ends_at_once_when_it_is_given_back_after_its_end(hours: int) -> None:
    late = replace(OUT, offered_since=NOW + hours * HOUR, wave_at=None, freed=1)
    assert due(late) == {"ends": hours * HOUR}


def test_it_ends_anew_each_time_it_is_given_back() -> None:
    late = replace(OUT, offered_since=NOW + 9 * HOUR)
    names = [one.occurrence for nth in range(3) for one in plan_order(replace(late, freed=nth)) if "ends" in one.kind]
    assert len(names) == len(set(names)) == 3


def test_it_keeps_its_end_when_it_is_given_back_before() -> None:
    """A replica of the version before knows that reminder by the same name."""
    (before,), (after,) = [
        [one for one in plan_order(replace(OUT, freed=freed)) if one.kind is ClockKind.ORDER_ENDS] for freed in (0, 2)
    ]
    assert before == after


def test_it_looks_for_somebody_else_when_it_is_given_back_after_it_began() -> None:
    """Until its end, whether or not those who are left were there at the beginning."""
    left = replace(OUT, starts_at=NOW + 4 * HOUR, offered_since=NOW + 5 * HOUR, held=1, missing=1, freed=1)
    assert "begin" not in due(left)
    assert due(left)["ends"] == 8 * HOUR


def test_it_begins_at_its_time_only_with_enough() -> None:
    some = replace(OUT, starts_at=NOW + 4 * HOUR, held=1, missing=1)
    assert due(some)["begin"] == 4 * HOUR
    assert "half" not in due(some)
    assert "begin" not in due(replace(some, can_begin=False))


def test_it_reminds_helpers_and_asks_where_they_are_only_where_they_sign_in() -> None:
    assert due(TAKEN) == {"soon": 3 * HOUR, "left_open": 8 * HOUR + 30 * MINUTE, "unsettled": 32 * HOUR}
    asked = replace(TAKEN, needs_sign_in=True)
    assert due(asked)["not_come"] == 4 * HOUR + 15 * MINUTE
    assert "not_come" not in due(replace(asked, signed_in_at=NOW))


def test_it_confirms_itself_after_three_days() -> None:
    assert due(DONE) == {"ask_again": 30 * HOUR, "confirm": 78 * HOUR}


def test_it_never_confirms_itself_for_who_lives_alone_but_has_them_rung_daily() -> None:
    planned = plan_order(replace(DONE, is_vulnerable=True))
    assert ClockKind.ORDER_CONFIRM not in {one.kind for one in planned}
    rings = [one.due_at - NOW for one in planned if one.kind is ClockKind.ORDER_RING]
    assert rings == [78 * HOUR + nth * 24 * HOUR for nth in range(RINGS)]


@pytest.mark.parametrize("days", [0, 1, 30])
def test_it_asks_again_every_day_however_long_nobody_says_how_it_stands(days: int) -> None:
    for facts, kind in ((TAKEN, ClockKind.ORDER_UNSETTLED), (replace(DONE, is_vulnerable=True), ClockKind.ORDER_RING)):
        planned = [one for one in plan_order(replace(facts, days_waited=days)) if one.kind is kind]
        began_at = facts.done_at or facts.ends_at
        assert planned[-1].due_at > began_at + timedelta(days=days + 1)
        assert len({one.occurrence for one in planned}) == len(planned)


@pytest.mark.parametrize("state", [State.CLOSED, State.REFUSED, State.WITHDRAWN])
def test_it_has_no_clock_when_it_is_over(state: State) -> None:
    assert plan_order(replace(DONE, state=state)) == ()


@pytest.mark.parametrize(
    ("before", "starts_at", "expected"),
    [(HOUR, True, True), (3 * HOUR, True, False), (HOUR, False, True)],
)
def test_it_counts_what_is_given_back_shortly_before(before: timedelta, starts_at: bool, expected: bool) -> None:
    begins = NOW + before
    assert is_late(NOW, begins if starts_at else None, begins + 2 * HOUR if starts_at else begins) is expected


@pytest.mark.parametrize(
    ("signed", "needs", "witnessed", "expected"),
    [
        (None, False, False, 30),
        (None, True, True, 30),
        (None, True, False, 0),
        (20, True, False, 20),
        (90, True, True, 60),
    ],
)
def test_it_counts_minutes_by_sign_in_or_by_word(
    signed: int | None, needs: bool, witnessed: bool, expected: int
) -> None:
    signed_at = None if signed is None else NOW - signed * MINUTE
    assert minutes_that_count(30, NOW, signed_at, needs_sign_in=needs, is_witnessed=witnessed) == expected


def test_it_rings_up_about_one_in_ten() -> None:
    assert 60 < sum(is_sampled(one) for one in range(1000)) < 140
