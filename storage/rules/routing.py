"""Routing: who is asked next for a ticket, and why that person.

Rules are data, ordered by position; the first that matches wins. A rule's chain is a row of tiers, a tier is
one or several steps asked at once. Outside danger each step of a tier asks one person: the one with the least
open work, then the longest idle, then the lowest id. In danger everybody of the tier is asked, on duty or not.

A surprise to keep in mind: a rule for a place does not win because it is narrower; it needs a lower position
than the rule it is meant to override.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from storage.rules.chains import (
    DEFAULT_RULES,
    LAST_RESORT,
    Chain,
    Rule,
    Step,
    format_chain,
    parse_chain,
)

__all__ = [
    "DEFAULT_RULES",
    "LAST_RESORT",
    "RING_EVERY",
    "Candidate",
    "Chain",
    "Decision",
    "Need",
    "PassedOver",
    "Reason",
    "Rule",
    "Step",
    "Why",
    "format_chain",
    "parse_chain",
    "pick_rule",
    "ring",
    "ring_tiers",
    "route",
]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person who could be asked as `step`.

    `is_entitled` says whether they may see the ticket if it is confidential; it is not looked at otherwise.
    `idle_since` is when they were last given work, None when never. `told_at` is when their duty begins, for somebody
    who is off duty now and will be on duty when it matters.
    """

    person_id: int
    step: Step
    is_on_duty: bool
    is_reachable: bool
    is_entitled: bool
    open_count: int
    idle_since: datetime | None
    told_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """What a ticket asks of routing.

    Nobody in `excluded`, `unanswered` or `owner_id` is asked; the three differ in the reason that is kept:
    they declined (or were asked before), let the offer run out, or would handle their own matter.
    """

    kind: str
    scope: frozenset[int]
    is_danger: bool
    is_confidential: bool
    excluded: frozenset[int] = frozenset()
    unanswered: frozenset[int] = frozenset()
    owner_id: int | None = None


class Reason(StrEnum):
    """Why these people."""

    FIRST_IN_CHAIN = "first_in_chain"
    LEAST_OPEN_WORK = "least_open_work"
    LONGEST_IDLE = "longest_idle"
    NEXT_TIER = "next_tier"
    DANGER_FIRST_TIER = "danger_first_tier"
    NOBODY_ON_DUTY = "nobody_on_duty"  # somebody could be asked, but later
    NOBODY = "nobody"


class Why(StrEnum):
    """Why somebody was passed over."""

    OFF_DUTY = "off_duty"
    UNREACHABLE = "unreachable"
    NOT_ENTITLED = "not_entitled"
    DECLINED = "declined"
    NO_ANSWER = "no_answer"
    OWN_MATTER = "own_matter"


@dataclass(frozen=True, slots=True)
class PassedOver:
    """Somebody nearer who was not asked, and why."""

    person_id: int
    step: Step
    why: Why


@dataclass(frozen=True, slots=True)
class Decision:
    """Whom to ask now. No `person_ids`: nobody; `tier` is then one past the last."""

    person_ids: tuple[int, ...]
    tier: int
    reason: Reason
    passed_over: tuple[PassedOver, ...]


def pick_rule(rules: Iterable[Rule], need: Need) -> Rule:
    """The matching rule with the lowest position, or `LAST_RESORT`."""
    return min((rule for rule in rules if _matches(rule, need)), key=_position, default=LAST_RESORT)


def _position(rule: Rule) -> int:
    return rule.position


def _matches(rule: Rule, need: Need) -> bool:
    return (
        (rule.kinds is None or need.kind in rule.kinds)
        and (rule.place_id is None or rule.place_id in need.scope)
        and rule.danger in {None, need.is_danger}
    )


def route(rule: Rule, need: Need, candidates: Sequence[Candidate]) -> Decision:
    """The first tier of the chain in which somebody can be asked, and the people to ask there."""
    passed_over: list[PassedOver] = []
    for tier, steps in enumerate(rule.chain):
        available = _sift(steps, need, candidates, passed_over)
        if not available:
            continue
        chosen = available if need.is_danger else _best_of_each(steps, available)
        reason = _why_these(tier, need, chosen, available)
        return Decision(_people(chosen), tier, reason, tuple(passed_over))
    is_later = any(one.why is Why.OFF_DUTY for one in passed_over)
    reason = Reason.NOBODY_ON_DUTY if is_later else Reason.NOBODY
    return Decision((), len(rule.chain), reason, tuple(passed_over))


