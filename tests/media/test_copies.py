"""The loop that copies: every attachment ends up in the store, or is marked once as what it is."""

from collections.abc import Sequence
from typing import Any

import pytest
import sqlalchemy as sa

from bot import media
from storage import attachments, schema
from tests.town import Town

from .pictures import telling


async def report(town: Town, *pictures: bytes, document: bytes | None = None) -> None:
    """王阿姨 reports with pictures, and the reports are sent."""
    rosa = town.rosa
    await rosa.says("3栋2单元楼道灯坏了")
    await town.settle()
    await rosa.presses("同意，继续")
    for each in pictures:
        await rosa.sends_photo(data=each)
    if document is not None:
        await rosa.sends_document("lamp.jpg", document)
    await town.settle()
    await rosa.presses("报上去")
    await town.settle()


async def rows(town: Town) -> Sequence[Any]:
    return await town.app.ledger.all(sa.select(schema.attachment).order_by(schema.attachment.c.id))


async def copy_all(town: Town) -> Sequence[Any]:
    while await town.app.media.turn():
        pass
    return await rows(town)


async def test_it_copies_a_picture_without_its_position(town: Town) -> None:
    await report(town, telling("JPEG"))
    (row,) = await copy_all(town)
    content = await town.app.store.get(row["stored_as"])
    assert row["copy_state"] == attachments.STORED
    assert content is not None
    assert b"Secret" not in content


async def test_it_copies_all_that_wait_and_the_same_content_once(town: Town) -> None:
    await report(town, *[telling("JPEG")] * 5, telling("PNG"))
    found = await copy_all(town)
    assert [row["copy_state"] for row in found] == [attachments.STORED] * 6
    assert len({row["stored_as"] for row in found}) == 2


@pytest.mark.parametrize("kind", ["error", "cut", "drop"])
async def test_it_tries_again_after_growing_pauses(town: Town, kind: str) -> None:
    await report(town, telling("JPEG"))
    town.sim.faults.add(kind, method="getFile", count=2)
    pauses = []
    while (row := (await copy_all(town))[0])["copy_state"] == attachments.WAITING:
        pauses.append((row["copy_due_at"] - town.clock.now()).total_seconds())
        town.clock.set(row["copy_due_at"])
    assert pauses == [30, 60]
    assert row["copy_state"] == attachments.STORED


async def test_it_gives_up_on_what_telegram_never_gives(town: Town) -> None:
    await report(town, telling("JPEG"))
    for file in town.sim.world.files._by_id.values():
        file.known_to.clear()
    while (row := (await copy_all(town))[0])["copy_due_at"] is not None:
        town.clock.set(row["copy_due_at"])
    assert (row["copy_state"], row["copy_attempts"]) == (attachments.GONE, media.TRIES - 1)


async def test_it_never_gives_up_while_telegram_cannot_be_reached(town: Town) -> None:
    await report(town, telling("JPEG"))
    town.sim.faults.add("error", method="getFile", count=None, code=502)
    for _ in range(media.TRIES + 5):
        (row,) = await copy_all(town)
        town.clock.set(row["copy_due_at"])
    assert row["copy_state"] == attachments.WAITING
    town.sim.faults.clear()
    assert (await copy_all(town))[0]["copy_state"] == attachments.STORED


async def test_it_marks_what_is_too_large(town: Town) -> None:
    await report(town, telling("JPEG"))
    for file in town.sim.world.files._by_id.values():
        file.size = 21 * 2**20
    assert (await copy_all(town))[0]["copy_state"] == attachments.TOO_LARGE


async def test_it_does_not_trust_the_size_that_was_claimed(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media, "LIMIT_BYTES", 100)
    await report(town, telling("JPEG"))
    for file in town.sim.world.files._by_id.values():
        file.size = 10
    assert (await copy_all(town))[0]["copy_state"] == attachments.TOO_LARGE


async def test_it_keeps_no_damaged_picture(town: Town) -> None:
    await report(town, document=telling("JPEG")[:40])
    (row,) = await copy_all(town)
    assert (row["copy_state"], row["stored_as"]) == (attachments.DAMAGED, None)


async def test_it_waits_for_the_disk(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(_content: bytes) -> str:
        raise OSError(28, "No space left on device")

    await report(town, telling("JPEG"))
    with monkeypatch.context() as patch:
        patch.setattr(town.app.store, "put", refuse)
        (row,) = await copy_all(town)
    assert row["copy_state"] == attachments.WAITING
    town.clock.set(row["copy_due_at"])
    assert (await copy_all(town))[0]["copy_state"] == attachments.STORED


async def test_it_goes_on_after_a_restart(town: Town) -> None:
    await report(town, telling("JPEG"))
    await town.restart()
    assert (await copy_all(town))[0]["copy_state"] == attachments.STORED


async def test_it_deletes_a_copy_only_when_nobody_names_it(town: Town) -> None:
    await report(town, telling("JPEG"))
    name = (await copy_all(town))[0]["stored_as"]
    assert not await attachments.delete_unused(town.app.ledger, town.app.store, name)
    assert await town.app.store.get(name) is not None
