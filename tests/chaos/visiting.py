"""What those do who carry out what is booked: come to the door, finish stage by stage, meet nobody, fall ill."""

from .person import Person, data_of


async def visit(person: Person, message_id: int, ticket: str) -> None:
    """到了, with a picture of the door; nobody reads the code out, so it is guessed."""
    message = person.phone.chat.messages[message_id]
    press = await person.presses(message, f"varrive:{ticket}")
    if not await person.is_asked(message, press):
        return
    for is_last in (False, False, True):
        asked = next(one for one in person.newest() if any(data.startswith("cancel") for data in data_of(one)))
        if any(data.startswith("choose:none") for data in data_of(asked)):
            await person.shows(None)
            return
        await person.says("1234")
        if is_last:
            return
        await person.sees("cancel", "choose:none")


async def finish(person: Person, message_id: int, data: str) -> None:
    """The next stage, or done."""
    await person.presses(person.phone.chat.messages[message_id], data)


async def meets_nobody(person: Person, message_id: int, ticket: str) -> None:
    """没等到."""
    await person.presses(person.phone.chat.messages[message_id], f"vmiss:{ticket}")


async def falls_ill(person: Person) -> None:
    """我来不了, today, because of illness."""
    await person.says("/duty")
    message, data = await person.sees("awayme")
    await person.presses(message, data)
    for wanted in ("awaydays:", "awayyes:"):
        message, data = await person.sees(wanted)
        await person.presses(message, data)
