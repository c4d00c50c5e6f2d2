"""How a notice goes out: what each tick of the clock does, until everybody on its list was spoken to.

It goes out slice by slice: no more than `SLICE` recipients stand in the outbox at a time, so that a pause or a stop
acts at once and everything else overtakes. Each slice is one change set guarded by the notice's row, and each message
carries a unique key, so that neither a crash nor a second clock says it to anybody twice.
"""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from . import notices, recipients, reminders, schema
from .ledger import Ledger, Row
from .rules.notices import Event, State, can_remind
from .work import Priority, Work

LISTED_AT_A_TIME = 2000
SLICE = 150
"""How many recipients stand in the outbox at most: some five seconds of Telegram's pace."""
LEAST = 50
"""A slice is worth a commit from so many on."""
SHOW_EVERY = timedelta(seconds=10)

_table = schema.notice
_GOING = (
    sa.select(_table)
    .where(_table.c.state == sa.literal_column("'going'"))  # a parameter would not find the partial index
    .order_by(_table.c.is_urgent.desc(), _table.c.id)
)


async def fire(work: Work, notice_id: int, kind: str) -> None:
    """What a reminder of a notice does: let it begin, or tell those again who have not read it."""
    notice = await notices.by_id(work.ledger, notice_id)
    if notice is None:
        return
    if kind == notices.BEGIN and notice["state"] == State.SCHEDULED:
        notices.move(work, notice, Event.BEGUN)
    is_due = kind == notices.REMIND and can_remind(notice["state"], notice["spoke_at"], work.now)
    if is_due and (await recipients.counts(work.ledger, notice_id)).unread:
        notices.move(work, notice, Event.REMINDED)


async def going(ledger: Ledger) -> list[Row]:
    """The notices that are going out now, the urgent ones first."""
    return await ledger.all(_GOING)


async def room(ledger: Ledger) -> int:
    """How many recipients may be queued now."""
    free = SLICE - await recipients.count_queued(ledger)
    return free if free >= LEAST else 0


async def feed(work: Work, notice: Row, most: int) -> int:
    """One tick of one notice: list some, queue at most `most`, end when nobody is left; how many were queued."""
    is_quiet = not notice["is_urgent"] and work.directory.calendar.quiet_until(work.now) is not None
    values: dict[str, Any] = {}
    if not notice["is_listed"]:
        values = await recipients.put_on_list(work.ledger, work.changes, notice, work.now, LISTED_AT_A_TIME)
    rows = await recipients.next_of(work.ledger, notice["id"], max(most, 1))
    queued = [] if is_quiet else rows[:most]
    for row in queued:
        _queue(work, notice, row)
    if notice["is_listed"] and not rows and not await recipients.count_queued(work.ledger, notice["id"]):
        await _end(work, notice)
    else:
        is_news = bool(values or queued) and _is_old(notice["shown_at"], work.now)
        if is_news or (is_quiet and _was_shown_by_day(work, notice)):
            values["shown_at"] = work.now
            await notices.show(work, notice, Priority.REMINDER)
        if values or queued:
            work.changes.update(_table, notice, **values)
    return len(queued)


def _is_old(shown_at: datetime | None, now: datetime) -> bool:
    """A clock that jumps back makes it old as well."""
    return shown_at is None or not timedelta() <= now - shown_at < SHOW_EVERY


def _was_shown_by_day(work: Work, notice: Row) -> bool:
    """The quiet hours have begun since: the author is told once that it goes on in the morning."""
    return notice["shown_at"] is not None and work.directory.calendar.quiet_until(notice["shown_at"]) is None


def _queue(work: Work, notice: Row, row: Row) -> None:
    if not row["is_reachable"]:
        recipients.put(work.changes, row, recipients.UNREACHABLE)
        return
    again = f":{notice['round']}" if notice["round"] > 1 else ""
    outbox_id = work.draw(
        "notice",
        {"id": row["person_id"], "telegram_id": row["telegram_id"]},
        priority=Priority.BROADCAST,
        key=f"notice:{notice['id']}:{row['person_id']}{again}",
        notice=notice["id"],
        recipient=row["id"],
        round=notice["round"],
    )
    recipients.put(work.changes, row, recipients.QUEUED, outbox_id)


async def _end(work: Work, notice: Row) -> None:
    """Over; where an answer is wanted, those who have not read it are told again after one working day, once."""
    ended = notices.move(work, notice, Event.ENDED)
    if notice["has_receipt"] and notice["round"] == 1:
        calendar = work.directory.calendar
        due_at = calendar.add_working_days(work.now, 1)
        reminders.schedule(work, notices.subject(notice), notices.REMIND, "1", calendar.quiet_until(due_at) or due_at)
    await notices.show(work, ended, Priority.NEWS)
