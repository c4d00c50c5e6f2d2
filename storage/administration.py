"""What an administrator does: who holds which role where, inviting, taking a role away, withdrawing posters.

An administrator's role is held at a place and reaches downwards, as every other. What a person had in hand through a
role that is taken away goes to somebody else at once.
"""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from . import claims, helped, joining, people, reach, schema, tickets, unreachable
from .ledger import Row
from .rules.errors import NotYours, Refusal, Stale
from .rules.rights import Role
from .work import Work

ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
_RESIDENTS = {str(Role.RESIDENT), str(Role.FAMILY)}


class OwnRole(Refusal):
    """An administrator does not take their own administration away: somebody else does."""

    code = "own_role"


def check(work: Work, place_id: int | None) -> int:
    """Raise NotYours unless the one who asks administers that place now; gives it back."""
    if place_id is None or place_id not in reach.places(work, ADMINISTRATORS):
        raise NotYours
    return place_id


async def appoint(work: Work) -> None:
    """Whoever the settings name is an administrator of everything: at every place that lies in no other."""
    if work.person is None:
        return
    held = {one["place_id"] for one in people.held(work.grants) if one["role"] == Role.ADMINISTRATOR}
    for place in work.directory.children.get(None, ()):
        if place.id not in held:
            joining.grant(work, work.person["id"], str(Role.ADMINISTRATOR), place.id, None)


async def roles_at(work: Work, place_id: int) -> list[Row]:
    """Who holds which role right at a place: the grants with the person's name and whether they have a chat."""
    grant, person = schema.role_grant, schema.person
    query = (
        sa.select(grant, person.c.name, person.c.telegram_id)
        .join(person, person.c.id == grant.c.person_id)
        .where(grant.c.place_id == place_id, grant.c.revoked_at.is_(None), person.c.retired_at.is_(None))
        .order_by(grant.c.role, person.c.name, grant.c.id)
    )
    return await work.ledger.all(query)


async def role(work: Work, grant_id: int | None) -> Row:
    """A role that is held, with the person's name. Raises Stale when it is not, NotYours out of reach."""
    row = await work.ledger.get(schema.role_grant, grant_id)
    if row is None or row["revoked_at"] is not None:
        raise Stale
    check(work, row["place_id"])
    person = await work.ledger.get(schema.person, row["person_id"])
    return {**row, "name": person["name"] if person else ""}


async def invite(work: Work, role: str, place_id: int, for_person_id: int | None) -> str:
    """A single-use, expiring invitation; its code is shown once. Raises NotYours, or Stale for no such role."""
    check(work, place_id)
    if role not in {str(one) for one in Role} - _RESIDENTS:
        raise Stale
    if for_person_id is not None and for_person_id not in {
        row["id"] for row in await without_chat(work, role, place_id)
    }:
        raise Stale
    work.audit("invited", role=role, place=place_id, named=for_person_id)
    return joining.invite(work, role, place_id, for_person_id=for_person_id)


async def without_chat(work: Work, role: str, place_id: int) -> list[Row]:
    """Those whom the import gave a role and who have not come to the chat yet."""
    found = await people.holders(work.ledger, [Role(role)], [place_id])
    return [row for row in found if row["telegram_id"] is None]


async def take_away(work: Work, grant_id: int | None) -> Row:
    """Take a role away from the next press on; gives back what `role` gives. Raises Stale, NotYours or OwnRole."""
    row = await role(work, grant_id)
    if work.person is not None and row["person_id"] == work.person["id"] and row["role"] == Role.ADMINISTRATOR:
        raise OwnRole
    work.changes.update(schema.role_grant, row, revoked_at=work.now)
    work.audit("role_taken", grant=row["id"], role=row["role"], place=row["place_id"])
    person = await work.ledger.get(schema.person, row["person_id"])
    if person is not None:
        await _give_away(work, person, row)
        place = work.directory.name(row["place_id"], person["language"])
        work.notify(person, "admin.role_lost", role=row["role"], place=place)
    return row


async def _give_away(work: Work, person: Row, lost: Row) -> None:
    """What they had in hand and no other of their roles covers goes to somebody else."""
    grants = [one for one in await people.grants_of(work.ledger, [person["id"]]) if one["id"] != lost["id"]]
    for row in await tickets.of_worker(work.ledger, person["id"], limit=100):
        facts = await tickets.facts(work.ledger, row)
        if not any(one["place_id"] in facts.scope and one["role"] not in _RESIDENTS for one in grants):
            await unreachable.give_away(work, dict(row), person, reason="role_lost")
    if not any(one["role"] not in _RESIDENTS for one in grants):
        await claims.free_all_of(work, person["id"], helped.RELEASED)


async def posters(work: Work, place_ids: Collection[int]) -> list[Row]:
    """The living poster codes of places."""
    poster = schema.poster
    query = sa.select(poster).where(poster.c.place_id.in_(place_ids), poster.c.withdrawn_at.is_(None))
    return await work.ledger.all(query)


async def withdraw_posters(work: Work, place_id: int) -> int:
    """End the poster codes of a place and of everything in it; how many there were. Raises NotYours."""
    check(work, place_id)
    rows: list[Any] = await posters(work, work.directory.below(place_id))
    for row in rows:
        work.changes.update(schema.poster, row, withdrawn_at=work.now)
    work.audit("posters_withdrawn", place=place_id, count=len(rows))
    return len(rows)
