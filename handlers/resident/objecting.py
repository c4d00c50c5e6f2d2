"""不认可，请再看看: a refusal goes back to the duty secretary, once."""

from handlers import entry
from handlers.context import Context
from handlers.lookup import ticket_of
from handlers.said import Said
from storage import triage
from storage.rules.press import Press


@entry.pressed("object")
async def object_to(context: Context, pressed: Press, said: Said) -> None:
    """The resident does not agree."""
    ticket = await ticket_of(context, pressed)
    await triage.object_to(context.work, ticket)
    context.work.reply("triage.looked_at_again", edit=said.pressed_message, number=ticket["number"])
