"""Invitations for the staff of an import: one link for each who holds a role and has no Telegram account yet."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from storage import invitations
from storage.engine import Database
from storage.rules.rights import Role
from storage.schema import invitation, person, place, role_grant

_NOT_STAFF = (Role.RESIDENT, Role.FAMILY)


@dataclass(frozen=True, slots=True)
class Invited:
    """Who is invited as what, and the `/start` payload that only they shall see."""

    code: str
    name: str
    role: str
    place: str
    payload: str


async def invite_staff(database: Database, now: datetime) -> list[Invited]:
    """Invite everybody of the import who has a role and no account; their earlier open invitations end.

    A person with several roles gets one link: it binds the account to the person, who holds all of them.
    """
    async with database.writing() as connection:
        waiting = {row.person_id: row for row in await connection.execute(_waiting())}
        theirs = invitation.c.for_person_id.in_(_waiting().with_only_columns(person.c.id).order_by(None))
        still_open = theirs & invitation.c.used_at.is_(None) & (invitation.c.expires_at > now)
        ended = {"expires_at": now, "version": invitation.c.version + 1}
        await connection.execute(sa.update(invitation).where(still_open).values(ended))
        invited, rows = [], []
        for row in waiting.values():
            code = invitations.make_code()
            ids = {"place_id": row.place_id, "for_person_id": row.person_id}
            rows.append(invitations.new_row(code, now, role=row.role, **ids))
            invited.append(Invited(row.code, row.name, row.role, row.place, invitations.payload(code)))
        if rows:
            await connection.execute(sa.insert(invitation), rows)
        return invited


def _waiting() -> sa.Select[tuple[int, str, str, str, int, str]]:
    """The latest role comes first, so that the earliest is the one that is kept."""
    return (
        sa.select(
            person.c.id.label("person_id"),
            person.c.code,
            person.c.name,
            role_grant.c.role,
            role_grant.c.place_id,
            place.c.name.label("place"),
        )
        .join(role_grant, role_grant.c.person_id == person.c.id)
        .join(place, place.c.id == role_grant.c.place_id)
        .where(
            person.c.code.is_not(None),
            person.c.telegram_id.is_(None),
            person.c.retired_at.is_(None),
            role_grant.c.revoked_at.is_(None),
            role_grant.c.role.not_in(_NOT_STAFF),
        )
        .order_by(role_grant.c.id.desc())
    )
