"""Whether everybody can use the page: axe-core finds nothing serious, and everything works without a mouse."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from importlib.resources import files
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import expect

from simulator.client import Sim
from tests.browser.conftest import NARROW, WIDE, Api, Desk, Look
from tests.browser.offering import OFFER, ROSA, TOUR, WEI, offering

pytestmark = pytest.mark.asyncio(loop_scope="session")  # one browser for all

OpenDesk = Callable[..., Awaitable[Desk]]
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
SERIOUS = {"serious", "critical"}
RICH = "<b>收到</b> <i>编号</i> <code>10 248</code> <a href='https://example.org'>看看</a><blockquote>慢慢说</blockquote>/my"


async def complaints(desk: Desk) -> list[str]:
    """What axe-core finds serious on the page as it is now, with the elements."""
    await desk.page.evaluate(AXE)
    found: dict[str, Any] = await desk.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{rule['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for rule in found["violations"]
        if rule["impact"] in SERIOUS
        for node in rule["nodes"]
    ]


@pytest_asyncio.fixture(loop_scope="session")
async def sim() -> AsyncIterator[Sim]:
    """A bot that offers everything it can."""
    async with offering({**OFFER, "tour": TOUR}) as (address, _asked), Sim(control=address) as running:
        for user_id, name in ((ROSA, "王阿姨"), (WEI, "小魏"), (3001, "丹姐")):
            running.person(name, user_id=user_id, is_started=True)
        yield running


async def fill(sim: Sim, bot: Api) -> None:
    """Let Rosa's chat hold something of every kind."""
    await sim.person("陈叔", user_id=1002).says("我也来")
    styles = [{"text": each, "callback_data": each, "style": each} for each in ("primary", "success", "danger")]
    below = {"inline_keyboard": [styles, [{"text": "plain", "callback_data": "p"}]]}
    await bot("sendMessage", chat_id=ROSA, text=RICH, parse_mode="HTML", reply_markup=below)
    await bot("sendVenue", chat_id=ROSA, latitude=39.9, longitude=116.4, title="居委会", address="和平路 1 号")
    await bot("sendContact", chat_id=ROSA, phone_number="+8613800001111", first_name="小魏")
    notice = await bot("sendMessage", chat_id=ROSA, text="明天停水")
    await bot("pinChatMessage", chat_id=ROSA, message_id=notice["message_id"])
    keyboard = {"keyboard": [[{"text": "📝 报个事"}, {"text": "🆘", "style": "danger"}]], "resize_keyboard": True}
    await bot("sendMessage", chat_id=ROSA, text="您好", reply_markup=keyboard)


@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize(
    ("size", "language"),
    [
        pytest.param(WIDE, "zh-CN", id="wide-zh"),
        pytest.param(NARROW, "en-GB", id="narrow-en"),
        pytest.param(WIDE, "en-GB", id="wide-en", marks=pytest.mark.slow),
        pytest.param(NARROW, "zh-CN", id="narrow-zh", marks=pytest.mark.slow),
    ],
)
async def test_it_has_nothing_serious_against_it(
    open_desk: OpenDesk, sim: Sim, bot: Api, size: tuple[int, int], language: str, look: Look
) -> None:
    desk = await open_desk(size, language, look=look)
    assert await complaints(desk) == []  # chats that nobody has begun, and the invitation to the tour
    await desk.page.locator(".tour .primary").click()
    await fill(sim, bot)
    phone = desk.page.locator(".phone").first
    await phone.get_by_role("button", name=re.compile("^(发照片|Attach)")).click()
    await desk.page.get_by_role("button", name=re.compile("示例语音|sample voice")).click()
    await phone.locator(".player").wait_for()
    assert await complaints(desk) == []  # a full chat and a step of the tour
    await desk.page.locator(".bar .opener").click()
    assert await complaints(desk) == []  # wide without the panel, narrow with it
    await desk.page.locator(".bar .opener").click()
    for opens in (".phone:visible .message-menu", ".phone:visible .head .round"):
        await desk.page.locator(opens).first.click()
        assert await complaints(desk) == []
        await desk.page.keyboard.press("Escape")


async def test_it_is_walked_through_with_the_tab_key(desk: Desk, bot: Api) -> None:
    """The order is that of the page: bar, tour, tabs or phones, panel; and what has the focus can be seen."""
    await expect(desk.page.locator(".tour")).to_be_visible()  # they come with what the control end point offers
    await expect(desk.page.locator(".panel").get_by_role("button", name="杀掉")).to_be_visible()
    seen: list[str] = []
    for _ in range(40):
        await desk.page.keyboard.press("Tab")
        where = await desk.page.evaluate(
            "[document.activeElement.closest('.bar, .tour, .phone, .panel')?.className.split(' ')[0],"
            " getComputedStyle(document.activeElement).outlineStyle]"
        )
        assert where[0] is None or where[1] != "none"
        if where[0] and (not seen or seen[-1] != where[0]):
            seen.append(where[0])
    assert seen[:4] == ["bar", "tour", "phone", "panel"]


async def test_it_gives_the_focus_back_when_a_sheet_is_closed(desk: Desk, bot: Api) -> None:
    menu = desk.phone("王阿姨").get_by_role("button", name="这部手机的菜单")
    await menu.focus()
    await desk.page.keyboard.press("Enter")
    await expect(desk.page.get_by_role("dialog")).to_be_visible()
    await desk.page.keyboard.press("Escape")
    await expect(menu).to_be_focused()
