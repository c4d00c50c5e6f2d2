"""What is it about: the shelves of the catalogue, their services page by page, or a word that finds them."""

from collections.abc import Sequence
from typing import Any

from handlers import flows
from handlers.context import Context
from handlers.flows import Rows
from handlers.resident import report
from handlers.said import Said
from storage import booking_lists
from storage.booking_drafts import BookingDraft
from storage.rules.catalogue import Service
from storage.rules.errors import Stale
from storage.rules.finding import find
from storage.rules.press import base36, press
from storage.work import Button

from .owners import settle_filed

NOT_THIS = "else"
PAGE = 8
FOUND = 8
SHORT = 14
"""So wide may a name be beside another, in Latin letters; a Chinese character is as wide as two."""
_WIDE, _CHINESE = 2, 0x2E80


def service_of(context: Context, draft: BookingDraft) -> Service:
    """The service that was chosen. Raises Stale when an import took it away meanwhile."""
    service = context.work.directory.catalogue.services.get(draft.service_id or 0)
    if service is None:
        raise Stale
    return service


async def again(context: Context, draft: BookingDraft, said: Said) -> None:
    """Keep the draft and ask what is wanted now."""
    found = flows.current(context)
    if found is not None:
        await flows.begin(context, found[0], draft, edit=said.pressed_message)


async def choose(context: Context, draft: BookingDraft, service: Service) -> None:
    """Take a service; what was booked of it the last time can be had again."""
    catalogue = context.work.directory.catalogue
    has_dishes = any(catalogue.dishes.get(one.id) for one in catalogue.providers_of(service))
    draft.choose(service, dishes=has_dishes)
    if draft.is_filed:
        await settle_filed(context, draft)
        return
    last = await booking_lists.last(context.work.ledger, context.person["id"], service.id)
    draft.last_id = last["id"] if last is not None and service.can_be_booked else None


async def search(
    context: Context, draft: BookingDraft, words: str, *, is_guess: bool = False, is_told_too: bool = False
) -> bool:
    """Look for services by everyday words; one alone is chosen, unless it is only a guess. False when there is none."""
    work = context.work
    found = find(work.directory.catalogue, words, work.language, FOUND)
    if is_guess and not is_told_too:  # in a sentence about something else a shop's name proves nothing
        found = [one for one in found if one.can_be_booked]
    if not found:
        return False
    draft.forget("category")
    draft.words, draft.found, draft.is_guess = words, [one.id for one in found], is_guess
    draft.answered, draft.is_lost = ["category"], False
    if len(found) == 1 and not is_guess:
        await choose(context, draft, found[0])
        draft.answered.append("service")
    return True


async def _typed(context: Context, draft: BookingDraft, said: Said) -> bool | None:
    if not said.text:
        return False
    if not await search(context, draft, said.text):
        draft.words, draft.is_lost = said.text[:200], True
    await again(context, draft, said)
    return None


# --- shelves -------------------------------------------------------------------------------------------------


async def take_category(context: Context, draft: BookingDraft, said: Said) -> bool | None:
    """A shelf, or words."""
    if said.choice is None:
        return await _typed(context, draft, said)
    category = _number(said.choice, "c")
    if category not in context.work.directory.catalogue.categories:
        return False
    draft.category_id, draft.page = category, 0
    return True


def categories(context: Context, _draft: BookingDraft) -> Rows:
    """Every shelf that has something on it, two side by side."""
    work = context.work
    catalogue = work.directory.catalogue
    return beside(
        [
            (f"{one.emoji} {one.name_in(work.language)}".strip(), press("choose", f"c{base36(one.id)}"))
            for one in catalogue.categories.values()
            if catalogue.of_category(one.id)
        ]
    )


# --- services ------------------------------------------------------------------------------------------------


def _offered(context: Context, draft: BookingDraft) -> list[Service]:
    catalogue = context.work.directory.catalogue
    if draft.category_id is not None:
        return catalogue.of_category(draft.category_id)
    return [catalogue.services[one] for one in draft.found if one in catalogue.services]


async def take_service(context: Context, draft: BookingDraft, said: Said) -> bool | None:
    """A service of the shelf, another page, or words; none of those, where it was a guess."""
    if said.choice is None:
        return await _typed(context, draft, said)
    if said.choice == NOT_THIS:
        context.conversation.clear()
        await report.start(context, Said(text=draft.words, pressed_message=said.pressed_message))
        return None
    page = _number(said.choice, "p")
    if page is not None:
        draft.page = page
        await again(context, draft, said)
        return None
    service = context.work.directory.catalogue.services.get(_number(said.choice, "s") or 0)
    if service is None:
        return False
    await choose(context, draft, service)
    return True


def services(context: Context, draft: BookingDraft) -> Rows:
    """One page of what there is."""
    offered = _offered(context, draft)
    begin = draft.page * PAGE
    named = [
        (one.name_in(context.work.language), press("choose", f"s{base36(one.id)}"))
        for one in offered[begin : begin + PAGE]
    ]
    something_else: Rows = [[("book_not_this", press("choose", NOT_THIS))]] if draft.is_guess else []
    return [*beside(named), *pages(draft.page, len(offered) > begin + PAGE), *something_else]


def service_params(context: Context, draft: BookingDraft) -> dict[str, Any]:
    """Which shelf it is."""
    category = context.work.directory.catalogue.categories.get(draft.category_id or 0)
    name = f"{category.emoji} {category.name_in(context.work.language)}".strip() if category else None
    return {"category": name, "is_guess": draft.is_guess}


def name_params(context: Context, draft: BookingDraft) -> dict[str, Any]:
    """What is booked."""
    return {"name": service_of(context, draft).name_in(context.work.language)}


def pages(page: int, has_more: bool) -> Rows:
    """Earlier and later, where there is something."""
    turn: list[Button] = []
    if page:
        turn.append(("earlier", press("choose", f"p{base36(page - 1)}")))
    if has_more:
        turn.append(("later", press("choose", f"p{base36(page + 1)}")))
    return [turn] if turn else []


def beside(named: Sequence[tuple[str, str]]) -> Rows:
    """Buttons (name, data), two side by side where both names are short enough for a small telephone."""
    found: Rows = []
    was_short = False
    for name, data in named:
        is_short = sum(_WIDE if ord(one) >= _CHINESE else 1 for one in name) <= SHORT
        button: Button = ("named", data, {"name": name})
        if is_short and was_short and len(found[-1]) == 1:
            found[-1].append(button)
        else:
            found.append([button])
        was_short = is_short
    return found


def _number(choice: str, kind: str) -> int | None:
    try:
        return int(choice[1:], 36) if choice.startswith(kind) else None
    except ValueError:
        return None
