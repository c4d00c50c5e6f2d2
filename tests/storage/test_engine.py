"""What an engine promises: numbers once, one process a file, what passes told from what is broken, indexes used."""

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from storage.engine import Database, DatabaseBusyElsewhere
from storage.migrate import upgrade
from storage.numbers import BLOCK, Numbers
from storage.passing import DatabaseAway, is_passing
from storage.rules.numbers import is_valid
from storage.schema import metadata

DESCENDING = {
    index.name
    for table in metadata.tables.values()
    for index in table.indexes
    if not all(isinstance(one, sa.Column) for one in index.expressions)
}


async def test_it_gives_every_number_once(database: Database) -> None:
    offices = [Numbers(database) for _ in range(4)]
    given = await asyncio.gather(*(office.next() for office in offices for _ in range(BLOCK + 5)))
    assert len(set(given)) == len(given)
    assert all(is_valid(number) for number in given)


async def test_its_migrations_make_exactly_the_schema(database: Database) -> None:
    await upgrade(database)

    engine = "sqlite" if database.is_sqlite else "postgresql"

    def concerns(thing: Any, *_: object) -> bool:
        is_read_back = not database.is_sqlite or thing.name not in DESCENDING  # Alembic reads no direction on SQLite
        return is_read_back and bool(thing.info.get("only", engine) == engine)

    def differences(connection: sa.Connection) -> list[object]:
        return list(
            compare_metadata(MigrationContext.configure(connection, opts={"include_object": concerns}), metadata)
        )

    assert await database.write(differences) == []


async def test_its_migrations_make_the_very_same_indexes(sqlite_url: str) -> None:
    """Their conditions and directions too, which Alembic does not compare."""

    def indexes(connection: sa.Connection) -> dict[str, str]:
        rows = connection.exec_driver_sql(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        )
        return {name: " ".join(sql.split()) for name, sql in rows}

    migrated = await Database.open(sqlite_url)
    fresh = sa.create_engine("sqlite://")
    with fresh.begin() as connection:
        metadata.create_all(connection)
        wanted = indexes(connection)
    fresh.dispose()
    assert await migrated.write(indexes) == wanted
    await migrated.close()


async def test_it_rolls_back_what_raises(database: Database) -> None:
    def half(connection: sa.Connection) -> None:
        connection.execute(sa.insert(metadata.tables["setting"]).values(name="a", value="b"))
        raise KeyError

    with pytest.raises(KeyError):
        await database.write(half)
    assert await database.rows(sa.select(metadata.tables["setting"])) == []


async def test_it_lets_one_process_work_on_a_file(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/linli.sqlite3"
    first = await Database.open(url, exclusive=True)
    with pytest.raises(DatabaseBusyElsewhere):
        await Database.open(url, exclusive=True)
    await first.close()
    await (await Database.open(url, exclusive=True)).close()


async def test_it_waits_for_a_locked_file_and_says_that_it_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.sqlite.BUSY_SECONDS", 0)
    database = await Database.open(f"sqlite:///{tmp_path}/linli.sqlite3")
    await upgrade(database)
    other = sqlite3.connect(tmp_path / "linli.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(sa.exc.OperationalError) as caught:
        await Numbers(database).next()
    assert is_passing(caught.value)
    other.close()
    assert is_valid(await Numbers(database).next())
    await database.close()


async def test_it_recovers_from_a_full_disk(tmp_path: Path) -> None:
    """21 Disk full: clean roll-back, recovers by itself."""
    database = await Database.open(f"sqlite:///{tmp_path}/linli.sqlite3")
    await upgrade(database)
    pages = (await database.write(lambda c: c.exec_driver_sql("PRAGMA page_count").scalar_one())) + 2
    await database.write(lambda c: c.exec_driver_sql(f"PRAGMA max_page_count={pages}").scalar())
    rows = [{"name": f"n{number}", "value": "x" * 1000} for number in range(100)]
    insert = sa.insert(metadata.tables["setting"])
    with pytest.raises(sa.exc.OperationalError) as caught:
        await database.write(lambda c: c.execute(insert, rows))
    assert is_passing(caught.value)
    await database.write(lambda c: c.exec_driver_sql("PRAGMA max_page_count=1000000").scalar())
    await database.write(lambda c: c.execute(insert, rows))
    assert len(await database.rows(sa.select(metadata.tables["setting"]))) == 100
    await database.close()


async def test_it_does_not_take_a_slip_for_trouble_that_passes(database: Database) -> None:
    with pytest.raises(sa.exc.DBAPIError) as caught:
        await database.rows(sa.select(sa.text("nothing")).select_from(sa.text("nowhere")))
    assert not is_passing(caught.value)
    assert not is_passing(FileNotFoundError())


async def test_it_knows_a_server_that_is_away() -> None:
    database = await Database.open("postgresql://linli@127.0.0.1:9/none")
    with pytest.raises(DatabaseAway):
        await database.rows(sa.select(sa.literal(1)))
    await database.close()
