"""Visits carried out: reminders, the day's list, at the door, stages, nobody there, nobody comes."""

from datetime import date, datetime

import sqlalchemy as sa

from simulator.phone import Phone
from storage import administration, people, rebooking, schema, slots
from storage.rules.catalogue import Way
from storage.rules.press import base36
from storage.work import Work
from tests.town import Town

from .telling import count, history, moves_to, presses, says, ticket
from .test_duty import fall_ill
from .visiting import TUESDAY, agrees, at, booked, booking, links_daughter, other, visit

# --- an official matter at home ------------------------------------------------------------------------------


async def test_it_goes_from_the_reminder_to_the_stars(town: Town) -> None:
    agent = await visit(town)
    await moves_to(town, "2026-11-23 18:00")
    assert "上门给您办「老年证」" in town.rosa.last.text
    assert "15:00" in agent.shows("有一件").text
    await presses(town, town.rosa, "我会在")
    await moves_to(town, "2026-11-24 08:00")
    assert "15:00 3栋 2单元 老年证" in agent.shows("今天要办的").text
    await presses(town, agent, "15:00")
    assert "居民说会在" in agent.shows("编号 10").text
    await moves_to(town, "2026-11-24 14:50")
    await presses(town, agent, "出发了")
    await presses(town, agent, "出发了")
    assert count(town.rosa, "出发了，今天 15:00 左右到您家") == 1
    await presses(town, agent, "到了")
    await agent.sends_photo("门口")
    await town.settle()
    assert town.rosa.shows("到了，来办「老年证」")
    assert (await ticket(town))["state"] == "on_site"
    await presses(town, agent, "材料收好了")
    assert town.rosa.shows("材料，小")
    await presses(town, agent, "交上去了", "三天内")
    assert "11月27日" in town.rosa.shows("材料交上去了").text
    assert (await booking(town))["result"] == "handed_in"
    await presses(town, agent, "批下来了", "还不知道")
    assert town.rosa.shows("办下来了")
    await presses(town, agent, "送到，办好了")
    assert ((await ticket(town))["state"], (await booking(town))["stage"]) == ("done", "delivered")
    await presses(town, town.rosa, "是的，办好了", "★★★★★")
    assert ((await ticket(town))["state"], (await ticket(town))["stars"]) == ("closed", 5)
    assert (await history(town)).count("staged") == 3


async def test_it_reminds_those_who_booked_late_of_what_is_still_ahead(town: Town) -> None:
    await moves_to(town, "2026-11-23 17:30")
    await visit(town)
    await moves_to(town, "2026-11-23 18:00")
    assert count(town.rosa, "您方便吗") == 0
    await moves_to(town, "2026-11-24 13:00")
    assert count(town.rosa, "您方便吗") == 1


async def test_it_is_silent_about_the_old_time_when_a_visit_is_moved(town: Town) -> None:
    await visit(town)
    row = await ticket(town)
    app = town.app
    work = Work.for_clock(app.ledger, town.clock.now())
    service = app.ledger.directory.catalogue.by_code["senior-card"]
    slot = (await slots.free(work, service, Way.AT_HOME, row["place_id"], date(2026, 11, 26)))[0]
    await rebooking.reschedule(work, row, slot)
    await town.commit(work.finish())
    await moves_to(town, "2026-11-24 15:20")
    assert count(town.rosa, "您方便吗") == 0
    assert count(town.dan, "该上门") == 0
    await moves_to(town, "2026-11-25 18:00")
    assert count(town.rosa, "您方便吗") == 1


async def test_it_lists_the_day_by_building_and_time_once(town: Town) -> None:
    await visit(town)
    await booked(town, town.chen, "senior-card", TUESDAY, nth=0)
    await moves_to(town, "2026-11-24 08:00")
    told = count(town.ye, "今天要办的") + count(town.tian, "今天要办的")
    assert told == len({row["assignee_id"] for row in await town.app.ledger.all(sa.select(schema.ticket))})
    await town.advance(minutes=30)
    assert count(town.ye, "今天要办的") + count(town.tian, "今天要办的") == told
    await says(town, town.ye, "/tasks")
    if any("今天约好的" in str(one) for one in town.ye.buttons):
        await presses(town, town.ye, "今天约好的")
        assert town.ye.shows("今天要办的")


