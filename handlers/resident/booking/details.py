"""What belongs to a booking besides: the same as last time, the papers, the service's question, the dishes."""

from datetime import date
from typing import Any

from handlers import flows
from handlers.context import Context
from handlers.flows import Rows
from handlers.resident.short import says
from handlers.said import Said
from storage import booking_lists, papers
from storage.booking_drafts import BookingDraft
from storage.ledger import Row
from storage.rules.catalogue import Dish
from storage.rules.press import base36, press
from storage.slots import Slot
from storage.work import Button

from . import days, holding, times
from .choosing import again, service_of
from .owners import settle_owner
from .whom import owner_of

LONGEST_NOTE = 300
DAYS_TRIED = 14
"""How far ahead "the same as last time" looks for the same time of day."""


# --- the same as last time -----------------------------------------------------------------------------------


async def look_up_last(context: Context, draft: BookingDraft) -> None:
    """What the last booking was."""
    row = await booking_lists.last(context.work.ledger, context.person["id"], draft.service_id or 0)
    draft.was = dict(row) if row is not None else {}


async def take_same(context: Context, draft: BookingDraft, said: Said) -> bool:
    """As last time, one tap to the card; or everything anew."""
    if said.choice == "other" or says(said.text, "no"):
        return True
    if said.choice != "same" and not says(said.text, "yes"):
        return False
    await look_up_last(context, draft)
    await repeat(context, draft, draft.was)
    return True


async def repeat(context: Context, draft: BookingDraft, last: Row) -> None:
    """Answer the questions as they were answered the last time, and take the same time of the next free day."""
    draft.answered += ["same", "whom", "name", "papers", "note", "room"]
    me = context.person["id"]
    if last["owner_id"] != me and any(one["id"] == last["owner_id"] for one in draft.elders):
        draft.owner_id = last["owner_id"]
        draft.owner_name = next(one["name"] for one in draft.elders if one["id"] == draft.owner_id)
    draft.for_whom, draft.note = last["for_whom"], last["note"]
    await settle_owner(context, draft, await owner_of(context, draft))
    if last["place_id"] is not None:
        draft.place_id, draft.room, draft.is_place_sure = last["place_id"], last["room"], True
    draft.way = next((one for one in draft.ways if one == last["way"]), draft.way)
    slot = await _same_time(context, draft, last)
    if slot is not None and await holding.hold(context, draft, slot):
        draft.day = context.work.directory.calendar.to_local(slot.starts_at).date().isoformat()
        draft.answered += ["day", "slot"]
        draft.dishes = [one.id for one in dishes_of(context, draft) if _is_in(one, last["note"])]
        draft.answered += ["dishes"] if draft.dishes else []


async def _same_time(context: Context, draft: BookingDraft, last: Row) -> Slot | None:
    """The next free time at the same hour of the day."""
    if draft.way is None or not draft.has_slot or last["starts_at"] is None:
        return None
    calendar = context.work.directory.calendar
    clock = calendar.to_local(last["starts_at"]).time()
    await days.look_up_days(context, draft)
    for day in sorted(one for one, count in draft.free.items() if count)[:DAYS_TRIED]:
        for slot in await times.free(context, draft, day):
            if calendar.to_local(slot.starts_at).time() == clock:
                return slot
    return None


def same_choices(_context: Context, _draft: BookingDraft) -> Rows:
    """One big button, and the way on."""
    return [[("book_same", press("choose", "same"))], [("book_anew", press("choose", "other"))]]


def same_params(context: Context, draft: BookingDraft) -> dict[str, Any]:
    """What the last time was."""
    return {
        "name": service_of(context, draft).name_in(context.work.language),
        "at": draft.was.get("starts_at"),
        "note": draft.was.get("note"),
        "way": draft.was.get("way"),
    }


# --- papers --------------------------------------------------------------------------------------------------


