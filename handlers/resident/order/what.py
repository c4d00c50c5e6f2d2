"""What neighbours are asked for: one of the common requests, or a sentence that may say more than that."""

from collections.abc import Mapping
from typing import Any

from handlers import flows, placing
from handlers.context import Context
from handlers.flows import Rows
from handlers.reading import Intent
from handlers.resident.draft import MAX_FILES, MAX_WORDS, READER
from handlers.said import Said
from storage.drafts import REPORT, ReportDraft
from storage.ledger import Row
from storage.order_drafts import OrderDraft
from storage.rules.errand_words import meant
from storage.rules.errands import Errand
from storage.rules.press import base36, press
from storage.work import Button

from . import when, whom

MORE = "more"
FIRST = 10
"""So many of the common requests are shown at once."""


async def again(context: Context, draft: flows.Draft, said: Said) -> None:
    """Keep the draft and ask what is wanted now."""
    found = flows.current(context)
    if found is not None:
        await flows.begin(context, found[0], draft, edit=said.pressed_message)


# --- is it this at all ---------------------------------------------------------------------------------------


async def take_guess(context: Context, draft: OrderDraft, said: Said) -> bool | None:
    """A neighbour's hand, or the community's: two buttons; more words are more of the same."""
    if said.choice == "yes":
        draft.is_guess = False
        return True
    if said.choice == "no":
        await _report(context, draft, said)
        return None
    if said.text or said.files:
        take_in(context, draft, said)
    return False


async def _report(context: Context, draft: OrderDraft, said: Said) -> None:
    """It is a report after all; what was said is kept."""
    reading, kinds = READER.read(draft.words), context.work.directory.kinds
    known = ReportDraft(words=draft.words, files=draft.files, album=draft.album, elders=draft.elders)
    if reading.kind in kinds:
        known.kind, known.is_kind_sure = reading.kind, reading.kind_sure
    if draft.is_place_sure:
        known.place_id, known.room, known.is_place_sure = draft.place_id, None, True
    context.conversation.clear()
    await flows.begin(context, flows.named(REPORT), known, edit=said.pressed_message)


def guess_choices(_context: Context, _draft: OrderDraft) -> Rows:
    """Yes first."""
    return [[("order_guess_yes", press("choose", "yes"))], [("order_guess_no", press("choose", "no"))]]


# --- what ----------------------------------------------------------------------------------------------------


async def take_what(context: Context, draft: OrderDraft, said: Said) -> bool | None:
    """One of the menu, or words and pictures."""
    if said.choice == MORE:
        draft.is_all = True
        await again(context, draft, said)
        return None
    if said.choice is not None:
        errand = _pressed(context, said.choice)
        if errand is None:
            return False
        draft.words = errand.name_in(context.work.language)
        take_errand(draft, errand)
        return True
    take_in(context, draft, said)
    return draft.says_what


def _pressed(context: Context, choice: str) -> Errand | None:
    errands = context.work.directory.helping.errands
    return next((one for one in errands.values() if choice == f"e{base36(one.id)}"), None)


def what_choices(context: Context, draft: OrderDraft) -> Rows:
    """The common requests, two side by side; the commonest first, the rest by a tap."""
    language, errands = context.work.language, list(context.work.directory.helping.errands.values())
    is_cut = not draft.is_all and len(errands) > FIRST
    buttons: list[Button] = [
        ("named", press("choose", f"e{base36(one.id)}"), {"name": f"{one.emoji} {one.name_in(language)}".strip()})
        for one in (errands[:FIRST] if is_cut else errands)
    ]
    rows: Rows = [buttons[at : at + 2] for at in range(0, len(buttons), 2)]
    return [*rows, [("order_more", press("choose", MORE))]] if is_cut else rows


def what_params(context: Context, draft: OrderDraft) -> Mapping[str, Any]:
    """Whether there is a menu, and for whom it is written down."""
    return {"is_menu": bool(context.work.directory.helping.errands), "name": draft.owner_name}


def take_errand(draft: OrderDraft, errand: Errand) -> None:
    """What such a thing usually takes."""
    draft.errand_id, draft.minutes, draft.wanted = errand.id, errand.minutes, errand.helpers


def take_in(context: Context, draft: OrderDraft, said: Said) -> None:
    """Add words and files, and read what the words say of the errand, the place and the time."""
    draft.files = [*draft.files, *said.files][:MAX_FILES]
    draft.album = said.album or draft.album
    if not said.text:
        return
    draft.words = f"{draft.words}\n{said.text}".strip()[:MAX_WORDS]
    if draft.errand_id is None:
        errand = meant(context.work.directory.helping.errands.values(), draft.words)
        if errand is not None:
            take_errand(draft, errand)
    if draft.ends_at is None and draft.day is None:
        when.note(context, draft, said.text)
    whom.note(draft, said.text)
    _place(context, draft, said.text)


def _place(context: Context, draft: OrderDraft, text: str) -> None:
    """Where the words say; what was chosen by hand stays."""
    if "place" in draft.answered:
        return
    typed = placing.read(context.work.directory, text, draft.place_id or context.person["home_id"])
    draft.room = typed.room or draft.room
    if len(typed.places) == 1:
        draft.place_id, draft.is_place_sure, draft.options = typed.places[0], True, []
    elif typed.places:
        draft.place_id, draft.is_place_sure, draft.options = None, False, list(typed.places)


def wants_neighbours(context: Context, text: str) -> bool:
    """Whether words surely ask for a neighbour's hand: they say so, or a common request is named where they may."""
    reading = READER.read(text)
    if reading.intent is not Intent.ORDER:
        return False
    return reading.intent_sure or meant(context.work.directory.helping.errands.values(), text) is not None


def copy_of(was: Row, order: Row) -> OrderDraft:
    """The same once more; when is asked anew."""
    return OrderDraft(
        words=was["words"],
        errand_id=order["errand_id"],
        organisation_id=order["organisation_id"],
        for_whom=was["for_whom"],
        place_id=was["place_id"],
        is_place_sure=was["place_id"] is not None,
        room=was["room"],
        spot=was["spot"],
        minutes=order["minutes"],
        wanted=order["helpers"],
        is_vulnerable=bool(order["is_vulnerable"]),
        shows_phone=bool(order["shows_phone"]),
        answered=["what", "whom", "name", "alone", "place", "room"],
    )
