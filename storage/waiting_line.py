"""Who waits is served: a free time is kept for the first in line whom it suits, and they are asked.

The clock looks at the line whenever a time was freed, and for everybody who waits once an hour. One change set keeps
one time for one person; what else is free is looked at in the next, on rows that know of it. An elder and their family
are asked together: who answers first decides, and the others are told. Who does not answer keeps their place and is
not asked for that time again; it goes to the next.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from . import bookings, family, outbox, people, reminders, schema, slots, waitlist
from .bookings import Wanted
from .ledger import Row
from .rules.catalogue import Service, Way
from .rules.errors import NotYours, Refusal
from .rules.press import press
from .rules.waiting import Waits, kept_until
from .slots import Slot
from .waitlist import FREED, LOOK, OFTEN, SOON
from .work import Button, Priority, Work

Buttons = list[list[Button]]


class OfferOver(Refusal):
    """The time is not kept for them any more; they still wait, or wait no longer."""

    code = "wait_offer_over"


class FamilyTook(Refusal):
    """Somebody of the family has taken the time already."""

    code = "wait_family_took"


class WaitOver(Refusal):
    """They do not wait any more."""

    code = "wait_over"


# --- what the clock does -------------------------------------------------------------------------------------


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
        await _let_go(work, row, "waiting.next_in_line")
        if _after_offer(work, row) is Waits.WAITING:
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
    service = _service(work, row)
    until = kept_until(work.now, slot.starts_at, timedelta(hours=service.lead_hours), work.directory.calendar)
    if until is None:
        return
    hold_id = await slots.hold(work, row["owner_id"], service, slot, until=until)
    draft = {**row["draft"], "offered": slot.starts_at.isoformat()}
    change(work, row, state=str(Waits.OFFERED), hold_id=hold_id, offered_at=work.now, offered_until=until, draft=draft)
    await _look_at(work, row, until)
    await tell(
        work,
        row,
        "waiting.offer",
        buttons(row, hold_id),
        hold_id=hold_id,
        starts_at=slot.starts_at.isoformat(),
        until=until.isoformat(),
    )


def buttons(row: Row, hold_id: int) -> Buttons:
    """Take the time that is kept, let it go by, or wait no longer."""
    return [
        [("wait_take", press("bwtake", row["id"], hold_id))],
        [("wait_pass", press("bwpass", row["id"], hold_id)), ("wait_leave", press("bwleave", row["id"]))],
    ]


async def _look_at(work: Work, row: Row, at: datetime) -> None:
    """Have the reminder of somebody who waits come at another time."""
    for reminder in await reminders.of(work.ledger, waitlist.subject(row["id"])):
        if reminder["state"] == "scheduled":
            work.changes.update(schema.reminder, reminder, due_at=at)


def _after_offer(work: Work, row: Row) -> Waits:
    return Waits.EXPIRED if work.now >= row["until_at"] else Waits.WAITING


async def _let_go(work: Work, row: Row, message: str) -> None:
    """The time that was kept goes to the next; who let it go by keeps their place, as long as their window lasts."""
    draft = {**row["draft"], "passed": [*row["draft"]["passed"], row["draft"]["offered"]]}
    after = _after_offer(work, row)
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
    phone = _service(work, row).phone or (community.hotline if community else None)
    await tell(work, row, "waiting.expired", other, phone=phone)


# --- what people do ------------------------------------------------------------------------------------------


async def accept(work: Work, waiting_id: int | None, hold_id: int | None) -> dict[str, Any]:
    """Take the time that is kept; gives back the ticket. Raises NotYours, FamilyTook, OfferOver or SlotTaken."""
    row = await mine(work, waiting_id)
    if row["state"] == Waits.TAKEN:
        raise FamilyTook
    if row["state"] != Waits.OFFERED or row["hold_id"] != hold_id or await slots.row_of(work, hold_id) is None:
        raise OfferOver
    ticket = await bookings.book(work, wanted_of(row), hold_id=hold_id)
    change(work, row, state=str(Waits.TAKEN), hold_id=None)
    await reminders.settle(work, waitlist.subject(row["id"]), [])
    await _tell_the_others(work, row)
    return ticket


_SAID = sa.select(schema.outbox).where(schema.outbox.c.unique_key.in_(sa.bindparam("keys", expanding=True)))


async def _tell_the_others(work: Work, row: Row) -> None:
    """On the message by which they were asked: somebody of the family has taken the time."""
    others = [person for person in await told(work, row) if person["id"] != _me(work)]
    keys = {_key(row, row["hold_id"], person["id"]): person for person in others}
    service = _service(work, row)
    for said in await work.ledger.all(_SAID, keys=list(keys)):
        person = keys[said["unique_key"]]
        if said["state"] in {outbox.HELD, outbox.QUEUED}:
            outbox.mark(work.changes, said, outbox.SUPPRESSED)
        work.notify(
            person,
            "waiting.taken_by",
            edit=said["telegram_message_id"],
            who=work.person["name"] if work.person else None,
            service=service.name_in(person["language"]),
        )


def _key(row: Row, hold_id: int, person_id: int) -> str:
    return f"waiting:{row['id']}:{hold_id}:{person_id}"


async def pass_by(work: Work, waiting_id: int | None, hold_id: int | None) -> None:
    """Let the time that is kept go to the next, and go on waiting. Raises NotYours or OfferOver."""
    row = await mine(work, waiting_id)
    if row["state"] != Waits.OFFERED or row["hold_id"] != hold_id:
        raise OfferOver
    await _let_go(work, row, "waiting.passed_by")
    await (_look_at(work, row, work.now) if _after_offer(work, row) is Waits.WAITING else _end(work, row))


async def leave(work: Work, waiting_id: int | None) -> Row:
    """Wait no longer; a time that was kept goes to the next. Raises NotYours or WaitOver."""
    row = await mine(work, waiting_id)
    if row["state"] not in {Waits.WAITING, Waits.OFFERED}:
        raise WaitOver
    change(work, row, state=str(Waits.LEFT), hold_id=None)
    if row["hold_id"] is not None:
        await slots.release(work, row["hold_id"])
    await _end(work, row)
    await tell(work, row, "waiting.left", but=_me(work))
    return row


async def _end(work: Work, row: Row) -> None:
    await reminders.settle(work, waitlist.subject(row["id"]), [])


async def mine(work: Work, waiting_id: int | None) -> Row:
    """A row of the line, if the one who asks may answer for it now. Raises NotYours."""
    row = await waitlist.by_id(work.ledger, waiting_id)
    if row is None or _me(work) not in {person["id"] for person in await told(work, row)}:
        raise NotYours
    return row


# --- telling -------------------------------------------------------------------------------------------------


def change(work: Work, row: Row, **values: Any) -> None:
    """Change a row of the line."""
    work.changes.update(schema.waiting, row, **values)


def wanted_of(row: Row) -> Wanted:
    """What is booked when a time is taken."""
    return wanted_from(row["draft"]["wanted"])


def wanted_from(stored: Mapping[str, Any]) -> Wanted:
    """What somebody wants, as it was kept; what this version does not know is left out."""
    known = {one.name: stored[one.name] for one in fields(Wanted) if one.name in stored}
    return Wanted(**known | {"way": Way(stored["way"])})


async def kept(work: Work, row: Row) -> Row | None:
    """The hold that keeps a time for somebody now."""
    return await slots.row_of(work, row["hold_id"]) if row["state"] == Waits.OFFERED else None


async def told(work: Work, row: Row) -> list[Row]:
    """Whom it concerns: the owner, who asked for them, and the family unless it is confidential."""
    service = _service(work, row)
    kind = work.directory.kinds.get(service.kind)
    is_confidential = service.is_confidential or (kind is not None and kind.is_confidential)
    former = {one["relative_id"] for one in await people.family_of(work.ledger, row["owner_id"]) if one["ended_at"]}
    found = await people.at_hand(work, {row["owner_id"], row["person_id"]} - former)
    relatives = await family.told(work, row["owner_id"], is_confidential=is_confidential)
    return list({**found, **{one["id"]: one for one in relatives}}.values())


async def tell(
    work: Work,
    row: Row,
    message: str,
    rows: Sequence[Sequence[Button]] = (),
    *,
    but: int = 0,
    hold_id: int | None = None,
    **params: Any,
) -> None:
    """Tell all whom it concerns, except `but`; of a time that `hold_id` keeps once each."""
    service = _service(work, row)
    for person in await told(work, row):
        if person["id"] != but:
            work.notify(
                person,
                message,
                rows,
                priority=Priority.NEWS,
                key=None if hold_id is None else _key(row, hold_id, person["id"]),
                service=service.name_in(person["language"]),
                is_own=person["id"] == row["owner_id"],
                **params,
            )


def _service(work: Work, row: Row) -> Service:
    """Its service. Raises WaitOver when an import took that away."""
    service = work.directory.catalogue.services.get(row["service_id"])
    if service is None:
        raise WaitOver
    return service


def _me(work: Work) -> int:
    return work.person["id"] if work.person else 0


SLICES = {LOOK: look_after, FREED: look_for_freed}
"""The reminders of the line; each moves itself on while there is something left to look at."""
