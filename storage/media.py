"""The media store: a folder of files named by their content, for what must outlive the token it came with.

A name is the SHA-256 of what is stored, with an ending that follows from the first bytes; two levels of folders keep
each one small. A file appears whole or not at all (written aside, then renamed), for the eyes of this user alone, and
the same content is kept once, however many tickets name it. Replicas share the folder through a common volume.
"""

import asyncio
import contextlib
import hashlib
import os
import re
import secrets
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from .rules.pictures import stripped, suffix

SETTLED_AFTER = timedelta(hours=1)
"""A file that was put more recently may be named by a row that is about to be committed; it is not deleted."""

PARTS = 256
"""The first level of folders; a part is one of them."""

_NAME = re.compile(r"[0-9a-f]{64}\.[a-z0-9]{3,4}")
_ASIDE = "aside"


class MediaStore:
    """One folder. Every method works in a thread, so that a slow disk holds up nobody."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, content: bytes) -> str:
        """Keep a file and give back its name; pictures lose position and everything else beside the picture.

        Raises DamagedPicture for a picture that cannot be read, OSError when the disk refuses.
        """
        return await asyncio.to_thread(self._put, content)

    async def get(self, name: str) -> bytes | None:
        """The content of a file, or None when there is none of that name."""
        return await asyncio.to_thread(self._get, name)

    async def delete(self, name: str) -> bool:
        """Delete a file that no row names; False when it was put less than an hour ago: ask again later.

        Whether a row names it is the caller's question: see `attachments.delete_unused`.
        """
        return await asyncio.to_thread(self._delete, name)

    def names(self) -> Iterator[str]:
        """The names of all files, in order; for backups, which may take their time."""
        for path in sorted(self._folder.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*")):
            if _NAME.fullmatch(path.name):
                yield path.name

    def bring_back(self, name: str, content: bytes) -> None:
        """Keep a file of a backup under the name it had. Raises ValueError for what is no name, OSError."""
        self._keep(name, content)

    async def part(self, part: int) -> list[str]:
        """What lies in one of the `PARTS` of the store."""
        return await asyncio.to_thread(self._part, part)

    async def clear_aside(self) -> int:
        """Delete what a crash left half written more than an hour ago; how many files that were."""
        return await asyncio.to_thread(self._clear_aside)

    def path(self, name: str) -> Path:
        """Where a file lies. Raises ValueError for what is no name."""
        if not _NAME.fullmatch(name):
            raise ValueError("not the name of a stored file")
        return self._folder / name[:2] / name[2:4] / name

    def _put(self, content: bytes) -> str:
        kept = stripped(content)
        name = hashlib.sha256(kept).hexdigest() + suffix(kept)
        self._keep(name, kept)
        return name

    def _keep(self, name: str, kept: bytes) -> None:
        path = self.path(name)
        # Touched before anything else: a deletion that runs meanwhile finds it young and puts it back.
        with contextlib.suppress(FileNotFoundError):
            os.utime(path)
            return
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        aside = self._aside()
        try:
            with open(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(kept)
                file.flush()
                os.fsync(file.fileno())
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)
        sync_folder(path.parent)

    def _get(self, name: str) -> bytes | None:
        try:
            return self.path(name).read_bytes()
        except (FileNotFoundError, ValueError):
            return None

    def _delete(self, name: str) -> bool:
        path, aside = self.path(name), self._aside()
        try:
            path.replace(aside)
        except FileNotFoundError:
            return True
        if _is_young(aside):
            aside.replace(path)
            return False
        aside.unlink()
        return True

    def _part(self, part: int) -> list[str]:
        return sorted(path.name for path in (self._folder / f"{part:02x}").glob("??/*") if _NAME.fullmatch(path.name))

    def _clear_aside(self) -> int:
        old = [path for path in (self._folder / _ASIDE).glob("*") if not _is_young(path)]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def _aside(self) -> Path:
        folder = self._folder / _ASIDE
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder / secrets.token_hex(16)


def _is_young(path: Path) -> bool:
    return time.time() - path.stat().st_mtime < SETTLED_AFTER.total_seconds()


def sync_folder(folder: Path) -> None:
    """Make the new name itself durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
