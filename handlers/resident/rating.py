"""办好了吗？ yes, then one of five stars in one tap, then a sentence if one likes; or no, with what is still wrong."""

from handlers import entry, flows
from handlers.context import Context
from handlers.flows import Flow, Step
from handlers.said import Said
from storage import closing, handling, tickets
from storage.rules.errors import Stale
from storage.rules.press import Press, press
from storage.work import Button

from .matters import AboutTicket, ticket_of

MOST = 5


@entry.pressed("yes")
async def yes(context: Context, pressed: Press, said: Said) -> None:
    """办好了: closed, and the stars are offered in the same message."""
    ticket = await ticket_of(context, pressed)
    await closing.confirm(context.work, ticket)
    _ask_stars(context, ticket["id"], ticket["number"], said)


@entry.pressed("stars")
async def stars(context: Context, pressed: Press, said: Said) -> None:
    """The five steps."""
    ticket = await ticket_of(context, pressed)
    if not closing.can_rate(ticket):
        raise Stale
    _ask_stars(context, ticket["id"], ticket["number"], said)


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
    draft = AboutTicket(ticket_id=ticket["id"])
    await flows.begin(
        context, RATING_WORDS if count > closing.LOW_STARS else LOW_WORDS, draft, edit=said.pressed_message
    )


async def _take_words(_context: Context, draft: AboutTicket, said: Said) -> bool:
    if said.choice == "none":
        return True
    draft.words = said.text
    return bool(said.text)


async def _keep_words(context: Context, draft: AboutTicket) -> None:
    ticket = await tickets.by_id(context.work.ledger, draft.ticket_id)
    if ticket is not None and draft.words:
        await closing.rating_words(context.work, ticket, draft.words)
    context.work.reply("done.thanks", keyboard="main")


def _nothing_more(_context: Context, _draft: AboutTicket) -> list[list[Button]]:
    return [[("no_words", press("choose", "none"))]]


RATING_WORDS = flows.declare(
    Flow("rating", AboutTicket, (Step("words", "done.rated", _take_words, choices=_nothing_more),), _keep_words)
)
LOW_WORDS = flows.declare(
    Flow("rating_low", AboutTicket, (Step("words", "done.rated_low", _take_words, choices=_nothing_more),), _keep_words)
)


@entry.pressed("no")
async def no(context: Context, pressed: Press, said: Said) -> None:
    """还没办好: back at once; what is still wrong may follow in words or a picture."""
    ticket = await ticket_of(context, pressed)
    await closing.dispute(context.work, ticket)
    await flows.begin(context, STILL_WRONG, AboutTicket(ticket_id=ticket["id"]), edit=said.pressed_message)


async def _take_wrong(context: Context, draft: AboutTicket, said: Said) -> bool | None:
    if said.choice == "none":
        return True
    if not said.has_content:
        return False
    ticket = await tickets.by_id(context.work.ledger, draft.ticket_id)
    if ticket is not None:
        await handling.add_words(context.work, ticket, said.text, said.files)
    return True


async def _told_wrong(context: Context, _draft: AboutTicket) -> None:
    context.work.reply("done.passed_on", keyboard="main")


STILL_WRONG = flows.declare(
    Flow(
        "still_wrong", AboutTicket, (Step("words", "done.ask_wrong", _take_wrong, choices=_nothing_more),), _told_wrong
    )
)
