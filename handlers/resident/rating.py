"""办好了吗？ yes, then one of five stars in one tap, then a sentence if one likes; or no, with what is still wrong."""

from handlers import entry, flows
from handlers.context import Context
from handlers.flows import Draft, Flow, Step
from handlers.reading import Intent
from handlers.said import Said
from storage import cards, closing, tickets
from storage.handling import Ticket
from storage.rules.errors import Stale
from storage.rules.lifecycle import State
from storage.rules.press import Press, press
from storage.rules.rights import Action
from storage.work import Button

from . import adding, matters, report
from .about import AboutTicket, ticket_of
from .draft import READER
from .short import says

MOST = 5


@entry.heard(40)
async def said_done(context: Context, said: Said) -> bool:
    """办好了 or 还没办好, typed, when exactly one question waits for it."""
    if said.files or not says(said.text, "done", "not_done"):
        return False
    rows = await matters.mine(context, is_open=True, limit=matters.NARROW)
    done = [dict(row) for row in rows if row["state"] == State.DONE]
    allowed = [row for row in done if await tickets.allowed(context.work, Action.CONFIRM, row)]
    if len(allowed) != 1:
        return False
    await (_yes if says(said.text, "done") else _no)(context, allowed[0], said)
    return True


@entry.pressed("yes")
async def yes(context: Context, pressed: Press, said: Said) -> None:
    """办好了: closed, and the stars are offered in the same message."""
    await _yes(context, await ticket_of(context, pressed), said)


async def _yes(context: Context, ticket: Ticket, said: Said) -> None:
    await closing.confirm(context.work, ticket)
    if said.pressed_message is not None and await _is_card(context, said.pressed_message):
        context.work.card(ticket["id"], context.person)
    _ask_stars(context, ticket["id"], ticket["number"], said)


@entry.pressed("stars")
async def stars(context: Context, pressed: Press, said: Said) -> None:
    """The five steps."""
    ticket = await ticket_of(context, pressed)
    if not closing.can_rate(ticket):
        raise Stale
    _ask_stars(context, ticket["id"], ticket["number"], said)


async def _is_card(context: Context, message_id: int) -> bool:
    return await cards.stands_at(context.work.ledger, context.work.chat_id or 0, message_id)


def _ask_stars(context: Context, ticket_id: int, number: int, said: Said) -> None:
    steps: list[Button] = [(f"stars_{n}", press("rate", ticket_id, n)) for n in range(MOST, 0, -1)]
    buttons = [[one] for one in steps]
    context.work.reply("done.ask_stars", buttons, edit=said.pressed_message, ticket_id=ticket_id, number=number)


@entry.pressed("rate")
async def rate(context: Context, pressed: Press, said: Said) -> None:
    """One tap; a sentence may follow."""
    ticket = await ticket_of(context, pressed)
    count = pressed.number(1)
    if count is None or not 1 <= count <= MOST:
        raise Stale
    await closing.rate(context.work, ticket, count)
    draft = RatingDraft(ticket_id=ticket["id"])
    await flows.begin(
        context, RATING_WORDS if count > closing.LOW_STARS else LOW_WORDS, draft, edit=said.pressed_message
    )


class RatingDraft(AboutTicket):
    """A sentence beside the stars, unless it speaks of something new."""

    is_unclear: bool = False


async def _take_words(_context: Context, draft: RatingDraft, said: Said) -> bool:
    if said.choice == "none":
        return True
    draft.words = said.text
    reading = READER.read(said.text)
    draft.is_unclear = reading.intent is Intent.REPORT and (reading.kind_sure or reading.address is not None)
    return bool(said.text)


async def _take_which(context: Context, draft: RatingDraft, said: Said) -> bool | None:
    """Words about the work, or a matter of their own: nobody guesses."""
    if said.choice == "another":
        context.conversation.clear()
        await report.start(context, Said(text=draft.words))
        return None
    if said.text:
        draft.words = f"{draft.words}\n{said.text}"
    return said.choice == "about"


def _which(_context: Context, _draft: RatingDraft) -> list[list[Button]]:
    return [[("rating_about", press("choose", "about"))], [("rating_another", press("choose", "another"))]]


async def _keep_words(context: Context, draft: RatingDraft) -> None:
    ticket = await tickets.by_id(context.work.ledger, draft.ticket_id)
    if ticket is not None and draft.words:
        await closing.rating_words(context.work, ticket, draft.words)
    pressed = context.pressed_message
    if pressed is not None:
        context.work.reply("done.thanks", edit=pressed)
    else:
        context.work.reply("done.thanks", keyboard="main")


def _nothing_more(_context: Context, _draft: Draft) -> list[list[Button]]:
    return [[("no_words", press("choose", "none"))]]


def _rating(name: str, prompt: str) -> Flow[RatingDraft]:
    words = Step("words", prompt, _take_words, choices=_nothing_more, cancel=None)
    which = Step("which", "done.which", _take_which, lambda one: one.is_unclear, _which, unclear="done.which")
    return flows.declare(Flow(name, RatingDraft, (words, which), _keep_words))


RATING_WORDS = _rating("rating", "done.rated")
LOW_WORDS = _rating("rating_low", "done.rated_low")
RATINGS = frozenset({RATING_WORDS.name, LOW_WORDS.name})


@entry.pressed("no")
async def no(context: Context, pressed: Press, said: Said) -> None:
    """还没办好: back at once; what is still wrong may follow in words or a picture."""
    await _no(context, await ticket_of(context, pressed), said)


async def _no(context: Context, ticket: Ticket, said: Said) -> None:
    await closing.dispute(context.work, ticket)
    await flows.begin(context, STILL_WRONG, AboutTicket(ticket_id=ticket["id"]), edit=said.pressed_message)


async def _take_wrong(context: Context, draft: AboutTicket, said: Said) -> bool | None:
    if said.choice == "none":
        return True
    if not said.has_content:
        return False
    ticket = await tickets.by_id(context.work.ledger, draft.ticket_id)
    if ticket is None:
        raise Stale
    await adding.add_to(context, ticket, said, is_told=False)
    return True


async def _told_wrong(context: Context, _draft: AboutTicket) -> None:
    context.work.reply("done.passed_on", keyboard="main")


STILL_WRONG = flows.declare(
    Flow(
        "still_wrong",
        AboutTicket,
        (Step("words", "done.ask_wrong", _take_wrong, choices=_nothing_more, cancel=None, needs_consent=False),),
        _told_wrong,
    )
)
