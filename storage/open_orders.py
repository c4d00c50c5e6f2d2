"""What a helper could take now: the open requests of their community that fit, in few queries however many there are.

Those who are entitled to nothing else see no word of it and no door: the errand, the estate, the time, how many are
needed. The rules that choose whom a wave asks (`rules.matching`) say here what is shown, and in which order.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from . import family, helped, matched, reach, schema
from .ledger import Row
from .plain import once
from .rules.lifecycle import State
from .rules.matching import Candidate, Need, bar
from .rules.rights import Role
from .states import UNOWNED, any_of
from .work import Work

MOST = 200
"""So many of what is open are looked at, the most urgent first."""

_ticket, _order, _claim = schema.ticket, schema.help_order, schema.claim
_IDS: sa.BindParameter[list[int]] = sa.bindparam("ids", expanding=True)
_OFFERED = once(
    sa.select(
        *(_ticket.c[name] for name in ("number", "place_id", "owner_id", "state")),
        *(
            _order.c[name]
            for name in ("id", "errand_id", "starts_at", "ends_at", "minutes", "wanted", "skills", "is_vulnerable")
        ),
    )
    .join(_order, _order.c.id == _ticket.c.id)
    .where(any_of(_ticket.c.state, UNOWNED), _ticket.c.kind == sa.literal_column(f"'{helped.ORDER}'"))
    .order_by(_ticket.c.is_danger.desc(), _ticket.c.resolution_due_at, _ticket.c.id)
    .limit(MOST)
)
_TAKEN = once(
    sa.select(_claim.c.ticket_id, _claim.c.person_id).where(
        _claim.c.ticket_id.in_(_IDS), _claim.c.state.in_([sa.literal_column("'done'"), sa.literal_column("'held'")])
    )
)
_MINE = once(sa.select(_ticket).where(_ticket.c.id.in_(_IDS)).order_by(_ticket.c.resolution_due_at, _ticket.c.id))


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """A request as everybody who helps may know it. `distance` is in steps of the structure, as in `matching`."""

    ticket_id: int
    number: int
    errand_id: int | None
    place_id: int | None
    starts_at: datetime | None
    ends_at: datetime
    minutes: int
    missing: int
    distance: int
    is_free: bool
    is_asked: bool  # it was offered to the one who asks


async def fitting(work: Work) -> list[OpenOrder]:
    """What the one who asks could take now: what they were asked for first, then by free time and nearness."""
    person = work.person
    here = reach.places(work, {Role.VOLUNTEER})
    helper = await matched.helper_of(work.ledger, person["id"]) if person is not None else None
    if person is None or helper is None or helper["suspended_at"] is not None or not here:
        return []
    rows = [row for row in await work.ledger.all(_OFFERED) if row["state"] == State.OFFERED and row["place_id"] in here]
    if not rows:
        return []
    taken = await work.ledger.all(_TAKEN, ids=[row["id"] for row in rows])
    counts = Counter(row["ticket_id"] for row in taken)
    mine = {row["ticket_id"] for row in taken if row["person_id"] == person["id"]}
    asked = {row["ticket_id"] for row in await matched.offered_to(work.ledger, person["id"])}
    elders = {row["other_id"] for row in await family.links_of(work.ledger, person["id"]) if row["is_elder"]}
    skills = await matched.skills_that_count(work, person["id"])
    found = []
    for row in rows:
        one = _candidate(work, person, helper, skills, row)
        need = Need(
            missing=row["wanted"] - counts[row["id"]],
            skills=frozenset(row["skills"] or ()),
            is_vulnerable=bool(row["is_vulnerable"]),
            household=frozenset({row["owner_id"], *([person["id"]] if row["owner_id"] in elders else [])}),
        )
        if row["id"] not in mine and need.missing > 0 and bar(need, one) is None:
            found.append(_open(row, need.missing, one, is_asked=row["id"] in asked))
    return sorted(found, key=lambda one: (not one.is_asked, not one.is_free, one.distance, one.ends_at, one.ticket_id))


def _candidate(work: Work, person: Row, helper: Row, skills: Collection[str], row: Row) -> Candidate:
    is_staff = any(one["role"] not in {Role.RESIDENT, Role.FAMILY, Role.VOLUNTEER} for one in work.grants)
    return Candidate(
        person["id"],
        skills=frozenset(skills),
        distance=matched.distance(work, row["place_id"], person["home_id"]),
        is_free=matched.is_free(helper["times"], row, work.directory.calendar),
        is_verified=is_staff or helper["verified_at"] is not None,
    )


def _open(row: Row, missing: int, one: Candidate, *, is_asked: bool) -> OpenOrder:
    plain = {name: row[name] for name in ("number", "errand_id", "place_id", "starts_at", "ends_at", "minutes")}
    return OpenOrder(row["id"], **plain, missing=missing, distance=one.distance, is_free=one.is_free, is_asked=is_asked)


async def taken(work: Work) -> list[Row]:
    """The requests in which the one who asks has a place that is not done, what is due first in front."""
    person = work.person
    held = await matched.held_by(work.ledger, person["id"]) if person is not None else []
    return await work.ledger.all(_MINE, ids=[row["ticket_id"] for row in held]) if held else []
