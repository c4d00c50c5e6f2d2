"""The main story in steps, each with what shows that it took effect: a report, from the sentence to the rating."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

from simulator.phone import Phone
from tests.town import SAMPLE, TOKEN

from .process import Street, until

Deed = Callable[[Street], Awaitable[object]]


@dataclass(frozen=True)
class Step:
    """What somebody does, and what must stand on whose screen afterwards."""

    name: str
    deed: Deed
    effects: tuple[tuple[str, str], ...]


STEPS: Sequence[Step] = (
    Step("says it", lambda s: s.rosa.says("3栋2单元楼道灯坏了"), (("rosa", "同意，继续"),)),
    Step("agrees", lambda s: s.rosa.presses("同意，继续"), (("rosa", "报上去"),)),
    Step("sends it", lambda s: s.rosa.presses("报上去"), (("wei", "楼道灯坏了"),)),
    Step("accepts", lambda s: s.wei.presses("接单"), (("rosa", "小魏 已接单"), ("wei", "🔧 办好了"))),
    Step("finishes", lambda s: s.wei.presses("办好了"), (("wei", "照片"),)),
    Step("proves it", lambda s: s.wei.sends_photo("换了新灯泡"), (("rosa", "是的，办好了"),)),
    Step("confirms", lambda s: s.rosa.presses("是的，办好了"), (("rosa", "非常满意"),)),
    Step("rates", lambda s: s.rosa.presses("非常满意"), (("wei", "★★★★★"),)),
)


def shows(phone: Phone, words: str) -> bool:
    """Whether words stand on a screen, in a message or on a button of any; a question may have been repeated since."""
    buttons = [button for message in phone.received for row in message.inline_rows for button in row]
    return phone.sees(words) or any(words in button["text"] for button in buttons)


async def took_effect(street: Street, step: Step) -> None:
    """Wait until a step shows."""
    for who, words in step.effects:
        phone = street.phones[who]
        await until(partial(shows, phone, words), partial(report, street, f"{words} after {step.name}", phone))


def report(street: Street, what: str, phone: Phone) -> str:
    """What a failed test has to show: the screen, what waits to be said, and the log's end."""
    rows = street.bot.rows(
        "SELECT id, state, method, message, chat_id, attempts, error FROM outbox ORDER BY id DESC LIMIT 12"
    )
    waiting = street.bot.rows("SELECT id, state, attempts, error FROM inbox ORDER BY id DESC LIMIT 5")
    log = street.bot.log.read_text(encoding="utf-8").splitlines()[-15:]
    calls = [
        f"{call.method} {call.args.get('message_id')} {call.code} {call.fault}" for call in street.sim.record.calls()
    ]
    return "\n".join([what, phone.screen(), *map(str, rows), *map(str, waiting), *calls[-15:], *log])


def check_story(street: Street) -> None:
    """Nothing was lost and nothing happened twice."""
    bot = street.bot
    (ticket,) = bot.rows("SELECT * FROM ticket")
    assert (ticket["state"], ticket["closed_how"], ticket["stars"]) == ("closed", "confirmed", 5)
    told = bot.rows("SELECT event, count(*) AS times FROM history GROUP BY event")
    events = {row["event"]: row["times"] for row in told}
    for event in ("created", "accepted", "finished", "confirmed", "rated"):
        assert events[event] == 1, events
    states = {row["state"] for row in bot.rows("SELECT DISTINCT state FROM inbox")}
    assert states == {"done"}
    assert not bot.rows("SELECT * FROM outbox WHERE state NOT IN ('sent', 'suppressed', 'held')")
    assert len(bot.rows("SELECT * FROM attachment WHERE purpose = 'proof'")) == 1
    log = bot.log.read_text(encoding="utf-8")
    assert "Linli works" in log
    assert not [secret for secret in secrets() if secret in log]


def secrets() -> set[str]:
    """What must never stand in a log: the token, the people's names and telephones, what they said."""
    people = [line.split(",") for line in (SAMPLE / "people.csv").read_text(encoding="utf-8-sig").splitlines()[1:]]
    said = {"13800138000", "王秀英", "楼道灯", "新灯泡", TOKEN, TOKEN.partition(":")[2]}
    return said | {field for person in people for field in (person[1], person[2]) if len(field) > 1}


def copies(phone: Phone, words: str) -> int:
    """How often the same words were sent to somebody."""
    return sum(words in message.text for message in phone.received)
