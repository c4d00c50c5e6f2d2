"""What the tests of this folder share: making and restoring as the commands do, and looking into a database."""

import asyncio
import os
import sys
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from storage.backup import making, restoring
from storage.backup.aftermath import Resend
from storage.backup.making import Made
from storage.backup.rows import Tally, tables
from storage.engine import Database
from storage.media import MediaStore
from storage.migrate import revisions
from tests.town import MONDAY

PASSPHRASE = "correct horse battery staple"
TUESDAY = MONDAY + timedelta(days=1)
HEAD = revisions()[-1]


def quietly(_table: str, _done: int, _total: int) -> None:
    """Nobody watches."""


async def back_up(url: str, path: Path, *, passphrase: str | None = None, at: datetime = MONDAY) -> Made:
    """A backup of a database, and of the media folder beside the file."""
    database = await Database.open(url)
    try:
        media = MediaStore(path.parent / "media")
        return await making.make(database, media, path, at, passphrase=passphrase, progress=quietly)
    finally:
        await database.close()


def a_wish(path: Path, **others: Any) -> restoring.Wish:
    """A backup is to be restored on Tuesday, into another media folder."""
    given = {"passphrase": None, "is_replacing": False, "resend": Resend.NONE, "now": TUESDAY, "progress": quietly}
    return restoring.Wish(path=path, media=MediaStore(path.parent / "media-restored"), **{**given, **others})


async def rows(url: str, table: sa.Table, *where: sa.ColumnElement[bool]) -> list[Mapping[str, Any]]:
    """Rows of a database, in the order of their key."""
    database = await Database.open(url)
    try:
        return list(await database.rows(sa.select(table).where(*where).order_by(*table.primary_key)))
    finally:
        await database.close()


async def insert(url: str, table: sa.Table, *values: Mapping[str, Any]) -> None:
    """Put rows into a database."""
    database = await Database.open(url)
    await database.write(lambda connection: connection.execute(sa.insert(table), list(values)))
    await database.close()


async def tallies(url: str, revision: str = HEAD) -> dict[str, tuple[int, str]]:
    """Counts and hashes of every table."""
    database = await Database.open(url)

    def count(connection: sa.Connection) -> dict[str, Tally]:
        return {table.name: table.tally(connection) for table in tables(revision)}

    try:
        async with database.snapshot() as connection:
            counted = await connection.run_sync(count)
    finally:
        await database.close()
    return {name: (one.rows, one.sha256) for name, one in counted.items()}


async def linli(*arguments: str, cwd: Path, **settings: str) -> tuple[int, str]:
    """Type a command in a process of its own; gives back the code and everything it said."""
    process = await start(*arguments, cwd=cwd, **settings)
    said, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, said.decode()


async def start(*arguments: str, cwd: Path, **settings: str) -> asyncio.subprocess.Process:
    """The same, without waiting for its end."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LINLI_")}
    ours = {"PYTHONPATH": str(Path(__file__).parents[2]), "LINLI_LANGUAGE": "en"}
    told = {f"LINLI_{name.upper()}": value for name, value in settings.items()}
    pipe, both = asyncio.subprocess.PIPE, asyncio.subprocess.STDOUT
    command = (sys.executable, "-m", "bot", *arguments)
    return await asyncio.create_subprocess_exec(*command, cwd=cwd, env=kept | ours | told, stdout=pipe, stderr=both)
