"""Steps of a tour that happen in a group; and the demo's third story, in which one of three volunteers is the first."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from copy import deepcopy

import pytest
import pytest_asyncio
from playwright.async_api import Locator, expect

from bot.cast import VERA
from bot.stage_helpers import LI_ROOM, VOLUNTEERS
from bot.tour_steps import HELP, STEPS
from simulator.client import Sim
from tests.browser.conftest import NARROW, Api, Desk
from tests.browser.offering import OFFER, ROSA, TOUR, WEI, offering
from tests.browser.test_chat import keys, next_update

pytestmark = pytest.mark.asyncio(loop_scope="session")  # one browser for all

WHOLE_STEP = 90_000  # milliseconds: the bot speaks at Telegram's pace
TITLE = "志愿者群"
OpenDesk = Callable[..., Awaitable[Desk]]


@pytest_asyncio.fixture(loop_scope="session")
async def sim() -> AsyncIterator[Sim]:
    """Rosa and Wei in a group, and a tour whose second step happens there."""
    tour = deepcopy(TOUR)
    async with offering({**OFFER, "tour": tour}) as (address, _asked), Sim(control=address) as running:
        rosa = running.person("王阿姨", user_id=ROSA, is_started=True)
        wei = running.person("小魏", user_id=WEI, is_started=True)
        there = {"chat": str(running.group(TITLE, rosa, wei).id)}
        tour["steps"][1]["do"][0] |= there
        tour["steps"][1]["until"] |= there
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def chat_id(bot: Api) -> int:
    """The group, after the bot has heard that it was taken in."""
    updates = await bot("getUpdates")
    await bot("getUpdates", offset=updates[-1]["update_id"] + 1)
    return int(updates[-1]["message"]["chat"]["id"])


def strip(desk: Desk) -> Locator:
    return desk.page.locator(".tour")


async def clicks(desk: Desk, label: str) -> None:
    await strip(desk).get_by_role("button", name=label, exact=True).click()


async def begins_in_the_group(desk: Desk, bot: Api, chat_id: int) -> None:
    await clicks(desk, "开始导览")
    await bot("sendMessage", chat_id=ROSA, text="收到了")
    await bot("sendMessage", chat_id=chat_id, text="有一件事", reply_markup=keys([("接单", "t")]))
    await clicks(desk, "下一步")


async def test_it_shows_a_step_in_a_group(desk: Desk, bot: Api, chat_id: int) -> None:
    await begins_in_the_group(desk, bot, chat_id)
    await expect(desk.phone("小魏").get_by_text("有一件事")).to_be_visible()
    await clicks(desk, "让我看")
    assert (await next_update(bot))["callback_query"]["message"]["chat"]["id"] == chat_id
    await bot("sendMessage", chat_id=ROSA, text="有人管了")  # not where it is waited for
    await expect(strip(desk).get_by_role("button", name="请看……")).to_be_visible()
    await bot("sendMessage", chat_id=chat_id, text="有人管了")
    await expect(strip(desk).get_by_role("button", name="下一步")).to_be_visible()


async def test_it_points_at_the_way_into_the_group(desk: Desk, bot: Api, chat_id: int) -> None:
    await begins_in_the_group(desk, bot, chat_id)
    chats = desk.phone("小魏").locator("select.which")
    await chats.select_option(index=0)
    await expect(chats).to_have_class(re.compile("pointed-at"))
    await expect(strip(desk)).to_contain_text(f"在小魏的手机上方选「{TITLE}」")
    await chats.select_option(label=TITLE)
    await expect(desk.phone("小魏").get_by_role("button", name="接单")).to_have_class(re.compile("pointed-at"))


# --- the demo ------------------------------------------------------------------------------------------------


async def shows(desk: Desk, step: str) -> None:
    """Let the page show a step, to its end."""
    at = [one.id for one in STEPS].index(step) + 1
    await expect(strip(desk)).to_contain_text(f"{at} / {len(STEPS)}")
    await clicks(desk, "让我看")
    await strip(desk).get_by_role("button", name="下一步").wait_for(timeout=WHOLE_STEP)


async def test_it_lets_one_of_three_be_the_first(open_desk: OpenDesk, demo: str) -> None:
    desk = await open_desk(url=demo)
    await clicks(desk, "开始导览")
    for _ in range([one.id for one in STEPS].index(HELP[0].id)):
        await clicks(desk, "跳过")
    await shows(desk, "errand")
    await clicks(desk, "下一步")
    await shows(desk, "verify")
    for name in ("苏老师", "小杜"):  # in the group
        await expect(desk.phone(name).locator(".entry").last).to_contain_text("我来帮")
        await expect(desk.phone(name).locator("select.which")).to_contain_text(VOLUNTEERS[0])
    await expect(desk.phone("薇拉").locator(".entry").last).to_contain_text("有邻居想请人帮忙")
    for name in ("苏老师", "小杜", "薇拉"):
        words = " ".join(await desk.phone(name).locator(".entry").all_inner_texts())
        assert "换灯泡" in words
        assert "李奶奶" not in words
        assert LI_ROOM not in words
    await clicks(desk, "下一步")
    await desk.phone("小杜").get_by_role("button", name="我来帮").last.click()  # by hand
    await desk.shows("薇拉", "已经有邻居去了")
    await desk.shows("苏老师", "有人去了")
    await expect(desk.phone("薇拉").get_by_role("button", name="我来帮")).to_have_count(0)
    await clicks(desk, "下一步")
    await desk.shows("小杜", f"{LI_ROOM}室")
    await shows(desk, "changed")
    await clicks(desk, "下一步")
    await shows(desk, "good")
    await desk.shows("小杜", "邻居说好了，谢谢您！")
    await clicks(desk, "下一步")
    await shows(desk, "points")
    await desk.shows("小杜", "第一次帮忙")
    await clicks(desk, "下一步")
    await shows(desk, "record")
    record = await desk.shows("江护士", "季度服务记录，1 次")
    await expect(record).to_contain_text(".pdf")


async def test_it_shows_the_whole_group_on_a_narrow_screen(open_desk: OpenDesk, demo: str) -> None:
    desk = await open_desk(NARROW, url=demo)
    await desk.page.get_by_role("button", name="我自己试").click()
    phone = desk.page.locator(".phone:visible")
    await phone.locator("select.who").select_option(str(VERA))
    await phone.locator("select.which").select_option(index=1)
    await expect(phone.locator("select.which")).to_contain_text(VOLUNTEERS[0])
    assert await phone.evaluate("phone => phone.scrollWidth <= phone.clientWidth")
