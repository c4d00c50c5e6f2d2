"""The form of a backup: a compressed tar of slices of tables and of media files, written and read as one stream.

First comes `linli.json` (what this is, the revision of the schema, the columns of each table), then the tables as
`tables/NAME/NUMBER.ndjson`, then `media/NAME`, and last `totals.json` with counts and hashes: a file without it is not
whole. Ordinary programs open it (`tar xzf`), so that what was kept is never locked in.
"""

import gzip
import hashlib
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from pathlib import PurePosixPath
from typing import BinaryIO

import orjson

from .problems import BackupProblem, Reason

FORMAT = "linli-backup"
VERSION = 1
HEAD, TOTALS = "linli.json", "totals.json"
TABLES, MEDIA = "tables", "media"
LARGEST = 256 * 1024 * 1024
"""No member is larger (bytes): a slice of rows and a file of Telegram's are far below."""
_COMPRESSION = 3


@dataclass(frozen=True)
class Head:
    """What a backup is of: the columns of each table, and how many rows it had."""

    revision: str
    taken_at: datetime
    columns: Mapping[str, list[str]]
    rows: Mapping[str, int]


@dataclass
class Totals:
    """What has to be in a backup: rows and hash by table, and how many media files."""

    tables: dict[str, tuple[int, str]] = field(default_factory=dict)
    media: int = 0

    @property
    def rows(self) -> int:
        """Rows in all tables together."""
        return sum(rows for rows, _ in self.tables.values())


@dataclass(frozen=True)
class Member:
    """One piece of a backup: a slice of a table, or a media file."""

    folder: str
    name: str
    content: bytes


class Writer:
    """Puts a backup into a stream, piece by piece."""

    def __init__(self, tar: tarfile.TarFile, head: Head) -> None:
        self._tar = tar
        self._at = head.taken_at.timestamp()
        self._slices = 0
        told = {"format": FORMAT, "version": VERSION, "revision": head.revision, "taken_at": head.taken_at}
        self._add(HEAD, orjson.dumps(told | {"columns": head.columns, "rows": head.rows}))

    def slice(self, table: str, lines: bytes) -> None:
        """Some rows of a table."""
        self._slices += 1
        self._add(f"{TABLES}/{table}/{self._slices:06}.ndjson", lines)

    def media(self, name: str, content: bytes) -> None:
        """A media file."""
        self._add(f"{MEDIA}/{name}", content)

    def end(self, totals: Totals) -> None:
        """What makes it whole."""
        self._add(TOTALS, orjson.dumps({"tables": totals.tables, "media": totals.media}))

    def _add(self, name: str, content: bytes) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mtime, info.mode = len(content), int(self._at), 0o600
        self._tar.addfile(info, BytesIO(content))


@contextmanager
def writer(file: BinaryIO, head: Head) -> Iterator[Writer]:
    """A writer into a stream, which stays open."""
    with (
        gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=_COMPRESSION, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as tar,
    ):
        yield Writer(tar, head)


class Reader:
    """Takes a backup out of a stream. Every method raises BackupProblem: foreign or damaged."""

    def __init__(self, file: BinaryIO) -> None:
        self._packed = gzip.GzipFile(fileobj=file, mode="rb")
        self._pieces = self._read()
        self.head = _head(next(self._pieces, None))
        self.totals: Totals | None = None

    def members(self) -> Iterator[Member]:
        """Every piece in order; `totals` is known afterwards."""
        for path, content in self._pieces:
            if path == PurePosixPath(TOTALS):
                self.totals = _totals(content)
            elif path.parts[0] == TABLES and len(path.parts) == 3:
                yield Member(TABLES, path.parts[1], content)
            elif path.parts[0] == MEDIA and len(path.parts) == 2:
                yield _media(path.parts[1], content)
            else:
                raise BackupProblem(Reason.FOREIGN)
        if self.totals is None:
            raise BackupProblem(Reason.DAMAGED)

    def _read(self) -> Iterator[tuple[PurePosixPath, bytes]]:
        is_first = True
        try:
            with tarfile.open(fileobj=self._packed, mode="r|") as tar:
                for info in tar:
                    file = tar.extractfile(info) if info.isreg() and info.size <= LARGEST else None
                    if file is None:
                        raise BackupProblem(Reason.FOREIGN)
                    content = file.read()
                    is_first = False
                    yield PurePosixPath(info.name), content
            while self._packed.read(1 << 20):  # to the end: only there stands the checksum of all of it
                pass
        except (tarfile.TarError, zlib.error, EOFError, OSError) as error:
            raise BackupProblem(Reason.FOREIGN if is_first else Reason.DAMAGED) from error


def _head(piece: tuple[PurePosixPath, bytes] | None) -> Head:
    try:
        path, content = piece or (PurePosixPath(), b"")
        told = orjson.loads(content)
        if path != PurePosixPath(HEAD) or told["format"] != FORMAT:
            raise BackupProblem(Reason.FOREIGN)
        if told["version"] > VERSION:
            raise BackupProblem(Reason.NEWER)
        return Head(told["revision"], datetime.fromisoformat(told["taken_at"]), told["columns"], told["rows"])
    except (ValueError, KeyError, TypeError) as error:
        raise BackupProblem(Reason.FOREIGN) from error


def _totals(content: bytes) -> Totals:
    try:
        told = orjson.loads(content)
        return Totals({name: (rows, sha256) for name, (rows, sha256) in told["tables"].items()}, told["media"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupProblem(Reason.DAMAGED) from error


def _media(name: str, content: bytes) -> Member:
    """A media file; its name is the hash of what is in it."""
    if hashlib.sha256(content).hexdigest() != name.partition(".")[0]:
        raise BackupProblem(Reason.DAMAGED)
    return Member(MEDIA, name, content)
