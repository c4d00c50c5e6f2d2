"""What people do about requests to neighbours: ask, check, take, sign in, finish, give back, say that nobody came; and
what they do with the points that come of it.
"""

import re
from dataclasses import dataclass

from simulator.state import Message

from . import community
from .book import Kept
from .person import TAKEN, GaveUp, Person, data_of
from .residents import MOST_TURNS

OWN_CARD = "withdraw:"
REQUESTS = (
    "想请邻居帮我换个灯泡",
    "想找个邻居帮我取快递",
    "想找人帮我代买菜",
    "想请邻居陪我去看病",
    "想找邻居帮我搬东西",
    "想请邻居教我用手机",
)
_ON_THE_WAY = ("consent", "choose:send", "choose:yes", "choose:no", "choose:x2", "choose:morning", "choose:afternoon")
_MORE = ("choose:evening", "choose:any", "choose:d2", "choose:e", "choose:skip", "choose:p", "cancel")
_DOOR = re.compile(r"📍 \S* ?(\S+?) (\d+)栋")
_CODE = re.compile(r"Q\d{3} \d{3}")


@dataclass(frozen=True)
class Wish:
    """What somebody is going to ask for, decided before they begin."""

    words: str  # without any they tap one of the menu
    address: str
    wanted: int = 1
    is_alone: bool = False


def wish(person: Person, address: str) -> Wish:
    """What somebody has in mind."""
    random = person.random
    words = random.choice(REQUESTS) if random.random() < 0.6 else ""
    return Wish(words, address, random.choice((1, 1, 1, 2)), is_alone=random.random() < 0.2)


async def ask(person: Person, what: Wish) -> None:
    """Say it, or tap it in the menu, and press on until one's card is there."""
    mark = person.book.mark(person.id, Kept.MATTER)
    is_said = bool(what.words)
    await person.says(f"/order {what.words}，{what.address}1502 {mark}" if is_said else "/order")
    todo = [*(["choose:count"] if what.wanted > 1 else []), *(["choose:alone"] if what.is_alone else [])]
    for _ in range(2 * MOST_TURNS):
        message, data = await person.sees(OWN_CARD, *_ON_THE_WAY, *_MORE, mark=mark)
        if data.startswith(OWN_CARD):
            person.book.told(mark)
            return
        if data == TAKEN:  # the words were taken for something else that was asked
            return
        if data.startswith("choose:send") and not is_said:
            is_said = True
            await person.says(f"请带上工具 {mark}")
        elif data.startswith("choose:skip"):
            await person.says("1502")
        elif data.startswith(("choose:p", "cancel")):
            await person.says(f"{what.address}1502")
        else:
            await person.presses(message, _one(person, message, data, todo))


def _one(person: Person, message: Message, data: str, todo: list[str]) -> str:
    """Which of several buttons of a kind."""
    found = data_of(message)
    if data.startswith("choose:send") and todo:
        wanted = todo.pop()
        return next((one for one in found if one.startswith(wanted)), data)
    if data.startswith("choose:d2"):
        return person.random.choice([one for one in found if one.startswith("choose:d2")][:2])
    if data.startswith("choose:e") and not data.startswith("choose:evening"):
        return person.random.choice([one for one in found if one.startswith("choose:e")])
    return data


# --- 核验 ------------------------------------------------------------------------------------------------------


async def check(person: Person, message_id: int, ticket: str) -> None:
    """核验通过."""
    await person.presses(person.phone.chat.messages[message_id], f"overify:{ticket}")


async def turn_down(person: Person, message_id: int, ticket: str) -> None:
    """说明不办, with a reason in words."""
    await person.presses(person.phone.chat.messages[message_id], f"orefuse:{ticket}")
    await person.sees("choose:service", "cancel")
    await person.says("这件事要找专业的人来做")


async def edit(person: Person, message_id: int, ticket: str) -> None:
    """改一改: how many, or when."""
    await person.presses(person.phone.chat.messages[message_id], f"oedit:{ticket}")
    message, data = await person.sees(person.random.choice(("choose:count", "choose:day")), "choose:day")
    await person.presses(message, data)
    for _ in range(2):
        message, data = await person.sees("choose:x", "choose:d2", "choose:evening", "choose:any", "cancel")
        if data.startswith("cancel"):
            return
        choices = [one for one in data_of(message) if one.startswith(data[: len("choose:x")])]
        await person.presses(message, person.random.choice(choices[:3]))
        if data.startswith(("choose:x", "choose:evening", "choose:any")):
            return


