"""Presses on cards in groups: whoever is entitled takes it there, everybody else is told politely where to go.

The group lends nobody a right: who presses is looked up by numeric id, as in private. What is personal comes in
private, on a card of their own.
"""

from handlers import entry
from handlers.context import Context
from handlers.lookup import address, ticket_of
from handlers.said import Said
from storage import claims, groups, handling, tickets
from storage.handling import Ticket
from storage.rules.errors import NotYoursHere, Stale
from storage.rules.groups import Purpose
from storage.rules.lifecycle import State
from storage.rules.press import Press
from storage.rules.rights import Action


@entry.pressed_in_group("oclaim")
async def claim(context: Context, pressed: Press, _said: Said) -> None:
    """接单 in a group of volunteers: one winner for each place."""
    ticket = await _ticket(context, pressed, Purpose.VOLUNTEERS, Action.CLAIM)
    if ticket is not None:
        await claims.claim(context.work, ticket)
        context.work.answer("group.you_have_it", alert=True)


@entry.pressed_in_group("accept")
async def accept(context: Context, pressed: Press, _said: Said) -> None:
    """接单 in a group of staff, by whom it was offered to."""
    ticket = await _ticket(context, pressed, Purpose.STAFF, Action.ACCEPT)
    if ticket is not None:
        await handling.accept(context.work, ticket)
        context.work.answer("group.you_have_it", alert=True)


async def _ticket(context: Context, pressed: Press, purpose: Purpose, action: Action) -> Ticket | None:
    """The ticket of a button, in a group where it belongs; a stranger is led into the private chat instead.

    Raises NotYoursHere while others may still take it.
    """
    work = context.work
    if groups.bound(work.directory, work.chat_id, purpose) is None:
        raise Stale
    if work.person is None:
        work.answer(url=address(context, entry.HELLO))
        return None
    ticket = await ticket_of(context, pressed)
    if ticket["state"] == State.OFFERED and not await tickets.allowed(work, action, ticket):
        raise NotYoursHere
    await _send_own_card(context, ticket)
    return ticket


async def _send_own_card(context: Context, ticket: Ticket) -> None:
    """Whoever takes it reads the rest in private; whoever was asked there before has the card already."""
    work, me = context.work, context.person
    if await tickets.card_of(work.ledger, ticket["id"], me["id"]) is None:
        work.card(ticket["id"], me, is_fresh=True)
