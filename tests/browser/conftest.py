"""A town, its page in a real browser, and a bot that the test speaks for.

A machine without Chromium skips these tests and says so; where `CI=true` they fail instead.
"""

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Browser, Locator, Page, async_playwright, expect

from simulator.client import Sim

SWITCHES = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
)
PATIENCE = 20_000  # milliseconds; a busy machine is slow
WIDE, NARROW = (1600, 900), (360, 740)
Api = Callable[..., Awaitable[Any]]
expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all tests of this folder as slow."""
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.slow)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        missing = "THE PAGE IS NOT TESTED: there is no chromium on this machine (apt-get install chromium)"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=path, args=list(SWITCHES))
        yield running
        await running.close()


@pytest.fixture
async def sim() -> AsyncIterator[Sim]:
    """A town with Rosa, Wei and Dan, who have started the bot, and Otto, who has not."""
    async with Sim() as running:
        for user_id, name in ((1001, "王阿姨"), (2001, "小魏"), (3001, "丹姐")):
            running.person(name, user_id=user_id, is_started=True)
        running.person("Otto", user_id=6001, language="en")
        yield running


@pytest.fixture
async def bot(sim: Sim) -> AsyncIterator[Api]:
    """Call a method as the bot; return its result."""
    async with aiohttp.ClientSession() as http:

        async def call(method: str, /, **params: Any) -> Any:
            async with http.post(f"{sim.base_url}{sim.token}/{method}", json=params) as response:
                answer = await response.json()
            assert answer["ok"], answer
            return answer["result"]

        yield call


class Desk:
    """The page as a test handles it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def phone(self, name: str) -> Locator:
        """The phone of a person."""
        return self.page.get_by_role("region", name=f"{name}的手机", exact=True)

    async def says(self, name: str, text: str) -> None:
        """Type and send."""
        field = self.phone(name).get_by_role("textbox", name="写消息")
        await field.fill(text)
        await field.press("Enter")

    async def shows(self, name: str, text: str) -> Locator:
        """Wait for a message with these words."""
        found = self.phone(name).locator(".entry", has_text=text).last
        await found.wait_for()
        return found

    async def attach(self, name: str, label: str) -> None:
        """Open the sheet of things to send and choose one."""
        await self.phone(name).get_by_role("button", name="发照片、文件、位置").click()
        await self.page.get_by_role("dialog").get_by_role("button", name=label).click()

    async def chooses(self, name: str, label: str) -> None:
        """Open the phone's menu and choose."""
        await self.phone(name).get_by_role("button", name="这部手机的菜单").click()
        await self.page.get_by_role("dialog").get_by_role("button", name=label).click()


@pytest.fixture
async def open_desk(browser: Browser, sim: Sim) -> AsyncIterator[Callable[..., Awaitable[Desk]]]:
    """Open the page in a window of a size; errors of its script fail the test."""
    opened: list[Desk] = []

    async def open_it(size: tuple[int, int] = WIDE, language: str = "zh-CN", url: str = sim.url) -> Desk:
        viewport = {"width": size[0], "height": size[1]}
        context = await browser.new_context(viewport=viewport, locale=language)  # type: ignore[arg-type] # a TypedDict
        context.set_default_timeout(PATIENCE)
        desk = Desk(await context.new_page())
        opened.append(desk)
        await desk.page.goto(url)
        await desk.page.locator(".phone:visible").first.wait_for()
        return desk

    yield open_it
    assert [each.complaints for each in opened if each.complaints] == []


@pytest.fixture
async def desk(open_desk: Callable[..., Awaitable[Desk]]) -> Desk:
    """The page, wide enough for three phones."""
    return await open_desk()
