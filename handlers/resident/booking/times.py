"""At which time: the free times of a day by its parts, which of them is held, and what happens when it is gone."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from handlers import flows
from handlers.context import Context
from handlers.flows import Rows, Step
from handlers.reading.moment import read_moment
from handlers.said import Said
from storage import slots
from storage.booking_drafts import BOOK, MOVE, BookingDraft
from storage.rules.catalogue import Way
from storage.rules.press import base36, press
from storage.slots import Slot
from storage.work import Button

from . import days
from .choosing import again, pages, service_of
from .days import PARTS
from .holding import hold

PAGE = 12
WIDTH = 3
HALF_A_DAY = timedelta(hours=12)


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


async def taken(context: Context, draft: BookingDraft) -> None:
    """The time was given to somebody else meanwhile: the free ones of that day, at once."""
    draft.forget("slot")
    draft.hold_id = None
    context.work.reply("book.slot_taken", edit=context.pressed_message)
    await flows.begin(context, flows.named(MOVE if draft.moves_id else BOOK), draft)


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


def steps(cancel: str = "cancel") -> tuple[Step[BookingDraft], ...]:
    """The two questions about the time, of a new booking and of one that is moved; `cancel` is the way out."""
    return (
        Step(
            "day",
            "book.ask_day",
            days.take_day,
            lambda draft: draft.has_slot and draft.slot is None,
            days.days,
            params=days.day_params,
            unclear="book.ask_day",
            cancel=cancel,
            prepare=days.look_up_days,
            shown=days.as_wished,
        ),
        Step(
            "slot",
            "book.ask_slot",
            take_slot,
            lambda draft: draft.has_slot and draft.slot is None,
            times,
            params=slot_params,
            unclear="book.ask_slot",
            cancel=cancel,
            prepare=look_up_times,
        ),
    )
