"""What can be done with a booking afterwards: another time, give it back, 我会来, the same again."""

from handlers import entry, flows
from handlers.context import Context
from handlers.flows import Flow, Rows, Step
from handlers.resident import withdrawing
from handlers.resident.about import AboutTicket, ticket_of
from handlers.said import Said
from handlers.sentence import take
from storage import bookings, coming, rebooking, tickets
from storage.booking_drafts import MOVE, BookingDraft
from storage.drafts import CARD
from storage.handling import Ticket
from storage.ledger import Row
from storage.rules.catalogue import Way
from storage.rules.errors import NotOpen, NotYours, SlotTaken, Stale, TooLate
from storage.rules.press import Press, press
from storage.rules.rights import Action

from . import choosing, confirm, details, flow, holding, times, whom

REASONS = {one: f"unbook_{one}" for one in ("busy", "settled")}
KEEP = "keep"


async def _booking_of(context: Context, ticket: Ticket, action: Action | None) -> Row:
    """The booking of a ticket that the one who asks may change. Raises NotYours, Stale."""
    if action is not None and not await tickets.allowed(context.work, action, ticket):
        context.work.audit("refused", action=str(action))
        raise NotYours
    row = await bookings.of(context.work.ledger, ticket["id"])
    if row is None or ticket["closed_at"] is not None:
        raise Stale
    return row


async def _is_too_late(context: Context, ticket: Ticket, row: Row) -> bool:
    """Whether it is past the limit for whoever asks; staff may always."""
    if not rebooking.is_too_late(context.work, ticket, row) or context.person["id"] == ticket["assignee_id"]:
        return False
    return not await tickets.allowed(context.work, Action.TRIAGE, ticket)


def _too_late(context: Context, ticket: Ticket, row: Row) -> None:
    """The service's limit has passed: whoever carries it out can still be rung."""
    catalogue = context.work.directory.catalogue
    provider = catalogue.providers.get(row["provider_id"] or 0)
    service = catalogue.services.get(row["service_id"])
    phone = next((one.phone for one in (provider, service) if one is not None and one.phone), None)
    context.work.reply("book.too_late", ticket_id=ticket["id"], number=ticket["number"], phone=phone)


# --- another time --------------------------------------------------------------------------------------------


async def _finish_move(context: Context, draft: BookingDraft) -> None:
    ticket = await tickets.by_id(context.work.ledger, draft.moves_id)
    if ticket is None:
        raise Stale
    row = await _booking_of(context, ticket, Action.RESCHEDULE)
    try:
        await rebooking.reschedule(context.work, ticket, holding.as_slot(draft), draft.hold_id)
    except TooLate:
        _too_late(context, ticket, row)
    except (SlotTaken, NotOpen):
        await times.taken(context, draft)
    else:
        at = draft.slot["starts_at"] if draft.slot else None
        context.work.reply("book.moved", edit=context.pressed_message, ticket_id=ticket["id"], at=at)


async def _cancelled(context: Context, draft: BookingDraft) -> bool:
    """Leaving keeps the time that was booked, and gives back the one that was held."""
    await holding.let_go(context, draft)
    return False


FLOW = flows.declare(
    Flow(
        MOVE,
        BookingDraft,
        (
            *times.steps("book_keep"),
            Step(
                CARD,
                "book.confirm",
                confirm.take_confirm,
                choices=lambda _context, _draft: [[("book_move", press("choose", "send"))]],
                params=confirm.params,
                unclear="book.confirm",
                cancel="book_keep",
            ),
        ),
        _finish_move,
        is_kept=True,
        cancelled=_cancelled,
    )
)


@entry.pressed("bmove")
async def move(context: Context, pressed: Press, _said: Said) -> None:
    """改时间: the calendar again. Past the service's limit whoever is asked tells whom to ring."""
    ticket = await ticket_of(context, pressed)
    row = await _booking_of(context, ticket, Action.RESCHEDULE)
    if await _is_too_late(context, ticket, row):
        _too_late(context, ticket, row)
        return
    draft = BookingDraft(
        service_id=row["service_id"],
        ways=[Way(row["way"])],
        way=Way(row["way"]),
        owner_id=ticket["owner_id"],
        for_whom=ticket["for_whom"],
        place_id=ticket["place_id"],
        room=ticket["room"],
        is_place_sure=True,
        note=row["note"],
        is_full_service=bool(row["is_full_service"]),
        moves_id=ticket["id"],
    )
    choosing.service_of(context, draft)
    await flow.give_up(context)
    await flows.begin(context, FLOW, draft)


