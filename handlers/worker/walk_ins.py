"""叫下一位: numbers at a hall, called by whoever is on duty there."""

from handlers import entry
from handlers.context import Context
from handlers.said import Said
from storage import bookings, walk_ins
from storage.rules.press import Press


@entry.pressed("vcall")
async def call(context: Context, pressed: Press, _said: Said) -> None:
    """The next number; its card comes with what may be done."""
    work = context.work
    ticket = await walk_ins.call_next(work, pressed.number())
    if ticket is None:
        work.answer("visit.nobody_waits", alert=True)
        return
    booking = await bookings.of(work.ledger, ticket["id"])
    work.answer("visit.called_noted", queue_number=booking["queue_number"] if booking else "")