def _sift(
    steps: Collection[Step], need: Need, candidates: Iterable[Candidate], passed_over: list[PassedOver]
) -> list[Candidate]:
    """The candidates of these steps who can be asked; the others are noted in `passed_over`."""
    available = []
    for candidate in candidates:
        if candidate.step not in steps:
            continue
        why = _hindrance(candidate, need)
        if why is None:
            available.append(candidate)
        else:
            passed_over.append(PassedOver(candidate.person_id, candidate.step, why))
    return available


def _hindrance(candidate: Candidate, need: Need) -> Why | None:
    hindrances: Mapping[Why, bool] = {
        Why.OWN_MATTER: candidate.person_id == need.owner_id,
        Why.DECLINED: candidate.person_id in need.excluded,
        Why.NO_ANSWER: candidate.person_id in need.unanswered,
        Why.NOT_ENTITLED: need.is_confidential and not candidate.is_entitled,
        Why.UNREACHABLE: not candidate.is_reachable,
        Why.OFF_DUTY: not candidate.is_on_duty and not need.is_danger,
    }
    return next((why for why, holds in hindrances.items() if holds), None)


_NEVER = datetime.min.replace(tzinfo=UTC)


def _load(candidate: Candidate) -> tuple[int, datetime, int]:
    return candidate.open_count, candidate.idle_since or _NEVER, candidate.person_id


def _best_of_each(steps: Iterable[Step], available: Sequence[Candidate]) -> list[Candidate]:
    """One person for each step that has any, in the order of the steps."""
    by_step = [[one for one in available if one.step is step] for step in steps]
    return [min(people, key=_load) for people in by_step if people]


def _people(chosen: Iterable[Candidate]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(one.person_id for one in chosen))


def _why_these(tier: int, need: Need, chosen: Sequence[Candidate], available: Sequence[Candidate]) -> Reason:
    if tier:
        return Reason.NEXT_TIER
    if need.is_danger:
        return Reason.DANGER_FIRST_TIER
    return max((_why_this(one, available) for one in chosen), key=list(Reason).index)


def _why_this(chosen: Candidate, available: Iterable[Candidate]) -> Reason:
    """What told the chosen one from the nearest rival of the same step."""
    rivals = [one for one in available if one.step is chosen.step and one.person_id != chosen.person_id]
    if not rivals:
        return Reason.FIRST_IN_CHAIN
    rival = min(rivals, key=_load)
    if rival.open_count != chosen.open_count:
        return Reason.LEAST_OPEN_WORK
    return Reason.FIRST_IN_CHAIN if rival.idle_since == chosen.idle_since else Reason.LONGEST_IDLE


RING_EVERY = timedelta(minutes=3)
"""How long a danger rings at one tier before the next is called too."""


def ring_tiers(tiers: int, since: timedelta) -> tuple[int, ...]:
    """The tiers to call `since` the alarm: one more every 3 minutes, then all of them again and again.

    Raises `ValueError` for a chain without tiers.
    """
    if tiers < 1:
        raise ValueError("a chain without tiers")
    turn = max(since, timedelta()) // RING_EVERY
    return (turn,) if turn < tiers else tuple(range(tiers))


def ring(rule: Rule, need: Need, candidates: Sequence[Candidate], since: timedelta) -> Decision:
    """Whom a danger calls `since` the alarm, and then every 3 minutes until somebody goes.

    Where the tier whose turn it is has nobody, everybody is called; so is everybody once all tiers had their
    turn, those who declined too: the ladder has no silent end.
    """
    turn = ring_tiers(len(rule.chain), since)
    whole = range(len(rule.chain))
    again = Need(need.kind, need.scope, need.is_danger, need.is_confidential, owner_id=need.owner_id)
    attempts = [(turn, need)] if len(turn) < len(rule.chain) else []
    for tiers, asked in [*attempts, (whole, again)]:
        passed_over: list[PassedOver] = []
        steps = [step for tier in tiers for step in rule.chain[tier]]
        called = _people(_sift(steps, asked, candidates, passed_over))
        if called:
            reason = Reason.NEXT_TIER if tiers[0] or len(tiers) > 1 else Reason.DANGER_FIRST_TIER
            return Decision(called, tiers[-1], reason, tuple(passed_over))
    return Decision((), len(rule.chain), Reason.NOBODY, tuple(passed_over))
