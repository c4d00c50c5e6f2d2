"""A matter that is over says nothing personal any more: what statistics count stays, everything else goes.

`anonymise` is for matters whose time has come, whoever they belonged to; `clear` for those of somebody who asked for
deletion. Cards and pictures that others have in their chats are taken back where Telegram allows it.
"""

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from .. import attachments, people, reminders, schema, tickets
from ..directory import Directory
from ..ledger import Row
from ..rules.personal import BUILDING, KEPT_REASONS, TABLES, Sort
from ..work import Work

NOBODY = 0
"""The id of the person's row that stands for whoever a matter belonged to before it was anonymised."""

_REDACT = (
    sa.update(schema.history)
    .where(schema.history.c.id == sa.bindparam("row_id"))
    .values(why=sa.bindparam("kept"), actor_id=sa.bindparam("actor"))
)


def emptied(name: str) -> dict[str, Any]:
    """What is written into a row of a table so that it says nothing personal any more."""
    table = schema.metadata.tables[name]
    columns = TABLES[name].of(Sort.IDENTITY, Sort.WORDS)
    return {column: None if table.c[column].nullable else "" for column in sorted(columns)}


async def anonymise(work: Work, ticket: Row) -> None:
    """Its time has come. Residents keep what is in their own chats; staff's cards are taken back."""
    followers = await tickets.followers_of(work.ledger, ticket["id"])
    family = await people.family_of(work.ledger, ticket["owner_id"])
    concerned = {row["person_id"] for row in followers} | {row["relative_id"] for row in family} | {ticket["owner_id"]}
    nobody = await _nobody(work)
    for row in followers:
        work.changes.delete(schema.follower, row)
    await _empty(work, ticket, spared=concerned, owner_id=nobody, filed_by_id=nobody)
    unnamed = (concerned | {ticket["filed_by_id"]}) - {ticket["assignee_id"]}
    await _redact(work, ticket, dict.fromkeys(unnamed, nobody))


async def clear(work: Work, ticket: Row) -> None:
    """Its owner asked for deletion: the owner's row, anonymous by then, stays behind it."""
    followers = await tickets.followers_of(work.ledger, ticket["id"])
    await _empty(work, ticket, spared={ticket["owner_id"], *(row["person_id"] for row in followers)})
    await _redact(work, ticket, {})


async def _empty(work: Work, ticket: Row, *, spared: Collection[int], **values: Any) -> None:
    place_id = building_of(work.directory, ticket["place_id"])
    values |= emptied("ticket") | {"place_id": place_id, "anonymised_at": work.now}
    work.changes.update(schema.ticket, ticket, **values)
    for row in await _rows(work, schema.offer, ticket):
        work.changes.delete(schema.offer, row)
    for table in (schema.booking, schema.help_order):
        beside = await work.ledger.get(table, ticket["id"])
        if beside is not None:
            work.changes.update(table, beside, **emptied(table.name))
    for table in (schema.paper, schema.concern):
        for row in await _rows(work, table, ticket):
            work.changes.update(table, row, **emptied(table.name))
    for row in await _rows(work, schema.transfer, ticket):  # whose points these are would say whose matter it was
        work.changes.update(schema.transfer, row, ticket_id=None, unique_key=f"cleared:{row['id']}")
    for row in await _rows(work, schema.card, ticket):
        if row["person_id"] not in spared:
            work.retract(row["chat_id"], [row["message_id"]])
        work.changes.delete(schema.card, row)
    attachments.unwanted(work.changes, await _rows(work, schema.attachment, ticket))
    for row in await reminders.of(work.ledger, f"ticket:{ticket['id']}"):
        work.changes.delete(schema.reminder, row)


def building_of(directory: Directory, place_id: int | None) -> int | None:
    """The building of a place, or the place itself where it stands in none."""
    up = directory.ancestors(place_id)
    return next((place.id for place in up if place.level == BUILDING), place_id)


async def _rows(work: Work, table: sa.Table, ticket: Row) -> Sequence[Row]:
    return await work.ledger.all(sa.select(table).where(table.c.ticket_id == ticket["id"]))


async def _redact(work: Work, ticket: Row, instead: dict[int, int]) -> None:
    """The history keeps what happened and when; `instead` names who stands for whom."""
    for row in await tickets.history_of(work.ledger, ticket["id"]):
        redact(work, row, actor_id=instead.get(row["actor_id"], row["actor_id"]))


def redact(work: Work, row: Row, *, actor_id: int | None) -> None:
    """Take words and people out of a line of the history."""
    kept = {name: value for name, value in (row["why"] or {}).items() if name in KEPT_REASONS}
    if kept != (row["why"] or {}) or actor_id != row["actor_id"]:
        work.changes.run(_REDACT, row_id=row["id"], kept=kept or None, actor=actor_id)


async def _nobody(work: Work) -> int:
    person = schema.person
    is_made_here = any(table is person and values["id"] == NOBODY for table, values in work.changes.inserts)
    if not is_made_here and await work.ledger.get(person, NOBODY) is None:
        at = {"created_at": work.now, "retired_at": work.now, "erased_at": work.now}
        work.changes.insert(person, id=NOBODY, name="", language="zh-CN", **at)
    return NOBODY
