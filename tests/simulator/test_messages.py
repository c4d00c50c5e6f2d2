"""Texts, edits, deletions, reactions, commands, and the order in which updates come."""

from datetime import timedelta
from typing import Any

import pytest

from simulator.client import Sim
from simulator.phone import Phone
from tests.simulator.conftest import Api, inline, sent


@pytest.fixture
def rosa(sim: Sim) -> Phone:
    return sim.person("王阿姨", is_started=True)


async def test_it_marks_commands(api: Api, rosa: Phone) -> None:
    await rosa.says("/report 灯坏了 #报修 @linli_bot https://a.cn")
    entities = (await api("getUpdates"))["result"][0]["message"]["entities"]
    assert [each["type"] for each in entities] == ["bot_command", "hashtag", "mention", "url"]
    assert entities[0] == {"type": "bot_command", "offset": 0, "length": 7}


async def test_it_splits_what_is_too_long_for_one_message(api: Api, rosa: Phone) -> None:
    await rosa.says("😀" * 3000)
    lengths = [len(each["message"]["text"]) for each in (await api("getUpdates"))["result"]]
    assert lengths == [2048, 952]


async def test_it_measures_texts_in_utf16_units(api: Api, rosa: Phone) -> None:
    assert (await api("sendMessage", chat_id=rosa.id, text="😀" * 2048))["ok"]
    answer = await api("sendMessage", chat_id=rosa.id, text="😀" * 2049)
    assert answer["description"] == "Bad Request: message is too long"


async def test_it_measures_texts_after_the_markup(api: Api, rosa: Phone) -> None:
    assert (await api("sendMessage", chat_id=rosa.id, text=f"<b>{'字' * 4096}</b>", parse_mode="HTML"))["ok"]
    assert (await api("sendMessage", chat_id=rosa.id, text=f"*{'字' * 4096}*", parse_mode="MarkdownV2"))["ok"]
    answer = await api("sendMessage", chat_id=rosa.id, text=f"<b>{'字' * 4097}</b>", parse_mode="HTML")
    assert answer["description"] == "Bad Request: message is too long"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "message text is empty"),
        (" \n", "text must be non-empty"),
        ("<b> </b>", "text must be non-empty"),
        ("字" * 10_923, "text is too long"),
    ],
)
async def test_it_wants_something_to_see(api: Api, rosa: Phone, text: str, complaint: str) -> None:
    answer = await api("sendMessage", chat_id=rosa.id, text=text, parse_mode="HTML")
    assert answer["description"] == f"Bad Request: {complaint}"
    card = await sent(api, rosa)
    where = {"chat_id": rosa.id, "message_id": card["message_id"]}
    edited = await api("editMessageText", **where, text=text, parse_mode="HTML")
    assert edited["description"] == f"Bad Request: {complaint}"


async def test_it_removes_the_keyboard_when_a_text_is_edited_without_one(api: Api, rosa: Phone) -> None:
    card = await sent(api, rosa, reply_markup=inline({"text": "好", "callback_data": "ok"}))
    where = {"chat_id": rosa.id, "message_id": card["message_id"]}
    assert (await api("editMessageText", **where, text="新的"))["ok"]
    assert not rosa.last.inline_rows
    back = inline({"text": "再来", "callback_data": "again"})
    assert (await api("editMessageReplyMarkup", **where, reply_markup=back))["ok"]
    assert rosa.buttons == ["再来"]


@pytest.mark.parametrize(
    ("where", "complaint"),
    [
        ({}, "message identifier is not specified"),
        ({"message_id": 1}, "chat_id is empty"),
        ({"chat_id": 500_000_001}, "message to edit not found"),
        ({"chat_id": 500_000_001, "message_id": 999}, "message to edit not found"),
    ],
)
async def test_it_cannot_edit_what_is_not_there(api: Api, rosa: Phone, where: Any, complaint: str) -> None:
    answer = await api("editMessageText", **where, text="x")
    assert answer["description"] == f"Bad Request: {complaint}"


