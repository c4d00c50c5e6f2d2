"""The outbox: what is to be said, in rows of the transactions that caused it, and what became of each."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from . import schema
from .changes import ChangeSet
from .ledger import Ledger, Row

QUEUED, SENDING, SENT, FAILED, SUPPRESSED, UNKNOWN = "queued", "sending", "sent", "failed", "suppressed", "unknown"


async def ready(ledger: Ledger, now: datetime, *, limit: int, passing: Sequence[int] = ()) -> list[Row]:
    """What may go out now: the most urgent first, then in the order it was said. `passing` chats have to wait."""
    outbox = schema.outbox
    query = (
        sa.select(outbox)
        .where(outbox.c.state == QUEUED, outbox.c.due_at <= now)
        .order_by(outbox.c.priority, outbox.c.id)
        .limit(limit)
    )
    if passing:
        query = query.where(outbox.c.chat_id.not_in(passing))
    return await ledger.all(query)


async def interrupted(ledger: Ledger) -> list[Row]:
    """What a process was sending when it died: nobody knows whether it arrived."""
    return await ledger.all(sa.select(schema.outbox).where(schema.outbox.c.state == SENDING))


async def next_due_at(ledger: Ledger, now: datetime) -> datetime | None:
    """When the next held-back message may go out."""
    outbox = schema.outbox
    query = sa.select(sa.func.min(outbox.c.due_at).label("due_at")).where(
        outbox.c.state == QUEUED, outbox.c.due_at > now
    )
    row = await ledger.one(query)
    return row["due_at"] if row else None


def mark(changes: ChangeSet, row: Row, state: str, **values: Any) -> Mapping[str, Any]:
    """Record what became of a row; gives back the row as it is then."""
    changes.update(schema.outbox, row, state=state, **values)
    return {**row, **values, "state": state, "version": row["version"] + 1}
