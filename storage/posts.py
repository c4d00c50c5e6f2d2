"""Posts (岗位) that people who help take for a term (认领): as many as there are seats, given back, renewed, ended.

Two indexes make one holder of each seat and one seat of a post for each person certain; whoever was slower decides
again on fresh rows. A reminder of each holding speaks two weeks before the term's end, and another ends it.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from . import matched, people, reminders, schema
from .ledger import Ledger, Row
from .plain import once
from .rules.errands import Post
from .rules.errors import AlreadyTaken, NotYours, Stale, Suspended
from .rules.press import press
from .rules.quarters import Quarter, term_ends_at
from .rules.rights import Role
from .work import Button, Priority, Work

SUBJECT = "holding"
SOON, OVER = "post_soon", "post_over"
AHEAD = timedelta(days=14)
"""So long before the end of a term its holder is asked; from then on it can be renewed."""

_holding = schema.post_holding
_IDS: sa.BindParameter[list[int]] = sa.bindparam("ids", expanding=True)
_IS_HELD = _holding.c.ended_at.is_(None)
_OF_POST = once(sa.select(_holding).where(_holding.c.post_id == sa.bindparam("post"), _IS_HELD))
_OF_PERSON = once(
    sa.select(_holding).where(_holding.c.person_id == sa.bindparam("person"), _IS_HELD).order_by(_holding.c.id)
)
_TAKEN = once(
    sa.select(_holding.c.post_id, sa.func.count().label("count"))
    .where(_holding.c.post_id.in_(_IDS), _IS_HELD)
    .group_by(_holding.c.post_id)
)
_HELD_BETWEEN = once(
    sa.select(_holding, schema.post.c.name, schema.post.c.name_en, schema.post.c.category, schema.post.c.category_en)
    .join(schema.post, schema.post.c.id == _holding.c.post_id)
    .where(
        _holding.c.person_id.in_(_IDS),
        _holding.c.from_at < sa.bindparam("until", type_=schema.UtcTime),
        sa.func.coalesce(_holding.c.ended_at, _holding.c.until_at) > sa.bindparam("since", type_=schema.UtcTime),
    )
    .order_by(_holding.c.id)
)


async def held_by(ledger: Ledger, person_id: int) -> list[Row]:
    """The seats that somebody holds now."""
    return await ledger.all(_OF_PERSON, person=person_id)


async def held_in(ledger: Ledger, person_ids: Collection[int], quarter: Quarter) -> list[Row]:
    """The seats that people held at any time of a quarter, with the names of their posts."""
    if not person_ids:
        return []
    zone = ledger.directory.calendar.zone
    since, until = quarter.begins_at(zone), quarter.ends_at(zone)
    return await ledger.all(_HELD_BETWEEN, ids=list(person_ids), since=since, until=until)


async def free(ledger: Ledger, posts: Collection[Post]) -> Mapping[int, int]:
    """How many seats of each post nobody has, by the post's id."""
    if not posts:
        return {}
    taken = {row["post_id"]: row["count"] for row in await ledger.all(_TAKEN, ids=[one.id for one in posts])}
    return {one.id: max(one.seats - taken.get(one.id, 0), 0) for one in posts}


def offered_to(work: Work) -> list[Post]:
    """The posts that the one who asks may take: those of their community, or of the only one there is."""
    directory = work.directory
    home = work.person["home_id"] if work.person is not None else None
    community = directory.community_of(home)
    if community is None:
        return list(directory.helping.posts.values())
    below = directory.below(community.id)
    return [one for one in directory.helping.posts.values() if one.place_id in below]


def post(work: Work, post_id: int | None) -> Post:
    """A post that the one who asks may take. Raises Stale when it is offered no more."""
    found = work.directory.helping.posts.get(post_id or 0)
    if found is None:
        raise Stale
    if found not in offered_to(work):
        raise NotYours
    return found


async def check_known(work: Work) -> Row | None:
    """The registration of the one who asks; a volunteer may be without. Raises NotYours for who does not help."""
    if work.person is None:
        raise NotYours
    helper = await matched.helper_of(work.ledger, work.person["id"])
    if helper is None and not is_volunteer(work):
        raise NotYours
    return helper


async def check_helps(work: Work) -> None:
    """The same; raises Suspended as well, for who may take nothing now."""
    helper = await check_known(work)
    if helper is not None and helper["suspended_at"] is not None:
        raise Suspended


def is_volunteer(work: Work) -> bool:
    """Whether the one who asks is known as somebody who helps, by the roles at hand."""
    return any(one["role"] == Role.VOLUNTEER for one in people.held(work.grants))