async def take_papers(context: Context, draft: BookingDraft, said: Said) -> bool | None:
    """Read: the list stays in the chat as a message of its own, and the next question comes below it."""
    if said.choice != "read" and not says(said.text, "yes"):
        return False
    told = papers.told(service_of(context, draft), context.work.language)
    if said.pressed_message is None:
        return True
    context.work.reply("papers.told", edit=said.pressed_message, **told)
    found = flows.current(context)
    if found is not None:
        await flows.settle(context, found[0], draft, "papers")
    return None


def papers_choices(_context: Context, _draft: BookingDraft) -> Rows:
    """One button: it was read."""
    return [[("book_read", press("choose", "read"))]]


def papers_params(context: Context, draft: BookingDraft) -> dict[str, Any]:
    """The list."""
    return papers.told(service_of(context, draft), context.work.language)


# --- the service's own question ------------------------------------------------------------------------------


async def take_note(_context: Context, draft: BookingDraft, said: Said) -> bool:
    """Words, as they are; or nothing to say."""
    is_nothing = said.choice == "skip" or says(said.text, "no")
    draft.note = None if is_nothing else said.text[:LONGEST_NOTE] or None
    return is_nothing or draft.note is not None


def note_choices(_context: Context, _draft: BookingDraft) -> Rows:
    """Nobody has to answer."""
    return [[("book_no_note", press("choose", "skip"))]]


def note_params(context: Context, draft: BookingDraft) -> dict[str, Any]:
    """What the service asks."""
    service, is_zh = service_of(context, draft), context.work.language.startswith("zh")
    return {"question": service.question if is_zh or not service.question_en else service.question_en}


# --- dishes --------------------------------------------------------------------------------------------------


def dishes_of(context: Context, draft: BookingDraft) -> list[Dish]:
    """What the canteen cooks on the chosen day."""
    if draft.slot is None or draft.day is None:
        return []
    work, day = context.work, date.fromisoformat(draft.day)
    cooked = work.directory.catalogue.dishes.get(draft.slot["provider_id"], ())
    return [one for one in cooked if one.days.covers(day, work.directory.calendar)]


def note_of_dishes(context: Context, draft: BookingDraft) -> str | None:
    """The chosen dishes in words."""
    language = context.work.language
    chosen = [one.name_in(language) for one in dishes_of(context, draft) if one.id in draft.dishes]
    return ("、" if language.startswith("zh") else ", ").join(chosen) or None


def _is_in(dish: Dish, note: str | None) -> bool:
    return any(name and name in (note or "") for name in (dish.name, dish.name_en))


async def take_dishes(context: Context, draft: BookingDraft, said: Said) -> bool | None:
    """A tap puts a dish on the tray or takes it off; the last button goes on."""
    if said.choice == "done":
        draft.note = note_of_dishes(context, draft)
        return True
    if said.choice is None:
        draft.note = said.text[:LONGEST_NOTE]
        return bool(draft.note)
    dish = next((one for one in dishes_of(context, draft) if said.choice == f"f{base36(one.id)}"), None)
    if dish is None:
        return False
    draft.dishes = (
        [one for one in draft.dishes if one != dish.id] if dish.id in draft.dishes else [*draft.dishes, dish.id]
    )
    await again(context, draft, said)
    return None


def dish_params(context: Context, draft: BookingDraft) -> dict[str, Any]:
    """Which day they are cooked on, and whether there are any."""
    return {"day": draft.day, "is_any": bool(dishes_of(context, draft))}


def dish_choices(context: Context, draft: BookingDraft) -> Rows:
    """The dishes of the day with their prices, ticked or not."""
    rows: Rows = []
    for one in dishes_of(context, draft):
        label = "dish_on" if one.id in draft.dishes else "dish_off"
        named = {"name": one.name_in(context.work.language), "price": one.price}
        rows.append([(label, press("choose", f"f{base36(one.id)}"), named)])
    last: Button = ("dishes_done", press("choose", "done"), {"count": len(draft.dishes)})
    return [*rows, [last]]
