"""The year's drafts: who could be a 金牌管家 or a 社区好人, in an order that everybody can check.

Three things count, each from nothing to all of its share: points, word of mouth (how often neighbours said that it was
done, and their stars), quality (how seldom they said that it was not, or waited in vain). It is a draft: the reasons
stand beside it, and people decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from storage.rules.rights import Role

STEWARDS = frozenset({Role.STEWARD, Role.GRID_WORKER, Role.UNIT_HEAD, Role.BUILDING_HEAD, Role.PROXY_AGENT})
"""Whose draft is 金牌管家; everybody else's is 社区好人."""

POINTS, SERVICES, STARS, QUALITY = 40, 20, 20, 20
"""The shares of a hundred."""
ENOUGH_RATINGS = 3
"""Fewer stars than so many say little: they count as if they were middling."""
WORST_STARS, BEST_STARS = 1.0, 5.0
MIDDLING = 3.0


@dataclass(frozen=True, slots=True)
class Year:
    """What is known of somebody's year. `services` were confirmed; `stars` is the sum of `ratings` ratings."""

    person_id: int
    points: int = 0
    services: int = 0
    minutes: int = 0
    ratings: int = 0
    stars: int = 0
    disputes: int = 0
    misses: int = 0

    @property
    def average(self) -> float | None:
        """The mean of the stars."""
        return self.stars / self.ratings if self.ratings else None


@dataclass(frozen=True, slots=True)
class Nominee:
    """A line of a draft; `score` is out of a hundred."""

    place: int
    year: Year
    score: int


def nominees(years: Iterable[Year]) -> Sequence[Nominee]:
    """Those who did anything that was confirmed, the best first; who has the same score has the same place."""
    found = [one for one in years if one.services > 0]
    most_points = max((one.points for one in found), default=0)
    most_services = max((one.services for one in found), default=0)
    scored = [(score(one, most_points, most_services), one) for one in found]
    scored.sort(key=lambda pair: (-pair[0], -pair[1].points, pair[1].person_id))
    places: dict[int, int] = {}
    for nth, (points, _) in enumerate(scored, start=1):
        places.setdefault(points, nth)
    return [Nominee(places[points], one, points) for points, one in scored]


def score(year: Year, most_points: int, most_services: int) -> int:
    """Out of a hundred, beside the most that anybody has."""
    average = year.average if year.average is not None and year.ratings >= ENOUGH_RATINGS else MIDDLING
    praised = (average - WORST_STARS) / (BEST_STARS - WORST_STARS)
    wrong = (year.disputes + year.misses) / (year.services + year.misses) if year.services + year.misses else 0.0
    parts = (
        POINTS * _share(year.points, most_points),
        SERVICES * _share(year.services, most_services),
        STARS * praised,
        QUALITY * (1 - min(wrong, 1.0)),
    )
    return round(sum(parts))


def _share(part: int, most: int) -> float:
    return max(part, 0) / most if most > 0 else 0.0
