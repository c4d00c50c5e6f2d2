"""Codes of posters and invitations: random, withdrawn for ever, used once whoever is fast (scenario 37)."""

import asyncio
import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from storage import invitations, posters, schema
from storage.engine import Database
from storage.structure import apply

from .conftest import NOW, Folder

PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}")


@pytest.fixture
async def filled(database: Database, folder: Folder) -> Database:
    await apply(database, folder.plan(), NOW)
    return database


async def id_of(database: Database, table: sa.Table, code: str) -> int:
    async with database.reading() as connection:
        return int((await connection.execute(sa.select(table.c.id).where(table.c.code == code))).scalar_one())


@pytest.mark.parametrize("module", [posters, invitations])
def test_it_makes_codes_that_fit_a_deep_link(module: Any) -> None:
    codes = [module.make_code() for _ in range(200)]
    assert len(set(codes)) == 200
    for code in codes:
        payload = module.payload(code)
        assert PAYLOAD.fullmatch(payload)
        assert module.code_in(payload) == code


def test_it_tells_posters_from_invitations() -> None:
    assert posters.code_in(invitations.payload("x")) is None
    assert invitations.code_in(posters.payload("x")) is None
    assert posters.code_in("p") is None


async def test_it_keeps_a_place_s_poster_until_it_is_withdrawn(filled: Database) -> None:
    place = await id_of(filled, schema.place, "jx-3-2")
    async with filled.writing() as connection:
        first = await posters.ensure(connection, [place], NOW)
        assert await posters.ensure(connection, [place], NOW) == first
        assert await posters.withdraw(connection, [place], NOW) == 1
        second = await posters.ensure(connection, [place], NOW)
        assert await posters.find(connection, first[place]) is None
        found = await posters.find(connection, second[place])
    assert found is not None
    assert found["place_id"] == place


async def test_it_finds_no_poster_of_a_place_that_is_no_more(filled: Database) -> None:
    place = await id_of(filled, schema.place, "jx-3-2")
    async with filled.writing() as connection:
        code = (await posters.ensure(connection, [place], NOW))[place]
        await connection.execute(sa.update(schema.place).where(schema.place.c.id == place).values(retired_at=NOW))
        assert await posters.find(connection, code) is None


async def invite(database: Database) -> str:
    code = invitations.make_code()
    grid = await id_of(database, schema.place, "grid-1")
    row = invitations.new_row(code, NOW, role="grid_worker", place_id=grid)
    async with database.writing() as connection:
        await connection.execute(sa.insert(schema.invitation).values(row))
    return code


async def use(database: Database, code: str, person_id: int, after: timedelta = timedelta()) -> bool:
    try:
        async with database.writing() as connection:
            await invitations.use(connection, code, person_id, NOW + after)
    except invitations.InvitationUsed:
        return False
    return True


async def test_it_lets_one_of_many_use_an_invitation(filled: Database) -> None:
    code = await invite(filled)
    vera = await id_of(filled, schema.person, "vera")
    outcomes = await asyncio.gather(*(use(filled, code, vera) for _ in range(20)))
    assert outcomes.count(True) == 1


async def test_it_refuses_an_invitation_whose_time_is_over(filled: Database) -> None:
    code = await invite(filled)
    vera = await id_of(filled, schema.person, "vera")
    with pytest.raises(invitations.InvitationExpired):
        await use(filled, code, vera, invitations.LIFETIME)
    assert await use(filled, code, vera, invitations.LIFETIME - timedelta(seconds=1))


async def test_it_refuses_a_guessed_invitation(filled: Database) -> None:
    with pytest.raises(invitations.InvitationUnknown):
        await use(filled, invitations.make_code(), 1)


async def test_it_stores_no_secret(filled: Database) -> None:
    code = await invite(filled)
    async with filled.reading() as connection:
        row = (await connection.execute(sa.select(schema.invitation))).mappings().one()
    assert code not in str(dict(row))
