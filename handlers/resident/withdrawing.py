"""Taking something back, with a reason; nothing is withdrawn by one tap."""

from handlers import entry, flows
from handlers.context import Context
from handlers.flows import Flow
from handlers.said import Said
from handlers.sentence import sentence
from storage import closing, tickets
from storage.handling import Ticket
from storage.rules.errors import NotYours, Stale
from storage.rules.press import Press
from storage.rules.rights import Action

from .about import AboutTicket, ticket_of

REASONS = {one: f"withdraw_{one}" for one in ("solved", "mistake")}


async def _finish(context: Context, draft: AboutTicket) -> None:
    ticket = await tickets.by_id(context.work.ledger, draft.ticket_id)
    if ticket is None:
        raise Stale
    await closing.withdraw(context.work, ticket, draft.words)
    context.work.reply("my.withdrawn", edit=context.pressed_message, ticket_id=ticket["id"], number=ticket["number"])


def _number(_context: Context, draft: AboutTicket) -> dict[str, int]:
    return {"number": draft.number}


WITHDRAW = flows.declare(
    Flow(
        "withdraw",
        AboutTicket,
        (sentence("reason", "my.ask_reason", usual=REASONS, params=_number),),
        _finish,
    )
)


async def begin(context: Context, ticket: Ticket) -> None:
    """Ask for the reason. Raises NotYours for somebody else's matter, Stale when it is over."""
    if not await tickets.allowed(context.work, Action.WITHDRAW, ticket):
        context.work.audit("refused", action="withdraw")
        raise NotYours
    if ticket["closed_at"] is not None:
        raise Stale
    await flows.begin(context, WITHDRAW, AboutTicket(ticket_id=ticket["id"], number=ticket["number"]))


@entry.pressed("withdraw")
async def withdraw(context: Context, pressed: Press, _said: Said) -> None:
    """The button on the card."""
    await begin(context, await ticket_of(context, pressed))
