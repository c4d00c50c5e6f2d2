"""Questions about one ticket: which one is meant, and the words that are said about it."""

from handlers.context import Context
from storage import tickets
from storage.drafts import ResidentDraft
from storage.handling import Ticket
from storage.rules.errors import Stale
from storage.rules.press import Press


class AboutTicket(ResidentDraft):
    """Something that is said about one ticket."""

    ticket_id: int
    number: int = 0
    words: str = ""


async def ticket_of(context: Context, pressed: Press) -> Ticket:
    """The ticket a button names, read again. Raises Stale when there is none."""
    ticket = await tickets.by_id(context.work.ledger, pressed.number())
    if ticket is None:
        raise Stale
    return ticket
