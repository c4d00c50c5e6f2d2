"""Restoring a backup, onto either engine: all of it or nothing, with the old database kept aside.

A SQLite file is built beside its place and takes it in one step; the old one keeps another name. On PostgreSQL
everything is one transaction, and the old tables move into a schema of their own.
"""

import os
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from storage.engine import Database
from storage.media import MediaStore, sync_folder
from storage.migrate import upgrade_within

from . import links
from .aftermath import Aftermath, Resend, send, settle
from .loading import check, check_integrity, load, scratch
from .making import Made
from .problems import BackupProblem, Reason
from .resting import at_rest, file_of, is_empty, our_tables, plain_sqlite, where_is
from .rows import Progress


@dataclass(frozen=True)
class Restored:
    """What was restored, what it means, and where the old database is now."""

    made: Made
    aftermath: Aftermath
    aside: str | None


@dataclass(frozen=True)
class Wish:
    """What is to be restored, and how."""

    path: Path
    passphrase: str | None
    media: MediaStore
    now: datetime
    is_replacing: bool
    resend: Resend
    progress: Progress


async def restore(url: str, wish: Wish) -> Restored:
    """Restore a backup. Raises BackupProblem, and has changed nothing then; OSError when the disk refuses."""
    check(wish.path, wish.passphrase)
    async with at_rest(url) as database:
        if database.is_sqlite:
            return _restore_file(file_of(url), url, wish)
        return await database.write(lambda connection: _restore_tables(connection, wish))


async def resend(url: str, which: Resend) -> int:
    """Queue, later, what a restore stopped; gives back how many messages. The bot may run."""
    database = await Database.open(url)
    try:
        return await database.write(lambda connection: send(connection, which))
    finally:
        await database.close()


def _fill(connection: sa.Connection, wish: Wish) -> tuple[Made, Aftermath]:
    made = load(connection, wish.path, wish.passphrase, on_media=wish.media.bring_back, progress=wish.progress)
    if connection.dialect.name == "postgresql":
        links.put_back(connection, made.head.revision)
    upgrade_within(connection)
    return made, settle(connection, made.head.taken_at, wish.now, wish.resend)


def _restore_tables(connection: sa.Connection, wish: Wish) -> Restored:
    aside = None
    if not is_empty(connection):
        if not wish.is_replacing:
            raise BackupProblem(Reason.NOT_EMPTY)
        aside = f"before_restore_{wish.now:%Y%m%d_%H%M%S}"
        connection.execute(sa.schema.CreateSchema(aside))
    for name in our_tables(connection):
        quoted = connection.dialect.identifier_preparer.quote(name)
        move = f"ALTER TABLE {quoted} SET SCHEMA {aside}" if aside else f"DROP TABLE {quoted} CASCADE"
        connection.exec_driver_sql(move)
    made, aftermath = _fill(connection, wish)
    return Restored(made, aftermath, aside)


def _restore_file(file: Path, url: str, wish: Wish) -> Restored:
    is_there = file.exists()
    is_kept = is_there and not _is_empty_file(url)
    if is_kept and not wish.is_replacing:
        raise BackupProblem(Reason.NOT_EMPTY)
    building = file.with_name(f"{file.name}.restoring")
    building.unlink(missing_ok=True)
    try:
        os.close(os.open(building, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with scratch(building) as connection:
            made, aftermath = _fill(connection, wish)
            check_integrity(connection)
        aside = file.with_name(f"{file.name}.before-restore-{wish.now:%Y%m%dT%H%M%SZ}") if is_kept else None
        _take_place(building, file, url if is_there else None, aside)
    finally:
        building.unlink(missing_ok=True)
    return Restored(made, aftermath, str(aside) if aside else None)


def _is_empty_file(url: str) -> bool:
    """Whether a file may be thrown away; one that is no database may not."""
    try:
        with plain_sqlite(url) as engine, engine.connect() as connection:
            return is_empty(connection)
    except sa.exc.DatabaseError:
        return False


def _take_place(building: Path, file: Path, old_url: str | None, aside: Path | None) -> None:
    """Put the new file where the old one was, which at no moment leaves the place empty."""
    with open(building, "rb") as written:
        os.fsync(written.fileno())
    if old_url is not None:
        _close_log(old_url)
    if aside is not None:
        try:
            os.link(file, aside)
        except OSError:  # a file system without links
            shutil.copy2(file, aside)
    building.replace(file)
    sync_folder(file.parent)


def _close_log(url: str) -> None:
    """Bring the write-ahead log into its file: a log without its file would be taken for the new file's.

    Raises BackupProblem when somebody else has the file open.
    """
    try:
        with plain_sqlite(url) as engine, engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode=DELETE")
    except sa.exc.OperationalError as error:
        raise BackupProblem(Reason.RUNS, where=where_is(url)) from error
    except sa.exc.DatabaseError:  # no database at all
        return
