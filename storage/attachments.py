"""Attachments: the files of tickets, and how far each is copied into the media store.

A file is `waiting` until it is `stored`; it may turn out to be `gone` (Telegram has it no more), `too_large` to fetch
or `damaged`. A passing trouble leaves it waiting and names the time of the next try. When its matter is emptied, a
stored file is `unwanted` until it is deleted; then its row goes too.
"""

from collections.abc import Collection, Iterable
from datetime import datetime

import sqlalchemy as sa

from . import schema
from .changes import ChangeSet
from .ledger import Ledger, Row
from .media import MediaStore

WAITING, STORED, GONE, TOO_LARGE, DAMAGED = "waiting", "stored", "gone", "too_large", "damaged"
UNWANTED = "unwanted"


async def waiting(ledger: Ledger, now: datetime, limit: int) -> list[Row]:
    """The files that are to be copied now, the oldest first."""
    table = schema.attachment
    query = (
        sa.select(table)
        .where(
            table.c.copy_state == sa.literal_column("'waiting'"),  # a parameter would not find the partial index
            table.c.file_id.is_not(None),
            sa.or_(table.c.copy_due_at.is_(None), table.c.copy_due_at <= now),
        )
        .order_by(table.c.id)
        .limit(limit)
    )
    return await ledger.all(query)


def mark_stored(changes: ChangeSet, row: Row, name: str) -> None:
    """The file lies in the store under `name`."""
    changes.update(schema.attachment, row, copy_state=STORED, stored_as=name, copy_due_at=None)


def mark_lost(changes: ChangeSet, row: Row, state: str) -> None:
    """There will be no copy: gone, too large or damaged."""
    changes.update(schema.attachment, row, copy_state=state, copy_due_at=None)


def mark_later(changes: ChangeSet, row: Row, due_at: datetime) -> None:
    """It did not work this time."""
    changes.update(schema.attachment, row, copy_attempts=row["copy_attempts"] + 1, copy_due_at=due_at)


async def copies(ledger: Ledger, ticket_id: int, file_ids: Collection[str]) -> dict[str, str]:
    """Which of a ticket's files are stored, and under which names."""
    table = schema.attachment
    query = sa.select(table.c.file_id, table.c.stored_as).where(
        table.c.ticket_id == ticket_id, table.c.file_id.in_(file_ids), table.c.stored_as.is_not(None)
    )
    return {row["file_id"]: row["stored_as"] for row in await ledger.all(query)}


async def delete_unused(ledger: Ledger, store: MediaStore, name: str) -> bool:
    """Delete a stored file unless an attachment still names it; whether it is gone now.

    To be asked after the rows that named it are committed away; False also for a file that was put within the hour.
    """
    return await store.delete(name) if name in await unused(ledger, [name]) else False


async def unused(ledger: Ledger, names: Collection[str]) -> set[str]:
    """Which of these stored files no attachment names that is still wanted."""
    table = schema.attachment
    query = sa.select(table.c.stored_as).where(table.c.stored_as.in_(names), table.c.copy_state != UNWANTED)
    return {*names} - {row["stored_as"] for row in await ledger.all(query)}


def unwanted(changes: ChangeSet, rows: Iterable[Row]) -> None:
    """Let go of the files of a matter that is emptied."""
    for row in rows:
        if row["stored_as"] is None:
            changes.delete(schema.attachment, row)
        else:
            gone = {"file_id": None, "file_unique_id": None, "copy_due_at": None}
            changes.update(schema.attachment, row, copy_state=UNWANTED, **gone)


async def to_delete(ledger: Ledger, now: datetime, limit: int) -> list[Row]:
    """Stored files that nobody wants any more and that may be deleted now."""
    table = schema.attachment
    is_unwanted = table.c.copy_state == sa.literal_column("'unwanted'")  # a parameter would not find the partial index
    is_due = sa.or_(table.c.copy_due_at.is_(None), table.c.copy_due_at <= now)
    return await ledger.all(sa.select(table).where(is_unwanted, is_due).order_by(table.c.id).limit(limit))