async def test_it_finds_edits_of_buttons_and_captions_that_change_nothing(api: Api, rosa: Phone) -> None:
    keys = inline({"text": "好", "callback_data": "ok"})
    await rosa.sends_photo()
    file_id = (await api("getUpdates"))["result"][0]["message"]["photo"][-1]["file_id"]
    card = (await api("sendPhoto", chat_id=rosa.id, photo=file_id, caption="图", reply_markup=keys))["result"]
    where = {"chat_id": rosa.id, "message_id": card["message_id"], "reply_markup": keys}
    for method, same in (
        ("editMessageReplyMarkup", {}),
        ("editMessageCaption", {"caption": " 图 "}),
        ("editMessageMedia", {"media": {"type": "photo", "media": file_id, "caption": "图"}}),
    ):
        answer = await api(method, **where, **same)
        assert answer["description"].startswith("Bad Request: message is not modified: specified new"), answer


async def test_it_cannot_edit_the_words_of_others(api: Api, rosa: Phone) -> None:
    said = await rosa.says("我的话")
    answer = await api("editMessageText", chat_id=rosa.id, message_id=said.id, text="x")
    assert answer["description"] == "Bad Request: message can't be edited"


async def test_it_deletes_for_48_hours(sim: Sim, api: Api, rosa: Phone) -> None:
    where = {"chat_id": rosa.id, "message_id": (await sent(api, rosa))["message_id"]}
    sim.advance(timedelta(hours=49).total_seconds())
    assert not (await api("deleteMessage", **where))["ok"]
    fresh = {"chat_id": rosa.id, "message_id": (await sent(api, rosa, "新"))["message_id"]}
    assert (await api("deleteMessage", **fresh))["ok"]
    assert [message.text for message in rosa.messages] == ["你好"]
    again = await api("deleteMessage", **fresh)
    assert again["description"] == "Bad Request: message to delete not found"


async def test_it_passes_over_what_it_cannot_delete(sim: Sim, api: Api, rosa: Phone) -> None:
    old, new = (await sent(api, rosa))["message_id"], 0
    sim.advance(timedelta(hours=49).total_seconds())
    new = (await sent(api, rosa, "新"))["message_id"]
    assert (await api("deleteMessages", chat_id=rosa.id, message_ids=[old, new, 999]))["ok"]
    assert [message.id for message in rosa.messages] == [old]


async def test_it_unpins(api: Api, rosa: Phone) -> None:
    pins = [(await sent(api, rosa))["message_id"] for _ in range(3)]
    for message_id in pins:
        assert (await api("pinChatMessage", chat_id=rosa.id, message_id=message_id))["ok"]
    assert (await api("unpinChatMessage", chat_id=rosa.id))["ok"]
    assert (await api("unpinChatMessage", chat_id=rosa.id, message_id=pins[0]))["ok"]
    assert rosa.chat.pinned == pins[1:2]
    assert not (await api("unpinChatMessage", chat_id=rosa.id, message_id=pins[0]))["ok"]
    assert (await api("unpinAllChatMessages", chat_id=rosa.id))["ok"]
    assert rosa.chat.pinned == []


async def test_it_reacts_with_what_telegram_offers(api: Api, rosa: Phone) -> None:
    where = {"chat_id": rosa.id, "message_id": (await rosa.says("好")).id}
    assert (await api("setMessageReaction", **where, reaction=[{"type": "emoji", "emoji": "👀"}]))["ok"]
    assert rosa.reactions(rosa.messages[-1]) == ["👀"]
    answer = await api("setMessageReaction", **where, reaction=[{"type": "emoji", "emoji": "🏠"}])
    assert answer["description"] == "Bad Request: REACTION_INVALID"


