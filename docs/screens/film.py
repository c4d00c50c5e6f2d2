"""A film: the sample community in one language, what somebody does there, and pictures of what a phone shows then.

The clock stands still and numbers begin anew for every film, so that a page made of it says the same every time.
"""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Awaitable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

from bot.texts import Texts
from simulator.phone import Phone
from simulator.record import Call
from storage import schema
from tests.town import CAST, Town, a_town

Words = tuple[str, str]
"""The same in Chinese and in English."""

ENGLISH: Mapping[str, str] = {
    "rosa": "Rosa",
    "chen": "Mr Chen",
    "daughter": "Xiaowang",
    "wei": "Wei",
    "zhao": "Zhao",
    "li": "Li",
    "ye": "Ye",
    "tian": "Tian",
    "nurse": "Nurse Jiang",
    "dan": "Dan",
    "zhou": "Secretary Zhou",
    "fang": "Fang",
    "vera": "Vera",
    "otto": "Otto",
    "ada": "Ada",
}
SETTLE_SECONDS = 30.0
STEPS_TO_GO_OUT = 5
"""A notice goes out by slices, one at each tick."""


@dataclass(frozen=True)
class Bubble:
    """One message as it stands on a screen. `html` is what the bot sent, `holds` what is there beside words."""

    html: str
    rows: list[list[str]]
    holds: str | None
    is_changed: bool  # it stood there before and says something else now


@dataclass(frozen=True)
class Shot:
    """What one deed brought to one phone."""

    name: Words
    when: Words
    bubbles: list[Bubble]
    keyboard: list[list[str]] | None  # below the chat, where it is another than before
    alert: str | None  # the line over the chat after a press
    keys: list[str]


class Heard(Texts):
    """The texts, and which of them was behind each sentence that was said."""

    def __init__(self, timezone: str = "Asia/Shanghai") -> None:
        super().__init__(timezone)
        self.behind: dict[str, str] = {}
        self.said: set[str] = set()

    def render(self, language: str, key: str, params: Mapping[str, Any], now: datetime) -> str:
        """As always."""
        return self._note(key, super().render(language, key, params, now))

    def plain(self, language: str, key: str, params: Mapping[str, Any], now: datetime) -> str:
        """As always."""
        return self._note(key, super().plain(language, key, params, now))

    def _note(self, key: str, text: str) -> str:
        self.behind[text] = key
        self.said.add(key)
        return text


