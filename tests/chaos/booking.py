"""What residents do who book: choose on the way to a time, wait for one that is full, move, give back, take what is
offered, and let a time that is kept for them run out.
"""

from dataclasses import dataclass

from simulator.state import Message

from . import offers
from .person import Person, data_of
from .residents import BOOKED, MOST_TURNS

_ON_THE_WAY = ("consent", "choose:other", "choose:myself", "choose:read", "choose:x", "choose:here")
_WAYS = ("choose:at_home", "choose:phone", "choose:appointment", "choose:walk_in")
_WAITING = ("choose:wait", "choose:day", "choose:week", "choose:any")


@dataclass(frozen=True)
class Wish:
    """What somebody is going to book, decided before they begin."""

    service: str
    way: str
    address: str
    is_abandoned: bool = False  # the time is kept, and they go away


async def book(person: Person, wish: Wish) -> None:
    """Ask by name and press on until the card is there; a full day is waited for."""
    await person.says(f"/book {wish.service}")
    wanted = ("bwleave:", BOOKED, "book:", "choose:send", *_ON_THE_WAY, f"choose:{wish.way}", *_WAYS, *_WAITING)
    for _ in range(MOST_TURNS):
        message, data = await person.sees(*wanted, "choose:t", "choose:d2", "choose:p", "choose:skip", "cancel")
        if data.startswith(("bwleave:", BOOKED, "book:")):
            return
        if data.startswith("choose:send") and wish.is_abandoned:
            return
        if data.startswith(("choose:t", "choose:d2")):
            data = person.random.choice([one for one in data_of(message) if one.startswith(data[:8])])
        if data.startswith("choose:x") and person.random.random() < 0.2:  # every week
            data = person.random.choice([one for one in data_of(message) if one.startswith("choose:x")])
        if data.startswith(("choose:p", "cancel")):  # a place, or something to be said
            await person.says(f"{wish.address}1502")
        elif data.startswith("choose:skip"):
            await person.says("1502")
        else:
            await person.presses(message, data)


async def moves(person: Person, message: Message, data: str) -> None:
    """改时间: another day and time, or it is left as it is."""
    await person.presses(message, data)
    for _ in range(5):
        message, data = await person.sees("choose:send", "choose:t", "choose:d2", "cancel")
        if data.startswith(("choose:t", "choose:d2")):
            data = person.random.choice([one for one in data_of(message) if one.startswith(data[:8])])
        press = await person.presses(message, data)
        is_full = press.answer is not None and bool(press.answer["text"])
        if is_full or data.startswith(("choose:send", "cancel")):
            return


async def gives_back(person: Person, message: Message, data: str) -> None:
    """取消, with the first reason that is offered."""
    await person.presses(message, data)
    message, data = await person.sees("choose:")
    await person.presses(message, data)


def wish(person: Person, address: str) -> Wish:
    """What somebody has in mind."""
    chance, service = person.random.random(), person.random.choice(offers.BOOKABLE)
    way = person.random.choice(("at_home", "at_home", "appointment", "phone", "walk_in"))
    return Wish(service, way, address, is_abandoned=chance < 0.1)
