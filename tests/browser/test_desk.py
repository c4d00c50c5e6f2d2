"""The page around the phones: sizes, reloads, language, people, groups, the bot's panel, trouble."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio
from playwright.async_api import Route, expect

from simulator.client import Sim
from tests.browser.conftest import NARROW, WIDE, Api, Desk
from tests.browser.offering import OFFER, Asked, offering
from tests.browser.test_chat import ROSA, WEI, next_update

pytestmark = pytest.mark.asyncio(loop_scope="session")  # one browser for all

OpenDesk = Callable[..., Awaitable[Desk]]


@pytest.mark.parametrize(("size", "phones"), [(WIDE, 3), ((900, 800), 2), (NARROW, 1)])
async def test_it_shows_as_many_phones_as_fit(open_desk: OpenDesk, size: tuple[int, int], phones: int) -> None:
    desk = await open_desk(size)
    await expect(desk.page.locator(".phone:visible")).to_have_count(phones)
    assert await desk.page.evaluate("document.documentElement.scrollWidth") <= size[0]


async def test_it_counts_what_is_unread_behind_a_tab(open_desk: OpenDesk, sim: Sim, bot: Api) -> None:
    desk = await open_desk(NARROW)
    tab = desk.page.get_by_role("navigation").get_by_role("button", name="小魏")
    await bot("sendMessage", chat_id=WEI, text="新任务")
    await expect(tab).to_contain_text("1 条未读")
    await tab.click()
    await desk.shows("小魏", "新任务")
    await expect(tab).not_to_contain_text("未读")
    assert sim.world.town.bots[sim.bot.id].private[WEI].unread == {}


async def test_it_survives_a_reload_in_the_middle(desk: Desk, bot: Api) -> None:
    await bot("sendMessage", chat_id=ROSA, text="在哪里？")
    await desk.shows("王阿姨", "在哪里")
    await desk.phone("丹姐").get_by_role("combobox", name="这是谁的手机").select_option("Otto")
    await desk.phone("王阿姨").get_by_role("textbox", name="写消息").fill("3栋2单")
    await desk.page.reload()
    await desk.shows("王阿姨", "在哪里")
    await expect(desk.phone("Otto")).to_be_visible()
    await expect(desk.phone("王阿姨").get_by_role("textbox", name="写消息")).to_have_value("3栋2单")


async def test_it_catches_up_after_the_line_was_cut(desk: Desk, sim: Sim, bot: Api) -> None:
    sim.world.events.close()
    await expect(desk.page.locator(".trouble")).to_contain_text("正在重连")
    await bot("sendMessage", chat_id=ROSA, text="还在")
    sim.world.events.is_closed = False
    await desk.shows("王阿姨", "还在")
    await bot("sendMessage", chat_id=ROSA, text="又通了")
    await desk.shows("王阿姨", "又通了")
    await expect(desk.page.locator(".trouble")).to_be_hidden()


async def test_it_speaks_english_and_remembers_it(desk: Desk) -> None:
    await desk.page.get_by_role("button", name="English").click()
    await expect(desk.page.get_by_role("region", name="Phone of 王阿姨")).to_be_visible()
    await desk.page.reload()
    await expect(desk.page.get_by_role("region", name="Phone of 王阿姨")).to_be_visible()
    assert await desk.page.evaluate("document.documentElement.lang") == "en"


async def test_it_turns_dark(desk: Desk) -> None:
    await desk.page.get_by_role("button", name="换成深色").click()
    assert await desk.page.evaluate("document.documentElement.dataset.theme") == "dark"


async def test_it_switches_the_language_of_a_person(desk: Desk, sim: Sim, bot: Api) -> None:
    await desk.chooses("王阿姨", "English")
    await desk.says("王阿姨", "hello")
    assert (await next_update(bot))["message"]["from"]["language_code"] == "en"


async def test_it_adds_a_person_who_follows_a_link(desk: Desk, bot: Api) -> None:
    await desk.page.get_by_role("button", name="加一个人").click()
    await desk.page.get_by_label("名字").fill("Ada")
    await desk.page.get_by_label("邀请链接").fill("https://t.me/linli_bot?start=inv-7")
    await desk.page.get_by_role("button", name="加入").click()
    await desk.shows("Ada", "/start inv-7")
    await expect(desk.phone("Ada").locator(".entry")).to_have_count(1)
    update = await next_update(bot)
    assert update["message"]["from"]["first_name"] == "Ada"


async def test_it_refuses_a_link_to_somewhere_else(desk: Desk) -> None:
    await desk.chooses("王阿姨", "邀请链接")
    await desk.page.get_by_label("链接，或").fill("https://example.org/?start=x")
    await desk.page.get_by_role("button", name="打开").click()
    await expect(desk.page.get_by_role("alert")).to_contain_text("不是能用的邀请链接")


async def test_it_shows_a_group_with_topics(desk: Desk, sim: Sim, bot: Api) -> None:
    await desk.page.get_by_role("button", name="建一个群").click()
    await desk.page.get_by_label("群名").fill("一网格")
    for label in ("王阿姨", "小魏", "分话题", "机器人是管理员"):
        await desk.page.get_by_role("dialog").get_by_label(label).check()
    await desk.page.get_by_role("button", name="建群").click()
    group = next(iter(sim.world.town.groups))
    topic = await bot("createForumTopic", chat_id=group, name="报修")
    chats = desk.phone("小魏").get_by_role("combobox", name="哪个聊天")
    await chats.select_option("一网格 › 报修")
    await bot("sendMessage", chat_id=group, message_thread_id=topic["message_thread_id"], text="灯修好了")
    await desk.shows("小魏", "灯修好了")
    await desk.says("小魏", "谢谢")
    said = [each for each in sim.world.town.groups[group].living() if each.text == "谢谢"]
    assert said[0].thread_id == topic["message_thread_id"]


async def test_it_blocks_and_unblocks(desk: Desk, sim: Sim) -> None:
    await desk.chooses("王阿姨", "拉黑机器人")
    await desk.phone("王阿姨").get_by_role("button", name="解除拉黑").click()
    await expect(desk.phone("王阿姨").get_by_role("textbox")).to_be_visible()
    kinds = [next(iter(each.update.keys() - {"update_id"})) for each in sim.record.updates()]
    assert kinds == ["my_chat_member", "my_chat_member"]


async def test_it_lets_a_person_block_from_the_panel(desk: Desk, sim: Sim) -> None:
    switch = desk.page.get_by_role("switch", name="小魏拉黑机器人")
    await switch.click()
    await expect(switch).to_be_checked()
    await expect(desk.phone("小魏")).to_contain_text("已经拉黑")
    assert sim.world.town.bots[sim.bot.id].private[WEI].is_blocked


@pytest.mark.parametrize(
    ("label", "kind"),
    [("断网", "cut"), ("网很慢", "delay"), ("发得太快", "flood"), ("服务器出错", "error"), ("回执丢失", "drop")],
)
async def test_it_makes_trouble_and_ends_it(desk: Desk, sim: Sim, label: str, kind: str) -> None:
    switch = desk.page.get_by_role("switch", name=label)
    await switch.click()
    await expect(switch).to_be_checked()
    await expect(desk.page.locator(".trouble")).to_contain_text(label)
    assert [each.kind for each in sim.faults.active] == [kind]
    await switch.click()
    await expect(desk.page.locator(".trouble")).to_be_hidden()
    assert sim.faults.active == []


async def test_it_moves_the_simulators_clock_when_the_bot_offers_none(desk: Desk, sim: Sim) -> None:
    before = sim.world.clock.now()
    async with desk.page.expect_response("**/sim/clock"):
        await desk.page.get_by_role("button", name="+1 小时").click()
    assert (sim.world.clock.now() - before).total_seconds() >= 3600


@pytest_asyncio.fixture(loop_scope="session")
async def panel() -> AsyncIterator[tuple[str, Asked]]:
    """A bot's control end point, and what is asked of it."""
    async with offering(OFFER) as found:
        yield found