async def take(work: Work, post_id: int | None) -> Row:
    """认领: a free seat for a term; a second tap does nothing. Gives back the holding.

    Raises AlreadyTaken when every seat is somebody's, Stale, NotYours, Suspended.
    """
    await check_helps(work)
    wanted = post(work, post_id)
    held = await work.ledger.all(_OF_POST, post=wanted.id)
    mine = next((one for one in held if one["person_id"] == _me(work)), None)
    if mine is not None:
        return mine
    if len(held) >= wanted.seats:
        raise AlreadyTaken
    seats = {one["seat"] for one in held}
    row: dict[str, Any] = {
        "id": work.new_id(),
        "post_id": wanted.id,
        "person_id": _me(work),
        "seat": next(seat for seat in range(1, len(held) + 2) if seat not in seats),
        "from_at": work.now,
        "until_at": term_ends_at(work.now, wanted.months, work.directory.calendar.zone),
    }
    work.changes.insert(_holding, **row)
    _schedule(work, row)
    return row


async def mine(work: Work, holding_id: int | None) -> Row:
    """A seat that the one who asks holds now. Raises Stale when it ended, NotYours for another's."""
    row = await work.ledger.get(_holding, holding_id)
    if row is None or row["ended_at"] is not None:
        raise Stale
    if row["person_id"] != _me(work):
        raise NotYours
    return row


async def give_back(work: Work, holding_id: int | None) -> Row:
    """The seat is free for others. Raises Stale, NotYours."""
    row = await mine(work, holding_id)
    await _end(work, row, work.now)
    return row


async def renew(work: Work, holding_id: int | None) -> datetime:
    """Another term, from the end of this one; gives back until when. Raises Stale, NotYours."""
    row = await mine(work, holding_id)
    known = work.directory.helping.posts.get(row["post_id"])
    if known is None or row["until_at"] - work.now > AHEAD:
        raise Stale
    await check_helps(work)
    until = term_ends_at(row["until_at"], known.months, work.directory.calendar.zone)
    work.changes.update(_holding, row, until_at=until)
    await _cancel(work, row)
    _schedule(work, {**row, "until_at": until})
    return until


async def end_all_of(work: Work, person_id: int) -> None:
    """Somebody leaves: their seats are free."""
    for row in await held_by(work.ledger, person_id):
        await _end(work, row, work.now)


async def fire(work: Work, holding_id: int, reminder: Row) -> None:
    """What a reminder of a holding does: ask before its end, or end it. One that ended already says nothing."""
    row = await work.ledger.get(_holding, holding_id)
    holder = await work.ledger.get(schema.person, row["person_id"]) if row is not None else None
    if row is None or holder is None or row["ended_at"] is not None:
        return
    named = await row_of(work.ledger, row["post_id"])
    is_offered = row["post_id"] in work.directory.helping.posts
    if reminder["kind"] == OVER:
        work.changes.update(_holding, row, ended_at=row["until_at"])
    buttons = _after(row) if reminder["kind"] == OVER else _before(row)
    work.notify(
        holder,
        "posts.over" if reminder["kind"] == OVER else "posts.soon",
        buttons if is_offered else [],
        priority=Priority.REMINDER,
        key=f"r{reminder['id']}",
        names=called(named),
        until_on=local_day(work, row["until_at"]),
    )


async def row_of(ledger: Ledger, post_id: int) -> Row | None:
    """A post as it was, also when it is offered no more."""
    return await ledger.get(schema.post, post_id)


def called(row: Row | None) -> dict[str, str]:
    """A post's name in every language, for texts whose reader's language is known when they are sent."""
    name = row["name"] if row is not None else ""
    return {"zh-CN": name, "en": (row["name_en"] if row is not None else None) or name}


def local_day(work: Work, at: datetime) -> str:
    """A day with its year, as it is read months later."""
    return work.directory.calendar.to_local(at).date().isoformat()


def _before(row: Row) -> list[list[Button]]:
    return [[("post_renew", press("post_renew", row["id"]))], [("post_give", press("post_give", row["id"]))]]


def _after(row: Row) -> list[list[Button]]:
    return [[("post_again", press("post", row["post_id"]))]]


async def _end(work: Work, row: Row, at: datetime) -> None:
    work.changes.update(_holding, row, ended_at=at)
    await _cancel(work, row)


async def _cancel(work: Work, row: Row) -> None:
    for one in await reminders.of(work.ledger, f"{SUBJECT}:{row['id']}"):
        if one["state"] == "scheduled":
            work.changes.update(schema.reminder, one, state="cancelled")


def _schedule(work: Work, row: Row) -> None:
    subject, term = f"{SUBJECT}:{row['id']}", local_day(work, row["until_at"])
    if row["until_at"] - AHEAD > work.now:
        reminders.schedule(work, subject, SOON, term, row["until_at"] - AHEAD)
    reminders.schedule(work, subject, OVER, term, row["until_at"])


def _me(work: Work) -> int | None:
    return work.person["id"] if work.person else None
