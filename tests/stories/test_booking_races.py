"""The last time and twenty residents: whoever presses when, one gets it and the others are shown what is left."""

import sqlalchemy as sa

from simulator.phone import Phone
from storage import schema
from storage.ids import new_id
from tests.town import Town

from .chat import go

CROWD = 20


async def residents(town: Town, number: int = CROWD) -> list[Phone]:
    """So many people at their phones who have agreed and look at one day of one room."""
    now = town.clock.now()
    people = [
        {"id": new_id(now), "telegram_id": 8000 + n, "name": f"居民{n}", "created_at": now, "consented_at": now}
        for n in range(number)
    ]
    async with town.app.database.writing() as connection:
        await connection.execute(sa.insert(schema.person), people)
    crowd = [town.sim.person(str(one["name"]), user_id=8000 + n, is_started=True) for n, one in enumerate(people)]
    for deed in ("/book 多功能教室", "没有", "25"):
        for phone in crowd:
            await (phone.says(deed) if deed.startswith("/") else phone.presses(deed))
        await town.settle()
    return crowd


async def all_press(town: Town, crowd: list[Phone], label: str) -> None:
    """Everybody presses in the same moment, and it comes in another order than they stand in."""
    town.sim.hold_updates()
    for phone in crowd:
        await phone.presses(label)
    town.sim.release(*sorted(range(len(crowd)), key=lambda n: n * 7 % len(crowd)))
    await town.settle()


def buttons(phone: Phone) -> list[str]:
    """What stands under the last message."""
    return [str(one["text"]) for row in phone.last.inline_rows for one in row]


async def held(town: Town) -> int:
    return len(await town.app.ledger.all(sa.select(schema.hold)))


async def booked(town: Town) -> list[str]:
    rows = await town.app.ledger.all(
        sa.select(schema.person.c.name)
        .join(schema.ticket, schema.ticket.c.owner_id == schema.person.c.id)
        .join(schema.booking, schema.booking.c.id == schema.ticket.c.id)
    )
    return [row["name"] for row in rows]


async def test_19_the_last_time_of_a_room_and_twenty_residents(any_town: Town) -> None:
    town = any_town
    crowd = await residents(town)
    await all_press(town, crowd, "09:00")
    assert await held(town) == 1
    winners = [phone for phone in crowd if "✅ 就这样约" in buttons(phone)]
    assert len(winners) == 1
    others = [phone for phone in crowd if phone is not winners[0]]
    assert all("09:00" not in buttons(phone) for phone in others)
    assert all("14:00" in buttons(phone) for phone in others)
    await go(town, winners[0].presses("就这样约"))
    assert await booked(town) == [winners[0].person.first_name]


async def test_19_who_thinks_too_long_and_whoever_comes_then_do_not_both_get_it(town: Town) -> None:
    one, other = await residents(town, 2)
    await go(town, one.presses("09:00"))
    await town.advance(minutes=10)
    assert await held(town) == 0
    await go(town, other.says("/book 多功能教室"), other.presses("没有"), other.presses("25"), other.presses("09:00"))
    await go(town, one.presses("就这样约"), other.presses("就这样约"))
    assert await booked(town) == [other.person.first_name]
    assert "09:00" not in buttons(one)
