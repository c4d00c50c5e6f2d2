"""What those do who work for the community: take, pass on, ask, report progress, finish; the secretary assigns."""

from .person import Person, data_of
from .residents import _adds


async def take(person: Person, message_id: int, ticket: str) -> bool:
    """接单, rarely with a double tap; now and then not. Gives back whether it was taken."""
    message = person.phone.chat.messages[message_id]
    chance = person.random.random()
    if chance < 0.08 and f"decline:{ticket}" in data_of(message):
        press = await person.presses(message, f"decline:{ticket}")
        if await person.is_asked(message, press):
            message, data = await person.sees("choose:busy")
            await person.presses(message, data)
        return False
    await person.presses(message, f"accept:{ticket}", times=2 if chance > 0.93 else 1)
    return True


async def finish(person: Person, message_id: int, ticket: str) -> None:
    """办好了, with a photo where one is wanted."""
    message = person.phone.chat.messages[message_id]
    press = await person.presses(message, f"finish:{ticket}")
    if await person.is_asked(message, press):
        mark = person.book.mark(person.id, photos=1)
        await person.shows(f"换好了 {mark}")
        await person.reads(message)
        person.book.told(mark)


async def ask(person: Person, message_id: int, ticket: str) -> None:
    """❓ 问居民."""
    await person.presses(person.phone.chat.messages[message_id], f"ask:{ticket}")
    await person.sees("cancel")
    await _adds(person, "请问是几楼？")


async def progress(person: Person, message_id: int, ticket: str) -> None:
    """📣 报进展."""
    await person.presses(person.phone.chat.messages[message_id], f"progress:{ticket}")
    await person.sees("cancel")
    await _adds(person, "已经联系了厂家")


async def hand_over(person: Person, message_id: int, ticket: str) -> bool:
    """🤝 转交同事; gives back whether there was one."""
    await person.presses(person.phone.chat.messages[message_id], f"hand:{ticket}")
    message, data = await person.sees(f"handto:{ticket}:", "close")
    await person.presses(message, data)
    return data != "close"


async def arrive(person: Person, message_id: int, ticket: str) -> None:
    """到场."""
    await person.presses(person.phone.chat.messages[message_id], f"arrive:{ticket}")


async def assign(person: Person, message_id: int, ticket: str) -> None:
    """The duty secretary finds somebody for what nobody took."""
    await person.presses(person.phone.chat.messages[message_id], f"assign:{ticket}")
    message, data = await person.sees(f"assignto:{ticket}:", "close")
    await person.presses(message, data)


async def take_role_away(person: Person, grant: str) -> None:
    """The administrator takes a role away."""
    await person.says("/admin")
    message, _ = await person.sees("invite")
    await person.presses(message, f"take:{grant}")
    message, data = await person.sees(f"takeyes:{grant}")
    await person.presses(message, data)
