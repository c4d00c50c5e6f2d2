"""Talking to a bot by typing and clicking only."""

import asyncio
from typing import Any

import pytest
from playwright.async_api import expect

from simulator.client import Sim
from tests.browser.conftest import Api, Desk

pytestmark = pytest.mark.asyncio(loop_scope="session")  # one browser for all

ROSA, WEI = 1001, 2001


def keys(*rows: list[tuple[str, str]]) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": text, "callback_data": data} for text, data in row] for row in rows]}


async def next_update(bot: Api) -> Any:
    """Fetch and confirm one update."""
    (update, *_) = await bot("getUpdates", timeout=20, limit=1)
    await bot("getUpdates", offset=update["update_id"] + 1)
    return update


async def test_it_opens_the_phones_of_the_first_three(desk: Desk) -> None:
    for name in ("王阿姨", "小魏", "丹姐"):
        await expect(desk.phone(name)).to_be_visible()
    await expect(desk.page.locator(".tabs")).to_be_hidden()


async def test_it_starts_a_chat_that_nobody_has_begun(desk: Desk, sim: Sim, bot: Api) -> None:
    await bot("setMyDescription", description="有事就跟我说。")
    await desk.page.reload()
    await desk.phone("丹姐").get_by_role("combobox", name="这是谁的手机").select_option("Otto")
    await expect(desk.phone("Otto")).to_contain_text("有事就跟我说。")
    await desk.phone("Otto").get_by_role("button", name="开始").click()
    assert (await next_update(bot))["message"]["text"] == "/start"


async def test_it_sends_what_is_typed_and_shows_the_answer(desk: Desk, bot: Api) -> None:
    await desk.says("王阿姨", "3栋2单元楼道灯坏了")
    assert (await next_update(bot))["message"]["text"] == "3栋2单元楼道灯坏了"
    await bot("sendMessage", chat_id=ROSA, text="<b>收到</b>，<i>编号</i> <code>10 248</code>", parse_mode="HTML")
    answer = await desk.shows("王阿姨", "收到，编号 10 248")
    await expect(answer.locator("strong")).to_have_text("收到")
    await expect(answer.locator("code")).to_have_text("10 248")


async def test_it_scrolls_the_chat_and_nothing_else(desk: Desk, bot: Api) -> None:
    for number in range(30):
        await bot("sendMessage", chat_id=ROSA, text=f"{number}", reply_markup=keys([("好", f"ok:{number}")]))
    await desk.shows("王阿姨", "29")
    phone = desk.phone("王阿姨")
    assert await phone.evaluate("each => each.scrollHeight - each.clientHeight") == 0
    assert await phone.locator(".scroller").evaluate(
        "each => each.scrollTop + each.clientHeight >= each.scrollHeight - 1"
    )


async def test_it_stays_at_the_newest_until_somebody_scrolls_up(desk: Desk, sim: Sim, bot: Api) -> None:
    scroller = desk.phone("王阿姨").locator(".scroller")
    for number in range(25):
        await bot("sendMessage", chat_id=ROSA, text=f"消息 {number}\n" * 3)
    await expect(desk.phone("王阿姨").locator(".entry").last).to_be_in_viewport()
    await scroller.hover()
    await desk.page.mouse.wheel(0, -600)
    down = desk.phone("王阿姨").get_by_role("button", name="到最新消息")
    await expect(down).to_be_visible()
    await bot("sendMessage", chat_id=ROSA, text="新的")
    await expect(desk.phone("王阿姨").locator(".entry").last).not_to_be_in_viewport()
    await down.click()
    await expect(desk.phone("王阿姨").locator(".entry").last).to_be_in_viewport()


async def test_it_formats_what_is_nested_and_counts_in_utf16(desk: Desk, bot: Api) -> None:
    await bot(
        "sendMessage", chat_id=ROSA, text="🆘🆘 <b>快 <i>跑</i></b><blockquote>慢慢说</blockquote>完", parse_mode="HTML"
    )
    message = await desk.shows("王阿姨", "快 跑")
    await expect(message.locator("strong > em")).to_have_text("跑")
    await expect(message.locator("blockquote")).to_have_text("慢慢说")


async def test_it_never_reads_words_as_html(desk: Desk, bot: Api) -> None:
    await desk.says("王阿姨", "<img src=x onerror=document.title='bad'><b>粗</b>")
    message = await desk.shows("王阿姨", "<b>粗</b>")
    await expect(message.locator("img, b")).to_have_count(0)


