"""Residents earn points too: in the night after they said that it was done, or how good it was.

The history is read on from where it stopped the night before, a page at a time (`storage.expiring`), so that whoever
closes a matter waits for none of it. Who has no chat yet earns nothing, because they could not spend it.
"""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from . import helped, people, points, schema
from .ids import first_id
from .ledger import Row
from .plain import once
from .rules.errands import Who
from .rules.lifecycle import Event
from .rules.points import Deed, asked, judged, reported
from .tickets import DANGER
from .work import Work

PAGE = 50
BEHIND = timedelta(minutes=1)
"""What was decided so lately may not be committed yet by another replica."""

_history = schema.history
_SAID = once(
    sa.select(_history)
    .where(
        _history.c.id > sa.bindparam("after"),
        _history.c.id < sa.bindparam("upto"),
        _history.c.event.in_([sa.literal_column(f"'{one}'") for one in (Event.CONFIRMED, Event.RATED)]),
    )
    .order_by(_history.c.id)
    .limit(sa.literal_column(str(PAGE)))
)
_TICKETS = once(sa.select(schema.ticket).where(schema.ticket.c.id.in_(sa.bindparam("ids", expanding=True))))


async def credit(work: Work, after: int | None) -> tuple[int, bool]:
    """Book what stands in the history after an id; up to where that was looked at, and whether there is more.

    Nothing that was said before points are given at all is worth any.
    """
    upto = first_id(work.now - BEHIND)
    if after is not None and after >= upto:  # the clock was set back: what was booked is not booked again
        return after, False
    if after is None or not _has_rules(work):
        return upto - 1, False
    rows = await work.ledger.all(_SAID, after=after, upto=upto)
    await _book(work, rows)
    is_more = len(rows) == PAGE
    return (rows[-1]["id"], True) if is_more else (upto - 1, False)


def _has_rules(work: Work) -> bool:
    return any(rule.who is Who.RESIDENT for rule in work.directory.helping.point_rules)


async def _book(work: Work, rows: Collection[Row]) -> None:
    ids = sorted({row["ticket_id"] for row in rows})
    found = {row["id"]: row for row in await work.ledger.all(_TICKETS, ids=ids)} if ids else {}
    owners = await people.by_ids(work.ledger, {one["owner_id"] for one in found.values()})
    for row in rows:
        ticket = found[row["ticket_id"]]
        owner = owners.get(ticket["owner_id"])
        if owner is None or owner["telegram_id"] is None or ticket["anonymised_at"] is not None:
            continue
        deed = await _deed(work, ticket, row["event"], row["why"] or {})
        if deed is not None:
            await points.credit(work, owner["id"], deed, ticket)


async def _deed(work: Work, ticket: Row, event: str, why: Mapping[str, Any]) -> Deed | None:
    """What a line of the history is worth, if anything; a sentence beside the stars is not."""
    if event == Event.RATED:
        return judged(await _code(work, ticket)) if "stars" in why else None
    is_first = await points.is_first_for_resident(work, ticket["owner_id"])
    if helped.is_order(work.ledger, ticket):
        return asked(await points.errand_of(work, ticket), is_first=is_first)
    kind = work.directory.kinds.get(ticket["kind"])
    if ticket["is_danger"] or (kind is not None and kind.flow == "report"):
        return reported(DANGER if ticket["is_danger"] else ticket["kind"], is_first=is_first)
    return None


async def _code(work: Work, ticket: Row) -> str | None:
    if helped.is_order(work.ledger, ticket):
        return await points.errand_of(work, ticket)
    return DANGER if ticket["is_danger"] else str(ticket["kind"])
