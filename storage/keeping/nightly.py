"""Retention, every night: what is due by `rules.retention` is emptied, deleted or made anonymous, a page at a time.

One reminder, which never fires for good: it waits for the night, then for its next slice a second later, and remembers
where it stands. Every slice is one change set with that reminder in it, so of two schedulers one wins, and after a
crash the same page is looked at again.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from .. import outbox, papers, people, reminders, schema, slots
from ..changes import ChangeSet
from ..ids import first_id
from ..inbox import DONE, SET_ASIDE
from ..ledger import Ledger, Row
from ..rules import retention
from ..rules.retention import cutoff
from ..rules.slots import cell_at
from ..work import Work
from . import booked, clearing, erasing
from .traces import PAUSE

SUBJECT, KIND, OCCURRENCE = "keeping", "keep", "nightly"
WALK = 500
FEW = 5
"""How many matters or people go in one slice: each takes a dozen rows with it."""

Due = Callable[[Row, datetime], bool]
Act = Callable[[Work, Sequence[Row]], Awaitable[None]]


@dataclass(frozen=True)
class Walk:
    """How a rule's table is walked: which rows, in the order of their ids, and what is done with a page of them.

    Where `is_once` holds, a row that was passed over is never due later, and the next night begins where this one ends.
    """

    rule: str
    query: Callable[[Work], sa.Select[Any]]
    act: Act
    page: int = WALK
    is_once: bool = False


def _young(rule: str, work: Work) -> int:
    """Ids grow with time: what is smaller was made so long ago that it may be due."""
    return first_id(cutoff(rule, work.ledger.periods, work.now))


def _old(rule: str, *where: sa.ColumnElement[bool]) -> Callable[[Work], sa.Select[Any]]:
    """The rows of a rule's table that were made long enough ago."""
    table = schema.metadata.tables[retention.RULES[rule].table]
    return lambda work: sa.select(table).where(table.c.id < _young(rule, work), *where)


async def seed(ledger: Ledger, now: datetime) -> None:
    """Have the night's work done from now on; nothing when that is so already."""
    row = await ledger.one(sa.select(schema.reminder.c.id).where(schema.reminder.c.subject == SUBJECT))
    if row is None:
        work = Work.for_clock(ledger, now, ChangeSet())
        reminders.schedule(work, SUBJECT, KIND, OCCURRENCE, _next(work), {})
        await ledger.commit([work.finish()])


def _next(work: Work) -> datetime:
    return retention.next_night(work.now, work.directory.calendar.zone)


async def keep(work: Work, reminder: Row) -> None:
    """The next slice: the first page on which there is something to look at."""
    params = reminder["params"] or {}
    at, seen = params.get("walk", 0), params.get("seen", {})
    after = params.get("after")
    while at < len(WALKS):
        walk = WALKS[at]
        after = seen.get(walk.rule, -1) if after is None else after
        rows = await work.ledger.all(_page(walk, work, after))
        await walk.act(work, rows)
        is_full = len(rows) == walk.page
        if walk.is_once:
            seen |= {walk.rule: rows[-1]["id"] if is_full else _young(walk.rule, work) - 1}
        at, after = (at, rows[-1]["id"]) if is_full else (at + 1, None)
        if rows:
            reminders.move_on(work, reminder, work.now + PAUSE, {"walk": at, "after": after, "seen": seen})
            return
    reminders.move_on(work, reminder, _next(work), {"seen": seen})


def _page(walk: Walk, work: Work, after: int) -> sa.Select[Any]:
    query = walk.query(work)
    (row_id,) = (column for column in query.selected_columns if column.name == "id")
    return query.where(row_id > after).order_by(row_id).limit(walk.page)


# --- what is done ----------------------------------------------------------------------------------------------

_FINAL = [outbox.SENT, outbox.FAILED, outbox.SUPPRESSED, outbox.UNKNOWN]


def _delete(rule: str, ended: str | None = None) -> Act:
    """Delete the rows of a page; where what counts is not how old they are, those that `ended` long enough ago."""
    table = schema.metadata.tables[retention.RULES[rule].table]
    statement = sa.delete(table).where(table.c.id == sa.bindparam("row_id"))

    async def act(work: Work, rows: Sequence[Row]) -> None:
        before = cutoff(rule, work.ledger.periods, work.now)
        for row in rows:
            if ended is not None and (row[ended] is None or row[ended] >= before):
                continue
            if "version" in table.c:
                work.changes.delete(table, row)
            else:
                work.changes.run(statement, row_id=row["id"])

    return act


