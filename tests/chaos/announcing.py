"""Notices in the mix: a secretary writes one for a place, and residents press that they have read it."""

from .book import Kept
from .person import Person


async def announce(person: Person, place: str, *, has_receipt: bool, audience: str = "residents") -> None:
    """Go through the questions and send it to the people of a place, by its code."""
    await person.says("/notice")
    message, data = await person.sees("notice_new")
    await person.presses(message, data)
    await person.sees("cancel")
    mark = person.book.mark(person.id, Kept.NOTICE)
    await person.says(f"明天上午检修，请提前接水 {mark}")
    await person.sees("choose:here")
    await person.says(place)
    for choice in (audience, "official", "yes" if has_receipt else "no", "now", "send"):
        message, data = await person.sees(f"choose:{choice}", "choose:words")
        await person.presses(message, data)
        if data.startswith("choose:words"):  # nobody there can be reached: it cannot be sent
            await person.says("/cancel")
            return
    person.book.told(mark)


async def read(person: Person, message_id: int, notice: str) -> None:
    """收到."""
    await person.presses(person.phone.chat.messages[message_id], f"notice_got:{notice}")