# --- at the door ---------------------------------------------------------------------------------------------


async def test_it_takes_an_arrival_only_near_its_time(town: Town) -> None:
    agent = await visit(town)
    await presses(town, agent, "到了")
    assert "还没到约好的时间" in agent.alerts[-1].text
    await presses(town, agent, "没等到人")
    assert "还没到约好的时间" in agent.alerts[-1].text
    assert (await ticket(town))["state"] == "accepted"


async def with_code(town: Town) -> tuple[Phone, str]:
    async with town.app.database.writing() as connection:
        await connection.execute(sa.update(schema.service).values(needs_code=True))
    await town.restart()
    agent = await visit(town)
    code = str((await booking(town))["code"])
    await moves_to(town, "2026-11-24 14:55")
    await says(town, agent, "/tasks")
    await presses(town, agent, "📋 10")
    return agent, code


async def test_it_lets_in_who_has_the_code(town: Town) -> None:
    agent, code = await with_code(town)
    assert any(" ".join(code) in one.text for one in town.rosa.received)
    assert not any(" ".join(code) in one.text for one in agent.received)
    await presses(town, agent, "到了")
    await says(town, agent, f"{(int(code) + 1) % 10000:04}")
    assert "还能试 2 次" in agent.last.text
    await says(town, agent, code)
    await presses(town, agent, "都不方便")
    assert (await ticket(town))["state"] == "on_site"


async def test_it_asks_the_duty_secretary_after_three_wrong_codes(town: Town) -> None:
    agent, code = await with_code(town)
    await presses(town, agent, "到了")
    for _ in range(3):
        await says(town, agent, f"{(int(code) + 1) % 10000:04}")
    assert agent.shows("值班员会给居民打电话")
    await says(town, agent, code)
    assert (await ticket(town))["state"] == "accepted"
    await presses(town, town.dan, "是该来的人")
    assert (await ticket(town))["state"] == "on_site"


# --- nobody there --------------------------------------------------------------------------------------------


async def misses(town: Town, agent: Phone, moment: str = "2026-11-24 15:10") -> None:
    await moves_to(town, moment)
    await says(town, agent, "/tasks")
    await presses(town, agent, "📋 10", "没等到人", "没人，我走了")


async def test_it_asks_kindly_how_to_go_on(town: Town) -> None:
    agent = await visit(town)
    await misses(town, agent)
    assert "没等到您" in town.rosa.last.text
    assert ((await ticket(town))["state"], (await booking(town))["missed_by"]) == ("waiting", "resident")
    await presses(town, town.rosa, "我在的")
    assert (await booking(town))["missed_by"] is None
    assert town.dan.shows("居民说当时在家")
    assert "换个时间" in " ".join(str(one) for one in town.rosa.buttons)


async def test_it_asks_again_and_gives_up_after_five_working_days(town: Town) -> None:
    agent = await visit(town)
    await misses(town, agent)
    await moves_to(town, "2026-11-26 15:10")
    assert count(town.rosa, "还要办吗") == 1
    await moves_to(town, "2026-12-01 15:10")
    assert "先取消了" in town.rosa.last.text
    assert (await ticket(town))["state"] == "withdrawn"
    assert town.dan.shows("居民一直没回答")
    left = await town.app.ledger.all(sa.select(schema.booking_cell))
    assert not left


async def test_it_records_no_fault_of_an_elder_and_rings(town: Town) -> None:
    await links_daughter(town)
    agent = await visit(town)
    await misses(town, agent)
    assert "不要紧" in town.rosa.last.text
    assert "不要紧" in town.daughter.last.text
    assert (await booking(town))["missed_by"] is None
    assert "王阿姨" in town.dan.shows("没应门").text
    await presses(town, town.dan, "打通了")
    assert town.daughter.shows("人没事")
    await moves_to(town, "2026-11-24 18:00")
    assert await kinds(town) == ["proxy"]


