"""Ways to begin a booking: /book, the big button, a button elsewhere, or a sentence that finds something."""

from handlers import entry, flows
from handlers.context import Context
from handlers.reading import Danger, Intent
from handlers.resident import matters, report
from handlers.resident.draft import READER, is_another_matter
from handlers.resident.short import answers, says
from handlers.said import Said
from storage import booking_lists
from storage.booking_drafts import BOOK, MOVE, BookingDraft
from storage.rules.press import Press
from storage.work import Priority

from . import choosing, flow, whom

SHORT, SHORT_IN_LATIN = 6, 16
"""Words so short only name what is wanted."""
LONG = 60
"""A long story is about something else."""
LATIN = "\u2e80"
TAKES_WORDS = frozenset({"lost", "category", "service", "told", "name", "note", "dishes"})
"""Questions that are answered in words of any kind; the card at the end is not: a lamp that is out is no note on it."""
TAKES_NO = frozenset({"same", "room", "note"})
"""Questions to which "no" is an answer."""
UNSURE = frozenset({Intent.QUESTION, Intent.ORDER, Intent.SMALLTALK, Intent.REPORT})
"""What a sentence may be taken for that rather asks for something of the catalogue."""


@entry.command("book", menu="menu_book")
async def book(context: Context, args: list[str]) -> None:
    """/book, with or without words, and the button 代办."""
    await flow.find_or_say_so(context, " ".join(args))


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


@entry.heard(19)
async def matter_meanwhile(context: Context, said: Said) -> bool:
    """Something else is the matter in the middle of a booking: that is heard, and the booking goes on afterwards."""
    found = flows.current(context)
    step = found[0].wanted(found[1]) if found is not None else None
    if found is None or step is None or found[0].name not in {BOOK, MOVE}:
        return False
    if says(said.text, "never_mind") and step.name not in TAKES_NO:
        await flows.leave(context)
        return True
    if step.name in TAKES_WORDS:
        return False
    if not said.files and not is_another_matter(said.text, step.name):
        return False
    await report.start(context, said)
    return True


@entry.heard(45)
async def in_a_sentence(context: Context, said: Said) -> bool:
    """A sentence that wants something of the catalogue; what finds nothing is heard by those who come after."""
    if not said.text or said.files or said.latitude is not None:
        return False
    reading = READER.read(said.text)
    if reading.danger is not Danger.NO or await matters.by_number(context, said.text) is not None:
        return False
    if _says_any(said.text, "change"):
        return await _about_a_booking(context)
    is_short = len(said.text) <= (SHORT if any(one > LATIN for one in said.text) else SHORT_IN_LATIN)
    if reading.intent is Intent.BOOK:
        if not await flow.start(context, said.text, is_guess=not (reading.intent_sure or is_short)):
            await flow.ask_duty_secretary(context, said.text)
        return True
    is_unsure = not reading.intent_sure and reading.intent in UNSURE and len(said.text) <= LONG
    if is_unsure and (is_short or _says_any(said.text, "wants")):
        is_told_too = is_short and reading.intent is not Intent.SMALLTALK
        return await flow.start(context, said.text, is_guess=True, is_told_too=is_told_too)
    return False


def _says_any(text: str, name: str) -> bool:
    return any(word in text.lower() for word in answers(name))


async def _about_a_booking(context: Context) -> bool:
    """Somebody wants to change what they booked: the only booking is shown with its buttons, of several the list."""
    rows = await matters.mine(context, is_open=True, limit=matters.NARROW)
    booked = await booking_lists.by_ids(context.work.ledger, [row["id"] for row in rows])
    if len(booked) == 1:
        context.work.card(next(iter(booked)), context.person, is_fresh=True, priority=Priority.ANSWER)
    elif booked:
        await matters.show_list(context, is_open=True)
    return bool(booked)
