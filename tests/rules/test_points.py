"""What a deed earns, when it ends, what is spent first, and how a draft is ordered; all of it pure."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.rules.errands import Per, PointRule, Who
from storage.rules.errors import OutOfStock, TooFewPoints
from storage.rules.honours import POINTS, QUALITY, SERVICES, STARS, Year, nominees, score
from storage.rules.place_rights import PointsAction, may_at
from storage.rules.points import (
    Deed,
    Lot,
    asked,
    check_exchange,
    earnings,
    helped,
    judged,
    last_day,
    ranked,
    rated,
    reported,
    spend,
    taken_back,
)
from storage.rules.rights import Actor, Grant, Role

NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)


def rule(
    per: Per,
    points: int = 10,
    *,
    who: Who = Who.HELPER,
    errands: frozenset[str] | None = None,
    daily_limit: int | None = None,
    months: int | None = None,
) -> PointRule:
    return PointRule(1, str(per), "", "", 1, who, per, errands, points, daily_limit, months)


def worth(rules: list[PointRule], deed: Deed, **today: int) -> int:
    return sum(one.points for one in earnings(rules, deed, today))


@pytest.mark.parametrize(("minutes", "points"), [(0, 0), (2, 0), (3, 1), (30, 5), (33, 6), (60, 10), (95, 16)])
def test_it_counts_hours_to_the_nearest_point(minutes: int, points: int) -> None:
    assert worth([rule(Per.HOUR)], helped("bulb", minutes, is_first=False)) == points


@pytest.mark.parametrize(
    ("deed", "points"),
    [
        (helped("bulb", 60, is_first=True), 111),
        (helped("bulb", 60, is_first=False), 11),
        (helped(None, 60, is_first=False), 10),
        (rated("bulb", 5), 1000),
        (rated("bulb", 4), 0),
        (reported("utilities", is_first=True), 0),
        (asked("bulb", is_first=True), 0),
        (judged("bulb"), 0),
    ],
)
def test_it_adds_up_every_rule_that_fits_and_no_other(deed: Deed, points: int) -> None:
    rules = [rule(Per.HOUR), rule(Per.ORDER, 1, errands=frozenset({"bulb"})), rule(Per.FIRST, 100)]
    assert worth([*rules, rule(Per.STARS, 1000)], deed) == points


def test_it_gives_residents_theirs_by_the_kind_of_matter() -> None:
    rules = [rule(Per.REPORT, 2, who=Who.RESIDENT, errands=frozenset({"utilities"})), rule(Per.HOUR)]
    assert worth(rules, reported("utilities", is_first=False)) == 2
    assert worth(rules, reported("dispute", is_first=False)) == 0


@given(cap=st.integers(0, 50), before=st.integers(0, 60), points=st.integers(1, 60))
def test_it_never_gives_more_than_a_days_cap(cap: int, before: int, points: int) -> None:
    given_now = worth([rule(Per.ORDER, points, daily_limit=cap)], helped("bulb", 0, is_first=False), order=before)
    assert 0 <= given_now <= points
    assert given_now == 0 or before + given_now <= cap


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        (Role.DUTY_SECRETARY, {PointsAction.HAND_OUT, PointsAction.TAKE_BACK}),
        (Role.COMMUNITY_SECRETARY, set(PointsAction)),
        (Role.PROXY_AGENT, {PointsAction.HAND_OUT}),
        (Role.GRID_WORKER, set()),
        (Role.ADMINISTRATOR, set()),
        (Role.VOLUNTEER, set()),
    ],
)
def test_it_lets_those_touch_points_of_others_whose_business_it_is(role: Role, allowed: set[PointsAction]) -> None:
    here, elsewhere = Actor(1, (Grant(role, 7),)), Actor(1, (Grant(role, 8),))
    assert {one for one in PointsAction if may_at(here, one, frozenset({5, 7}))} == allowed
    assert not any(may_at(elsewhere, one, frozenset({5, 7})) for one in PointsAction)


@pytest.mark.parametrize(
    ("months", "day", "ends"),
    [
        (1, date(2026, 1, 31), date(2026, 2, 28)),
        (1, date(2028, 1, 31), date(2028, 2, 29)),
        (2, date(2026, 11, 23), date(2027, 1, 23)),
        (24, date(2028, 2, 29), date(2030, 2, 28)),
        (None, date(2026, 1, 1), None),
    ],
)
def test_it_ends_on_the_same_day_some_months_later(months: int | None, day: date, ends: date | None) -> None:
    assert last_day(rule(Per.HOUR, months=months), day) == ends


# --- lots ------------------------------------------------------------------------------------------------------

_ENDS = st.one_of(st.none(), st.integers(0, 5).map(lambda n: NOW + timedelta(days=n)))
_LOTS = st.lists(st.tuples(st.integers(0, 9), _ENDS), max_size=6).map(
    lambda some: [Lot(n, left, ends) for n, (left, ends) in enumerate(some)]
)


@given(lots=_LOTS, amount=st.integers(0, 60))
def test_it_spends_exactly_so_much_or_nothing(lots: list[Lot], amount: int) -> None:
    if amount > sum(one.left for one in lots):
        with pytest.raises(TooFewPoints):
            spend(lots, amount)
        return
    left = {one.id: one.left for one in lots}
    taken = spend(lots, amount)
    assert sum(part for _, part in taken) == amount
    assert all(0 < part <= left[lot_id] for lot_id, part in taken)


def test_it_spends_what_ends_first_and_of_those_the_older() -> None:
    lots = [Lot(1, 5, None), Lot(2, 5, NOW + timedelta(days=9)), Lot(4, 5, NOW), Lot(3, 5, NOW)]
    assert spend(lots, 17) == ((3, 5), (4, 5), (2, 5), (1, 2))
    assert spend(lots, 6, first=1) == ((1, 5), (3, 1))


@pytest.mark.parametrize(
    ("earned", "gone", "balance", "expected"),
    [(10, 0, 30, (10, 0)), (10, 0, 4, (4, 6)), (10, 7, 30, (3, 0)), (10, 10, 0, (0, 0)), (10, 12, 5, (0, 0))],
)
def test_it_takes_back_what_is_there_and_notes_the_rest(
    earned: int, gone: int, balance: int, expected: tuple[int, int]
) -> None:
    assert taken_back(earned, gone, balance) == expected


def test_it_exchanges_nothing_that_is_gone_or_too_dear() -> None:
    check_exchange(10, 10, 1)
    with pytest.raises(OutOfStock):
        check_exchange(10, 10, 0)
    with pytest.raises(TooFewPoints):
        check_exchange(10, 9, 1)


# --- order -----------------------------------------------------------------------------------------------------


def test_it_gives_the_same_place_to_the_same_points() -> None:
    places = [(one.place, one.person_id) for one in ranked({1: 5, 2: 9, 3: 5, 4: 0, 5: -2, 6: 1})]
    assert places == [(1, 2), (2, 1), (2, 3), (4, 6)]


def test_it_gives_a_hundred_to_who_is_first_in_everything() -> None:
    best = Year(1, points=50, services=10, ratings=4, stars=20)
    assert score(best, 50, 10) == POINTS + SERVICES + STARS + QUALITY == 100


def test_it_weighs_what_went_wrong_and_few_stars_for_little() -> None:
    good, bad = Year(1, 50, 10, ratings=4, stars=16), Year(2, 50, 10, ratings=4, stars=16, disputes=2, misses=3)
    once, never = Year(3, 50, 10, ratings=1, stars=5), Year(4, 50, 10)
    assert score(good, 50, 10) > score(bad, 50, 10)
    assert score(once, 50, 10) == score(never, 50, 10)


def test_it_nominates_nobody_for_whom_nothing_was_confirmed() -> None:
    found = nominees([Year(1, points=500), Year(2, points=5, services=1), Year(3, points=50, services=1)])
    assert [one.year.person_id for one in found] == [3, 2]
