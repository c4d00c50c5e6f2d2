"""The questions of a report: is it dangerous, what kind, for whom, where. Each takes a tap as well as words."""

from typing import Any

from handlers import flows, placing
from handlers.context import Context
from handlers.flows import Rows
from handlers.said import Said
from storage import drafts, family, tickets
from storage.drafts import ReportDraft
from storage.ledger import Row
from storage.rules.press import base36, press
from storage.work import Button

from .draft import READER, is_small_talk, take_in, take_position
from .names import called
from .short import says

WHOM = ("mother", "father", "neighbour")
_SPOT = 16
"""Words that name no place are a free spot up to so many characters; longer ones tell more of the matter."""


# --- danger --------------------------------------------------------------------------------------------------


async def take_danger(context: Context, draft: ReportDraft, said: Said) -> bool | None:
    """One big button; the words may settle it too."""
    if said.choice == "danger_no" or says(said.text, "safe"):
        draft.danger = "no"
        return True
    if said.choice is None and said.has_content:
        take_in(context, draft, said)
    return draft.danger == "no"


def danger_choices(_context: Context, _draft: ReportDraft) -> Rows:
    """Yes is one big button; no is beside it."""
    return [[("danger_now", press("choose", "danger"))], [("danger_none", press("choose", "danger_no"))]]


# --- kind ----------------------------------------------------------------------------------------------------


async def take_kind(context: Context, draft: ReportDraft, said: Said) -> bool | None:
    """A tap, or more words that make it clear."""
    if said.choice is None:
        take_in(context, draft, said)
        last = READER.read(said.text)  # the answer alone may be clear where all words together are not
        if not draft.is_kind_sure and last.kind_sure and last.kind in context.work.directory.kinds:
            draft.kind, draft.is_kind_sure = last.kind, True
        return draft.kind is not None and draft.is_kind_sure
    chosen = "question" if said.choice == "unknown" else said.choice
    if chosen not in context.work.directory.kinds:
        return False
    draft.kind, draft.is_kind_sure = chosen, True
    return True


def kinds(context: Context, draft: ReportDraft) -> Rows:
    """Every kind but danger, the likeliest on a row of its own, and a way out for who cannot say."""
    language = context.work.language
    buttons: dict[str, Button] = {
        kind.code: ("named", press("choose", kind.code), {"name": f"{kind.emoji} {kind.name_in(language)}".strip()})
        for kind in context.work.directory.kinds.values()
        if kind.code != tickets.DANGER and kind.flow == drafts.REPORT
    }
    likely = [[buttons.pop(draft.kind)]] if draft.kind in buttons else []
    rest = list(buttons.values())
    unknown: Button = ("kind_unknown", press("choose", "unknown"))
    return [*likely, *(rest[at : at + 2] for at in range(0, len(rest), 2)), [unknown]]


# --- for whom ------------------------------------------------------------------------------------------------


async def take_whom(context: Context, draft: ReportDraft, said: Said) -> bool | None:
    """An elder of the family owns the matter; anybody else is only named."""
    draft.owner_id = draft.owner_name = draft.for_whom = None
    if said.choice != "myself" and draft.place_id == context.person["home_id"] and "place" not in draft.answered:
        draft.place_id, draft.is_place_sure = None, False  # one's own home was only a guess
    if said.choice == "myself" or says(said.text, "no"):
        draft.is_for_other = False
        _live_at(draft, context.person)
        return True
    if said.choice in WHOM:
        draft.for_whom = said.choice
        return True
    if said.choice is not None and said.choice.startswith("e"):
        return await _elder(context, draft, said.choice[1:])
    draft.for_whom = called(said.text)
    return draft.for_whom is not None


async def _elder(context: Context, draft: ReportDraft, code: str) -> bool:
    elders = await family.elders_of(context.work.ledger, context.person["id"])
    elder = next((row for row in elders if base36(row["id"]) == code), None)
    if elder is None:
        return False
    draft.owner_id, draft.owner_name = elder["id"], elder["name"]
    _live_at(draft, elder)
    return True


