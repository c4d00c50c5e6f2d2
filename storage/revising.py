"""Alembic, loaded only where a schema really changes: a start that finds everything up to date needs none of it."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

FOLDER = Path(__file__).parent / "migrations"


def upgrade(connection: sa.Connection, revision: str) -> None:
    """Carry out what leads to a revision, in the transaction that is open."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
