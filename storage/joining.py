"""How staff join: an invitation is used once, and the role it names is held at its place from then on."""

from typing import Any

import sqlalchemy as sa

from . import invitations, people, schema
from .ledger import Row
from .rules.rights import Role
from .work import Work


async def by_invitation(work: Work, code: str) -> Row:
    """Use an invitation for the one who asks. Raises the refusals of `invitations.judge`."""
    row = invitations.judge(await work.ledger.one(invitations.by_code(code)), work.now)
    if row["role"] not in {str(role) for role in Role} - {str(Role.FAMILY)}:
        raise invitations.InvitationUnknown  # an address of a family gives no role
    person = await _as_named(work, row) if row["for_person_id"] is not None else work.person
    if person is None:
        raise invitations.InvitationUnknown
    work.person = person
    work.changes.update(schema.invitation, row, **invitations.used_values(person["id"], work.now))
    held = await people.grants_of(work.ledger, [person["id"]])
    work.grants = held  # they count in this decision already, whoever they were until now
    if not any(one["role"] == row["role"] and one["place_id"] == row["place_id"] for one in held):
        grant(work, person["id"], row["role"], row["place_id"], row["created_by"])
    return row


async def _as_named(work: Work, invitation: Row) -> Row | None:
    """Somebody the import named already gets this chat; who had talked to the bot before keeps that record."""
    named = await work.ledger.get(schema.person, invitation["for_person_id"])
    if named is None or work.person is None or named["telegram_id"] not in {None, work.telegram_id}:
        raise invitations.InvitationUnknown
    if named["id"] == work.person["id"]:
        return work.person
    new = [one for one in work.changes.inserts if one[0] is schema.person and one[1]["id"] == work.person["id"]]
    if not new:
        for one in await people.grants_of(work.ledger, [named["id"]]):
            grant(work, work.person["id"], one["role"], one["place_id"], invitation["created_by"])
        people.change(work, named, retired_at=work.now, merged_into_id=work.person["id"])
        return work.person
    work.changes.inserts.remove(new[0])
    return people.change(work, named, telegram_id=work.telegram_id, language=work.person["language"])


def grant(work: Work, person_id: int, role: str, place_id: int, granted_by: int | None) -> None:
    """Let somebody hold a role at a place; it counts in this decision already when it is the one who asks."""
    values = {
        "id": work.new_id(),
        "person_id": person_id,
        "role": role,
        "place_id": place_id,
        "granted_at": work.now,
        "granted_by": granted_by,
    }
    work.changes.insert(schema.role_grant, **values)
    if work.person is not None and work.person["id"] == person_id:
        work.grants = [*work.grants, {**values, "revoked_at": None, "version": 1}]


def invite(work: Work, role: str, place_id: int, *, for_person_id: int | None = None) -> str:
    """A new invitation by the one who asks; gives back its code, which is shown once and never stored."""
    code = invitations.make_code()
    values: dict[str, Any] = invitations.new_row(
        code,
        role=role,
        place_id=place_id,
        now=work.now,
        created_by=work.person["id"] if work.person else None,
        for_person_id=for_person_id,
    )
    work.changes.insert(schema.invitation, **values)
    return code


async def poster(work: Work, code: str) -> Row | None:
    """The poster with a code, unless it was withdrawn."""
    table = schema.poster
    return await work.ledger.one(sa.select(table).where(table.c.code == code, table.c.withdrawn_at.is_(None)))
