"""督办: what is late is pressed for by those above, the duty secretary and the street liaison."""

from . import people, roster, tickets
from .handling import Ticket
from .ledger import Row
from .rules.press import press
from .rules.rights import Role
from .work import Priority, Work


async def press_for(work: Work, ticket: Ticket, reminder_id: int, step: str) -> None:
    """A limit has passed: it is marked once, and the worker, the duty secretary and the street liaison are told.

    `step` is the kind of the clock that ran out: the finish, or a step of a danger.
    """
    if ticket["overdue_at"] is None:
        tickets.alter(work, ticket, overdue_at=work.now)
    tickets.remember(work, ticket, "overdue", None, ticket["state"], ticket["state"], {"step": step})
    worker = (await people.by_ids(work.ledger, [ticket["assignee_id"]])) if ticket["assignee_id"] else {}
    priority = Priority.ALARM if ticket["is_danger"] else Priority.NEWS
    told = [(row, work.speak_at(priority)) for row in [*worker.values(), *await _street(work, ticket)]]
    told += await roster.secretaries(work, ticket["place_id"], is_danger=bool(ticket["is_danger"]))
    for person, at in {row["id"]: (row, at) for row, at in reversed(told)}.values():
        work.notify(
            person,
            "worker.overdue" if person["id"] == ticket["assignee_id"] else "staff.overdue",
            [[("open", press("open", ticket["id"]))]],
            ticket_id=ticket["id"],
            priority=priority,
            due_at=at,
            key=f"r{reminder_id}:{person['id']}",
            number=ticket["number"],
            step=step,
            is_confidential=bool(ticket["is_confidential"]),
        )
    await tickets.show(work, ticket)


async def _street(work: Work, ticket: Ticket) -> list[Row]:
    """The street hears of no confidential matter."""
    if ticket["is_confidential"]:
        return []
    community = work.directory.community_of(ticket["place_id"])
    return await people.holders(
        work.ledger, [Role.STREET_LIAISON], work.directory.scope(community.id if community else None)
    )