def _live_at(draft: ReportDraft, person: Row) -> None:
    """Where nobody said where, it is at home."""
    if not draft.has_place and not draft.options and person["home_id"] is not None:
        draft.place_id, draft.is_place_sure = person["home_id"], True


def whom_choices(_context: Context, draft: ReportDraft) -> Rows:
    """The elders of the family by name, then the usual ones."""
    named: Rows = [
        [("named", press("choose", f"e{base36(one['id'])}"), {"name": f"👪 {one['name']}"})] for one in draft.elders
    ]
    usual: Rows = [
        [(f"whom_{one}", press("choose", one)) for one in pair] for pair in (WHOM[:2], (*WHOM[2:], "myself"))
    ]
    return [*named, *usual]


# --- place ---------------------------------------------------------------------------------------------------


async def take_place(context: Context, draft: ReportDraft, said: Said) -> bool | None:
    """Taps from the estate down, a position, or typed words."""
    if said.latitude is not None and said.longitude is not None:
        take_position(context, draft, said.latitude, said.longitude)
        return True
    if said.choice is None:
        return await _typed(context, draft, said)
    return await _tapped(context, draft, said)


async def _tapped(context: Context, draft: ReportDraft, said: Said) -> bool | None:
    directory = context.work.directory
    place = placing.pressed(directory, said.choice)
    if said.choice == "skip":
        _somewhere(context, draft)
    elif said.choice == "here":
        draft.is_place_sure = draft.place_id is not None
    elif place is None:
        return False
    else:
        draft.is_place_sure = place.id in draft.options or not placing.below(directory, place.id)
        draft.place_id, draft.options = place.id, []
        draft.taps = [] if draft.is_place_sure else [*draft.taps, place.id]
    if not draft.is_place_sure:
        await again(context, draft, said)
        return None
    return True


async def _typed(context: Context, draft: ReportDraft, said: Said) -> bool | None:
    if not said.text or is_small_talk(said.text):
        return False
    typed = placing.read(context.work.directory, said.text, context.person["home_id"])
    draft.room = typed.room or draft.room
    if len(typed.places) == 1:
        draft.place_id, draft.is_place_sure, draft.options = typed.places[0], True, []
        return True
    if typed.places:
        draft.place_id, draft.options = None, list(typed.places)
        await again(context, draft, said)
        return None
    if typed.has_address:
        return False
    if len(said.text) > _SPOT and READER.read(said.text).spot is None:
        take_in(context, draft, said)  # not where, but more of what
        return draft.has_place
    draft.spot = said.text[:200]
    if draft.place_id is None:
        _somewhere(context, draft)
    draft.is_place_sure = True
    return True


def _somewhere(context: Context, draft: ReportDraft) -> None:
    """Somewhere in the estate, or in the community: a person finds out."""
    directory, home = context.work.directory, context.person["home_id"]
    estate = next((one for one in directory.ancestors(home) if one.level in {"estate", "village"}), None)
    place = estate or directory.community_of(home)
    draft.place_id, draft.options = (place.id if place else None), []
    draft.is_place_sure = True


async def again(context: Context, draft: ReportDraft, said: Said) -> None:
    """Keep the draft and ask what is wanted now."""
    found = flows.current(context)
    if found is not None:
        await flows.begin(context, found[0], draft, edit=said.pressed_message)


def places(context: Context, draft: ReportDraft) -> Rows:
    """Three taps at most, and a way out."""
    work = context.work
    chosen = None if draft.is_place_sure else draft.place_id
    buttons = placing.rows(work.directory, work.language, chosen, draft.options)
    return [*buttons, [("place_skip", press("choose", "skip"))]]


def place_params(context: Context, draft: ReportDraft) -> dict[str, Any]:
    """How far the taps have come."""
    work = context.work
    chosen = draft.place_id if not draft.is_place_sure else None
    name = work.directory.name(chosen, work.language) if chosen else None
    return {"chosen": name, "is_ambiguous": bool(draft.options)}
