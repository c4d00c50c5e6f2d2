"""What the resident's side answers about a visit: they are there, I was there, I am back in the queue, another time."""

from handlers import entry
from handlers.context import Context
from handlers.said import Said
from storage import schema, visit_moves, visits, walk_ins
from storage.rules.errors import Stale
from storage.rules.press import Press, press

from .about import ticket_of


@entry.pressed("vcame")
async def came(context: Context, pressed: Press, said: Said) -> None:
    """人到了: who carries it out is there, and has not said so."""
    await visits.came(context.work, await ticket_of(context, pressed))
    context.work.reply("visit.came_noted", edit=said.pressed_message)


@entry.pressed("vhere")
async def was_here(context: Context, pressed: Press, said: Said) -> None:
    """我在的."""
    ticket = await ticket_of(context, pressed)
    await visits.was_here(context.work, ticket)
    again = [[("visit_new_time", press("bmove", ticket["id"]))], [("visit_not_needed", press("bcancel", ticket["id"]))]]
    context.work.reply("visit.was_here", again, edit=said.pressed_message)


@entry.pressed("vback")
async def back(context: Context, pressed: Press, said: Said) -> None:
    """我到了: called next, with the same number."""
    await walk_ins.come_back(context.work, await ticket_of(context, pressed))
    context.work.reply("visit.back_noted", edit=said.pressed_message)


@entry.pressed("vtake")
async def take(context: Context, pressed: Press, said: Said) -> None:
    """The time that was kept. Raises SlotTaken when it is gone: the calendar has others."""
    work, ticket = context.work, await ticket_of(context, pressed)
    hold = await work.ledger.get(schema.hold, pressed.number(1))
    await visit_moves.take(work, ticket, pressed.number(1))
    if hold is None:
        raise Stale
    work.reply("visit.moved", edit=said.pressed_message, at=hold["starts_at"])
