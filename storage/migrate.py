"""Schema changes, through Alembic, upward only, on both engines."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from .engine import Database


async def upgrade(database: Database, revision: str = "head") -> None:
    """Bring a database to a revision, in one transaction; nothing happens when it is there already."""
    await database.write(lambda connection: _run(connection, revision))


def _run(connection: sa.Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
