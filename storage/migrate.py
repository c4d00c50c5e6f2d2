"""Schema changes, through Alembic, upward only, on both engines.

A migration only adds, so that the version before it goes on working: replicas are renewed one after the other, and a
new version can be taken back. A program that meets a schema newer than its own therefore leaves it as it is.
"""

import logging
from functools import cache
from importlib import import_module
from pathlib import Path

import sqlalchemy as sa

from .engine import Database
from .schema import place

log = logging.getLogger(__name__)

HEAD = "head"
VERSION_TABLE = "alembic_version"
_STANDS_AT: sa.Column[str] = sa.Table(VERSION_TABLE, sa.MetaData(), sa.Column("version_num", sa.Text)).c.version_num
TURN = 0x11_1111  # any number that nothing else in the database locks
COPY_MARK = "unfinished_copy"
"""A table that stands in a database as long as another is being copied into it."""


class UnfinishedCopy(Exception):
    """Another database was being copied into this one, and that did not come to its end."""


async def upgrade(database: Database, revision: str = HEAD) -> None:
    """Bring a database to a revision, in one transaction; nothing happens when it is there already, or newer.

    Raises UnfinishedCopy.
    """

    def act(connection: sa.Connection) -> None:
        if sa.inspect(connection).has_table(COPY_MARK):
            raise UnfinishedCopy
        if is_newer(connection):
            log.warning("the schema is newer than this program, and stays as it is")
            return
        if revision == HEAD and revision_of(connection) == revisions()[-1]:
            return
        upgrade_within(connection, revision)

    await database.write(act)


def upgrade_within(connection: sa.Connection, revision: str = HEAD) -> None:
    """The same within a transaction that is open already."""
    if connection.dialect.name == "postgresql":  # replicas that start together take turns
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(TURN)))
    import_module("storage.revising").upgrade(connection, revision)


def revision_of(connection: sa.Connection) -> str | None:
    """The revision a database stands at; None where it has no tables of ours."""
    if not sa.inspect(connection).has_table(VERSION_TABLE):
        return None
    found: str | None = connection.scalar(sa.select(_STANDS_AT))
    return found


def has_tables(connection: sa.Connection) -> bool:
    """Whether a database holds a community at all, however its tables came there."""
    return sa.inspect(connection).has_table(place.name)


def is_newer(connection: sa.Connection) -> bool:
    """Whether a later version of Linli has been here: it left a revision that we do not know."""
    found = revision_of(connection)
    return found is not None and found not in revisions()


@cache
def revisions() -> tuple[str, ...]:
    """Every revision there is, the first one first: a file's name begins with its own, `v0003_notices.py`."""
    folder = Path(__file__).parent / "migrations" / "versions"
    return tuple(sorted(file.name[1:5] for file in folder.glob("v[0-9]*.py")))


@cache
def tables_at(revision: str) -> tuple[sa.Table, ...]:
    """The tables as they were at a revision, those that others point at first."""
    engine = sa.create_engine("sqlite://")
    made = sa.MetaData()
    with engine.begin() as connection:
        upgrade_within(connection, revision)
        made.reflect(connection)
    engine.dispose()
    return tuple(table for table in made.sorted_tables if table.name != VERSION_TABLE)
