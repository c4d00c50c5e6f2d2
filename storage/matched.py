"""Who could help with a request, as the database knows them now: skills, nearness, free time, what each did of late."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from . import helped, people, schema
from .ledger import Ledger, Row
from .plain import once
from .rules.matching import RECENTLY, Bar, Candidate, Need, bar
from .rules.rights import Role
from .rules.worktime import WorkCalendar
from .work import Work

_IDS: sa.BindParameter[list[int]] = sa.bindparam("ids", expanding=True)
_SINCE = sa.bindparam("since", type_=schema.UtcTime)
_helper, _skill, _claim, _offer, _ticket = (
    schema.helper,
    schema.helper_skill,
    schema.claim,
    schema.offer,
    schema.ticket,
)
_HELPERS = once(sa.select(_helper).where(_helper.c.person_id.in_(_IDS), _helper.c.left_at.is_(None)))
_SKILLS = once(sa.select(_skill).where(_skill.c.person_id.in_(_IDS), _skill.c.ended_at.is_(None)))
_TAKEN = once(
    sa.select(_claim.c.person_id, sa.func.count().label("count"))
    .where(_claim.c.person_id.in_(_IDS), _claim.c.claimed_at >= _SINCE)
    .group_by(_claim.c.person_id)
)
_ASKED = once(
    sa.select(_offer.c.person_id, sa.func.count().label("count"), sa.func.max(_offer.c.offered_at).label("last"))
    .join(_ticket, _ticket.c.id == _offer.c.ticket_id)
    .where(_offer.c.person_id.in_(_IDS), _offer.c.offered_at >= _SINCE, _ticket.c.intent == helped.ORDER)
    .group_by(_offer.c.person_id)
)
_KNOWN = once(
    sa.select(_claim.c.person_id)
    .join(_ticket, _ticket.c.id == _claim.c.ticket_id)
    .where(
        _claim.c.person_id.in_(_IDS),
        _claim.c.state == sa.literal_column("'done'"),
        _ticket.c.owner_id == sa.bindparam("owner"),
    )
)
_HELPER = once(sa.select(_helper).where(_helper.c.person_id == sa.bindparam("person"), _helper.c.left_at.is_(None)))
_REGISTERED = once(sa.select(_helper).where(_helper.c.person_id == sa.bindparam("person")))
_HELD_BY = once(
    sa.select(_claim)
    .where(_claim.c.person_id == sa.bindparam("person"), _claim.c.state == sa.literal_column("'held'"))
    .order_by(_claim.c.id)
)
_OFFERED_TO = once(
    sa.select(_offer)
    .join(_ticket, _ticket.c.id == _offer.c.ticket_id)
    .where(
        _offer.c.person_id == sa.bindparam("person"),
        _offer.c.state == sa.literal_column("'open'"),
        _ticket.c.intent == helped.ORDER,
    )
)
_LEADS = once(
    sa.select(schema.team.c.id)
    .join(schema.team_member, schema.team_member.c.team_id == schema.team.c.id)
    .where(
        schema.team.c.leader_id == sa.bindparam("leader"),
        schema.team.c.retired_at.is_(None),
        schema.team_member.c.person_id == sa.bindparam("person"),
        schema.team_member.c.left_at.is_(None),
    )
)
_STAFF = frozenset({Role.GRID_WORKER, Role.UNIT_HEAD, Role.BUILDING_HEAD, Role.ESTATE_BRANCH, Role.DUTY_SECRETARY})
"""Who is known to the community by their office: they count as verified, and help without having registered."""


async def need_of(work: Work, ticket: Row, order: Row, *, missing: int) -> Need:
    """What a request asks for."""
    errand = await work.ledger.get(schema.errand, order["errand_id"])
    family = await people.relatives_of(work.ledger, ticket["owner_id"])
    return Need(
        missing=missing,
        skills=frozenset(order["skills"] or ()),
        errand=errand["code"] if errand is not None else None,
        is_vulnerable=bool(order["is_vulnerable"]),
        household=frozenset({ticket["owner_id"], *(one["relative_id"] for one in family)}),
    )


async def candidates(work: Work, ticket: Row, order: Row) -> list[Candidate]:
    """Every registered helper of the place; for somebody who lives alone its grid workers as well, who may go along."""
    scope = work.directory.scope(ticket["place_id"])
    roles = [Role.VOLUNTEER, *([Role.GRID_WORKER] if order["is_vulnerable"] else [])]
    found = {row["id"]: row for row in await people.holders(work.ledger, roles, scope)}
    return await _of_people(work, ticket, order, list(found.values()))


async def barred(work: Work, ticket: Row, order: Row, person: Row) -> Bar | None:
    """Why somebody cannot take a place of a request; None when they can."""
    need = await need_of(work, ticket, order, missing=1)
    grants = await people.grants_of(work.ledger, [person["id"]])
    role = next((one["role"] for one in grants if one["role"] in _STAFF), Role.VOLUNTEER)
    (one,) = await _of_people(work, ticket, order, [{**person, "role": role}], is_anybody=True)
    return bar(need, one)


async def known_to(ledger: Ledger, owner_id: int, ids: Collection[int]) -> frozenset[int]:
    """Those who have helped somebody before."""
    rows = await ledger.all(_KNOWN, ids=list(ids), owner=owner_id) if ids else []
    return frozenset(row["person_id"] for row in rows)


async def registered(ledger: Ledger, ids: Collection[int]) -> list[Row]:
    """The registrations of several people as helpers."""
    return await ledger.all(_HELPERS, ids=list(ids)) if ids else []


async def helper_of(ledger: Ledger, person_id: int) -> Row | None:
    """Somebody's registration as a helper."""
    return await ledger.one(_HELPER, person=person_id)


