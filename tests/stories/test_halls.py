"""Rooms that staff agree to, numbers that are called at the hall, and what is done by telephone."""

from datetime import date

import sqlalchemy as sa

from simulator.phone import Phone
from storage import people, schema, walk_ins
from storage.changes import Outcome
from storage.rules.catalogue import Way
from storage.rules.press import base36
from storage.work import Work
from tests.town import Town

from .telling import count, moves_to, presses, says, ticket
from .visiting import agrees, booked

# --- rooms ---------------------------------------------------------------------------------------------------


async def room(town: Town) -> None:
    await booked(town, town.rosa, "room-meeting", date(2026, 11, 25), way=Way.APPOINTMENT)


async def test_it_books_a_room_when_staff_agree(town: Town) -> None:
    await room(town)
    assert "值班员看过就答复您" in town.rosa.last.text
    await presses(town, town.dan, "同意")
    assert town.rosa.shows("约好了")
    assert (await ticket(town))["state"] == "accepted"


async def test_it_says_why_a_room_cannot_be_had_and_frees_it(town: Town) -> None:
    await room(town)
    await presses(town, town.dan, "约不了")
    await says(town, town.dan, "那天有选举")
    assert "那天有选举" in town.rosa.shows("约不了").text
    assert (await ticket(town))["state"] == "refused"
    assert not await town.app.ledger.all(sa.select(schema.booking_cell))


async def test_it_reminds_staff_and_never_leaves_a_room_unanswered(town: Town) -> None:
    await room(town)
    await moves_to(town, "2026-11-24 09:31")
    assert town.zhou.shows("还没答复居民")
    assert (await ticket(town))["state"] == "offered"
    await moves_to(town, "2026-11-25 08:00")
    assert "没能给您安排上" in town.rosa.last.text
    assert (await ticket(town))["state"] == "waiting"
    assert not any("同意" in str(one) for one in town.dan.buttons)


# --- numbers -------------------------------------------------------------------------------------------------


async def numbers(town: Town, *phones: Phone) -> None:
    for phone in phones:
        await booked(town, phone, "senior-card", way=Way.WALK_IN)


async def test_it_calls_numbers_in_turn_and_tells_who_is_near(town: Town) -> None:
    await numbers(town, town.rosa, town.chen, town.daughter, town.vera, town.li, town.wei)
    await says(town, town.ye, "/tasks")
    await presses(town, town.ye, "叫下一位（6）")
    assert "1 号" in town.rosa.shows("轮到您了").text
    assert "下一位就是您" in town.chen.shows("2 号").text
    assert "前面还有 3 位" in town.li.shows("5 号").text
    assert count(town.wei, "请过来") == 0
    await says(town, town.tian, "/tasks")
    await presses(town, town.tian, "叫下一位（5）")
    assert town.chen.shows("轮到您了")
    assert count(town.li, "请过来") == 1
    assert town.wei.shows("前面还有 3 位")
    await presses(town, town.ye, "送到，办好了")
    await presses(town, town.rosa, "是的，办好了")


async def test_it_gives_two_numbers_to_two_who_call_at_once(town: Town) -> None:
    await numbers(town, town.rosa, town.chen)
    ledger = town.app.ledger
    hall = ledger.directory.catalogue.provider_codes["hall"].id

    async def calls(who: Phone) -> Work:
        work = Work.for_clock(ledger, town.clock.now())
        work.person = await agrees(town, who)
        work.grants = await people.grants_of(ledger, [work.person["id"]])
        await walk_ins.call_next(work, hall)
        return work

    first, second = await calls(town.ye), await calls(town.tian)
    assert await ledger.commit([first.finish(), second.finish()]) == [Outcome.APPLIED, Outcome.STALE]
    town.app.delivery.wake()
    again = await calls(town.tian)
    await town.commit(again.finish())
    rows = await ledger.all(sa.select(schema.ticket.c.assignee_id).order_by(schema.ticket.c.id))
    callers = [work.person["id"] for work in (first, second) if work.person is not None]
    assert [row["assignee_id"] for row in rows] == callers


async def test_it_keeps_the_number_of_who_did_not_hear_it(town: Town) -> None:
    await numbers(town, town.rosa, town.chen)
    await says(town, town.ye, "/tasks")
    await presses(town, town.ye, "叫下一位", "没等到人")
    assert "没见到您" in town.rosa.last.text
    await presses(town, town.rosa, "我到了")
    await says(town, town.ye, "/tasks")
    await presses(town, town.ye, "叫下一位（2）")
    assert count(town.rosa, "轮到您了") >= 2


async def test_it_tells_who_was_not_called_that_day(town: Town) -> None:
    await numbers(town, town.rosa)
    await moves_to(town, "2026-11-23 20:00")
    assert "今天没轮到您" in town.rosa.last.text
    assert (await ticket(town))["state"] == "withdrawn"


async def test_it_lets_nobody_else_call_numbers(town: Town) -> None:
    await numbers(town, town.rosa)
    hall = town.app.ledger.directory.catalogue.provider_codes["hall"].id
    await agrees(town, town.otto)
    await town.otto.forges(f"vcall:{base36(hall)}", town.otto.last.id)
    await town.settle()
    assert "不归您办" in town.otto.alerts[-1].text


async def test_it_goes_by_telephone_like_any_other_matter(town: Town) -> None:
    await booked(town, town.rosa, "senior-card", way=Way.PHONE)
    agent = town.ye if count(town.ye, "老年证") else town.tian
    await presses(town, agent, "接单", "交上去了", "还不知道")
    assert town.rosa.shows("材料交上去了")
    await presses(town, agent, "送到，办好了")
    assert (await ticket(town))["state"] == "done"
