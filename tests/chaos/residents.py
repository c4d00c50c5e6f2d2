"""What residents do: join by the poster, report, answer, judge, add, take back, and press whatever they find."""

from collections.abc import Sequence
from dataclasses import dataclass

from .book import Kept
from .person import TAKEN, Person, data_of

OWN_CARD = "add:"
AGREEABLE = ("consent", "choose:danger_no", "choose:send", "choose:yes", "choose:myself", "choose:skip", "choose:here")
LATER = ("choose:none", "go_on", "choose:about")
KINDS = tuple(f"choose:{kind}" for kind in ("public_facilities", "environment", "utilities", "order_noise", "question"))
BOOKING = "choose:phone"
AGAIN = "bagain:"
BOOKED = "bpapers:"
"""Every card of a booking that goes on has the button for its papers."""
MOST_TURNS = 12
TROUBLES = (
    "楼道灯坏了",
    "单元门禁打不开",
    "楼门口垃圾没人收",
    "停水了",
    "楼道堆了杂物",
    "有人乱停车占道",
    "电梯停了",
    "窨井盖松了",
    "扶手松了",
    "晚上广场舞太吵了",
    "楼道里给电动车充电",
    "下水道堵了",
    "健身器材坏了",
    "墙皮掉了",
    "有老鼠",
)
CONFIDENTIAL = ("邻居老是跟我吵架，想请人调解", "家里老人没人照顾，想申请帮扶")
QUESTIONS = ("医保怎么办理", "想建议小区多装几个路灯")
DANGERS = ("着火了快来人", "闻到很重的煤气味", "有老人晕倒了")


@dataclass(frozen=True)
class Report:
    """What somebody is going to report, decided before they begin."""

    words: str
    address: str
    photos: int = 0
    is_anonymous: bool = False
    joins: bool = True


async def join(person: Person, poster: str) -> None:
    """Scan the code on the door, agree, and say that one lives there."""
    await person.starts(poster)
    for _ in range(MOST_TURNS):
        message, data = await person.sees("consent", "choose:yes", "choose:skip")
        await person.presses(message, data)
        if data.startswith("choose:skip"):
            return


async def report(person: Person, plan: Report) -> int:
    """Say it and press what is asked until one's card is there; gives back the ticket's id."""
    mark = person.book.mark(person.id, Kept.MATTER, photos=plan.photos)
    words = f"{plan.address}{plan.words} {mark}"
    if plan.photos:
        await person.shows(words)
    else:
        await person.says(words)
    joining = ("choose:join", "choose:apart") if plan.joins else ("choose:apart", "choose:join")
    asked = (OWN_CARD, "another", "consent", "choose:danger_no", *joining, *AGREEABLE[2:], *KINDS)
    wanted = (*asked, BOOKING, "choose:p", *LATER)
    has_hidden = not plan.is_anonymous
    for _ in range(MOST_TURNS):
        message, data = await person.sees(*wanted, mark=mark)
        if data.startswith(OWN_CARD):
            if any(one.startswith(BOOKED) for one in data_of(message)):
                person.book.words[mark].kept = Kept.REMARK
            person.book.told(mark)
            return int(data.removeprefix(OWN_CARD), 36)
        if data in {"another", TAKEN}:  # more words about the danger that is on its way, or about another matter
            person.book.words[mark].kept = Kept.HISTORY
            return 0
        if data.startswith(BOOKING):  # a booking that was begun asks how, and takes no question for an answer
            await person.presses(message, _like(data_of(message), "cancel", data))
            await person.says(words)
            continue
        if not has_hidden and data.startswith("choose:send"):
            data, has_hidden = _like(data_of(message), "choose:anonymous", data), True
        await person.presses(message, data, times=2 if person.random.random() < 0.05 else 1)
    return 0


def _like(found: Sequence[str], prefix: str, otherwise: str) -> str:
    return next((one for one in found if one.startswith(prefix)), otherwise)


async def judge(person: Person, message_id: int, ticket: str) -> None:
    """办好了吗？ Mostly yes, with stars and now and then a sentence; sometimes not yet, with what is still wrong."""
    message = person.phone.chat.messages[message_id]
    if person.random.random() < 0.15:
        await person.presses(message, f"no:{ticket}")
        await person.sees("choose:none")
        await _adds(person, "还是没好")
        return
    await person.presses(message, f"yes:{ticket}", times=2 if person.random.random() < 0.1 else 1)
    if person.random.random() < 0.2:
        return
    message, data = await person.sees(f"rate:{ticket}:", AGAIN)
    if data.startswith(AGAIN):  # a booking that was judged before
        return
    await person.presses(message, f"rate:{ticket}:{person.random.choice('55554321')}")
    message, data = await person.sees("choose:none", "consent")
    if data == "consent":
        await person.presses(message, data)
        message, data = await person.sees("choose:none")
    if person.random.random() < 0.3:
        await _adds(person, "师傅人很好")
    else:
        await person.presses(message, data)


async def _adds(person: Person, words: str) -> None:
    mark = person.book.mark(person.id)
    await person.says(f"{words} {mark}")
    await person.reads()
    person.book.told(mark)


async def add(person: Person, message_id: int, data: str) -> None:
    """补充 or 回答: a sentence for a matter that is under way."""
    await person.presses(person.phone.chat.messages[message_id], data)
    await person.sees("cancel")
    await _adds(person, "再说一句")


async def withdraw(person: Person, message_id: int, data: str) -> None:
    """不用办了, with a reason."""
    await person.presses(person.phone.chat.messages[message_id], data)
    message, data = await person.sees("choose:solved")
    await person.presses(message, data)


async def nonsense(person: Person) -> None:
    """What people do with a telephone when nothing is the matter."""
    chance = person.random.randrange(8)
    old = [(one, data) for one in person.newest() for data in data_of(one)]
    if chance == 0 and old:
        message, data = person.random.choice(old)
        await person.presses(message, data)
    elif chance == 1:
        await person.phone.sends_sticker()
    elif chance == 2:
        message = await person.phone.says("你好")
        await person.phone.edits(message, "你们好")
    elif chance == 3:
        await person.forges(1, person.random.choice(("accept:1", "takeyes:1", "yes:zz", "nothing", "choose:send:zzz")))
    else:
        await person.says(person.random.choice(("谢谢", "/my", "/help", "/cancel", "/me", "哈哈哈")))
