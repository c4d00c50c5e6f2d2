"""`linli backup`, `restore` and `migrate` as an operator types them."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from storage import schema
from storage.engine import Database
from storage.migrate import upgrade
from tests.town import MONDAY

from .files import insert, rows

pytestmark = pytest.mark.slow

Linli = Callable[..., Result]


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A SQLite file with tables and one alarm on its way."""
    there = f"sqlite:///{tmp_path}/linli.sqlite3"
    row = {"id": 1, "priority": 0, "due_at": MONDAY, "created_at": MONDAY, "chat_id": 1, "params": {}}

    async def create() -> None:
        database = await Database.open(there)
        await upgrade(database)
        await database.close()
        await insert(there, schema.outbox, {**row, "method": "message", "message": "danger.unsure", "state": "queued"})

    asyncio.run(create())
    return there


@pytest.fixture
def linli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Linli:
    """Type a command; the environment is an English operator's."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LINLI_LANGUAGE", "en")

    def type_(*arguments: object) -> Result:
        return CliRunner().invoke(main, [str(argument) for argument in arguments])

    return type_


def test_it_makes_tries_and_restores_a_backup(
    linli: Linli, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINLI_DATABASE_URL", url)
    made = linli("backup", "made.tar.gz")
    assert (made.exit_code, "verified by restoring it" in made.output) == (0, True)
    target = f"sqlite:///{tmp_path}/two.sqlite3"
    restored = linli("restore", "made.tar.gz", "--to", target)
    assert (restored.exit_code, "by themselves: 1" in restored.output) == (0, True)
    assert "urgent: danger.unsure, 2026-11-23 01:30:00 UTC" in restored.output
    again = linli("restore", "--resend", "urgent", "--to", target)
    assert (again.exit_code, "Queued again: 1" in again.output) == (0, True)


def test_it_asks_for_the_passphrase_of_an_encrypted_one(
    linli: Linli, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINLI_DATABASE_URL", url)
    monkeypatch.setenv("LINLI_BACKUP_PASSPHRASE", "several words together")
    assert linli("backup", tmp_path, "--encrypt", "--no-verify").exit_code == 0
    monkeypatch.delenv("LINLI_BACKUP_PASSPHRASE")
    (path,) = tmp_path.glob("*.tar.gz.age")
    (tmp_path / "secret").write_text("something else\n")
    refused = linli("restore", path, "--to", "sqlite:///two.sqlite3")
    assert (refused.exit_code, "needs a passphrase" in refused.output) == (2, True)
    refused = linli("restore", path, "--to", "sqlite:///two.sqlite3", "--passphrase-file", "secret")
    assert (refused.exit_code, "The passphrase is wrong" in refused.output) == (2, True)
    assert not (tmp_path / "two.sqlite3").exists()


def test_it_refuses_what_is_not_empty_until_told_to_replace(
    linli: Linli, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINLI_DATABASE_URL", url)
    linli("backup", "one.tar.gz", "--no-verify")
    refused = linli("restore", "one.tar.gz")
    assert (refused.exit_code, "not empty" in refused.output) == (1, True)
    replaced = linli("restore", "one.tar.gz", "--replace")
    assert (replaced.exit_code, "linli.sqlite3.before-restore-" in replaced.output) == (0, True)


def test_it_keeps_as_many_as_it_is_told(
    linli: Linli, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINLI_DATABASE_URL", url)
    folder = tmp_path / "made"
    folder.mkdir()
    for name in ("linli-20260101T000000Z.tar.gz", "linli-20260102T000000Z.tar.gz.age", "linli-notes.tar.gz"):
        (folder / name).write_bytes(b"")
    assert linli("backup", folder, "--no-verify", "--keep", 2).exit_code == 0
    names = {path.name for path in folder.iterdir()}
    assert len(names) == 3
    assert {"linli-20260102T000000Z.tar.gz.age", "linli-notes.tar.gz"} < names


def test_it_moves_a_community(linli: Linli, url: str, tmp_path: Path) -> None:
    moved = linli("migrate", "--from", url, "--to", "sqlite:///two.sqlite3")
    assert (moved.exit_code, "Copied and compared" in moved.output) == (0, True)
    assert len(asyncio.run(rows(f"sqlite:///{tmp_path}/two.sqlite3", schema.outbox))) == 1
    again = linli("migrate", "--from", url, "--to", "sqlite:///two.sqlite3")
    assert (again.exit_code, "not empty" in again.output) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("backup", "x", "--keep", "3"), 2, "--keep goes with a folder"),
        (("backup", "--encrypt"), 2, "needs a passphrase"),
        (("backup", "nowhere"), 1, "no database at"),
        (("restore",), 2, "Which backup"),
        (("restore", "wrong"), 2, "not a backup of Linli"),
        (("restore", "missing"), 2, "missing"),
        (("migrate", "--from", "sqlite:///a"), 2, "go together"),
        (("migrate", "--from", "sqlite:///a", "--to", "sqlite:///b"), 1, "no database at"),
        (("migrate", "--from", "sqlite:///a", "--to", "sqlite:///./a"), 1, "one and the same"),
        (("migrate", "--from", "nothing", "--to", "sqlite:///b"), 2, "not the address of a database"),
        (("migrate", "--from", "mysql://x/y", "--to", "sqlite:///b"), 2, "not the address of a database"),
    ],
)
def test_it_says_in_one_line_what_is_wrong(
    linli: Linli, tmp_path: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    (tmp_path / "wrong").write_text("hello")
    ended = linli(*arguments)
    assert (ended.exit_code, words in ended.output) == (code, True)
    assert [path.name for path in tmp_path.iterdir()] == ["wrong"]


@pytest.mark.parametrize("name", ["backup", "restore", "migrate"])
def test_it_explains_itself(linli: Linli, name: str) -> None:
    assert linli(name, "--help").exit_code == 0
