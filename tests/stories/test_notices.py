"""Notices: written for a place and a group of people, held back at night, paused, stopped, read and told again."""

from typing import Any

import pytest

from simulator.phone import Phone
from storage import recipients, schema
from storage.broadcast import SLICE
from storage.ledger import Row
from storage.recipients import Counts
from storage.rules.press import press
from tests.stories.chat import go, person
from tests.town import Town

WORDS = "明天上午9点到11点停水，请提前接好水。"
FRAUD = "最近有人冒充社区要验证码。"


async def change(town: Town, phone: Phone, **values: Any) -> None:
    """Something about somebody is different from now on."""
    table = schema.person
    async with town.app.database.writing() as connection:
        await connection.execute(table.update().where(table.c.telegram_id == phone.id).values(**values))


async def lives(town: Town, phone: Phone, place: str) -> None:
    """Somebody greets the bot and lives somewhere from now on."""
    await go(town, phone.says("/help"))
    await change(town, phone, home_id=town.app.ledger.directory.by_code[place].id, consented_at=town.clock.now())


async def neighbours(town: Town) -> None:
    """Two residents in building 3."""
    await lives(town, town.rosa, "jx-3-2")
    await lives(town, town.chen, "jx-3-1")


async def writes(
    town: Town,
    author: Phone,
    words: str = WORDS,
    *,
    place: str = "jx-3",
    audience: str = "居民",
    kind: str = "📢 通知",
    receipt: str = "不用",
    when: str = "马上发",
) -> None:
    """Go through all the questions, up to the last button."""
    await go(town, author.says("/notice"), author.presses("写一条通知"), author.says(words), author.says(place))
    await go(town, author.presses(audience), author.presses(kind), author.presses(receipt))
    await go(town, author.presses(when) if when in author.buttons else author.says(when))


async def sends(town: Town, author: Phone, words: str = WORDS, **choices: str) -> None:
    """Write and send it, and let it go out."""
    await writes(town, author, words, **choices)
    await go(town, author.presses("✅ 发给"))
    await goes_out(town)


async def goes_out(town: Town, seconds: int = 5) -> None:
    """The clock ticks a few times."""
    for _ in range(seconds):
        await town.advance(seconds=1)
    failed = schema.outbox.select().where(schema.outbox.c.state == "failed")
    assert [row["error"] for row in await town.app.ledger.all(failed) if not row["error"].startswith("403")] == []


async def notice(town: Town) -> Row:
    """The newest notice."""
    return (await town.app.ledger.all(schema.notice.select().order_by(schema.notice.c.id.desc())))[0]


async def counts(town: Town) -> Counts:
    """How far it has come."""
    return await recipients.counts(town.app.ledger, (await notice(town))["id"])


# --- writing -------------------------------------------------------------------------------------------------


async def test_it_goes_to_those_who_live_there(town: Town) -> None:
    await neighbours(town)
    await lives(town, town.vera, "jx-1-1")
    await sends(town, town.dan)
    assert town.rosa.shows("📢 通知")
    assert town.rosa.sees("幸福里社区")
    assert town.chen.shows("停水")
    assert not town.vera.sees("停水")
    assert (await notice(town))["state"] == "ended"


async def test_it_shows_beforehand_what_everybody_will_see(town: Town) -> None:
    await neighbours(town)
    await writes(town, town.dan, receipt="请大家点")
    preview = town.dan.messages[-2]
    assert preview.text == f"📢 通知\n{WORDS}\n\n—— 幸福里社区"
    assert town.dan.shows("共 10 人，其中 7 人还联系不上")
    await go(town, town.dan.presses("✅ 收到", on=preview))
    assert town.dan.alerts[-1].text == "这是预览，发出后大家才能点。"
    await go(town, town.dan.presses("✅ 发给 3 人"))
    await goes_out(town)
    assert town.rosa.last.text == preview.text


