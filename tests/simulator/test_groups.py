"""Groups: who sees what, topics, and the move to a supergroup."""

from typing import Any

import pytest

from simulator.client import Sim
from simulator.phone import Phone
from simulator.seed import found_group
from tests.simulator.conftest import Api


@pytest.fixture
def rosa(sim: Sim) -> Phone:
    return sim.person("王阿姨")


async def texts(api: Api) -> list[Any]:
    return [each["message"].get("text") for each in (await api("getUpdates"))["result"] if "message" in each]


async def test_it_hides_small_talk_from_a_bot_in_privacy_mode(sim: Sim, api: Api, rosa: Phone) -> None:
    here = rosa.in_group(sim.group("邻居群", rosa))
    await here.says("今天天气好")
    await here.says("/report 灯坏了")
    await here.says("@linli_bot 看看")
    sent = (await api("sendMessage", chat_id=here.chat.id, text="收到"))["result"]
    await here.says("谢谢", reply_to=here.chat.messages[sent["message_id"]])
    assert await texts(api) == [None, "/report 灯坏了", "@linli_bot 看看", "谢谢"]


async def test_it_shows_everything_to_an_administrator(sim: Sim, api: Api, rosa: Phone) -> None:
    group = sim.group("邻居群", rosa, is_bot_admin=True)
    await rosa.in_group(group).says("今天天气好")
    assert (await texts(api))[-1] == "今天天气好"


async def test_it_tells_the_bot_that_it_was_added_and_removed(sim: Sim, api: Api, rosa: Phone) -> None:
    group = sim.group("邻居群", rosa)
    group.removes(sim.bot)
    updates = (await api("getUpdates"))["result"]
    changes = [each["my_chat_member"]["new_chat_member"]["status"] for each in updates if "my_chat_member" in each]
    assert changes == ["member", "kicked"]
    answer = await api("sendMessage", chat_id=group.id, text="x")
    assert answer["description"] == "Forbidden: bot was kicked from the group chat"


async def test_it_says_where_a_group_went(sim: Sim, api: Api, rosa: Phone) -> None:
    group = sim.group("邻居群", rosa)
    old = group.id
    new = group.migrates()
    answer = await api("sendMessage", chat_id=old, text="x")
    assert (answer["error_code"], answer["parameters"]) == (400, {"migrate_to_chat_id": new})
    assert (await api("sendMessage", chat_id=new, text="x"))["ok"]
    messages = [each["message"] for each in (await api("getUpdates"))["result"] if "message" in each]
    assert [each.get("migrate_to_chat_id") for each in messages if each["chat"]["id"] == old][-1:] == [new]
    assert [each.get("migrate_from_chat_id") for each in messages if each["chat"]["id"] == new] == [old]


async def test_it_has_topics(sim: Sim, api: Api, rosa: Phone) -> None:
    group = sim.group("网格群", rosa, is_forum=True, is_bot_admin=True)
    made = (await api("createForumTopic", chat_id=group.id, name="一网格"))["result"]
    thread = made["message_thread_id"]
    sent = (await api("sendMessage", chat_id=group.id, message_thread_id=thread, text="新工单"))["result"]
    assert sent["is_topic_message"]
    there = rosa.in_group(group, group.topics["一网格"])
    assert there.sees("新工单")
    await there.says("我来")
    assert (await api("getUpdates"))["result"][-1]["message"]["message_thread_id"] == thread


async def test_it_refuses_a_deleted_topic(sim: Sim, api: Api, rosa: Phone) -> None:
    group = sim.group("网格群", rosa, is_forum=True, is_bot_admin=True)
    topic = group.creates_topic("一网格")
    group.deletes_topic(topic)
    answer = await api("sendMessage", chat_id=group.id, message_thread_id=topic.id, text="x")
    assert answer["description"] == "Bad Request: message thread not found"


async def test_it_takes_the_messages_of_a_deleted_topic_along(sim: Sim, api: Api, rosa: Phone) -> None:
    group = sim.group("网格群", rosa, is_forum=True, is_bot_admin=True)
    thread = (await api("createForumTopic", chat_id=group.id, name="一网格"))["result"]["message_thread_id"]
    sent = (await api("sendMessage", chat_id=group.id, message_thread_id=thread, text="新工单"))["result"]
    assert (await api("deleteForumTopic", chat_id=group.id, message_thread_id=thread))["ok"]
    answer = await api("editMessageText", chat_id=group.id, message_id=sent["message_id"], text="x")
    assert answer["description"] == "Bad Request: message to edit not found"
    again = await api("closeForumTopic", chat_id=group.id, message_thread_id=thread)
    assert again["description"] == "Bad Request: message thread not found"


async def test_it_wants_a_forum_and_the_right_to_run_it(sim: Sim, api: Api, rosa: Phone) -> None:
    plain = sim.group("邻居群", rosa, is_supergroup=True, is_bot_admin=True)
    forum = sim.group("网格群", rosa, is_forum=True)
    answers = [await api("createForumTopic", chat_id=each.id, name="x") for each in (plain, forum)]
    assert [each["description"] for each in answers] == [
        "Bad Request: the chat is not a forum",
        "Bad Request: not enough rights to create a topic",
    ]


