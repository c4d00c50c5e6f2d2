"""What people answer when a time is kept for them: take it, let it go by, or wait no longer.

Whoever of the family answers first decides; what the others were asked by says so from then on.
"""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import sqlalchemy as sa

from . import bookings, outbox, reminders, schema, slots, waiting_line, waitlist
from .bookings import Wanted
from .ledger import Row
from .rules.catalogue import Way
from .rules.errors import NotYours, Refusal
from .rules.waiting import Waits
from .waiting_told import WaitOver, change, key_of, service_of, tell, told
from .work import Work


class OfferOver(Refusal):
    """The time is not kept for them any more; they still wait, or wait no longer."""

    code = "wait_offer_over"


class FamilyTook(Refusal):
    """Somebody of the family has taken the time already."""

    code = "wait_family_took"


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
    keys = {key_of(row, row["hold_id"], person["id"]): person for person in others}
    service = service_of(work, row)
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


async def pass_by(work: Work, waiting_id: int | None, hold_id: int | None) -> None:
    """Let the time that is kept go to the next, and go on waiting. Raises NotYours or OfferOver."""
    row = await mine(work, waiting_id)
    if row["state"] != Waits.OFFERED or row["hold_id"] != hold_id:
        raise OfferOver
    await waiting_line.let_go(work, row, "waiting.passed_by")
    if waiting_line.after_offer(work, row) is Waits.WAITING:
        await waiting_line.look_at(work, row, work.now)
    else:
        await _end(work, row)


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


def _me(work: Work) -> int:
    return work.person["id"] if work.person else 0
