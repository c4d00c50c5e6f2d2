"""What neighbours say in a group: words that become a report in private, and whose words they are."""

import sqlalchemy as sa

from storage import schema
from storage.rules.groups import Purpose
from storage.work import Work
from tests.town import Town

from .chat import go, reports, tickets
from .groups import agrees, bound, card, chinese, fresh, order, rows, said, volunteers

LAMP = "3栋2单元楼道灯坏了"


async def test_it_turns_a_mention_into_a_report_in_private(town: Town) -> None:
    await reports(town, town.rosa, "3栋2单元门禁坏了")
    group = await bound(town, Purpose.NEIGHBOURS, town.rosa, town.chen)
    rosa = town.rosa.in_group(group)
    await go(town, rosa.sends_photo(f"@linli_bot {LAMP}"))
    assert "私下问清楚" in card(group)
    assert town.rosa.shows("请看看对不对")
    await go(town, town.rosa.presses("报上去"))
    ticket = (await tickets(town))[-1]
    assert await rows(town, schema.attachment, schema.attachment.c.ticket_id == ticket["id"])
    assert "正在找人去" in card(group)
    assert str(ticket["number"])[-3:] in card(group)
    count = len(group.messages)
    await go(town, town.wei.presses("接单"))
    assert "有人在办了" in card(group)
    assert "小魏" not in card(group)
    assert len(group.messages) == count


async def test_it_takes_the_whole_album_that_was_shown_to_it(town: Town) -> None:
    await agrees(town, town.rosa)
    group = await bound(town, Purpose.NEIGHBOURS, town.rosa, is_bot_admin=True)
    await go(town, town.rosa.in_group(group).sends_album(3, f"@linli_bot {LAMP}"))
    await go(town, town.rosa.presses("报上去"))
    assert len(await rows(town, schema.attachment)) == 3


async def test_it_asks_whoever_said_it_when_somebody_else_points_at_it(town: Town) -> None:
    await reports(town, town.rosa, "3栋2单元门禁坏了")
    group = await bound(town, Purpose.NEIGHBOURS, town.rosa, town.chen, is_bot_admin=True)
    words = await town.rosa.in_group(group).says(LAMP)
    await go(town, town.chen.in_group(group).says("/report", reply_to=words))
    assert town.rosa.shows("您在邻居群里说了")
    assert not town.chen.sees(LAMP)
    await go(town, town.rosa.presses("报给社区"), town.rosa.presses("报上去"))
    assert (await tickets(town))[-1]["words"] == LAMP
    assert "正在找人去" in card(group)


async def test_it_lets_a_stranger_come_over_and_nobody_else(town: Town) -> None:
    stranger = town.sim.person("新邻居", user_id=7802)
    group = await bound(town, Purpose.NEIGHBOURS, town.rosa, stranger, is_bot_admin=True)
    words = await stranger.in_group(group).says(LAMP)
    await go(town, town.chen.says("/start"))
    await go(town, town.rosa.in_group(group).says("/report", reply_to=words))
    assert not await rows(town, schema.person, schema.person.c.telegram_id == 7802)
    await go(town, town.rosa.in_group(group).presses("报给社区"))
    assert town.rosa.shows("别的邻居说的")
    await go(town, stranger.in_group(group).presses("报给社区"))
    await go(town, stranger.presses("同意，继续"))
    await go(town, stranger.presses("报上去"))
    assert (await tickets(town))[-1]["words"] == LAMP
    assert "正在找人去" in card(group)


async def test_it_calls_for_help_at_once_when_it_is_dangerous(town: Town) -> None:
    await go(town, town.rosa.says("/start"), town.rosa.presses("同意，继续"))
    group = await bound(town, Purpose.NEIGHBOURS, town.rosa, town.chen, is_bot_admin=True)
    await go(town, town.rosa.in_group(group).says("@linli_bot 3栋2单元有很重的煤气味"))
    assert (await tickets(town))[-1]["is_danger"]
    assert town.rosa.shows("119")
    assert "编号" in card(group)


async def test_it_lets_whoever_points_at_a_danger_call(town: Town) -> None:
    """Its author, whom the bot has never met, is not waited for."""
    await agrees(town, town.chen)
    stranger = town.sim.person("新邻居", user_id=7803)
    group = await bound(town, Purpose.NEIGHBOURS, town.chen, stranger, is_bot_admin=True)
    words = await stranger.in_group(group).says("3栋2单元有很重的煤气味")
    await go(town, town.chen.in_group(group).says("/report", reply_to=words))
    (ticket,) = await tickets(town)
    assert ticket["is_danger"]
    assert town.chen.shows("119")
    assert "先打 119" in card(group)
    assert "编号" in card(group)


