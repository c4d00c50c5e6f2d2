"""When the last backup was made: one row of the settings, so that those who watch can tell when it gets too old."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from . import schema
from .engine import Database

NAME = "last_backup_at"


async def note(database: Database, at: datetime) -> None:
    """Remember that a backup was made at `at` (aware)."""
    make = sqlite.insert if database.is_sqlite else postgresql.insert
    row = make(schema.setting).values(name=NAME, value=at.isoformat())
    query = row.on_conflict_do_update(index_elements=[schema.setting.c.name], set_={"value": at.isoformat()})
    async with database.writing() as connection:
        await connection.execute(query)


async def made_at(connection: AsyncConnection) -> datetime | None:
    """When the last one was made; None when none is known."""
    value = await connection.scalar(sa.select(schema.setting.c.value).where(schema.setting.c.name == NAME))
    return None if value is None else datetime.fromisoformat(value)
