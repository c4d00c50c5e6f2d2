"""What the clocks of a request to neighbours do when their time has come, each on fresh rows."""

from collections.abc import Awaitable, Callable, Mapping

from storage import claims, handling, helped, orders, people, roster, schema, waves
from storage.handling import Ticket
from storage.ledger import Row
from storage.rules.clocks import ClockKind
from storage.rules.lifecycle import State
from storage.rules.order_clocks import is_sampled
from storage.rules.press import press
from storage.work import Priority, Work

Fire = Callable[[Work, Ticket, Row], Awaitable[None]]


async def _not_verified(work: Work, ticket: Ticket, reminder: Row) -> None:
    """Nobody of those who were asked has checked it: the duty secretaries are pressed, and whoever asked is told."""
    await waves.tell_secretaries(work, ticket, "claim.staff_not_verified", key=_key(reminder))
    await handling.tell_owner(work, ticket, "claim.not_verified", key=_key(reminder))


async def _wave(work: Work, ticket: Ticket, _reminder: Row) -> None:
    await waves.widen(work, ticket)


async def _half(work: Work, ticket: Ticket, reminder: Row) -> None:
    await waves.tell_secretaries(work, ticket, "claim.staff_half", key=_key(reminder))


async def _begin(work: Work, ticket: Ticket, _reminder: Row) -> None:
    """Its time has come, and some are there."""
    await claims.go_ahead(work, ticket)


async def _ends(work: Work, ticket: Ticket, reminder: Row) -> None:
    """The end: those who are there do it, or whoever asked gets an honest answer."""
    order = await helped.row(work, ticket)
    count = len(await helped.held(work, ticket))
    if order is not None and ticket["state"] == State.OFFERED and helped.can_begin(order, count):
        await claims.go_ahead(work, ticket)
    else:
        await orders.nobody_found(work, ticket, _key(reminder))


async def _soon(work: Work, ticket: Ticket, reminder: Row) -> None:
    order = await helped.row(work, ticket)
    starts_at = order["starts_at"] if order is not None else None
    buttons = [[("open", press("open", ticket["id"])), ("order_give_back", press("ogive", ticket["id"]))]]
    for helper in await _helpers(work, ticket):
        key = f"{_key(reminder)}:{helper['id']}"
        work.notify(
            helper,
            "claim.soon",
            buttons,
            ticket_id=ticket["id"],
            priority=Priority.REMINDER,
            key=key,
            number=ticket["number"],
            starts_at=starts_at,
        )


async def _not_come(work: Work, ticket: Ticket, reminder: Row) -> None:
    """Nobody has signed in: whoever asked says whether somebody is there, the helpers are reminded to."""
    found = {one["id"]: one for one in await _helpers(work, ticket)}
    for claim in await helped.held(work, ticket):
        if claim["signed_in_at"] is not None or claim["person_id"] not in found:
            continue
        here = [("order_is_here", press("osign", ticket["id"], claim["id"]))]
        missing = [("order_not_here", press("omiss", ticket["id"], claim["id"]))]
        name = found[claim["person_id"]]["name"]
        key = f"{_key(reminder)}:{claim['id']}"
        await handling.tell_owner(work, ticket, "claim.is_here", buttons=[here, missing], key=key, name=name)
        work.notify(
            found[claim["person_id"]],
            "claim.where_are_you",
            [[("open", press("open", ticket["id"])), ("order_give_back", press("ogive", ticket["id"]))]],
            ticket_id=ticket["id"],
            key=f"{key}:helper",
            number=ticket["number"],
        )


async def _left_open(work: Work, ticket: Ticket, reminder: Row) -> None:
    """Its time is over, and nobody said that it is done."""
    buttons = [[("order_done", press("odone", ticket["id"])), ("order_give_back", press("ogive", ticket["id"]))]]
    for helper in await _helpers(work, ticket):
        work.notify(
            helper,
            "claim.left_open",
            buttons,
            ticket_id=ticket["id"],
            priority=Priority.REMINDER,
            key=f"{_key(reminder)}:{helper['id']}",
            number=ticket["number"],
        )


async def _unsettled(work: Work, ticket: Ticket, reminder: Row) -> None:
    await waves.tell_secretaries(work, ticket, "claim.staff_unsettled", key=_key(reminder))


async def _ask_again(work: Work, ticket: Ticket, reminder: Row) -> None:
    await claims.ask(work, ticket, "claim.ask_again", key=_key(reminder))


async def _confirm(work: Work, ticket: Ticket, reminder: Row) -> None:
    """Three days without an answer: it confirms itself, and one in ten is rung up."""
    await claims.settle(work, ticket, why={"reason": "by_itself"})
    await handling.tell_owner(work, ticket, "claim.by_itself", key=_key(reminder))
    if is_sampled(ticket["id"]):
        await _ask_to_ring(work, ticket, reminder, "claim.staff_sample")


async def _ring(work: Work, ticket: Ticket, reminder: Row) -> None:
    """Somebody who lives alone, or with a child, has not answered: a duty secretary rings, and is reminded daily."""
    await _ask_to_ring(work, ticket, reminder, "claim.staff_ring")


async def _ask_to_ring(work: Work, ticket: Ticket, reminder: Row, message: str) -> None:
    owner = await work.ledger.get(schema.person, ticket["owner_id"])
    names = [one["name"] for one in await _helpers(work, ticket)]
    yes = [("order_rung_yes", press("orung", ticket["id"], "yes"))]
    no = [("order_rung_no", press("orung", ticket["id"], "no"))]
    for person, at in await roster.secretaries(work, ticket["place_id"]):
        work.notify(
            person,
            message,
            [yes, no],
            ticket_id=ticket["id"],
            key=f"{_key(reminder)}:{person['id']}",
            due_at=at,
            number=ticket["number"],
            helpers=names,
            name=owner["name"] if owner else "",
            phone=(owner["phone"] if owner else None) or ticket["caller_phone"],
        )


async def _helpers(work: Work, ticket: Ticket) -> list[Row]:
    ids = [one["person_id"] for one in await helped.held(work, ticket)]
    return list((await people.by_ids(work.ledger, ids)).values())


def _key(reminder: Row) -> str:
    return f"r{reminder['id']}"


ACTS: Mapping[str, Fire] = {
    ClockKind.ORDER_VERIFY_DUE: _not_verified,
    ClockKind.ORDER_WAVE: _wave,
    ClockKind.ORDER_HALF: _half,
    ClockKind.ORDER_BEGIN: _begin,
    ClockKind.ORDER_ENDS: _ends,
    ClockKind.ORDER_SOON: _soon,
    ClockKind.ORDER_NOT_COME: _not_come,
    ClockKind.ORDER_LEFT_OPEN: _left_open,
    ClockKind.ORDER_UNSETTLED: _unsettled,
    ClockKind.ORDER_ASK_AGAIN: _ask_again,
    ClockKind.ORDER_CONFIRM: _confirm,
    ClockKind.ORDER_RING: _ring,
}