async def test_it_tells_a_group_nothing_of_what_is_confidential(town: Town) -> None:
    await agrees(town, town.rosa)
    group = await bound(town, Purpose.NEIGHBOURS, town.rosa)
    await go(town, town.rosa.in_group(group).says("@linli_bot 3栋2单元楼上漏水，邻居不肯赔钱，要调解"))
    await go(town, town.rosa.presses("报上去"))
    (ticket,) = await tickets(town)
    assert ticket["is_confidential"]
    assert "私下办" in card(group)
    assert str(ticket["number"])[-3:] not in "".join(said(group))


async def test_40_it_takes_nobody_for_somebody(town: Town) -> None:
    """Anonymous administrators bind nothing and report nothing, and what they said is nobody's."""
    await chinese(town, town.ada)
    group = town.sim.group("一个群", town.ada, town.rosa, is_bot_admin=True)
    await go(town, town.ada.in_group(group).as_the_group().says("/bind"))
    assert len(said(group)) == 1  # hello
    neighbours = await bound(town, Purpose.NEIGHBOURS, town.rosa, is_bot_admin=True)
    before = len(said(neighbours))
    words = await town.ada.in_group(neighbours).as_the_group().says(f"@linli_bot {LAMP}")
    await town.settle()
    assert len(said(neighbours)) == before
    await go(town, town.rosa.in_group(neighbours).says("/report", reply_to=words))
    assert "看不出是谁说的" in card(neighbours)
    assert not await tickets(town)


async def test_40_it_takes_a_forward_for_whoever_forwarded_it(town: Town) -> None:
    """Ada's words, forwarded by Rosa, bind nothing."""
    command = await town.ada.says("/bind")
    await town.settle()
    group = town.sim.group("一个群", town.ada, town.rosa)
    await go(town, town.rosa.in_group(group).forwards(command))
    assert not any("做什么的？" in one for one in said(group))


async def test_39_it_gives_no_rights_to_a_name_in_a_group(town: Town) -> None:
    await volunteers(town, town.vera)
    double = town.sim.person("薇拉", user_id=7804, username="vera")
    group = await bound(town, Purpose.VOLUNTEERS, town.vera, double)
    await order(town)
    await go(town, double.in_group(group).presses("我来帮"))
    assert not await rows(town, schema.claim)


async def test_41_it_refuses_a_press_in_a_group_of_who_lost_the_role(town: Town) -> None:
    await chinese(town, town.vera)
    await volunteers(town, town.vera)
    group = await bound(town, Purpose.VOLUNTEERS, town.vera)
    await order(town)
    (vera,) = await rows(town, schema.person, schema.person.c.telegram_id == town.vera.id)
    async with town.app.database.writing() as connection:
        grant = schema.role_grant
        taken = sa.update(grant).where(grant.c.person_id == vera["id"]).values(revoked_at=town.clock.now())
        await connection.execute(taken)
    await go(town, town.vera.in_group(group).presses("我来帮"))
    assert "请私下跟我说" in town.vera.in_group(group).alerts[-1].text
    assert not await rows(town, schema.claim)


async def test_42_it_hears_nothing_that_is_not_said_to_it(town: Town) -> None:
    group = await bound(town, Purpose.NEIGHBOURS, town.rosa, is_bot_admin=True)
    before = len(said(group))
    await go(town, town.rosa.in_group(group).says(LAMP))
    assert len(said(group)) == before
    assert not await rows(town, schema.person, schema.person.c.telegram_id == town.rosa.id)


async def test_it_keeps_night_and_day_apart(town: Town) -> None:
    """At night nothing new comes into a group, but what stands there changes; in the morning it comes."""
    await volunteers(town, town.vera)
    group = await bound(town, Purpose.VOLUNTEERS, town.vera)
    await town.advance(hours=13)
    before = len(group.messages)
    await order(town, wanted=2, hours=24)
    assert len(group.messages) == before
    await town.advance(hours=9.1)
    assert "邻居帮一下" in card(group)


async def test_it_counts_its_words_in_a_group(town: Town) -> None:
    """Sixty changes of one card in a minute are far fewer than twenty calls, and the last one is right."""
    await volunteers(town, town.vera)
    group = await bound(town, Purpose.VOLUNTEERS, town.vera)
    ticket_id = await order(town)
    before = len(town.sim.record.calls("editMessageText", chat_id=group.id))
    ledger = await fresh(town)
    work = Work.for_clock(ledger, town.clock.now())
    for _ in range(60):
        one = Work.for_clock(ledger, town.clock.now(), work.changes)
        one.group_card(ticket_id, ledger.directory.groups[group.id])
    await town.commit(work.changes)
    await town.settle()
    assert len(town.sim.record.calls("editMessageText", chat_id=group.id)) - before <= 2
