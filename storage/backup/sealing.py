"""Encryption of a backup with a passphrase, in the format of age (age-encryption.org), as a stream.

A sealed file is a zip with two members that any `age` program opens: `key.age`, a key made for this one file, under the
passphrase, and `backup.tar.gz.age`, the backup under that key. Beside them lies a note that says how. The library
encrypts passphrases only in memory, hence the key; and it pulls, hence a pipe and a thread.
"""

import os
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import pyrage

from .problems import BackupProblem, Reason

KEY, BODY, NOTE = "key.age", "backup.tar.gz.age", "README.txt"
_HEAD = b"PK"


def is_sealed(path: Path) -> bool:
    """Whether a file looks like a sealed one."""
    with open(path, "rb") as file:
        return file.read(len(_HEAD)) == _HEAD


@contextmanager
def sealed(file: BinaryIO, passphrase: str, note: str) -> Iterator[BinaryIO]:
    """Where to write what goes into `file` encrypted."""
    identity = pyrage.x25519.Identity.generate()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as members:
        members.writestr(NOTE, note)
        members.writestr(KEY, pyrage.passphrase.encrypt(str(identity).encode(), passphrase))
        with members.open(BODY, "w", force_zip64=True) as body:
            reading, writing = _pipe()
            work = _Aside(lambda: pyrage.encrypt_io(reading, body, [identity.to_public()]), reading)
            try:
                with writing:
                    yield writing
            finally:
                work.end()


@contextmanager
def opened(path: Path, passphrase: str | None) -> Iterator[BinaryIO]:
    """A backup as it was before it was sealed; a file that is not sealed is given as it is.

    Raises BackupProblem (encrypted, wrong_key, foreign, damaged).
    """
    if not is_sealed(path):
        with open(path, "rb") as plain:
            yield plain
        return
    with _members(path) as members:
        identity = _identity(members, passphrase)
        with members.open(BODY) as body:
            reading, writing = _pipe()
            work = _Aside(lambda: pyrage.decrypt_io(body, writing, [identity]), writing)
            try:
                with reading:
                    yield reading
            finally:
                work.end(is_wanted=False)  # what could not be read shows at once, as an end that comes too early


@contextmanager
def _members(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        members = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError) as error:
        raise BackupProblem(Reason.DAMAGED) from error
    with members:
        if not {KEY, BODY} <= set(members.namelist()):
            raise BackupProblem(Reason.FOREIGN)
        yield members


def _identity(members: zipfile.ZipFile, passphrase: str | None) -> pyrage.x25519.Identity:
    if not passphrase:
        raise BackupProblem(Reason.ENCRYPTED)
    try:
        key = members.read(KEY)
    except (zipfile.BadZipFile, OSError) as error:
        raise BackupProblem(Reason.DAMAGED) from error
    try:
        return pyrage.x25519.Identity.from_str(pyrage.passphrase.decrypt(key, passphrase).decode())
    except (pyrage.DecryptError, pyrage.IdentityError) as error:
        raise BackupProblem(Reason.WRONG_KEY) from error


def _pipe() -> tuple[BinaryIO, BinaryIO]:
    reading, writing = os.pipe()
    return os.fdopen(reading, "rb"), os.fdopen(writing, "wb")


class _Aside:
    """Work in a thread at one end of a pipe, which is closed when the work ends, however it ends."""

    def __init__(self, act: Callable[[], object], end: BinaryIO) -> None:
        self._act = act
        self._end = end
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def end(self, *, is_wanted: bool = True) -> None:
        """Wait until it ended; raise what it raised, as an OSError, where that is wanted."""
        self._thread.join()
        if self._error is not None and is_wanted:
            raise OSError(str(self._error)) from self._error

    def _run(self) -> None:
        try:
            self._act()
        except Exception as error:  # noqa: BLE001 - told by `end`, or by the end of the pipe coming too early
            self._error = error
        finally:
            with suppress(BrokenPipeError):
                self._end.close()