async def registration_of(ledger: Ledger, person_id: int) -> Row | None:
    """The same, also of who has left; None for who never registered."""
    return await ledger.one(_REGISTERED, person=person_id)


async def leads(ledger: Ledger, leader_id: int | None, person_id: int) -> bool:
    """Whether somebody leads a team to which another belongs."""
    return leader_id is not None and await ledger.one(_LEADS, leader=leader_id, person=person_id) is not None


async def held_by(ledger: Ledger, person_id: int) -> list[Row]:
    """The places that somebody has and that are not done."""
    return await ledger.all(_HELD_BY, person=person_id)


async def offered_to(ledger: Ledger, person_id: int) -> list[Row]:
    """The open offers of requests to somebody."""
    return await ledger.all(_OFFERED_TO, person=person_id)


async def _of_people(
    work: Work, ticket: Row, order: Row, rows: Collection[Row], *, is_anybody: bool = False
) -> list[Candidate]:
    ids = [row["id"] for row in rows]
    if not ids:
        return []
    since = work.now - RECENTLY
    helpers = {row["person_id"]: row for row in await work.ledger.all(_HELPERS, ids=ids)}
    skills = _by_person(await work.ledger.all(_SKILLS, ids=ids))
    taken = {row["person_id"]: row["count"] for row in await work.ledger.all(_TAKEN, ids=ids, since=since)}
    asked = {row["person_id"]: row for row in await work.ledger.all(_ASKED, ids=ids, since=since)}
    made = []
    for row in rows:
        helper = helpers.get(row["id"])
        if helper is None and not is_anybody and row["role"] not in _STAFF:
            continue
        mine = _that_count(work, skills[row["id"]])
        was = asked.get(row["id"])
        made.append(
            Candidate(
                person_id=row["id"],
                skills=frozenset(one["skill"] for one in mine),
                verified_skills=frozenset(one["skill"] for one in mine if one["verified_at"] is not None),
                never=frozenset(helper["never"] or ()) if helper else frozenset(),
                distance=distance(work, ticket["place_id"], row["home_id"]),
                is_free=helper is not None and is_free(helper["times"], order, work.directory.calendar),
                is_in_reach=helper is None or goes_to(work, helper, ticket["place_id"]),
                is_verified=row["role"] in _STAFF or (helper is not None and helper["verified_at"] is not None),
                is_suspended=helper is not None and helper["suspended_at"] is not None,
                is_reachable=people.is_reachable(row),
                taken=taken.get(row["id"], 0),
                asked=was["count"] if was else 0,
                asked_at=_time(was["last"]) if was else None,
            )
        )
    return made


async def skills_that_count(work: Work, person_id: int) -> frozenset[str]:
    """What somebody can, without what has to be verified again first."""
    return frozenset(one["skill"] for one in _that_count(work, await work.ledger.all(_SKILLS, ids=[person_id])))


def _that_count(work: Work, rows: Iterable[Row]) -> list[Row]:
    return [one for one in rows if one["expires_at"] is None or one["expires_at"] > work.now]


def goes_to(work: Work, helper: Row, place_id: int | None) -> bool:
    """Whether somebody goes to a place by their own word; no word is everywhere."""
    return not helper["places"] or bool({*helper["places"]} & work.directory.scope(place_id))


def _by_person(rows: Iterable[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["person_id"]].append(row)
    return found


def _time(value: Any) -> datetime | None:
    return value if isinstance(value, datetime) else None


_LEVELS = ({"unit", "building"}, {"estate", "village"}, {"grid"}, {"community"})


def distance(work: Work, place_id: int | None, home_id: int | None) -> int:
    """How far somebody lives from a place, in steps of the structure (`rules.matching.Candidate`)."""
    theirs = work.directory.scope(home_id) if home_id is not None else frozenset()
    shared = {work.directory.places[one].level for one in work.directory.scope(place_id) & theirs}
    return next((steps for steps, levels in enumerate(_LEVELS) if shared & levels), len(_LEVELS))


def is_free(times: Collection[str] | None, order: Row, calendar: WorkCalendar) -> bool:
    """Whether somebody is free at a request's time by their own word: "sat.morning" and the like; no word is any time.

    Without a beginning, any of their times before the end will do.
    """
    if not times or order["starts_at"] is None:
        return True
    local = calendar.to_local(order["starts_at"])
    part = "morning" if local.hour < 12 else "afternoon" if local.hour < 18 else "evening"
    return f"{_DAYS[local.weekday()]}.{part}" in times


_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
