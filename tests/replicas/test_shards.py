"""The inbox in shards: those of an older version are divided too, and what a lane asks is found by an index."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from storage import inbox, schema
from storage.changes import ChangeSet
from storage.engine import Database
from storage.inbox import Stored
from storage.leases import SHARDS, shard_of
from storage.ledger import Ledger
from storage.migrate import upgrade
from tests import postgres
from tests.postgres import Server
from tests.town import MONDAY

LANES = [f"u{number}" for number in range(1000, 1040)]


@pytest.fixture(params=["sqlite", "postgres"])
async def bare(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """A database without tables, on each engine in turn."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/linli.sqlite3"
    else:
        server: Server = request.getfixturevalue("postgres_server")
        url = await postgres.copy(server, "template1")
    database = await Database.open(url)
    yield database
    await database.close()
    if request.param != "sqlite":
        await postgres.drop(url)


async def test_it_divides_what_an_older_version_left(bare: Database) -> None:
    await upgrade(bare, "0001")
    old = sa.table("inbox", *(sa.column(name) for name in ("id", "lane", "received_at", "state")))
    left = [
        {"id": at, "lane": lane, "received_at": 0, "state": "done" if at % 4 == 0 else "new"}
        for at, lane in enumerate(LANES)
    ]
    async with bare.writing() as connection:
        await connection.execute(sa.insert(old), left)
    await upgrade(bare)
    rows = await bare.rows(sa.select(schema.inbox.c.lane, schema.inbox.c.shard, schema.inbox.c.state))
    assert all(row["shard"] == shard_of(row["lane"]) for row in rows if row["state"] == "new")
    assert {row["lane"] for row in rows} == {*LANES}


async def test_it_reads_only_the_shards_it_is_asked_for(database: Database) -> None:
    ledger = await Ledger.open(database)
    await inbox.store(database, [Stored(at, lane, b"{}") for at, lane in enumerate(LANES)], MONDAY)
    half = range(SHARDS // 2)
    found = [one.lane async for page in inbox.waiting(ledger, half) for one in page]
    assert found == [lane for lane in LANES if shard_of(lane) in half]
    seen = await inbox.oldest(ledger, half, found[:3])
    assert seen == [at for at, lane in enumerate(LANES) if lane in found[3:]]


async def test_it_counts_a_leftover_before_it_is_begun(database: Database) -> None:
    ledger = await Ledger.open(database)
    await inbox.store(database, [Stored(1, "u1", b"{}")], MONDAY)
    ((left,),) = [page async for page in inbox.waiting(ledger)]
    changes = ChangeSet()
    begun = inbox.begin(changes, left)
    await ledger.commit([changes])
    assert (left.is_left, left.begun, begun.is_left, begun.begun) == (True, 0, False, 1)
    assert (await inbox.still_waiting(ledger, [1]))[1] == begun


async def test_it_finds_what_comes_first_in_a_lane_by_an_index(postgres_url: str) -> None:
    database = await Database.open(postgres_url)
    done = [
        {"id": at, "lane": f"u{at % 500}", "received_at": MONDAY, "state": "new" if at % 100 == 0 else "done"}
        for at in range(20_000)
    ]
    async with database.writing() as connection:
        await connection.execute(sa.insert(schema.inbox), done)
        await connection.exec_driver_sql("ANALYZE inbox")
        known = inbox._earlier.params(lanes=["u1", "u2"], ids=[300, 400])
        statement = known.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
        plan = (await connection.exec_driver_sql(f"EXPLAIN {statement}")).scalars().all()
    assert "ix_inbox_lane" in "\n".join(plan)
    await database.close()
