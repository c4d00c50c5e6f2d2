"""Every week in chat: what is free is booked at once, of the rest one is asked, and all that is left is given back."""

from simulator.phone import Phone
from storage import schema
from tests.town import Town

from .chat import go, tickets
from .telling import count, moves_to
from .test_booking import bookings, books, live, local
from .test_waiting import COME, NOBODY, fill


async def every_week(town: Town, phone: Phone, times: str = "8 次") -> None:
    """Blood pressure every Tuesday at ten."""
    await live(town, phone)
    await books(town, phone, "量血压", "给我自己", COME, "24", "10:00", "每周都约", times, "就这样约")


async def states(town: Town) -> dict[str, str]:
    """How each booking stands, by its day."""
    rows = {row["id"]: row for row in await bookings(town)}
    return {local(rows[one["id"]])[:5]: one["state"] for one in await tickets(town) if one["id"] in rows}


async def test_it_books_eight_tuesdays_and_is_one_line_among_ones_matters(town: Town) -> None:
    await every_week(town, town.rosa)
    assert "约好了 8 次" in town.rosa.shows("每次到时候都提醒您").text
    assert list(await states(town))[-1] == "01-12"
    assert count(town.rosa, "约好了。") == count(town.nurse, "共 8 次都约了您") == 1  # one card, not eight
    await go(town, town.rosa.says("/my"))
    assert [label for label in town.rosa.buttons if "量血压" in label] == ["🔁 量血压（还有 8 次）"]
    await go(town, town.rosa.presses("还有 8 次"))
    assert any("1月12日" in label for label in town.rosa.buttons)


async def test_it_asks_about_the_weeks_that_are_not_free(town: Town) -> None:
    await fill(town, day="2026-12-01")
    await every_week(town, town.rosa, "4 次")
    assert "还有 1 次没约上" in town.rosa.shows("约好了 3 次").text
    assert "12月1日 10:00已经满了" in town.rosa.last.text
    await go(town, town.rosa.presses("候补"))
    assert town.rosa.shows("在候补")
    async with town.app.database.writing() as connection:
        await connection.execute(schema.booking_cell.delete().where(schema.booking_cell.c.holder_id == NOBODY))
    await town.advance(hours=1)
    await go(town, town.rosa.presses("就要这个时间"))
    rows = await bookings(town)
    assert sorted(row["nth"] for row in rows) == [1, 2, 3, 4]
    assert len({row["series_id"] for row in rows}) == 1


async def test_it_takes_another_time_of_a_day_or_leaves_a_week_out(town: Town) -> None:
    for day in ("2026-12-01", "2026-12-08"):
        await fill(town, day=day, hours=range(10, 11))
    await every_week(town, town.rosa, "4 次")
    first = town.rosa.shows("12月1日 10:00已经满了")
    await go(town, town.rosa.presses("这次不约"))
    assert town.rosa.shows("这一次不约")
    await go(town, town.rosa.presses("09:30", on=first))
    assert "12月1日 09:30" in town.rosa.shows("这一次约在").text
    assert sorted(await states(town)) == ["11-24", "12-01", "12-15"]


async def test_it_gives_back_one_or_all_that_are_left(town: Town) -> None:
    await every_week(town, town.rosa, "4 次")
    await go(town, town.rosa.presses("看看都约在哪天"), town.rosa.presses("12月1日"), town.rosa.presses("不约了"))
    await go(town, town.rosa.presses("有事去不了"))
    assert (await states(town))["12-01"] == "withdrawn"
    await moves_to(town, "2026-11-24 07:30")  # too late for today's: it is nearer than the service allows
    await go(town, town.rosa.says("/my"), town.rosa.presses("量血压（还有 3 次）"), town.rosa.presses("后面的都取消"))
    await go(town, town.rosa.presses("是，都取消"))
    assert town.rosa.shows("已经取消")
    assert {day: state for day, state in (await states(town)).items() if day != "11-24"} == {
        "12-01": "withdrawn",
        "12-08": "withdrawn",
        "12-15": "withdrawn",
    }
