"""What has to be put right after a restore: the world went on since the backup, and the restored rows do not know it.

Nothing is sent again blindly: what was on its way is "unknown" until an administrator decides. Only what was held back
for a time that is still to come stays, for nobody can have sent it. Notices that were going out, or were to begin
since, are paused. Numbers that may have been given since are skipped. Posts belong to nobody: who held them is gone.
Reminders that are overdue fire by their own rule, and updates that were acknowledged but not worked on take effect.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from storage import recipients, schema
from storage.ids import new_id
from storage.numbers import BLOCK
from storage.outbox import HELD, QUEUED, SENDING, UNKNOWN
from storage.rules.notices import State
from storage.work import Priority

RESTORED = "restored"
"""The error of a row that a restore stopped."""
SPARE_NUMBERS = 20 * BLOCK
LISTED = 20
"""How many urgent messages are shown."""

_outbox = schema.outbox
_on_its_way = _outbox.c.state.in_((QUEUED, SENDING, HELD))
_is_stopped = (_outbox.c.state == UNKNOWN) & (_outbox.c.error == RESTORED)


class Resend(StrEnum):
    """Which of the messages that a restore stopped are sent after all."""

    NONE = "none"
    URGENT = "urgent"
    ALL = "all"


@dataclass(frozen=True)
class Urgent:
    """An alarm that was on its way: what it said, about which ticket, and when it was to be sent."""

    message: str
    number: int | None
    created_at: datetime


@dataclass(frozen=True)
class Aftermath:
    """What an operator has to know after a restore."""

    stopped: int
    urgent: list[Urgent]
    paused: int  # notices
    waiting: int  # updates that were acknowledged and still have to take effect
    overdue: int  # reminders that fire when the bot starts


def settle(connection: sa.Connection, taken_at: datetime, now: datetime, resend: Resend) -> Aftermath:
    """Put a restored database right; its schema is up to date."""
    is_late = (_outbox.c.state != HELD) | (_outbox.c.due_at <= now)
    _change(connection, _outbox, _on_its_way & is_late, state=UNKNOWN, error=RESTORED)
    send(connection, resend)
    paused = _pause_notices(connection, now)
    _free_posts(connection)
    _skip_numbers(connection, taken_at, now)
    data = {"taken_at": taken_at.isoformat(), "resend": str(resend)}
    connection.execute(sa.insert(schema.audit).values(id=new_id(now), at=now, what="restored", data=data))
    return Aftermath(
        stopped=_count(connection, _outbox, _is_stopped),
        urgent=_urgent(connection),
        paused=paused,
        waiting=_count(connection, schema.inbox, schema.inbox.c.state == sa.literal_column("'new'")),
        overdue=_count(
            connection,
            schema.reminder,
            (schema.reminder.c.state == sa.literal_column("'scheduled'")) & (schema.reminder.c.due_at <= now),
        ),
    )


def send(connection: sa.Connection, resend: Resend) -> int:
    """Queue what a restore stopped; gives back how many messages."""
    if resend is Resend.NONE:
        return 0
    which = _is_stopped if resend is Resend.ALL else _is_stopped & (_outbox.c.priority == Priority.ALARM)
    return _change(connection, _outbox, which, state=QUEUED, error=None)


def _urgent(connection: sa.Connection) -> list[Urgent]:
    ticket = schema.ticket
    query = (
        sa.select(_outbox.c.message, _outbox.c.method, _outbox.c.created_at, ticket.c.number)
        .join(ticket, ticket.c.id == _outbox.c.ticket_id, isouter=True)
        .where(_is_stopped, _outbox.c.priority == Priority.ALARM)
        .order_by(_outbox.c.id)
        .limit(LISTED)
    )
    rows = connection.execute(query).all()
    return [Urgent(row.message or row.method, row.number, row.created_at) for row in rows]


def _skip_numbers(connection: sa.Connection, taken_at: datetime, now: datetime) -> None:
    """Leave out the numbers that may have been given since the backup, going by as long a time before it."""
    since = taken_at - max(now - taken_at, timedelta())
    recent = _count(connection, schema.ticket, schema.ticket.c.created_at >= since)
    counter = schema.counter
    connection.execute(sa.update(counter).values(next=counter.c.next + SPARE_NUMBERS + 3 * recent))


def _pause_notices(connection: sa.Connection, now: datetime) -> int:
    """Whoever wrote a notice sees how many have it, and lets it go on or stops it."""
    notice, recipient = schema.notice, schema.notice_recipient
    is_due = (notice.c.state == State.SCHEDULED) & (notice.c.due_at <= now)
    began_at = sa.func.coalesce(notice.c.spoke_at, notice.c.due_at)
    which = (notice.c.state == State.GOING) | is_due
    paused = _change(connection, notice, which, state=State.PAUSED, spoke_at=began_at)
    stopped = sa.select(_outbox.c.id).where(_is_stopped)
    is_lost = (recipient.c.state == recipients.QUEUED) & recipient.c.outbox_id.in_(stopped)
    _change(connection, recipient, is_lost, state=recipients.UNKNOWN)
    return paused


def _free_posts(connection: sa.Connection) -> None:
    _change(connection, schema.lease, sa.true(), owner=None, until=None)
    connection.execute(sa.delete(schema.replica))


def _change(connection: sa.Connection, table: sa.Table, which: sa.ColumnElement[bool], **values: Any) -> int:
    query = sa.update(table).where(which).values(version=table.c.version + 1, **values)
    return connection.execute(query).rowcount


def _count(connection: sa.Connection, table: sa.Table, which: sa.ColumnElement[bool]) -> int:
    return int(connection.execute(sa.select(sa.func.count()).select_from(table).where(which)).scalar_one())
