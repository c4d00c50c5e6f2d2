"""A helper's presses on a request they took: done, or it goes back."""

from handlers import entry
from handlers.context import Context
from handlers.said import Said
from storage import claims, serving
from storage.rules.errors import Stale
from storage.rules.press import Press

from .tasks import ticket_of


@entry.pressed("odone")
async def done(context: Context, pressed: Press, _said: Said) -> None:
    """做好了: whoever asked is asked whether it is."""
    await serving.done(context.work, await ticket_of(context, pressed))


@entry.pressed("ogive")
async def give_back(context: Context, pressed: Press, _said: Said) -> None:
    """我去不了了: the place is offered again."""
    ticket = await ticket_of(context, pressed)
    claim = await claims.mine(context.work.ledger, ticket["id"], context.person["id"])
    if claim is None:
        raise Stale
    await claims.give_back(context.work, ticket, claim)
