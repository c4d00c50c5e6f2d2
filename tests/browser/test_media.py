"""Pictures, voices, files, places and contacts, both ways."""

import wave
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import expect

from simulator.client import Sim
from tests.browser.conftest import Api, Desk
from tests.browser.test_chat import ROSA, next_update

pytestmark = pytest.mark.asyncio(loop_scope="session")  # one browser for all


@pytest.fixture
def pictures(tmp_path: Path) -> list[str]:
    """Three pictures on disk."""
    made = [tmp_path / f"{index}.png" for index in range(3)]
    for index, path in enumerate(made):
        Image.new("RGB", (320, 240), (60 * index, 120, 90)).save(path)
    return [str(path) for path in made]


async def test_it_sends_a_picture_from_disk(desk: Desk, bot: Api, pictures: list[str]) -> None:
    async with desk.page.expect_file_chooser() as chooser:
        await desk.attach("王阿姨", "照片或视频")
    await (await chooser.value).set_files(pictures[0])
    await desk.page.get_by_label("配一句话").fill("楼道灯坏了")
    await desk.page.get_by_role("dialog").get_by_role("button", name="发送").click()
    sent = (await next_update(bot))["message"]
    assert sent["caption"] == "楼道灯坏了"
    assert sent["photo"][-1]["width"] == 320
    image = (await desk.shows("王阿姨", "楼道灯坏了")).locator("img")
    await expect(image).to_have_js_property("naturalWidth", 320)


async def test_it_sends_several_pictures_as_an_album(desk: Desk, bot: Api, pictures: list[str]) -> None:
    async with desk.page.expect_file_chooser() as chooser:
        await desk.attach("王阿姨", "照片或视频")
    await (await chooser.value).set_files(pictures)
    await desk.page.get_by_role("dialog").get_by_role("button", name="发送").click()
    groups = {(await next_update(bot))["message"]["media_group_id"] for _ in pictures}
    assert len(groups) == 1
    await expect(desk.phone("王阿姨").locator(".album img")).to_have_count(3)
    await expect(desk.phone("王阿姨").locator(".entry")).to_have_count(1)


async def test_it_sends_what_is_no_picture_as_a_file(desk: Desk, bot: Api, tmp_path: Path) -> None:
    odd = tmp_path / "photo.heic"
    odd.write_bytes(b"not a picture that the town can read")
    async with desk.page.expect_file_chooser() as chooser:
        await desk.attach("王阿姨", "📄 文件")
    await (await chooser.value).set_files(str(odd))
    assert (await next_update(bot))["message"]["document"]["file_name"] == "photo.heic"


async def test_it_plays_a_voice_message(desk: Desk, bot: Api) -> None:
    await desk.attach("王阿姨", "示例语音")
    assert (await next_update(bot))["message"]["voice"]["duration"] == 5
    player = desk.phone("王阿姨").locator(".player")
    await player.get_by_role("button", name="播放").click()
    await expect(player.get_by_role("button", name="暂停")).to_be_visible()


async def test_it_shows_a_picture_large(desk: Desk, sim: Sim, bot: Api) -> None:
    await desk.attach("王阿姨", "示例照片")
    await desk.page.get_by_role("dialog").get_by_role("button", name="发送").click()
    await desk.phone("王阿姨").locator(".picture").click()
    await expect(desk.page.locator(".lightbox img")).to_be_visible()
    await desk.page.keyboard.press("Escape")
    await expect(desk.page.locator(".lightbox")).to_have_count(0)


async def test_it_shares_the_own_number(desk: Desk, bot: Api) -> None:
    await desk.attach("王阿姨", "我的电话号码")
    await desk.page.get_by_role("dialog").get_by_role("button", name="发送").click()
    assert (await next_update(bot))["message"]["contact"]["user_id"] == ROSA


async def test_it_shows_places_and_contacts_of_the_bot(desk: Desk, bot: Api) -> None:
    await bot("sendVenue", chat_id=ROSA, latitude=39.9, longitude=116.4, title="居委会", address="和平路 1 号")
    await bot("sendContact", chat_id=ROSA, phone_number="+8613800001111", first_name="小魏")
    await expect(desk.phone("王阿姨").locator(".place")).to_contain_text("和平路 1 号")
    await expect(desk.phone("王阿姨").locator(".contact")).to_contain_text("+8613800001111")


async def test_it_records_a_voice_message(desk: Desk, bot: Api) -> None:
    phone = desk.phone("王阿姨")
    await phone.get_by_role("button", name="录一段语音").click()
    await expect(phone.get_by_role("timer")).to_have_text("0:01")
    await phone.locator(".recording").get_by_role("button", name="发送").click()
    assert (await next_update(bot))["message"]["voice"]["duration"] >= 1
    await expect(phone.locator(".player")).to_be_visible()
    await expect(phone.get_by_role("textbox")).to_be_visible()


async def test_it_sends_a_voice_message_from_disk(desk: Desk, bot: Api, tmp_path: Path) -> None:
    sound = tmp_path / "humming.wav"
    with wave.open(str(sound), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(2 * 8000 * 2))
    async with desk.page.expect_file_chooser() as chooser:
        await desk.attach("王阿姨", "语音文件")
    await (await chooser.value).set_files(str(sound))
    assert (await next_update(bot))["message"]["voice"]["duration"] == 2
