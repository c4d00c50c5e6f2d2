"""Making a backup: one unchanging state of the database, then the media files, while the bot goes on beside it.

A file that the bot keeps meanwhile is in the backup though no row of it names it; one that it deletes meanwhile is
missing though a row names it. Both are harmless, and neither holds anybody up.
"""

import os
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import sqlalchemy as sa

from storage.engine import Database
from storage.media import MediaStore, sync_folder
from storage.migrate import revision_of, revisions

from .archive import Head, Totals, Writer, writer
from .problems import BackupProblem, Reason
from .rows import Progress, Tally, tables
from .sealing import sealed

_BEGINS = "linli-"
_NAMED = re.compile(rf"{_BEGINS}\d{{8}}T\d{{6}}Z\.tar\.gz(\.age)?")


@dataclass(frozen=True)
class Made:
    """A backup that was made."""

    head: Head
    totals: Totals


async def make(
    database: Database, media: MediaStore, path: Path, now: datetime, *, passphrase: str | None, progress: Progress
) -> Made:
    """Write a backup; it appears whole or not at all, for the eyes of this user alone.

    Raises BackupProblem (no_tables, newer), OSError when the disk refuses.
    """
    with appearing(path) as file, _packing(file, passphrase) as stream:
        async with database.snapshot() as connection:
            return await connection.run_sync(_write, stream, media, now, progress)


def _packing(file: BinaryIO, passphrase: str | None) -> AbstractContextManager[BinaryIO]:
    return nullcontext(file) if passphrase is None else sealed(file, passphrase)


def _write(connection: sa.Connection, stream: BinaryIO, media: MediaStore, now: datetime, progress: Progress) -> Made:
    revision = known_revision(connection)
    held = tables(revision)
    columns = {table.name: table.columns for table in held}
    head = Head(revision, now, columns, {table.name: table.count(connection) for table in held})
    totals = Totals()
    with writer(stream, head) as out:
        for table in held:
            tally = Tally()
            for rows in table.slices(connection):
                lines = table.lines(rows)
                out.slice(table.name, lines)
                tally.add(lines, len(rows))
                progress(table.name, tally.rows, head.rows[table.name])
            totals.tables[table.name] = (tally.rows, tally.sha256)
        totals.media = _media(media, out)
        out.end(totals)
    return Made(head, totals)


def _media(media: MediaStore, out: Writer) -> int:
    kept = 0
    for name in media.names():
        try:
            content = media.path(name).read_bytes()
        except FileNotFoundError:  # deleted since it was listed
            continue
        out.media(name, content)
        kept += 1
    return kept


def known_revision(connection: sa.Connection) -> str:
    """The revision a database stands at. Raises BackupProblem: it has no tables, or those of a newer version."""
    revision = revision_of(connection)
    if revision is None:
        raise BackupProblem(Reason.NO_TABLES)
    if revision not in revisions():
        raise BackupProblem(Reason.NEWER)
    return revision


def made_before(folder: Path) -> list[Path]:
    """The backups in a folder that have the name `name_at` gives them, the newest first."""
    return sorted((path for path in folder.glob(f"{_BEGINS}*") if _NAMED.fullmatch(path.name)), reverse=True)


def name_at(now: datetime, *, is_sealed: bool) -> str:
    """What a backup is called when nobody says otherwise."""
    return f"{_BEGINS}{now:%Y%m%dT%H%M%SZ}.tar.gz{'.age' if is_sealed else ''}"


@contextmanager
def appearing(path: Path) -> Iterator[BinaryIO]:
    """A file that is written aside and gets its name when it is whole and on the disk."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = path.with_name(f".{path.name}.part")
    aside.unlink(missing_ok=True)
    try:
        with open(os.open(aside, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
        sync_folder(path.parent)
    finally:
        aside.unlink(missing_ok=True)
