"""Ways to begin a booking: /book, the big button, a button elsewhere, or a sentence that finds something."""

from handlers import entry, flows
from handlers.context import Context
from handlers.reading import Intent
from handlers.resident import matters
from handlers.resident.draft import READER, is_danger
from handlers.said import Said
from storage.booking_drafts import BookingDraft
from storage.rules.press import Press

from . import choosing, flow, whom


@entry.command("book", menu="menu_book")
async def book(context: Context, args: list[str]) -> None:
    """/book, with or without words, and the button 代办."""
    words = " ".join(args)
    if not await flow.start(context, words):
        await flow.start(context)


@entry.pressed("book")
async def book_pressed(context: Context, pressed: Press, _said: Said) -> None:
    """The shelves, or one service that the button names."""
    service = context.work.directory.catalogue.services.get(pressed.number() or 0)
    if service is None:
        await flow.start(context)
        return
    draft = BookingDraft(category_id=service.category_id, answered=["category", "service"])
    await whom.know_elders(context, draft)
    await flow.give_up(context)
    await choosing.choose(context, draft, service)
    await flows.begin(context, flow.FLOW, draft)


@entry.heard(45)
async def in_a_sentence(context: Context, said: Said) -> bool:
    """A sentence that wants something of the catalogue; what finds nothing is heard by those who come after."""
    if not said.text or said.files or is_danger(said.text):
        return False
    if READER.read(said.text).intent is not Intent.BOOK or await matters.by_number(context, said.text) is not None:
        return False
    return await flow.start(context, said.text)
