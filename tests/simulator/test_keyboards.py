"""Keyboards and presses: what a button may be, what it does, and how long a press is good."""

from datetime import timedelta
from typing import Any

import pytest

from simulator.client import Sim
from simulator.phone import Phone
from tests.simulator.conftest import Api, inline, sent


@pytest.fixture
def rosa(sim: Sim) -> Phone:
    return sim.person("王阿姨", is_started=True)


async def test_it_takes_no_answer_after_150_seconds(sim: Sim, api: Api, rosa: Phone) -> None:
    await sent(api, rosa, reply_markup=inline({"text": "好", "callback_data": "ok"}))
    await rosa.presses("好")
    query = (await api("getUpdates"))["result"][0]["callback_query"]
    sim.advance(151)
    answer = await api("answerCallbackQuery", callback_query_id=query["id"])
    assert answer["description"].startswith("Bad Request: query is too old")


async def test_it_forgets_presses_after_150_seconds_and_messages_after_a_day(sim: Sim, api: Api, rosa: Phone) -> None:
    await rosa.says("还在")
    await rosa.forges("ok", 1)
    sim.advance(151)
    assert len((await api("getUpdates"))["result"]) == 1
    sim.advance(timedelta(days=1).total_seconds())
    assert (await api("getUpdates"))["result"] == []


@pytest.mark.parametrize(
    ("button", "complaint"),
    [
        ({"text": "好", "callback_data": "字" * 22}, "BUTTON_DATA_INVALID"),
        ({"text": "好", "callback_data": ""}, "BUTTON_DATA_INVALID"),
        ({"text": "好"}, "Text buttons are unallowed in the inline keyboard"),
        ({"text": "好", "url": "不是网址"}, "is invalid: Wrong HTTP URL"),
        ({"text": "好", "callback_data": "x", "url": "https://a.cn"}, "mutually exclusive"),
        ({"text": "好", "callback_data": "x", "style": "loud"}, "invalid button style"),
        ({"text": "好", "callback_data": "x", "colour": "red"}, "unknown to InlineKeyboardButton"),
    ],
)
async def test_it_refuses_a_bad_button(api: Api, rosa: Phone, button: Any, complaint: str) -> None:
    answer = await api("sendMessage", chat_id=rosa.id, text="?", reply_markup=inline(button))
    assert complaint in answer["description"]


async def test_it_counts_what_a_button_carries_in_bytes(api: Api, rosa: Phone) -> None:
    await sent(api, rosa, reply_markup=inline({"text": "好", "callback_data": "字" * 21 + "x"}))
    await rosa.presses("好")
    assert (await api("getUpdates"))["result"][0]["callback_query"]["data"] == "字" * 21 + "x"


async def test_it_takes_at_most_a_hundred_buttons(api: Api, rosa: Phone) -> None:
    button = {"text": "好", "callback_data": "ok"}
    await sent(api, rosa, reply_markup=inline(*[button] * 100))
    answer = await api("sendMessage", chat_id=rosa.id, text="?", reply_markup=inline(*[button] * 101))
    assert answer["description"] == "Bad Request: reply markup is too long"


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        ({"text": "字" * 201}, "MESSAGE_TOO_LONG"),
        ({"url": "https://example.org"}, "URL_INVALID"),
        ({"callback_query_id": "7"}, "query is too old and response timeout expired or query ID is invalid"),
    ],
)
async def test_it_refuses_a_bad_answer_to_a_press(api: Api, rosa: Phone, answer: Any, complaint: str) -> None:
    press = await rosa.forges("ok", 1)
    refused = await api("answerCallbackQuery", **{"callback_query_id": press.id, **answer})
    assert refused["description"] == f"Bad Request: {complaint}"
    assert rosa.waiting_presses == [press]
    fine = {"text": "字" * 200, "url": "https://t.me/linli_bot?start=b3"}
    assert (await api("answerCallbackQuery", callback_query_id=press.id, **fine))["ok"]


async def test_it_answers_a_press_only_for_the_bot_that_was_pressed(sim: Sim, api: Api, rosa: Phone) -> None:
    sim.add_bot("7000000002:other")
    press = await rosa.forges("ok", 1)
    answer = await api("answerCallbackQuery", token="7000000002:other", callback_query_id=press.id)
    assert answer["description"].startswith("Bad Request: query is too old")


async def test_it_presses_by_part_of_a_label_if_that_is_clear(api: Api, rosa: Phone) -> None:
    buttons = [{"text": "✅ 接单", "callback_data": "take"}, {"text": "不接", "callback_data": "no"}]
    await sent(api, rosa, reply_markup=inline(*buttons))
    await rosa.presses("接单")
    assert (await api("getUpdates"))["result"][0]["callback_query"]["data"] == "take"
    with pytest.raises(AssertionError, match="more than one button"):
        await rosa.presses("接")


async def test_it_keeps_a_reply_keyboard_until_it_is_removed(api: Api, rosa: Phone) -> None:
    keys = {"keyboard": [[{"text": "报个事"}, {"text": "我的号码", "request_contact": True}]]}
    await sent(api, rosa, reply_markup=keys)
    assert rosa.buttons == ["报个事", "我的号码"]
    await rosa.presses("我的号码")
    assert (await api("getUpdates"))["result"][0]["message"]["contact"]["user_id"] == rosa.id
    await sent(api, rosa, reply_markup={"remove_keyboard": True})
    assert rosa.buttons == []


async def test_it_hides_a_keyboard_for_one_time_when_it_is_used(api: Api, rosa: Phone) -> None:
    await sent(api, rosa, reply_markup={"keyboard": [[{"text": "报个事"}]], "one_time_keyboard": True})
    await rosa.says("等一下")
    assert rosa.buttons == ["报个事"]
    await rosa.presses("报个事")
    assert rosa.buttons == []


async def test_it_copies_and_opens_what_a_button_holds(sim: Sim, api: Api, rosa: Phone) -> None:
    buttons = [
        {"text": "复制", "copy_text": {"text": "10 248"}},
        {"text": "去", "url": "https://t.me/linli_bot?start=b3"},
    ]
    await sent(api, rosa, reply_markup=inline(*buttons))
    await rosa.presses("复制")
    await rosa.presses("去")
    assert rosa.person.clipboard == "10 248"
    assert (await api("getUpdates"))["result"][0]["message"]["text"] == "/start b3"


async def test_it_lets_a_press_overtake_a_message(sim: Sim, api: Api, rosa: Phone) -> None:
    await sent(api, rosa, reply_markup=inline({"text": "好", "callback_data": "ok"}))
    sim.hold_updates()
    await rosa.says("慢")
    await rosa.presses("好")
    sim.release(1, 0)
    assert ["callback_query" in each for each in (await api("getUpdates"))["result"]] == [True, False]