async def test_it_speaks_english_too(town: Town) -> None:
    await neighbours(town)
    for phone in (town.dan, town.rosa):
        await change(town, phone, language="en")
    await go(town, town.dan.says("/notice"), town.dan.presses("Write a notice"), town.dan.says(WORDS))
    await go(town, town.dan.says("jx-3"), town.dan.presses("Residents"), town.dan.presses("Fraud warning"))
    await go(town, town.dan.presses("Yes, please"), town.dan.says("tomorrow 9:30"))
    assert town.dan.shows("tomorrow 09:30")
    await go(town, town.dan.presses("Send to 3"))
    await town.advance(days=1)
    await goes_out(town)
    assert town.rosa.shows("Fraud warning")
    await go(town, town.rosa.presses("I have read it"))
    assert town.rosa.alerts[-1].text == "✅ Noted, thank you!"
    await go(town, town.dan.presses("Refresh"))
    assert town.dan.shows("Read by 1")


async def test_it_takes_back_and_changes_every_answer(town: Town) -> None:
    await neighbours(town)
    await writes(town, town.dan)
    await go(town, town.dan.presses("改内容"), town.dan.says("改成后天停水。"))
    assert town.dan.messages[-2].text.startswith("📢 通知\n改成后天停水。")
    await go(town, town.dan.presses("改类型"), town.dan.presses("活动邀请"), town.dan.presses("◀ 返回"))
    assert town.dan.shows("是哪一种")
    await go(town, town.dan.presses("反诈提醒"), town.dan.presses("马上发"), town.dan.presses("改地点"))
    await go(town, town.dan.says("jx-1"), town.dan.presses("取消"))
    assert not await town.app.ledger.all(schema.notice.select())


@pytest.mark.parametrize(("words", "is_apart"), [(WORDS, False), (WORDS * 60, True)])
async def test_it_sends_a_picture_with_its_words(town: Town, words: str, *, is_apart: bool) -> None:
    await neighbours(town)
    await go(town, town.dan.says("/notice"), town.dan.presses("写一条通知"), town.dan.sends_photo())
    assert town.dan.shows("还差文字")
    await go(town, town.dan.says(words), town.dan.says("jx-3"), town.dan.presses("居民"))
    await go(town, town.dan.presses("📢 通知"), town.dan.presses("要，请大家点"), town.dan.presses("马上发"))
    await go(town, town.dan.presses("✅ 发给"))
    await goes_out(town)
    picture = town.rosa.messages[-2 if is_apart else -1]
    assert picture.body["photo"]
    assert ("caption" in picture.body) is not is_apart
    assert "停水" in town.rosa.last.text
    assert "✅ 收到" in town.rosa.buttons


async def test_it_sends_long_and_hostile_words_whole(town: Town) -> None:
    await neighbours(town)
    words = "<b>&amp;</b> https://example.org/ " + "字" * 4000
    await sends(town, town.dan, words)
    said = "".join(message.text for message in town.rosa.messages[-2:])
    assert said.count("字") == 4000
    assert "<b>&amp;</b> https://example.org/" in said
    calls = [call for call in town.sim.record.calls("sendMessage", chat_id=town.rosa.id) if "字字" in call.args["text"]]
    assert all(call.args["link_preview_options"] == {"is_disabled": True} for call in calls)


# --- who may, and who gets it -----------------------------------------------------------------------------------


async def test_it_lets_a_grid_worker_write_to_the_own_grid_only(town: Town) -> None:
    await neighbours(town)
    await go(town, town.wei.says("/notice"), town.wei.presses("写一条通知"), town.wei.says(WORDS))
    await go(town, town.wei.says("jx-3"))
    wei = town.wei.last.text
    await go(town, town.wei.says("cf-12"))
    assert "对象" in wei or "哪些人" in wei
    assert not await town.app.ledger.all(schema.notice.select())


