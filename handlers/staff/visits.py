"""What the duty secretary does for a booking: approve or refuse it, ring an elder, let somebody in."""

from handlers import entry, flows
from handlers.context import Context
from handlers.flows import Draft, Flow
from handlers.lookup import ticket_by_id, ticket_of
from handlers.said import Said
from handlers.sentence import sentence
from storage import approvals, handling, visit_rings, visits
from storage.rules.errors import Stale
from storage.rules.lifecycle import Event
from storage.rules.press import Press, press
from storage.rules.rights import Action


class RefusalDraft(Draft):
    """Why something cannot be booked."""

    ticket_id: int
    words: str = ""


@entry.pressed("vapprove")
async def approve(context: Context, pressed: Press, _said: Said) -> None:
    """同意."""
    ticket = await ticket_of(context, pressed)
    await approvals.approve(context.work, ticket)
    context.work.answer("visit.approval_noted", number=ticket["number"])


async def _finish_refusal(context: Context, draft: RefusalDraft) -> None:
    ticket = await ticket_by_id(context, draft.ticket_id)
    await approvals.refuse(context.work, ticket, draft.words)
    context.work.reply("visit.refusal_noted", number=ticket["number"], ticket_id=ticket["id"])


REFUSAL = flows.declare(
    Flow("visit_refusal", RefusalDraft, (sentence("reason", "visit.ask_refusal"),), _finish_refusal)
)


@entry.pressed("vrefuse")
async def refuse(context: Context, pressed: Press, _said: Said) -> None:
    """约不了, with the reason."""
    ticket = await ticket_of(context, pressed)
    await handling.check(context.work, Action.APPROVE, ticket, Event.REFUSED)
    await flows.begin(context, REFUSAL, RefusalDraft(ticket_id=ticket["id"]))


@entry.pressed("vrung")
async def rung(context: Context, pressed: Press, said: Said) -> None:
    """What came of the call to an elder who did not open."""
    ticket = await ticket_of(context, pressed)
    answer = pressed.args[1] if len(pressed.args) > 1 else ""
    if answer not in {"yes", "no"}:
        raise Stale
    made = await visit_rings.rung(context.work, ticket, is_reached=answer == "yes")
    if made is not None:
        context.work.reply("visit.looked_noted", edit=said.pressed_message, number=made["number"])
        return
    again = [[("visit_new_time", press("bmove", ticket["id"]))]]
    context.work.reply("visit.rung_noted", again, edit=said.pressed_message, number=ticket["number"])


@entry.pressed("vletin")
async def let_in(context: Context, pressed: Press, said: Said) -> None:
    """The resident was rung: it is the right person at the door."""
    ticket = await ticket_of(context, pressed)
    await visits.let_in(context.work, ticket)
    context.work.reply("visit.let_in", edit=said.pressed_message, number=ticket["number"])
