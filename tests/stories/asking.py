"""What stories of requests to neighbours begin with: people who help, and somebody who asks."""

from typing import Any

from simulator.phone import Phone
from storage import claims, helped, orders, people, schema
from storage.ids import new_id
from storage.ledger import Row
from tests.town import Town

from .telling import presses, says, ticket
from .visiting import agrees

BULB = "家里灯泡坏了，想找个邻居帮我换一下"


async def helps(town: Town, *phones: Phone) -> None:
    """People who have registered, whom somebody has verified, and who hold the role that goes with it."""
    for phone in phones:
        person = await agrees(town, phone)
        place, now = town.app.ledger.directory.by_code["xfl"], town.clock.now()
        role = {"person_id": person["id"], "role": "volunteer", "place_id": place.id, "granted_at": now}
        grants = await people.grants_of(town.app.ledger, [person["id"]])
        helper = {"person_id": person["id"], "registered_at": now, "verified_at": now}
        async with town.app.database.writing() as connection:
            if not any(one["role"] == "volunteer" for one in grants):
                await connection.execute(schema.role_grant.insert().values(id=new_id(now), **role))
            await connection.execute(schema.helper.insert().values(id=new_id(now), **helper))


async def lives(town: Town, phone: Phone) -> dict[str, Any]:
    """Somebody who has agreed and is at home in building 3, unit 2, 1502."""
    person = await agrees(town, phone)
    home = town.app.ledger.directory.by_code["jx-3-2"].id
    async with town.app.database.writing() as connection:
        table = schema.person
        values = {"home_id": home, "room": "1502", "phone": "19912345678"}
        await connection.execute(table.update().where(table.c.id == person["id"]).values(**values))
    return person


async def asks(town: Town, phone: Phone, words: str = BULB) -> dict[str, Any]:
    """Ask neighbours for something tomorrow afternoon, and send it; gives back the ticket."""
    await says(town, phone, words)
    await presses(town, phone, "明天", "下午", "发出去")
    return await ticket(town)


async def places(town: Town, ticket_id: int) -> list[str]:
    """What became of each place, in the order in which they were taken."""
    return [row["state"] for row in await helped.claims_of(town.app.ledger, ticket_id)]


async def order(town: Town, ticket_id: int) -> Row:
    """The request of a ticket."""
    row = await orders.of(town.app.ledger, ticket_id)
    assert row is not None
    return row


async def held(town: Town, ticket_id: int) -> list[Row]:
    """The places that are taken now."""
    return await claims.held(town.app.ledger, ticket_id)
