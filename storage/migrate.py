"""Schema changes, through Alembic, upward only, on both engines.

A migration only adds, so that the version before it goes on working: replicas are renewed one after the other, and a
new version can be taken back. A program that meets a schema newer than its own therefore leaves it as it is.
"""

import logging
from functools import cache
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from .engine import Database

log = logging.getLogger(__name__)

VERSION_TABLE = "alembic_version"
TURN = 0x11_1111  # any number that nothing else in the database locks
COPY_MARK = "unfinished_copy"
"""A table that stands in a database as long as another is being copied into it."""


class UnfinishedCopy(Exception):
    """Another database was being copied into this one, and that did not come to its end."""


async def upgrade(database: Database, revision: str = "head") -> None:
    """Bring a database to a revision, in one transaction; nothing happens when it is there already, or newer.

    Raises UnfinishedCopy.
    """

    def act(connection: sa.Connection) -> None:
        if sa.inspect(connection).has_table(COPY_MARK):
            raise UnfinishedCopy
        if is_newer(connection):
            log.warning("the schema is newer than this program, and stays as it is")
            return
        upgrade_within(connection, revision)

    await database.write(act)


def upgrade_within(connection: sa.Connection, revision: str = "head") -> None:
    """The same within a transaction that is open already."""
    if connection.dialect.name == "postgresql":  # replicas that start together take turns
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(TURN)))
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def revision_of(connection: sa.Connection) -> str | None:
    """The revision a database stands at; None where it has no tables of ours."""
    return MigrationContext.configure(connection).get_current_revision()


def is_newer(connection: sa.Connection) -> bool:
    """Whether a later version of Linli has been here: it left a revision that we do not know."""
    found = revision_of(connection)
    return found is not None and found not in revisions()


@cache
def revisions() -> tuple[str, ...]:
    """Every revision there is, the first one first."""
    return tuple(reversed([one.revision for one in ScriptDirectory.from_config(_config()).walk_revisions()]))


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


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
