"""What a button names, read again from the database: the button itself proves nothing; and addresses that lead here."""

from typing import Any

from storage import tickets
from storage.rules.errors import Stale
from storage.rules.press import Press

from .context import Context


async def ticket_of(context: Context, pressed: Press, position: int = 0) -> dict[str, Any]:
    """The ticket a button names. Raises Stale when there is none."""
    return await ticket_by_id(context, pressed.number(position))


async def ticket_by_id(context: Context, ticket_id: int | None) -> dict[str, Any]:
    """A ticket. Raises Stale when there is none."""
    ticket = await tickets.by_id(context.work.ledger, ticket_id)
    if ticket is None:
        raise Stale
    return ticket


def address(context: Context, payload: str) -> str:
    """The address that opens the chat with `/start payload`."""
    return f"https://t.me/{context.bot.username}?start={payload}"
