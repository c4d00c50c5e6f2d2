"""Making a backup: one state whoever writes, whole or not at all, and nothing accepted that is not what was made."""

import asyncio
import contextlib
import gzip
import io
import json
import stat
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyrage
import pytest
import sqlalchemy as sa

from storage import schema
from storage.backup import archive, loading, making, restoring
from storage.backup.problems import BackupProblem, Reason
from storage.engine import Database
from storage.media import MediaStore
from tests.town import MONDAY

from .files import HEAD, PASSPHRASE, a_wish, back_up, insert, quietly, rows, tallies

pytestmark = pytest.mark.slow

_encrypted: list[bytes] = []  # a passphrase costs a second on purpose: paid once


@pytest.fixture
async def encrypted(sqlite_url: str, tmp_path: Path) -> Path:
    """An encrypted backup."""
    path = tmp_path / "one.tar.gz.age"
    if not _encrypted:
        await insert(sqlite_url, schema.setting, *({"name": f"{n * 7919}", "value": "x"} for n in range(500)))
        await back_up(sqlite_url, path, passphrase=PASSPHRASE)
        _encrypted.append(path.read_bytes())
    path.write_bytes(_encrypted[0])
    return path


async def write_pairs(database: Database, until: asyncio.Event) -> int:
    """Two rows in different tables, always in one transaction."""
    number = 0
    while not until.is_set():
        number += 1

        def pair(connection: sa.Connection, number: int = number) -> None:
            connection.execute(sa.insert(schema.audit).values(id=number, at=MONDAY, what="pair"))
            connection.execute(sa.insert(schema.setting).values(name=f"pair {number:06}", value=""))

        await database.write(pair)
        await asyncio.sleep(0)
    return number


async def test_it_takes_one_state_while_others_write(database_url: str, tmp_path: Path) -> None:
    await insert(database_url, schema.conversation, *({"id": n, "updated_at": MONDAY} for n in range(20_000)))
    database, done = await Database.open(database_url), asyncio.Event()
    writing = asyncio.create_task(write_pairs(database, done))
    await asyncio.sleep(0.05)
    made = await back_up(database_url, tmp_path / "one.tar.gz")
    done.set()
    written = await writing
    await database.close()
    assert made.totals.tables["audit"][0] == made.totals.tables["setting"][0] < written
    assert loading.verify(tmp_path / "one.tar.gz", None, quietly) == made


async def test_it_holds_what_the_database_held(database_url: str, tmp_path: Path) -> None:
    await insert(database_url, schema.setting, {"name": "a", "value": "b"})
    made = await back_up(database_url, tmp_path / "one.tar.gz")
    assert made.totals.tables == await tallies(database_url)
    assert (made.head.revision, made.head.taken_at) == (HEAD, MONDAY)


async def test_it_takes_the_media_files_along(sqlite_url: str, tmp_path: Path) -> None:
    name = await MediaStore(tmp_path / "media").put(b"%PDF-1.7 proof")
    assert (await back_up(sqlite_url, tmp_path / "one.tar.gz")).totals.media == 1
    target = f"sqlite:///{tmp_path}/two.sqlite3"
    await restoring.restore(target, a_wish(tmp_path / "one.tar.gz"))
    assert await MediaStore(tmp_path / "media-restored").get(name) == b"%PDF-1.7 proof"


async def test_it_is_for_this_user_s_eyes_and_opened_by_ordinary_programs(sqlite_url: str, tmp_path: Path) -> None:
    await insert(sqlite_url, schema.setting, {"name": "a", "value": "王"})
    await back_up(sqlite_url, tmp_path / "one.tar.gz")
    assert stat.S_IMODE((tmp_path / "one.tar.gz").stat().st_mode) == 0o600
    with tarfile.open(tmp_path / "one.tar.gz") as tar:
        held = {member.name.rpartition("/")[0] or member.name: member for member in tar}
        slice_ = tar.extractfile(held["tables/setting"])
        assert slice_ is not None
        assert json.loads(slice_.read()) == ["a", "王"]


def test_it_is_opened_by_age_when_it_is_encrypted(encrypted: Path) -> None:
    content = pyrage.passphrase.decrypt(encrypted.read_bytes(), PASSPHRASE)
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        assert {"linli.json", "totals.json"} <= set(tar.getnames())


async def test_it_leaves_nothing_behind_when_it_fails(sqlite_url: str, tmp_path: Path) -> None:
    def broken(_table: str, _done: int, _total: int) -> None:
        raise KeyboardInterrupt

    await insert(sqlite_url, schema.setting, {"name": "a", "value": "b"})
    database = await Database.open(sqlite_url)
    path = tmp_path / "made" / "one.tar.gz"
    with pytest.raises(KeyboardInterrupt):
        await making.make(database, MediaStore(tmp_path), path, MONDAY, passphrase=None, progress=broken)
    await database.close()
    assert list(path.parent.iterdir()) == []


async def test_it_tells_a_database_without_tables(tmp_path: Path) -> None:
    with pytest.raises(BackupProblem, match=Reason.NO_TABLES):
        await back_up(f"sqlite:///{tmp_path}/empty.sqlite3", tmp_path / "one.tar.gz")


# --- what is not a good backup -------------------------------------------------------------------------------


