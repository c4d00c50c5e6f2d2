"""What the clocks of a booking do when their time has come, each on fresh rows."""

from collections.abc import Awaitable, Callable, Mapping

from storage import (
    approvals,
    booked,
    handling,
    people,
    roster,
    tickets,
    visit_moves,
    visit_results,
    visit_rings,
    visits,
)
from storage.handling import Ticket
from storage.ledger import Row
from storage.rules.clocks import ClockKind
from storage.rules.lifecycle import Event
from storage.rules.press import press
from storage.work import Priority, Work

Fire = Callable[[Work, Ticket, Row], Awaitable[None]]


async def _ahead(work: Work, ticket: Ticket, reminder: Row) -> None:
    """The evening before, and two hours before: both sides, each with what they may do now."""
    booking = await visits.booking_of(work, ticket)
    params = await visits.said(work, ticket, booking)
    key = f"r{reminder['id']}"
    move = [("visit_new_time", press("bmove", ticket["id"])), ("visit_call_off", press("bcancel", ticket["id"]))]
    is_at_home = visits.is_at_home(booking)
    yes = ("visit_come" if is_at_home else "visit_will_come", press("bcome", ticket["id"]))
    come = [] if booking["owner_comes_at"] is not None else [[yes]]
    message = "visit.reminder" if is_at_home else "visit.reminder_to_come"
    await handling.tell_owner(
        work, ticket, message, buttons=[*come, move], priority=Priority.REMINDER, key=key, **params
    )
    for agent in (await people.by_ids(work.ledger, [ticket["assignee_id"]] if ticket["assignee_id"] else [])).values():
        work.notify(
            agent,
            "visit.reminder_agent",
            _for_agent(ticket, booking),
            ticket_id=ticket["id"],
            priority=Priority.REMINDER,
            key=f"{key}:agent",
            number=ticket["number"],
            **params,
        )


def _for_agent(ticket: Ticket, booking: Row) -> list[list[tuple[str, str]]]:
    shown = [[("open", press("open", ticket["id"]))]]
    if visits.is_at_home(booking):
        said = booking["agent_comes_at"] is not None
        coming = [] if said else [("visit_will_come", press("varoute", ticket["id"]))]
        shown.insert(0, [*coming, ("visit_cannot", press("vgone", ticket["id"]))])
    return shown


async def _not_come(work: Work, ticket: Ticket, reminder: Row) -> None:
    await visit_moves.not_come(work, ticket, f"r{reminder['id']}")


async def _over(work: Work, ticket: Ticket, reminder: Row) -> None:
    await visit_results.is_over(work, ticket, f"r{reminder['id']}")


async def _left_open(work: Work, ticket: Ticket, reminder: Row) -> None:
    """The time is over, and nobody said what became of it."""
    for agent in (await people.by_ids(work.ledger, [ticket["assignee_id"]] if ticket["assignee_id"] else [])).values():
        work.notify(
            agent,
            "visit.left_open",
            [[("open", press("open", ticket["id"]))]],
            ticket_id=ticket["id"],
            priority=Priority.REMINDER,
            key=f"r{reminder['id']}",
            number=ticket["number"],
            **await visits.said(work, ticket, await visits.booking_of(work, ticket)),
        )


async def _ring_due(work: Work, ticket: Ticket, _reminder: Row) -> None:
    """Nobody rang the elder, or nobody said so: somebody goes."""
    booking = await visits.booking_of(work, ticket)
    if booked.needs_ring(booking):
        await visit_rings.look(work, ticket, booking)


async def _ask_again(work: Work, ticket: Ticket, reminder: Row) -> None:
    booking = await visits.booking_of(work, ticket)
    params = await visits.said(work, ticket, booking)
    buttons = visits.missed_buttons(ticket, booking)
    await handling.tell_owner(
        work, ticket, "visit.ask_again", buttons=buttons, priority=Priority.REMINDER, key=f"r{reminder['id']}", **params
    )


async def _give_up(work: Work, ticket: Ticket, reminder: Row) -> None:
    """No answer for five working days: taken back, and the duty secretary knows."""
    params = await visits.said(work, ticket, await visits.booking_of(work, ticket))
    await _take_back(work, ticket, "no_answer")
    key = f"r{reminder['id']}"
    again = [[("visit_again", press("bagain", ticket["id"]))]]
    await handling.tell_owner(work, ticket, "visit.given_up", buttons=again, key=key, **params)
    for person, at in await roster.secretaries(work, ticket["place_id"]):
        work.notify(
            person,
            "visit.given_up_staff",
            [[("open", press("open", ticket["id"]))]],
            ticket_id=ticket["id"],
            key=f"{key}:staff:{person['id']}",
            due_at=max(at, work.speak_at(Priority.NEWS)),
            number=ticket["number"],
            **params,
        )
    await tickets.show(work, ticket)


async def _unapproved(work: Work, ticket: Ticket, reminder: Row) -> None:
    await approvals.never(work, ticket, f"r{reminder['id']}")


async def _queue_over(work: Work, ticket: Ticket, reminder: Row) -> None:
    """The day is over, and the number was not called."""
    params = await visits.said(work, ticket, await visits.booking_of(work, ticket))
    await _take_back(work, ticket, "not_called")
    again = [[("visit_again", press("bagain", ticket["id"]))]]
    await handling.tell_owner(work, ticket, "visit.queue_over", buttons=again, key=f"r{reminder['id']}", **params)
    await tickets.show(work, ticket)


async def _take_back(work: Work, ticket: Ticket, reason: str) -> None:
    why = {"words": reason}
    await tickets.move(work, ticket, Event.WITHDRAWN, None, why=why, closed_at=work.now, closed_how="withdrawn")


ACTS: Mapping[str, Fire] = {
    ClockKind.VISIT_EVENING: _ahead,
    ClockKind.VISIT_SOON: _ahead,
    ClockKind.VISIT_NOT_COME: _not_come,
    ClockKind.VISIT_OVER: _over,
    ClockKind.VISIT_LEFT_OPEN: _left_open,
    ClockKind.VISIT_RING_DUE: _ring_due,
    ClockKind.VISIT_ASK_AGAIN: _ask_again,
    ClockKind.VISIT_GIVE_UP: _give_up,
    ClockKind.VISIT_UNAPPROVED: _unapproved,
    ClockKind.VISIT_QUEUE_OVER: _queue_over,
}
