"""What only the database knows of how much waits and since when; for those who watch. A few cheap queries on indexes.

They go over a connection lent for what is rare, so that on SQLite the loop does not wait for them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from . import last_backup, schema
from .engine import Database
from .ledger import Ledger, Row
from .rules.lifecycle import OPEN, State
from .states import UNOWNED, any_of


@dataclass(frozen=True, slots=True)
class Queue:
    """How many wait, and since when the first of them."""

    count: int = 0
    oldest_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """What waits at one moment."""

    updates: Queue
    set_aside: Queue
    outbox: Mapping[int, Queue]  # by priority: what may be said now and is not yet
    held: int  # what waits for its time
    reminders: Queue  # due and not fired
    open_tickets: Mapping[str, int]  # by state
    overdue: int
    dangers: Queue  # that nobody has taken
    media: Queue
    backup_at: datetime | None  # the last one that was noted


def _is(column: sa.Column[Any], value: str) -> sa.ColumnElement[bool]:
    """A literal, not a parameter: a parameter would not find the partial index."""
    return column == sa.literal_column(f"'{value}'")


_inbox, _outbox, _reminder, _ticket = schema.inbox.c, schema.outbox.c, schema.reminder.c, schema.ticket.c
_attachment = schema.attachment.c
_N = sa.func.count().label("n")
_IS_UNTAKEN_DANGER = sa.and_(_ticket.is_danger, any_of(_ticket.state, UNOWNED))
_IS_LATE = sa.and_(_ticket.overdue_at.is_not(None), _ticket.state != sa.literal_column(f"'{State.DONE}'"))

_UPDATES = sa.select(_N, sa.func.min(_inbox.received_at).label("oldest_at")).where(_is(_inbox.state, "new"))
_SET_ASIDE = sa.select(_N, sa.func.min(_inbox.received_at).label("oldest_at")).where(_is(_inbox.state, "set_aside"))
_OUTBOX = (
    sa.select(_outbox.priority, _N, sa.func.min(_outbox.due_at).label("oldest_at"))
    .where(_is(_outbox.state, "queued"))
    .group_by(_outbox.priority)
)
_HELD = sa.select(_N).where(_is(_outbox.state, "held"))
_REMINDERS = sa.select(_N, sa.func.min(_reminder.due_at).label("oldest_at")).where(
    _is(_reminder.state, "scheduled"), _reminder.due_at <= sa.bindparam("now", type_=schema.UtcTime)
)
_TICKETS = (
    sa.select(
        _ticket.state,
        _N,
        sa.func.count().filter(_IS_LATE).label("overdue"),
        sa.func.count().filter(_IS_UNTAKEN_DANGER).label("dangers"),
        sa.func.min(sa.func.coalesce(_ticket.danger_at, _ticket.created_at)).filter(_IS_UNTAKEN_DANGER).label("at"),
    )
    .where(any_of(_ticket.state, OPEN))
    .group_by(_ticket.state)
)
_MEDIA = sa.select(_N, sa.func.min(_attachment.added_at).label("oldest_at")).where(
    _is(_attachment.copy_state, "waiting"), _attachment.file_id.is_not(None)
)


async def read(ledger: Ledger, now: datetime) -> Figures:
    """Everything that waits now. Raises what the engine raises."""
    async with ledger.database.reading() as connection:
        tickets = await _rows(connection, _TICKETS)
        return Figures(
            updates=_queue(await _rows(connection, _UPDATES)),
            set_aside=_queue(await _rows(connection, _SET_ASIDE)),
            outbox={row["priority"]: _queue([row]) for row in await _rows(connection, _OUTBOX)},
            held=_queue(await _rows(connection, _HELD)).count,
            reminders=_queue(await _rows(connection, _REMINDERS, now=now)),
            open_tickets={row["state"]: row["n"] for row in tickets},
            overdue=sum(row["overdue"] for row in tickets),
            dangers=Queue(
                sum(row["dangers"] for row in tickets), min((row["at"] for row in tickets if row["at"]), default=None)
            ),
            media=_queue(await _rows(connection, _MEDIA)),
            backup_at=await last_backup.made_at(connection),
        )


async def _rows(connection: AsyncConnection, query: sa.Executable, **params: Any) -> list[Row]:
    return [dict(row) for row in (await connection.execute(query, params)).mappings()]


def _queue(rows: list[Row]) -> Queue:
    return Queue(rows[0]["n"], rows[0].get("oldest_at")) if rows else Queue()


async def probe(database: Database) -> None:
    """The smallest question there is. Raises what the engine raises when the database does not answer."""
    async with database.reading() as connection:
        await connection.execute(sa.select(sa.literal(1)))
