"""People: who somebody is by numeric Telegram id, their roles, their language, whether they can be reached."""

from collections.abc import Collection, Sequence

import sqlalchemy as sa

from . import schema
from .ids import new_id
from .ledger import Ledger, Row
from .plain import once
from .rules.rights import Actor, Grant, Role
from .work import Work

_IDS: sa.BindParameter[list[int]] = sa.bindparam("ids", expanding=True)
_BY_TELEGRAM_IDS = once(sa.select(schema.person).where(schema.person.c.telegram_id.in_(_IDS)))
_BY_IDS = once(sa.select(schema.person).where(schema.person.c.id.in_(_IDS)))
_GRANTS = once(
    sa.select(schema.role_grant).where(
        schema.role_grant.c.person_id.in_(_IDS), schema.role_grant.c.revoked_at.is_(None)
    )
)
_HOLDERS = once(
    sa.select(schema.person, schema.role_grant.c.role, schema.role_grant.c.place_id)
    .join(schema.role_grant, schema.role_grant.c.person_id == schema.person.c.id)
    .where(
        schema.role_grant.c.role.in_(sa.bindparam("roles", expanding=True)),
        schema.role_grant.c.place_id.in_(sa.bindparam("places", expanding=True)),
        schema.role_grant.c.revoked_at.is_(None),
        schema.person.c.retired_at.is_(None),
    )
    .order_by(schema.person.c.id)
)
_FAMILY = once(
    sa.select(schema.family_link).where(
        schema.family_link.c.person_id == sa.bindparam("person"), schema.family_link.c.consented_at.is_not(None)
    )
)


def held(grants: Collection[Row]) -> list[Row]:
    """The roles somebody holds now."""
    return [grant for grant in grants if grant["revoked_at"] is None]


def is_staff(grants: Collection[Row]) -> bool:
    """Whether somebody holds a working role anywhere; who helps neighbours gave that role to themselves."""
    return any(grant["role"] not in {Role.RESIDENT, Role.FAMILY, Role.VOLUNTEER} for grant in held(grants))


def as_actor(person_id: int, grants: Collection[Row]) -> Actor:
    """A person as the rights function sees them."""
    return Actor(person_id, tuple(Grant(Role(grant["role"]), grant["place_id"]) for grant in held(grants)))


async def actor(ledger: Ledger, person_id: int) -> Actor:
    """Read somebody's rights as they are now."""
    return as_actor(person_id, await grants_of(ledger, [person_id]))


async def by_telegram_ids(ledger: Ledger, telegram_ids: Collection[int]) -> dict[int, Row]:
    """The people behind numeric Telegram ids."""
    rows = await ledger.all(_BY_TELEGRAM_IDS, ids=list(telegram_ids))
    return {row["telegram_id"]: row for row in rows}


async def by_ids(ledger: Ledger, ids: Collection[int]) -> dict[int, Row]:
    """People by their own ids."""
    if not ids:
        return {}
    return {row["id"]: row for row in await ledger.all(_BY_IDS, ids=list(ids))}


async def at_hand(work: Work, ids: Collection[int]) -> dict[int, Row]:
    """People by their own ids, the one who asks included, even if that one is not committed yet."""
    found = await by_ids(work.ledger, ids)
    if work.person is not None and work.person["id"] in ids:
        found[work.person["id"]] = work.person
    return found


async def grants_of(ledger: Ledger, ids: Collection[int]) -> list[Row]:
    """The roles that people hold now."""
    return await ledger.all(_GRANTS, ids=list(ids))


async def holders(ledger: Ledger, roles: Collection[Role], places: Collection[int]) -> list[Row]:
    """People who hold one of `roles` at one of `places`, with `role` and `place_id`; retired people left out."""
    return await ledger.all(_HOLDERS, roles=sorted(str(role) for role in roles), places=list(places))


async def relatives_of(ledger: Ledger, person_id: int) -> Sequence[Row]:
    """The links of an elder's family that were consented to and not ended."""
    return [row for row in await family_of(ledger, person_id) if row["ended_at"] is None]


async def family_of(ledger: Ledger, person_id: int) -> Sequence[Row]:
    """The links of an elder's family that were ever consented to, those that ended too."""
    return await ledger.all(_FAMILY, person=person_id)


def begin(work: Work, *, name: str, language: str) -> Row:
    """A person seen for the first time."""
    values = {
        "id": new_id(work.now),
        "telegram_id": work.telegram_id,
        "name": name,
        "language": language,
        "created_at": work.now,
    }
    work.changes.insert(schema.person, **values)
    row: dict[str, object] = {column.name: None for column in schema.person.c}
    row.update(values, version=1, has_chosen_language=False)
    return row


def unbegin(work: Work, person: Row) -> bool:
    """Let go of a person who was begun in this very decision; False for one who was there before."""
    begun = [one for one in work.changes.inserts if one[0] is schema.person and one[1]["id"] == person["id"]]
    for one in begun:
        work.changes.inserts.remove(one)
    return bool(begun)


def change(work: Work, person: Row, **values: object) -> Row:
    """Change a person; gives back the row as it will be."""
    work.changes.update(schema.person, person, **values)
    return {**person, **values}


def is_reachable(person: Row) -> bool:
    """Whether the bot may write to somebody, as far as it knows."""
    return person["telegram_id"] is not None and person["unreachable_at"] is None


async def duty_secretaries(work: Work, place_id: int | None) -> list[Row]:
    """Who keeps the list of what could not be routed, for the community that contains a place."""
    return await _of_community(work, place_id, {Role.DUTY_SECRETARY})


async def administrators(work: Work, place_id: int | None) -> list[Row]:
    """Who is told when something needs an administrator."""
    return await _of_community(work, place_id, {Role.ADMINISTRATOR})


async def _of_community(work: Work, place_id: int | None, roles: set[Role]) -> list[Row]:
    community = work.directory.community_of(place_id)
    places = work.directory.scope(place_id) | work.directory.scope(community.id if community else None)
    if not places:
        places = frozenset(work.directory.places)
    found = await holders(work.ledger, roles, places)
    return list({row["id"]: row for row in found}.values())