async def kinds(town: Town) -> list[str]:
    rows = await town.app.ledger.all(sa.select(schema.ticket.c.kind).order_by(schema.ticket.c.id))
    return [row["kind"] for row in rows]


async def test_it_makes_a_visit_of_no_answer(town: Town) -> None:
    await links_daughter(town)
    agent = await visit(town)
    await misses(town, agent)
    await presses(town, town.dan, "没人接")
    assert await kinds(town) == ["proxy", "care"]
    assert "没见到" in town.wei.last.text
    await moves_to(town, "2026-11-24 18:00")
    assert await kinds(town) == ["proxy", "care"]


async def test_it_makes_a_visit_when_nobody_rang(town: Town) -> None:
    await links_daughter(town)
    agent = await visit(town)
    await misses(town, agent)
    await moves_to(town, "2026-11-24 17:10")
    assert await kinds(town) == ["proxy", "care"]
    await presses(town, town.dan, "打通了")
    assert "过时" in town.dan.alerts[-1].text


# --- nobody comes --------------------------------------------------------------------------------------------


async def test_it_gives_a_new_time_when_the_agent_does_not_come(town: Town) -> None:
    agent = await visit(town)
    await moves_to(town, "2026-11-24 15:15")
    assert agent.shows("过了 15 分钟")
    assert town.dan.shows("该上门，还没说到")
    assert town.zhou.shows("该上门，还没说到")
    assert "该到了" in town.rosa.last.text
    label = next(str(one) for one in town.rosa.buttons if "✅" in str(one))
    await presses(town, town.rosa, label)
    assert town.rosa.shows("改到")
    row = await booking(town)
    assert (row["moves"], row["missed_by"]) == (1, None)
    assert (await ticket(town))["state"] == "accepted"
    assert "not_come" in await history(town)


async def test_it_believes_the_resident_that_they_are_there(town: Town) -> None:
    agent = await visit(town)
    await moves_to(town, "2026-11-24 15:15")
    await presses(town, town.rosa, "人到了")
    assert (await ticket(town))["state"] == "on_site"
    await says(town, agent, "/tasks")
    await presses(town, agent, "📋 10", "材料收好了")
    assert (await booking(town))["stage"] == "taken"
    await moves_to(town, "2026-11-24 16:20")
    assert not await town.app.ledger.all(sa.select(schema.hold))


async def test_it_sends_a_colleague_at_the_same_time(town: Town) -> None:
    agent = await visit(town)
    before = await booking(town)
    await presses(town, agent, "去不了", "是，去不了")
    assert agent.shows("已换同事去")
    assert "时间不变" in town.rosa.shows("来办「老年证」").text
    after = await booking(town)
    assert (after["starts_at"], after["provider_id"] == before["provider_id"]) == (before["starts_at"], False)
    assert other(town, agent).shows("老年证")


async def test_it_lets_the_resident_choose_when_no_colleague_is_free(town: Town) -> None:
    agent = await visit(town)
    await visit(town, town.chen)
    await presses(town, agent, "去不了", "是，去不了")
    assert "来不了人了" in town.rosa.last.text
    rows = await town.app.ledger.all(sa.select(schema.ticket).order_by(schema.ticket.c.id))
    assert [row["state"] for row in rows] == ["waiting", "accepted"]
    await presses(town, town.rosa, next(str(one) for one in town.rosa.buttons if "✅" in str(one)))
    rows = await town.app.ledger.all(sa.select(schema.ticket).order_by(schema.ticket.c.id))
    assert rows[0]["state"] == "accepted"
    assert rows[0]["assignee_id"] is not None


async def test_it_passes_a_visit_on_when_the_agent_blocks_the_bot(town: Town) -> None:
    agent = await visit(town)
    await agent.blocks()
    await town.advance(seconds=1)
    await town.advance(seconds=1)
    assert "时间不变" in town.rosa.shows("来办「老年证」").text
    assert other(town, agent).shows("老年证")
    assert (await ticket(town))["state"] == "accepted"


