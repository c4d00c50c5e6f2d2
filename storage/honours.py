"""What a community's people did in a year, gathered for the drafts of 金牌管家 and 社区好人 (`rules.honours`)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import sqlalchemy as sa

from . import bookkeeping, people, rankings, schema
from .ledger import Row
from .plain import once
from .rules.honours import STEWARDS, Nominee, Year, nominees
from .rules.place_rights import PointsAction, codes_for, may_at
from .rules.rights import Role
from .work import Work

ROLES = codes_for(PointsAction.NOMINATE)
"""The roles of who gets the drafts."""

_claim, _ticket = schema.claim, schema.ticket
_SINCE: sa.BindParameter[object] = sa.bindparam("since", type_=schema.UtcTime)
_UNTIL: sa.BindParameter[object] = sa.bindparam("until", type_=schema.UtcTime)
_DONE = _claim.c.state == sa.literal_column("'done'")
_MISSED = sa.or_(
    _claim.c.state == sa.literal_column("'missed'"),
    sa.and_(_claim.c.state == sa.literal_column("'released'"), _claim.c.is_late.is_(sa.true())),
)


def _count(where: sa.ColumnElement[bool], value: sa.ColumnElement[int] | None = None) -> sa.ColumnElement[int]:
    counted = sa.literal_column("1") if value is None else sa.func.coalesce(value, sa.literal_column("0"))
    return sa.func.sum(sa.case((where, counted), else_=sa.literal_column("0")))


_HELPED = once(
    sa.select(
        _claim.c.person_id,
        _count(_DONE).label("services"),
        _count(_DONE, _claim.c.minutes).label("minutes"),
        _count(sa.and_(_DONE, _ticket.c.stars.is_not(sa.null()))).label("ratings"),
        _count(_DONE, _ticket.c.stars).label("stars"),
        _count(_DONE, _ticket.c.disputes).label("disputes"),
        _count(_MISSED).label("misses"),
    )
    .join(_ticket, _ticket.c.id == _claim.c.ticket_id)
    .where(_claim.c.ended_at >= _SINCE, _claim.c.ended_at < _UNTIL)
    .group_by(_claim.c.person_id)
)
_IS_ORDER = sa.exists().where(schema.help_order.c.id == _ticket.c.id)
_HANDLED = once(
    sa.select(
        _ticket.c.assignee_id.label("person_id"),
        sa.func.count().label("services"),
        _count(_ticket.c.stars.is_not(sa.null())).label("ratings"),
        sa.func.sum(sa.func.coalesce(_ticket.c.stars, sa.literal_column("0"))).label("stars"),
        sa.func.sum(_ticket.c.disputes).label("disputes"),
    )
    .where(
        _ticket.c.closed_at >= _SINCE,
        _ticket.c.closed_at < _UNTIL,
        _ticket.c.closed_how == sa.literal_column("'confirmed'"),
        _ticket.c.assignee_id.is_not(sa.null()),
        sa.not_(_IS_ORDER),
    )
    .group_by(_ticket.c.assignee_id)
)


@dataclass(frozen=True)
class Drafts:
    """Both drafts of a year, and whom they name."""

    stewards: Sequence[Nominee]
    neighbours: Sequence[Nominee]
    people: Mapping[int, Row]


def may_see(work: Work, grants: Sequence[Row], person_id: int, community_id: int) -> bool:
    """Whether somebody may see the drafts of a community, by the roles they hold."""
    actor = people.as_actor(person_id, grants)
    return may_at(actor, PointsAction.NOMINATE, work.directory.scope(community_id))


def communities(work: Work) -> list[int]:
    """The communities whose drafts the one who asks may see."""
    held = [one["place_id"] for one in people.held(work.grants) if one["role"] in ROLES]
    found = [work.directory.community_of(place_id) for place_id in held]
    return sorted({place.id for place in found if place is not None})


async def drafts(work: Work, community_id: int, year: int) -> Drafts:
    """The drafts of a community and a calendar year; until today for the one that is not over."""
    years = await _years(work, year)
    here = await people.by_ids(work.ledger, list(years))
    grants = await people.grants_of(work.ledger, list(years))
    stewards = {one["person_id"] for one in grants if Role(one["role"]) in STEWARDS}
    known = [one for one in years.values() if one.person_id in here and here[one.person_id]["erased_at"] is None]
    near = [one for one in known if _belongs(work, here[one.person_id], grants, community_id)]
    return Drafts(
        stewards=nominees(one for one in near if one.person_id in stewards),
        neighbours=nominees(one for one in near if one.person_id not in stewards),
        people=here,
    )


async def _years(work: Work, year: int) -> dict[int, Year]:
    first, last = date(year, 1, 1), date(year, 12, 31)
    since, until = bookkeeping.midnight(work, first), bookkeeping.after(work, last)
    found: dict[int, Year] = {}
    for row in await work.ledger.all(_HELPED, since=since, until=until):
        found[row["person_id"]] = Year(**{name: int(value) for name, value in row.items()})
    for row in await work.ledger.all(_HANDLED, since=since, until=until):
        one = found.get(row["person_id"], Year(row["person_id"]))
        added = {name: getattr(one, name) + int(row[name]) for name in ("services", "ratings", "stars", "disputes")}
        found[row["person_id"]] = replace(one, **added)
    for row in await rankings.earned_between(work, first, last, None):
        one = found.get(row["person_id"], Year(row["person_id"]))
        found[row["person_id"]] = replace(one, points=int(row["points"]))
    return found


def _belongs(work: Work, person: Row, grants: Sequence[Row], community_id: int) -> bool:
    """Who lives in the community, or works for it."""
    seats = [one["place_id"] for one in grants if one["person_id"] == person["id"]]
    found = [work.directory.community_of(place_id) for place_id in (person["home_id"], *seats) if place_id is not None]
    return community_id in {place.id for place in found if place is not None}