async def test_it_shows_what_the_bots_panel_offers(open_desk: OpenDesk, panel: tuple[str, Asked]) -> None:
    address, asked = panel
    async with Sim(control=address, control_token="secret") as sim:
        sim.person("王阿姨", user_id=ROSA, is_started=True)
        desk = await open_desk(WIDE, url=sim.url)
        await expect(desk.page.locator(".upcoming")).to_contain_text("提醒小魏 10 248")
        await expect(desk.page.locator(".upcoming time")).to_contain_text("11:00")
        await desk.page.get_by_role("button", name="+1 小时").click()
        await expect(desk.page.locator(".panel .now")).to_contain_text("09:00")
        await desk.page.get_by_role("button", name="到这个时间…").click()
        time = desk.page.get_by_role("dialog").get_by_label("时间")
        assert await time.get_attribute("min") == await time.input_value()
        await time.fill("2030-01-08T08:30")
        await desk.page.get_by_role("button", name="执行").click()
        await expect(desk.page.get_by_role("dialog")).to_have_count(0)
        await desk.chooses("王阿姨", "邀请链接")
        await desk.page.get_by_role("dialog").get_by_role("button", name="3栋2单元").click()
        await desk.shows("王阿姨", "/start p-32")
        await desk.page.goto("about:blank")
    assert asked == [("/control/hour", {}), ("/control/to", {"at": "2030-01-08T00:30:00.000Z"})]


