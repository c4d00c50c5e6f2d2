"""Groups that the bot lives in: bound to a place for a purpose, left, moved to another chat id.

Whoever binds one is an administrator of its place, by numeric id. The groups belong to the structure in memory
(`directory.groups`), which every process reads again when its version moves.
"""

import sqlalchemy as sa

from . import people, roster, schema
from .administration import check
from .directory import NEXT_VERSION, STRUCTURE_VERSION, Directory, Group, group_in
from .group_cards import adopt, grids_of, key_of, show
from .ledger import Ledger, Row
from .plain import once
from .rules.errors import NotYours, Stale
from .rules.groups import Purpose
from .work import Priority, Work

__all__ = ["adopt", "bind", "bound", "by_chat", "by_id", "follow", "key_of", "left", "may_make_topics", "of_place"]
__all__ += ["refuse_topics", "show", "unbind"]

_group = schema.group_chat
_BY_CHAT = once(sa.select(_group).where(_group.c.chat_id == sa.bindparam("chat")))
_FORGET_CARDS = (
    sa.update(schema.group_card)
    .where(schema.group_card.c.group_id == sa.bindparam("of"))
    .values(message_id=None, version=schema.group_card.c.version + 1)
)
_FORGET_TOPICS = (
    sa.update(schema.group_topic)
    .where(schema.group_topic.c.group_id == sa.bindparam("of"))
    .values(thread_id=None, version=schema.group_topic.c.version + 1)
)


async def by_id(ledger: Ledger, group_id: int | None) -> Row | None:
    """One group as it is now."""
    return await ledger.get(_group, group_id)


async def by_chat(ledger: Ledger, chat_id: int | None) -> Row | None:
    """The group of a chat, also one that was left."""
    return await ledger.one(_BY_CHAT, chat=chat_id)


def bound(directory: Directory, chat_id: int | None, purpose: Purpose | None = None) -> Group | None:
    """The group that a chat is bound as."""
    group = directory.groups.get(chat_id or 0)
    return group if group is not None and purpose in {None, group.purpose} else None


def of_place(directory: Directory, place_id: int | None, purpose: Purpose) -> list[Group]:
    """The groups of a purpose whose place covers another."""
    scope = directory.scope(place_id)
    return [group for group in directory.groups.values() if group.purpose is purpose and group.place_id in scope]


# --- binding ---------------------------------------------------------------------------------------------------


async def bind(work: Work, place_id: int, purpose: Purpose, *, is_forum: bool) -> Group:
    """Bind the chat of this desk. Raises NotYours unless the one who asks administers the place.

    Bound anew, a group keeps its id; what stood there for another place or purpose is not renewed any more.
    """
    check(work, place_id)
    if work.person is None or work.chat_id is None:
        raise NotYours
    values = {
        "place_id": place_id,
        "purpose": str(purpose),
        "is_forum": is_forum,
        "language": work.language,
        "bound_by": work.person["id"],
        "bound_at": work.now,
        "topics_refused_at": None,
        "left_at": None,
    }
    row = await by_chat(work.ledger, work.chat_id)
    if row is None:
        row = {"id": work.new_id()}
        work.changes.insert(_group, id=row["id"], chat_id=work.chat_id, **values)
    else:
        work.changes.update(_group, row, **values)
    _changed(work)
    work.audit("group_bound", group=row["id"], place=place_id, purpose=str(purpose))
    group = Group(row["id"], work.chat_id, place_id, purpose, is_forum, work.language)
    if is_forum:
        for grid_id in grids_of(work.directory, group):
            work.group_topic(group, grid_id)
    return group


async def unbind(work: Work) -> None:
    """End the binding of this desk's chat. Raises Stale when there is none, NotYours as `bind` does."""
    row = await by_chat(work.ledger, work.chat_id)
    if row is None or row["left_at"] is not None:
        raise Stale
    check(work, row["place_id"])
    _leave(work, row)
    work.audit("group_unbound", group=row["id"])


def _leave(work: Work, row: Row) -> None:
    work.changes.update(_group, row, left_at=work.now)
    _changed(work)


def _changed(work: Work) -> None:
    work.changes.run(NEXT_VERSION, of=STRUCTURE_VERSION)


# --- what happens to a group -----------------------------------------------------------------------------------


async def left(work: Work, chat_id: int) -> None:
    """The bot was put out, or the group is gone: the duty secretaries are told, once."""
    row = await by_chat(work.ledger, chat_id)
    if row is None or row["left_at"] is not None:
        return
    _leave(work, row)
    for person, at in await roster.secretaries(work, row["place_id"]):
        work.notify(
            person,
            "group.left",
            due_at=max(at, work.speak_at(Priority.NEWS)),
            place=work.directory.name(row["place_id"], person["language"]),
            purpose=row["purpose"],
        )


async def follow(work: Work, old: int, new: int) -> None:
    """A group became a supergroup: it goes on there, where nothing of what was said can be edited."""
    row = await by_chat(work.ledger, old)
    if row is None:
        return
    if await by_chat(work.ledger, new) is not None:  # somebody was faster and bound it anew
        if row["left_at"] is None:
            _leave(work, row)
        return
    work.changes.update(_group, row, chat_id=new)
    work.changes.run(_FORGET_CARDS, of=row["id"])
    work.changes.run(_FORGET_TOPICS, of=row["id"])
    _changed(work)


async def refuse_topics(work: Work, group_id: int) -> None:
    """The bot may not make topics in a forum: it says so there and to whoever bound it, once."""
    row = await by_id(work.ledger, group_id)
    if row is None or row["topics_refused_at"] is not None:
        return
    work.changes.update(_group, row, topics_refused_at=work.now)
    work.say_in_group(group_in(row), "group.topics_needed")
    for person in (await people.by_ids(work.ledger, [row["bound_by"]])).values():
        place = work.directory.name(row["place_id"], person["language"])
        work.notify(person, "group.topics_needed_there", place=place, purpose=row["purpose"])


async def may_make_topics(work: Work, chat_id: int) -> None:
    """The bot was given the right: topics are made from now on."""
    row = await by_chat(work.ledger, chat_id)
    group = bound(work.directory, chat_id)
    if row is None or group is None or row["topics_refused_at"] is None:
        return
    work.changes.update(_group, row, topics_refused_at=None)
    for grid_id in grids_of(work.directory, group):
        work.group_topic(group, grid_id)
