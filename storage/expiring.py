"""The night's work on points: residents' are booked, those whose time is over expire, told kindly a month before, and
what was exchanged and not fetched comes back.

One reminder goes through all of it, a slice a second, and moves itself on in the change set of each slice: of two
schedulers one wins, and after a crash the same slice is looked at again.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from . import bookkeeping, crediting, people, reminders, rewards, schema
from .changes import ChangeSet
from .ids import first_id
from .ledger import Ledger, Row
from .plain import once
from .rules import retention
from .rules.points import TOLD_BEFORE, Reason
from .rules.press import press
from .work import Priority, Work

SUBJECT, KIND, OCCURRENCE = "points", "points_night", "nightly"
PAUSE = timedelta(seconds=1)
PAGE = 50

_transfer = schema.transfer
_LEFT = sa.and_(_transfer.c.unspent > sa.literal_column("0"), _transfer.c.expires_at.is_not(sa.null()))
_UNTIL: sa.BindParameter[Any] = sa.bindparam("until", type_=schema.UtcTime)
_MOST: sa.ColumnClause[int] = sa.literal_column(str(PAGE))
_EXPIRED = once(
    sa.select(_transfer)
    .where(_LEFT, _transfer.c.expires_at <= _UNTIL)
    .order_by(_transfer.c.expires_at, _transfer.c.id)
    .limit(_MOST)
)
_UNTOLD = sa.select(_transfer).where(_LEFT, _transfer.c.expires_at <= _UNTIL, _transfer.c.told_at.is_(sa.null()))
_TO_TELL = once(_UNTOLD.order_by(_transfer.c.expires_at, _transfer.c.id).limit(_MOST))
_ALL_OF = once(_UNTOLD.where(_transfer.c.person_id.in_(sa.bindparam("ids", expanding=True))))


async def seed(ledger: Ledger, now: datetime) -> None:
    """Have it done every night from now on; nothing when that is so already."""
    row = await ledger.one(sa.select(schema.reminder.c.id).where(schema.reminder.c.subject == SUBJECT))
    if row is None:
        work = Work.for_clock(ledger, now, ChangeSet())
        reminders.schedule(work, SUBJECT, KIND, OCCURRENCE, _next(work), {"after": first_id(now) - 1})
        await ledger.commit([work.finish()])


def _next(work: Work) -> datetime:
    return retention.next_night(work.now, work.directory.calendar.zone)


async def go_through(work: Work, reminder: Row) -> None:
    """The next slice of whatever is to be done tonight."""
    after, is_more = await crediting.credit(work, (reminder["params"] or {}).get("after"))
    is_more = is_more or await _expire(work) or await _tell(work) or await _come_back(work) or await _remind(work)
    reminders.move_on(work, reminder, work.now + PAUSE if is_more else _next(work), {"after": after})


async def _expire(work: Work) -> bool:
    rows = await work.ledger.all(_EXPIRED, until=work.now)
    for row in rows:
        work.changes.update(_transfer, row, unspent=0)
        values = {"rule": row["rule"], "reverses_id": row["id"], "taken": [[row["id"], row["unspent"]]]}
        key = f"expired:{row['id']}:{row['version']}"  # what came back into it may expire once more
        await bookkeeping.post(work, Reason.EXPIRED, row["person_id"], -row["unspent"], key, **values)
    return bool(rows)


async def _tell(work: Work) -> bool:
    """One message for all of somebody's points that go soon; it waits for the morning."""
    until = work.now + TOLD_BEFORE
    ids = sorted({row["person_id"] for row in await work.ledger.all(_TO_TELL, until=until)})
    rows = await work.ledger.all(_ALL_OF, until=until, ids=ids) if ids else []
    by_person: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        work.changes.update(_transfer, row, told_at=work.now)
        by_person[row["person_id"]].append(row)
    found = await people.by_ids(work.ledger, list(by_person))
    for person_id, some in by_person.items():
        if person_id in found:
            _tell_one(work, found[person_id], some)
    return bool(rows)


def _tell_one(work: Work, person: Row, rows: Sequence[Row]) -> None:
    shop = [[("points_shop", press("shop"))]] if work.directory.helping.rewards else []
    last_at = min(row["expires_at"] for row in rows) - timedelta(seconds=1)
    total = sum(row["unspent"] for row in rows)
    work.notify(person, "points.soon", shop, priority=Priority.REMINDER, points=total, last_at=last_at)


async def _come_back(work: Work) -> bool:
    rows = await rewards.due(work.ledger, work.now, PAGE)
    found = await people.by_ids(work.ledger, {row["person_id"] for row in rows})
    for row in rows:
        await rewards.give_back(work, row, rewards.State.EXPIRED)
        person = found.get(row["person_id"])
        if person is not None:
            names = {"zh-CN": row["name"], "en": row["name_en"]}
            shop = [[("points_shop", press("shop"))]]
            work.notify(person, "points.not_fetched", shop, names=names, points=row["price"])
    return bool(rows)


async def _remind(work: Work) -> bool:
    """What waits at the hall goes back in a few days."""
    rows = await rewards.to_remind(work.ledger, work.now, PAGE)
    found = await people.by_ids(work.ledger, {row["person_id"] for row in rows})
    for row in rows:
        work.changes.update(schema.redemption, row, told_at=work.now)
        person = found.get(row["person_id"])
        if person is not None:
            button = [[("points_see_code", press("shopmine", row["id"]))]]
            names, last_at = {"zh-CN": row["name"], "en": row["name_en"]}, row["until_at"] - timedelta(seconds=1)
            work.notify(person, "points.fetch_soon", button, priority=Priority.REMINDER, names=names, last_at=last_at)
    return bool(rows)