async def test_it_refuses_residents_and_forged_presses_and_records_them(town: Town) -> None:
    await neighbours(town)
    await lives(town, town.otto, "jx-1-1")
    await sends(town, town.dan, receipt="请大家点")
    row = await notice(town)
    await go(town, town.rosa.says("/notice"))
    assert town.rosa.shows("这件事不归您办")
    for verb in ("notice_pause", "notice_stop_yes", "notice_again", "notice_look", "notice_who", "notice_where"):
        await go(town, town.rosa.forges(press(verb, row["id"]), town.rosa.last.id))
    await go(town, town.otto.forges(press("notice_got", row["id"]), town.otto.last.id))
    refused = schema.audit.select().where(schema.audit.c.what == "refused")
    assert [one["data"]["code"] for one in await town.app.ledger.all(refused)] == ["not_yours"] * 8
    assert (await notice(town))["version"] == row["version"]
    assert (await counts(town)).read == 0


@pytest.mark.parametrize(
    ("audience", "who"), [("工作人员", {"wei"}), ("志愿者", {"vera"}), ("所有人", {"wei", "rosa", "vera"})]
)
async def test_it_reaches_the_group_that_was_chosen(town: Town, audience: str, who: set[str]) -> None:
    await neighbours(town)
    await lives(town, town.vera, "jx-3-3")
    grid = town.app.ledger.directory.grid_of(town.app.ledger.directory.by_code["jx-3"].id)
    assert grid is not None
    await sends(town, town.dan, place=grid.code, audience=audience)
    assert {name for name in ("wei", "rosa", "vera", "otto") if getattr(town, name).sees("停水")} == who


async def test_it_counts_whom_it_cannot_reach(town: Town) -> None:
    await neighbours(town)
    await town.chen.blocks()
    await sends(town, town.dan)
    assert await counts(town) == Counts(total=10, sent=2, unreachable=8, unread=2)
    assert town.dan.shows("联系不上 8 人")


async def test_it_says_nothing_to_who_has_lost_the_role_meanwhile(town: Town) -> None:
    await go(town, town.wei.says("/help"))
    fault = town.sim.faults.add("flood", method="sendMessage", chat_id=town.wei.id, seconds=5)
    await sends(town, town.dan, place="grid-1", audience="工作人员")
    assert fault.hits
    async with town.app.database.writing() as connection:
        wei, grant = await person(town, town.wei), schema.role_grant
        ended = grant.update().where(grant.c.person_id == wei["id"]).values(revoked_at=town.clock.now())
        await connection.execute(ended)
    await goes_out(town, 6)
    assert not town.wei.sees("停水")
    assert (await counts(town)).suppressed == 1


# --- what is not official -----------------------------------------------------------------------------------------


@pytest.mark.slow
async def test_it_lets_people_do_without_what_is_not_official(town: Town) -> None:
    await neighbours(town)
    await sends(town, town.dan, "周六包饺子", kind="🎈 活动邀请")
    await go(town, town.rosa.presses("不收活动邀请"))
    assert town.rosa.shows("通知和反诈提醒照常")
    await sends(town, town.dan, "周日看电影", kind="🎈 活动邀请")
    assert not town.rosa.sees("周日看电影")
    assert town.chen.sees("周日看电影")
    await sends(town, town.dan, FRAUD, kind="🛡 反诈提醒")
    assert town.rosa.shows("社区不会叫您转账")
    await go(town, town.rosa.says("/me"), town.rosa.presses("接着收活动邀请"))
    await sends(town, town.dan, "周一学手机", kind="🎈 活动邀请")
    assert town.rosa.sees("周一学手机")


# --- time ---------------------------------------------------------------------------------------------------------


async def test_it_waits_for_the_end_of_the_quiet_hours(town: Town) -> None:
    await neighbours(town)
    await writes(town, town.dan, when="今天 23:00")
    assert town.dan.shows("明天 07:30（过了夜里再发）")
    await go(town, town.dan.presses("✅ 发给"))
    await town.advance(hours=14)  # 23:30
    await goes_out(town)
    assert not town.rosa.sees("停水")
    await town.advance(hours=8)
    await goes_out(town)
    assert town.rosa.sees("停水")