def flip(at: float) -> Callable[[bytes], bytes]:
    def change(content: bytes) -> bytes:
        position = int(len(content) * at)
        return content[:position] + bytes([content[position] ^ 1]) + content[position + 1 :]

    return change


def cut(at: float) -> Callable[[bytes], bytes]:
    return lambda content: content[: int(len(content) * at)]


DAMAGES = {
    "cut early": cut(0.2),
    "cut late": cut(0.97),
    "a byte less": lambda content: content[:-1],
    "flipped early": flip(0.3),
    "flipped in the middle": flip(0.5),
    "flipped late": flip(0.8),
}
BAD = {Reason.DAMAGED, Reason.FOREIGN, Reason.WRONG_KEY}


async def is_refused(path: Path, passphrase: str | None) -> None:
    target = path.with_name("two.sqlite3")
    with pytest.raises(BackupProblem) as caught:
        await restoring.restore(f"sqlite:///{target}", a_wish(path, passphrase=passphrase))
    assert caught.value.reason in BAD
    assert not target.exists()


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
async def test_it_takes_nothing_that_is_damaged(
    sqlite_url: str, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    await insert(sqlite_url, schema.setting, *({"name": f"{n * 7919}", "value": "x"} for n in range(500)))
    await back_up(sqlite_url, tmp_path / "one")
    (tmp_path / "one").write_bytes(damage((tmp_path / "one").read_bytes()))
    await is_refused(tmp_path / "one", None)


@pytest.mark.parametrize("damage", [cut(0.5), flip(0.7)], ids=["cut", "flipped"])
def test_it_takes_nothing_encrypted_that_is_damaged(encrypted: Path, damage: Callable[[bytes], bytes]) -> None:
    encrypted.write_bytes(damage(encrypted.read_bytes()))
    asyncio.run(is_refused(encrypted, PASSPHRASE))


FOREIGN = {"empty": b"", "text": b"hello", "gzip": gzip.compress(b"hello" * 200), "zip": b"PK\3\4", "sqlite": b"SQLite"}


@pytest.mark.parametrize("content", FOREIGN.values(), ids=FOREIGN)
async def test_it_takes_nothing_that_is_no_backup(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "one").write_bytes(content)
    with pytest.raises(BackupProblem) as caught:
        loading.check(tmp_path / "one", PASSPHRASE)
    assert caught.value.reason in {Reason.FOREIGN, Reason.DAMAGED}


async def test_it_takes_no_zip_or_tar_of_others(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "zip", "w") as members:
        members.writestr("a", "b")
    with tarfile.open(tmp_path / "tar", "w:gz") as tar:
        tar.addfile(tarfile.TarInfo("../../etc/passwd"))
    for name in ("zip", "tar"):
        with pytest.raises(BackupProblem, match=Reason.FOREIGN):
            loading.check(tmp_path / name, PASSPHRASE)


@pytest.mark.parametrize(("given", "reason"), [(None, Reason.ENCRYPTED), ("wrong", Reason.WRONG_KEY)])
def test_it_needs_the_right_passphrase(encrypted: Path, given: str | None, reason: Reason) -> None:
    with pytest.raises(BackupProblem, match=reason):
        loading.check(encrypted, given)


def by_hand(path: Path, head: archive.Head, *members: tuple[str, bytes], totals: archive.Totals | None = None) -> None:
    """A backup that nobody made so."""
    with open(path, "wb") as file, archive.writer(file, head) as out:
        for name, content in members:
            out._add(name, content)
        out.end(totals or archive.Totals())


async def test_it_knows_a_newer_one(tmp_path: Path) -> None:
    by_hand(tmp_path / "one", archive.Head("9999", MONDAY, {}, {}))
    with pytest.raises(BackupProblem, match=Reason.NEWER):
        loading.check(tmp_path / "one", None)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("media/../../x", b""),
        ("/etc/passwd", b""),
        ("tables/sqlite_master/1.ndjson", b"[]\n"),
        ("media/" + "0" * 64 + ".jpg", b"not what its name says"),
        ("tables/setting/1.ndjson", b'["too","many","values"]\n'),
        ("tables/setting/1.ndjson", b'{"name": 1}\n'),
    ],
)
async def test_it_takes_nothing_that_was_put_in(sqlite_url: str, tmp_path: Path, name: str, content: bytes) -> None:
    made = await back_up(sqlite_url, tmp_path / "good")
    by_hand(tmp_path / "one", made.head, (name, content), totals=made.totals)
    with pytest.raises(BackupProblem) as caught:
        loading.check(tmp_path / "one", None)
    assert caught.value.reason in {Reason.FOREIGN, Reason.DAMAGED}


async def test_it_finds_a_row_that_points_nowhere(sqlite_url: str, tmp_path: Path) -> None:
    with contextlib.closing(sa.create_engine(sqlite_url).connect()) as unchecked:
        unchecked.execute(sa.insert(schema.poster).values(id=1, code="a", place_id=7, created_at=MONDAY))
        unchecked.commit()
        unchecked.engine.dispose()
    await back_up(sqlite_url, tmp_path / "one")
    with pytest.raises(BackupProblem, match=Reason.DIFFERS):
        loading.verify(tmp_path / "one", None, quietly)
    assert await rows(sqlite_url, schema.poster)
