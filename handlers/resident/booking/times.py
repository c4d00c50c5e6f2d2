"""When: a day on the calendar, 候补 where it is full, and a time of that day, which is held while it is confirmed."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from handlers import flows
from handlers.context import Context
from handlers.flows import Rows, Step
from handlers.reading.moment import read_day, read_moment
from handlers.resident.short import answers, says
from handlers.said import Said
from storage import slots
from storage.booking_drafts import BOOK, MOVE, BookingDraft
from storage.rules.catalogue import Way
from storage.rules.errors import NotOpen, SlotTaken
from storage.rules.press import base36, press
from storage.slots import Slot
from storage.work import Button

from . import calendar, waiting
from .choosing import again, pages, service_of
from .whom import wanted_of

PAGE = 12
WIDTH = 3
HALF_A_DAY = timedelta(hours=12)
PARTS = {"morning": range(12), "afternoon": range(12, 18), "evening": range(18, 24)}


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
        "is_any_full": 0 in draft.free.values(),
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


# --- which time ----------------------------------------------------------------------------------------------


async def look_up_times(context: Context, draft: BookingDraft) -> None:
    """The free times of the day."""
    if draft.way is None or draft.day is None:
        return
    draft.open_slots = await free(context, draft, date.fromisoformat(draft.day))


async def free(context: Context, draft: BookingDraft, day: date) -> list[Slot]:
    """The free times of a day, for whom it is and in the way that was chosen."""
    if draft.way is None:
        return []
    service, owner_id = service_of(context, draft), draft.owner_id or context.person["id"]
    return await slots.free(
        context.work, service, draft.way, draft.place_id, day, owner_id=owner_id, moving=draft.moves_id
    )


async def take_slot(context: Context, draft: BookingDraft, said: Said) -> bool | None:
    """A time by a tap or in words, held for ten minutes from now on; or another page, or another part of the day."""
    choice = said.choice or ""
    if choice in PARTS:
        draft.part, draft.page = choice, 0
        await again(context, draft, said)
        return None
    if choice.startswith("p") and choice[1:].isalnum():
        draft.page = int(choice[1:], 36)
        await again(context, draft, said)
        return None
    await look_up_times(context, draft)
    slot = next((one for one in draft.open_slots if choice == _code(one)), None) or _said(context, draft, said.text)
    return slot is not None and await hold(context, draft, slot)


def _said(context: Context, draft: BookingDraft, words: str) -> Slot | None:
    """The free time that words name; three may be three in the afternoon."""
    at = read_moment(f"{draft.day} {words}", context.work.now, context.work.directory.calendar.zone)
    meant = () if at is None else (at, at + HALF_A_DAY)
    return next((slot for one in meant for slot in draft.open_slots if slot.starts_at == one), None)


async def hold(context: Context, draft: BookingDraft, slot: Slot) -> bool:
    """Keep a time for the one who confirms, instead of what was kept before. False when somebody was faster."""
    me, service = context.person["id"], service_of(context, draft)
    try:
        draft.hold_id = await slots.hold(
            context.work,
            me,
            service,
            slot,
            place_id=draft.place_id,
            owner_id=draft.owner_id or me,
            moving=draft.moves_id,
        )
    except (SlotTaken, NotOpen):
        return False
    draft.slot = {
        "provider_id": slot.provider_id,
        "seat": slot.seat,
        "starts_at": slot.starts_at.isoformat(),
        "ends_at": slot.ends_at.isoformat(),
    }
    return True


def as_slot(draft: BookingDraft) -> Slot | None:
    """The chosen time."""
    if draft.slot is None:
        return None
    begins, ends = (datetime.fromisoformat(draft.slot[name]) for name in ("starts_at", "ends_at"))
    return Slot(draft.slot["provider_id"], draft.slot["seat"], begins, ends)


async def taken(context: Context, draft: BookingDraft) -> None:
    """The time was given to somebody else meanwhile: the free ones of that day, at once."""
    draft.forget("slot")
    draft.hold_id = None
    context.work.reply("book.slot_taken", edit=context.pressed_message)
    await flows.begin(context, flows.named(MOVE if draft.moves_id else BOOK), draft)


async def let_go(context: Context, draft: BookingDraft) -> None:
    """Give back the time that is held."""
    if draft.hold_id is not None:
        await slots.release(context.work, draft.hold_id)
        draft.hold_id = None


def times(context: Context, draft: BookingDraft) -> Rows:
    """The times of one part of the day, three side by side; the other parts above them when there are many."""
    parts = _by_part(context, draft)
    if not parts:
        return []
    part = draft.part if draft.part in parts else next(iter(parts))
    is_much = len(draft.open_slots) > PAGE
    shown: Sequence[Slot] = parts[part] if is_much else draft.open_slots
    begin = draft.page * PAGE
    buttons: list[Button] = [
        ("time", press("choose", _code(one)), {"at": one.starts_at.isoformat()}) for one in shown[begin : begin + PAGE]
    ]
    tabs: list[Button] = [(f"part_{one}_here" if one == part else f"part_{one}", press("choose", one)) for one in parts]
    return [
        *([tabs] if is_much and len(tabs) > 1 else []),
        *(buttons[at : at + WIDTH] for at in range(0, len(buttons), WIDTH)),
        *pages(draft.page, len(shown) > begin + PAGE),
    ]


def _by_part(context: Context, draft: BookingDraft) -> dict[str, list[Slot]]:
    to_local = context.work.directory.calendar.to_local
    found: dict[str, list[Slot]] = {}
    for name, hours in PARTS.items():
        inside = [one for one in draft.open_slots if to_local(one.starts_at).hour in hours]
        if inside:
            found[name] = inside
    return found


def _code(slot: Slot) -> str:
    return f"t{base36(int(slot.starts_at.timestamp()) // 60)}"


def slot_params(context: Context, draft: BookingDraft) -> dict[str, Any]:
    """Which day it is, and whether anything of it is left."""
    return {
        "name": service_of(context, draft).name_in(context.work.language),
        "day": draft.day,
        "is_any_free": bool(draft.open_slots),
        "is_at_home": draft.way is Way.AT_HOME,
    }


STEPS: tuple[Step[BookingDraft], ...] = (
    Step(
        "day",
        "book.ask_day",
        take_day,
        lambda draft: draft.has_slot and draft.slot is None,
        days,
        params=day_params,
        unclear="book.ask_day",
        prepare=look_up_days,
        shown=as_wished,
    ),
    Step(
        "slot",
        "book.ask_slot",
        take_slot,
        lambda draft: draft.has_slot and draft.slot is None,
        times,
        params=slot_params,
        unclear="book.ask_slot",
        prepare=look_up_times,
    ),
)
"""The two questions about the time, of a new booking and of one that is moved."""