@dataclass
class Film:
    """A town that is being filmed. Deeds are those of `simulator.phone`, and a picture shows what the last one did."""

    town: Town
    heard: Heard
    language: str
    shots: list[Shot] = field(default_factory=list)
    _before: int = 0
    _keyboards: dict[int, list[list[str]]] = field(default_factory=dict)

    def words(self, zh: str, en: str) -> str:
        """Which of the two somebody says here."""
        return en if self.language == "en" else zh

    async def does(self, *deeds: Awaitable[object]) -> None:
        """Do one thing after the other; the bot is done with each before the next begins."""
        for deed in deeds:
            self._before = len(self.town.sim.record.entries)
            await deed
            await self._settle()

    async def _settle(self) -> None:
        """The clock ticks when nothing else is left to do, and not by itself: so the order is the same every time."""
        town, app = self.town, self.town.app
        async with asyncio.timeout(SETTLE_SECONDS):
            while town.sim.pending(town.sim.token) or not await app.is_idle():
                if town.sim.pending(town.sim.token) or app.lanes.backlog or not await app.delivery.is_idle():
                    await asyncio.sleep(0.002)
                else:
                    await self._tick()

    async def _tick(self) -> None:
        await self.town.app.ticking.tick()
        self.town.app.delivery.wake()

    async def says(self, who: Phone, zh: str, en: str = "") -> None:
        """Say something, in the language of the film."""
        await self.does(who.says(self.words(zh, en or zh)))

    async def press(self, who: Phone, *labels: str) -> None:
        """Press buttons by the names of their labels."""
        for label in labels:
            await self.does(who.presses(self.heard.plain(self.language, f"button.{label}", {}, self.town.clock.now())))

    async def tap(self, who: Phone, *named: str | Words) -> None:
        """Press buttons that name something: a place, a person, a matter."""
        for one in named:
            await self.does(who.presses(one if isinstance(one, str) else self.words(*one)))

    async def later(self, *, steps: int = 1, **by: float) -> None:
        """Time goes by, in so many steps of the same length."""
        self._before = len(self.town.sim.record.entries)
        for _ in range(steps):
            self.town.clock.advance(timedelta(**by))
            await self._tick()
            await self._settle()

    async def goes_out(self) -> None:
        """A notice goes out."""
        await self.later(steps=STEPS_TO_GO_OUT, seconds=1)

    async def agrees(self, *phones: Phone) -> None:
        """Everybody has agreed to the privacy notice before."""
        for phone in phones:
            await self.does(phone.starts())
            await self.press(phone, "consent_yes")

    def shot(self, who: Phone, name: Words, when: Words) -> None:
        """Take a picture of what the last deed brought to a phone. Raises AssertionError where it brought nothing."""
        calls = list(self._calls(who))
        bubbles, keys = self._bubbles(who, calls)
        alert = next((text for text in map(_alert, calls) if text), None)
        keyboard = next((found for found in map(_keyboard, reversed(calls)) if found), None)
        if keyboard == self._keyboards.get(who.id):
            keyboard = None
        if not bubbles and alert is None:
            raise AssertionError(f"nothing came for {name[1]!r}.\n{who.screen()}")
        self._keyboards[who.id] = keyboard or self._keyboards.get(who.id, [])
        keys += [self.heard.behind[alert]] if alert else []
        self.shots.append(Shot(name, when, bubbles, keyboard, alert, keys))

    def _calls(self, who: Phone) -> Iterator[Call]:
        """What the bot did to one chat since the last deed began."""
        presses = self.town.sim.world.town.presses
        for entry in list(self.town.sim.record.entries)[self._before :]:
            if not isinstance(entry, Call) or entry.code != 200:
                continue
            asked = entry.args.get("callback_query_id")
            is_answer = asked is not None and presses[str(asked)].person is who.person
            if entry.chat_id == who.chat.id or (is_answer and presses[str(asked)].chat is who.chat):
                yield entry

    def _bubbles(self, who: Phone, calls: list[Call]) -> tuple[list[Bubble], list[str]]:
        """The messages that came or changed, each as it stands now, and the texts behind them."""
        latest: dict[int, Call] = {}
        new: set[int] = set()
        for call in calls:
            if not isinstance(call.answer, dict) or "message_id" not in call.answer:
                continue
            number = call.answer["message_id"]
            new |= {number} if call.method.startswith("send") else set()
            latest[number] = call
        living = {message.id: message for message in who.messages}
        found, keys = [], []
        for number in sorted(set(latest) & set(living)):
            html = _said(latest[number])
            rows = [[button["text"] for button in row] for row in living[number].inline_rows]
            found.append(Bubble(html, rows, _holds(living[number].body), number not in new))
            keys += [self.heard.behind[html]] if html in self.heard.behind else []
        return found, list(dict.fromkeys(keys))


def _said(call: Call) -> str:
    return str(call.args.get("text") or call.args.get("caption") or "")


def _alert(call: Call) -> str | None:
    return call.args.get("text") if call.method == "answerCallbackQuery" else None


def _keyboard(call: Call) -> list[list[str]] | None:
    markup = call.args.get("reply_markup") or {}
    return [[key["text"] for key in row] for row in markup["keyboard"]] if "keyboard" in markup else None


def _holds(body: Mapping[str, Any]) -> str | None:
    return next((one for one in ("photo", "document", "voice", "video", "location") if one in body), None)


@contextlib.asynccontextmanager
async def a_film(language: str) -> AsyncIterator[Film]:
    """A fresh town in which everybody speaks one language."""
    heard = Heard()
    with tempfile.TemporaryDirectory() as folder, mock.patch("bot.app.Texts", return_value=heard):
        async with a_town(Path(folder), f"sqlite:///{folder}/linli.sqlite3") as town:
            await town.app.ticking.stop()  # time goes by only where the film says so
            await _everybody_speaks(town, language)
            yield Film(town, heard, language)


async def _everybody_speaks(town: Town, language: str) -> None:
    table = schema.person
    async with town.app.database.writing() as connection:
        await connection.execute(table.update().values(language=language))
        for called, (number, name) in CAST.items():
            own = ENGLISH[called] if language == "en" else name
            await connection.execute(table.update().where(table.c.telegram_id == number).values(name=own))
            phone: Phone = getattr(town, called)
            phone.person.first_name, phone.person.language = own, "en" if language == "en" else "zh-hans"
