"""Whatever a row holds comes back as it was, from and to both engines."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import schema
from storage.backup.problems import BackupProblem, Reason
from storage.backup.rows import SLICE, TableRows, tables
from storage.engine import Database
from tests.town import MONDAY

from .files import HEAD, insert, rows, tallies

BIG = st.integers(-(2**63), 2**63 - 1)
NO_NUL = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
WORDS = st.one_of(NO_NUL, st.sampled_from(["", "null", "\r\n\t\\\"'", "𠮷👩‍👩‍👧\u202e", "=1+1", "{}", "\u2028\ufeff"]))
PLAIN = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**53), 2**53), WORDS, st.just("\0")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)
JSON = st.one_of(st.none(), st.just(sa.null()), st.lists(PLAIN, max_size=3), st.dictionaries(WORDS, PLAIN, max_size=3))
TIMES = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - made aware here
FLOATS = st.none() | st.floats(allow_nan=False, allow_infinity=False)


def a_row(table: sa.Table, **columns: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[sa.Table, Mapping[str, Any]]]:
    return st.tuples(st.just(table), st.fixed_dictionaries(columns))


ROWS = st.one_of(
    a_row(schema.conversation, id=BIG, flow=st.none() | WORDS, draft=JSON, updated_at=TIMES),
    a_row(schema.audit, id=BIG, at=TIMES, telegram_id=st.none() | BIG, what=WORDS, data=JSON),
    a_row(schema.inbox, id=BIG, lane=WORDS, payload=st.none() | st.binary(), received_at=TIMES, state=WORDS),
    a_row(schema.setting, name=WORDS, value=WORDS),
    a_row(
        schema.place, id=BIG, code=WORDS, level=WORDS, name=WORDS, latitude=FLOATS, longitude=FLOATS, retired_at=TIMES
    ),
)
FILLED = (schema.conversation, schema.audit, schema.inbox, schema.setting, schema.place)
MOVED = [table for table in tables(HEAD) if table.name in {one.name for one in FILLED}]
Given = list[tuple[sa.Table, Mapping[str, Any]]]


def keep(connection: sa.Connection, given: Given) -> None:
    """Put rows in, but for those whose key is taken."""
    for table, values in given:
        with connection.begin_nested() as point:
            try:
                connection.execute(sa.insert(table).values(values))
            except sa.exc.IntegrityError:
                point.rollback()


def empty(connection: sa.Connection) -> None:
    for table in MOVED:
        table.clear(connection)


def lines(connection: sa.Connection) -> list[tuple[TableRows, bytes]]:
    return [(table, table.lines(some)) for table in MOVED for some in table.slices(connection)]


def put(connection: sa.Connection, moved: list[tuple[TableRows, bytes]]) -> None:
    for table, content in moved:
        table.insert(connection, table.parse(content))


async def there_and_back(first_url: str, second_url: str, given: Given) -> None:
    first, second = await Database.open(first_url), await Database.open(second_url)
    await first.write(empty)
    await second.write(empty)
    await first.write(partial(keep, given=given))
    await second.write(partial(put, moved=await first.write(lines)))
    for one in FILLED:
        ours, theirs = await first.rows(sa.select(one)), await second.rows(sa.select(one))
        assert sorted(map(repr, ours)) == sorted(map(repr, theirs))
    await first.close()
    await second.close()
    assert await tallies(first_url) == await tallies(second_url)


@pytest.mark.slow
@pytest.mark.parametrize("direction", [1, -1], ids=["sqlite to postgres", "postgres to sqlite"])
def test_it_brings_back_whatever_a_row_holds(sqlite_url: str, postgres_url: str, direction: int) -> None:
    first, second = (sqlite_url, postgres_url)[::direction]

    @settings(max_examples=25, suppress_health_check=list(HealthCheck))
    @given(st.lists(ROWS, max_size=12))
    def check(given: Given) -> None:
        asyncio.run(there_and_back(first, second, given))

    check()


def a_table(name: str) -> TableRows:
    return next(table for table in tables(HEAD) if table.name == name)


async def test_it_reads_every_row_once_in_slices(database_url: str) -> None:
    count = 2 * SLICE + 1
    await insert(database_url, schema.setting, *({"name": f"{n:05}", "value": "鑫"} for n in range(count)))
    database = await Database.open(database_url)
    slices = await database.write(lambda connection: list(a_table("setting").slices(connection)))
    await database.close()
    assert [len(one) for one in slices] == [SLICE, SLICE, 1]
    assert [row[0] for one in slices for row in one] == [f"{n:05}" for n in range(count)]


async def test_it_reads_rows_with_a_key_of_several_columns_once(database_url: str) -> None:
    hall = {"id": 1, "code": "hall", "kind": "hall", "name": "大厅"}
    await insert(database_url, schema.provider, hall, hall | {"id": 2, "code": "room"})
    keys = sorted((of, seat, 1_900_000 + n) for of in (1, 2) for seat in (1, 2) for n in range(SLICE // 2 + 1))
    cells = [{"provider_id": of, "seat": seat, "cell": cell, "holder_id": 9} for of, seat, cell in keys]
    await insert(database_url, schema.booking_cell, *cells)
    database = await Database.open(database_url)
    slices = await database.write(lambda connection: list(a_table("booking_cell").slices(connection)))
    await database.close()
    assert [tuple(row[:3]) for one in slices for row in one] == keys


async def test_it_orders_texts_alike_on_both_engines(sqlite_url: str, postgres_url: str) -> None:
    names = [{"name": name, "value": ""} for name in ("b", "B", "a", "_", "é", "王", "𠮷", "ab", "a b", "Z")]
    await insert(sqlite_url, schema.setting, *names)
    await insert(postgres_url, schema.setting, *reversed(names))
    assert await tallies(sqlite_url) == await tallies(postgres_url)


async def test_it_says_which_table_an_engine_cannot_hold(postgres_url: str) -> None:
    database = await Database.open(postgres_url)
    with pytest.raises(BackupProblem) as caught:
        await database.write(lambda connection: a_table("setting").insert(connection, [("a\0b", "")]))
    await database.close()
    assert (caught.value.reason, caught.value.params) == (Reason.CANNOT_HOLD, {"table": "setting"})


async def test_it_keeps_a_nul_where_the_engine_does(sqlite_url: str) -> None:
    await insert(sqlite_url, schema.audit, {"id": 1, "at": MONDAY, "what": "a\0b", "data": {"\0": "\0"}})
    table = a_table("audit")
    database = await Database.open(sqlite_url)
    (read,) = await database.write(lambda connection: list(table.slices(connection)))
    await database.write(table.clear)
    await database.write(lambda connection: table.insert(connection, table.parse(table.lines(read))))
    await database.close()
    (row,) = await rows(sqlite_url, schema.audit)
    assert (row["what"], row["data"]) == ("a\0b", {"\0": "\0"})


def test_it_knows_the_type_of_every_column() -> None:
    for table in tables(HEAD):
        for name, kind in table._kinds.items():
            declared = schema.metadata.tables[table.name].c[name].type
            told = declared.impl if isinstance(declared, sa.TypeDecorator) else declared
            assert isinstance(told, type(kind)), f"{table.name}.{name}"
