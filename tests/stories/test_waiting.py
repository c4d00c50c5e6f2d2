"""候补 in chat: a full day, a freed time for two working hours, elder and family together, and nobody forgotten."""

from datetime import UTC, datetime, time, timedelta

import pytest

from simulator.phone import Phone
from storage import schema
from storage.rules.press import press
from tests.town import Town

from .chat import go, person
from .telling import count, moves_to, ticket
from .test_booking import bookings, books, live, local
from .test_family import link

pytestmark = pytest.mark.slow

NURSE = "clinic"
NOBODY = 1
COME = "约好时间过来"


async def fill(town: Town, provider: str = NURSE, day: str = "2026-11-24", hours: range = range(24)) -> None:
    """Whatever is free of these hours of a provider's day is taken by people who are not in this story."""
    ledger = town.app.ledger
    provider_id = ledger.directory.catalogue.provider_codes[provider].id
    begins = datetime.combine(datetime.fromisoformat(day), time(), ledger.directory.calendar.zone).astimezone(UTC)
    first, last = (begins + timedelta(hours=hour) for hour in (hours.start, hours.stop))
    cells = range(int(first.timestamp()) // 900, int(last.timestamp()) // 900)
    cell = schema.booking_cell
    known = await ledger.all(cell.select().where(cell.c.provider_id == provider_id))
    free = sorted(set(cells) - {row["cell"] for row in known})
    async with town.app.database.writing() as connection:
        rows = [{"provider_id": provider_id, "seat": 1, "cell": one, "holder_id": NOBODY} for one in free]
        await connection.execute(cell.insert(), rows)


async def waits(town: Town, phone: Phone, *, days: str = "就明天", part: str = "都行", whom: str = "给我自己") -> None:
    """Find the day full, and wait for it."""
    await books(town, phone, "量血压", whom, COME, "24满", "好，我候补", days, part)


async def gives_back(town: Town, phone: Phone) -> None:
    """Cancel what one booked."""
    await go(town, phone.presses("不约了"), phone.presses("有事去不了"))
    await town.advance(seconds=1)


async def full(town: Town) -> None:
    """Chen has Tuesday's last time; everybody lives somewhere."""
    await live(town, town.chen)
    await books(town, town.chen, "量血压", "给我自己", COME, "24", "10:00", "就这样约")
    await fill(town)


async def test_it_offers_a_neighbours_time_to_who_waits_first(town: Town) -> None:
    await full(town)
    for phone in (town.rosa, town.daughter):
        await live(town, phone)
        await waits(town, phone)
    assert "明天（周二），您排第一位" in town.rosa.shows("在候补").text
    assert "前面还有 1 位" in town.daughter.shows("在候补").text
    await gives_back(town, town.chen)
    assert "今天 11:30" in town.rosa.shows("有时间空出来了").text  # two working hours
    await go(town, town.rosa.presses("就要这个时间"))
    assert town.rosa.shows("约好了")
    made = (await bookings(town))[-1]
    assert (local(made), (await ticket(town))["state"]) == ("11-24 02:00", "accepted")
    assert count(town.daughter, "空出来了") == 0


async def test_it_goes_to_the_next_in_line_and_forgets_nobody(town: Town) -> None:
    await full(town)
    for phone in (town.rosa, town.daughter):
        await live(town, phone)
        await waits(town, phone)
    await gives_back(town, town.chen)
    await moves_to(town, "2026-11-23 11:31")
    assert town.rosa.shows("先给下一位了")
    await go(town, town.daughter.presses("不等了"))
    assert town.daughter.shows("不再候补了")
    await moves_to(town, "2026-11-24 21:01")
    assert count(town.rosa, "空出来了") == 1
    await moves_to(town, "2026-11-25 07:31")
    assert town.rosa.shows("一直没有空出来的时间")
    assert any("再选几天" in label for label in town.rosa.buttons)


async def test_it_asks_an_elder_and_the_family_together_and_tells_who_took_it(town: Town) -> None:
    await full(town)
    await link(town)
    await go(town, town.rosa.presses("👤 我"), town.rosa.presses("改住处"), town.rosa.says("3栋2单元1502"))
    await waits(town, town.daughter, whom="王阿姨")
    await gives_back(town, town.chen)
    asked = town.rosa.shows("有时间空出来了")
    (row,) = await town.app.ledger.all(schema.waiting.select())
    await go(town, town.daughter.presses("就要这个时间"))
    assert town.rosa.shows("小王 已经把量血压的时间定下了").id == asked.id  # the same message, without its buttons
    elder = await person(town, town.rosa)
    assert (await ticket(town))["owner_id"] == elder["id"]
    await go(town, town.rosa.forges(press("bwtake", row["id"], row["hold_id"]), asked.id))  # both pressed at once
    assert len(await bookings(town)) == 2


async def test_it_lets_a_time_go_by_and_shows_what_one_waits_for(town: Town) -> None:
    await full(town)
    await live(town, town.rosa)
    await waits(town, town.rosa, part="上午")
    await gives_back(town, town.chen)
    await go(town, town.rosa.presses("等别的时间"))
    await town.advance(seconds=1)
    assert town.rosa.shows("那个时间给下一位了")
    await go(town, town.rosa.says("/my"), town.rosa.presses("候补：量血压"))
    assert "您排第一位" in town.rosa.last.text
    await go(town, town.rosa.presses("不等了"), town.rosa.says("/my"))
    assert not any("候补" in label for label in town.rosa.buttons)


async def test_it_keeps_others_out_of_a_line_that_is_not_theirs(town: Town) -> None:
    await full(town)
    await live(town, town.rosa)
    await waits(town, town.rosa)
    await gives_back(town, town.chen)
    (row,) = await town.app.ledger.all(schema.waiting.select())
    for verb in ("bwtake", "bwpass", "bwleave", "bwshow", "bwagain"):
        await go(town, town.chen.forges(press(verb, row["id"], row["hold_id"]), town.chen.last.id))
    (after,) = await town.app.ledger.all(schema.waiting.select())
    assert (after["state"], after["version"]) == ("offered", row["version"])


async def test_it_speaks_english_too(town: Town) -> None:
    await full(town)
    await live(town, town.rosa)
    await go(town, town.rosa.says("/lang"), town.rosa.presses("English"))
    await books(town, town.rosa, "blood pressure", "For myself", "I come", "24", "Yes, I wait", "tomorrow", "Either")
    assert "you are first in line" in town.rosa.last.text
    await gives_back(town, town.chen)
    assert "is free: tomorrow (Tue) 10:00" in town.rosa.last.text
    await go(town, town.rosa.presses("I take this time"))
    assert town.rosa.shows("Booked: Blood pressure")