# --- helping -------------------------------------------------------------------------------------------------


async def take(person: Person, message_id: int, ticket: str) -> None:
    """接单, rarely with a double tap; now and then 这次不行."""
    message, chance = person.phone.chat.messages[message_id], person.random.random()
    if chance < 0.1 and f"onot:{ticket}" in data_of(message):
        await person.presses(message, f"onot:{ticket}")
    else:
        await person.presses(message, f"oclaim:{ticket}", times=2 if chance > 0.93 else 1)


async def take_from_list(person: Person) -> None:
    """/claim, and one of what is open."""
    await person.says("/claim")
    message, _ = await person.sees("helpclaim:", "help")
    found = [one for one in data_of(message) if one.startswith("helpclaim:")]
    if found:
        await person.presses(message, person.random.choice(found))


async def sign_in(person: Person, message_id: int, ticket: str) -> None:
    """签到 by the position of the building that the card names, or from somewhere else."""
    message = person.phone.chat.messages[message_id]
    named = _DOOR.search(message.text)
    await person.presses(message, f"ohere:{ticket}")
    is_known = named is not None and named[1] in community.ESTATES
    estate, building = (community.ESTATES.index(named[1]) + 1, int(named[2])) if named and is_known else (1, 1)
    at = community.position(estate, building)
    await person.phone.sends_location(float(at["latitude"]), float(at["longitude"]))


async def press(person: Person, message_id: int, data: str) -> None:
    """A button, if it is still there."""
    message = person.phone.chat.messages[message_id]
    if data in data_of(message):
        await person.presses(message, data)


async def press_in_group(person: Person, message_id: int, data: str) -> None:
    """A button on a card in a group; what comes of it stands in the private chat."""
    await person.forges(message_id, data)


async def complain(person: Person, message_id: int, ticket: str) -> None:
    """有问题: about whoever helps, in words for the duty secretary."""
    await person.presses(person.phone.chat.messages[message_id], f"oproblem:{ticket}")
    message, data = await person.sees("choose:", "cancel")
    if data.startswith("choose:"):
        await person.presses(message, data)
    await person.says("来得太晚了，也没带工具")


# --- who may help --------------------------------------------------------------------------------------------


async def suspend(person: Person, helper: str) -> None:
    """A secretary lets nobody wait for a helper any more."""
    await person.presses(_any(person), f"helpsuspend:{helper}")
    message, data = await person.sees("choose:missed")
    await person.presses(message, data)


async def let_in(person: Person, helper: str) -> None:
    """And lets them help again."""
    await person.presses(_any(person), f"helplift:{helper}")


def _any(person: Person) -> Message:
    """Whatever stands on the screen; raises GaveUp for an empty one."""
    found = person.newest(1)
    if not found:
        raise GaveUp("an empty screen")
    return found[0]


# --- points --------------------------------------------------------------------------------------------------


async def exchange(person: Person) -> tuple[int, str, str]:
    """积分超市: one of what there is, if there are points for it; gives back message, button and code of what waits."""
    await person.says("积分")
    message, data = await person.sees("pointrank", "cancel")
    if data.startswith("cancel"):  # something else was asked, and still is
        await person.presses(message, data)
    if "shop" not in data_of(message):
        return 0, "", ""
    await person.presses(message, "shop")
    message, _ = await person.sees("shopitem:")
    things = [one for one in data_of(message) if one.startswith("shopitem:")]
    await person.presses(message, person.random.choice(things))
    message, data = await person.sees("shoptake:", "shop")
    if not data.startswith("shoptake:"):
        return 0, "", ""
    await person.presses(message, data, times=2 if person.random.random() < 0.1 else 1)
    message, data = await person.sees("shopcancel:")
    found = _CODE.search(message.text)
    return message.id, data, found[0] if found else ""


async def cancel(person: Person, message_id: int, data: str) -> None:
    """不换了."""
    message = person.phone.chat.messages[message_id]
    await person.presses(message, data)
    message, data = await person.sees("shopcancelyes:")
    await person.presses(message, data)


async def hand_out(person: Person, code: str) -> None:
    """The hall: a code that somebody reads out; mostly it is handed over, now and then it is not there."""
    await person.says(code)
    message, data = await person.sees("handyes:" if person.random.random() < 0.85 else "handno:", "handlist")
    if data != "handlist":
        await person.presses(message, data)
