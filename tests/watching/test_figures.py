"""The figures of the database: right, and found by an index however many matters are closed."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from storage import figures
from storage.engine import Database
from storage.figures import Queue
from storage.ledger import Ledger
from tests.faults.test_coming_in import report
from tests.town import MONDAY, Town

HOT: Mapping[str, str] = {
    "_UPDATES": "ix_inbox_waiting or ix_inbox_lane",
    "_SET_ASIDE": "ix_inbox_set_aside",
    "_OUTBOX": "ix_outbox_queued",
    "_HELD": "ix_outbox_held",
    "_REMINDERS": "ix_reminder_waiting",
    "_TICKETS": "ix_ticket_open",
    "_MEDIA": "ix_attachment_waiting",
}
"""Tables that may grow to millions of rows are asked only for the few of them that wait, by these partial indexes."""


async def test_it_reads_what_waits(any_town: Town) -> None:
    town = any_town
    await report(town)
    found = await figures.read(town.app.ledger, town.clock.now())
    assert (found.updates, found.reminders, found.dangers, found.overdue) == (Queue(), Queue(), Queue(), 0)
    assert found.open_tickets == {"offered": 1}
    await town.rosa.presses("🆘 现在有危险")
    await town.settle()
    later = await figures.read(town.app.ledger, town.clock.now() + timedelta(minutes=4))
    assert later.dangers == Queue(1, town.clock.now())
    assert later.reminders.count >= 1
    assert later.reminders.oldest_at is not None


async def test_it_reads_an_empty_database(database: Database) -> None:
    found = await figures.read(await Ledger.open(database), MONDAY)
    assert (found.updates, found.outbox, found.open_tickets, found.backup_at) == (Queue(), {}, {}, None)


@pytest.mark.parametrize("name", HOT)
async def test_it_finds_them_by_an_index(database: Database, name: str) -> None:
    query: sa.Select[Any] = getattr(figures, name).params(now=MONDAY)
    written = query.compile(dialect=database._writer.dialect, compile_kwargs={"literal_binds": True})
    plan = await database.write(lambda connection: explained(connection, str(written), is_sqlite=database.is_sqlite))
    assert any(index in plan for index in HOT[name].split(" or ")), plan


def explained(connection: sa.Connection, query: str, *, is_sqlite: bool) -> str:
    """The plan for a table that is large: sequential scans are what PostgreSQL would choose for an empty one."""
    if is_sqlite:
        return "\n".join(str(row[3]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}"))
    connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    return "\n".join(str(row[0]) for row in connection.exec_driver_sql(f"EXPLAIN {query}"))