async def test_it_brings_the_edits_of_people(api: Api, rosa: Phone) -> None:
    said = await rosa.says("三栋")
    await rosa.edits(said, "五栋")
    assert (await api("getUpdates"))["result"][-1]["edited_message"]["text"] == "五栋"


async def test_it_keeps_commands_per_scope_and_language(api: Api, rosa: Phone) -> None:
    menu = [{"command": "report", "description": "报个事"}]
    staff = {"type": "chat", "chat_id": rosa.id}
    assert (await api("setMyCommands", commands=menu, scope=staff, language_code="zh"))["ok"]
    assert (await api("getMyCommands", scope=staff, language_code="zh"))["result"] == menu
    assert (await api("getMyCommands"))["result"] == []
    bad = await api("setMyCommands", commands=[{"command": "报", "description": "x"}])
    assert bad["description"] == "Bad Request: BOT_COMMAND_INVALID"
    assert (await api("deleteMyCommands", scope=staff, language_code="zh"))["ok"]


async def test_it_keeps_descriptions_per_language(api: Api) -> None:
    await api("setMyDescription", description="邻里")
    await api("setMyDescription", description="Neighbours", language_code="en")
    assert (await api("getMyDescription", language_code="en"))["result"] == {"description": "Neighbours"}
    assert (await api("getMyDescription", language_code="de"))["result"] == {"description": "邻里"}
    await api("setMyName", name="Linli", language_code="en")
    assert (await api("getMyName", language_code="en"))["result"] == {"name": "Linli"}
    await api("setMyShortDescription", short_description="报事")
    assert (await api("getMyShortDescription"))["result"] == {"short_description": "报事"}


async def test_it_pins_copies_and_forwards(sim: Sim, api: Api, rosa: Phone) -> None:
    said = await rosa.says("原话")
    wei = sim.person("小魏", is_started=True)
    assert (await api("pinChatMessage", chat_id=rosa.id, message_id=said.id))["ok"]
    assert (await api("getChat", chat_id=rosa.id))["result"]["pinned_message"]["text"] == "原话"
    where = {"chat_id": wei.id, "from_chat_id": rosa.id, "message_id": said.id}
    assert (await api("copyMessage", **where))["ok"]
    assert "forward_origin" not in wei.last.body
    assert (await api("forwardMessage", **where))["ok"]
    assert wei.last.body["forward_origin"]["sender_user"]["id"] == rosa.id


async def test_it_wants_the_replied_message_to_exist(api: Api, rosa: Phone) -> None:
    reply = {"message_id": 999}
    answer = await api("sendMessage", chat_id=rosa.id, text="x", reply_parameters=reply)
    assert answer["description"] == "Bad Request: message to be replied not found"
    lenient = {**reply, "allow_sending_without_reply": True}
    assert (await api("sendMessage", chat_id=rosa.id, text="x", reply_parameters=lenient))["ok"]


async def test_it_accepts_update_ids_that_jump_down(sim: Sim, api: Api, rosa: Phone) -> None:
    await rosa.says("一")
    first = (await api("getUpdates"))["result"][0]["update_id"]
    assert (await api("getUpdates", offset=first + 1))["result"] == []
    sim.jump_update_id(17)
    await rosa.says("二")
    (update,) = (await api("getUpdates", offset=first + 1))["result"]
    assert update["update_id"] == 17


async def test_it_says_what_is_on_the_screen_when_a_look_fails(api: Api, rosa: Phone) -> None:
    await sent(api, rosa, "别的事", reply_markup=inline({"text": "好", "callback_data": "ok"}))
    with pytest.raises(AssertionError, match=r"别的事\n +\[好\]"):
        rosa.shows("电梯")


async def test_it_delivers_an_update_again_under_its_number(sim: Sim, api: Api, rosa: Phone) -> None:
    await rosa.says("一")
    update = (await api("getUpdates"))["result"][0]
    sim.repeat(update["update_id"], times=2)
    assert (await api("getUpdates"))["result"] == [update] * 3
