"""Somebody falls ill, or a room is shut for some days: everything that was booked then is moved, and everybody told.

One command writes the absence (or the exception of the opening times) and orders the clock to move what is booked
(`away_moves`). All of it can be taken back until somebody else has arrived.
"""

from datetime import date, datetime, time, timedelta

from . import away_moves, gaps, people, reach, reminders, roster, schema
from .directory import NEXT_VERSION, STRUCTURE_VERSION
from .ledger import Row
from .rules.catalogue import MADE_IN_CHAT, Provider
from .rules.errors import NotYours, Refusal, Stale
from .rules.press import base36
from .work import Work

REASONS = ("ill", "leave", "training", "shut")

_absence, _opening = schema.absence, schema.opening


class AlreadyAway(Refusal):
    """They are absent then already."""

    code = "already_away"


# --- who may -------------------------------------------------------------------------------------------------


async def check(work: Work, person_id: int | None) -> Row:
    """Whose absence the one who asks may record: their own, or as a secretary that of staff of theirs.

    Raises NotYours, or Stale for nobody who works here.
    """
    person = await work.ledger.get(schema.person, person_id)
    grants = await people.grants_of(work.ledger, [person["id"]]) if person is not None else []
    if person is None or not people.is_staff(grants):
        raise Stale
    if person["id"] == _me(work):
        return person
    mine = reach.places(work, reach.SECRETARIES)
    if not any(one["place_id"] in mine for one in people.held(grants)):
        raise NotYours
    return person


def check_provider(work: Work, provider_id: int | None) -> Provider:
    """A provider or room that a secretary may shut. Raises NotYours, or Stale when there is none."""
    provider = work.directory.catalogue.providers.get(provider_id or 0)
    if provider is None:
        raise Stale
    mine = reach.places(work, reach.SECRETARIES)
    if not mine or (provider.place_id is not None and provider.place_id not in mine):
        raise NotYours
    return provider


# --- the command ---------------------------------------------------------------------------------------------


def span(work: Work, first: date, last: date) -> tuple[datetime, datetime]:
    """From the beginning of a local day, or now if that is later, to the end of another."""
    zone = work.directory.calendar.zone
    begins_at = datetime.combine(first, time(), zone).astimezone(work.now.tzinfo)
    return max(begins_at, work.now), datetime.combine(last + timedelta(days=1), time(), zone).astimezone(
        work.now.tzinfo
    )


def providers_of(work: Work, person_id: int) -> list[int]:
    """The providers behind which somebody stands."""
    return [one.id for one in work.directory.catalogue.providers.values() if one.person_id == person_id]


async def fall_ill(work: Work, person: Row, begins_at: datetime, ends_at: datetime, reason: str) -> int:
    """Record an absence, and have all that is booked with them moved; gives back the absence's id.

    Raises NotYours, Stale, or AlreadyAway for what is recorded already.
    """
    await check(work, person["id"])
    to_local = work.directory.calendar.to_local
    known = await roster.absences_of(work.ledger, [person["id"]], to_local(begins_at).date(), to_local(ends_at).date())
    if any(one.begins_at <= begins_at and ends_at <= one.ends_at for one in known.get(person["id"], ())):
        raise AlreadyAway
    absence_id = work.new_id()
    work.changes.insert(
        _absence,
        id=absence_id,
        person_id=person["id"],
        begins_at=begins_at,
        ends_at=ends_at,
        reason=reason,
        told_by=_me(work),
        created_at=work.now,
    )
    away_moves.order(work, f"absence:{absence_id}", begins_at, ends_at, providers_of(work, person["id"]), person["id"])
    await gaps.look_soon(work)
    work.audit("absent", person=person["id"], absence=absence_id)
    return absence_id


def shut(work: Work, provider_id: int | None, first: date, last: date) -> int:
    """Shut a provider or a room for some days, and have all that is booked there moved; gives back the exception's id.

    Raises NotYours or Stale.
    """
    provider = check_provider(work, provider_id)
    opening_id = work.new_id()
    days = f"{first}" if first == last else f"{first}..{last}"
    values = {"code": f"{MADE_IN_CHAT}{base36(opening_id)}", "days": days, "is_shut": True}
    work.changes.insert(_opening, id=opening_id, provider_id=provider.id, **values)
    work.changes.run(NEXT_VERSION, of=STRUCTURE_VERSION)
    move_from(work, opening_id, provider.id, first, last)
    work.audit("shut", provider=provider.id, opening=opening_id)
    return opening_id


def move_from(work: Work, opening_id: int, provider_id: int, first: date, last: date) -> None:
    """Have all moved that is booked with a provider on days on which an exception shuts it."""
    begins_at, ends_at = span(work, first, last)
    away_moves.order(work, f"opening:{opening_id}", begins_at, ends_at, [provider_id], None)


async def move_back_to(work: Work, opening_id: int) -> None:
    """An exception was taken back: what was moved for it comes back."""
    for reminder in await reminders.of(work.ledger, f"opening:{opening_id}"):
        if reminder["kind"] == away_moves.MOVE_AWAY:
            await away_moves.turn_round(work, reminder)


# --- taking it back ------------------------------------------------------------------------------------------


async def undo(work: Work, reminder_id: int | None) -> None:
    """They can come after all: the absence ends, and what was moved comes back to them.

    Raises HasArrived when somebody else is at a door already, Stale when it is over or undone, NotYours.
    """
    reminder = await work.ledger.get(schema.reminder, reminder_id)
    if reminder is None or reminder["kind"] != away_moves.MOVE_AWAY:
        raise Stale
    params, (what, _, row_id) = reminder["params"], reminder["subject"].partition(":")
    if datetime.fromisoformat(params["ends_at"]) <= work.now:
        raise Stale
    if what == "absence":
        await check(work, params["person"])
        await _end_absence(work, int(row_id))
    else:
        check_provider(work, params["providers"][0])
        await _open_again(work, int(row_id))
    await away_moves.turn_round(work, reminder)
    await gaps.look_soon(work)
    work.audit("absence_ended", subject=reminder["subject"])


async def _end_absence(work: Work, absence_id: int) -> None:
    row = await work.ledger.get(_absence, absence_id)
    if row is None or row["ended_at"] is not None:
        raise Stale
    work.changes.update(_absence, row, ended_at=work.now)


async def _open_again(work: Work, opening_id: int) -> None:
    row = await work.ledger.get(_opening, opening_id)
    if row is None or row["retired_at"] is not None:
        raise Stale
    work.changes.update(_opening, row, retired_at=work.now)
    work.changes.run(NEXT_VERSION, of=STRUCTURE_VERSION)


def _me(work: Work) -> int | None:
    return work.person["id"] if work.person else None
