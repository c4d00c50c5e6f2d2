"""What those do who carry out what is booked: come to the door, finish stage by stage, meet nobody, fall ill."""

from .person import Person, data_of

TAKEN, RETURNED = "taken", "returned"


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


async def sheet(person: Person, message_id: int, ticket: str, kind: str) -> None:
    """交接单: one of the originals goes along, or all that are out come back."""
    await person.presses(person.phone.chat.messages[message_id], f"bpaper:{ticket}")
    message, data = await person.sees(f"bpapernew:{ticket}:{kind}", "close")
    await person.presses(message, data)
    for wanted in () if data == "close" else ("choose:at0", "choose:done") if kind == TAKEN else ("choose:done",):
        message, data = await person.sees(wanted)
        await person.presses(message, data)


async def swaps(person: Person) -> None:
    """换班: a shift of one's own is offered to a colleague, if there is one who is free then."""
    await person.says("/duty")
    for wanted in ("dutygive:", "dutygap:", "dutywith:", "dutyask:"):
        message, _ = await person.sees(wanted, "dutylist")
        found = [one for one in data_of(message) if one.startswith(wanted)]
        if not found:
            return
        await person.presses(message, person.random.choice(found))


async def falls_ill(person: Person) -> None:
    """我来不了, today, because of illness."""
    await person.says("/duty")
    message, data = await person.sees("awayme")
    await person.presses(message, data)
    for wanted in ("awaydays:", "awayyes:"):
        message, data = await person.sees(wanted)
        await person.presses(message, data)
