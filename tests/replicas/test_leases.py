"""Leases: shared fairly, renewed in time, taken over when they were not, and a fence behind whoever lost one."""

import asyncio
import itertools
import time
from functools import partial

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from bot.replica import Replica
from storage import leases, schema
from storage.changes import ChangeSet, Outcome
from storage.engine import Database
from storage.leases import CLOCK, POSTS, SENDER, SHARDS, Beat
from storage.ledger import Ledger
from storage.passing import is_passing

NAMES = (f"replica{number}" for number in itertools.count())


async def beat(replica: Replica) -> Replica:
    """One heartbeat that must come through."""
    assert await replica._try()
    return replica


async def replica(database: Database, posts: tuple[str, ...] = POSTS, name: str | None = None) -> Replica:
    return await beat(Replica(database, name=name or next(NAMES), posts=posts))


async def expire(database: Database) -> None:
    """As if nobody had renewed anything for a while."""
    past: sa.ColumnElement[int] = sa.literal_column(
        "(extract(epoch from clock_timestamp()) * 1000000)::bigint - 6000000"
    )
    for query in (sa.update(schema.lease).values(until=past), sa.update(schema.replica).values(seen_at=past)):
        await database.write(partial(_execute, query=query))


def _execute(connection: sa.Connection, query: sa.Update) -> None:
    connection.execute(query)


def posts(one: Replica) -> set[str]:
    return {name for name, lease in one.leases.items() if lease.is_held}


async def test_it_gives_everything_to_the_first(shared_database: Database) -> None:
    only = await replica(shared_database)
    assert (len(only.shards()), posts(only), only.is_alive) == (SHARDS, {*POSTS}, True)


async def test_it_does_not_poll_where_updates_are_brought(shared_database: Database) -> None:
    assert posts(await replica(shared_database, (SENDER, CLOCK))) == {SENDER, CLOCK}


@pytest.mark.parametrize("count", [2, 3, 5])
async def test_it_shares_the_lanes_fairly(shared_database: Database, count: int) -> None:
    several = [await replica(shared_database) for _ in range(count)]
    for one in [*several, *several]:
        await beat(one)
    held = [one.shards() for one in several]
    assert frozenset().union(*held) == leases.ALL_SHARDS
    assert sum(map(len, held)) == SHARDS
    assert max(map(len, held)) == -(-SHARDS // count)


async def test_it_has_one_holder_of_each_when_all_come_at_once(shared_database: Database) -> None:
    several = [Replica(shared_database, name=next(NAMES)) for _ in range(6)]
    for _ in range(4):
        await asyncio.gather(*(beat(one) for one in several))
    assert sum(len(one.shards()) for one in several) == SHARDS
    assert sorted(name for one in several for name in posts(one)) == sorted(POSTS)


async def test_it_takes_over_what_was_not_renewed(shared_database: Database) -> None:
    await replica(shared_database)
    await expire(shared_database)
    heir = await replica(shared_database)
    assert (len(heir.shards()), posts(heir)) == (SHARDS, {*POSTS})


async def test_it_knows_by_itself_that_it_was_paused(shared_database: Database) -> None:
    paused = await replica(shared_database)
    held = {name: lease.row for name, lease in paused.leases.items() if lease.row is not None}
    paused._follow(Beat(held, 1), until=time.monotonic())
    assert (paused.is_alive, paused.shards(), posts(paused)) == (False, frozenset(), set())


async def test_it_keeps_its_fencing_token_while_it_renews(shared_database: Database) -> None:
    one = await replica(shared_database)
    before = one.leases[SENDER].row
    await expire(shared_database)
    assert (await beat(one)).leases[SENDER].row == before


async def test_it_refuses_what_was_decided_under_a_lost_lease(shared_database: Database) -> None:
    ledger = await Ledger.open(shared_database)
    loser = await replica(shared_database)
    await expire(shared_database)
    winner = await replica(shared_database)
    outcomes: list[Outcome] = []
    for one in (loser, winner):
        changes = ChangeSet()
        leases.guard(changes, one.leases[SENDER].row)
        changes.insert(schema.audit, id=len(outcomes) + 1, at=schema.EPOCH, telegram_id=None, what="sent", data=None)
        outcomes += await ledger.commit([changes])
    assert outcomes == [Outcome.STALE, Outcome.APPLIED]


async def test_it_gives_everything_back_when_it_leaves(shared_database: Database) -> None:
    first, second = await replica(shared_database), await replica(shared_database)
    await first.leave()
    await beat(second)
    assert (len(second.shards()), posts(second), second.replicas) == (SHARDS, {*POSTS}, 1)
    assert (first.is_alive, first.shards()) == (False, frozenset())


async def test_it_keeps_only_the_sending_while_it_retires(shared_database: Database) -> None:
    first, second = await replica(shared_database), await replica(shared_database)
    first.retire()
    await beat(first)
    await beat(second)
    assert (posts(first), posts(second)) == ({SENDER}, {*POSTS} - {SENDER})
    assert len(second.shards()) == SHARDS


async def test_it_ends_the_sessions_of_who_was_paused_in_a_transaction(postgres_url: str) -> None:
    """A process that holds the row of a lease and says nothing any more does not keep others from it for ever."""
    running, other = [await Database.open(postgres_url, exclusive=True) for _ in range(2)]
    await replica(running, name=running.name)
    await expire(running)
    async with running.apart() as paused:
        await paused.execute(sa.select(schema.lease).where(schema.lease.c.name == SENDER).with_for_update())
        heir = await replica(other)
        async with asyncio.timeout(5):
            while SENDER not in posts(await beat(heir)):
                await asyncio.sleep(0.01)
        with pytest.raises(DBAPIError) as ended:
            await paused.execute(sa.select(1))
        assert is_passing(ended.value)
    for database in (running, other):
        await database.close()
