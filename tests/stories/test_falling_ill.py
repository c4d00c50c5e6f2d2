"""我今天来不了 in chat: one command moves what is booked or offers new times, everybody is told, it can be undone."""

from simulator.phone import Phone
from storage import schema
from storage.rules.press import press
from tests.town import Town

from .chat import go
from .telling import count
from .test_booking import bookings, live, local


async def agent_of(town: Town, nth: int) -> Phone:
    """Who carries out the nth booking."""
    ticket = await town.app.ledger.get(schema.ticket, (await bookings(town))[nth]["id"])
    assert ticket is not None
    row = await town.app.ledger.get(schema.person, ticket["assignee_id"])
    assert row is not None
    return town.ye if row["telegram_id"] == town.ye.id else town.tian


async def books(town: Town, phone: Phone, day: str, clock: str) -> None:
    """A visit for a senior card."""
    await go(town, phone.says("/book 老年证"), phone.presses("给我自己"), phone.presses("知道了"))
    await go(town, phone.presses("上门来办"), phone.presses(day), phone.presses(clock), phone.presses("就这样约"))


async def falls_ill(town: Town, phone: Phone, days: str = "今天、明天") -> None:
    """One command: I cannot come."""
    await go(town, phone.says("/duty"), phone.presses("我来不了"), phone.presses(days), phone.presses("生病"))
    await town.advance(seconds=1)


async def two_visits(town: Town) -> Phone:
    """Two residents have a visit at nine tomorrow, and one of them another at three; gives back the first agent."""
    for phone in (town.rosa, town.chen):
        await live(town, phone)
        await books(town, phone, "24", "09:00")
    return await agent_of(town, 0)


async def test_it_sends_a_colleague_and_tells_everybody(town: Town) -> None:
    await live(town, town.rosa)
    await books(town, town.rosa, "24", "09:00")
    ill = await agent_of(town, 0)
    well = town.tian if ill is town.ye else town.ye
    await falls_ill(town, ill)
    assert (await agent_of(town, 0)) is well
    name = "小田" if well is town.tian else "小叶"
    assert f"换 {name} 来办" in town.rosa.shows("时间不变").text
    assert well.shows("老年证")
    assert "共 1 件，1 件换了同事" in ill.shows("安排好了").text
    assert town.dan.shows("约好的事安排好了")
    assert town.rosa.shows(name)


async def test_it_offers_the_nearest_other_time_where_nobody_is_free(town: Town) -> None:
    ill = await two_visits(town)
    await falls_ill(town, ill)
    offer = town.rosa.shows("来不了人了")
    assert not any("我在的" in label for label in town.rosa.buttons)  # nobody says that she was not there
    await go(town, town.rosa.presses("明天 ", on=offer))
    row = (await bookings(town))[0]
    ticket = await town.app.ledger.get(schema.ticket, row["id"])
    assert ticket is not None
    assert (ticket["state"], local(row)[:5], ticket["assignee_id"] is not None) == ("accepted", "11-24", True)
    assert count(town.chen, "来不了人了") == 0


async def test_it_is_said_by_the_duty_secretary_and_undone_by_who_is_well_again(town: Town) -> None:
    ill = await two_visits(town)
    name = "小叶" if ill is town.ye else "小田"
    await go(town, town.dan.says("/duty"), town.dan.presses("有人来不了"), town.dan.presses(name))
    await go(town, town.dan.presses("今天、明天"))
    assert "有 1 件约好的事" in town.dan.last.text
    await go(town, town.dan.presses("生病"))
    await town.advance(seconds=1)
    assert ill.shows("值班员替您记了来不了")
    assert town.rosa.shows("来不了人了")
    await go(town, ill.presses("又能来了"))
    await town.advance(seconds=1)
    assert f"还是 {name} 来" in town.rosa.shows("照旧").text
    assert (await agent_of(town, 0)) is ill


async def test_it_moves_what_is_booked_in_a_room_that_is_shut(town: Town) -> None:
    await live(town, town.rosa)
    await go(town, town.rosa.says("/book 乒乓球"), town.rosa.presses("24"), town.rosa.presses("10:00"))
    await go(town, town.rosa.presses("就这样约"))
    await go(town, town.dan.says("/duty"), town.dan.presses("有人来不了"), town.dan.presses("下一页"))
    await go(town, town.dan.presses("乒乓球室"), town.dan.presses("今天、明天"), town.dan.presses("确定不开"))
    await town.advance(seconds=1)
    await go(town, town.rosa.presses("后天", on=town.rosa.shows("10:00 不开")))
    assert local((await bookings(town))[0])[:5] == "11-25"


async def test_it_keeps_out_whoever_may_not_say_so(town: Town) -> None:
    ill = await two_visits(town)
    other = town.tian if ill is town.ye else town.ye
    row = await town.app.ledger.one(schema.person.select().where(schema.person.c.telegram_id == ill.id))
    assert row is not None
    for phone in (town.rosa, other):
        await go(town, phone.forges(press("awayyes", row["id"], 2, "ill"), phone.last.id))
        await go(town, phone.forges(press("awayshutyes", 1, 2), phone.last.id))
    assert not await town.app.ledger.all(schema.absence.select())


async def test_it_gives_a_booked_time_to_whom_staff_name_and_to_nobody_who_has_none(town: Town) -> None:
    await live(town, town.rosa)
    await books(town, town.rosa, "24", "09:00")
    first = await agent_of(town, 0)
    other = town.tian if first is town.ye else town.ye
    name = "小田" if other is town.tian else "小叶"
    (row,) = await bookings(town)
    await go(town, town.dan.forges(press("assign", row["id"]), 1), town.dan.presses(name))
    assert (await agent_of(town, 0)) is other
    assert "时间不变" in town.dan.last.text
    (moved,) = await bookings(town)
    assert (moved["starts_at"], moved["provider_id"] != row["provider_id"]) == (row["starts_at"], True)
    await live(town, town.chen)
    await books(town, town.chen, "24", "09:00")  # now the first has a visit then, too
    assert (await agent_of(town, 1)) is first
    own = "小叶" if first is town.ye else "小田"
    await go(town, town.dan.forges(press("assign", row["id"]), 1), town.dan.presses(own))
    assert (await agent_of(town, 0)) is other
