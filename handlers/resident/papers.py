"""What a resident keeps of a matter: the list of papers, the calendar file, and the sheets they confirm."""

from handlers import entry
from handlers.context import Context
from handlers.lookup import ticket_of
from handlers.said import Said
from storage import outbox, papers, schema, tickets
from storage.rules.errors import NotYours, Stale
from storage.rules.press import Press
from storage.rules.rights import Action
from storage.work import Priority


@entry.pressed("bpapers")
async def tell(context: Context, pressed: Press, _said: Said) -> None:
    """What has to be brought, once more. Raises NotYours or Stale."""
    ticket = await ticket_of(context, pressed)
    if not await tickets.allowed(context.work, Action.SEE, ticket):
        raise NotYours
    booking = await context.work.ledger.get(schema.booking, ticket["id"])
    service = context.work.directory.catalogue.services.get(booking["service_id"]) if booking is not None else None
    if service is None:
        raise Stale
    papers.tell(context.work, service)


@entry.pressed("bics")
async def note(context: Context, pressed: Press, _said: Said) -> None:
    """The calendar file, drawn when it is sent. Raises NotYours or Stale."""
    work, ticket = context.work, await ticket_of(context, pressed)
    if not await tickets.allowed(work, Action.SEE, ticket):
        raise NotYours
    booking = await work.ledger.get(schema.booking, ticket["id"])
    if booking is None or ticket["anonymised_at"] is not None:
        raise Stale
    if booking["starts_at"] is None:
        work.answer("papers.no_time", alert=True)
        return
    if not await outbox.waits_for(work.ledger, context.person["id"], "calendar"):
        work.draw("calendar", context.person, priority=Priority.ANSWER, ticket_id=ticket["id"])


@entry.pressed("bpaperyes")
async def confirm(context: Context, pressed: Press, said: Said) -> None:
    """对，确认: one big button; both sides get the sheet."""
    await papers.confirm(context.work, pressed.number())
    context.work.reply("papers.confirmed", edit=said.pressed_message)


@entry.pressed("bpaperno")
async def refuse(context: Context, pressed: Press, said: Said) -> None:
    """It is not so."""
    await papers.refuse(context.work, pressed.number())
    context.work.reply("papers.declined", edit=said.pressed_message)
