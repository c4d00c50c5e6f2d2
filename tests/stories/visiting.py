"""What stories of bookings begin with: somebody has booked, and the phone of who carries it out."""

from datetime import date
from typing import Any

import sqlalchemy as sa

from simulator.phone import Phone
from storage import bookings, people, schema, slots
from storage.bookings import Wanted
from storage.rules.catalogue import Way
from storage.rules.slots import Slot
from storage.work import Work
from tests.town import Town

from .telling import local, presses, says, ticket

TUESDAY = date(2026, 11, 24)


async def agrees(town: Town, who: Phone) -> dict[str, Any]:
    """Somebody who has consented already."""
    await says(town, who, "/start")
    if any("同意" in str(one) for one in who.buttons):
        await presses(town, who, "同意，继续")
    row = await town.app.ledger.one(sa.select(schema.person).where(schema.person.c.telegram_id == who.id))
    assert row is not None
    return dict(row)


async def booked(
    town: Town, who: Phone, code: str, day: date | None = None, *, way: Way = Way.AT_HOME, nth: int = 0
) -> dict[str, Any]:
    """Book as the flow does; the flow itself has its own stories."""
    person = await agrees(town, who)
    app = town.app
    work = Work.for_clock(app.ledger, town.clock.now())
    work.person = person
    work.grants = await people.grants_of(app.ledger, [person["id"]])
    service = app.ledger.directory.catalogue.by_code[code]
    place = person["home_id"] or app.ledger.directory.by_code["jx-3-2"].id
    wanted = Wanted(service.id, way, person["id"], person["id"], service.name, place_id=place, room="1502")
    slot: Slot | None = None
    if way.has_slot:
        assert day is not None
        slot = (await slots.free(work, service, way, place, day))[nth]
    made = await bookings.book(work, wanted, slot)
    await town.commit(work.finish())
    await town.settle()
    return made


async def booking(town: Town) -> dict[str, Any]:
    """What was booked for the newest ticket."""
    row = await bookings.of(town.app.ledger, (await ticket(town))["id"])
    assert row is not None
    return dict(row)


async def at(town: Town, code: str, hour: int) -> int:
    """Which of Tuesday's free starts is the one at a full hour."""
    app = town.app
    work = Work.for_clock(app.ledger, town.clock.now())
    service = app.ledger.directory.catalogue.by_code[code]
    way = next(one for one in service.ways if one.has_slot)
    found = await slots.free(work, service, way, app.ledger.directory.by_code["jx-3-2"].id, TUESDAY)
    return [local(one.starts_at) for one in found].index(f"11-24 {hour:02}:00")


async def visit(town: Town, who: Phone | None = None) -> Phone:
    """A visit for a senior card on Tuesday at three; gives back the phone of the agent."""
    nth = await at(town, "senior-card", 15)
    await booked(town, who or town.rosa, "senior-card", TUESDAY, nth=nth)
    agent = (await ticket(town))["assignee_id"]
    row = await town.app.ledger.get(schema.person, agent)
    assert row is not None
    return town.ye if row["telegram_id"] == town.ye.id else town.tian


def other(town: Town, agent: Phone) -> Phone:
    return town.tian if agent is town.ye else town.ye


async def links_daughter(town: Town) -> None:
    """Rosa's daughter is her family here."""
    elder, relative = await agrees(town, town.rosa), await agrees(town, town.daughter)
    values = {"id": 77, "person_id": elder["id"], "relative_id": relative["id"]}
    now = town.clock.now()
    async with town.app.database.writing() as connection:
        await connection.execute(schema.family_link.insert().values(**values, asked_at=now, consented_at=now))
