"""Whoever asked neighbours for help says that a helper did not come: the place is offered again."""

from handlers import entry
from handlers.context import Context
from handlers.lookup import ticket_of
from handlers.said import Said
from storage import claims
from storage.rules.errors import Stale
from storage.rules.press import Press


@entry.pressed("omiss")
async def not_come(context: Context, pressed: Press, said: Said) -> None:
    """没来."""
    ticket = await ticket_of(context, pressed)
    held = await claims.held(context.work.ledger, ticket["id"])
    claim = next((one for one in held if one["id"] == pressed.number(1)), None)
    if claim is None:
        raise Stale
    await claims.not_come(context.work, ticket, claim)
    context.work.reply("claim.missed_noted", edit=said.pressed_message, number=ticket["number"])