async def test_it_lets_people_come_as_what_is_offered(open_desk: OpenDesk, panel: tuple[str, Asked]) -> None:
    address, asked = panel
    async with Sim(control=address) as sim:
        sim.person("王阿姨", user_id=ROSA, is_started=True)
        desk = await open_desk(WIDE, url=sim.url)
        for name, what, start in (("陈叔", "居民，扫码", "p-32"), ("薇拉", "志愿者", "s-7")):
            await desk.page.get_by_role("button", name="加一个人").click()
            await desk.page.get_by_label("名字").fill(name)
            await desk.page.get_by_label("以什么身份来").select_option(what)
            await desk.page.get_by_role("dialog").get_by_role("button", name="加入").click()
            await desk.shows(name, f"/start {start}")
    assert asked == [("/control/invite", {"role": "volunteer"})]


async def test_what_was_answered_earlier_hides_nothing_that_came_since(open_desk: OpenDesk) -> None:
    is_asked, is_late = asyncio.Event(), asyncio.Event()

    async def answer_late(route: Route) -> None:
        answer = await route.fetch()
        is_asked.set()
        if not (await answer.json())["messages"]:
            await is_late.wait()
        await route.fulfill(response=answer)

    async def send_afterwards(route: Route) -> None:
        await is_asked.wait()
        await route.continue_()

    async with Sim() as sim:
        sim.person("王阿姨", user_id=ROSA, is_started=True)
        desk = await open_desk(WIDE, url=sim.url)
        await desk.page.route(f"**/sim/chats/{sim.bot.id}.*", answer_late)
        await desk.page.route(f"**/sim/chats/{sim.bot.id}.*/messages", send_afterwards)
        await desk.page.get_by_role("button", name="加一个人").click()
        await desk.page.get_by_label("名字").fill("陈叔")
        await desk.page.get_by_label("扫码 / 打开邀请链接").fill("p-32")
        await desk.page.get_by_role("dialog").get_by_role("button", name="加入").click()
        await desk.shows("陈叔", "/start p-32")
        is_late.set()
        await desk.says("陈叔", "有人吗")
        await desk.shows("陈叔", "有人吗")
        await expect(desk.phone("陈叔").locator(".entry", has_text="/start p-32")).to_have_count(1)
        await desk.page.unroute_all(behavior="wait")
