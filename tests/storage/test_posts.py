"""Seats of posts under races, on both engines: never more holders than seats, and nobody twice."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from storage import helpers, posts, schema
from storage.engine import Database
from storage.rules.errors import AlreadyTaken, Suspended
from storage.work import Work
from tests import postgres
from tests.conftest import ENGINES
from tests.postgres import Server
from tests.town import MONDAY, copy_of_sample

from .neighbours import Neighbours

SEATS = 2


@pytest.fixture(params=ENGINES)
async def any_neighbours(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Neighbours]:
    """Six helpers on each engine in turn."""
    if request.param == "sqlite":
        await copy_of_sample(tmp_path / "linli.sqlite3", MONDAY)
        url = f"sqlite:///{tmp_path}/linli.sqlite3"
    else:
        server: Server = request.getfixturevalue("postgres_server")
        url = await postgres.copy(server, postgres.FILLED)
    database = await Database.open(url)
    yield await Neighbours.among(tmp_path, database)
    await database.close()
    if request.param != "sqlite":
        await postgres.drop(url)


def wanted(neighbours: Neighbours) -> int:
    found = neighbours.ledger.directory.helping.posts.values()
    return next(one.id for one in found if one.code == "peace-law")


async def holders(neighbours: Neighbours) -> list[int]:
    row = schema.post_holding
    held = await neighbours.ledger.all(sa.select(row).where(row.c.ended_at.is_(None)))
    assert len({one["seat"] for one in held} & {*range(1, SEATS + 1)}) == len(held)
    return [one["person_id"] for one in held]


async def rush(neighbours: Neighbours, *codes: str) -> list[Any]:
    """Everybody presses 认领 at once, each for themselves; whoever was too late decides again."""

    async def take(work: Work) -> Any:
        return await posts.take(work, wanted(neighbours))

    return await neighbours.decide([(code, take) for code in codes], is_apart=True)


async def test_it_has_as_many_holders_as_seats_whoever_rushes(any_neighbours: Neighbours) -> None:
    results = await rush(any_neighbours, *(f"h{number}" for number in range(1, 7)))
    assert len(await holders(any_neighbours)) == SEATS
    assert sum(isinstance(one, AlreadyTaken) for one in results) == 6 - SEATS


async def test_it_gives_nobody_two_seats_of_a_post(any_neighbours: Neighbours) -> None:
    results = await rush(any_neighbours, "h1", "h1", "h1")
    assert len({one["id"] for one in results}) == 1
    assert len(await holders(any_neighbours)) == 1


async def test_it_gives_a_seat_that_came_back_to_one_of_those_who_rush(any_neighbours: Neighbours) -> None:
    first, _ = await rush(any_neighbours, "h1", "h2")

    async def give(work: Work) -> Any:
        return await posts.give_back(work, first["id"])

    await any_neighbours.do("h1", give)
    await rush(any_neighbours, "h3", "h4", "h5")
    assert len(await holders(any_neighbours)) == SEATS
    rows = await any_neighbours.ledger.all(sa.select(schema.reminder).where(schema.reminder.c.kind == posts.OVER))
    assert sorted(one["state"] for one in rows) == ["cancelled", "scheduled", "scheduled"]


async def test_it_gives_none_to_who_is_suspended(any_neighbours: Neighbours) -> None:
    await any_neighbours.alter_helper("h1", suspended_at=any_neighbours.now)
    (refusal,) = await rush(any_neighbours, "h1")
    assert isinstance(refusal, Suspended)


async def test_it_frees_the_seats_of_who_leaves(any_neighbours: Neighbours) -> None:
    await rush(any_neighbours, "h1", "h2")
    await any_neighbours.do("h1", helpers.leave)
    assert await holders(any_neighbours) == [(await any_neighbours.person("h2"))["id"]]
