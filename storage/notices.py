"""Notices: what somebody writes for a place and a group of people, steers while it goes out, and reads.

A notice is kept once; the messages that say it only name it. How it goes out is told in `storage.broadcast`, how far
it has come in `storage.noticeboard`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from . import people, recipients, reminders, schema
from .changes import ChangeSet
from .ledger import Ledger, Row
from .rules.errors import NotYours, Refusal, Stale
from .rules.notices import (
    Audience,
    Event,
    NoticeKind,
    State,
    can_be_urgent,
    can_remind,
    is_addressed,
    is_official,
    next_state,
)
from .rules.place_rights import NoticeAction, may_at, roles_for
from .rules.rights import Actor, Role
from .work import Priority, Work

WRITERS = roles_for(NoticeAction.WRITE)
BEGIN, REMIND = "notice_begin", "notice_remind"
"""The kinds of reminders: a notice goes out; those who have not read it are told again."""


class TooSoon(Refusal):
    """They were told less than a day ago."""

    code = "notice_too_soon"


async def by_id(ledger: Ledger, notice_id: int | None) -> Row | None:
    """One notice."""
    return await ledger.get(schema.notice, notice_id)


def subject(notice: Row) -> str:
    """What the reminders of a notice are about."""
    return f"notice:{notice['id']}"


# --- writing -------------------------------------------------------------------------------------------------


def create(
    work: Work,
    *,
    author: Row,
    place_id: int,
    words: str,
    audience: str = Audience.EVERYBODY,
    kind: str = NoticeKind.OFFICIAL,
    photo: str | None = None,
    has_receipt: bool = False,
    is_urgent: bool = False,
    due_at: datetime | None = None,
) -> dict[str, Any]:
    """Write a notice; it goes out by itself when `due_at` has come (now where it is not given).

    Whether the author may do so is asked before (`check`). What is not urgent waits for the end of the quiet hours.
    """
    is_urgent = is_urgent and can_be_urgent(kind)
    notice: dict[str, Any] = {
        "id": work.new_id(),
        "author_id": author["id"],
        "place_id": place_id,
        "audience": str(Audience(audience)),
        "kind": str(NoticeKind(kind)),
        "words": words,
        "photo": photo,
        "has_receipt": has_receipt,
        "is_urgent": is_urgent,
        "state": str(State.SCHEDULED),
        "due_at": speak_at(work, due_at or work.now, is_urgent=is_urgent),
        "created_at": work.now,
    }
    work.changes.insert(schema.notice, **notice)
    reminders.schedule(work, subject(notice), BEGIN, "1", notice["due_at"])
    work.audit("notice_written", notice=notice["id"])
    if author["telegram_id"] is not None:
        work.draw("board", author, priority=Priority.ANSWER, notice=notice["id"])
    return notice


def speak_at(work: Work, at: datetime, *, is_urgent: bool) -> datetime:
    """When it may be said: at that time, or after the quiet hours it falls into."""
    return at if is_urgent else work.directory.calendar.quiet_until(at) or at


def check(work: Work, action: NoticeAction, place_id: int, author_id: int | None = None) -> None:
    """Raise NotYours unless the one who asks is entitled to that on a notice for that place now."""
    if not may_at(actor(work), action, work.directory.scope(place_id), author_id):
        raise NotYours


def actor(work: Work) -> Actor:
    """The one who asks, as the rights function sees them. Raises NotYours for a stranger."""
    if work.person is None:
        raise NotYours
    return people.as_actor(work.person["id"], work.grants)


# --- steering ------------------------------------------------------------------------------------------------


async def mine(work: Work, notice_id: int | None) -> Row:
    """A notice that the one who asks may steer. Raises Stale when there is none, or NotYours."""
    notice = await by_id(work.ledger, notice_id)
    if notice is None:
        raise Stale
    check(work, NoticeAction.STEER, notice["place_id"], notice["author_id"])
    return notice


async def steer(work: Work, notice_id: int | None, event: Event) -> Row:
    """Pause, go on, stop, or tell again those who have not read it; gives back the notice as it is then.

    Raises NotYours, Stale, TooSoon.
    """
    notice = await mine(work, notice_id)
    if event is Event.REMINDED:
        _check_reminding(work, notice)
    work.audit(f"notice_{event}", notice=notice["id"])
    changed = move(work, notice, event)
    await show(work, changed, Priority.ANSWER)
    return changed


def _check_reminding(work: Work, notice: Row) -> None:
    if notice["state"] != State.ENDED or not notice["has_receipt"]:
        raise Stale
    if not can_remind(notice["state"], notice["spoke_at"], work.now):
        raise TooSoon


def move(work: Work, notice: Row, event: Event) -> dict[str, Any]:
    """Carry out a legal move with everything that belongs to it. Raises Stale for one that is not."""
    values: dict[str, Any] = {"state": str(next_state(State(notice["state"]), event))}
    match event:
        case Event.BEGUN:
            values["spoke_at"] = work.now
        case Event.PAUSED | Event.STOPPED:
            recipients.recall(work.changes, notice["id"])
        case Event.REMINDED:
            values |= {"spoke_at": work.now, "round": notice["round"] + 1, "ended_at": None}
            recipients.say_again(work.changes, notice["id"])
        case Event.ENDED:
            values["ended_at"] = work.now
    work.changes.update(schema.notice, notice, **values)
    return {**notice, **values}


async def show(work: Work, notice: Row, priority: Priority) -> None:
    """Renew the board on which the author watches it go; nothing is written into the author's night."""
    author = (await people.by_ids(work.ledger, [notice["author_id"]])).get(notice["author_id"])
    if author is not None and author["telegram_id"] is not None and author["unreachable_at"] is None:
        work.draw("board", author, priority=priority, notice=notice["id"])


