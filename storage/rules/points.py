"""Points: what a deed earns by the rules, until when it is worth something, and which points are spent first.

The rules are data of the import (`rules.errands.PointRule`). Points are kept in lots, one for each time they were
earned; those that expire first are spent first, of two that expire together the older ones.
"""

from __future__ import annotations

import calendar
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from storage.rules.errands import Per, PointRule, Who
from storage.rules.errors import OutOfStock, TooFewPoints

HOUR = 60
BEST = 5
"""So many stars are worth points."""
TOLD_BEFORE = timedelta(days=30)
"""So long before points expire somebody is told."""
FETCH_SOON = timedelta(days=3)
"""So long before a reward goes back its owner is reminded."""
FETCH_WITHIN = timedelta(days=14)
"""So long a reward is kept for whoever exchanged points for it."""


class Account(StrEnum):
    """Where points come from and go to."""

    PERSON = "person"
    ISSUED = "issued"
    SPENT = "spent"
    EXPIRED = "expired"


class Reason(StrEnum):
    """Why points move."""

    EARNED = "earned"
    REVERSED = "reversed"  # it was not so after all
    EXPIRED = "expired"
    REDEEMED = "redeemed"
    GIVEN_BACK = "given_back"  # what was exchanged was not fetched


AGAINST: Mapping[Reason, Account] = {
    Reason.EARNED: Account.ISSUED,
    Reason.REVERSED: Account.ISSUED,
    Reason.EXPIRED: Account.EXPIRED,
    Reason.REDEEMED: Account.SPENT,
    Reason.GIVEN_BACK: Account.SPENT,
}
"""The community's own account that a person's postings are balanced by."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody did that may be worth points.

    `codes` say what it was about: the code of the errand, or those of the kind. `minutes` are those that count.
    """

    who: Who
    per: frozenset[Per]
    codes: frozenset[str] = frozenset()
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class Earning:
    """So many points by a rule; more than none."""

    rule: PointRule
    points: int


def helped(errand: str | None, minutes: int, *, is_first: bool) -> Deed:
    """Somebody helped a neighbour, who said that it was done."""
    per = {Per.HOUR, Per.ORDER} | ({Per.FIRST} if is_first else set())
    return Deed(Who.HELPER, frozenset(per), frozenset({errand} if errand else ()), minutes)


def reported(code: str, *, is_first: bool) -> Deed:
    """What somebody reported was dealt with, as they say themselves."""
    per = {Per.REPORT} | ({Per.FIRST} if is_first else set())
    return Deed(Who.RESIDENT, frozenset(per), frozenset({code}))


def asked(errand: str | None, *, is_first: bool) -> Deed:
    """Somebody asked neighbours for help, and says that it was done."""
    per = {Per.ORDER} | ({Per.FIRST} if is_first else set())
    return Deed(Who.RESIDENT, frozenset(per), frozenset({errand} if errand else ()))


def judged(code: str | None) -> Deed:
    """Somebody gave stars."""
    return Deed(Who.RESIDENT, frozenset({Per.RATING}), frozenset({code} if code else ()))


def rated(errand: str | None, stars: int) -> Deed:
    """A neighbour gave a helper so many stars."""
    per = {Per.STARS} if stars >= BEST else set()
    return Deed(Who.HELPER, frozenset(per), frozenset({errand} if errand else ()))


def earnings(rules: Iterable[PointRule], deed: Deed, today: Mapping[str, int]) -> tuple[Earning, ...]:
    """What a deed earns; `today` says how many points each rule has brought that person today already."""
    found = []
    for rule in rules:
        if rule.who is not deed.who or rule.per not in deed.per:
            continue
        if rule.errands is not None and not rule.errands & deed.codes:
            continue
        points = _by_the_hour(rule.points, deed.minutes) if rule.per is Per.HOUR else rule.points
        if rule.daily_limit is not None:
            points = min(points, rule.daily_limit - today.get(rule.code, 0))
        if points > 0:
            found.append(Earning(rule, points))
    return tuple(found)


def _by_the_hour(points: int, minutes: int) -> int:
    """Rounded to the nearest whole point, a half upwards."""
    return (points * minutes + HOUR // 2) // HOUR


def last_day(rule: PointRule, earned_on: date) -> date | None:
    """The last day on which points earned today are worth something; None for those that never expire.

    The same day so many months later, or the last of that month where it is shorter.
    """
    if rule.months is None:
        return None
    years, month = divmod(earned_on.month - 1 + rule.months, 12)
    year, month = earned_on.year + years, month + 1
    return date(year, month, min(earned_on.day, calendar.monthrange(year, month)[1]))


# --- lots ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Lot:
    """What is left of points that were earned at one time."""

    id: int
    left: int
    expires_at: datetime | None


def spend(lots: Collection[Lot], amount: int, *, first: int | None = None) -> tuple[tuple[int, int], ...]:
    """From which lots so many points are taken, and how many from each. The lot `first` goes before all others.

    Raises TooFewPoints.
    """
    if amount > sum(one.left for one in lots):
        raise TooFewPoints
    taken = []
    for lot in sorted(lots, key=lambda one: (one.id != first, *_order(one))):
        part = min(lot.left, amount)
        if part > 0:
            taken.append((lot.id, part))
            amount -= part
    return tuple(taken)


def _order(lot: Lot) -> tuple[bool, float, int]:
    expires_at = lot.expires_at
    return expires_at is None, 0.0 if expires_at is None else expires_at.timestamp(), lot.id


def taken_back(earned: int, gone: int, balance: int) -> tuple[int, int]:
    """How many of earned points are taken back, and how many are owed because they were spent.

    `gone` of them have expired or were taken back before.
    """
    due = max(earned - gone, 0)
    return min(due, balance), max(due - balance, 0)


def check_exchange(price: int, balance: int, stock: int) -> None:
    """Raise OutOfStock or TooFewPoints unless a reward can be had."""
    if stock < 1:
        raise OutOfStock
    if balance < price:
        raise TooFewPoints


# --- rankings ------------------------------------------------------------------------------------------------


class Shown(StrEnum):
    """How somebody stands in the month's ranking."""

    UNNAMED = "unnamed"  # as "a neighbour", unless they say otherwise
    NAMED = "named"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Rank:
    """A place in a ranking; who has as many points has the same place."""

    place: int
    person_id: int
    points: int


def ranked(points: Mapping[int, int]) -> Sequence[Rank]:
    """Everybody who earned anything, the most first."""
    found: list[Rank] = []
    for nth, (person_id, count) in enumerate(sorted(points.items(), key=lambda one: (-one[1], one[0])), start=1):
        if count <= 0:
            break
        place = found[-1].place if found and found[-1].points == count else nth
        found.append(Rank(place, person_id, count))
    return found
