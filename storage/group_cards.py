"""Cards in groups: where each copy stands, and that all of them are renewed when something happens to their ticket.

A copy is drawn when it is sent (`bot.group_cards`), from the ticket as it is then: so copies cannot disagree for longer
than a send takes. Which matters stand in which groups is a rule (`rules.groups`).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from . import schema
from .changes import ChangeSet
from .directory import Directory, Group
from .ids import new_id
from .ledger import Ledger, Row
from .plain import once
from .rules.groups import Matter, Purpose, stands
from .rules.lifecycle import State
from .work import Priority, Work

_card, _topic = schema.group_card, schema.group_topic
_OF_TICKET = once(sa.select(_card.c.group_id).where(_card.c.ticket_id == sa.bindparam("ticket")))
_ONE = once(
    sa.select(_card).where(_card.c.ticket_id == sa.bindparam("ticket"), _card.c.group_id == sa.bindparam("group"))
)
_AT = once(
    sa.select(_card.c.id).where(_card.c.group_id == sa.bindparam("group"), _card.c.message_id == sa.bindparam("at"))
)
_TOPIC = once(
    sa.select(_topic).where(_topic.c.group_id == sa.bindparam("group"), _topic.c.place_id == sa.bindparam("place"))
)
_SAID = once(sa.select(schema.outbox.c.telegram_message_id).where(schema.outbox.c.unique_key == sa.bindparam("key")))


def matter(directory: Directory, ticket: Row) -> Matter:
    """A ticket as the rule looks at it."""
    kind = directory.kinds.get(ticket["kind"])
    is_confidential = bool(ticket["is_confidential"]) or (kind is not None and kind.is_confidential)
    flow = kind.flow if kind is not None else "report"
    return Matter(flow, State(ticket["state"]), is_confidential, bool(ticket["is_danger"]))


def is_shown(directory: Directory, ticket: Row, group: Group) -> bool:
    """Whether a ticket has a card in a group: it is of its place, and of its purpose."""
    return group.place_id in directory.scope(ticket["place_id"]) and stands(group.purpose, matter(directory, ticket))


async def show(work: Work, ticket: Row) -> None:
    """Renew every copy of a ticket's card in groups; where it should stand and does not, it is posted.

    Where no group is bound this costs nothing.
    """
    groups = work.directory.groups.values()
    if not groups:
        return
    rows = [] if _is_made_here(work, ticket) else await work.ledger.all(_OF_TICKET, ticket=ticket["id"])
    standing = {row["group_id"] for row in rows}
    priority = Priority.ALARM if ticket["is_danger"] else Priority.NEWS
    for group in groups:
        if group.id in standing or is_shown(work.directory, ticket, group):
            work.group_card(ticket["id"], group, priority=priority)


def _is_made_here(work: Work, ticket: Row) -> bool:
    return any(table is schema.ticket and values["id"] == ticket["id"] for table, values in work.changes.inserts)


async def adopt(work: Work, ticket: Row, origin: Mapping[str, Any]) -> None:
    """A ticket was begun in a neighbours' group: what the bot said there becomes its card.

    `origin` names the group, the update with which it began, the neighbour's message and its topic. Whatever was said
    there and is not known yet is said anew, below that message.
    """
    group = next((one for one in work.directory.groups.values() if one.id == origin["group"]), None)
    if group is None or await of(work.ledger, ticket["id"], group.id) is not None:
        return
    said = await work.ledger.one(_SAID, key=key_of(origin["update"]))
    message_id = said["telegram_message_id"] if said is not None else None
    if message_id is not None and await work.ledger.one(_AT, group=group.id, at=message_id) is not None:
        message_id = None  # two matters came of one message: each has a card of its own
    place = {"message_id": message_id, "reply_to": origin["message"], "thread_id": origin.get("thread")}
    ids = {"id": work.new_id(), "ticket_id": ticket["id"], "group_id": group.id}
    work.changes.insert(_card, **ids, **place, sent_at=work.now)
    work.group_card(ticket["id"], group)


def key_of(update_id: int) -> str:
    """The unique key of what is said in a group to one update."""
    return f"group:{update_id}"


# --- at the moment of sending ----------------------------------------------------------------------------------


async def of(ledger: Ledger, ticket_id: int, group_id: int) -> Row | None:
    """Where a group's copy of a card stands."""
    return await ledger.one(_ONE, ticket=ticket_id, group=group_id)


async def topic_of(ledger: Ledger, group_id: int, place_id: int) -> Row | None:
    """The topic of a grid in a forum."""
    return await ledger.one(_TOPIC, group=group_id, place=place_id)


async def keep(
    ledger: Ledger, row: Row, message_id: int, now: datetime, *, group_id: int, thread_id: int | None
) -> ChangeSet:
    """Remember the message that was sent for a row of the outbox as the group's copy from now on."""
    changes = ChangeSet()
    place = {"message_id": message_id, "thread_id": thread_id, "sent_at": now}
    card = await of(ledger, row["ticket_id"], group_id)
    if card is None:
        changes.insert(_card, id=new_id(now), ticket_id=row["ticket_id"], group_id=group_id, **place)
    elif card["message_id"] != message_id:
        changes.update(_card, card, **place)
    return changes


async def keep_topic(
    ledger: Ledger, changes: ChangeSet, now: datetime, *, group_id: int, place_id: int, thread_id: int
) -> None:
    """Remember the topic that was made for a grid."""
    topic = await topic_of(ledger, group_id, place_id)
    if topic is None:
        changes.insert(_topic, id=new_id(now), group_id=group_id, place_id=place_id, thread_id=thread_id)
    elif topic["thread_id"] != thread_id:
        changes.update(_topic, topic, thread_id=thread_id)


def grids_of(directory: Directory, group: Group) -> Sequence[int]:
    """The grids that have a topic of their own in a forum: all within its place, or the one around it."""
    if group.purpose is Purpose.NEIGHBOURS:
        return ()
    below = [directory.places[one] for one in directory.below(group.place_id)]
    inside = sorted((place for place in below if place.level == "grid"), key=lambda place: place.code)
    around = directory.grid_of(group.place_id)
    return [place.id for place in inside] or ([around.id] if around is not None else [])
