"""Family: who may speak for an elder and hear of their matters, as long as the elder consents.

A link begins with a single-use, expiring address that one side makes and the other opens: an elder invites a relative,
or a relative asks an elder, who consents with one button. Either side ends it, at once: rights are read when they are
used, and again when something is sent.
"""

from enum import StrEnum

import sqlalchemy as sa

from . import invitations, people, schema
from .ledger import Ledger, Row
from .rules.errors import Refusal, Stale
from .work import Work

PREFIX = "f"
MOST = 10


class Asks(StrEnum):
    """Who made an address: an elder who invites, or a relative who asks."""

    INVITE = "family"
    ASK = "family_ask"


class OwnFamily(Refusal):
    """Nobody is their own relative."""

    code = "own_family"


class FamilyFull(Refusal):
    """There are enough relatives already."""

    code = "family_full"


def payload(code: str) -> str:
    """What stands after `?start=` in the address."""
    return PREFIX + code


def make(work: Work, asks: Asks) -> str:
    """A new address by the one who asks; its code is shown once and never stored. Raises Stale without a community."""
    me = _me(work)
    communities = [place.id for place in work.directory.places.values() if place.level == "community"]
    place_id = me["home_id"] or next(iter(communities), None)
    if place_id is None:
        raise Stale
    code = invitations.make_code()
    row = invitations.new_row(
        code, work.now, role=str(asks), place_id=place_id, created_by=me["id"], for_person_id=me["id"]
    )
    work.changes.insert(schema.invitation, **row)
    return code


async def by_code(work: Work, code: str) -> tuple[Row, Row]:
    """A usable address and who made it. Raises the refusals of `invitations.judge`, or OwnFamily."""
    return await _judged(work, await work.ledger.one(invitations.by_code(code)))


async def by_id(work: Work, invitation_id: int | None) -> tuple[Row, Row]:
    """The same by the id of its row, for the button that follows."""
    return await _judged(work, await work.ledger.get(schema.invitation, invitation_id))


async def _judged(work: Work, row: Row | None) -> tuple[Row, Row]:
    judged = invitations.judge(row, work.now)
    maker = await work.ledger.get(schema.person, judged["created_by"])
    if judged["role"] not in {str(one) for one in Asks} or maker is None or maker["retired_at"] is not None:
        raise invitations.InvitationUnknown
    if maker["id"] == _me(work)["id"]:
        raise OwnFamily
    return judged, maker


async def accept(work: Work, invitation: Row, maker: Row) -> tuple[Row, Row]:
    """Use an address: gives back the elder and the relative, linked from now on. Raises FamilyFull."""
    me = _me(work)
    work.changes.update(schema.invitation, invitation, **invitations.used_values(me["id"], work.now))
    elder, relative = (maker, me) if invitation["role"] == Asks.INVITE else (me, maker)
    if len(await people.relatives_of(work.ledger, elder["id"])) >= MOST:
        raise FamilyFull
    link = schema.family_link
    known = await work.ledger.one(
        sa.select(link).where(link.c.person_id == elder["id"], link.c.relative_id == relative["id"])
    )
    values = {"asked_at": invitation["created_at"], "consented_at": work.now, "ended_at": None}
    if known is not None:
        work.changes.update(link, known, **values)
    else:
        work.changes.insert(link, id=work.new_id(), person_id=elder["id"], relative_id=relative["id"], **values)
    work.audit("family_linked", elder=elder["id"], relative=relative["id"])
    return elder, relative


async def links_of(ledger: Ledger, person_id: int) -> list[Row]:
    """The living links of a person on either side, with `other_id` and whether that other is the elder."""
    link = schema.family_link
    query = (
        sa.select(link)
        .where(
            sa.or_(link.c.person_id == person_id, link.c.relative_id == person_id),
            link.c.consented_at.is_not(None),
            link.c.ended_at.is_(None),
        )
        .order_by(link.c.consented_at, link.c.id)
    )
    return [
        {
            **row,
            "other_id": row["relative_id"] if row["person_id"] == person_id else row["person_id"],
            "is_elder": row["relative_id"] == person_id,
        }
        for row in await ledger.all(query)
    ]


async def elders_of(ledger: Ledger, person_id: int) -> list[Row]:
    """The people somebody may speak for, by the links that hold now."""
    ids = [row["other_id"] for row in await links_of(ledger, person_id) if row["is_elder"]]
    found = await people.by_ids(ledger, ids)
    return [found[one] for one in ids if one in found]


async def end(work: Work, link_id: int | None) -> tuple[Row, int, Row]:
    """End a link from either side. Gives back the other person, the elder's id, and the relative.

    Raises Stale when there is no such living link.
    """
    me = _me(work)
    row = next((one for one in await links_of(work.ledger, me["id"]) if one["id"] == link_id), None)
    other = await work.ledger.get(schema.person, row["other_id"]) if row else None
    if row is None or other is None:
        raise Stale
    work.changes.update(schema.family_link, row, ended_at=work.now)
    work.audit("family_ended", elder=row["person_id"], relative=row["relative_id"])
    return other, row["person_id"], me if row["relative_id"] == me["id"] else other


async def told(work: Work, owner_id: int, *, is_confidential: bool) -> list[Row]:
    """The relatives who hear of an elder's matter as the elder does; of a confidential one nobody does."""
    if is_confidential:
        return []
    links = await people.relatives_of(work.ledger, owner_id)
    return list((await people.at_hand(work, [row["relative_id"] for row in links])).values())


def _me(work: Work) -> Row:
    if work.person is None:
        raise LookupError("a stranger has no family here")
    return work.person
