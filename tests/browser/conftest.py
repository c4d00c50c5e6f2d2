"""A town, its page in a real browser, and a bot that the test speaks for.

A machine without Chromium skips these tests and says so; where `CI=true` they fail instead.
"""

import asyncio
import os
import shutil
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, Literal

import aiohttp
import pytest
import pytest_asyncio
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
    "--use-fake-ui-for-media-stream",  # a microphone that hums, and nobody who has to allow it
    "--use-fake-device-for-media-stream",
)
PATIENCE = 20_000  # milliseconds; a busy machine is slow
WIDE, NARROW = (1600, 900), (360, 740)
Api = Callable[..., Awaitable[Any]]
Look = Literal["light", "dark"]
expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all tests of this folder as slow."""
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.slow)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
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


@pytest_asyncio.fixture(loop_scope="session")
async def sim() -> AsyncIterator[Sim]:
    """A town with Rosa, Wei and Dan, who have started the bot, and Otto, who has not."""
    async with Sim() as running:
        for user_id, name in ((1001, "王阿姨"), (2001, "小魏"), (3001, "丹姐")):
            running.person(name, user_id=user_id, is_started=True)
        running.person("Otto", user_id=6001, language="en")
        yield running


@pytest_asyncio.fixture(loop_scope="session")
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


@pytest_asyncio.fixture(loop_scope="session")
async def open_desk(browser: Browser, sim: Sim) -> AsyncIterator[Callable[..., Awaitable[Desk]]]:
    """Open the page in a window of a size; errors of its script fail the test."""
    opened: list[Desk] = []

    async def open_it(
        size: tuple[int, int] = WIDE, language: str = "zh-CN", url: str = sim.url, look: Look = "light"
    ) -> Desk:
        viewport = {"width": size[0], "height": size[1]}
        context = await browser.new_context(
            viewport=viewport,  # type: ignore[arg-type] # a TypedDict
            locale=language,
            color_scheme=look,
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE)
        desk = Desk(await context.new_page())
        opened.append(desk)
        await desk.page.goto(url)
        await desk.page.locator(".phone:visible").first.wait_for()
        return desk

    yield open_it
    for each in opened:
        await each.page.context.close()
    assert [each.complaints for each in opened if each.complaints] == []


@pytest_asyncio.fixture(loop_scope="session")
async def desk(open_desk: Callable[..., Awaitable[Desk]]) -> Desk:
    """The page, wide enough for three phones."""
    return await open_desk()


def free_port() -> int:
    """A port below those that the system gives out to connections by itself."""
    for port in range(18_900 + os.getpid() % 400 * 5, 30_000, 5):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise AssertionError("no port is free")


@pytest_asyncio.fixture(loop_scope="session")
async def demo(tmp_path: Path) -> AsyncIterator[str]:
    """Run `linli demo` in a folder of its own; give its address."""
    port = free_port()
    arguments = ("-m", "bot", "demo", "--port", str(port), "--no-browser")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LINLI_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, cwd=tmp_path, env=environment, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    async with asyncio.timeout(60):
        while f":{port}/" not in (line := (await process.stdout.readline()).decode()):
            assert line, "the demo ended before it was ready"
    yield f"http://127.0.0.1:{port}/"
    process.send_signal(signal.SIGINT)
    await process.wait()
