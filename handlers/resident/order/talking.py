"""Between whoever asked and who comes: a message through the bot, one's number shown or hidden, and what went wrong."""

from typing import Any

from handlers import entry, flows
from handlers.context import Context
from handlers.flows import Flow, Rows, Step
from handlers.lookup import ticket_by_id, ticket_of
from handlers.resident.about import AboutTicket
from handlers.resident.draft import is_danger
from handlers.said import Said
from handlers.sentence import READABLE, sentence
from storage import claims, concerns, helped, relays, tickets
from storage.rules.errors import NotYours, Stale
from storage.rules.press import Press, base36, press
from storage.rules.rights import Action

# --- a message -----------------------------------------------------------------------------------------------


class MessageDraft(AboutTicket):
    """What is said to the other side."""

    files: list[dict[str, Any]] = []


async def _take_message(_context: Context, draft: MessageDraft, said: Said) -> bool:
    draft.words, draft.files = said.text, list(said.files)
    return said.choice is None and bool(said.text or said.files)


async def _pass_on(context: Context, draft: MessageDraft) -> None:
    ticket = await ticket_by_id(context, draft.ticket_id)
    await relays.relay(context.work, ticket, draft.words, draft.files)
    context.work.reply("order.passed_on", ticket_id=ticket["id"], number=ticket["number"])


RELAY = flows.declare(
    Flow(
        "order_relay",
        MessageDraft,
        (
            Step(
                "words",
                "order.ask_message",
                _take_message,
                unclear="order.ask_message",
                params=lambda _context, draft: {"number": draft.number},
                needs_consent=False,
            ),
        ),
        _pass_on,
    )
)


@entry.heard(9)
async def reply(context: Context, said: Said) -> bool:
    """A reply to a card or a message of a request goes to the other side, while somebody is on the way or there."""
    if said.reply_to is None or not (said.text or said.files) or is_danger(said.text):
        return False
    work = context.work
    ticket = await tickets.by_message(work.ledger, work.chat_id or 0, said.reply_to)
    if ticket is None or not helped.is_order(work.ledger, ticket):
        return False
    try:
        await relays.relay(work, ticket, said.text, said.files)
    except (NotYours, Stale):
        return False
    work.reply("order.passed_on", ticket_id=ticket["id"], number=ticket["number"])
    return True


@entry.pressed("orelay")
async def relay(context: Context, pressed: Press, _said: Said) -> None:
    """捎句话: what shall be passed on?"""
    ticket = await ticket_of(context, pressed)
    await relays.check(context.work, Action.RELAY, ticket)
    await flows.begin(context, RELAY, MessageDraft(ticket_id=ticket["id"], number=ticket["number"]))


@entry.pressed("ophone")
async def phone(context: Context, pressed: Press, _said: Said) -> None:
    """One's number is shown to the other side, or not any more."""
    ticket = await ticket_of(context, pressed)
    shows = await relays.show_phone(context.work, ticket)
    context.work.answer("order.phone_shown" if shows else "order.phone_hidden")


@entry.pressed("obegin")
async def begin(context: Context, pressed: Press, _said: Said) -> None:
    """There are enough: those who are there begin."""
    ticket = await ticket_of(context, pressed)
    await claims.begin(context.work, ticket)
    context.work.answer("order.begun")


# --- a problem -----------------------------------------------------------------------------------------------


class ConcernDraft(AboutTicket):
    """What was wrong, and with whom."""

    about_id: int | None = None
    others: list[dict[str, Any]] = []  # whom it can be about: id and name


async def _take_about(_context: Context, draft: ConcernDraft, said: Said) -> bool:
    found = next((one["id"] for one in draft.others if said.choice == f"a{base36(one['id'])}"), None)
    draft.about_id = found
    return found is not None


def _others(_context: Context, draft: ConcernDraft) -> Rows:
    return [[("named", press("choose", f"a{base36(one['id'])}"), {"name": one["name"]})] for one in draft.others]


async def _report(context: Context, draft: ConcernDraft) -> None:
    ticket = await ticket_by_id(context, draft.ticket_id)
    await concerns.report(context.work, ticket, draft.about_id or 0, draft.words)
    context.work.reply("order.concern_noted", ticket_id=ticket["id"], number=ticket["number"])


CONCERN = flows.declare(
    Flow(
        "order_concern",
        ConcernDraft,
        (
            Step(
                "about",
                "order.ask_about",
                _take_about,
                lambda draft: draft.about_id is None,
                _others,
                unclear="order.ask_about",
                needs_consent=False,
            ),
            sentence("words", "order.ask_concern", least=READABLE),
        ),
        _report,
    )
)


@entry.pressed("oproblem")
async def problem(context: Context, pressed: Press, _said: Said) -> None:
    """有问题: what happened? A duty secretary reads it."""
    ticket = await ticket_of(context, pressed)
    await relays.check(context.work, Action.PROBLEM, ticket)
    others = await concerns.about_whom(context.work, ticket)
    if not others:
        raise Stale
    draft = ConcernDraft(ticket_id=ticket["id"], number=ticket["number"])
    draft.others = [{"id": row["id"], "name": row["name"]} for row in others]
    draft.about_id = others[0]["id"] if len(others) == 1 else None
    await flows.begin(context, CONCERN, draft)
