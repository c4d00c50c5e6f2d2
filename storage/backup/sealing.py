"""Encryption of a backup with a passphrase, as a stream, in the format of age (age-encryption.org/v1).

A key made for this one file encrypts it in chunks of 64 KiB by ChaCha20-Poly1305, each with its number and whether it
is the last, so that a flipped byte, a chunk too few or too many shows. The passphrase, through scrypt, wraps that key.
The format is followed to the letter, so that any `age` program opens what was made here; the tests have one read it.
"""

import base64
import hashlib
import hmac
import io
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from .problems import BackupProblem, Reason

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

WORK = 17
"""The logarithm of scrypt's cost: a third of a second and 128 MiB for every guess."""
MOST_WORK = 20
"""A file that asks for more (1 GiB) was not made here."""
CHUNK = 64 * 1024
_TAG = 16
_INTRO = b"age-encryption.org/v1\n"
_LABEL = b"age-encryption.org/v1/scrypt"
_HEADER = re.compile(
    rb"(age-encryption\.org/v1\n-> scrypt ([\w+/]{22}) ([1-9]\d?)\n([\w+/]{43})\n---) ([\w+/]{43})\n", re.ASCII
)
_LONGEST_HEADER = 256


def is_sealed(path: Path) -> bool:
    """Whether a file looks like an encrypted one."""
    with open(path, "rb") as file:
        return file.read(len(_INTRO)) == _INTRO


@contextmanager
def sealed(file: BinaryIO, passphrase: str) -> Iterator[BinaryIO]:
    """Where to write what goes into `file` encrypted."""
    key, salt, nonce = os.urandom(16), os.urandom(16), os.urandom(16)
    wrapped = ChaCha20Poly1305(_stretched(passphrase, salt, WORK)).encrypt(bytes(12), key, None)
    header = b"%s-> scrypt %s %d\n%s\n---" % (_INTRO, _text(salt), WORK, _text(wrapped))
    file.write(b"%s %s\n%s" % (header, _text(_signed(key, header)), nonce))
    out = _Sealing(file, _derived(key, nonce, b"payload"))
    with io.BufferedWriter(out, CHUNK) as stream:
        yield stream
    out.end()


@contextmanager
def opened(path: Path, passphrase: str | None) -> Iterator[BinaryIO]:
    """A backup as it was before it was encrypted; a file that is not encrypted is given as it is.

    Raises BackupProblem (encrypted, wrong_key, damaged), at any later read too.
    """
    is_plain = not is_sealed(path)
    with open(path, "rb") as file:
        if is_plain:
            yield file
            return
        key = _key(file, passphrase)
        yield io.BufferedReader(_Opening(file, _derived(key, file.read(16), b"payload")), CHUNK)


def _key(file: BinaryIO, passphrase: str | None) -> bytes:
    """The key of a file; it stands at its first chunk afterwards."""
    if not passphrase:
        raise BackupProblem(Reason.ENCRYPTED)
    found = _HEADER.match(file.read(_LONGEST_HEADER))
    if found is None or int(found[3]) > MOST_WORK:
        raise BackupProblem(Reason.DAMAGED)
    file.seek(found.end())
    salt, wrapped, signature = (_bytes(found[at]) for at in (2, 4, 5))
    try:
        key = ChaCha20Poly1305(_stretched(passphrase, salt, int(found[3]))).decrypt(bytes(12), wrapped, None)
    except InvalidTag as error:
        raise BackupProblem(Reason.WRONG_KEY) from error
    if not hmac.compare_digest(signature, _signed(key, found[1])):
        raise BackupProblem(Reason.DAMAGED)
    return key


def _stretched(passphrase: str, salt: bytes, work: int) -> bytes:
    most = 128 * 8 * (1 << work) + (1 << 20)
    return hashlib.scrypt(passphrase.encode(), salt=_LABEL + salt, n=1 << work, r=8, p=1, maxmem=most, dklen=32)


def _derived(key: bytes, salt: bytes, what: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt, what).derive(key)


def _signed(key: bytes, header: bytes) -> bytes:
    return hmac.digest(_derived(key, b"", b"header"), header, "sha256")


def _text(content: bytes) -> bytes:
    return base64.b64encode(content).rstrip(b"=")


def _bytes(text: bytes) -> bytes:
    """The other way; of the several texts that mean the same bytes only the one that is written."""
    content = base64.b64decode(text + b"=" * (-len(text) % 4))
    if _text(content) != text:
        raise BackupProblem(Reason.DAMAGED)
    return content


def _number(chunk: int, *, is_last: bool) -> bytes:
    return chunk.to_bytes(11, "big") + bytes([is_last])


class _Sealing(io.RawIOBase):
    """Encrypts what is written; a chunk goes out when it is known whether it is the last."""

    def __init__(self, file: BinaryIO, key: bytes) -> None:
        self._file = file
        self._cipher = ChaCha20Poly1305(key)
        self._waiting = bytearray()
        self._chunk = 0

    def writable(self) -> bool:
        """It is for writing."""
        return True

    def write(self, content: "ReadableBuffer") -> int:
        """Take some more."""
        taken = bytes(content)
        self._waiting += taken
        while len(self._waiting) > CHUNK:
            self._put(bytes(self._waiting[:CHUNK]), is_last=False)
            del self._waiting[:CHUNK]
        return len(taken)

    def end(self) -> None:
        """Write the last chunk."""
        self._put(bytes(self._waiting), is_last=True)

    def _put(self, content: bytes, *, is_last: bool) -> None:
        self._file.write(self._cipher.encrypt(_number(self._chunk, is_last=is_last), content, None))
        self._chunk += 1


class _Opening(io.RawIOBase):
    """Decrypts what is read, nothing of a chunk before all of it is known to be right."""

    def __init__(self, file: BinaryIO, key: bytes) -> None:
        self._file = file
        self._cipher = ChaCha20Poly1305(key)
        self._next = file.read(CHUNK + _TAG)
        self._ready = memoryview(b"")
        self._chunk = 0

    def readable(self) -> bool:
        """It is for reading."""
        return True

    def readinto(self, into: "WriteableBuffer") -> int:
        """Give some more; nothing at the end."""
        if not self._ready and self._next:
            self._ready = memoryview(self._decrypted())
        room = memoryview(into).cast("B")
        count = min(len(room), len(self._ready))
        room[:count], self._ready = self._ready[:count], self._ready[count:]
        return count

    def _decrypted(self) -> bytes:
        now, self._next = self._next, self._file.read(CHUNK + _TAG)
        try:
            content = self._cipher.decrypt(_number(self._chunk, is_last=not self._next), now, None)
        except InvalidTag as error:
            raise BackupProblem(Reason.DAMAGED) from error
        self._chunk += 1
        return content
