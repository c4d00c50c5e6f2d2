"""What staff do for callers beside writing words down: book for them, and look at the register of 全程代办."""

from collections.abc import Sequence

from handlers import flows
from handlers.context import Context
from handlers.flows import Rows
from handlers.reading import Intent, LexiconReader
from storage import filing, schema, supports
from storage.booking_drafts import BOOK, BookingDraft
from storage.rules.finding import find
from storage.rules.press import press

from .caller import FilingDraft

READER = LexiconReader()
FOUND = 8


async def look_up_register(context: Context, draft: FilingDraft) -> None:
    """Whether the one who asks keeps the register of 全程代办 where the caller lives."""
    person = await context.work.ledger.get(schema.person, draft.owner_id)
    draft.can_register = person is not None and await supports.is_kept_by(context.work, person)


def ways_on(_context: Context, draft: FilingDraft) -> Rows:
    """A booking instead of words; and the register, for who keeps it."""
    register: Rows = [[("support", press("support", draft.owner_id or 0))]] if draft.can_register else []
    return [[("file_booking", press("choose", "book"))], *register]


def services(context: Context, draft: FilingDraft) -> list[int]:
    """What of the catalogue the words ask for, when they surely ask for something of it and nobody is in danger."""
    reading = READER.read(draft.words)
    is_sure = reading.intent is Intent.BOOK and reading.intent_sure
    if not is_sure or draft.danger != "no" or draft.files:
        return []
    return [one.id for one in find(context.work.directory.catalogue, draft.words, context.work.language, FOUND)]


async def book(context: Context, draft: FilingDraft, found: Sequence[int] = ()) -> None:
    """The caller wants something of the catalogue: what residents are asked is asked for them, who own it."""
    work = context.work
    filing.check(work, draft.place_id)
    owner = await work.ledger.get(schema.person, draft.owner_id) or filing.write_down(work, draft)
    booking = BookingDraft(is_filed=True, owner_id=owner["id"], owner_name=owner["name"], resumes=draft.resumes)
    if found:
        booking.words, booking.found, booking.answered = draft.words, list(found), ["category"]
    context.conversation.clear()
    await flows.begin(context, flows.named(BOOK), booking, edit=context.pressed_message)
