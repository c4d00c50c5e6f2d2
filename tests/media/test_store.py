"""The media store: what is put is there, once, whole, for our eyes alone, until no row names it."""

import asyncio
import os
from pathlib import Path

import pytest

from storage.media import MediaStore

from .pictures import telling


@pytest.fixture
def store(tmp_path: Path) -> MediaStore:
    return MediaStore(tmp_path / "media")


def files_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def grow_old(store: MediaStore, name: str) -> None:
    os.utime(store.path(name), (0, 0))


async def test_it_gives_back_what_was_put(store: MediaStore) -> None:
    name = await store.put(b"%PDF-1.4 the list")
    assert await store.get(name) == b"%PDF-1.4 the list"
    assert name.endswith(".pdf")


async def test_it_keeps_the_same_content_once(store: MediaStore, tmp_path: Path) -> None:
    names = await asyncio.gather(*(store.put(b"the same") for _ in range(20)))
    assert len(set(names)) == 1
    assert len(files_in(tmp_path)) == 1


async def test_it_keeps_pictures_without_their_position(store: MediaStore) -> None:
    content = await store.get(await store.put(telling("JPEG")))
    assert content is not None
    assert b"Secret" not in content


async def test_it_is_for_this_user_alone(store: MediaStore) -> None:
    path = store.path(await store.put(b"private"))
    assert [one.stat().st_mode & 0o077 for one in (path, path.parent)] == [0, 0]


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "a" * 64, "/etc/passwd"])
async def test_it_opens_nothing_but_its_own_files(store: MediaStore, name: str) -> None:
    assert await store.get(name) is None
    with pytest.raises(ValueError, match="not the name"):
        store.path(name)


async def test_it_leaves_nothing_behind_when_the_disk_refuses(
    store: MediaStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OSError, match="No space"):
        await store.put(b"too much")
    assert files_in(tmp_path) == []


async def test_it_deletes_what_is_old(store: MediaStore) -> None:
    name = await store.put(b"old")
    grow_old(store, name)
    assert await store.delete(name)
    assert await store.get(name) is None


async def test_it_does_not_delete_what_was_just_put(store: MediaStore) -> None:
    name = await store.put(b"again")
    grow_old(store, name)
    await store.put(b"again")
    assert not await store.delete(name)
    assert await store.get(name) == b"again"


async def test_it_counts_what_is_not_there_as_deleted(store: MediaStore) -> None:
    name = await store.put(b"once")
    grow_old(store, name)
    assert [await store.delete(name), await store.delete(name)] == [True, True]
