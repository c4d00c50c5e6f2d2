"""The card at the end of a booking: everything that was said, each thing one tap from being changed."""

from typing import Any

from handlers.context import Context
from handlers.flows import Rows
from handlers.resident.short import says
from handlers.said import Said
from storage.booking_drafts import BookingDraft
from storage.rules.catalogue import Way
from storage.rules.press import press
from storage.rules.recurring import CHOICES
from storage.work import Button

from .choosing import again, service_of

EDITS = ("whom", "way", "place", "day", "note", "dishes", "times")
ONCE = 1


async def settle(_context: Context, draft: BookingDraft) -> None:
    """What was being changed is changed."""
    draft.before = None


async def take_confirm(context: Context, draft: BookingDraft, said: Said) -> bool | None:
    """Book it, or change one thing; words are kept as a note."""
    if said.choice == "send" or says(said.text, "yes"):
        return True
    if said.choice in EDITS:
        draft.edit(said.choice)
        draft.asks += [said.choice] if said.choice in {"note", "times"} else []
    elif said.text:
        draft.note = said.text[:300]
    else:
        return False
    await again(context, draft, said)
    return None


def choices(context: Context, draft: BookingDraft) -> Rows:
    """Book is the first and biggest button."""
    service = service_of(context, draft)
    wanted = {
        "day": draft.has_slot,
        "whom": "whom" in draft.asks,
        "way": len(draft.ways) > 1,
        "place": draft.way is Way.AT_HOME,
        "dishes": "dishes" in draft.asks,
        "note": "dishes" not in draft.asks,
        "times": draft.has_slot and not service.is_official and not draft.moves_id,
    }
    edits: list[Button] = [(f"edit_{one}", press("choose", one)) for one in EDITS_SHOWN if wanted[one]]
    return [[("book_send", press("choose", "send"))], *(edits[at : at + 2] for at in range(0, len(edits), 2))]


EDITS_SHOWN = ("day", "way", "whom", "place", "dishes", "note", "times")


def params(context: Context, draft: BookingDraft) -> dict[str, Any]:
    """What the card says."""
    work, service = context.work, service_of(context, draft)
    provider = work.directory.catalogue.providers.get(draft.slot["provider_id"]) if draft.slot else None
    return {
        "name": service.name_in(work.language),
        "owner": draft.owner_name,
        "for_whom": draft.for_whom,
        "way": draft.way,
        "place": work.directory.name(draft.place_id, work.language) if draft.place_id else None,
        "room": draft.room,
        "at": draft.slot["starts_at"] if draft.slot else None,
        "ends_at": draft.slot["ends_at"] if draft.slot else None,
        "provider": provider.name_in(work.language) if provider else None,
        "address": _address(context, draft),
        "fee": str(service.fee),
        "fee_words": _in(context, service.fee_words, service.fee_words_en),
        "who": None if "papers" in draft.asks else _in(context, service.who, service.who_en),
        "note": draft.note,
        "count": draft.times,
        "is_full_service": draft.is_full_service,
        "is_on_approval": service.needs_approval,
        "is_in_person": service.needs_presence,
        "is_move": draft.moves_id is not None,
    }


def told_params(context: Context, draft: BookingDraft) -> dict[str, Any]:
    """What is told of a service that nobody books here: where it is, whom to ring."""
    service = service_of(context, draft)
    providers = context.work.directory.catalogue.providers_of(service) if service.providers else []
    return {
        "name": service.name_in(context.work.language),
        "who": _in(context, service.who, service.who_en),
        "papers": list(service.papers_in(context.work.language)),
        "fee": str(service.fee),
        "fee_words": _in(context, service.fee_words, service.fee_words_en),
        "address": _address(context, draft),
        "phone": service.phone or next((one.phone for one in providers if one.phone), None),
    }


def _in(context: Context, zh: str | None, en: str | None) -> str | None:
    """Words of the catalogue in the reader's language."""
    return zh if context.work.language.startswith("zh") or not en else en


def _address(context: Context, draft: BookingDraft) -> str | None:
    """Where the resident goes."""
    if draft.way is Way.AT_HOME:
        return None
    work, service = context.work, service_of(context, draft)
    catalogue = work.directory.catalogue
    provider = catalogue.providers.get(draft.slot["provider_id"]) if draft.slot else None
    provider = provider or next((one for one in catalogue.providers_of(service) if one.address), None)
    for one in (service, provider):
        if one is not None and one.address:
            return _in(context, one.address, one.address_en)
    return None


# --- every week ----------------------------------------------------------------------------------------------


async def take_times(_context: Context, draft: BookingDraft, said: Said) -> bool:
    """How many weeks in a row."""
    choice = (said.choice or said.text).removeprefix("x")
    if not choice.isdecimal() or int(choice) not in {ONCE, *CHOICES}:
        return False
    draft.times = int(choice)
    return True


def times_choices(_context: Context, _draft: BookingDraft) -> Rows:
    """Once, or for some weeks."""
    often: list[Button] = [("times", press("choose", f"x{count}"), {"count": count}) for count in CHOICES]
    return [[("times_once", press("choose", f"x{ONCE}"))], often[:2], often[2:]]
