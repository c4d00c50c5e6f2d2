"""The flow of a booking, declared; how it begins, and what happens when the card at its end is pressed."""

from handlers import flows
from handlers.context import Context
from handlers.flows import Flow, Rows, Step
from handlers.reading import Intent
from handlers.resident import report
from handlers.resident.draft import READER, take_in
from handlers.said import Said
from storage import bookings
from storage.booking_drafts import BOOK, BookingDraft
from storage.drafts import CARD, ReportDraft
from storage.rules.errors import NotOpen, SlotTaken
from storage.rules.press import press

from . import choosing, confirm, days, details, holding, recurring, times, whom


async def start(context: Context, words: str = "", *, is_guess: bool = False, is_told_too: bool = False) -> bool:
    """Begin: at the shelves, or with what the words find. False when there are words and they find nothing.

    A guess is asked about; what nobody books here is found by it only if `is_told_too`.
    """
    draft = BookingDraft()
    await whom.know_elders(context, draft)
    if words and not await choosing.search(context, draft, words, is_guess=is_guess, is_told_too=is_told_too):
        return False
    days.note_wish(context, draft, words)
    whom.note_whom(draft, words)
    await give_up(context)
    await flows.begin(context, FLOW, draft, edit=context.pressed_message)
    return True


async def find_or_say_so(context: Context, words: str) -> None:
    """Begin with what the words find; that they find nothing is said, with ways on."""
    if await start(context, words):
        return
    await give_up(context)
    await flows.begin(context, FLOW, BookingDraft(words=words[:200], is_lost=True))


async def give_up(context: Context) -> None:
    """A booking that was begun before and is not confirmed gives its time back."""
    found = flows.current(context)
    if found is not None and isinstance(found[1], BookingDraft):
        await holding.let_go(context, found[1])
        context.conversation.clear()


# --- words that find nothing ---------------------------------------------------------------------------------


async def _take_lost(context: Context, draft: BookingDraft, said: Said) -> bool | None:
    """The duty secretary sees to it; or other words, or the shelves."""
    if said.choice == "ask":
        context.conversation.clear()
        await ask_duty_secretary(context, draft.words)
        return None
    draft.is_lost = False
    if said.choice == "all":
        draft.forget("category")
    elif said.text and not await choosing.search(context, draft, said.text):
        draft.words, draft.is_lost = said.text[:200], True
    await choosing.again(context, draft, said)
    return None


async def ask_duty_secretary(context: Context, words: str) -> None:
    """What is no booking at all is read as any other words; the rest a person finds somebody for."""
    reading = READER.read(words)
    is_other = reading.intent is not Intent.BOOK and reading.intent_sure
    if is_other or "question" not in context.work.directory.kinds:
        await report.start(context, Said(text=words))
        return
    known = ReportDraft()
    take_in(context, known, Said(text=words))
    known.intent, known.kind, known.is_kind_sure = str(Intent.BOOK), "question", True
    await report.go_on(context, known, Said(pressed_message=context.pressed_message))


def _lost_choices(_context: Context, _draft: BookingDraft) -> Rows:
    return [[("book_ask", press("choose", "ask"))], [("book_all", press("choose", "all"))]]


# --- only told where -----------------------------------------------------------------------------------------


async def _take_told(context: Context, draft: BookingDraft, said: Said) -> bool | None:
    """Nothing is asked here: other words are looked for, and what finds nothing is something else."""
    if said.choice == "read":
        context.conversation.clear()
        context.work.reply("book.told", edit=said.pressed_message, **confirm.told_params(context, draft))
        return None
    if not said.has_content:
        return False
    if said.text and await choosing.search(context, draft, said.text):
        await choosing.again(context, draft, said)
    else:
        context.conversation.clear()
        await report.start(context, said)
    return None


# --- the end -------------------------------------------------------------------------------------------------


