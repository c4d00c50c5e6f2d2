"""Looking for what must not be there any more: in every column of every table, and in every file."""

import os
import re
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from storage.engine import Database
from storage.keeping import erasing, nightly, sweeping
from storage.keeping.traces import parsed
from storage.schema import metadata, reminder
from tests.town import Town


async def places_of(database: Database, marks: list[str]) -> list[str]:
    """Where any of the marks stands, as "table.column: mark"; payloads are read as the text they hold.

    Not in what was imported for everybody to read: a service may be called like an illness.
    """
    found = []
    for table in metadata.sorted_tables:
        if table.name in {"category", "dish", "service"}:
            continue
        for row in await database.rows(sa.select(table)):
            for name, value in row.items():
                text = as_text(value)
                found += [f"{table.name}.{name}: {mark}" for mark in marks if stands_in(mark, text)]
    return sorted(set(found))


def stands_in(mark: str, text: str) -> bool:
    """Whether a mark is there; four digits within a long id are no room."""
    return re.search(rf"(?<!\d){re.escape(mark)}(?!\d)", text) is not None


def as_text(value: Any) -> str:
    if isinstance(value, bytes):
        return str(parsed(value))
    return str(value)


def files_with(folder: Path, contents: list[bytes]) -> list[Path]:
    """Files that hold any of these contents."""
    return [path for path in folder.rglob("*") if path.is_file() and any(one in path.read_bytes() for one in contents)]


async def finish(town: Town, kind: str = erasing.KIND, slices: int = 60) -> int:
    """Let the clock go on, slice by slice, until the work of that kind is done for now; how many slices it took."""
    for count in range(slices):
        await town.advance(seconds=11)
        query = sa.select(reminder).where(reminder.c.kind == kind, reminder.c.state == "scheduled")
        rows = await town.app.ledger.all(query)
        if not any((row["params"] or {}).get("walk") is not None or kind == erasing.KIND for row in rows):
            return count + 1
    raise AssertionError(f"{kind} does not end")


async def a_night(town: Town) -> int:
    """Let the next night's retention run."""
    await town.advance(days=1)
    return await finish(town, nightly.KIND)


async def age(town: Town) -> None:
    """Let every file be old enough to be deleted, also where that was tried too soon and waits for its next try."""
    for path in town.settings.media_path.rglob("*"):
        os.utime(path, (0, 0))
    await town.advance(seconds=sweeping.LATER.total_seconds() + 1)


async def sweep(town: Town) -> None:
    """Delete what nobody wants any more, as the loop does when it is old enough."""
    await age(town)
    while await sweeping.unwanted(town.app.ledger, town.app.store, town.clock.now()):
        pass
