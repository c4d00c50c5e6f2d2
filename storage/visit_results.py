"""What came of a visit: done, or not and why; and the stages of an official matter, each told to the resident.

An official matter is done when it is delivered, everything else at once. From each stage the finish limit runs anew:
what lies with an office is not late because it was booked long ago.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from . import handling, papers, tickets, visits
from .handling import Ticket
from .ledger import Row
from .rules.catalogue import Service
from .rules.errors import Stale
from .rules.lifecycle import Event, State
from .rules.limits import Limits, resolution_due_at
from .rules.press import press
from .rules.rights import Action
from .rules.visits import Outcome, Stage, result_at, stages_after
from .work import Work


def service_of(work: Work, booking: Row) -> Service | None:
    """The service of a booking, while it is offered."""
    return work.directory.catalogue.services.get(booking["service_id"])


def is_official(work: Work, booking: Row) -> bool:
    """Whether it goes through the stages."""
    service = service_of(work, booking)
    return service is not None and service.is_official


def stage_of(booking: Row) -> Stage | None:
    """How far an official matter is."""
    return Stage(booking["stage"]) if booking["stage"] else None


async def reach(work: Work, ticket: Ticket, stage: Stage, fetch_at: datetime | None = None) -> None:
    """An official matter reached a stage; a later one than before. Raises Stale for one that is past.

    `fetch_at` is from when on the result can be fetched, where that is known.
    """
    booking = await visits.booking_of(work, ticket)
    await handling.check(work, Action.STAGE, ticket, Event.STAGED)
    if not is_official(work, booking) or stage not in stages_after(stage_of(booking)):
        raise Stale
    if stage is Stage.DELIVERED:
        await finish(work, ticket)
        return
    result = result_at(stage)
    visits.alter(
        work,
        booking,
        stage=str(stage),
        stage_at=work.now,
        fetch_at=fetch_at,
        result=str(result) if result else booking["result"],
    )
    why = {"stage": str(stage)}
    await tickets.move(work, ticket, Event.STAGED, _me(work), why=why, **_begins_anew(work, ticket))
    params = await visits.said(work, ticket, booking)
    await handling.tell_owner(work, ticket, f"visit.stage_{stage}", fetch_at=fetch_at, **params)
    await tickets.show(work, ticket)


def _begins_anew(work: Work, ticket: Ticket) -> dict[str, Any]:
    """The finish limit from this moment on; only what was booked for a time has such a beginning."""
    if ticket["booked_until"] is None:
        return {}
    due_at = resolution_due_at(Limits.from_json(ticket["limits"]), work.now, work.directory.calendar, timedelta())
    return {"booked_until": work.now, "paused_seconds": 0, "resolution_due_at": due_at, "overdue_at": None}


async def finish(work: Work, ticket: Ticket, words: str | None = None, files: Sequence[Mapping[str, Any]] = ()) -> None:
    """办好了: the resident is asked whether it is. Raises OriginalsOut while originals are out."""
    booking = await visits.booking_of(work, ticket)
    is_again = ticket["state"] == State.DONE
    await handling.finish(work, ticket, words, files)
    if is_again:
        return  # a double tap
    staged = {"stage": str(Stage.DELIVERED), "stage_at": work.now} if is_official(work, booking) else {}
    visits.alter(work, booking, result=str(Outcome.DONE), **staged)


async def refuse(work: Work, ticket: Ticket, reason: str) -> None:
    """没办成: with the reason, which the resident reads; they may have it looked at again. Raises OriginalsOut."""
    booking = await visits.booking_of(work, ticket)
    await handling.check(work, Action.FINISH, ticket, Event.FINISHED)
    await papers.check_returned(work, ticket)
    visits.alter(work, booking, result=str(Outcome.REFUSED))
    why = {"words": reason, "result": str(Outcome.REFUSED)}
    await tickets.move(work, ticket, Event.FINISHED, _me(work), why=why, done_at=work.now, done_words=reason)
    understood = ("visit_understood", press("yes", ticket["id"]))
    again = ("visit_look_again", press("no", ticket["id"]))
    params = await visits.said(work, ticket, booking)
    await handling.tell_owner(work, ticket, "visit.not_done", buttons=[[understood], [again]], words=reason, **params)
    await tickets.show(work, ticket, but=[ticket["owner_id"]])


async def is_over(work: Work, ticket: Ticket, key: str) -> None:
    """The time of a room, or of a provider without a chat, is over: it counts as done, and the resident is asked."""
    booking = await visits.booking_of(work, ticket)
    visits.alter(work, booking, result=str(Outcome.DONE))
    await tickets.move(work, ticket, Event.FINISHED, None, done_at=work.now)
    buttons = [[("done_yes", press("yes", ticket["id"]))], [("done_no", press("no", ticket["id"]))]]
    params = await visits.said(work, ticket, booking)
    await handling.tell_owner(work, ticket, "visit.over", buttons=buttons, key=key, **params)
    await tickets.show(work, ticket, but=[ticket["owner_id"]])


def _me(work: Work) -> int | None:
    return work.person["id"] if work.person else None
