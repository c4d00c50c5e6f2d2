"""Abuse: forged buttons, borrowed names, groups, long and strange words, and what stands in the logs."""

import logging
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.logs import JsonLines
from handlers import entry
from simulator.client import Sim
from storage import schema
from storage.rules.press import base36
from tests.town import TOKEN, Town

from .conftest import Door, message, rows
from .process import Bot
from .story import secrets
from .test_coming_in import report

HELP = "这样用最简单"
SECRET_WORDS = "灯罩是红色的"


async def audited(town: Town) -> list[tuple[int | None, str]]:
    return [(row["telegram_id"], row["what"]) for row in await rows(town, schema.audit)]


async def the_ticket(town: Town) -> Mapping[str, Any]:
    return (await rows(town, schema.ticket))[0]


@pytest.mark.parametrize("verb", ["accept", "decline", "finish", "yes", "no", "withdraw", "more", "triage", "open"])
async def test_36_it_refuses_and_records_a_foreign_button(town: Town, verb: str) -> None:
    ticket = await report(town, f"3栋2单元楼道灯坏了，{SECRET_WORDS}")
    await town.otto.starts()
    await town.settle()
    before = await the_ticket(town)
    await town.otto.forges(f"{verb}:{base36(ticket['id'])}", 1)
    await town.settle()
    assert await the_ticket(town) == before
    assert town.otto.alerts[-1].text
    assert (6001, "refused") in await audited(town)
    assert not any(SECRET_WORDS in message.text for message in town.otto.received)


@pytest.mark.parametrize(
    "data",
    [
        *(
            "",
            "nonsense",
            "accept",
            "accept:",
            "accept:zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz",
            "accept:1",
            "stars:1:99",
        ),
        *("接单", "accept:" + "1" * 60, "__class__", "choose:" + "x" * 40, "home:1", "lang:xx", "accept:-1", "\x00"),
    ],
)
async def test_36_it_refuses_a_button_nobody_made(town: Town, data: str) -> None:
    await report(town)
    before = await the_ticket(town)
    await town.wei.forges(data, 1)
    await town.wei.says("/help")
    await town.settle()
    assert await the_ticket(town) == before
    assert {row["state"] for row in await rows(town, schema.inbox)} == {"done"}
    assert town.wei.sees(HELP) or town.wei.sees("这样用")


async def test_39_it_gives_no_rights_to_a_name(town: Town) -> None:
    ticket = await report(town, f"3栋2单元楼道灯坏了，{SECRET_WORDS}")
    double = town.sim.person("小魏", user_id=7777, username="wei", is_started=True)
    await double.says("/tasks")
    await town.settle()
    await double.forges(f"accept:{base36(ticket['id'])}", 1)
    await town.settle()
    assert (await the_ticket(town))["assignee_id"] is None
    assert (7777, "refused") in await audited(town)
    assert not any(SECRET_WORDS in message.text for message in double.received)


