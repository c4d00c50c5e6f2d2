"""The duty roster's rules: whose turn it is, shifts past midnight, changes, absences and what is left open."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.rules.days import parse_days
from storage.rules.roster import (
    Away,
    Change,
    DutyRule,
    Roster,
    Shift,
    Turn,
    can_take,
    days_between,
    gaps,
    is_covered,
    may_object_until,
    without,
)
from storage.rules.worktime import WorkCalendar

CALENDAR = WorkCalendar()
MONDAY = date(2026, 11, 23)
DAN, WEI, ZHAO = 1, 2, 3


def a_rule(number: int = 1, *, people: Sequence[int] = (DAN, WEI, ZHAO), **given_: Any) -> DutyRule:
    fields: dict[str, Any] = {
        "code": f"rule-{number}",
        "role": "grid_worker",
        "place_id": 7,
        "turn": Turn.DAY,
        "days": parse_days("working"),
        "begins": time(18),
        "ends": time(21),
        "first": MONDAY,
    }
    return DutyRule(id=number, people=tuple(people), **fields | given_)


def held(rule: DutyRule, first: date, last: date, *changes: Change) -> list[int | None]:
    return [one.holder_id for one in Roster([rule], CALENDAR).shifts(first, last, changes)]


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), CALENDAR.zone).astimezone(UTC)


# --- whose turn it is ----------------------------------------------------------------------------------------------


def test_it_gives_everybody_the_shift_that_all_have() -> None:
    assert held(a_rule(turn=Turn.ALL), MONDAY, MONDAY) == [DAN, WEI, ZHAO]


def test_it_goes_from_one_to_the_next_by_day_and_leaves_the_weekend_out() -> None:
    assert held(a_rule(), MONDAY, MONDAY + timedelta(days=8)) == [DAN, WEI, ZHAO, DAN, WEI, ZHAO, DAN]


def test_it_goes_from_one_to_the_next_by_week_from_monday_on() -> None:
    weekends = a_rule(turn=Turn.WEEK, days=parse_days("sat sun"), first=date(2026, 11, 26))
    assert held(weekends, MONDAY, MONDAY + timedelta(days=21)) == [DAN, DAN, WEI, WEI, ZHAO, ZHAO]


def test_it_counts_turns_alike_whichever_day_is_asked_for_first() -> None:
    roster, rule = Roster([a_rule()], CALENDAR), a_rule()
    backwards = [roster.planned(rule, MONDAY + timedelta(days=n)) for n in reversed(range(60))]
    assert backwards == [
        Roster([rule], CALENDAR).planned(rule, MONDAY + timedelta(days=n)) for n in reversed(range(60))
    ]


def test_it_begins_and_ends_with_the_rule() -> None:
    rule = a_rule(last=MONDAY + timedelta(days=1))
    assert held(rule, MONDAY - timedelta(days=7), MONDAY + timedelta(days=7)) == [DAN, WEI]


def test_it_follows_the_holidays_of_the_week() -> None:
    """1 October is a Thursday; 10 October a Saturday on which people work."""
    evenings, idle = a_rule(first=date(2026, 9, 28)), a_rule(2, days=parse_days("off"), first=date(2026, 9, 28))
    first, last = date(2026, 9, 28), date(2026, 10, 11)
    roster = Roster([evenings, idle], CALENDAR)
    worked = {one.day for one in roster.shifts(first, last, rules=[evenings])}
    assert {date(2026, 9, 30), date(2026, 10, 10)} <= worked
    assert date(2026, 10, 1) not in worked
    assert {one.day for one in roster.shifts(first, last, rules=[idle])} == {*days_between(first, last)} - worked


def test_it_follows_a_day_that_was_corrected() -> None:
    calendar = WorkCalendar(corrections={MONDAY: False})
    assert [one.day for one in Roster([a_rule()], calendar).shifts(MONDAY, MONDAY + timedelta(days=1))] == [
        MONDAY + timedelta(days=1)
    ]


def test_it_leaves_a_rule_without_people_open() -> None:
    (shift,) = Roster([a_rule(people=())], CALENDAR).shifts(MONDAY, MONDAY)
    assert shift.holder_id is None
    assert gaps([shift], []) == [shift]


# --- hours ---------------------------------------------------------------------------------------------------------


def test_it_lets_a_night_belong_to_the_day_on_which_it_begins() -> None:
    night = a_rule(begins=time(22), ends=time(6), days=parse_days("daily"))
    roster = Roster([night], CALENDAR)
    (one,) = roster.at(at(MONDAY + timedelta(days=1), 5, 59))
    assert (one.day, one.holder_id) == (MONDAY, DAN)
    assert roster.at(at(MONDAY + timedelta(days=1), 6)) == []
    assert roster.span(night, MONDAY) == (at(MONDAY, 22), at(MONDAY + timedelta(days=1), 6))


@pytest.mark.parametrize(("hour", "minute", "count"), [(17, 59, 0), (18, 0, 1), (20, 59, 1), (21, 0, 0)])
def test_it_counts_the_first_instant_and_not_the_last(hour: int, minute: int, count: int) -> None:
    assert len(Roster([a_rule()], CALENDAR).at(at(MONDAY, hour, minute))) == count


def test_it_lasts_a_whole_day_where_both_hours_are_the_same() -> None:
    begins_at, ends_at = Roster([], CALENDAR).span(a_rule(begins=time(8), ends=time(8)), MONDAY)
    assert ends_at - begins_at == timedelta(days=1)


# --- changes -------------------------------------------------------------------------------------------------------

TUESDAY = MONDAY + timedelta(days=1)


def test_it_gives_a_shift_to_whoever_took_it_and_one_back() -> None:
    swap = Change(1, 1, MONDAY, DAN, WEI, back_rule_id=1, back_day=TUESDAY)
    assert held(a_rule(), MONDAY, TUESDAY, swap) == [WEI, DAN]


def test_it_passes_a_shift_on_and_on() -> None:
    chain = [Change(1, 1, MONDAY, DAN, WEI), Change(2, 1, MONDAY, WEI, ZHAO)]
    assert held(a_rule(), MONDAY, MONDAY, *chain) == [ZHAO]


def test_it_takes_no_notice_of_a_change_of_a_shift_that_somebody_else_has() -> None:
    assert held(a_rule(), MONDAY, MONDAY, Change(1, 1, MONDAY, WEI, ZHAO)) == [DAN]


def test_it_knows_a_shift_that_was_taken_over() -> None:
    (shift,) = Roster([a_rule()], CALENDAR).shifts(MONDAY, MONDAY, [Change(1, 1, MONDAY, DAN, WEI)])
    assert (shift.planned_id, shift.holder_id, shift.is_changed) == (DAN, WEI, True)


# --- absences, gaps, and who is free -------------------------------------------------------------------------------


def away(person_id: int, begins_at: datetime, ends_at: datetime) -> Away:
    return Away(person_id, begins_at, ends_at)


@pytest.mark.parametrize(("begins", "ends", "is_gap"), [(8, 18, False), (8, 19, True), (20, 23, True), (21, 23, False)])
def test_it_finds_a_gap_where_the_holder_is_away_for_any_part(begins: int, ends: int, *, is_gap: bool) -> None:
    shifts = Roster([a_rule()], CALENDAR).shifts(MONDAY, MONDAY)
    absences = [away(DAN, at(MONDAY, begins), at(MONDAY, ends))]
    assert gaps(shifts, absences) == (shifts if is_gap else [])


def test_it_finds_no_gap_while_one_of_all_is_there() -> None:
    shifts = Roster([a_rule(turn=Turn.ALL)], CALENDAR).shifts(MONDAY, MONDAY)
    some = [away(one, at(MONDAY, 0), at(MONDAY, 23)) for one in (DAN, WEI)]
    assert gaps(shifts, some) == []
    assert gaps(shifts, [*some, away(ZHAO, at(MONDAY, 0), at(MONDAY, 23))]) == shifts[:1]


def test_it_closes_a_gap_when_somebody_takes_the_shift() -> None:
    absences = [away(DAN, at(MONDAY, 0), at(MONDAY, 23))]
    shifts = Roster([a_rule()], CALENDAR).shifts(MONDAY, MONDAY, [Change(1, 1, MONDAY, DAN, WEI)])
    assert gaps(shifts, absences) == []


def test_it_finds_nobody_free_who_is_on_duty_or_away_then() -> None:
    evenings, nights = a_rule(), a_rule(2, begins=time(20), ends=time(23), people=[WEI])
    shifts = Roster([evenings, nights], CALENDAR).shifts(MONDAY, MONDAY)
    wanted = next(one for one in shifts if one.rule.id == 1)
    assert not can_take(WEI, wanted, shifts, [])
    assert can_take(ZHAO, wanted, shifts, [])
    assert not can_take(ZHAO, wanted, shifts, [away(ZHAO, at(MONDAY, 20), at(MONDAY, 21))])


def test_it_lets_a_change_be_objected_to_for_one_working_day_and_never_after_it_began() -> None:
    (soon,) = Roster([a_rule()], CALENDAR).shifts(TUESDAY, TUESDAY)
    friday = at(MONDAY + timedelta(days=4), 15)
    assert may_object_until(friday, [], CALENDAR) == at(MONDAY + timedelta(days=7), 15)
    assert may_object_until(at(MONDAY, 19), [soon], CALENDAR) == soon.begins_at


def test_it_takes_absences_out_of_spans_of_time() -> None:
    hours = [(at(MONDAY, 8), at(MONDAY, 12)), (at(MONDAY, 14), at(MONDAY, 18))]
    assert without(hours, [(at(MONDAY, 10), at(MONDAY, 15))]) == (
        (at(MONDAY, 8), at(MONDAY, 10)),
        (at(MONDAY, 15), at(MONDAY, 18)),
    )
    assert without(hours, [(at(MONDAY, 7), at(MONDAY, 19))]) == ()
    assert without(hours, []) == tuple(hours)


# --- whatever the rules and changes --------------------------------------------------------------------------------

DAYS = ("daily", "working", "off", "holidays", "mon wed fri", "sat sun", "2026-11-24..2026-11-29")
A_DAY = st.integers(0, 27).map(lambda n: MONDAY + timedelta(days=n))
PEOPLE = st.integers(1, 5)
HOURS = st.integers(0, 23).map(time)


@st.composite
def rules_(draw: st.DrawFn) -> list[DutyRule]:
    return [
        a_rule(
            number,
            people=draw(st.lists(PEOPLE, unique=True, max_size=4)),
            turn=draw(st.sampled_from(Turn)),
            days=parse_days(draw(st.sampled_from(DAYS))),
            begins=draw(HOURS),
            ends=draw(HOURS),
            first=draw(A_DAY),
        )
        for number in range(1, draw(st.integers(1, 3)) + 1)
    ]


@st.composite
def changes_(draw: st.DrawFn) -> list[Change]:
    some = []
    for number in range(draw(st.integers(0, 12))):
        back = (draw(st.integers(1, 3)), draw(A_DAY)) if draw(st.booleans()) else (None, None)
        some.append(Change(number, draw(st.integers(1, 3)), draw(A_DAY), draw(PEOPLE), draw(PEOPLE), *back))
    return some


def counted(shifts: Sequence[Shift]) -> Counter[tuple[int, date]]:
    return Counter(one.key for one in shifts)


@given(rules_(), changes_())
def test_it_has_as_many_shifts_whatever_is_swapped(rules: list[DutyRule], changes: list[Change]) -> None:
    roster, last = Roster(rules, CALENDAR), MONDAY + timedelta(days=27)
    before, after = roster.shifts(MONDAY, last), roster.shifts(MONDAY, last, changes)
    assert counted(before) == counted(after)
    assert [one.planned_id for one in before] == [one.planned_id for one in after]
    assert all(a.begins_at <= b.begins_at for a, b in pairwise(after))


@given(rules_(), changes_(), st.lists(st.tuples(PEOPLE, A_DAY, st.integers(1, 72)), max_size=5))
def test_it_has_exactly_one_holder_for_every_shift_or_calls_it_a_gap(
    rules: list[DutyRule], changes: list[Change], absent: list[tuple[int, date, int]]
) -> None:
    aways = [Away(one, at(day, 0), at(day, 0) + timedelta(hours=hours)) for one, day, hours in absent]
    shifts = Roster(rules, CALENDAR).shifts(MONDAY, MONDAY + timedelta(days=27), changes)
    open_keys = {one.key for one in gaps(shifts, aways)}
    for shift in shifts:
        there = [one for one in shifts if one.key == shift.key and is_covered(one, aways)]
        assert (not there) == (shift.key in open_keys)
        if shift.rule.turn is not Turn.ALL:
            assert counted(shifts)[shift.key] == 1


@given(rules_(), changes_(), A_DAY)
def test_it_tells_the_same_for_a_day_as_for_the_month(rules: list[DutyRule], changes: list[Change], day: date) -> None:
    """Only the changes that touch a day have to be known for it."""
    roster = Roster(rules, CALENDAR)
    month = [one for one in roster.shifts(MONDAY, MONDAY + timedelta(days=27), changes) if one.day == day]
    near = [one for one in changes if day in {one.day, one.back_day}]
    assert Roster(rules, CALENDAR).shifts(day, day, near) == month
