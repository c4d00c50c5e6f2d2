"""The demo as a newcomer meets it: from a resident's sentence to a rating, by typing and clicking only."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import expect

from tests.browser.conftest import WIDE, Desk

pytestmark = pytest.mark.asyncio(loop_scope="session")  # one browser for all

OpenDesk = Callable[..., Awaitable[Desk]]


@dataclass(frozen=True)
class Words:
    """What the buttons and answers say in one language."""

    home: str
    agree: str
    no_room: str
    noted: str
    send: str
    accept: str
    accepted: str
    finish: str
    photo: str
    again: str
    yes: str
    stars: str
    thanks: str


CHINESE = Words(
    home="我住这里",
    agree="同意，继续",
    no_room="不写门牌",
    noted="有事直接说就行",
    send="报上去",
    accept="✅ 接单",
    accepted="已接单",
    finish="办好了",
    photo="照片",
    again="再问您一声",
    yes="是的，办好了",
    stars="非常满意",
    thanks="谢谢您的评价",
)
ENGLISH = Words(
    home="Yes, I live here",
    agree="I agree",
    no_room="Leave the room out",
    noted="Just tell me when there is something",
    send="Send",
    accept="✅ Accept",
    accepted="has taken it",
    finish="Done",
    photo="picture",
    again="May we ask again",
    yes="Yes, it is done",
    stars="Very satisfied",
    thanks="Thank you for rating",
)


async def presses(desk: Desk, name: str, label: str) -> None:
    await desk.phone(name).locator(".inline-keyboard").get_by_role("button", name=label).last.click()


async def reads(desk: Desk, name: str, text: str) -> None:
    await expect(desk.phone(name).locator(".entries")).to_contain_text(text, ignore_case=True)


async def joins(desk: Desk, name: str, words: Words) -> None:
    """Scan the code on the door, agree, leave the room number out."""
    await desk.chooses(name, "邀请链接")
    sheet = desk.page.get_by_role("dialog")
    await sheet.get_by_label("链接，或").fill("3栋 2单元")
    await sheet.get_by_role("button", name="3栋 2单元").first.click()
    for label in (words.home, words.agree, words.no_room):
        await presses(desk, name, label)
    await reads(desk, name, words.noted)


@pytest.mark.parametrize("words", [CHINESE, ENGLISH], ids=["zh", "en"])
async def test_it_goes_from_a_sentence_to_a_rating(open_desk: OpenDesk, demo: str, words: Words) -> None:
    desk = await open_desk(WIDE, url=demo)
    if words is ENGLISH:
        await desk.chooses("王阿姨", "English")
        await desk.says("小魏", "/lang")
        await presses(desk, "小魏", "English")
    await joins(desk, "王阿姨", words)
    await desk.says("王阿姨", "3栋2单元楼道灯坏了")
    await presses(desk, "王阿姨", words.send)
    await presses(desk, "小魏", words.accept)
    await reads(desk, "王阿姨", words.accepted)
    await desk.page.get_by_role("button", name="杀掉并重启机器人").click()
    await presses(desk, "小魏", words.finish)
    await reads(desk, "小魏", words.photo)
    await desk.attach("小魏", "示例照片")
    await desk.page.get_by_role("dialog").get_by_role("button", name="发送").click()
    await expect(desk.phone("王阿姨").get_by_role("button", name=words.yes).last).to_be_visible()
    await desk.page.get_by_role("button", name="+1 天").click()
    await reads(desk, "王阿姨", words.again)
    await presses(desk, "王阿姨", words.yes)
    await presses(desk, "王阿姨", words.stars)
    await reads(desk, "王阿姨", words.thanks)


async def test_it_gives_a_report_with_a_picture_to_one_of_two(open_desk: OpenDesk, demo: str, tmp_path: Path) -> None:
    picture = tmp_path / "rubbish.png"
    Image.new("RGB", (320, 240), (90, 120, 60)).save(picture)
    desk = await open_desk(WIDE, url=demo)
    await joins(desk, "王阿姨", CHINESE)
    async with desk.page.expect_file_chooser() as chooser:
        await desk.attach("王阿姨", "照片或视频")
    await (await chooser.value).set_files(str(picture))
    await desk.page.get_by_label("配一句话").fill("3栋门口的垃圾没人清")
    await desk.page.get_by_role("dialog").get_by_role("button", name="发送").click()
    await presses(desk, "王阿姨", CHINESE.send)
    await reads(desk, "小魏", "垃圾没人清")
    whose = desk.phone("丹姐").get_by_role("combobox", name="这是谁的手机")
    option = whose.locator("option", has_text="老李")  # who has something unread is named with how much that is
    await whose.select_option(await option.get_attribute("value"))
    await desk.page.get_by_role("button", name="到下一件事").click()
    takes = [desk.phone(name).get_by_role("button", name=CHINESE.accept) for name in ("小魏", "老李")]
    for each in takes:
        await expect(each).to_be_visible()
    await asyncio.gather(*(each.dispatch_event("click") for each in takes))  # there is only one mouse
    for each in takes:
        await expect(each).to_have_count(0)
    await expect(desk.page.get_by_role("button", name=CHINESE.finish)).to_have_count(1)
    await reads(desk, "王阿姨", CHINESE.accepted)
