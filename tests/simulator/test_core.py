"""The core: calls are checked, texts and presses arrive, edits must change something."""

import asyncio
from typing import Any

import aiohttp
import pytest
from telegram import Bot

from simulator.client import Sim
from simulator.errors import BrokenPromiseError
from simulator.spec import spec
from tests.simulator.conftest import Api

YES_NO = {"inline_keyboard": [[{"text": "确认", "callback_data": "yes"}, {"text": "取消", "callback_data": "no"}]]}


async def test_it_serves_python_telegram_bot(sim: Sim) -> None:
    rosa = sim.person("王阿姨")
    async with Bot(sim.token, base_url=sim.base_url) as bot:
        assert (await bot.get_me()).username == "linli_bot"
        await rosa.says("3栋电梯坏了")
        (update,) = await bot.get_updates()
        assert update.message
        await update.message.reply_text("收到", do_quote=True)
    assert rosa.shows("收到").body["reply_to_message"]["text"] == "3栋电梯坏了"


async def test_it_answers_unknown_methods_with_404(api: Api) -> None:
    assert "sendInvoice" in spec().methods
    for name in ("fooBar", "sendInvoice"):
        assert await api(name) == {"ok": False, "error_code": 404, "description": "Not Found"}


async def test_it_takes_a_method_in_any_case_of_letters_and_by_get(sim: Sim, http: aiohttp.ClientSession) -> None:
    async with http.get(f"{sim.base_url}{sim.token}/GETME") as response:
        assert (response.status, (await response.json())["result"]["id"]) == (200, sim.bot.id)


async def test_it_refuses_an_unknown_token(api: Api) -> None:
    assert (await api("getMe", token="1:x"))["error_code"] == 401


async def test_it_refuses_parameters_that_the_reference_does_not_know(sim: Sim, api: Api) -> None:
    answer = await api("sendMessage", chat_id=sim.person("王阿姨", is_started=True).id, text="x", colour="red")
    assert answer["description"] == "Bad Request: parameter colour is not a parameter of sendMessage"


async def test_it_keeps_updates_until_they_are_confirmed(sim: Sim, api: Api) -> None:
    rosa = sim.person("王阿姨")
    await rosa.says("一")
    await rosa.says("二")
    first = (await api("getUpdates"))["result"]
    assert [each["message"]["text"] for each in first] == ["一", "二"]
    again = (await api("getUpdates", offset=first[0]["update_id"] + 1))["result"]
    assert [each["message"]["text"] for each in again] == ["二"]
    assert sim.pending() == 1


@pytest.mark.parametrize(
    ("asked", "seen", "kept"),
    [
        ({"offset": 1002}, ["三"], 1),
        ({"offset": 1000}, ["一", "二", "三"], 3),
        ({"offset": 0, "limit": 2}, ["一", "二"], 3),
        ({"offset": -1}, ["三"], 1),
        ({"offset": 1003}, [], 0),
        ({"offset": 5000}, ["一", "二", "三"], 3),
    ],
)
async def test_it_confirms_below_the_offset(sim: Sim, api: Api, asked: Any, seen: list[str], kept: int) -> None:
    rosa = sim.person("王阿姨")
    for text in ("一", "二", "三"):
        await rosa.says(text)
    assert [each["message"]["text"] for each in (await api("getUpdates", **asked))["result"]] == seen
    assert sim.pending() == kept


async def test_it_wakes_a_long_poll(sim: Sim, api: Api) -> None:
    rosa = sim.person("王阿姨")
    poll = asyncio.create_task(api("getUpdates", timeout=30))
    await sim.until_polled()
    await rosa.says("在吗")
    assert (await poll)["result"][0]["message"]["text"] == "在吗"


async def test_it_ends_the_older_of_two_pollers_with_409(sim: Sim, api: Api) -> None:
    older = asyncio.create_task(api("getUpdates", timeout=30))
    await sim.until_polled()
    await api("getUpdates", timeout=0)
    answer = await older
    assert answer["error_code"] == 409
    assert answer["description"].startswith("Conflict: terminated by other getUpdates request; make sure")


async def test_it_lets_the_younger_of_two_pollers_have_what_comes(sim: Sim, api: Api) -> None:
    older = asyncio.create_task(api("getUpdates", timeout=30))
    await sim.until_polled()
    younger = asyncio.create_task(api("getUpdates", timeout=30))
    assert not (await older)["ok"]
    await sim.until_polled()
    await sim.person("王阿姨").says("在吗")
    assert (await younger)["result"][0]["message"]["text"] == "在吗"


