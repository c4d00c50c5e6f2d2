"""What staff do for callers beside writing words down: book, ask neighbours, look at the register of 全程代办."""

from collections.abc import Sequence

from handlers import flows
from handlers.context import Context
from handlers.flows import Rows
from handlers.reading import Intent, LexiconReader
from storage import filing, schema, supports
from storage.booking_drafts import BOOK, BookingDraft
from storage.ledger import Row
from storage.order_drafts import ORDER, OrderDraft
from storage.rules.errand_words import meant
from storage.rules.finding import find
from storage.rules.press import press

from .caller import FilingDraft

READER = LexiconReader()
FOUND = 8


async def look_up_register(context: Context, draft: FilingDraft) -> None:
    """Whether the one who asks keeps the register of 全程代办 where the caller lives."""
    person = await context.work.ledger.get(schema.person, draft.owner_id)
    draft.can_register = person is not None and await supports.is_kept_by(context.work, person)


def ways_on(context: Context, draft: FilingDraft) -> Rows:
    """A booking or a neighbour's hand instead of words; and the register, for who keeps it."""
    register: Rows = [[("support", press("support", draft.owner_id or 0))]] if draft.can_register else []
    hand: Rows = [[("file_order", press("choose", "order"))]] if ORDER in context.work.directory.kinds else []
    return [*hand, [("file_booking", press("choose", "book"))], *register]


def services(context: Context, draft: FilingDraft) -> list[int]:
    """What of the catalogue the words ask for, when they surely ask for something of it and nobody is in danger."""
    reading = READER.read(draft.words)
    is_sure = reading.intent is Intent.BOOK and reading.intent_sure
    if not is_sure or draft.danger != "no" or draft.files:
        return []
    return [one.id for one in find(context.work.directory.catalogue, draft.words, context.work.language, FOUND)]


async def book(context: Context, draft: FilingDraft, found: Sequence[int] = ()) -> None:
    """The caller wants something of the catalogue: what residents are asked is asked for them, who own it."""
    owner = await _owner(context, draft)
    booking = BookingDraft(is_filed=True, owner_id=owner["id"], owner_name=owner["name"], resumes=draft.resumes)
    if found:
        booking.words, booking.found, booking.answered = draft.words, list(found), ["category"]
    context.conversation.clear()
    await flows.begin(context, flows.named(BOOK), booking, edit=context.pressed_message)


async def _owner(context: Context, draft: FilingDraft) -> Row:
    """Who calls, as somebody who can own a matter. Raises what `filing.check` raises."""
    filing.check(context.work, draft.place_id)
    known = await context.work.ledger.get(schema.person, draft.owner_id)
    return known or filing.write_down(context.work, draft)


# --- 代点单 --------------------------------------------------------------------------------------------------


def wants_neighbours(context: Context, draft: FilingDraft) -> bool:
    """Whether the words surely ask for a neighbour's hand, where neighbours can be asked, and nobody is in danger."""
    reading = READER.read(draft.words)
    is_sure = reading.intent is Intent.ORDER and reading.intent_sure
    return is_sure and draft.danger == "no" and ORDER in context.work.directory.kinds


async def order(context: Context, draft: FilingDraft) -> None:
    """Neighbours are asked for the caller, who owns it; what was said so far is kept."""
    owner = await _owner(context, draft)
    wish = draft.wish or {"words": draft.words, "files": draft.files}
    made = OrderDraft.model_validate({**wish, "resumes": draft.resumes})
    made.is_filed, made.asks, made.owner_id, made.owner_name = True, ["alone"], owner["id"], owner["name"]
    made.caller_phone = draft.caller_phone if draft.caller_phone != owner["phone"] else None
    made.owner_phone = draft.caller_phone or owner["phone"]
    if draft.has_place:
        made.place_id, made.room, made.is_place_sure = draft.place_id, draft.room, True
    errand = meant(context.work.directory.helping.errands.values(), made.words)
    if made.errand_id is None and errand is not None:
        made.errand_id, made.minutes, made.wanted = errand.id, errand.minutes, errand.helpers
    context.conversation.clear()
    await flows.begin(context, flows.named(ORDER), made, edit=context.pressed_message)


async def go_on_to_order(context: Context, draft: FilingDraft) -> bool:
    """What neighbours shall be asked for was begun before anybody asked for whom."""
    await order(context, draft)
    return True
