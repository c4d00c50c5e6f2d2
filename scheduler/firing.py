"""What each kind of reminder does when its time has come: one small function each, on fresh rows.

Stale nags collapse: when several of one ticket are due at once, because the bot was down or the clock jumped, a nudge
whose limit has passed meanwhile says nothing; the overdue step speaks for it.
"""

from collections.abc import Awaitable, Callable, Mapping

from storage import closing, handling, overdue, people, routing, tickets, unreachable
from storage.handling import Ticket
from storage.ledger import Row
from storage.rules.clocks import ClockKind
from storage.rules.lifecycle import Event, State
from storage.work import Work

Fire = Callable[[Work, Ticket, Row], Awaitable[None]]

UNACCEPTED = {State.NEW, State.OFFERED}


async def fire(work: Work, reminder: Row) -> None:
    """Carry out a reminder; the caller marks it as fired in the same change set."""
    subject, _, subject_id = reminder["subject"].partition(":")
    if subject == "person":
        await unreachable.pass_on(work, int(subject_id))
        return
    ticket = await tickets.by_id(work.ledger, int(subject_id))
    act = _ACTS.get(reminder["kind"])
    if ticket is not None and act is not None:
        await act(work, ticket, reminder)


async def _offer_expired(work: Work, ticket: Ticket, reminder: Row) -> None:
    """No answer in time: the next in the chain, earlier offers stay valid, the duty secretary is told."""
    if ticket["state"] != State.OFFERED or ticket["response_due_at"] > work.now:
        return
    await routing.offer_next(work, ticket, None)
    for person in await people.duty_secretaries(work, ticket["place_id"]):
        work.notify(
            person, "staff.not_taken", ticket_id=ticket["id"], key=f"r{reminder['id']}", number=ticket["number"]
        )
    await tickets.show(work, ticket)


async def _nudge(work: Work, ticket: Ticket, reminder: Row) -> None:
    if ticket["assignee_id"] is None or ticket["resolution_due_at"] <= work.now:
        return
    worker = (await people.by_ids(work.ledger, [ticket["assignee_id"]]))[ticket["assignee_id"]]
    is_late = reminder["kind"] == ClockKind.NINE_TENTHS
    work.notify(
        worker,
        "worker.nudge_last" if is_late else "worker.nudge",
        [[("open", handling.press("open", ticket["id"]))]],
        ticket_id=ticket["id"],
        key=f"r{reminder['id']}",
        number=ticket["number"],
        due_at_text=ticket["resolution_due_at"],
    )


async def _overdue(work: Work, ticket: Ticket, reminder: Row) -> None:
    await overdue.press_for(work, ticket, reminder["id"])


async def _ask_expired(work: Work, ticket: Ticket, _reminder: Row) -> None:
    if ticket["state"] == State.WAITING:
        pause = tickets.pause_ended(ticket, work.now)
        await tickets.move(work, ticket, Event.ASK_EXPIRED, None, **pause)
        await handling.set_finish(work, ticket)
        await tickets.show(work, ticket)


async def _confirm_again(work: Work, ticket: Ticket, reminder: Row) -> None:
    if ticket["state"] == State.DONE:
        await handling.ask_owner(work, ticket, "done.ask_again", key=f"r{reminder['id']}")


async def _confirm_close(work: Work, ticket: Ticket, _reminder: Row) -> None:
    if ticket["state"] == State.DONE:
        await closing.close_without_answer(work, ticket)


async def _ring(work: Work, ticket: Ticket, _reminder: Row) -> None:
    if ticket["state"] in UNACCEPTED:
        await routing.ring(work, ticket)
        await tickets.show(work, ticket)


_ACTS: Mapping[str, Fire] = {
    ClockKind.OFFER_EXPIRED: _offer_expired,
    ClockKind.HALF_TIME: _nudge,
    ClockKind.NINE_TENTHS: _nudge,
    ClockKind.OVERDUE: _overdue,
    ClockKind.ON_SITE_DUE: _overdue,
    ClockKind.UNDER_CONTROL_DUE: _overdue,
    ClockKind.ASK_EXPIRED: _ask_expired,
    ClockKind.CONFIRM_AGAIN: _confirm_again,
    ClockKind.CONFIRM_CLOSE: _confirm_close,
    ClockKind.DANGER_RING: _ring,
}
