"""Booking on a small telephone: the calendar is whole, its days can be hit, and a time is booked by tapping alone."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest
from playwright.async_api import Locator, expect

from tests.browser.conftest import NARROW, Desk
from tests.browser.test_story import presses, reads

pytestmark = pytest.mark.asyncio(loop_scope="session")  # one browser for all

OpenDesk = Callable[..., Awaitable[Desk]]
ROSA = "王阿姨"
SMALLEST = 24
"""Pixels that a finger needs in either direction (WCAG 2.2, target size)."""


@dataclass(frozen=True)
class Words:
    """What is said and read in one language."""

    language: str
    agree: str
    service: str
    way: tuple[str, ...]
    which_day: str
    which_time: str
    right: str
    book: str


CHINESE = Words(
    "zh-CN",
    "同意，继续",
    "/book 老年证",
    ("给我自己", "知道了", "约好时间过来"),
    "哪天方便",
    "几点",
    "请看看对不对",
    "就这样约",
)
ENGLISH = Words(
    "en",
    "I agree",
    "/book senior card",
    ("For myself", "I see", "I come, at a time"),
    "which day suits you",
    "when shall",
    "Is this right?",
    "Book it",
)


async def message(desk: Desk, name: str, text: str) -> Locator:
    """The newest message with these words."""
    found = desk.phone(name).locator(".entry", has_text=text).last
    await found.wait_for()
    return found


async def fits(desk: Desk, shown: Locator) -> None:
    """Nothing of a message sticks out of a small screen, and every button can be hit."""
    width = desk.page.viewport_size["width"] if desk.page.viewport_size else 0
    for button in await shown.get_by_role("button").all():
        box = await button.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert min(box["width"], box["height"]) >= SMALLEST
        assert await button.evaluate("each => each.scrollWidth <= each.clientWidth + 1"), await button.inner_text()


@pytest.mark.parametrize("words", [CHINESE, ENGLISH], ids=lambda words: words.language)
async def test_it_books_by_tapping_on_a_small_telephone(open_desk: OpenDesk, demo: str, words: Words) -> None:
    desk = await open_desk(NARROW, url=demo)
    if words is ENGLISH:
        await desk.chooses(ROSA, "English")
    await desk.phone(ROSA).get_by_role("button", name="开始").click()
    await desk.says(ROSA, words.service)
    await presses(desk, ROSA, words.agree)
    for label in words.way:
        await presses(desk, ROSA, label)
    shown = await message(desk, ROSA, words.which_day)
    await fits(desk, shown)
    days = [one for one in await shown.get_by_role("button").all() if (await one.inner_text()).strip().isdigit()]
    assert days
    await days[-1].click()
    shown = await message(desk, ROSA, words.which_time)
    await fits(desk, shown)
    await shown.get_by_role("button", name="09:00").click()
    await reads(desk, ROSA, words.right)
    await presses(desk, ROSA, words.book)
    await expect(await message(desk, ROSA, "09:00–09:30")).to_be_visible()