GROUP = {"id": -100500, "type": "supergroup", "title": "3栋邻居群"}
NOBODY: Mapping[str, Mapping[str, Any]] = {
    "anonymous administrator": {
        "from": {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"},
        "sender_chat": GROUP,
    },
    "channel in a group": {
        "from": {"id": 136817688, "is_bot": True, "first_name": "Channel", "username": "Channel_Bot"},
        "sender_chat": {"id": -100600, "type": "channel", "title": "广播"},
    },
    "linked channel": {
        "from": {"id": 777000, "is_bot": False, "first_name": "Telegram"},
        "sender_chat": {"id": -100600, "type": "channel", "title": "广播"},
        "is_automatic_forward": True,
    },
    "another bot": {"from": {"id": 42, "is_bot": True, "first_name": "Other", "username": "other_bot"}},
}


@pytest.mark.parametrize("who", NOBODY)
async def test_40_it_takes_nobody_for_somebody(door: Door, who: str) -> None:
    update = message(7, "/tasks", **{**NOBODY[who], "chat": GROUP})
    assert await door.post(update) == 200
    await door.town.settle()
    assert await door.inbox() == {7: "done"}
    assert not await rows(door.town, schema.outbox)
    known = await rows(door.town, schema.person, schema.person.c.telegram_id.in_([1087968824, 136817688, 777000, 42]))
    assert not known


async def test_40_it_takes_a_channel_for_nobody(door: Door) -> None:
    body = message(7, "/report 灯坏了")["message"]
    body["chat"] = body["sender_chat"] = {"id": -100600, "type": "channel", "title": "广播"}
    del body["from"]
    assert await door.post({"update_id": 7, "channel_post": body}) == 200
    await door.town.settle()
    assert await door.inbox() == {7: "done"}
    assert not await rows(door.town, schema.outbox)


async def test_40_it_takes_a_forward_for_whoever_forwarded_it(town: Town) -> None:
    """Otto forwards a worker's command: it stays Otto's."""
    command = await town.wei.says("/tasks")
    await town.settle()
    await town.otto.starts()
    await town.otto.forwards(command)
    await town.settle()
    grants = await rows(town, schema.role_grant, schema.role_grant.c.person_id.in_(_persons(6001)))
    assert not grants
    (otto,) = await rows(town, schema.person, schema.person.c.telegram_id == 6001)
    assert otto["name"] == "奥托"


def _persons(telegram_id: int) -> sa.Select[Any]:
    return sa.select(schema.person.c.id).where(schema.person.c.telegram_id == telegram_id)


async def test_41_it_refuses_the_next_press_of_who_lost_the_role(town: Town) -> None:
    await report(town)
    await _take_roles(town, 2001)
    await town.wei.presses("接单")
    await town.settle()
    assert (await the_ticket(town))["assignee_id"] is None
    assert (2001, "refused") in await audited(town)
    assert "楼道灯" not in town.wei.last.text


async def test_41_it_suppresses_what_waits_for_who_lost_the_role(town: Town) -> None:
    town.sim.faults.add("flood", method="sendMessage", chat_id=2001, seconds=60)
    await report(town)
    await _take_roles(town, 2001)
    town.clock.advance(timedelta(seconds=61))
    await town.settle()
    assert not any("楼道灯" in message.text for message in town.wei.received)
    waited = await rows(town, schema.outbox, schema.outbox.c.chat_id == 2001)
    assert {row["state"] for row in waited if row["ticket_id"]} == {"suppressed"}


async def _take_roles(town: Town, telegram_id: int) -> None:
    now = town.clock.now()
    taken = sa.update(schema.role_grant).where(schema.role_grant.c.person_id.in_(_persons(telegram_id)))
    offers = sa.update(schema.offer).where(schema.offer.c.person_id.in_(_persons(telegram_id)))

    def take(connection: sa.Connection) -> None:
        connection.execute(taken.values(revoked_at=now))
        connection.execute(offers.values(state="withdrawn"))

    await town.app.database.write(take)


async def test_42_it_says_nothing_personal_in_a_group(town: Town) -> None:
    """Whatever command there is, and whoever gives it."""
    await report(town)
    group = town.sim.group("3栋邻居群", town.rosa, town.wei, town.dan, town.ada, is_bot_admin=True)
    before = len(await rows(town, schema.outbox))
    for command in (*(f"/{name}" for name in entry.commands()), "/report 灯坏了", "/start pguess"):
        for phone in (town.rosa, town.wei, town.dan, town.ada):
            await phone.in_group(group).says(command)
    await town.settle()
    said = (await rows(town, schema.outbox))[before:]
    assert {row["message"].partition(".")[0] for row in said} == {"group"}  # `test_groups` looks at what they say
    assert {row["chat_id"] for row in said} <= {group.id}
    assert not any("楼道灯" in message.text or "10" in message.text for message in group.messages[1:])


async def test_42_it_remembers_nobody_who_only_talks_in_a_group(town: Town) -> None:
    stranger = town.sim.person("路人", user_id=7778)
    group = town.sim.group("3栋邻居群", town.rosa, stranger, is_bot_admin=True)
    await stranger.in_group(group).says("3栋2单元楼道灯坏了")
    await stranger.in_group(group).says("/my")
    await town.settle()
    assert not await rows(town, schema.person, schema.person.c.telegram_id == 7778)


NAMES = (
    "<b>粗</b><script>",
    "&lt;x&gt; & \"'",
    '<a href="https://evil.example">点我</a>',
    "\u202eabc\u202c 王",
    "王\x00阿姨",
    "😀" * 2048,
    "王" * 5000,
    "{{ 7 * 7 }}{% raw %}",
    "https://evil.example",
    "\u200b",
)


@pytest.mark.parametrize("name", NAMES)
async def test_43_it_bears_strange_names(town: Town, name: str) -> None:
    rosa = town.rosa
    rosa.person.first_name = name
    await report(town)
    card = town.wei.shows("楼道灯坏了")
    assert not [one for one in card.body.get("entities", []) if one["type"] in {"text_link", "url"}]
    assert "49" not in card.text.replace(str((await the_ticket(town))["number"]), "")
    assert not await rows(town, schema.outbox, schema.outbox.c.state.not_in(["sent", "suppressed"]))


@pytest.mark.parametrize("words", ["<b>灯</b> & <i>坏", "灯坏了" * 3000, "灯\x00坏了", "\u202e灯坏了", "😀" * 2048])
async def test_43_it_bears_strange_words(town: Town, words: str) -> None:
    await town.rosa.says("3栋2单元楼道灯坏了 " + words)
    await town.settle()
    await town.rosa.presses("同意，继续")
    await town.settle()
    await town.rosa.presses("报上去")
    await town.settle()
    assert town.wei.shows("楼道灯坏了")
    assert not await rows(town, schema.outbox, schema.outbox.c.state.not_in(["sent", "suppressed"]))


async def test_45_it_refuses_a_huge_film_before_it_fetches_anything(town: Town) -> None:
    await town.rosa.sends_video("楼道灯坏了", size=60 * 1024 * 1024)
    await town.settle()
    assert not town.sim.record.calls("getFile")
    assert {row["state"] for row in await rows(town, schema.inbox)} == {"done"}
    assert town.rosa.received


async def test_45_it_makes_one_report_of_an_album(town: Town) -> None:
    await town.rosa.sends_album(6, "3栋2单元楼道灯坏了")
    await town.settle()
    for button in ("同意，继续", "报上去"):
        await town.rosa.presses(button)
        await town.settle()
    assert len(await rows(town, schema.ticket)) == 1
    assert len(await rows(town, schema.attachment)) == 6


async def test_47_its_logs_hold_nothing_about_anybody(
    town: Town, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    with caplog.at_level(logging.DEBUG):
        await report(town)
        town.sim.faults.add("error", method="sendMessage", code=400, chat_id=1001)
        town.sim.faults.add("drop", method="editMessageText")
        await town.wei.presses("接单")
        await town.settle()
        await town.rosa.says("我家电话 13800138000，王秀英，3栋2单元302")
        await town.wei.blocks()
        await town.settle()
    assert caplog.records
    ours = [one for one in caplog.records if one.name != "aiohttp.access"]  # that is the simulator's server
    form = JsonLines("here")
    shown = "\n".join(f"{one.name} {one.getMessage()}\n{one.exc_text or ''}\n{form.format(one)}" for one in ours)
    assert not [secret for secret in secrets() if secret in shown]


async def test_47_it_shows_no_token_that_is_refused(tmp_path: Path) -> None:
    token = "123456:a-token-that-Telegram-does-not-know-0000"
    async with Sim(TOKEN) as sim:
        bot = Bot(sim, tmp_path, bot_token=token)
        await bot.launch()
        assert await bot.ended() == 1
    shown = bot.log.read_text(encoding="utf-8")
    assert "401" in shown
    assert token.partition(":")[2] not in shown
