"""Reading a backup: checked piece by piece on the way, and written into tables where there are some to write to."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa

from storage.migrate import revisions, upgrade_within

from . import links
from .archive import MEDIA, Head, Member, Reader, Totals
from .making import Made
from .problems import BackupProblem, Reason
from .rows import Progress, TableRows, Tally, tables
from .sealing import opened

OnMedia = Callable[[str, bytes], None]


def check(path: Path, passphrase: str | None) -> Made:
    """Read a backup from end to end and change nothing. Raises BackupProblem for whatever is wrong with it."""
    return _replay(path, passphrase, _Tallies, None, None)


def load(
    connection: sa.Connection, path: Path, passphrase: str | None, *, on_media: OnMedia | None, progress: Progress
) -> Made:
    """Make the tables as the backup had them, fill them, and read them back. Raises BackupProblem."""
    made = _replay(path, passphrase, lambda head: _Loading(connection, head), on_media, progress)
    compare(connection, made)
    return made


def compare(connection: sa.Connection, made: Made) -> None:
    """Count and hash what the tables hold now. Raises BackupProblem where that is not what was backed up."""
    for table in tables(made.head.revision):
        tally = table.tally(connection)
        if (tally.rows, tally.sha256) != made.totals.tables[table.name]:
            raise BackupProblem(Reason.DIFFERS, table=table.name)


def verify(path: Path, passphrase: str | None, progress: Progress) -> Made:
    """Restore a backup into a scratch database, in the system's folder for such, and look whether all of it is there.

    Raises BackupProblem.
    """
    with TemporaryDirectory(prefix="linli-") as folder, scratch(Path(folder) / "scratch.sqlite3") as connection:
        made = load(connection, path, passphrase, on_media=None, progress=progress)
        check_integrity(connection)
        return made


@contextmanager
def scratch(file: Path) -> Iterator[sa.Connection]:
    """A new SQLite file that nobody else sees, filled in one go: without a journal, links checked at the end."""
    engine = sa.create_engine(f"sqlite:///{file}", connect_args={"isolation_level": None}, hide_parameters=True)
    try:
        with engine.connect() as connection:
            for pragma in ("journal_mode=OFF", "synchronous=OFF", "foreign_keys=OFF"):
                connection.exec_driver_sql(f"PRAGMA {pragma}")
            connection.exec_driver_sql("BEGIN")
            yield connection
            connection.exec_driver_sql("COMMIT")
    finally:
        engine.dispose()


def check_integrity(connection: sa.Connection) -> None:
    """Have SQLite look at its whole file. Raises BackupProblem when a row points nowhere or an index is wrong."""
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise BackupProblem(Reason.DIFFERS, table=broken[0])
    if connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() != "ok":
        raise BackupProblem(Reason.DIFFERS, table="")


class _Tallies:
    """Counts and hashes rows as they go by."""

    def __init__(self, head: Head) -> None:
        self._known = {table.name: table for table in _tables(head)}
        self._tallies = {name: Tally() for name in self._known}

    def take(self, member: Member) -> tuple[TableRows, list[tuple[Any, ...]], int]:
        """Take a slice; gives back its table, its rows, and how many rows of the table went by."""
        table = self._known.get(member.name)
        if table is None:
            raise BackupProblem(Reason.FOREIGN)
        try:
            rows = table.parse(member.content)
        except (ValueError, TypeError) as error:
            raise BackupProblem(Reason.DAMAGED) from error
        self._tallies[table.name].add(member.content, len(rows))
        return table, rows, self._tallies[table.name].rows

    def agree(self, totals: Totals) -> bool:
        """Whether just what was written went by."""
        return {name: (one.rows, one.sha256) for name, one in self._tallies.items()} == totals.tables


class _Loading(_Tallies):
    """The same, and writes them into tables that it makes first."""

    def __init__(self, connection: sa.Connection, head: Head) -> None:
        super().__init__(head)
        upgrade_within(connection, head.revision)
        if connection.dialect.name == "postgresql":
            links.leave_out(connection, head.revision)
        self._connection = connection

    def take(self, member: Member) -> tuple[TableRows, list[tuple[Any, ...]], int]:
        """Take a slice and write it."""
        table, rows, done = super().take(member)
        if rows:
            table.insert(self._connection, rows)
        return table, rows, done


def _replay(
    path: Path,
    passphrase: str | None,
    begin: Callable[[Head], _Tallies],
    on_media: OnMedia | None,
    progress: Progress | None,
) -> Made:
    with opened(path, passphrase) as stream:
        reader = Reader(stream)
        taking = begin(reader.head)
        media = 0
        for member in reader.members():
            if member.folder == MEDIA:
                media += 1
                if on_media:
                    on_media(member.name, member.content)
                continue
            table, _, done = taking.take(member)
            if progress:
                progress(table.name, done, max(reader.head.rows.get(table.name, 0), done))
        totals = reader.totals
    if totals is None or not taking.agree(totals) or totals.media != media:
        raise BackupProblem(Reason.DAMAGED)
    return Made(reader.head, totals)


def _tables(head: Head) -> tuple[TableRows, ...]:
    if head.revision not in revisions():
        raise BackupProblem(Reason.NEWER)
    held = tables(head.revision)
    if {table.name: table.columns for table in held} != head.columns:
        raise BackupProblem(Reason.FOREIGN)
    return held
