"""Residents who report something: what each says next, when, and how long the bot took to answer.

In the closed loop everybody says the next thing when the bot has answered the last, so that the bot decides how fast
it goes. In the open loop everybody speaks by the clock, whether the bot is done or not, so that waiting shows.
"""

import asyncio
import csv
import time
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

SAMPLE = Path(__file__).parent.parent / "sample"
ME = {"id": 7000000001, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}
FIRST_USER = 10_000_000

Update = dict[str, Any]


@dataclass(slots=True)
class Owed:
    """What the bot owes for one update: so many messages, since then."""

    messages: int
    said_at: float
    is_begun: bool = False


@dataclass
class Resident:
    """One person at a phone: what was said, what stands on the screen, and what the bot still owes."""

    user_id: int
    address: str
    step: int = -1
    owed: "Owed | None" = None
    late: deque[float] = field(default_factory=deque)  # when it was time to speak while the last answer was not here
    buttons: list[str] = field(default_factory=list)
    shown: int = 0

    @property
    def sender(self) -> dict[str, Any]:
        """Who it is, as Telegram says it."""
        return {"id": self.user_id, "is_bot": False, "first_name": "居民", "language_code": "zh-hans"}

    @property
    def chat(self) -> dict[str, Any]:
        """The private chat."""
        return {"id": self.user_id, "type": "private", "first_name": "居民"}


Say = Callable[[Resident, int], Update]
Script = Sequence[Say]


def text(words: str) -> Say:
    """A message; `{address}` is where the resident lives."""

    def make(who: Resident, message_id: int) -> Update:
        said = words.replace("{address}", who.address)
        message: Update = {"message_id": message_id, "date": int(time.time()), "chat": who.chat, "from": who.sender}
        message["text"] = said
        if said.startswith("/"):
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(said)}]
        return {"message": message}

    return make


def press(data: str) -> Say:
    """A press of the button whose data begin so; a bot that shows none is told that it was pressed all the same."""

    def make(who: Resident, message_id: int) -> Update:
        found = next((one for one in who.buttons if one.startswith(data)), data)
        message = {"message_id": who.shown or message_id, "date": int(time.time()), "chat": who.chat, "from": ME}
        query = {"id": f"{who.user_id}{message_id}", "from": who.sender, "chat_instance": "1", "data": found}
        return {"callback_query": query | {"message": message | {"text": "…"}}}

    return make


REPORT: Script = (
    text("/report"),
    press("consent"),
    text("厨房水龙头一直漏水"),
    text("{address}"),
    text("接了个盆，还在滴"),
    press("choose:send"),
)
"""The six messages of a report, consent included; what drips at home is no neighbour's matter, so each is a ticket."""


def addresses() -> Iterator[str]:
    """Flats of the sample community, as people write them: every grid in turn, none twice."""
    with (SAMPLE / "places.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["code"]: row for row in csv.DictReader(file)}
    units = [row for row in rows.values() if row["level"] == "unit"]
    for room in count(101):
        for unit in sorted(units, key=lambda row: (row["number"], row["code"])):
            building = rows[unit["parent"]]
            yield f"{rows[building['parent']]['name']}{building['number']}栋{unit['number']}单元{room}"


class Town:
    """All residents. `answers` is how many messages each of the script's steps is answered with."""

    def __init__(
        self, users: int, script: Script = REPORT, answers: Sequence[int] = (), *, is_closed: bool = True
    ) -> None:
        self.script = script
        self.answers = answers or [1] * len(script)
        homes = addresses()
        self.residents = {FIRST_USER + one: Resident(FIRST_USER + one, next(homes)) for one in range(users)}
        self.waiting: deque[Update] = deque()
        self.waits: list[tuple[float, float]] = []  # when something was said, and seconds until the first answer
        self.news = asyncio.Event()
        self._is_closed = is_closed
        self._ids = count(100)
        self._left = 0
        self._over = asyncio.Event()

    async def converse(self, users: Collection[int]) -> float:
        """Let residents hold their whole conversation; seconds until the last has the last answer."""
        began_at = time.perf_counter()
        self._expect(len(users) * len(self.script))
        for user_id in users:
            self.say(self.residents[user_id])
        await self._over.wait()
        return time.perf_counter() - began_at

    async def speak_by_the_clock(self, users: Collection[int], per_second: float, pause: float) -> None:
        """Begin conversations so that `per_second` messages come in all, each resident's `pause` seconds apart."""
        self._expect(len(users) * len(self.script))
        apart = len(self.script) / per_second
        turns = sorted(
            (turn * apart + step * pause, user_id)
            for turn, user_id in enumerate(users)
            for step in range(len(self.script))
        )
        began_at = time.perf_counter()
        for at, user_id in turns:
            await asyncio.sleep(max(began_at + at - time.perf_counter(), 0))
            who = self.residents[user_id]
            if who.owed is None:
                self.say(who)
            else:
                who.late.append(time.perf_counter())
        await self._over.wait()

    def say(self, who: Resident, said_at: float | None = None) -> None:
        """The next thing somebody has to say; the wait counts from when it was time to say it."""
        who.step += 1
        who.owed = Owed(self.answers[who.step], said_at or time.perf_counter())
        self.put(who, self.script[who.step])

    def put(self, who: Resident, say: Say) -> None:
        """Have something said that is no part of the conversation."""
        update_id = next(self._ids)
        self.waiting.append({"update_id": update_id, **say(who, update_id)})
        self.news.set()

    def hear(self, chat_id: int, params: dict[str, Any], markup: Any) -> int:
        """The bot says something in a chat; gives back the message's number."""
        number = int(params.get("message_id") or next(self._ids))
        who = self.residents.get(chat_id)
        if who is None:
            return number
        if isinstance(markup, dict) and "inline_keyboard" in markup:
            who.buttons = [one.get("callback_data", "") for row in markup["inline_keyboard"] for one in row]
            who.shown = number
        if who.owed is not None:
            self._count(who, who.owed)
        return number

    def _count(self, who: Resident, owed: Owed) -> None:
        if not owed.is_begun:
            owed.is_begun = True
            self.waits.append((owed.said_at, time.perf_counter() - owed.said_at))
        owed.messages -= 1
        if not owed.messages:
            who.owed = None
            self._answered(who)

    def _answered(self, who: Resident) -> None:
        self._left -= 1
        if not self._left:
            self._over.set()
        elif who.late:
            self.say(who, who.late.popleft())
        elif self._is_closed and who.step + 1 < len(self.script):
            self.say(who)

    def _expect(self, answers: int) -> None:
        self._left = answers
        self._over.clear()
