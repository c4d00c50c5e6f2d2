"""A bot that moved to another token: no old file_id is worth anything, and the stored copies take their place."""

from io import BytesIO

from PIL import Image
from pydantic import SecretStr

from simulator.phone import Phone
from tests.town import CAST, Town

from .pictures import telling
from .test_copies import copy_all, report

NEW = "7000000002:SIMULATED-bot-token-0000000000000000"


async def move(town: Town) -> dict[str, Phone]:
    """Start on the same database under a new token; gives back everybody's phone in the chat with it."""
    await town.stop()
    bot = town.sim.add_bot(NEW)
    phones = {name: getattr(town, name).with_bot(bot) for name in CAST}
    for one in phones.values():
        one.chat.is_started = True
    town.settings.bot_token = SecretStr(NEW)
    await town.start()
    return phones


def received(phone: Phone, kind: str) -> list[str | None]:
    return [message.text for message in phone.received if kind in message.body]


async def finish_at_night(town: Town) -> None:
    """小魏 finishes with a photo at 22:00; 王阿姨 is asked in the morning, when the quiet hours are over."""
    await town.wei.presses("接单")
    await town.advance(hours=12.5)
    await town.wei.presses("办好了")
    await town.settle()
    await town.wei.sends_photo("换了新灯泡", data=telling("JPEG"))
    await town.settle()


async def test_it_shows_the_next_worker_every_old_file(town: Town) -> None:
    await report(town, telling("JPEG"), telling("PNG"), document=b"%PDF-1.4 the bill")
    await copy_all(town)
    phones = await move(town)
    await town.advance(hours=5)  # after the noon break
    told = [name for name, phone in phones.items() if received(phone, "photo")]
    assert told
    assert [len(received(phones[told[0]], kind)) for kind in ("photo", "document")] == [2, 1]


async def test_it_asks_with_the_old_proof_and_its_buttons(town: Town) -> None:
    await report(town)
    await finish_at_night(town)
    await copy_all(town)
    rosa = (await move(town))["rosa"]
    await town.advance(hours=10)
    assert len(received(rosa, "photo")) == 1
    assert rosa.shows("办好了吗").inline_rows


async def test_it_shows_the_copy_without_a_position(town: Town) -> None:
    await report(town)
    await finish_at_night(town)
    await copy_all(town)
    rosa = (await move(town))["rosa"]
    await town.advance(hours=10)
    photo = next(message.body["photo"][-1] for message in rosa.received if "photo" in message.body)
    file = town.sim.world.files.get(photo["file_id"])
    assert file is not None
    assert not Image.open(BytesIO(file.data)).getexif()


async def test_it_asks_without_a_picture_when_there_is_no_copy(town: Town) -> None:
    await report(town)
    await finish_at_night(town)
    rosa = (await move(town))["rosa"]
    await town.advance(hours=10)
    assert received(rosa, "photo") == []
    assert rosa.shows("办好了吗").inline_rows


async def test_it_shows_what_is_left_of_an_album(town: Town) -> None:
    await report(town, telling("JPEG"), telling("PNG"), telling("WEBP"))
    first = (await copy_all(town))[0]
    town.app.store.path(first["stored_as"]).unlink()
    phones = await move(town)
    await town.advance(hours=5)  # after the noon break
    assert max(len(received(phone, "photo")) for phone in phones.values()) == 2
