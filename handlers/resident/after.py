"""What follows a ticket that was just made: the rest of its album, and words that belong to a danger under way."""

from datetime import datetime

from handlers import entry, flows, placing
from handlers.context import Context
from handlers.flows import current
from handlers.reading import Intent
from handlers.said import Said
from storage import enriching, handling, nearby, tickets
from storage.drafts import AfterDraft
from storage.handling import Ticket
from storage.rules.lifecycle import OPEN
from storage.rules.press import Press, press
from storage.work import Priority

from . import report, withdrawing
from .draft import READER


async def open_danger(context: Context) -> tuple[AfterDraft, Ticket] | None:
    """The danger that this person called in and that is not over, while later words still belong to it."""
    found = current(context)
    if found is None or not isinstance(found[1], AfterDraft):
        return None
    draft = found[1]
    ticket = await tickets.by_id(context.work.ledger, draft.ticket_id)
    is_over = ticket is None or ticket["state"] not in {str(state) for state in OPEN}
    if ticket is None or is_over or not draft.is_danger or context.work.now > datetime.fromisoformat(draft.until):
        return None
    return draft, ticket


@entry.heard(14)
async def rest_of_album(context: Context, said: Said) -> bool:
    """The other pictures of an album belong to the ticket, or to the draft, that its first one began."""
    found = current(context)
    if said.album is None or found is None or getattr(found[1], "album", None) != said.album:
        return False
    flow, draft = found
    if isinstance(draft, AfterDraft):
        ticket = await tickets.by_id(context.work.ledger, draft.ticket_id)
        if ticket is None or ticket["state"] not in {str(state) for state in OPEN}:
            return False
        await handling.add_words(context.work, ticket, said.text, said.files)
        return True
    draft.files = [*draft.files, *said.files]
    flows.keep(context, flow, draft, context.conversation.step)
    return not said.text


@entry.heard(16)
async def later_words(context: Context, said: Said) -> bool:
    """Words, pictures and a position after a danger go to everybody who is called."""
    found = await open_danger(context)
    if found is None or not said.has_content:
        return False
    draft, ticket = found
    reading = READER.read(said.text) if said.text else None
    if reading is not None and reading.intent is Intent.CANCEL and reading.intent_sure:
        await withdrawing.begin(context, ticket)
        return True
    draft.album = said.album or draft.album
    near, is_guess = context.person["home_id"], draft.is_place_guess
    typed = placing.read(context.work.directory, said.text, near) if said.text else placing.Typed()
    draft.is_place_guess = is_guess and len(typed.places) != 1 and said.latitude is None
    flows.keep(context, report.AFTER, draft)
    position = (said.latitude, said.longitude) if said.latitude is not None and said.longitude is not None else None
    await enriching.enrich(
        context.work,
        ticket,
        said.text,
        said.files,
        place_id=_place(context, typed, position),
        room=typed.room,
        position=position,
        is_guess=is_guess,
    )
    if position is not None:
        context.work.reply("danger.passed_on", keyboard="main", priority=Priority.ALARM, number=ticket["number"])
    else:
        another = [[("another_matter", press("another"))]]
        context.work.reply("danger.passed_on", another, priority=Priority.ALARM, number=ticket["number"])
    if reading is not None and reading.intent is Intent.STATUS:
        context.work.card(ticket["id"], context.person, is_fresh=True, priority=Priority.ALARM)
    return True


def _place(context: Context, typed: placing.Typed, position: tuple[float, float] | None) -> int | None:
    if typed.places:
        return typed.places[0]
    if position is None:
        return None
    place = nearby.nearest(context.work.directory, *position)
    return place.id if place else None


@entry.pressed("another")
async def another(context: Context, _pressed: Press, _said: Said) -> None:
    """What was said is about something else: the danger stays as it is, and a new report begins."""
    context.conversation.clear()
    await report.start(context, Said())
