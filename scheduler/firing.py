"""What each kind of reminder does when its time has come: one small function each, on fresh rows.

A reminder is judged by the ticket as it stands: one that its state asks for no longer says nothing. Stale nags
collapse: when several of one ticket are due at once, because the bot was down or the clock jumped, only the last of
them speaks.
"""

from collections.abc import Awaitable, Callable, Mapping

from storage import (
    approvals,
    away_moves,
    broadcast,
    closing,
    expiring,
    gaps,
    handling,
    overdue,
    people,
    posts,
    quotas,
    reminders,
    roster,
    routing,
    slots,
    tickets,
    unreachable,
    unsure,
    visit_lists,
    waiting_line,
)
from storage.handling import Ticket
from storage.keeping import erasing, nightly
from storage.ledger import Row
from storage.rules.clocks import ClockKind, is_wanted
from storage.rules.order_clocks import DAILY
from storage.rules.press import press
from storage.work import Priority, Work

from . import orders, visits

Fire = Callable[[Work, Ticket, Row], Awaitable[None]]


async def fire(work: Work, reminder: Row) -> None:
    """Carry out a reminder; the caller marks it as fired in the same change set."""
    subject, _, subject_id = reminder["subject"].partition(":")
    if reminder["kind"] in SLICES:
        await SLICES[reminder["kind"]](work, reminder)
    elif subject in _OF_SUBJECT:
        await _OF_SUBJECT[subject](work, int(subject_id), reminder)
    else:
        await _of_ticket(work, int(subject_id), reminder)


_OF_SUBJECT: Mapping[str, Callable[[Work, int, Row], Awaitable[None]]] = {
    "person": lambda work, person_id, _: unreachable.pass_on(work, person_id),
    "notice": lambda work, notice_id, row: broadcast.fire(work, notice_id, row["kind"]),
    "hold": lambda work, hold_id, _: slots.expire(work, hold_id),
    "draft": lambda work, user_id, _: unsure.becomes_danger(work, user_id),
    posts.SUBJECT: posts.fire,
}
"""What is reminded of that is no ticket, by the beginning of the reminder's subject."""


async def _of_ticket(work: Work, ticket_id: int, reminder: Row) -> None:
    ticket = await tickets.by_id(work.ledger, ticket_id)
    act = _ACTS.get(reminder["kind"])
    if ticket is None or act is None:
        return
    if is_wanted(reminder["kind"], reminder["occurrence"], await reminders.planned(work, ticket), work.now):
        await act(work, ticket, reminder)
    if reminder["kind"] in DAILY:  # no event follows that would plan the next
        await reminders.replan(work, ticket)


async def _offer_expired(work: Work, ticket: Ticket, reminder: Row) -> None:
    """No answer in time: the next in the chain, earlier offers stay valid, the duty secretary is told."""
    if tickets.is_unapproved(ticket):
        await approvals.late(work, ticket, f"r{reminder['id']}")
        return
    decision = await routing.offer_next(work, ticket, None)
    for person, at in await roster.secretaries(work, ticket["place_id"], is_danger=bool(ticket["is_danger"])):
        if decision.person_ids and person["id"] not in decision.person_ids:
            work.notify(
                person,
                "staff.not_taken",
                [[("open", press("open", ticket["id"]))]],
                ticket_id=ticket["id"],
                key=f"r{reminder['id']}:{person['id']}",
                due_at=at,
                number=ticket["number"],
            )
    await tickets.show(work, ticket)


async def _offer_again(work: Work, ticket: Ticket, _reminder: Row) -> None:
    """Nobody was on duty: now somebody may be."""
    await routing.offer_next(work, ticket, None)
    await tickets.show(work, ticket)


async def _nudge(work: Work, ticket: Ticket, reminder: Row) -> None:
    if ticket["assignee_id"] is None:
        return
    worker = (await people.by_ids(work.ledger, [ticket["assignee_id"]]))[ticket["assignee_id"]]
    is_late = reminder["kind"] == ClockKind.NINE_TENTHS
    work.notify(
        worker,
        "worker.nudge_last" if is_late else "worker.nudge",
        [[("open", press("open", ticket["id"]))]],
        ticket_id=ticket["id"],
        priority=Priority.REMINDER,
        key=f"r{reminder['id']}",
        number=ticket["number"],
        due_at_text=ticket["resolution_due_at"],
    )


async def _overdue(work: Work, ticket: Ticket, reminder: Row) -> None:
    await overdue.press_for(work, ticket, reminder["id"], reminder["kind"])


async def _ask_expired(work: Work, ticket: Ticket, reminder: Row) -> None:
    await handling.ask_expired(work, ticket, f"r{reminder['id']}")


async def _confirm_again(work: Work, ticket: Ticket, reminder: Row) -> None:
    await handling.ask_owner(work, ticket, "done.ask_again", priority=Priority.REMINDER, key=f"r{reminder['id']}")


async def _confirm_close(work: Work, ticket: Ticket, _reminder: Row) -> None:
    await closing.close_without_answer(work, ticket)


async def _last_cards(work: Work, ticket: Ticket, _reminder: Row) -> None:
    """The resident said yes and gave no stars: the cards say how it ended."""
    await tickets.show(work, ticket)


async def _ring(work: Work, ticket: Ticket, _reminder: Row) -> None:
    await routing.ring(work, ticket)
    await tickets.show(work, ticket)


_ACTS: Mapping[str, Fire] = {
    ClockKind.OFFER_EXPIRED: _offer_expired,
    ClockKind.OFFER_AGAIN: _offer_again,
    ClockKind.HALF_TIME: _nudge,
    ClockKind.NINE_TENTHS: _nudge,
    ClockKind.OVERDUE: _overdue,
    ClockKind.ON_SITE_DUE: _overdue,
    ClockKind.UNDER_CONTROL_DUE: _overdue,
    ClockKind.ASK_EXPIRED: _ask_expired,
    ClockKind.CONFIRM_AGAIN: _confirm_again,
    ClockKind.CONFIRM_CLOSE: _confirm_close,
    ClockKind.LAST_CARDS: _last_cards,
    ClockKind.DANGER_RING: _ring,
    **visits.ACTS,
    **orders.ACTS,
}

SLICES: Mapping[str, Callable[[Work, Row], Awaitable[None]]] = {
    nightly.KIND: nightly.keep,
    erasing.KIND: erasing.go_on,
    gaps.KIND: gaps.look,
    visit_lists.KIND: visit_lists.send,
    quotas.KIND: quotas.remind,
    expiring.KIND: expiring.go_through,
    **waiting_line.SLICES,
    **away_moves.SLICES,
}
"""Long work that is not about one ticket and moves its own reminder on."""
