"""Routing: which rule, which tier, which person and why; and the ladder of a danger."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.rules.routing import (
    DEFAULT_RULES,
    LAST_RESORT,
    Candidate,
    Need,
    Reason,
    Rule,
    Step,
    Why,
    format_chain,
    parse_chain,
    pick_rule,
    ring,
    ring_tiers,
    route,
)

NOON = datetime(2026, 3, 3, 4, tzinfo=UTC)
WEI, HONG, LAO_LI, UNIT, NEXT, DAN, BOSS, FANG, ROSA = range(1, 10)
CHAIN = "grid_worker > building_head+unit_head > neighbour_grid_worker > duty_secretary"
RULE = Rule("anything", 1, None, None, None, parse_chain(CHAIN))
DANGER = next(rule for rule in DEFAULT_RULES if rule.danger)
MINUTE = timedelta(minutes=1)


def need(
    kind: str = "environment",
    *,
    danger: bool = False,
    confidential: bool = False,
    excluded: Iterable[int] = (),
    unanswered: Iterable[int] = (),
    owner: int | None = None,
) -> Need:
    return Need(kind, frozenset({11, 13}), danger, confidential, frozenset(excluded), frozenset(unanswered), owner)


def one(
    person: int,
    step: Step = Step.GRID_WORKER,
    *,
    duty: bool = True,
    reachable: bool = True,
    entitled: bool = True,
    load: int = 0,
    idle: datetime | None = NOON,
) -> Candidate:
    return Candidate(person, step, duty, reachable, entitled, load, idle)


STAFF = (
    one(WEI),
    one(LAO_LI, Step.BUILDING_HEAD),
    one(UNIT, Step.UNIT_HEAD),
    one(NEXT, Step.NEIGHBOUR_GRID_WORKER),
    one(DAN, Step.DUTY_SECRETARY),
    one(BOSS, Step.COMMUNITY_SECRETARY),
    one(FANG, Step.STREET_LIAISON),
)


@pytest.mark.parametrize(
    ("kind", "chain"),
    [
        ("utilities", "grid_worker > property_firm > building_head+unit_head > neighbour_grid_worker > duty_secretary"),
        (
            "public_facilities",
            "grid_worker > property_firm > building_head+unit_head > neighbour_grid_worker > duty_secretary",
        ),
        ("environment", CHAIN),
        ("order_noise", CHAIN),
        ("dispute", "mediator > duty_secretary"),
        ("care", "grid_worker > proxy_agent > duty_secretary"),
        ("question", "duty_secretary > community_secretary"),
        ("suggestion", "duty_secretary > community_secretary"),
        ("something_new", CHAIN),
    ],
)
def test_it_has_a_chain_for_every_kind(kind: str, chain: str) -> None:
    assert format_chain(pick_rule(DEFAULT_RULES, need(kind)).chain) == chain
    assert pick_rule(DEFAULT_RULES, need(kind, danger=True)) is DANGER


def test_it_asks_everybody_who_matters_first_in_danger() -> None:
    assert format_chain(DANGER.chain) == (
        "grid_worker+building_head+duty_secretary > neighbour_grid_worker+community_secretary+street_liaison"
    )


def test_it_takes_the_lowest_position_that_matches() -> None:
    def rule(position: int, kinds: set[str] | None, place: int | None, danger: bool | None) -> Rule:
        return Rule(f"r{position}", position, frozenset(kinds) if kinds else None, place, danger, RULE.chain)

    rules = [rule(5, None, None, None), rule(1, {"care"}, None, None), rule(2, None, 99, None)]
    rules += [rule(3, None, 11, True), rule(4, {"environment"}, 13, None)]
    assert pick_rule(rules, need()).code == "r4"
    assert pick_rule(rules, need(danger=True)).code == "r3"
    assert pick_rule(rules, need("care")).code == "r1"
    assert pick_rule(rules, need("question")).code == "r5"


def test_it_leaves_nothing_without_a_rule() -> None:
    assert pick_rule([], need()) is LAST_RESORT
    assert format_chain(LAST_RESORT.chain) == "duty_secretary"


def test_it_asks_the_first_in_the_chain() -> None:
    decision = route(RULE, need(), STAFF)
    assert (decision.person_ids, decision.tier, decision.reason) == ((WEI,), 0, Reason.FIRST_IN_CHAIN)
    assert decision.passed_over == ()


@pytest.mark.parametrize(
    ("wei", "hong", "chosen", "reason"),
    [
        (one(WEI, load=2), one(HONG, load=1), HONG, Reason.LEAST_OPEN_WORK),
        (one(WEI, idle=NOON), one(HONG, idle=NOON - MINUTE), HONG, Reason.LONGEST_IDLE),
        (one(WEI, idle=NOON), one(HONG, idle=None), HONG, Reason.LONGEST_IDLE),
        (one(WEI, load=1, idle=None), one(HONG), HONG, Reason.LEAST_OPEN_WORK),
        (one(WEI), one(HONG), WEI, Reason.FIRST_IN_CHAIN),
        (one(WEI, idle=None), one(HONG, idle=None), WEI, Reason.FIRST_IN_CHAIN),
        (one(WEI, load=3, duty=False), one(HONG, load=9), HONG, Reason.FIRST_IN_CHAIN),
    ],
)
def test_it_shares_the_load_among_equals(wei: Candidate, hong: Candidate, chosen: int, reason: Reason) -> None:
    for candidates in ((wei, hong), (hong, wei)):
        decision = route(RULE, need(), candidates)
        assert (decision.person_ids, decision.reason) == ((chosen,), reason)


@pytest.mark.parametrize(
    ("wei", "asked", "why"),
    [
        (one(WEI, duty=False), need(), Why.OFF_DUTY),
        (one(WEI, reachable=False), need(), Why.UNREACHABLE),
        (one(WEI, entitled=False), need(confidential=True), Why.NOT_ENTITLED),
        (one(WEI), need(excluded={WEI}), Why.DECLINED),
        (one(WEI), need(unanswered={WEI}), Why.NO_ANSWER),
        (one(WEI), need(owner=WEI), Why.OWN_MATTER),
        (one(WEI, duty=False, reachable=False), need(excluded={WEI}), Why.DECLINED),
    ],
)
def test_it_goes_on_to_the_next_tier_and_says_why(wei: Candidate, asked: Need, why: Why) -> None:
    decision = route(RULE, asked, (wei, *STAFF[1:]))
    assert (decision.person_ids, decision.tier, decision.reason) == ((LAO_LI, UNIT), 1, Reason.NEXT_TIER)
    assert [(over.person_id, over.step, over.why) for over in decision.passed_over] == [(WEI, Step.GRID_WORKER, why)]


def test_it_looks_at_entitlement_only_when_the_matter_is_confidential() -> None:
    assert route(RULE, need(), [one(WEI, entitled=False)]).person_ids == (WEI,)


def test_it_stays_in_the_tier_while_a_colleague_is_left() -> None:
    decision = route(RULE, need(excluded={WEI}), (one(HONG), *STAFF))
    assert (decision.person_ids, decision.tier) == ((HONG,), 0)


def test_it_asks_one_person_for_each_step_of_a_tier() -> None:
    heads = [one(LAO_LI, Step.BUILDING_HEAD, load=1), one(HONG, Step.BUILDING_HEAD), one(UNIT, Step.UNIT_HEAD)]
    decision = route(RULE, need(), heads)
    assert decision.person_ids == (HONG, UNIT)


def test_it_asks_a_person_with_two_roles_once() -> None:
    both = [one(LAO_LI, Step.BUILDING_HEAD), one(LAO_LI, Step.UNIT_HEAD)]
    assert route(RULE, need(), both).person_ids == (LAO_LI,)


def test_it_walks_the_whole_chain_as_people_decline() -> None:
    asked: set[int] = set()
    tiers = []
    while (decision := route(RULE, need(excluded=asked), STAFF)).person_ids:
        tiers.append((decision.tier, decision.person_ids))
        asked |= set(decision.person_ids)
    assert tiers == [(0, (WEI,)), (1, (LAO_LI, UNIT)), (2, (NEXT,)), (3, (DAN,))]
    assert (decision.tier, decision.reason) == (4, Reason.NOBODY)
    assert {over.why for over in decision.passed_over} == {Why.DECLINED}


def test_it_tells_nobody_at_all_from_nobody_on_duty() -> None:
    nobody = route(RULE, need(), [])
    asleep = route(RULE, need(), [one(WEI, duty=False), one(DAN, Step.DUTY_SECRETARY, reachable=False)])
    assert (nobody.person_ids, nobody.reason) == ((), Reason.NOBODY)
    assert (asleep.person_ids, asleep.reason) == ((), Reason.NOBODY_ON_DUTY)


def test_it_calls_everybody_of_the_first_tier_in_danger_on_duty_or_not() -> None:
    people = (one(WEI, duty=False), one(HONG, load=9, duty=False), *STAFF[1:])
    decision = route(DANGER, need(danger=True), people)
    assert set(decision.person_ids) == {WEI, HONG, LAO_LI, DAN}
    assert (decision.tier, decision.reason) == (0, Reason.DANGER_FIRST_TIER)


def test_it_does_not_wait_for_a_first_tier_that_cannot_be_reached() -> None:
    deaf = [one(WEI, reachable=False), one(FANG, Step.STREET_LIAISON, duty=False)]
    decision = route(DANGER, need(danger=True), deaf)
    assert (decision.person_ids, decision.tier, decision.reason) == ((FANG,), 1, Reason.NEXT_TIER)


@pytest.mark.parametrize(
    ("minute", "tiers"),
    [(0, (0,)), (2.9, (0,)), (3, (1,)), (5.9, (1,)), (6, (0, 1)), (9, (0, 1)), (600, (0, 1)), (-1, (0,))],
)
def test_it_calls_one_tier_more_every_three_minutes_then_all_again(minute: float, tiers: tuple[int, ...]) -> None:
    assert ring_tiers(2, minute * MINUTE) == tiers


@given(st.integers(1, 6), st.timedeltas(timedelta(), timedelta(hours=5)))
def test_it_has_no_silent_end(tiers: int, since: timedelta) -> None:
    called = ring_tiers(tiers, since)
    assert called
    assert set(called) <= set(range(tiers))


def test_it_refuses_a_ladder_without_rungs() -> None:
    with pytest.raises(ValueError, match="without tiers"):
        ring_tiers(0, MINUTE)


@pytest.mark.parametrize(
    ("minute", "called"),
    [(0, {WEI, LAO_LI, DAN}), (3, {NEXT, BOSS, FANG}), (6, {WEI, LAO_LI, DAN, NEXT, BOSS, FANG})],
)
def test_it_rings_up_the_ladder(minute: int, called: set[int]) -> None:
    assert set(ring(DANGER, need(danger=True), STAFF, minute * MINUTE).person_ids) == called


def test_it_calls_those_who_declined_again_when_everybody_was_called() -> None:
    declined = need(danger=True, excluded={WEI, FANG}, owner=LAO_LI)
    assert set(ring(DANGER, declined, STAFF, timedelta()).person_ids) == {DAN}
    assert set(ring(DANGER, declined, STAFF, 3 * MINUTE).person_ids) == {NEXT, BOSS}
    assert set(ring(DANGER, declined, STAFF, 6 * MINUTE).person_ids) == {WEI, DAN, NEXT, BOSS, FANG}


def test_it_calls_everybody_when_the_tier_whose_turn_it_is_has_nobody() -> None:
    decision = ring(DANGER, need(danger=True), [one(WEI)], 3 * MINUTE)
    assert decision.person_ids == (WEI,)
    assert ring(DANGER, need(danger=True), [], 3 * MINUTE).reason is Reason.NOBODY


def test_it_rings_a_chain_of_one_tier() -> None:
    assert ring(LAST_RESORT, need(danger=True), STAFF, timedelta()).person_ids == (DAN,)


@pytest.mark.parametrize("text", [format_chain(rule.chain) for rule in DEFAULT_RULES])
def test_it_reads_the_chains_it_writes(text: str) -> None:
    assert format_chain(parse_chain(text)) == text
    assert parse_chain(text.replace(" > ", ">").replace("+", " + ")) == parse_chain(text)


@pytest.mark.parametrize(
    "text", ["", "grid_worker >", "> grid_worker", "boss", "grid_worker ++ mediator", "mediator > mediator"]
)
def test_it_refuses_what_is_no_chain(text: str) -> None:
    with pytest.raises(ValueError, match=r"Step|twice"):
        parse_chain(text)


candidates = st.lists(
    st.builds(
        Candidate,
        st.integers(1, 12),
        st.sampled_from(Step),
        st.booleans(),
        st.booleans(),
        st.booleans(),
        st.integers(0, 3),
        st.none() | st.sampled_from([NOON, NOON - MINUTE]),
    ),
    max_size=12,
)


@given(candidates, st.booleans(), st.booleans(), st.sets(st.integers(1, 12)), st.sampled_from(DEFAULT_RULES))
def test_it_never_asks_whom_it_must_not(
    people: list[Candidate], danger: bool, confidential: bool, excluded: set[int], rule: Rule
) -> None:
    asked = need(danger=danger, confidential=confidential, excluded=excluded)
    decision = route(rule, asked, people)
    steps = rule.chain[decision.tier] if decision.person_ids else ()
    for person in decision.person_ids:
        fit = [c for c in people if c.person_id == person and c.step in steps and c.is_reachable]
        assert any((c.is_on_duty or danger) and (c.is_entitled or not confidential) for c in fit)
    assert not excluded & set(decision.person_ids)
    assert len(set(decision.person_ids)) == len(decision.person_ids)
    assert set(route(rule, asked, people[::-1]).person_ids) == set(decision.person_ids)