async def test_it_presses_and_shows_toast_and_alert(desk: Desk, bot: Api) -> None:
    await bot("sendMessage", chat_id=WEI, text="新任务", reply_markup=keys([("接单", "take"), ("有危险", "sos")]))
    phone = desk.phone("小魏")
    await phone.get_by_role("button", name="接单").click()
    await expect(phone.get_by_role("button", name="接单")).to_have_attribute("aria-busy", "true")
    press = (await next_update(bot))["callback_query"]
    await bot("answerCallbackQuery", callback_query_id=press["id"], text="已接单")
    await expect(phone.locator(".toast")).to_have_text("已接单")
    await expect(phone.get_by_role("button", name="接单")).not_to_have_attribute("aria-busy", "true")
    await phone.get_by_role("button", name="有危险").click()
    press = (await next_update(bot))["callback_query"]
    await bot("answerCallbackQuery", callback_query_id=press["id"], text="请打 119", show_alert=True)
    await expect(phone.get_by_role("alertdialog")).to_contain_text("请打 119")
    await phone.get_by_role("button", name="知道了").click()
    await expect(phone.get_by_role("alertdialog")).to_have_count(0)


async def test_it_lets_two_race_for_one_card(desk: Desk, bot: Api) -> None:
    cards = [
        await bot("sendMessage", chat_id=each, text="灯坏了", reply_markup=keys([("接单", "t")]))
        for each in (WEI, 3001)
    ]
    buttons = [desk.phone(name).get_by_role("button", name="接单") for name in ("小魏", "丹姐")]
    await asyncio.gather(*(button.dispatch_event("click") for button in buttons))  # there is only one mouse
    first = (await next_update(bot))["callback_query"]
    second = (await next_update(bot))["callback_query"]
    assert {first["from"]["id"], second["from"]["id"]} == {WEI, 3001}
    for card in cards:
        await bot("editMessageText", chat_id=card["chat"]["id"], message_id=card["message_id"], text="已被接走")
    for name in ("小魏", "丹姐"):
        await expect(await desk.shows(name, "已被接走")).to_contain_text("已编辑")
        await expect(desk.phone(name).get_by_role("button", name="接单")).to_have_count(0)


async def test_it_copies_and_follows_links_of_buttons(desk: Desk, sim: Sim, bot: Api) -> None:
    rows = [
        [{"text": "复制", "copy_text": {"text": "10248"}}, {"text": "加入", "url": "https://t.me/linli_bot?start=b3"}]
    ]
    await bot("sendMessage", chat_id=ROSA, text="邀请", reply_markup={"inline_keyboard": rows})
    phone = desk.phone("王阿姨")
    await phone.get_by_role("button", name="复制").click()
    await expect(phone.locator(".toast")).to_contain_text("10248")
    await phone.get_by_role("button", name="加入").click()
    assert (await next_update(bot))["message"]["text"] == "/start b3"


async def test_it_is_used_with_keys_alone(desk: Desk, bot: Api) -> None:
    await desk.phone("王阿姨").get_by_role("textbox", name="写消息").focus()
    await desk.page.keyboard.type("灯坏了")
    await desk.page.keyboard.press("Enter")
    assert (await next_update(bot))["message"]["text"] == "灯坏了"
    await bot("sendMessage", chat_id=ROSA, text="对吗？", reply_markup=keys([("对", "yes")]))
    await desk.shows("王阿姨", "对吗")
    await desk.page.keyboard.press("Shift+Tab")
    await expect(desk.phone("王阿姨").get_by_role("button", name="对", exact=True)).to_be_focused()
    await desk.page.keyboard.press("Enter")
    assert (await next_update(bot))["callback_query"]["data"] == "yes"


async def test_it_tells_a_screen_reader_what_came(desk: Desk, bot: Api) -> None:
    await bot("sendMessage", chat_id=ROSA, text="收到了")
    await expect(desk.page.locator("[aria-live=polite]")).to_have_text("王阿姨 收到：收到了")


async def test_it_shows_styles_of_buttons(desk: Desk, bot: Api) -> None:
    row = [{"text": style, "callback_data": style, "style": style} for style in ("primary", "success", "danger")]
    await bot("sendMessage", chat_id=ROSA, text="选一个", reply_markup={"inline_keyboard": [row]})
    await desk.shows("王阿姨", "选一个")
    for style in ("primary", "success", "danger"):
        await expect(desk.phone("王阿姨").locator(f".key.{style}")).to_have_text(style)


