"""Somebody who was written down without a chat takes up their own matters: by a single-use address, or by their number.

Staff file for callers and walk-ins; the caller is a person without a Telegram account, who owns the ticket. When that
person comes to the chat later, the two records become one. Nobody gains a role this way: whoever holds one joins by an
invitation of an administrator.
"""

from typing import Any

import sqlalchemy as sa

from . import invitations, people, schema, supports, tickets
from .ledger import Row
from .rules.lifecycle import OPEN, State
from .rules.rights import Role
from .work import Work

PREFIX = "t"
TAKE_UP = "take_up"  # what the invitation's row says instead of a role
_RESIDENTS = {str(Role.RESIDENT), str(Role.FAMILY)}


def payload(code: str) -> str:
    """What stands after `?start=` in the address."""
    return PREFIX + code


async def address(work: Work, person: Row, place_id: int) -> str | None:
    """A new address to hand on to somebody without a chat; its code is shown once. None for those who hold a role."""
    if person["telegram_id"] is not None or await _works(work, person["id"]):
        return None
    code = invitations.make_code()
    me = work.person["id"] if work.person else None
    row = invitations.new_row(
        code, work.now, role=TAKE_UP, place_id=place_id, created_by=me, for_person_id=person["id"]
    )
    work.changes.insert(schema.invitation, **row)
    return code


async def by_address(work: Work, code: str) -> Row:
    """Take over whoever the address was made for; gives back the one who asks. Raises the refusals of `judge`."""
    row = invitations.judge(await work.ledger.one(invitations.by_code(code)), work.now)
    named = await work.ledger.get(schema.person, row["for_person_id"])
    if row["role"] != TAKE_UP or named is None or not await _may_be_joined(work, named):
        raise invitations.InvitationUnknown
    work.changes.update(schema.invitation, row, **invitations.used_values(named["id"], work.now))
    return await _become_one(work, named)


async def by_phone(work: Work, phone: str) -> int:
    """Take over everybody without a chat who was written down with one's own number; how many there were."""
    waiting = [row for row in await with_phone(work, phone) if await _may_be_joined(work, row)]
    for named in waiting:
        await _become_one(work, named)
    return len(waiting)


async def with_phone(work: Work, phone: str) -> list[Row]:
    """Everybody with a number (`rules.phones.normal`), the oldest record first."""
    person = schema.person
    bare = sa.func.replace(sa.func.replace(sa.func.replace(person.c.phone, "-", ""), " ", ""), "+86", "")
    query = sa.select(person).where(bare == phone, person.c.retired_at.is_(None)).order_by(person.c.id)
    return await work.ledger.all(query)


async def _may_be_joined(work: Work, named: Row) -> bool:
    """Without a chat, without a role, not the one who asks, and not two people of the import."""
    me = work.person
    if me is None or named["id"] == me["id"] or named["telegram_id"] is not None or named["retired_at"] is not None:
        return False
    return not (named["code"] and me["code"]) and not await _works(work, named["id"])


async def _works(work: Work, person_id: int) -> bool:
    grants = await people.grants_of(work.ledger, [person_id])
    return any(one["role"] not in _RESIDENTS for one in grants)


async def _become_one(work: Work, named: Row) -> Row:
    """Two records become one, which owns what was written down for the other.

    A record with the chat stays, and the other is retired; one that begins in this very decision is not even made.
    """
    me = work.person
    if me is None:
        raise LookupError("nobody asks")
    if people.unbegin(work, me):
        work.person = people.change(work, named, telegram_id=work.telegram_id, language=me["language"])
    else:
        people.change(work, named, retired_at=work.now, phone=None, code=None, merged_into_id=me["id"])
        kept: dict[str, Any] = {"phone": me["phone"] or named["phone"], "code": me["code"] or named["code"]}
        if me["home_id"] is None and named["home_id"] is not None:
            kept |= {"home_id": named["home_id"], "room": named["room"]}
        work.person = people.change(work, me, **kept)
        _put_last(work, me)
        await _follow(work, named["id"], work.person)
        await _bring_along(work, named["id"], work.person["id"])
    for row in await _owned(work, named["id"]):
        _take(work, dict(row), work.person)
    return work.person


def _put_last(work: Work, me: Row) -> None:
    """A code is unique: it has to be given up before it is taken."""
    key = (schema.person.name, me["id"])
    if key in work.changes.updates:
        work.changes.updates[key] = work.changes.updates.pop(key)


async def _owned(work: Work, person_id: int) -> list[Row]:
    ticket = schema.ticket
    return await work.ledger.all(sa.select(ticket).where(ticket.c.owner_id == person_id).order_by(ticket.c.id))


def _take(work: Work, ticket: dict[str, Any], me: Row) -> None:
    if ticket["owner_id"] != me["id"]:
        tickets.alter(work, ticket, owner_id=me["id"])
    tickets.remember(work, ticket, "taken_up", me["id"], ticket["state"], ticket["state"])
    if State(ticket["state"]) in OPEN:
        work.card(ticket["id"], me, is_fresh=True)


async def _bring_along(work: Work, former_id: int, person_id: int) -> None:
    """The register and the lines they wait in know one person only."""
    support, waiting = schema.support, schema.waiting
    mine = await supports.held(work.ledger, person_id)
    rows = await work.ledger.all(sa.select(support).where(support.c.person_id == former_id))
    for row in rows:
        is_double = mine is not None and row["ended_at"] is None
        work.changes.update(support, row, person_id=person_id, **({"ended_at": work.now} if is_double else {}))
    theirs = sa.or_(waiting.c.person_id == former_id, waiting.c.owner_id == former_id)
    for row in await work.ledger.all(sa.select(waiting).where(theirs)):
        ids = {name: person_id for name in ("person_id", "owner_id") if row[name] == former_id}
        wanted = row["draft"]["wanted"]
        named = {name: person_id for name in ("owner_id", "filed_by_id") if wanted.get(name) == former_id}
        work.changes.update(waiting, row, **ids, draft=row["draft"] | {"wanted": wanted | named})


async def _follow(work: Work, former_id: int, me: Row) -> None:
    follower = schema.follower
    rows = await work.ledger.all(sa.select(follower).where(follower.c.person_id.in_([former_id, me["id"]])))
    mine = {row["ticket_id"] for row in rows if row["person_id"] == me["id"]}
    for row in rows:
        if row["person_id"] == former_id and row["ticket_id"] not in mine:
            work.changes.update(follower, row, person_id=me["id"])
