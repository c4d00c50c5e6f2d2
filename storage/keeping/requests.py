"""A request on paper: finding whom it is about, and carrying a deletion out at once, beside a running bot."""

from collections.abc import Callable, Sequence
from datetime import datetime

import sqlalchemy as sa

from .. import people, reminders, schema
from ..changes import ChangeSet, Outcome
from ..ledger import Ledger, Row
from ..numbers import Numbers
from ..rules import phones
from ..work import Priority, Work
from . import booked, erasing
from .traces import PAUSE

TRIES = 20


class Busy(Exception):
    """Others change the same rows all the time; nothing is half done, and the bot goes on with the rest."""


async def about(ledger: Ledger, who: str) -> list[Row]:
    """The people a request may mean: by numeric Telegram id, telephone number, or code of the import."""
    person = schema.person
    bare = sa.func.replace(sa.func.replace(sa.func.replace(person.c.phone, "-", ""), " ", ""), "+86", "")
    ways: list[sa.ColumnElement[bool]] = [person.c.code == who]
    if who.isascii() and who.isdigit() and len(who) < 19:
        ways.append(person.c.telegram_id == int(who))
    if (number := phones.normal(who)) is not None:
        ways.append(bare == number)
    query = sa.select(person).where(sa.or_(*ways), person.c.erased_at.is_(None), person.c.merged_into_id.is_(None))
    return await ledger.all(query.order_by(person.c.id))


async def open_matters(ledger: Ledger, person: Row) -> list[Row]:
    """What would be withdrawn. Raises HandOverFirst, DangerFirst or OriginalsFirst."""
    return await erasing.open_matters(ledger, person, await people.grants_of(ledger, [person["id"]]))


async def erase(ledger: Ledger, person_id: int, now: Callable[[], datetime]) -> None:
    """Erase somebody and go on until nothing of them is left but what is still being sent.

    Raises HandOverFirst, DangerFirst, OriginalsFirst or Busy.
    """
    for _ in range(TRIES):
        work = await _desk(ledger, person_id, now())
        if work.person is None or work.person["erased_at"] is not None:
            break
        work.notify(work.person, "privacy.left", priority=Priority.ANSWER)
        await erasing.begin(work)
        if await ledger.commit([work.finish()]) == [Outcome.APPLIED]:
            break
    else:
        raise Busy
    await finish(ledger, person_id, now)


async def _desk(ledger: Ledger, person_id: int, now: datetime) -> Work:
    work = Work(ledger, now, Numbers(ledger.database), ChangeSet())
    work.person = await ledger.get(schema.person, person_id)
    work.grants = await people.grants_of(ledger, [person_id])
    return work


async def finish(ledger: Ledger, person_id: int, now: Callable[[], datetime]) -> None:
    """Do the slices of a deletion one after the other, as the clock would; what has to be waited for is left to it.

    Raises Busy.
    """
    stale = 0
    while (row := await _next_slice(ledger, person_id, now())) is not None:
        work = Work.for_clock(ledger, now(), ChangeSet())
        await erasing.go_on(work, row)
        reminders.fired(work, row)
        if await ledger.commit([work.finish()]) != [Outcome.APPLIED]:
            stale += 1
            if stale >= TRIES:
                raise Busy


async def _next_slice(ledger: Ledger, person_id: int, now: datetime) -> Row | None:
    """The reminder of somebody's deletion while there is something to do at once."""
    rows = await reminders.of(ledger, f"person:{person_id}")
    row = next((one for one in rows if one["kind"] == erasing.KIND and one["state"] == "scheduled"), None)
    is_next = row is not None and row["params"]["step"] < len(erasing.STEPS) and row["due_at"] <= now + PAUSE
    return row if is_next else None


async def erased(ledger: Ledger) -> list[int]:
    """Whose deletion was asked for: the ids of rows, which say nothing of anybody."""
    person = schema.person
    query = sa.select(person.c.id).where(person.c.erased_at.is_not(None), person.c.id > 0).order_by(person.c.id)
    return [row["id"] for row in await ledger.all(query)]


async def again(ledger: Ledger, ids: Sequence[int], now: Callable[[], datetime]) -> tuple[int, list[int]]:
    """Repeat deletions in a database that was restored from before them.

    Gives back how many were repeated, and the ids of those who, in that database, work here or wait in a danger.
    """
    done, left = 0, []
    for person_id in ids:
        person = await ledger.get(schema.person, person_id)
        if person is None or person["erased_at"] is not None:
            continue
        try:
            await erase(ledger, person_id, now)
        except (erasing.HandOverFirst, erasing.DangerFirst, booked.OriginalsFirst):
            left.append(person_id)
        else:
            done += 1
    return done, left
