"""What was booked for a ticket, as a decision sees it: the row of the database with what this change set does to it."""

from datetime import date
from typing import Any

from . import schema
from .ledger import Row
from .rules.catalogue import Way
from .rules.lifecycle import State
from .rules.visit_clocks import VisitFacts
from .work import Work

BOOKING = "booking"
"""The flow of the kinds whose matters come from the catalogue."""


def is_booking(work: Work, ticket: Row) -> bool:
    """Whether a ticket is of a kind that is booked."""
    kind = work.directory.kinds.get(ticket["kind"])
    return kind is not None and kind.flow == BOOKING


async def row(work: Work, ticket: Row) -> dict[str, Any] | None:
    """The booking of a ticket; None for one of another kind, or that was written down without one."""
    if not is_booking(work, ticket):
        return None
    _, changed = work.changes.updates.get((schema.booking.name, ticket["id"]), (None, {}))
    found = _made_now(work, ticket["id"]) or await work.ledger.get(schema.booking, ticket["id"])
    return None if found is None else {**found, **changed}


def _made_now(work: Work, ticket_id: int) -> Row | None:
    empty: dict[str, Any] = {column.name: None for column in schema.booking.c}
    empty |= {"moves": 0, "code_tries": 0, "is_full_service": False, "version": 1}
    made = (values for table, values in work.changes.inserts if table is schema.booking and values["id"] == ticket_id)
    return next(({**empty, **values} for values in made), None)


def visit_facts(ticket: Row, booking: Row) -> VisitFacts:
    """What the clocks of a booking look at."""
    return VisitFacts(
        state=State(ticket["state"]),
        way=Way(booking["way"]),
        starts_at=booking["starts_at"],
        ends_at=booking["ends_at"],
        has_agent=ticket["assignee_id"] is not None,
        arrived_at=ticket["arrived_at"],
        missed_at=booking["missed_at"],
        needs_ring=needs_ring(booking),
        asked_at=ticket["asked_at"],
        stage_at=booking["stage_at"],
        queue_day=day_of(booking["queue_day"]),
        called_at=booking["called_at"],
        is_untouched=ticket["arrived_at"] is None and booking["stage"] is None and not ticket["disputes"],
    )


def needs_ring(booking: Row) -> bool:
    """Whether an elder was not met, which is nobody's fault, and nobody has reached them since."""
    return booking["missed_at"] is not None and booking["missed_by"] is None and booking["rung_at"] is None


def day_of(number: int | None) -> date | None:
    """A local date out of yyyymmdd."""
    return None if number is None else date(number // 10_000, number // 100 % 100, number % 100)
