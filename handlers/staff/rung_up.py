"""A duty secretary rang whoever asked neighbours for help: it was done, or it was not."""

from handlers import entry
from handlers.context import Context
from handlers.lookup import ticket_of
from handlers.said import Said
from storage import claims
from storage.rules.errors import Stale
from storage.rules.press import Press


@entry.pressed("orung")
async def rung_up(context: Context, pressed: Press, said: Said) -> None:
    """What came of the call."""
    ticket = await ticket_of(context, pressed)
    answer = pressed.args[1] if len(pressed.args) > 1 else ""
    if answer not in {"yes", "no"}:
        raise Stale
    await claims.rung_up(context.work, ticket, is_done=answer == "yes")
    context.work.reply("claim.staff_rung_noted", edit=said.pressed_message, number=ticket["number"])
