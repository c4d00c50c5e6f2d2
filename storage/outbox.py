"""The outbox: what is to be said, in rows of the transactions that caused it, and what became of each.

What may be said at once is `queued` and looks at no clock; what waits for its time (the quiet hours) is `held` until
then. A row is `sending` while nobody knows yet whether it arrived.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa

from . import recipients, schema
from .changes import ChangeSet
from .engine import Database
from .ledger import Ledger, Row
from .plain import once

HELD, QUEUED, SENDING = "held", "queued", "sending"
SENT, FAILED, SUPPRESSED, UNKNOWN = "sent", "failed", "suppressed", "unknown"
_ENDS: Mapping[str, str] = {
    SENT: recipients.SENT,
    FAILED: recipients.UNREACHABLE,
    SUPPRESSED: recipients.SUPPRESSED,
    UNKNOWN: recipients.UNKNOWN,
}
"""The ends of a row, and what each means for the recipient of a notice."""

_table = schema.outbox


def _is(state: str) -> sa.ColumnElement[bool]:
    """A literal, not a parameter: a parameter would not find the partial index."""
    return _table.c.state == sa.literal_column(f"'{state}'")


_ready = once(
    sa.select(_table)
    .where(_is(QUEUED), _table.c.chat_id.not_in(sa.bindparam("passing", expanding=True)))
    .order_by(_table.c.priority, _table.c.id)
    .limit(sa.bindparam("most"))
)
_count_waiting = sa.select(sa.func.count().label("n")).where(sa.or_(_is(QUEUED), _is(HELD)))
_interrupted = sa.select(_table).where(_is(SENDING)).order_by(_table.c.id)
_held = once(sa.select(_table.c.due_at).where(_is(HELD)).order_by(_table.c.due_at).limit(1))


async def ready(ledger: Ledger, *, limit: int, passing: Sequence[int] = ()) -> list[Row]:
    """What may go out: the most urgent first, then in the order it was said. `passing` chats have to wait."""
    return await ledger.all(_ready, most=limit, passing=list(passing))


async def count_waiting(ledger: Ledger) -> int:
    """How many messages wait to be sent, those held for the morning included."""
    row = await ledger.one(_count_waiting)
    return int(row["n"]) if row else 0


async def interrupted(ledger: Ledger) -> list[Row]:
    """What a process was sending when it died: nobody knows whether it arrived."""
    return await ledger.all(_interrupted)


async def next_due_at(ledger: Ledger) -> datetime | None:
    """When the next held-back message may go out."""
    row = await ledger.one(_held)
    return row["due_at"] if row else None


async def release(ledger: Ledger, now: datetime) -> None:
    """Queue what was held until now."""
    due_at = await next_due_at(ledger)
    if due_at is not None and due_at <= now:
        await _change(ledger.database, _is(HELD) & (_table.c.due_at <= now), state=QUEUED)


async def move_chat(ledger: Ledger, old: int, new: int) -> None:
    """A group has a new id: what waits goes there, and its cards are remembered there."""
    await _change(ledger.database, (_table.c.chat_id == old) & (_is(HELD) | _is(QUEUED)), chat_id=new)
    card = schema.card
    moved = sa.update(card).where(card.c.chat_id == old).values(chat_id=new, version=card.c.version + 1)
    await ledger.database.write(partial(_execute, query=moved))


async def _change(database: Database, which: sa.ColumnElement[bool], **values: Any) -> None:
    query = sa.update(_table).where(which).values(version=_table.c.version + 1, **values)
    await database.write(partial(_execute, query=query))


def _execute(connection: sa.Connection, query: sa.Update) -> None:
    connection.execute(query)


async def waits_for(ledger: Ledger, person_id: int, method: str) -> bool:
    """Whether something of that method waits to be sent to somebody."""
    mine = sa.select(_table.c.id).where(_is(QUEUED), _table.c.person_id == person_id, _table.c.method == method)
    return await ledger.one(mine.limit(1)) is not None


async def by_id(ledger: Ledger, row_id: int) -> Row | None:
    """One row as it stands now."""
    return await ledger.get(_table, row_id)


def mark(changes: ChangeSet, row: Row, state: str, **values: Any) -> Mapping[str, Any]:
    """Record what became of a row; gives back the row as it is then. What is shown once is forgotten at the end, and
    the recipient of a notice learns of it in the same commit."""
    params = row["params"] or {}
    if state in _ENDS and "recipient" in params:
        recipients.come_back(changes, params["recipient"], _ENDS[state], values.get("sent_at"))
    if state in _ENDS and params.get("once"):
        values["params"] = {}
    changes.update(_table, row, state=state, **values)
    return {**row, **values, "state": state, "version": row["version"] + 1}