# --- giving it back ------------------------------------------------------------------------------------------


class UnbookDraft(AboutTicket):
    """A booking that is being given back."""

    at: str | None = None
    name: str = ""


async def _take_reason(context: Context, draft: UnbookDraft, said: Said) -> bool | None:
    if said.choice == KEEP:
        context.conversation.clear()
        context.work.reply("book.kept", edit=said.pressed_message, name=draft.name, at=draft.at)
        return None
    return take(draft, said, usual=REASONS)


def _reasons(_context: Context, draft: UnbookDraft) -> Rows:
    rows: Rows = [[("unbook_move", press("bmove", draft.ticket_id))]] if draft.at else []
    answers = {**REASONS, KEEP: "unbook_keep"}
    for one, label in answers.items():
        rows.append([(label, press("choose", one))])
    return rows


async def _finish_unbook(context: Context, draft: UnbookDraft) -> None:
    ticket = await tickets.by_id(context.work.ledger, draft.ticket_id)
    if ticket is None:
        raise Stale
    row = await _booking_of(context, ticket, Action.UNBOOK)
    try:
        await rebooking.cancel(context.work, ticket, draft.words)
    except TooLate:
        _too_late(context, ticket, row)
        return
    context.work.reply("book.unbooked", edit=context.pressed_message, ticket_id=ticket["id"], number=ticket["number"])


UNBOOK = flows.declare(
    Flow(
        "unbook",
        UnbookDraft,
        (
            Step(
                "reason",
                "book.ask_reason",
                _take_reason,
                choices=_reasons,
                params=lambda _context, draft: {"name": draft.name, "at": draft.at},
                unclear="flow.sentence",
                cancel=None,
                needs_consent=False,
            ),
        ),
        _finish_unbook,
    )
)


@entry.pressed("bcancel")
async def cancel(context: Context, pressed: Press, _said: Said) -> None:
    """取消: asked once why; nothing is given back by one tap."""
    ticket = await ticket_of(context, pressed)
    if (await _booking_of(context, ticket, None))["starts_at"] is None:
        await withdrawing.begin(context, ticket)
        return
    row = await _booking_of(context, ticket, Action.UNBOOK)
    if await _is_too_late(context, ticket, row):
        _too_late(context, ticket, row)
        return
    service = context.work.directory.catalogue.services.get(row["service_id"])
    draft = UnbookDraft(
        ticket_id=ticket["id"],
        number=ticket["number"],
        at=row["starts_at"].isoformat(),
        name=service.name_in(context.work.language) if service else "",
    )
    await flows.begin(context, UNBOOK, draft)


# --- coming, and once more -----------------------------------------------------------------------------------


@entry.pressed("bcome")
async def come(context: Context, pressed: Press, _said: Said) -> None:
    """我会来: whoever carries it out can read it."""
    ticket = await ticket_of(context, pressed)
    await coming.say(context.work, ticket)
    context.work.answer("book.comes")


@entry.pressed("bagain")
async def again(context: Context, pressed: Press, _said: Said) -> None:
    """同上次一样: one tap to the card, at the same time of the next free day."""
    ticket = await ticket_of(context, pressed)
    if not await tickets.allowed(context.work, Action.SEE, ticket):
        raise NotYours
    row = await bookings.of(context.work.ledger, ticket["id"])
    service = context.work.directory.catalogue.services.get(row["service_id"]) if row else None
    if row is None or service is None or not service.can_be_booked:
        raise Stale
    draft = BookingDraft(category_id=service.category_id, answered=["category", "service"])
    await whom.know_elders(context, draft)
    await flow.give_up(context)
    await choosing.choose(context, draft, service)
    kept = ("place_id", "room", "owner_id", "for_whom")
    await details.repeat(context, draft, {**row, **{name: ticket[name] for name in kept}})
    await flows.begin(context, flow.FLOW, draft)
