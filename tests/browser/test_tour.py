"""The guided tour: data that a bot offers, played by the page or by hand."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Locator, expect

from bot.tour import QUESTIONS
from bot.tour_steps import STEPS
from simulator.client import Sim
from tests.browser.conftest import NARROW, WIDE, Api, Desk
from tests.browser.offering import OFFER, ROSA, TOUR, WEI, offering
from tests.browser.test_chat import keys, next_update

pytestmark = pytest.mark.asyncio(loop_scope="session")  # one browser for all

WHOLE_STEP = 90_000
"""Milliseconds for a step of many messages: the bot speaks at Telegram's pace."""
OpenDesk = Callable[..., Awaitable[Desk]]


@pytest_asyncio.fixture(loop_scope="session")
async def sim() -> AsyncIterator[Sim]:
    """Rosa and Wei, and a bot that offers a tour of two steps."""
    async with offering({**OFFER, "tour": TOUR}) as (address, _asked), Sim(control=address) as running:
        for user_id, name in ((ROSA, "王阿姨"), (WEI, "小魏")):
            running.person(name, user_id=user_id, is_started=True)
        yield running


def strip(desk: Desk) -> Locator:
    return desk.page.locator(".tour")


async def clicks(desk: Desk, label: str) -> None:
    await strip(desk).get_by_role("button", name=label).click()


async def answers(bot: Api) -> Any:
    """The bot greets back, and offers Wei something to take."""
    update = await next_update(bot)
    await bot("sendMessage", chat_id=WEI, text="新任务", reply_markup=keys([("接单", "t")]))
    await bot("sendMessage", chat_id=ROSA, text="收到了")
    return update


async def test_it_shows_a_step_when_asked(desk: Desk, bot: Api) -> None:
    await clicks(desk, "开始导览")
    await expect(strip(desk)).to_contain_text("王阿姨打个招呼。")
    await expect(desk.phone("王阿姨").get_by_role("textbox")).to_have_class("pointed-at")
    await clicks(desk, "让我看")
    assert (await answers(bot))["message"]["text"] == "你好"
    await clicks(desk, "下一步")
    await clicks(desk, "让我看")
    assert (await next_update(bot))["callback_query"]["data"] == "t"
    await bot("sendMessage", chat_id=ROSA, text="有人管了")
    await clicks(desk, "下一步")
    await expect(strip(desk)).to_contain_text("说一句就行。")


async def test_it_goes_along_with_what_is_done_by_hand(desk: Desk, bot: Api) -> None:
    await clicks(desk, "开始导览")
    await desk.says("王阿姨", "你好")
    await answers(bot)
    await expect(strip(desk).get_by_role("button", name="下一步")).to_be_visible()
    await desk.phone("小魏").get_by_role("button", name="接单").click()
    await bot("sendMessage", chat_id=ROSA, text="有人管了")
    await expect(strip(desk)).to_contain_text("小魏接单。")
    await expect(strip(desk)).to_contain_text("2 / 2")


async def test_it_makes_up_for_a_step_that_was_skipped(desk: Desk, bot: Api) -> None:
    await clicks(desk, "开始导览")
    await clicks(desk, "跳过")
    await clicks(desk, "让我看")
    assert (await answers(bot))["message"]["text"] == "你好"
    assert (await next_update(bot))["callback_query"]["data"] == "t"


async def test_it_is_left_found_again_and_survives_a_reload(desk: Desk) -> None:
    await clicks(desk, "开始导览")
    await clicks(desk, "跳过")
    await clicks(desk, "离开导览")
    await expect(strip(desk)).to_be_hidden()
    await desk.page.reload()
    await expect(desk.page.get_by_role("button", name="导览")).to_be_visible()
    await expect(strip(desk)).to_be_hidden()
    await desk.page.get_by_role("button", name="导览").click()
    await expect(strip(desk)).to_contain_text("2 / 2")
    await clicks(desk, "上一步")
    await expect(strip(desk)).to_contain_text("1 / 2")


async def test_it_is_used_with_keys_alone(desk: Desk, bot: Api) -> None:
    await strip(desk).get_by_role("button", name="开始导览").focus()
    await desk.page.keyboard.press("Enter")
    await expect(strip(desk).get_by_role("button", name="让我看")).to_be_focused()
    await desk.page.keyboard.press("Enter")
    await answers(bot)
    await expect(strip(desk).get_by_role("button", name="下一步")).to_be_focused()


@pytest.mark.parametrize(
    ("size", "language", "labels"),
    [(WIDE, "zh-CN", ("开始导览", "让我看", "下一步")), (NARROW, "en-GB", ("Start the tour", "Show me", "Next"))],
    ids=["wide-zh", "narrow-en"],
)
async def test_it_plays_the_story_of_the_demo(
    open_desk: OpenDesk,
    demo: str,
    size: tuple[int, int],
    language: str,
    labels: tuple[str, str, str],
) -> None:
    begin, show, on = labels
    desk = await open_desk(size, language, url=demo)
    await clicks(desk, begin)
    for step in range(1, len(STEPS) + 1):
        await expect(strip(desk)).to_contain_text(f"{step} / {len(STEPS)}")
        await clicks(desk, show)
        await strip(desk).get_by_role("button", name=on).click(timeout=WHOLE_STEP)
    await expect(strip(desk).locator("dt")).to_have_count(len(QUESTIONS))
    other = "好的，以后用中文" if language == "en-GB" else "All right, I will write in English"
    await expect(desk.page.locator(".entry").filter(has_text=other)).to_be_visible()
