"""A chat in a story: one deed after the other, each with time for the bot to answer."""

from collections.abc import Awaitable

from simulator.phone import Phone
from storage import schema
from storage import tickets as stored
from storage.ledger import Row
from tests.town import Town


async def go(town: Town, *deeds: Awaitable[object]) -> None:
    """Do one thing after the other; the bot is done with each before the next begins."""
    for deed in deeds:
        await deed
        await town.settle()


async def reports(town: Town, phone: Phone, words: str) -> None:
    """Report something that leaves no question open, agreeing first where that is asked."""
    await go(town, phone.says(words))
    if any("同意，继续" in label for label in phone.buttons):
        await go(town, phone.presses("同意，继续"))
    await go(town, phone.presses("报上去"))


async def tickets(town: Town) -> list[Row]:
    """Every ticket, the oldest first."""
    return await town.app.ledger.all(schema.ticket.select().order_by(schema.ticket.c.id))


async def ticket(town: Town) -> Row:
    """The only ticket there is."""
    (only,) = await tickets(town)
    return only


async def person(town: Town, phone: Phone) -> Row:
    """What is known of somebody."""
    row = await town.app.ledger.one(schema.person.select().where(schema.person.c.telegram_id == phone.id))
    assert row is not None
    return row


async def history(town: Town, of: Row) -> list[Row]:
    """Everything that happened to a ticket, in order."""
    return await stored.history_of(town.app.ledger, of["id"])


async def finish(town: Town, phone: Phone, words: str = "换好了") -> None:
    """The worker finishes the newest matter, with a picture where one is asked for."""
    await go(town, phone.presses("🔧 办好了"))
    if any("请拍一张" in one.text for one in phone.received):
        await go(town, phone.sends_photo(words))


async def own(town: Town, of: Row, phone: Phone) -> None:
    """Let a ticket belong to somebody, as an import or a merge could."""
    owner = await person(town, phone)
    async with town.app.database.writing() as connection:
        table = schema.ticket
        await connection.execute(table.update().where(table.c.id == of["id"]).values(owner_id=owner["id"]))
