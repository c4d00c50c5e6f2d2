"""Deletion and what was booked: originals come back first, what was kept for the person is free for others again.

The bookings themselves go with their matters; here is what hangs on them, and what a person holds or waits for.
"""

from itertools import groupby
from typing import Any

import sqlalchemy as sa

from .. import papers, reminders, schema, slots, waitlist
from ..ledger import Ledger, Row
from ..rules.errors import Refusal
from ..rules.waiting import Waits
from ..work import Work


class OriginalsFirst(Refusal):
    """An agent has originals of theirs, and the receipt for them is here."""

    code = "originals_first"


async def check_originals(ledger: Ledger, person_id: int) -> None:
    """Raise OriginalsFirst while originals of somebody's matters are out."""
    paper, ticket = schema.paper, schema.ticket
    theirs = sa.select(ticket.c.id).where(ticket.c.owner_id == person_id, ticket.c.anonymised_at.is_(None))
    query = sa.select(paper).where(paper.c.ticket_id.in_(theirs)).order_by(paper.c.ticket_id, paper.c.id)
    for _, rows in groupby(await ledger.all(query), key=lambda row: row["ticket_id"]):
        if papers.out(rows):
            raise OriginalsFirst


async def let_go(work: Work, person_id: int) -> None:
    """Free the times that somebody holds, and leave every line they wait in, in this very change set."""
    hold = schema.hold
    for row in await work.ledger.all(sa.select(hold).where(hold.c.person_id == person_id)):
        await slots.release(work, row["id"])
    for row in await waitlist.of_person(work.ledger, person_id):
        if row["owner_id"] == person_id:
            await _leave(work, row)
        else:
            _leave_to_owner(work, row)


async def _leave(work: Work, row: Row) -> None:
    work.changes.update(schema.waiting, row, state=str(Waits.LEFT), hold_id=None)
    await reminders.settle(work, waitlist.subject(row["id"]), [])


def _leave_to_owner(work: Work, row: Row) -> None:
    """What somebody asked for in the name of another goes on in the other's own name."""
    owner_id = row["owner_id"]
    draft = row["draft"] | {"wanted": row["draft"]["wanted"] | {"filed_by_id": owner_id}}
    work.changes.update(schema.waiting, row, person_id=owner_id, draft=draft)


_FREE = sa.delete(schema.booking_cell).where(schema.booking_cell.c.holder_id == sa.bindparam("of"))


def holders(before: int) -> sa.Select[Any]:
    """Who owns cells, bookings and holds made before an id, with the last quarter of an hour that each owns."""
    cell = schema.booking_cell.c
    last = sa.func.max(cell.cell).label("last")
    return sa.select(cell.holder_id.label("id"), last).where(cell.holder_id < before).group_by(cell.holder_id)


def free_past(work: Work, row: Row, before: int) -> None:
    """Clear the cells of an owner whose last one is over."""
    if row["last"] < before:
        work.changes.run(_FREE, of=row["id"])