async def keep_board(ledger: Ledger, row: Row, message_id: int, _now: datetime) -> ChangeSet:
    """Remember the message on which the author watches a notice go."""
    changes = ChangeSet()
    notice = await by_id(ledger, row["params"]["notice"])
    if notice is not None and notice["message_id"] != message_id:
        changes.update(schema.notice, notice, message_id=message_id)
    return changes


# --- at the moment of sending --------------------------------------------------------------------------------


async def is_entitled(ledger: Ledger, notice: Row, person: Row) -> bool:
    """Whether a notice is still meant for somebody: still there, not retired, not opted out.

    Who cannot be reached is left to Telegram, whose refusal is counted as such.
    """
    if person["retired_at"] is not None or notice["state"] == State.STOPPED:
        return False
    if person["activities_off_at"] is not None and not is_official(notice["kind"]):
        return False
    place_id, audience, directory = notice["place_id"], notice["audience"], ledger.directory
    home = directory.scope(person["home_id"])
    if is_addressed(place_id, audience, home, ()):
        return True
    grants = await people.grants_of(ledger, [person["id"]])
    return is_addressed(
        place_id, audience, home, [(Role(one["role"]), directory.scope(one["place_id"])) for one in grants]
    )


# --- the reader ----------------------------------------------------------------------------------------------


async def read(work: Work, notice_id: int | None) -> bool:
    """收到: count the one who asks as having read it; False when they were counted before. Raises NotYours."""
    row: Mapping[str, Any] | None = None
    if work.person is not None and notice_id is not None:
        row = await recipients.of_person(work.ledger, notice_id, work.person["id"])
    if row is None:
        raise NotYours
    if row["read_at"] is not None:
        return False
    work.changes.update(schema.notice_recipient, row, read_at=work.now)
    return True


def want_activities(work: Work, person: Row, *, are_wanted: bool) -> Row:
    """Invitations to activities come, or come no more; gives back the person as they are then."""
    return people.change(work, person, activities_off_at=None if are_wanted else work.now)
