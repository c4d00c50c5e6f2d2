"""The same thing at the same place within hours: the second who reports it may join the first.

Never offered: what is confidential, what stands in a private room, a danger. Of two who report it at the same moment
one gets the key of that minute; the other is decided again, and then finds the first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from . import drafts, people, schema, tickets
from .directory import Place
from .ledger import Row
from .rules.errors import Stale
from .rules.lifecycle import OPEN
from .rules.press import press
from .rules.rights import Action
from .things import things_in, whole_building
from .tickets import Asked
from .work import Priority, Work

WITHIN = timedelta(hours=12)
MOST = 50
_SHARED_LEVELS = {"unit", "building", "estate", "village"}


@dataclass(frozen=True)
class Same:
    """What was found: a ticket that may be joined, and the key that a new ticket takes."""

    ticket: Row | None = None
    key: str | None = None


async def look(work: Work, asked: Asked) -> Same:
    """Look for an open matter that this one repeats."""
    if not may_be_shared(work, asked):
        return Same()
    place = work.directory.places[asked.place_id or 0]
    recent = await _recent(work, asked, place)
    key = key_of(work, asked, place)
    is_key_free = all(row["same_key"] != key for row in recent)
    found = next((row for row in recent if _is_same(work, asked, place, row)), None)
    return Same(found, key if is_key_free else None)


def may_be_shared(work: Work, asked: Asked) -> bool:
    """Whether a matter is of the kind that neighbours share."""
    kind, place = work.directory.kinds.get(asked.kind), work.directory.places.get(asked.place_id or 0)
    if kind is None or place is None or asked.is_danger or asked.is_confidential or kind.is_confidential:
        return False
    is_private = asked.room is not None and asked.kind in drafts.IN_THE_FLAT and not drafts.is_whole_house(asked.words)
    return kind.needs_place and place.level in _SHARED_LEVELS and not is_private


def key_of(work: Work, asked: Asked, place: Place) -> str:
    """The same for everybody who reports the same thing at the same place within a minute."""
    things = sorted(things_in(asked.words)) or ["?"]
    return f"{place.id}:{asked.kind}:{'+'.join(things)}:{work.now:%Y%m%dT%H%M}"


async def _recent(work: Work, asked: Asked, place: Place) -> Sequence[Row]:
    """What was reported of this kind in the same building, or at the same estate, in the last hours."""
    up = work.directory.ancestors(place.id)
    building = next((one for one in up if one.level == "building"), place)
    near = {place.id, building.id, *(one.id for one in work.directory.children.get(building.id, ()))}
    ticket = schema.ticket
    query = (
        sa.select(ticket)
        .where(
            ticket.c.place_id.in_(near),
            ticket.c.kind == asked.kind,
            ticket.c.created_at > work.now - WITHIN,
            ticket.c.is_confidential.is_(False),
        )
        .order_by(ticket.c.created_at.desc())
        .limit(MOST)
    )
    return await work.ledger.all(query)


def _is_same(work: Work, asked: Asked, place: Place, row: Row) -> bool:
    if row["state"] not in {str(state) for state in OPEN} or asked.owner_id in {row["owner_id"], row["filed_by_id"]}:
        return False
    other = work.directory.places.get(row["place_id"])
    if other is None or row["is_danger"] or not may_be_shared(work, _as_asked(row)):
        return False
    mine, theirs = things_in(asked.words), things_in(row["words"])
    if mine and theirs and not mine & theirs:
        return False
    if mine & theirs & whole_building() or drafts.is_whole_house(asked.words):
        return True
    return _contains(work, place, other) or _contains(work, other, place)


def _contains(work: Work, outer: Place, inner: Place) -> bool:
    return outer in work.directory.ancestors(inner.id)


def _as_asked(row: Row) -> Asked:
    return Asked(**{name: row[name] for name in Asked.__dataclass_fields__ if name in row})


def told_of(work: Work, ticket: Row) -> dict[str, Any]:
    """What a neighbour is told of a matter before joining: kind, place and time, never somebody's words."""
    kind = work.directory.kinds.get(ticket["kind"])
    return {
        "kind": kind.name_in(work.language) if kind else "",
        "emoji": kind.emoji if kind else "",
        "place": work.directory.name(ticket["place_id"], work.language),
        "at": ticket["created_at"].isoformat(),
    }


async def join(work: Work, ticket_id: int, asked: Asked, files: Sequence[Mapping[str, Any]]) -> Row:
    """Follow a neighbour's matter: the same card, the same news, and the worker reads the added words.

    Joining twice is joining once. Raises Stale when it is over, or no longer one that neighbours share.
    """
    found = await tickets.by_id(work.ledger, ticket_id)
    me = work.person
    if found is None or me is None or found["state"] not in {str(state) for state in OPEN}:
        raise Stale
    followers = {row["person_id"] for row in await tickets.followers_of(work.ledger, ticket_id)}
    if me["id"] not in followers:
        is_here = tickets.lives_near(work.ledger, found["place_id"], asked.place_id)
        if not may_be_shared(work, _as_asked(found)):
            raise Stale
        if not is_here and not await tickets.allowed(work, Action.FOLLOW, found):
            raise Stale
        work.changes.insert(
            schema.follower,
            id=work.new_id(),
            ticket_id=ticket_id,
            person_id=me["id"],
            words=asked.words,
            joined_at=work.now,
        )
        tickets.alter(work, found, state=found["state"])  # it is the same ticket as when the neighbour joined
        tickets.remember(work, found, "joined", me["id"], found["state"], found["state"], {"words": asked.words})
        await _pass_on(work, found, asked, files)
    work.card(ticket_id, me, is_fresh=True, priority=Priority.ANSWER)
    await tickets.show(work, found)
    return found


async def _pass_on(work: Work, ticket: Row, asked: Asked, files: Sequence[Mapping[str, Any]]) -> None:
    """Whoever has it in hand, or may take it, hears of the neighbour and gets the pictures."""
    for one in files:
        tickets.attach(work, ticket, asked.filed_by_id, one, "added")
    offers = await tickets.open_offers(work.ledger, ticket["id"])
    readers = [ticket["assignee_id"]] if ticket["assignee_id"] else [row["person_id"] for row in offers]
    for person in (await people.by_ids(work.ledger, readers)).values():
        if person["id"] == asked.owner_id:
            continue
        work.media(ticket["id"], person, files, priority=Priority.NEWS)
        work.notify(
            person,
            "owner.joined",
            ticket_id=ticket["id"],
            priority=Priority.NEWS,
            number=ticket["number"],
            words=asked.words,
        )


async def release(work: Work, ticket: Row) -> None:
    """The owner took it back: those who joined are told, and can report it as their own with one press."""
    rows = await tickets.followers_of(work.ledger, ticket["id"])
    for person in (await people.by_ids(work.ledger, [row["person_id"] for row in rows])).values():
        work.notify(
            person,
            "my.owner_withdrew",
            [[("report_again", press("again", ticket["id"]))]],
            ticket_id=ticket["id"],
            number=ticket["number"],
        )
