"""Invitations: links that make one person, once and for a while, what they are at a place.

The link carries a secret of 144 random bits; the database keeps only its hash, so that whoever reads the database
cannot use what is open. Using one is a guarded change: of two who are fast only one gets it.
"""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from .ids import new_id
from .rules.errors import Refusal
from .schema import invitation

PREFIX = "s"
LIFETIME = timedelta(days=7)
_CODE_BYTES = 18  # 144 bits, 24 characters of A-Za-z0-9_-

Row = Mapping[str, Any]


class InvitationUnknown(Refusal):
    """There is no such invitation."""

    code = "invitation_unknown"


class InvitationUsed(Refusal):
    """The invitation was used already."""

    code = "invitation_used"


class InvitationExpired(Refusal):
    """The invitation's time is over."""

    code = "invitation_expired"


def make_code() -> str:
    """A secret in the alphabet of deep links; it is shown once and never stored."""
    return secrets.token_urlsafe(_CODE_BYTES)


def hash_code(code: str) -> str:
    """What is stored of a code. The code is random and long, so a plain SHA-256 is enough."""
    return hashlib.sha256(code.encode()).hexdigest()


def payload(code: str) -> str:
    """What stands after `?start=` in the invitation's link."""
    return PREFIX + code


def code_in(start: str) -> str | None:
    """The invitation's code in a `/start` payload, or None when the payload is of another kind."""
    return start[len(PREFIX) :] if start.startswith(PREFIX) and len(start) > len(PREFIX) else None


def new_row(
    code: str,
    now: datetime,
    *,
    role: str,
    place_id: int,
    created_by: int | None = None,
    for_person_id: int | None = None,
    lifetime: timedelta = LIFETIME,
) -> dict[str, Any]:
    """The row of a new invitation, for a change set or an insert."""
    return {
        "id": new_id(now),
        "code_hash": hash_code(code),
        "role": role,
        "place_id": place_id,
        "for_person_id": for_person_id,
        "created_by": created_by,
        "created_at": now,
        "expires_at": now + lifetime,
        "used_at": None,
        "used_by": None,
        "version": 1,
    }


def by_code(code: str) -> sa.Select[Any]:
    """The query for the invitation with this code."""
    return sa.select(invitation).where(invitation.c.code_hash == hash_code(code))


def judge(row: Row | None, now: datetime) -> Row:
    """Give back an invitation that can be used at `now`.

    Raises InvitationUnknown, InvitationUsed or InvitationExpired.
    """
    if row is None:
        raise InvitationUnknown
    if row["used_at"] is not None:
        raise InvitationUsed
    if now >= row["expires_at"]:
        raise InvitationExpired
    return row


def used_values(person_id: int, now: datetime) -> dict[str, Any]:
    """What a change set writes into an invitation that is used: `changes.update(invitation, row, **these)`."""
    return {"used_at": now, "used_by": person_id}


async def use(connection: AsyncConnection, code: str, person_id: int, now: datetime) -> Row:
    """Use an invitation in the caller's transaction, once whatever races happen, and give back its row.

    Raises InvitationUnknown, InvitationUsed or InvitationExpired.
    """
    row = judge((await connection.execute(by_code(code))).mappings().first(), now)
    guard = (invitation.c.id == row["id"]) & invitation.c.used_at.is_(None)
    values = used_values(person_id, now) | {"version": invitation.c.version + 1}
    done = await connection.execute(sa.update(invitation).where(guard).values(**values))
    if done.rowcount != 1:
        raise InvitationUsed
    return row
