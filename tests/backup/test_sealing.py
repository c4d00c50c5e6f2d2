"""Encryption: another program reads what we write, we read what it writes, and nothing changed passes."""

import os
from pathlib import Path

import pyrage
import pytest

from storage.backup import sealing
from storage.backup.problems import BackupProblem, Reason
from storage.backup.sealing import CHUNK, opened, sealed

WORDS = "several words together"
LENGTHS = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 7]


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guessing need not be dear here."""
    monkeypatch.setattr(sealing, "WORK", 10)


def seal(path: Path, content: bytes) -> None:
    with open(path, "wb") as file, sealed(file, WORDS) as out:
        for start in range(0, len(content), 1000):
            out.write(content[start : start + 1000])


def read(path: Path, passphrase: str = WORDS) -> bytes:
    with opened(path, passphrase) as stream:
        return stream.read()


@pytest.mark.parametrize("length", LENGTHS)
def test_it_writes_what_age_reads_and_reads_it_again(tmp_path: Path, length: int) -> None:
    content = os.urandom(length)
    seal(tmp_path / "one", content)
    assert pyrage.passphrase.decrypt((tmp_path / "one").read_bytes(), WORDS) == content
    assert read(tmp_path / "one") == content


def test_it_reads_what_age_writes(tmp_path: Path) -> None:
    content = os.urandom(2 * CHUNK + 1)
    (tmp_path / "one").write_bytes(pyrage.passphrase.encrypt(content, WORDS))
    assert read(tmp_path / "one") == content


def test_it_never_writes_the_same_twice(tmp_path: Path) -> None:
    for name in ("one", "two"):
        seal(tmp_path / name, b"the same")
    assert (tmp_path / "one").read_bytes() != (tmp_path / "two").read_bytes()


def test_it_notices_every_flipped_byte(tmp_path: Path) -> None:
    path = tmp_path / "one"
    seal(path, b"words")
    whole = path.read_bytes()
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        if sealing.is_sealed(path):
            with pytest.raises(BackupProblem):
                read(path)


@pytest.mark.parametrize("change", ["the last chunk gone", "two changed places", "one twice"])
def test_it_notices_chunks_that_are_gone_moved_or_twice(tmp_path: Path, change: str) -> None:
    path = tmp_path / "one"
    seal(path, os.urandom(3 * CHUNK))
    whole, size = path.read_bytes(), CHUNK + 16
    head, parts = whole[: -3 * size], [whole[len(whole) - at * size :][:size] for at in (3, 2, 1)]
    order = {"the last chunk gone": (0, 1), "two changed places": (1, 0, 2), "one twice": (0, 1, 2, 2)}[change]
    path.write_bytes(head + b"".join(parts[at] for at in order))
    with pytest.raises(BackupProblem, match=Reason.DAMAGED):
        read(path)


def test_it_does_not_spend_a_machine_s_memory_on_a_file_of_others(tmp_path: Path) -> None:
    path = tmp_path / "one"
    seal(path, b"words")
    path.write_bytes(path.read_bytes().replace(b" 10\n", b" 30\n", 1))
    with pytest.raises(BackupProblem, match=Reason.DAMAGED):
        read(path)
