"""Neighbours who lend a hand, in a story: requests that wait for somebody, and people who register."""

from datetime import timedelta
from typing import Any

from simulator.phone import Phone
from storage import orders, people, schema
from storage.numbers import Numbers
from storage.orders import Wish
from storage.work import Work
from tests.town import Town

from .chat import go, person


async def desk(town: Town, phone: Phone) -> Work:
    """A desk at which somebody sits, without a message."""
    now, row, ledger = town.app.clock.now(), await person(town, phone), town.app.ledger
    work = Work(ledger, now, Numbers(ledger.database), person=row, telegram_id=phone.id, chat_id=phone.id)
    work.grants = await people.grants_of(ledger, [row["id"]])
    return work


async def lives(town: Town, phone: Phone, place: str = "jx-3-2") -> None:
    """Somebody has agreed, and their home is known."""
    await go(town, phone.starts())
    row = await person(town, phone)
    if row["consented_at"] is None:
        await go(town, phone.presses("同意，继续"))
    async with town.app.database.writing() as connection:
        home_id = town.app.ledger.directory.by_code[place].id
        values = {"home_id": home_id, "room": "1502"}
        await connection.execute(schema.person.update().where(schema.person.c.id == row["id"]).values(**values))


async def lends_a_hand(town: Town, phone: Phone, place: str = "jx-3-1") -> None:
    """Somebody registers as a helper."""
    await lives(town, phone, place)
    await go(town, phone.says("我想帮忙"), phone.presses("我愿意帮忙"))


async def posts(town: Town, phone: Phone, errand: str = "bulb", **values: Any) -> int:
    """Somebody asks neighbours for help, and a duty secretary lets it out; gives back the ticket's id."""
    work = await desk(town, phone)
    assert work.person is not None
    me, known = work.person["id"], work.directory.helping.by_code[errand]
    wish = {"words": "请帮个忙", "place_id": work.person["home_id"], "room": "1502", "skills": known.skills} | values
    ticket = await orders.post(work, Wish(me, me, ends_at=work.now + timedelta(hours=8), errand_id=known.id, **wish))
    await town.commit(work.finish())
    if ticket["state"] == "new":
        dan = await desk(town, town.dan)
        await orders.verify(dan, dict(ticket))
        await town.commit(dan.finish())
    await town.settle()
    return int(ticket["id"])
