"""What neighbours do for each other, as data: common requests, skills, units and their posts, points and rewards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType


class Who(StrEnum):
    """Whom a rule of points is for."""

    HELPER = "helper"
    RESIDENT = "resident"


class Per(StrEnum):
    """What a rule of points counts."""

    HOUR = "hour"  # an hour of help that was confirmed
    ORDER = "order"  # a request that was confirmed: who helped, or who asked
    FIRST = "first"  # the first one ever
    STARS = "stars"  # five stars
    REPORT = "report"  # a report that was confirmed
    RATING = "rating"  # stars that were given


EARNED: Mapping[Who, frozenset[Per]] = MappingProxyType(
    {
        Who.HELPER: frozenset({Per.HOUR, Per.ORDER, Per.FIRST, Per.STARS}),
        Who.RESIDENT: frozenset({Per.ORDER, Per.FIRST, Per.REPORT, Per.RATING}),
    }
)
"""What each of them can earn points for."""


def _in(language: str, zh: str, en: str | None) -> str:
    return zh if language.startswith("zh") or not en else en


@dataclass(frozen=True, slots=True)
class _Named:
    id: int
    code: str
    name: str
    name_en: str | None

    def name_in(self, language: str) -> str:
        """Its name for a reader of `language`."""
        return _in(language, self.name, self.name_en)


@dataclass(frozen=True, slots=True)
class _Placed(_Named):
    position: int


@dataclass(frozen=True, slots=True)
class Errand(_Placed):
    """A common request of the menu. `minutes` and `helpers` are what it usually takes; no `skills` = anybody can."""

    emoji: str
    aliases: tuple[str, ...]
    skills: tuple[str, ...]
    minutes: int
    helpers: int
    is_trusted: bool
    needs_sign_in: bool


@dataclass(frozen=True, slots=True)
class Skill(_Placed):
    """What somebody can; once verified it counts for `months`, or for good."""

    months: int | None


@dataclass(frozen=True, slots=True)
class Organisation(_Named):
    """A unit on double registration (双报到单位) of a community; `contact_id` acts for it in chat."""

    place_id: int
    contact_id: int | None


@dataclass(frozen=True, slots=True)
class Post(_Placed):
    """A post (岗位) that can be taken for a term of `months`, by as many as it has `seats`."""

    category: str
    category_en: str | None
    place_id: int
    seats: int
    months: int

    def category_in(self, language: str) -> str:
        """Its category's name for a reader of `language`."""
        return _in(language, self.category, self.category_en)


@dataclass(frozen=True, slots=True)
class PointRule(_Placed):
    """How points are earned; `errands` are codes of errands or kinds it is for, none = all of them."""

    who: Who
    per: Per
    errands: frozenset[str] | None
    points: int
    daily_limit: int | None
    months: int | None


@dataclass(frozen=True, slots=True)
class Reward(_Placed):
    """What points are exchanged for. How many there are changes all the time: that is asked of the database."""

    emoji: str
    price: int


class Helping:
    """All of it, in the order of the sheets."""

    def __init__(
        self,
        errands: Iterable[Errand] = (),
        skills: Iterable[Skill] = (),
        organisations: Iterable[Organisation] = (),
        posts: Iterable[Post] = (),
        point_rules: Iterable[PointRule] = (),
        rewards: Iterable[Reward] = (),
    ) -> None:
        self.errands: Mapping[int, Errand] = {one.id: one for one in sorted(errands, key=_position)}
        self.skills: Mapping[str, Skill] = {one.code: one for one in sorted(skills, key=_position)}
        found = sorted(organisations, key=lambda one: one.code)
        self.organisations: Mapping[int, Organisation] = {one.id: one for one in found}
        self.posts: Mapping[int, Post] = {one.id: one for one in sorted(posts, key=_position)}
        self.point_rules = tuple(sorted(point_rules, key=_position))
        self.rewards: Mapping[int, Reward] = {one.id: one for one in sorted(rewards, key=_position)}

    @cached_property
    def by_code(self) -> Mapping[str, Errand]:
        """The common requests by their codes."""
        return {one.code: one for one in self.errands.values()}

    @cached_property
    def of_contact(self) -> Mapping[int, tuple[Organisation, ...]]:
        """The units for which somebody acts, by the person's id."""
        found: dict[int, tuple[Organisation, ...]] = {}
        for one in self.organisations.values():
            if one.contact_id is not None:
                found[one.contact_id] = (*found.get(one.contact_id, ()), one)
        return found


def _position(one: _Placed) -> int:
    return one.position
