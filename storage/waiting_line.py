"""Who waits is served: a free time is kept for the first in line whom it suits, and they are asked.

The clock looks at the line whenever a time was freed, and for everybody who waits once an hour. One change set keeps
one time for one person; what else is free is looked at in the next, on rows that know of it. An elder and their family
are asked together: who answers first decides, and the others are told. Who does not answer keeps their place and is
not asked for that time again; it goes to the next.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from . import reminders, schema, slots, waitlist
from .ledger import Row
from .rules.catalogue import Way
from .rules.press import press
from .rules.waiting import Waits, kept_until
from .slots import Slot
from .waiting_told import Buttons, buttons, change, service_of, tell
from .waitlist import FREED, LOOK, OFTEN, SOON
from .work import Work


async def look_for_freed(work: Work, reminder: Row) -> None:
    """A time was freed: the first in line whom something of that day suits is asked, then the next."""
    params = reminder["params"]
    day = date.fromisoformat(params["day"])
    if await _serve(work, params["services"], day=day):
        reminders.move_on(work, reminder, work.now, params)


async def look_after(work: Work, reminder: Row) -> None:
    """Somebody who waits: their answer is overdue, their window is over, or there may be a time for them."""
    row = await waitlist.by_id(work.ledger, int(reminder["subject"].partition(":")[2]))
    if row is None or row["state"] not in {Waits.WAITING, Waits.OFFERED}:
        return
    if row["state"] == Waits.OFFERED and work.now < row["offered_until"]:
        _again(work, reminder, row["offered_until"])
    elif row["state"] == Waits.OFFERED:
        await let_go(work, row, "waiting.next_in_line")
        if after_offer(work, row) is Waits.WAITING:
            _again(work, reminder, work.now)  # for another time that may be free
    elif work.now >= row["until_at"]:
        await _expire(work, row)
    elif await _serve(work, [row["service_id"]], upto=row["id"]):
        _again(work, reminder, work.now)
    else:
        _again(work, reminder, _next_look(work, row))


def _next_look(work: Work, row: Row) -> datetime:
    ends_at: datetime = row["until_at"]
    is_young = work.now - row["created_at"] < SOON
    return min(work.now + (SOON if is_young else OFTEN), ends_at)


def _again(work: Work, reminder: Row, at: datetime) -> None:
    reminders.move_on(work, reminder, at, {})


async def _serve(work: Work, services: Collection[int], *, day: date | None = None, upto: int | None = None) -> bool:
    """Keep one free time for the first in line whom one suits; whether there was such a one."""
    for row in await waitlist.line(work.ledger, services):
        if row["state"] != Waits.WAITING or (upto is not None and row["id"] > upto):
            continue
        slot = await fitting(work, row, day)
        if slot is not None:
            await _offer(work, row, slot)
            return True
    return False


async def fitting(work: Work, row: Row, day: date | None = None) -> Slot | None:
    """The first free time that suits somebody and can still be answered."""
    service = work.directory.catalogue.services.get(row["service_id"])
    calendar, wanted = work.directory.calendar, waitlist.window_of(row)
    span = wanted.days(work.now, calendar)
    if service is None or span is None or (day is not None and not span[0] <= day <= span[1]):
        return None
    first, last = (day, day) if day is not None else span
    way, place_id = Way(row["way"]), row["place_id"]
    free = await slots.days(work, service, way, place_id, first, last, owner_id=row["owner_id"])
    lead, gone_by = timedelta(hours=service.lead_hours), waitlist.passed(row)
    for one in sorted(found for found, count in free.items() if count):
        for slot in await slots.free(work, service, way, place_id, one):
            starts_at = slot.starts_at
            is_new = wanted.fits(starts_at, calendar) and starts_at not in gone_by
            if is_new and kept_until(work.now, starts_at, lead, calendar) is not None:
                return slot
    return None


async def _offer(work: Work, row: Row, slot: Slot) -> None:
    service = service_of(work, row)
    until = kept_until(work.now, slot.starts_at, timedelta(hours=service.lead_hours), work.directory.calendar)
    if until is None:
        return
    hold_id = await slots.hold(work, row["owner_id"], service, slot, until=until)
    draft = {**row["draft"], "offered": slot.starts_at.isoformat()}
    change(work, row, state=str(Waits.OFFERED), hold_id=hold_id, offered_at=work.now, offered_until=until, draft=draft)
    await look_at(work, row, until)
    await tell(
        work,
        row,
        "waiting.offer",
        buttons(row, hold_id),
        hold_id=hold_id,
        starts_at=slot.starts_at.isoformat(),
        until=until.isoformat(),
    )


async def look_at(work: Work, row: Row, at: datetime) -> None:
    """Have the reminder of somebody who waits come at another time."""
    for reminder in await reminders.of(work.ledger, waitlist.subject(row["id"])):
        if reminder["state"] == "scheduled":
            work.changes.update(schema.reminder, reminder, due_at=at)


def after_offer(work: Work, row: Row) -> Waits:
    """Whether who let a time go by waits on, or their window is over."""
    return Waits.EXPIRED if work.now >= row["until_at"] else Waits.WAITING


async def let_go(work: Work, row: Row, message: str) -> None:
    """The time that was kept goes to the next; who let it go by keeps their place, as long as their window lasts."""
    draft = {**row["draft"], "passed": [*row["draft"]["passed"], row["draft"]["offered"]]}
    after = after_offer(work, row)
    change(work, row, state=str(after), hold_id=None, offered_until=None, draft=draft)
    await slots.release(work, row["hold_id"])
    if after is Waits.EXPIRED:
        await _say_expired(work, row)
    else:
        await tell(work, row, message, [[("wait_leave", press("bwleave", row["id"]))]])


async def _expire(work: Work, row: Row) -> None:
    change(work, row, state=str(Waits.EXPIRED))
    await _say_expired(work, row)


async def _say_expired(work: Work, row: Row) -> None:
    """Nothing came: said honestly, with what can be done next."""
    community = work.directory.community_of(row["place_id"])
    other: Buttons = [[("wait_other_days", press("bwagain", row["id"]))]]
    phone = service_of(work, row).phone or (community.hotline if community else None)
    await tell(work, row, "waiting.expired", other, phone=phone)


SLICES = {LOOK: look_after, FREED: look_for_freed}
"""The reminders of the line; each moves itself on while there is something left to look at."""
