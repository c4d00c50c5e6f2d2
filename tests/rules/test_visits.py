"""What can be said of a visit and when: the order of the stages, and nothing before its time."""

from datetime import timedelta

import pytest

from storage.rules.visits import Outcome, Stage, TooEarly, check_arrival, check_miss, result_at, stages_after
from tests.rules.oracle import beijing

STARTS = beijing("2026-11-24T15:00")


@pytest.mark.parametrize(
    ("stage", "after"),
    [
        (None, "taken handed_in decided delivered"),
        (Stage.TAKEN, "handed_in decided delivered"),
        (Stage.HANDED_IN, "decided delivered"),
        (Stage.DECIDED, "delivered"),
        (Stage.DELIVERED, ""),
    ],
)
def test_it_goes_through_the_stages_and_never_back(stage: Stage | None, after: str) -> None:
    assert " ".join(stages_after(stage)) == after


def test_it_knows_what_a_stage_means_as_a_result() -> None:
    assert [result_at(stage) for stage in Stage] == [None, Outcome.HANDED_IN, Outcome.TO_FETCH, Outcome.DONE]


@pytest.mark.parametrize(("minutes", "may_arrive", "may_miss"), [(-121, 0, 0), (-120, 1, 0), (-1, 1, 0), (0, 1, 1)])
def test_it_takes_nothing_before_its_time(minutes: int, may_arrive: bool, may_miss: bool) -> None:
    now = STARTS + timedelta(minutes=minutes)
    for check, is_allowed in ((check_arrival, may_arrive), (check_miss, may_miss)):
        if is_allowed:
            check(STARTS, now)
        else:
            with pytest.raises(TooEarly):
                check(STARTS, now)


def test_it_lets_who_has_no_time_come_whenever() -> None:
    check_arrival(None, STARTS)
    check_miss(None, STARTS)
