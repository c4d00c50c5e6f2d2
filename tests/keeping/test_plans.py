"""Retention reads only what may be due: its walks go by an index or by the age of ids, on both engines."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from storage.changes import ChangeSet
from storage.engine import Database
from storage.keeping import nightly
from storage.ledger import Ledger
from storage.work import Work
from tests.storage.plans import written, wrong_on_postgres, wrong_on_sqlite
from tests.town import MONDAY

BY_AGE = [walk for walk in nightly.WALKS if walk.rule not in {"payload", "draft"}]
"""The others are walked from their beginning: their ids are Telegram's."""


@pytest.mark.parametrize("walk", BY_AGE, ids=lambda walk: walk.rule)
async def test_it_walks_by_an_index(database: Database, walk: nightly.Walk) -> None:
    ledger = await Ledger.open(database)
    work = Work.for_clock(ledger, MONDAY + timedelta(days=1), ChangeSet())
    query = nightly._page(walk, work, -1)

    def wrong(connection: sa.Connection) -> list[str]:
        if not database.is_sqlite:
            connection.exec_driver_sql("SET enable_seqscan = off")
        judge = wrong_on_sqlite if database.is_sqlite else wrong_on_postgres
        return [one for text in written({"": (query, {})}, connection) for one in judge(connection, text)]

    assert await database.write(wrong) == []