async def test_it_wakes_nobody_with_what_was_queued_in_the_evening(town: Town) -> None:
    await neighbours(town)
    town.sim.faults.add("flood", method="sendMessage", chat_id=town.rosa.id, seconds=3600)
    await town.advance(hours=11)  # 20:30
    await sends(town, town.dan)
    await town.advance(minutes=59, seconds=50)  # the pause is over after 21:30
    await town.advance(minutes=2)
    assert not town.rosa.sees("停水")
    await town.advance(hours=10)
    assert town.rosa.sees("停水")


async def test_it_passes_the_quiet_hours_only_after_a_second_button(town: Town) -> None:
    await neighbours(town)
    await town.advance(hours=13)  # 22:30
    await writes(town, town.dan, when="🆘 夜里也要发")
    assert town.dan.shows("会叫醒大家")
    await go(town, town.dan.presses("是，叫醒大家"), town.dan.presses("✅ 发给"))
    await goes_out(town)
    assert town.rosa.sees("停水")


async def test_it_offers_the_night_to_no_grid_worker_and_to_no_invitation(town: Town) -> None:
    await writes(town, town.wei, when="后天 8:00")
    await go(town, town.wei.presses("改时间"))
    assert "🆘 夜里也要发" not in town.wei.buttons
    await writes(town, town.dan, kind="🎈 活动邀请", when="后天 8:00")
    await go(town, town.dan.presses("改时间"))
    assert "🆘 夜里也要发" not in town.dan.buttons


# --- steering -----------------------------------------------------------------------------------------------------


async def queued(town: Town) -> None:
    """Written, and in the outbox of a bot that may not speak yet."""
    await neighbours(town)
    for phone in (town.rosa, town.chen):
        town.sim.faults.add("flood", method="sendMessage", chat_id=phone.id, seconds=30)
    await sends(town, town.dan)
    assert (await counts(town)).waiting == 2


async def test_it_pauses_and_goes_on(town: Town) -> None:
    await queued(town)
    await go(town, town.dan.presses("⏸ 先停一下"))
    assert town.dan.shows("⏸ 先停着")
    await goes_out(town, 40)
    assert not town.rosa.sees("停水")
    await go(town, town.dan.presses("▶ 接着发"))
    await goes_out(town)
    assert town.rosa.sees("停水")
    assert town.dan.shows("✅ 发完了")


async def test_it_stops_for_good(town: Town) -> None:
    await queued(town)
    await go(town, town.dan.presses("⏹ 不发了"), town.dan.presses("⏹ 是，不发了"))
    await goes_out(town, 40)
    assert not town.rosa.sees("停水")
    assert town.dan.shows("没有发 2 人")
    await go(town, town.dan.forges(press("notice_go", (await notice(town))["id"]), town.dan.last.id))
    assert (await notice(town))["state"] == "stopped"


async def test_it_does_not_begin_what_was_stopped_before(town: Town) -> None:
    await neighbours(town)
    await sends(town, town.dan, when="明天 9:00")
    await go(town, town.dan.presses("⏹ 不发了"), town.dan.presses("⏹ 是，不发了"))
    await town.advance(days=1)
    await goes_out(town)
    assert not town.rosa.sees("停水")


# --- read, and told again -----------------------------------------------------------------------------------------


async def test_it_counts_each_reader_once(town: Town) -> None:
    await neighbours(town)
    await sends(town, town.dan, receipt="请大家点")
    await go(town, town.rosa.presses("✅ 收到"), town.rosa.presses("✅ 收到"))
    assert [alert.text for alert in town.rosa.alerts] == ["✅ 记下了，谢谢您！", "已经记下了，谢谢您！"]
    assert (await counts(town)).read == 1
    await go(town, town.dan.presses("🔄 刷新"))
    assert town.dan.shows("已点收到 1 人")


@pytest.mark.slow
async def test_it_tells_again_those_who_have_not_read_it_after_a_working_day(town: Town) -> None:
    await neighbours(town)
    await sends(town, town.dan, receipt="请大家点")
    await go(town, town.rosa.presses("✅ 收到"))
    await town.advance(hours=23)
    assert not town.chen.sees("再提醒您一次")
    await town.advance(hours=1, minutes=1)
    await goes_out(town)
    assert town.chen.sees("再提醒您一次")
    assert not town.rosa.sees("再提醒您一次")
    await town.advance(days=3)
    assert sum("再提醒您一次" in message.text for message in town.chen.received) == 1


