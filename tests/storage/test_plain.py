"""Queries that are compiled once give the same rows as SQLAlchemy does, and fail as it does."""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from storage import schema
from storage.engine import Database
from storage.passing import is_passing
from storage.plain import once
from storage.work import Priority
from tests.town import MONDAY, Town

EVERYTHING = once(sa.select(schema.outbox).order_by(schema.outbox.c.id))
SOME = once(
    sa.select(schema.person)
    .where(schema.person.c.id.in_(sa.bindparam("ids", expanding=True)))
    .where(schema.person.c.created_at <= sa.bindparam("at", type_=schema.UtcTime))
    .order_by(schema.person.c.id)
)
SHIFT = once(sa.select(schema.shift_change).where(schema.shift_change.c.day == sa.bindparam("day", type_=sa.Integer)))


def people(ids: list[int]) -> sa.Select[tuple[object, ...]]:
    person = schema.person
    return sa.select(person).where(person.c.id.in_(ids), person.c.created_at <= MONDAY).order_by(person.c.id)


async def test_it_reads_what_sqlalchemy_reads(any_town: Town) -> None:
    town = any_town
    await town.rosa.says("3栋2单元楼道灯坏了")
    await town.settle()
    ledger = town.app.ledger
    rows = await ledger.all(EVERYTHING)
    assert rows == await ledger.all(sa.select(schema.outbox).order_by(schema.outbox.c.id))
    assert (rows[0]["priority"], rows[0]["due_at"]) == (Priority.ANSWER, MONDAY)


async def test_it_takes_lists_of_any_length(any_town: Town) -> None:
    ledger = any_town.app.ledger
    ids = [row["id"] for row in await ledger.all(sa.select(schema.person.c.id))]
    for most in (0, 1, 2, 3, 5, 8, 9):
        assert await ledger.all(SOME, ids=ids[:most], at=MONDAY) == await ledger.all(people(ids[:most]))


async def test_it_tells_what_passes(database: Database) -> None:
    await database.write(lambda connection: connection.exec_driver_sql("DROP TABLE outbox"))
    with pytest.raises(DBAPIError) as caught:
        await database.rows(EVERYTHING)
    assert not is_passing(caught.value)


async def test_it_does_not_wait_for_a_value_that_will_never_fit(database: Database) -> None:
    wanted = {"day": 2**40}
    if database.is_sqlite:
        assert await database.rows(SHIFT, wanted) == []
        return
    with pytest.raises(DBAPIError) as caught:
        await database.rows(SHIFT, wanted)
    assert not is_passing(caught.value)
