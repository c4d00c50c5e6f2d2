"""Whoever asked neighbours for help says of a helper that they are here, or that they did not come."""

from handlers import entry
from handlers.context import Context
from handlers.lookup import ticket_of
from handlers.said import Said
from storage import claims, helped, serving
from storage.handling import Ticket
from storage.ledger import Row
from storage.rules.errors import Stale
from storage.rules.press import Press


async def _named(context: Context, pressed: Press) -> tuple[Ticket, Row]:
    """The request and the place that a button names. Raises Stale when nobody has it any more."""
    ticket = await ticket_of(context, pressed)
    held = await claims.held(context.work.ledger, ticket["id"])
    claim = next((one for one in held if one["id"] == pressed.number(1)), None)
    if claim is None:
        raise Stale
    return ticket, claim


@entry.pressed("osign")
async def is_here(context: Context, pressed: Press, _said: Said) -> None:
    """到了: the helper is signed in by whoever asked."""
    ticket, claim = await _named(context, pressed)
    await serving.sign_in(context.work, ticket, claim, "asker")


@entry.pressed("omiss")
async def not_come(context: Context, pressed: Press, said: Said) -> None:
    """没来: the place is offered again, while there is time."""
    ticket, claim = await _named(context, pressed)
    await claims.not_come(context.work, ticket, claim)
    order = await helped.row(context.work, ticket)
    is_over = order is None or helped.is_over(order, context.work.now)
    context.work.reply("claim.missed_noted", edit=said.pressed_message, number=ticket["number"], is_over=is_over)