async def test_it_passes_a_visit_on_when_the_agent_loses_the_role(town: Town) -> None:
    agent = await visit(town)
    held = sa.select(schema.role_grant.c.id).where(schema.role_grant.c.person_id == (await ticket(town))["assignee_id"])
    grants = [row["id"] for row in await town.app.ledger.all(held)]
    admin = await agrees(town, town.ada)
    for grant in grants:
        work = Work.for_clock(town.app.ledger, town.clock.now())
        work.person, work.grants = admin, await people.grants_of(town.app.ledger, [admin["id"]])
        await administration.take_away(work, grant)
        await town.commit(work.finish())
    await town.settle()
    assert other(town, agent).shows("老年证")
    await agent.forges(f"varrive:{base36((await ticket(town))['id'])}", agent.last.id)
    await town.settle()
    assert "不归您办" in agent.alerts[-1].text


async def test_it_rings_on_when_a_visit_becomes_a_danger(town: Town) -> None:
    agent = await visit(town)
    await presses(town, agent, "更多", "现在有危险")
    await moves_to(town, "2026-11-24 15:20")
    row = await ticket(town)
    assert (row["is_danger"], row["state"] in {"new", "offered"}) == (True, True)
    assert count(town.rosa, "来不了人") == 0


# --- what came of it -----------------------------------------------------------------------------------------


async def test_it_says_why_it_could_not_be_done_and_looks_again(town: Town) -> None:
    agent = await visit(town)
    await moves_to(town, "2026-11-24 14:58")
    await says(town, agent, "/tasks")
    await presses(town, agent, "📋 10", "到了", "都不方便", "没办成")
    await says(town, agent, "年龄还差两个月")
    assert "年龄还差两个月" in town.rosa.shows("这次没办成").text
    assert ((await ticket(town))["state"], (await booking(town))["result"]) == ("done", "refused")
    await presses(town, town.rosa, "请再看看", "没有了")
    assert (await ticket(town))["state"] == "accepted"


async def test_it_asks_for_no_picture_of_who_comes_to_the_desk(town: Town) -> None:
    nth = await at(town, "blood-pressure", 15)
    await booked(town, town.rosa, "blood-pressure", TUESDAY, way=Way.APPOINTMENT, nth=nth)
    await moves_to(town, "2026-11-24 15:15")
    assert town.nurse.shows("约好的人来了吗")
    assert count(town.dan, "该上门") == 0
    await presses(town, town.nurse, "人来了")
    assert (await ticket(town))["state"] == "on_site"
    await moves_to(town, "2026-11-24 15:45")
    assert town.nurse.shows("办得怎么样")
    await presses(town, town.nurse, "打开看看", "办好了")
    await presses(town, town.rosa, "是的，办好了")
    assert (await ticket(town))["state"] == "closed"


async def test_it_asks_after_what_nobody_in_a_chat_carries_out(town: Town) -> None:
    nth = await at(town, "cleaning", 14)
    await booked(town, town.rosa, "cleaning", TUESDAY, nth=nth)
    await moves_to(town, "2026-11-24 16:00")
    assert "到时间了。办好了吗" in town.rosa.last.text
    await presses(town, town.rosa, "还没办好")
    assert ((await ticket(town))["state"], (await ticket(town))["assignee_id"]) == ("new", None)
    assert town.dan.shows("请安排")


async def test_it_tells_who_would_have_come_that_the_resident_moved_it_to_a_colleague(town: Town) -> None:
    agent = await visit(town)
    row, app = await ticket(town), town.app
    elsewhere = datetime(2026, 11, 26, tzinfo=app.ledger.directory.calendar.zone)
    await fall_ill(town, "ye" if agent is town.ye else "tian", elsewhere, 1)
    await presses(town, town.rosa, "换个时间", "26", "10:00", "改到这个时间")
    assert "您不用去了" in agent.last.text
    assert agent.shows("已由").inline_rows == []
    assert other(town, agent).shows("老年证")
    assert (await ticket(town))["assignee_id"] != row["assignee_id"]
