"""The card before a request goes out: everything that was said, each thing one tap from being changed."""

from typing import Any

from handlers.context import Context
from handlers.flows import Rows
from handlers.resident.draft import MAX_WORDS, is_small_talk
from handlers.resident.short import says
from handlers.said import Said
from storage.order_drafts import OrderDraft
from storage.rules.press import press
from storage.work import Button

from .what import again

EDITS = frozenset({"what", "whom", "place", "day", "count"})
MOST = 10
COUNTS = (1, 2, 3, 4, 5, 6, 8, MOST)


async def settle(_context: Context, draft: OrderDraft) -> None:
    """What was being changed is changed."""
    draft.before = None


async def take_confirm(context: Context, draft: OrderDraft, said: Said) -> bool | None:
    """Send it, or change one thing; words and pictures are added."""
    if said.choice == "send" or says(said.text, "yes"):
        return True
    if said.choice in EDITS:
        draft.edit(said.choice)
        draft.asks = [*draft.asks, said.choice]
    elif said.choice == "phone":
        draft.shows_phone = not draft.shows_phone and draft.owner_phone is not None
    elif said.choice == "alone":
        draft.is_vulnerable = not draft.is_vulnerable
    elif said.choice is None and said.has_content and not is_small_talk(said.text):
        draft.files = [*draft.files, *said.files]
        draft.words = f"{draft.words}\n{said.text}".strip()[:MAX_WORDS]
    else:
        return False
    await again(context, draft, said)
    return None


def choices(_context: Context, draft: OrderDraft) -> Rows:
    """To send it is the first and biggest button."""
    edits = ["day", "place", *([] if draft.is_filed else ["whom"]), "count"]
    rest: list[Button] = [(f"edit_{one}", press("choose", one)) for one in edits]
    if draft.owner_phone is not None:
        rest.append(("order_phone_on" if draft.shows_phone else "order_phone_off", press("choose", "phone")))
    if draft.organisation_id is None:
        rest.append(("order_alone_on" if draft.is_vulnerable else "order_alone_off", press("choose", "alone")))
    rest.append(("edit_what", press("choose", "what")))
    return [[("order_send", press("choose", "send"))], *(rest[at : at + 2] for at in range(0, len(rest), 2))]


def params(context: Context, draft: OrderDraft) -> dict[str, Any]:
    """What the card says."""
    work = context.work
    errand = work.directory.helping.errands.get(draft.errand_id or 0)
    unit = work.directory.helping.organisations.get(draft.organisation_id or 0)
    span = draft.span
    return {
        "what": errand.name_in(work.language) if errand is not None else None,
        "emoji": errand.emoji if errand is not None else "",
        "words": draft.words,
        "files": len(draft.files),
        "owner": draft.owner_name,
        "for_whom": draft.for_whom,
        "unit": unit.name_in(work.language) if unit is not None else None,
        "place": work.directory.name(draft.place_id, work.language) if draft.place_id else None,
        "room": draft.room,
        "spot": draft.spot,
        "starts_at": draft.starts_at,
        "ends_at": draft.ends_at,
        "is_same_day": span is not None and span.starts_at is not None,
        "wanted": draft.wanted,
        "is_vulnerable": bool(draft.is_vulnerable),
        "shows_phone": draft.shows_phone,
    }


# --- how many ------------------------------------------------------------------------------------------------


async def take_count(_context: Context, draft: OrderDraft, said: Said) -> bool:
    """How many are needed."""
    found = (said.choice or said.text).removeprefix("x").strip()
    if not found.isdecimal() or not 1 <= int(found) <= MOST:
        return False
    draft.wanted = int(found)
    return True


def count_choices(_context: Context, _draft: OrderDraft) -> Rows:
    """A few usual numbers."""
    buttons: list[Button] = [("order_count", press("choose", f"x{count}"), {"count": count}) for count in COUNTS]
    return [buttons[:4], buttons[4:]]