async def _updates(work: Work, rows: Sequence[Row]) -> None:
    """Stored updates: first the payload goes, then the row, which absorbs repetitions until then."""
    due = {name: cutoff(name, work.ledger.periods, work.now) for name in ("payload", "update", "set_aside")}
    for row in rows:
        over_at = row["done_at"] or row["received_at"]
        is_set_aside = row["state"] == SET_ASIDE
        if over_at < due["set_aside" if is_set_aside else "update"]:
            work.changes.delete(schema.inbox, row)
        elif not is_set_aside and row["has_payload"] and over_at < due["payload"]:
            work.changes.update(schema.inbox, row, payload=None)


async def _matters(work: Work, rows: Sequence[Row]) -> None:
    """What ended long ago; the receipt for originals that are still out is kept until they are back."""
    before = cutoff("matter", work.ledger.periods, work.now)
    for row in rows:
        if row["closed_at"] < before and not papers.out(await papers.of(work.ledger, row["id"])):
            await clearing.anonymise(work, row)


async def _people(work: Work, rows: Sequence[Row]) -> None:
    """Those with whom nothing is left to do: no role, no matter that still says whose it is."""
    before = cutoff("person", work.ledger.periods, work.now)
    for row in rows:
        is_gone = any(row[name] is not None and row[name] < before for name in ("retired_at", "unreachable_at"))
        never_came = row["telegram_id"] is None and row["code"] is None
        if (is_gone or never_came) and not await _is_needed(work, row):
            one = Work.for_clock(work.ledger, work.now, work.changes)
            one.person = row
            await erasing.begin(one, is_traceless=True)


async def _is_needed(work: Work, person: Row) -> bool:
    if people.is_staff(await people.grants_of(work.ledger, [person["id"]])):
        return True
    ticket = schema.ticket
    theirs = sa.select(ticket.c.id).where(ticket.c.owner_id == person["id"], ticket.c.anonymised_at.is_(None))
    return await work.ledger.one(theirs.limit(1)) is not None


async def _holds(work: Work, rows: Sequence[Row]) -> None:
    """Holds that nobody confirmed and that the clock did not release: their times are free."""
    before = cutoff("hold", work.ledger.periods, work.now)
    for row in rows:
        if row["until"] < before:
            await slots.release(work, row["id"])


def _owners_of_cells(work: Work) -> sa.Select[Any]:
    return booked.holders(_young("cell", work))


async def _cells(work: Work, rows: Sequence[Row]) -> None:
    before = cell_at(cutoff("cell", work.ledger.periods, work.now))
    for row in rows:
        booked.free_past(work, row, before)


def _stored(_work: Work) -> sa.Select[Any]:
    """Updates that are over, without their payload. Telegram gives them their ids, which say nothing of their age."""
    table = schema.inbox
    columns = [column for column in table.c if column.name != "payload"]
    has_payload = table.c.payload.is_not(None).label("has_payload")
    return sa.select(*columns, has_payload).where(table.c.state.in_([DONE, SET_ASIDE]))


def _untouched(work: Work) -> sa.Select[Any]:
    table = schema.conversation
    return sa.select(table).where(table.c.updated_at < cutoff("draft", work.ledger.periods, work.now))


_outbox, _ticket, _reminder = schema.outbox.c, schema.ticket.c, schema.reminder.c

WALKS: tuple[Walk, ...] = (
    Walk("payload", _stored, _updates),
    Walk("message", _old("message", _outbox.state.in_(_FINAL)), _delete("message")),
    Walk("draft", _untouched, _delete("draft")),
    Walk(
        "reminder",
        _old("reminder", _reminder.state != "scheduled", sa.not_(_reminder.subject.startswith("ticket:"))),
        _delete("reminder"),
        is_once=True,
    ),
    Walk("invitation", _old("invitation"), _delete("invitation", "expires_at")),
    Walk("matter", _old("matter", _ticket.closed_at.is_not(None), _ticket.anonymised_at.is_(None)), _matters, FEW),
    Walk("family", _old("family", schema.family_link.c.ended_at.is_not(None)), _delete("family", "ended_at")),
    Walk("role", _old("role", schema.role_grant.c.revoked_at.is_not(None)), _delete("role", "revoked_at")),
    Walk("notice", _old("notice"), _delete("notice")),
    Walk("hold", _old("hold"), _holds),
    Walk("cell", _owners_of_cells, _cells),
    Walk("waiting", _old("waiting"), _delete("waiting", "until_at")),
    Walk("support", _old("support", schema.support.c.ended_at.is_not(None)), _delete("support", "ended_at")),
    Walk("absence", _old("absence"), _delete("absence", "ends_at")),
    Walk("swap", _old("swap"), _delete("swap")),
    Walk("person", _old("person", schema.person.c.erased_at.is_(None)), _people, 20 * FEW),
    Walk("audit", _old("audit"), _delete("audit")),
)
"""The rules "update" and "set_aside" are part of the first walk: they are about the same rows."""