async def test_it_overlooks_a_topic_where_there_are_none(sim: Sim, api: Api, rosa: Phone) -> None:
    group = sim.group("邻居群", rosa, is_supergroup=True)
    sent = (await api("sendMessage", chat_id=group.id, message_thread_id=7, text="x"))["result"]
    assert "message_thread_id" not in sent


async def test_it_renames_closes_and_reopens_a_topic_once(sim: Sim, api: Api, rosa: Phone) -> None:
    group = sim.group("网格群", rosa, is_forum=True, is_bot_admin=True)
    where = {"chat_id": group.id, "message_thread_id": group.creates_topic("一网格").id}
    for method, more in (("editForumTopic", {"name": "二网格"}), ("closeForumTopic", {}), ("reopenForumTopic", {})):
        assert (await api(method, **where, **more))["ok"]
        assert (await api(method, **where, **more))["description"] == "Bad Request: TOPIC_NOT_MODIFIED"
    services = [key for message in group.messages for key in message.body if key.startswith("forum_topic")]
    assert services == [f"forum_topic_{done}" for done in ("created", "edited", "closed", "reopened")]


async def test_it_lets_only_administrators_write_in_a_closed_topic(sim: Sim, api: Api, rosa: Phone) -> None:
    group = sim.group("网格群", rosa, is_forum=True)
    topic = group.creates_topic("一网格")
    group.closes_topic(topic)
    send = {"chat_id": group.id, "message_thread_id": topic.id, "text": "x"}
    assert (await api("sendMessage", **send))["description"] == "Bad Request: TOPIC_CLOSED"
    group.promotes(sim.bot)
    assert (await api("sendMessage", **send))["ok"]


async def test_it_names_members_and_administrators(sim: Sim, api: Api, rosa: Phone) -> None:
    wei, otto = sim.person("小魏"), sim.person("路人")
    group = sim.group("邻居群", rosa, wei, is_bot_admin=True)
    about = {"chat_id": group.id}
    assert (await api("getChatMember", **about, user_id=wei.id))["result"]["status"] == "member"
    assert (await api("getChatMember", **about, user_id=otto.id))["result"]["status"] == "left"
    administrators = (await api("getChatAdministrators", **about))["result"]
    assert [each["status"] for each in administrators] == ["creator", "administrator"]
    assert (await api("getChatMemberCount", **about))["result"] == 3


async def test_it_leaves_a_group(sim: Sim, api: Api, rosa: Phone) -> None:
    group = sim.group("邻居群", rosa)
    assert (await api("leaveChat", chat_id=group.id))["ok"]
    assert (await api("sendMessage", chat_id=group.id, text="x"))["error_code"] == 403


async def test_it_limits_a_group_to_twenty_a_minute(sim: Sim, api: Api, rosa: Phone) -> None:
    sim.world.clock.freeze()
    group = sim.group("邻居群", rosa)
    sim.flood.is_on = True
    answers = [await api("sendMessage", chat_id=group.id, text="x") for _ in range(21)]
    assert [each["ok"] for each in answers] == [True] * 20 + [False]


async def test_it_sends_nothing_to_a_bot_that_was_put_out(sim: Sim, api: Api, rosa: Phone) -> None:
    group = sim.group("邻居群", rosa)
    group.removes(sim.bot)
    await api("getUpdates", offset=-1)
    before = sim.pending()
    await rosa.in_group(group).says("/report 灯坏了")
    assert sim.pending() == before


async def test_it_lets_an_administrator_speak_for_the_group(sim: Sim, api: Api, rosa: Phone) -> None:
    wei = sim.person("小魏")
    group = sim.group("邻居群", rosa, wei, is_bot_admin=True)
    await rosa.in_group(group).as_the_group().says("/bind")
    message = (await api("getUpdates"))["result"][-1]["message"]
    assert message["from"]["username"] == "GroupAnonymousBot"
    assert message["sender_chat"]["id"] == message["chat"]["id"] == group.id
    with pytest.raises(ValueError, match="does not run the group"):
        await wei.in_group(group).as_the_group().says("/bind")


async def test_it_does_not_tell_which_administrator_put_the_bot_out(sim: Sim, api: Api, rosa: Phone) -> None:
    group = sim.group("邻居群", rosa)
    group.removes(sim.bot, is_anonymous=True)
    changes = [each["my_chat_member"] for each in (await api("getUpdates"))["result"] if "my_chat_member" in each]
    assert changes[-1]["from"]["is_bot"]


async def test_it_founds_a_group_under_a_number_that_was_given(sim: Sim, rosa: Phone) -> None:
    about = {"title": "志愿者群", "owner_id": rosa.id, "chat_id": -1_001_000_000_100, "is_supergroup": True}
    assert found_group(sim.world, about).chat.id == -1_001_000_000_100
    with pytest.raises(ValueError, match="no group can have the id"):
        found_group(sim.world, about)