async def test_it_tells_again_by_hand_at_most_once_a_day(town: Town) -> None:
    await neighbours(town)
    await sends(town, town.dan, receipt="请大家点")
    row = await notice(town)
    await go(town, town.dan.forges(press("notice_again", row["id"]), town.dan.last.id))
    assert town.dan.alerts[-1].text == "一天最多提醒一次，明天再提醒吧。"
    await town.advance(days=2)  # the clock told them once by itself
    await goes_out(town)
    await town.advance(days=1)
    await go(town, town.dan.says("/notice"), town.dan.presses("停水"), town.dan.presses("🔔 提醒还没点收到"))
    await goes_out(town)
    assert sum("再提醒您一次" in message.text for message in town.chen.received) == 2
    assert (await notice(town))["round"] == 3


async def test_it_counts_by_building_and_names_only_to_the_grid_worker(town: Town) -> None:
    await neighbours(town)
    await sends(town, town.dan, place="xfl", receipt="请大家点")
    await go(town, town.rosa.presses("✅ 收到"), town.dan.presses("🏢 各楼栋"))
    assert town.dan.shows("锦绣家园 3栋　已点收到 1，已发到 3 / 10")
    await go(town, town.dan.presses("◀ 返回"))
    assert "👴 谁还没看" not in town.dan.buttons
    await go(town, town.wei.says("/notice"), town.wei.presses("停水"))
    assert "⏹ 不发了" not in town.wei.buttons
    await go(town, town.wei.presses("👴 谁还没看"))
    assert town.wei.sees("陈叔")
    assert not any("王阿姨" in message.text for message in town.wei.received[-1:])
    kept = schema.outbox.select().where(schema.outbox.c.message == "notices.who")
    assert [row["params"] for row in await town.app.ledger.all(kept)] == [{}]


# --- many ---------------------------------------------------------------------------------------------------------


async def crowd(town: Town, size: int) -> list[Phone]:
    """A building full of people who have started the bot."""
    home, now = town.app.ledger.directory.by_code["jx-3-2"].id, town.clock.now()
    phones = [town.sim.person(f"住户{number}", is_started=True) for number in range(size)]
    rows = [
        {"id": phone.id, "telegram_id": phone.id, "name": phone.person.first_name, "home_id": home, "created_at": now}
        for phone in phones
    ]
    async with town.app.database.writing() as connection:
        await connection.execute(schema.person.insert(), rows)
    return phones


@pytest.mark.slow
async def test_it_goes_out_slice_by_slice_to_everybody_once(town: Town) -> None:
    phones = await crowd(town, 310)
    await phones[7].blocks()
    await sends(town, town.dan)
    assert [sum("停水" in message.text for message in phone.received) for phone in phones] == [1] * 7 + [0] + [1] * 302
    assert await counts(town) == Counts(total=319, sent=311, unreachable=8, unread=311)
    assert (await notice(town))["state"] == "ended"


async def test_it_keeps_the_outbox_short_and_calls_back_what_is_in_it(town: Town) -> None:
    await crowd(town, 400)
    await writes(town, town.dan)
    await go(town, town.dan.presses("✅ 发给"))
    town.sim.faults.add("flood", method="sendMessage", seconds=60, count=3)  # it has to be silent everywhere
    await goes_out(town)
    queued = schema.outbox.select().where(schema.outbox.c.method == "notice", schema.outbox.c.state == "queued")
    assert 0 < len(await town.app.ledger.all(queued)) <= SLICE
    await go(town, town.dan.forges(press("notice_pause", (await notice(town))["id"]), town.dan.last.id))
    assert await town.app.ledger.all(queued) == []
    found = await counts(town)
    assert found.waiting + found.sent == 402
