"""The flow of a request to neighbours, declared, and what happens when the card at its end is sent."""

from collections.abc import Awaitable, Callable
from typing import Any

from handlers import flows
from handlers.context import Context
from handlers.flows import Flow, Step
from handlers.lookup import address
from handlers.resident.draft import MAX_FILES
from handlers.said import Said
from storage import orders, taking_over
from storage.drafts import CARD
from storage.handling import Ticket
from storage.ledger import Row
from storage.order_drafts import ORDER, OrderDraft
from storage.rules.errors import NotOpen

from . import confirm, what, when, whom

Take = Callable[[Context, OrderDraft, Said], Awaitable[bool | None]]


def _kept(take: Take) -> Take:
    """Pictures are kept whatever was asked, and the question comes again."""

    async def taken(context: Context, draft: OrderDraft, said: Said) -> bool | None:
        if said.files and not said.text:
            draft.files = [*draft.files, *said.files][:MAX_FILES]
            await what.again(context, draft, said)
            return None
        return await take(context, draft, said)

    return taken


async def _absorb(context: Context, draft: OrderDraft, said: Said) -> bool:
    """What is said before consent is kept with the draft, and nowhere else."""
    if said.has_content:
        what.take_in(context, draft, said)
    return True


async def _finish(context: Context, draft: OrderDraft) -> None:
    """Send it; a time that went by meanwhile is asked for again."""
    work = context.work
    owner = await whom.owner_of(context, draft)
    shown_as = context.pressed_message if work.is_private else None
    try:
        ticket = await orders.post(work, draft.wish(context.person["id"], owner["id"]), shown_as=shown_as)
    except NotOpen:
        draft.forget("day")
        draft.forget(CARD)
        draft.is_late = True
        await flows.begin(context, FLOW, draft, edit=context.pressed_message)
        return
    if draft.is_filed:
        await _hand_on(context, ticket, owner)


async def _hand_on(context: Context, ticket: Ticket, owner: Row) -> None:
    """Whoever has no chat can take it up by an address that staff hand on; who has one is told."""
    code = await taking_over.address(context.work, owner, ticket["place_id"] or 0)
    link = address(context, taking_over.payload(code)) if code is not None else None
    copy = [[("copy_address", f"copy={link}")]] if link else []
    told = {"number": ticket["number"], "name": owner["name"], "link": link}
    context.work.reply("filing.filed", copy, ticket_id=ticket["id"], once=True, **told)
    if owner["id"] != context.person["id"]:
        context.work.notify(owner, "filing.filed_for_you", ticket_id=ticket["id"], by=context.person["name"])


def _late(_context: Context, draft: OrderDraft) -> dict[str, Any]:
    return {"is_late": draft.is_late}


FLOW = flows.declare(
    Flow(
        ORDER,
        OrderDraft,
        (
            Step(
                "guess",
                "order.guess",
                what.take_guess,
                lambda draft: draft.is_guess,
                what.guess_choices,
                unclear="order.guess",
            ),
            Step(
                "what",
                "order.ask_what",
                what.take_what,
                lambda draft: not draft.says_what,
                what.what_choices,
                params=what.what_params,
                unclear="order.ask_what",
            ),
            Step(
                "whom",
                "order.ask_whom",
                _kept(whom.take_whom),
                lambda draft: "whom" in draft.asks,
                whom.whom_choices,
                unclear="order.ask_whom",
            ),
            Step(
                "name",
                "book.ask_name",
                _kept(whom.take_name),
                lambda draft: draft.for_whom == whom.NEIGHBOUR,
                unclear="book.name_unclear",
            ),
            Step(
                "alone",
                "order.ask_alone",
                _kept(whom.take_alone),
                lambda draft: "alone" in draft.asks and draft.is_vulnerable is None,
                whom.alone_choices,
                params=whom.name_params,
                unclear="order.ask_alone",
            ),
            Step(
                "place",
                "order.ask_place",
                _kept(whom.take_place),
                lambda draft: not draft.is_place_sure,
                whom.places,
                params=whom.place_params,
                unclear="report.place_unclear",
            ),
            Step(
                "room",
                "order.ask_room",
                _kept(whom.take_room),
                whom.needs_room,
                whom.room_choices,
                params=whom.place_params,
                unclear="order.ask_room",
            ),
            Step(
                "day",
                "order.ask_day",
                _kept(when.take_day),
                lambda draft: draft.day is None,
                when.day_choices,
                params=_late,
                unclear="order.day_unclear",
            ),
            Step(
                "part",
                "order.ask_part",
                _kept(when.take_part),
                when.needs_part,
                when.part_choices,
                params=when.part_params,
                unclear="order.ask_part",
            ),
            Step(
                "count",
                "order.ask_count",
                _kept(confirm.take_count),
                lambda draft: "count" in draft.asks,
                confirm.count_choices,
                unclear="order.ask_count",
            ),
            Step(
                CARD,
                "order.confirm",
                confirm.take_confirm,
                choices=confirm.choices,
                params=confirm.params,
                unclear="order.confirm",
                prepare=confirm.settle,
            ),
        ),
        _finish,
        absorb=_absorb,
        is_kept=True,
    )
)
