"""The talent register (社区能人库): who can what, found by the words people use for it.

Staff of a community see all of a registration; neighbours see what somebody consented to, one field at a time, and of
a suspended one nothing. What is not shown is not read out of the row in the first place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from . import matched, people, schema, vouching
from .directory import Place
from .ledger import Row
from .plain import once
from .rules.errors import NotYours
from .rules.finding import Names, find_named
from .rules.helping import Shown, Standing, standing
from .rules.place_rights import HelperAction
from .rules.rights import Role
from .work import Work

_person, _helper, _skill, _grant, _claim = (
    schema.person,
    schema.helper,
    schema.helper_skill,
    schema.role_grant,
    schema.claim,
)
_IDS: sa.BindParameter[list[int]] = sa.bindparam("ids", expanding=True)
_REGISTERED = (
    sa.select(_helper, _person.c.name, _person.c.phone, _person.c.home_id, _grant.c.place_id.label("helps_at"))
    .join(_person, _person.c.id == _helper.c.person_id)
    .join(_grant, _grant.c.person_id == _helper.c.person_id)
    .where(
        _helper.c.left_at.is_(None),
        _person.c.retired_at.is_(None),
        _grant.c.role == sa.literal_column(f"'{Role.VOLUNTEER}'"),
        _grant.c.revoked_at.is_(None),
    )
    .order_by(_helper.c.id)
)
_AT = once(_REGISTERED.where(_grant.c.place_id.in_(sa.bindparam("places", expanding=True))))
_ONE = once(_REGISTERED.where(_helper.c.person_id == sa.bindparam("person")))
_SKILLS = once(sa.select(_skill).where(_skill.c.person_id.in_(_IDS), _skill.c.ended_at.is_(None)).order_by(_skill.c.id))
_COUNTS = once(
    sa.select(_claim.c.state, _claim.c.is_late, sa.func.count().label("count"))
    .where(_claim.c.person_id == sa.bindparam("person"))
    .group_by(_claim.c.state, _claim.c.is_late)
)


@dataclass(frozen=True, slots=True)
class Can:
    """One skill of somebody; `fee` is free or low, `until` is when it has to be verified again."""

    code: str
    name: str
    fee: str
    standing: Standing
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Talent:
    """Somebody in the register, as far as the one who asks may know. Without a name they are a neighbour."""

    person_id: int
    name: str | None
    can: tuple[Can, ...]
    about: str | None
    phone: str | None
    photo: str | None
    place_id: int | None  # the estate
    is_verified: bool
    is_whole: bool  # staff, who see everything
    registered_at: datetime
    suspended_why: str | None = None
    is_suspended: bool = False


async def search(work: Work, words: str) -> list[Talent]:
    """Who can what the words ask for, best first; without words everybody. Neighbours find whom they may see."""
    here = _home(work)
    kept = [place for place in work.directory.places.values() if place.level == "community" and _keeps(work, place.id)]
    found: dict[int, Talent] = {}
    for community in {place.id: place for place in (*([here] if here is not None else []), *kept)}.values():
        rows = await work.ledger.all(_AT, places=_seats(work, community.id))
        shown = await _shown(work, rows, is_whole=_keeps(work, community.id))
        found |= {one.person_id: one for one in shown}
    return _ranked(work, list(found.values()), words)


async def unverified(work: Work) -> list[Talent]:
    """Whom nobody has verified yet, those who registered last in front; for those who see whole registrations."""
    found = [one for one in await search(work, "") if one.is_whole and not one.is_verified and not one.is_suspended]
    return sorted(found, key=lambda one: one.registered_at, reverse=True)


async def of(work: Work, person_id: int | None) -> Talent:
    """One of them. Raises NotYours for whom the one who asks may not see, or who is there no more."""
    row = await work.ledger.one(_ONE, person=person_id or 0)
    theirs = work.directory.community_of(row["helps_at"]) if row is not None else None
    if row is None or theirs is None:
        raise NotYours
    is_whole = _keeps(work, theirs.id)
    found = await _shown(work, [row], is_whole=is_whole) if is_whole or theirs == _home(work) else []
    if not found:
        raise NotYours
    return found[0]


def _home(work: Work) -> Place | None:
    return work.directory.community_of(work.person["home_id"] if work.person else None)


def _keeps(work: Work, community_id: int) -> bool:
    return vouching.is_permitted(work, HelperAction.SEE, 0, community_id)


def _seats(work: Work, community_id: int) -> list[int]:
    """Where somebody can be registered: the community, its grids and estates; not every building."""
    return [one for one in work.directory.below(community_id) if work.directory.places[one].level not in _HOUSES]


_HOUSES = {"building", "unit"}


async def counts(work: Work, person_id: int) -> Mapping[str, int]:
    """How often somebody helped, gave back late and did not come; for those who judge."""
    rows = await work.ledger.all(_COUNTS, person=person_id)
    return {
        "done": sum(row["count"] for row in rows if row["state"] == "done"),
        "late": sum(row["count"] for row in rows if row["state"] == "released" and row["is_late"]),
        "missed": sum(row["count"] for row in rows if row["state"] == "missed"),
    }


async def _shown(work: Work, rows: Sequence[Row], *, is_whole: bool) -> list[Talent]:
    """As the one who asks may see them; those who consented to nothing are left out for neighbours."""
    kept = [row for row in rows if is_whole or (_consents(row, Shown.SKILLS) and row["suspended_at"] is None)]
    skills = await work.ledger.all(_SKILLS, ids=[row["person_id"] for row in kept]) if kept else []
    return [
        _talent(work, row, [one for one in skills if one["person_id"] == row["person_id"]], is_whole=is_whole)
        for row in kept
    ]


def _consents(row: Row, field: Shown) -> bool:
    return str(field) in (row["shown"] or ())


def _talent(work: Work, row: Row, skills: Sequence[Row], *, is_whole: bool) -> Talent:
    def shown(field: Shown, value: str | None) -> str | None:
        return value if value and (is_whole or _consents(row, field)) else None

    can = [one for one in (_can(work, skill) for skill in skills) if one is not None]
    estate = next((one for one in work.directory.ancestors(row["home_id"]) if one.level in {"estate", "village"}), None)
    return Talent(
        person_id=row["person_id"],
        name=shown(Shown.NAME, row["name"]),
        can=tuple(one for one in can if is_whole or one.standing is not Standing.EXPIRED),
        about=shown(Shown.ABOUT, row["about"]),
        phone=shown(Shown.PHONE, row["phone"]),
        photo=shown(Shown.PHOTO, row["photo"]),
        place_id=estate.id if estate is not None else None,
        is_verified=row["verified_at"] is not None,
        is_whole=is_whole,
        registered_at=row["registered_at"],
        suspended_why=row["suspended_why"] if is_whole else None,
        is_suspended=row["suspended_at"] is not None,
    )


def _can(work: Work, row: Row) -> Can | None:
    skill = work.directory.helping.skills.get(row["skill"])
    if skill is None:
        return None
    state = standing(row["verified_at"], row["expires_at"], work.now)
    return Can(row["skill"], skill.name_in(work.language), row["fee"], state, row["expires_at"])


def _ranked(work: Work, found: Sequence[Talent], words: str) -> list[Talent]:
    """Those who can it, what was verified first and near ones first; then those whose own words or name say so."""
    home_id = work.person["home_id"] if work.person else None

    def near(one: Talent) -> tuple[int, int]:
        return matched.distance(work, one.place_id, home_id), one.person_id

    asked = words.strip().casefold()
    if not asked:
        return sorted((one for one in found if one.can or one.is_whole), key=near)
    codes = find_named(_names(work), words, work.language)
    ranks: list[tuple[tuple[int, int, int, int], Talent]] = []
    for one in found:
        best = min(((codes.index(can.code), _trust(can)) for can in one.can if can.code in codes), default=None)
        said = f"{one.name or ''} {one.about or ''}".casefold()
        if best is not None or asked in said:
            ranks.append(((*(best or (len(codes), 0)), *near(one)), one))
    return [one for _, one in sorted(ranks, key=lambda pair: pair[0])]


def _trust(can: Can) -> int:
    return 0 if can.standing is Standing.VERIFIED else 1


def _names(work: Work) -> Names:
    """What people call each skill: its names, and the errands that need it."""
    helping = work.directory.helping
    called: dict[str, list[str]] = {
        code: [skill.name, *([skill.name_en] if skill.name_en else [])] for code, skill in helping.skills.items()
    }
    for errand in helping.errands.values():
        for code in errand.skills:
            called.get(code, []).extend(one for one in (errand.name, errand.name_en or "", *errand.aliases) if one)
    return tuple((code, tuple(names)) for code, names in called.items())


async def person_of(work: Work, person_id: int | None) -> Row:
    """Somebody whom the one who asks may see in the register. Raises NotYours."""
    talent = await of(work, person_id)
    return (await people.by_ids(work.ledger, [talent.person_id]))[talent.person_id]