async def test_it_answers_a_press_once(sim: Sim, api: Api) -> None:
    rosa = sim.person("王阿姨", is_started=True)
    await api("sendMessage", chat_id=rosa.id, text="要报修吗？", reply_markup=YES_NO)
    await rosa.presses("确认")
    query = (await api("getUpdates"))["result"][0]["callback_query"]
    assert query["data"] == "yes"
    assert (await api("answerCallbackQuery", callback_query_id=query["id"], text="好的"))["ok"]
    assert rosa.alerts[-1].text == "好的"
    assert not (await api("answerCallbackQuery", callback_query_id=query["id"]))["ok"]


async def test_it_refuses_an_edit_that_changes_nothing(sim: Sim, api: Api) -> None:
    rosa = sim.person("王阿姨", is_started=True)
    sent = (await api("sendMessage", chat_id=rosa.id, text="<b>一</b>", parse_mode="HTML"))["result"]
    same = {"chat_id": rosa.id, "message_id": sent["message_id"]}
    answer = await api("editMessageText", **same, text="<b>一</b>", parse_mode="HTML")
    assert answer["description"].startswith("Bad Request: message is not modified: ")
    assert (await api("editMessageText", **same, text="一"))["ok"]
    assert rosa.last.text == "一"


async def test_it_does_not_let_a_bot_begin(sim: Sim, api: Api) -> None:
    otto = sim.person("路人", is_started=False)
    answer = await api("sendMessage", chat_id=otto.id, text="你好")
    assert answer["description"] == "Forbidden: bot can't initiate conversation with a user"
    await otto.starts("gate-3")
    assert (await api("getUpdates"))["result"][0]["message"]["text"] == "/start gate-3"
    assert (await api("sendMessage", chat_id=otto.id, text="你好"))["ok"]


async def test_it_tells_the_bot_that_somebody_blocked_it(sim: Sim, api: Api) -> None:
    rosa = sim.person("王阿姨", is_started=True)
    await rosa.blocks()
    (update,) = (await api("getUpdates"))["result"]
    assert update["my_chat_member"]["new_chat_member"]["status"] == "kicked"
    answer = await api("sendMessage", chat_id=rosa.id, text="你好")
    assert answer["description"] == "Forbidden: bot was blocked by the user"


async def test_it_lets_a_blocker_start_again(sim: Sim, api: Api) -> None:
    rosa = sim.person("王阿姨", is_started=True)
    await rosa.blocks()
    await rosa.starts()
    assert (await api("sendMessage", chat_id=rosa.id, text="又见面了"))["ok"]


async def test_it_says_what_it_does_not_simulate(sim: Sim, api: Api) -> None:
    rosa = sim.person("王阿姨", is_started=True)
    answer = await api("sendMessage", chat_id=rosa.id, text="x", business_connection_id="b")
    assert answer["description"] == "Bad Request: business_connection_id is not simulated"


async def test_it_tells_wrong_from_missing(sim: Sim, api: Api) -> None:
    chat_id = sim.person("王阿姨", is_started=True).id
    assert (await api("sendMessage", text="x"))["description"] == "Bad Request: chat_id is empty"
    wrong = await api("sendMessage", chat_id=chat_id, text="x", disable_notification="maybe")
    assert wrong["description"] == "Bad Request: parameter disable_notification must be Boolean"
    assert (await api("sendMessage", chat_id=1, text="x"))["description"] == "Bad Request: chat not found"


async def test_it_makes_only_the_updates_the_bot_asked_for(sim: Sim, api: Api) -> None:
    rosa = sim.person("王阿姨", is_started=True)
    await api("getUpdates", allowed_updates=["callback_query"])
    await rosa.says("没人听")
    await rosa.forges("ok", 1)
    await api("getUpdates", allowed_updates=[])
    await rosa.says("有人听")
    kinds = [list(each)[1] for each in (await api("getUpdates"))["result"]]
    assert kinds == ["callback_query", "message"]


def test_it_is_loud_when_it_makes_what_the_reference_does_not_know() -> None:
    with pytest.raises(BrokenPromiseError, match="unknown to User"):
        spec().promise("User", {"id": 1, "is_bot": False, "first_name": "x", "shoe_size": 42})
    with pytest.raises(BrokenPromiseError, match="lacks 'first_name'"):
        spec().promise("User", {"id": 1, "is_bot": False})
