"""Whom a request is offered to, and in which waves: by skill, nearness, free time and what each has done of late.

Some things are never bent: nobody suspended is asked, nobody without a skill that is needed, nobody for what they said
they do not do, and for people who live alone and for children only helpers whom somebody has verified. The rest is an
order. It counts what somebody was asked and has taken of late against how near they live, so that the same five are
not always the first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

FIRST_WAVE = 3  # people for each place that is missing
LAST_WAVE = 4  # asks everybody who is left
RECENTLY = timedelta(days=30)
NOT_FREE_FROM = 3  # the wave from which on those are asked who are not free then by their own word
BY_TWO = 2
_NEVER = datetime.min.replace(tzinfo=UTC)


class Bar(StrEnum):
    """Why somebody cannot help with a request."""

    OWN = "own"
    SUSPENDED = "suspended"
    UNVERIFIED = "unverified"
    UNSKILLED = "unskilled"
    UNWANTED = "unwanted"  # they said that they do not do such things, or do not go there
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who helps, as far as it matters for one request.

    `skills` are those that count now, `verified_skills` of them those that somebody has verified. `distance` is 0 in
    the same building, 1 in the same estate, 2 in the same grid, 3 in the same community, 4 beyond. `taken` and `asked`
    count the last `RECENTLY`; `asked_at` is when they were asked last.
    """

    person_id: int
    skills: frozenset[str] = frozenset()
    verified_skills: frozenset[str] = frozenset()
    never: frozenset[str] = frozenset()
    distance: int = 3
    is_free: bool = True
    is_in_reach: bool = True  # by their own word, they go there
    is_verified: bool = False
    is_suspended: bool = False
    is_reachable: bool = True
    taken: int = 0
    asked: int = 0
    asked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """What a request asks for: `missing` places, and whose it is. `household` are the owner and the family."""

    missing: int
    skills: frozenset[str] = frozenset()
    errand: str | None = None
    is_vulnerable: bool = False
    household: frozenset[int] = frozenset()


def bar(need: Need, one: Candidate) -> Bar | None:
    """Why somebody cannot help with it; None when they can."""
    if one.person_id in need.household:
        return Bar.OWN
    if one.is_suspended:
        return Bar.SUSPENDED
    if need.is_vulnerable and not one.is_verified:
        return Bar.UNVERIFIED
    if not need.skills <= one.skills:
        return Bar.UNSKILLED
    return None


def bar_to_asking(need: Need, one: Candidate) -> Bar | None:
    """Why somebody is not asked; who comes by themselves may take what they would not have been asked for."""
    if not one.is_in_reach or (need.errand is not None and need.errand in one.never):
        return Bar.UNWANTED
    return bar(need, one) or (None if one.is_reachable else Bar.UNREACHABLE)


def wave(need: Need, candidates: Iterable[Candidate], nth: int, asked: Collection[int] = ()) -> tuple[int, ...]:
    """Who is asked in the `nth` wave (from 1), the best first; `asked` are those who were asked already.

    Each wave is twice as wide as the one before, and the last one asks everybody who is left.
    """
    able = [one for one in candidates if one.person_id not in asked and bar_to_asking(need, one) is None]
    if nth < NOT_FREE_FROM:
        able = [one for one in able if one.is_free]
    ranked = sorted(able, key=lambda one: _rank(need, one))
    return tuple(one.person_id for one in ranked[: width(need.missing, nth)])


def width(missing: int, nth: int) -> int | None:
    """How many people a wave asks; None for everybody."""
    return None if nth >= LAST_WAVE else FIRST_WAVE * max(missing, 1) * 2 ** (nth - 1)


def _rank(need: Need, one: Candidate) -> tuple[bool, bool, int, datetime, int]:
    """The smaller, the sooner. A request taken of late weighs as much as a step further away, three that one was only
    asked for as well."""
    proven = need.skills <= one.verified_skills
    burden = one.distance + one.taken + one.asked // 3
    return (not one.is_free, not proven, burden, one.asked_at or _NEVER, one.person_id)


def places(helpers: int, *, is_vulnerable: bool, is_known: bool) -> int:
    """How many have to come: to people who live alone, and to children, the first time at least two.

    `is_known` says that one of those who come has helped there before.
    """
    return max(helpers, BY_TWO) if is_vulnerable and not is_known else helpers
