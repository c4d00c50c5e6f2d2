"""How and on which day: the ways of a service, the calendar of a month, and 候补 where a day is full."""

from datetime import date, timedelta
from typing import Any

from handlers import flows
from handlers.context import Context
from handlers.flows import Rows
from handlers.reading.moment import read_day
from handlers.resident.short import answers, says
from handlers.said import Said
from storage import slots
from storage.booking_drafts import BookingDraft
from storage.rules.press import press

from . import calendar, waiting
from .choosing import again, service_of
from .holding import let_go
from .whom import wanted_of

PARTS = {"morning": range(12), "afternoon": range(12, 18), "evening": range(18, 24)}
"""The hours of each part of a day."""


# --- how -----------------------------------------------------------------------------------------------------


async def take_way(_context: Context, draft: BookingDraft, said: Said) -> bool:
    """One of the ways in which the service can be had."""
    way = next((one for one in draft.ways if one == said.choice), None)
    draft.way = way
    return way is not None


def ways(_context: Context, draft: BookingDraft) -> Rows:
    """Each on a row of its own, in words that say what happens."""
    return [[(f"way_{one}", press("choose", one))] for one in draft.ways]


# --- which day -----------------------------------------------------------------------------------------------


def horizon(context: Context, draft: BookingDraft) -> tuple[date, date]:
    """The first and the last day that can be booked now, local dates."""
    today = context.work.directory.calendar.to_local(context.work.now).date()
    return today, today + timedelta(days=service_of(context, draft).days_ahead)


async def look_up_days(context: Context, draft: BookingDraft) -> None:
    """Which days have free times."""
    if draft.way is None:
        return
    first, last = horizon(context, draft)
    work, service = context.work, service_of(context, draft)
    owner_id, moving = draft.owner_id or context.person["id"], draft.moves_id
    draft.free = await slots.days(
        work, service, draft.way, draft.place_id, first, last, owner_id=owner_id, moving=moving
    )


async def as_wished(context: Context, draft: BookingDraft) -> bool:
    """The day that the words named is taken without asking, if it is free; else the calendar is shown."""
    wish, draft.wish = draft.wish, None
    found = flows.current(context)
    if wish is None or found is None or not draft.free.get(date.fromisoformat(wish)):
        return False
    draft.day = draft.month = wish
    await flows.settle(context, found[0], draft, "day", edit=context.pressed_message)
    return True


def note_wish(context: Context, draft: BookingDraft, words: str) -> None:
    """Remember the day and the part of it that words name."""
    today = context.work.directory.calendar.to_local(context.work.now).date()
    day = read_day(words, today)
    draft.wish = day.isoformat() if day is not None else None
    draft.part = next((part for part in PARTS if any(word in words.lower() for word in answers(part))), None)


async def take_day(context: Context, draft: BookingDraft, said: Said) -> bool | None:
    """A day, by a tap or in words, or another month."""
    month = calendar.pressed(said.choice, "m")
    if month is not None:
        draft.month = month.isoformat()
        await again(context, draft, said)
        return None
    today = horizon(context, draft)[0]
    day = calendar.pressed(said.choice, "d") if said.choice else read_day(said.text, today)
    if day is None:
        return _nothing(context, said)
    await look_up_days(context, draft)
    count = draft.free.get(day)
    if count is None:
        return _nothing(context, said)
    draft.month = day.isoformat()
    if not count and draft.moves_id is not None:
        return _nothing(context, said)
    if not count:
        draft.full_on = day.isoformat()
        await again(context, draft, said)
        return None
    draft.day = day.isoformat()
    return True


def _nothing(context: Context, said: Said) -> bool | None:
    """A point of the calendar was pressed: a line that fades, and the calendar stays."""
    if said.choice is None:
        return False
    context.work.answer("book.no_such_day")
    return None


def days(context: Context, draft: BookingDraft) -> Rows:
    """One month."""
    first, last = horizon(context, draft)
    if not any(draft.free.values()) and draft.month is None and not draft.free:
        return []
    asked = date.fromisoformat(draft.month) if draft.month else None
    return calendar.rows(calendar.shown_month(asked, draft.free, first, last), draft.free, first, last)


def day_params(context: Context, draft: BookingDraft) -> dict[str, Any]:
    """What is booked, whether a day is free, and whom to ring when none is."""
    service = service_of(context, draft)
    return {
        "name": service.name_in(context.work.language),
        "is_any_free": any(draft.free.values()),
        "is_any_full": draft.moves_id is None and 0 in draft.free.values(),  # nobody waits with a time of their own
        "phone": service.phone or next(_phones(context, draft), None),
    }


def _phones(context: Context, draft: BookingDraft) -> Any:
    catalogue = context.work.directory.catalogue
    return (one.phone for one in catalogue.providers_of(service_of(context, draft)) if one.phone)


async def take_full(context: Context, draft: BookingDraft, said: Said) -> bool | None:
    """候补: wait until somebody gives a time of that day, or of those after it, back."""
    if said.choice != "wait" and not says(said.text, "yes"):
        return False
    wanted, day = await wanted_of(context, draft), date.fromisoformat(draft.full_on or "")
    await let_go(context, draft)
    context.conversation.clear()
    await waiting.begin(context, wanted, day, edit=said.pressed_message)
    return None


def full_choices(_context: Context, _draft: BookingDraft) -> Rows:
    """Wait, or back to the calendar."""
    return [[("book_wait", press("choose", "wait"))]]


def full_params(_context: Context, draft: BookingDraft) -> dict[str, Any]:
    """Which day it is."""
    return {"day": draft.full_on}