async def test_it_uses_the_keyboard_at_the_bottom(desk: Desk, bot: Api) -> None:
    keyboard = [[{"text": "📝 报个事"}, {"text": "📍 发位置", "request_location": True}]]
    await bot("sendMessage", chat_id=ROSA, text="您好", reply_markup={"keyboard": keyboard, "resize_keyboard": True})
    phone = desk.phone("王阿姨")
    await phone.get_by_role("button", name="报个事").click()
    assert (await next_update(bot))["message"]["text"] == "📝 报个事"
    await phone.get_by_role("button", name="📍 发位置").click()
    await desk.page.get_by_label("纬度").fill("31.2304")
    await desk.page.get_by_role("button", name="发送这个位置").click()
    assert (await next_update(bot))["message"]["location"]["latitude"] == 31.2304
    await bot("sendMessage", chat_id=ROSA, text="好", reply_markup={"remove_keyboard": True})
    await expect(phone.locator(".reply-keyboard")).to_have_count(0)


async def test_it_puts_a_keyboard_for_one_time_away_when_it_is_used(desk: Desk, bot: Api) -> None:
    keyboard = {"keyboard": [[{"text": "📝 报个事"}]], "one_time_keyboard": True}
    await bot("sendMessage", chat_id=ROSA, text="您好", reply_markup=keyboard)
    phone = desk.phone("王阿姨")
    await desk.says("王阿姨", "先等等")
    await next_update(bot)
    await expect(phone.locator(".reply-keyboard")).to_have_count(1)
    await phone.get_by_role("button", name="报个事").click()
    await expect(phone.locator(".reply-keyboard")).to_have_count(0)


async def test_it_replies_edits_and_reacts(desk: Desk, bot: Api) -> None:
    await bot("sendMessage", chat_id=ROSA, text="在哪里？")
    menu, page = "对这条消息……", desk.page
    await (await desk.shows("王阿姨", "在哪里")).get_by_role("button", name=menu).click()
    await page.get_by_role("button", name="回复").click()
    await desk.says("王阿姨", "3栋")
    assert (await next_update(bot))["message"]["reply_to_message"]["text"] == "在哪里？"
    await (await desk.shows("王阿姨", "3栋")).get_by_role("button", name=menu).click()
    await page.get_by_role("button", name="修改").click()
    await desk.says("王阿姨", "5栋")
    assert (await next_update(bot))["edited_message"]["text"] == "5栋"
    await (await desk.shows("王阿姨", "5栋")).get_by_role("button", name=menu).click()
    await page.get_by_role("button", name="回应 👍").click()
    await expect((await desk.shows("王阿姨", "5栋")).locator(".reactions")).to_have_text("👍")


async def test_it_shows_typing_pins_and_deletions(desk: Desk, bot: Api) -> None:
    phone = desk.phone("王阿姨")
    await bot("sendChatAction", chat_id=ROSA, action="typing")
    await expect(phone.locator(".typing-words")).to_have_text("正在输入……")
    notice = await bot("sendMessage", chat_id=ROSA, text="明天停水")
    await expect(phone.locator(".typing-words")).to_have_text("")
    await bot("pinChatMessage", chat_id=ROSA, message_id=notice["message_id"])
    await expect(phone.locator(".pinned")).to_contain_text("明天停水")
    await bot("deleteMessage", chat_id=ROSA, message_id=notice["message_id"])
    await expect(phone.locator(".entry", has_text="明天停水")).to_have_count(0)


async def test_it_offers_the_commands_in_the_persons_language(desk: Desk, bot: Api) -> None:
    await bot("setMyCommands", commands=[{"command": "my", "description": "我的事"}])
    await bot("setMyCommands", commands=[{"command": "my", "description": "My matters"}], language_code="en")
    await desk.says("王阿姨", "好")
    await next_update(bot)
    await desk.phone("王阿姨").get_by_role("button", name="命令菜单").click()
    await desk.page.get_by_role("dialog").get_by_role("button", name="我的事").click()
    assert (await next_update(bot))["message"]["text"] == "/my"
    await desk.chooses("王阿姨", "English")
    await desk.phone("王阿姨").get_by_role("button", name="命令菜单").click()
    await expect(desk.page.get_by_role("dialog")).to_contain_text("My matters")


async def test_it_opens_the_menu_of_a_message_under_a_long_finger(desk: Desk, bot: Api) -> None:
    await bot("sendMessage", chat_id=ROSA, text="在哪里？")
    message = await desk.shows("王阿姨", "在哪里")
    await message.locator(".line").dispatch_event("touchstart")
    await desk.page.get_by_role("dialog").get_by_role("button", name="回复").click()
    await desk.says("王阿姨", "3栋")
    assert (await next_update(bot))["message"]["reply_to_message"]["text"] == "在哪里？"
