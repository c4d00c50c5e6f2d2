"""Running clocks follow the calendar: when an import brought other working days, open tickets are computed again.

A year's moved weekends are published late in the autumn before; what was promised into that year may change then. For
which structure the clocks were computed stands in a setting, so that an import between two runs of the bot counts too.
"""

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from . import reminders, schema, tickets, timing
from .changes import ChangeSet, Outcome
from .ledger import Ledger
from .rules.lifecycle import OPEN, State
from .states import any_of
from .work import Work

CLOCKS_VERSION = "clocks_version"
BATCH = 200


async def computed_for(ledger: Ledger) -> str:
    """The version of the structure that the running clocks go by."""
    setting = schema.setting
    row = await ledger.one(sa.select(setting.c.value).where(setting.c.name == CLOCKS_VERSION))
    return str(row["value"]) if row else ""


async def all_open(ledger: Ledger, work_of: Callable[[], Work]) -> bool:
    """Compute every open ticket again, and remember that; False when somebody was faster and some have to wait."""
    version = ledger.directory.version
    for ids in _batches(sorted(row["id"] for row in await ledger.all(_open()))):
        sets = [await _again(work_of(), ticket_id) for ticket_id in ids]
        outcomes = await ledger.commit([one for one in sets if one])
        if any(outcome is not Outcome.APPLIED for outcome in outcomes):
            return False
    await _remember(ledger, version)
    return True


async def _again(work: Work, ticket_id: int) -> ChangeSet:
    ticket = await tickets.by_id(work.ledger, ticket_id)
    if ticket is None or State(ticket["state"]) not in OPEN:
        return ChangeSet()
    columns = {name: value for name, value in timing.due_again(work, ticket).items() if ticket[name] != value}
    if columns:
        tickets.alter(work, ticket, **columns)
        await tickets.show(work, ticket)
    await reminders.replan(work, ticket)
    if work.changes:
        work.changes.guard(schema.ticket, ticket)
    return work.finish()


def _open() -> sa.Select[Any]:
    ticket = schema.ticket
    return sa.select(ticket.c.id).where(any_of(ticket.c.state, OPEN))


def _batches(ids: Sequence[int]) -> list[Sequence[int]]:
    return [ids[at : at + BATCH] for at in range(0, len(ids), BATCH)]


async def _remember(ledger: Ledger, version: str) -> None:
    make = sqlite.insert if ledger.database.is_sqlite else postgresql.insert
    insert = make(schema.setting).values(name=CLOCKS_VERSION, value=version)
    query = insert.on_conflict_do_update(index_elements=[schema.setting.c.name], set_={"value": version})
    await ledger.database.write(lambda connection: connection.execute(query))
