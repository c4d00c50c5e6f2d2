"""Words and pictures for a matter that is under way: by replying to its card, or by its button."""

from handlers import entry, flows
from handlers.context import Context
from handlers.flows import Flow, Step
from handlers.said import Said
from storage import danger, handling, tickets
from storage.handling import Ticket
from storage.rules.errors import NotYours, Stale
from storage.rules.lifecycle import OPEN
from storage.rules.press import Press
from storage.rules.rights import Action
from storage.work import Priority

from . import report
from .about import AboutTicket, ticket_of
from .draft import is_danger


@entry.heard(10)
async def reply_to_card(context: Context, said: Said) -> bool:
    """A reply to a card belongs to that card's ticket, whatever else is under way; about a closed one it is new."""
    if said.reply_to is None or not said.has_content:
        return False
    work = context.work
    ticket = await tickets.by_message(work.ledger, work.chat_id or 0, said.reply_to)
    if ticket is None or not await tickets.allowed(work, Action.ADD_WORDS, ticket):
        return False
    if ticket["state"] not in {str(state) for state in OPEN}:
        work.reply("my.over", number=ticket["number"])
        context.conversation.clear()
        await report.start(context, said)
        return True
    await add_to(context, ticket, said)
    return True


async def add_to(context: Context, ticket: Ticket, said: Said, *, is_told: bool = True) -> None:
    """Add what was said; words of danger call everybody at once. Raises what `handling.add_words` raises."""
    work = context.work
    files = said.files
    if said.latitude is not None:
        files = (*files, {"media": "location", "latitude": said.latitude, "longitude": said.longitude})
    await handling.add_words(work, ticket, said.text, files)
    if is_danger(said.text) and not ticket["is_danger"]:
        work.reply("danger.ring_first", priority=Priority.ALARM)
        await danger.raise_to(work, ticket)
        return
    if is_told:
        work.reply("my.added", ticket_id=ticket["id"], number=ticket["number"])


async def _take(context: Context, draft: AboutTicket, said: Said) -> bool | None:
    if said.choice is not None or not said.has_content:
        return False
    ticket = await tickets.by_id(context.work.ledger, draft.ticket_id)
    if ticket is None:
        raise Stale
    await add_to(context, ticket, said)
    return True


async def _nothing(_context: Context, _draft: AboutTicket) -> None:
    """The words were added when they came."""


ADD = flows.declare(
    Flow(
        "add",
        AboutTicket,
        (
            Step(
                "words",
                "my.ask_words",
                _take,
                params=lambda _context, draft: {"number": draft.number},
                needs_consent=False,
            ),
        ),
        _nothing,
    )
)


@entry.pressed("add", "answer")
async def add(context: Context, pressed: Press, _said: Said) -> None:
    """Ask for the words or the picture to add."""
    ticket = await ticket_of(context, pressed)
    if not await tickets.allowed(context.work, Action.ADD_WORDS, ticket):
        context.work.audit("refused", action="add_words")
        raise NotYours
    if ticket["state"] not in {str(state) for state in OPEN}:
        raise Stale
    await flows.begin(context, ADD, AboutTicket(ticket_id=ticket["id"], number=ticket["number"]))


@entry.pressed("danger")
async def danger_now(context: Context, pressed: Press, _said: Said) -> None:
    """The button on a card: it is dangerous now."""
    ticket = await ticket_of(context, pressed)
    context.work.reply("danger.ring_first", priority=Priority.ALARM)
    await danger.raise_to(context.work, ticket)