async def _finish(context: Context, draft: BookingDraft) -> None:
    """Book it. If the time is gone meanwhile, the free ones are shown at once."""
    wanted, slot = await whom.wanted_of(context, draft), holding.as_slot(draft)
    try:
        if draft.times > 1 and slot is not None:
            await recurring.book(context, wanted, slot, draft.times, draft.hold_id)
        else:
            await bookings.book(context.work, wanted, slot, draft.hold_id, shown_as=context.pressed_message)
    except (SlotTaken, NotOpen):
        if slot is not None:
            await times.taken(context, draft)
        else:
            phone = confirm.told_params(context, draft)["phone"]
            context.work.reply("book.hall_shut", [[("book_again", press("book", draft.service_id))]], phone=phone)


async def _cancelled(context: Context, draft: BookingDraft) -> bool:
    """Leaving gives the time back; the rest goes as in every flow."""
    await holding.let_go(context, draft)
    return False


FLOW = flows.declare(
    Flow(
        BOOK,
        BookingDraft,
        (
            Step(
                "lost",
                "book.not_found",
                _take_lost,
                lambda draft: draft.is_lost,
                _lost_choices,
                params=lambda _context, draft: {"words": draft.words},
                unclear="book.not_found",
            ),
            Step(
                "category",
                "book.ask_category",
                choosing.take_category,
                lambda draft: draft.service_id is None,
                choosing.categories,
                unclear="book.ask_category",
            ),
            Step(
                "service",
                "book.ask_service",
                choosing.take_service,
                lambda draft: draft.service_id is None,
                choosing.services,
                params=choosing.service_params,
                unclear="book.ask_service",
            ),
            Step(
                "told",
                "book.told",
                _take_told,
                lambda draft: not draft.ways,
                lambda _context, _draft: [[("book_noted", press("choose", "read"))]],
                params=confirm.told_params,
                unclear="book.told",
                cancel=None,
            ),
            Step(
                "same",
                "book.ask_same",
                details.take_same,
                lambda draft: draft.last_id is not None,
                details.same_choices,
                params=details.same_params,
                unclear="book.ask_same",
                prepare=details.look_up_last,
            ),
            Step(
                "whom",
                "book.ask_whom",
                whom.take_whom,
                lambda draft: "whom" in draft.asks,
                whom.whom_choices,
                params=choosing.name_params,
                unclear="book.ask_whom",
                shown=whom.as_said,
            ),
            Step(
                "name",
                "book.ask_name",
                whom.take_name,
                lambda draft: draft.for_whom == whom.NEIGHBOUR,
                unclear="book.name_unclear",
            ),
            Step(
                "papers",
                "papers.told",
                details.take_papers,
                lambda draft: "papers" in draft.asks,
                details.papers_choices,
                params=details.papers_params,
                unclear="papers.told",
            ),
            Step(
                "note",
                "book.ask_note",
                details.take_note,
                lambda draft: "note" in draft.asks,
                details.note_choices,
                params=details.note_params,
                unclear="book.ask_note",
            ),
            Step(
                "way",
                "book.ask_way",
                days.take_way,
                lambda draft: draft.way is None,
                days.ways,
                unclear="book.ask_way",
            ),
            Step(
                "place",
                "book.ask_place",
                whom.take_place,
                whom.needs_place,
                whom.places,
                params=whom.place_params,
                unclear="report.place_unclear",
            ),
            Step(
                "room",
                "book.ask_room",
                whom.take_room,
                whom.needs_room,
                whom.room_choices,
                params=whom.place_params,
                unclear="book.ask_room",
            ),
            Step(
                "full",
                "book.full",
                days.take_full,
                lambda draft: draft.full_on is not None,
                days.full_choices,
                params=days.full_params,
                unclear="book.full",
            ),
            *times.steps(),
            Step(
                "dishes",
                "book.ask_dishes",
                details.take_dishes,
                lambda draft: "dishes" in draft.asks and draft.slot is not None,
                details.dish_choices,
                params=details.dish_params,
                unclear="book.ask_dishes",
            ),
            Step(
                "times",
                "book.ask_times",
                confirm.take_times,
                lambda draft: "times" in draft.asks,
                confirm.times_choices,
                unclear="book.ask_times",
            ),
            Step(
                CARD,
                "book.confirm",
                confirm.take_confirm,
                choices=confirm.choices,
                params=confirm.params,
                unclear="book.confirm",
                prepare=confirm.settle,
            ),
        ),
        _finish,
        is_kept=True,
        cancelled=_cancelled,
    )
)
