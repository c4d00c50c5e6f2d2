"""One person of the soak: eyes that see what is new on the screen, and hands that press what is meant."""

import asyncio
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import TypeVar

from simulator.phone import Phone
from simulator.state import Message, Press

from .answers import Answers
from .book import Book, is_refused

T = TypeVar("T")
TAKEN = "taken"
DONE = "🔧 已办结"  # on a worker's card
NUMBER = re.compile(r"编号 \d+\s\d+")
LOOKED_AT = 12
"""How many messages, from the newest, somebody looks at."""


@dataclass
class Patience:
    """How long everybody waits for an answer: in a round with trouble longer than any trouble takes."""

    seconds: float = 10.0


class GaveUp(Exception):
    """What was expected did not come; somebody shrugs and goes on with their day."""


class Refused(Exception):
    """The bot said politely that this cannot be done now."""


def data_of(message: Message) -> list[str]:
    """What the buttons under a message say to the bot."""
    return [button["callback_data"] for row in message.inline_rows for button in row if "callback_data" in button]


class Person:
    """Somebody with a phone, a seed of their own and the book in which all deeds are written."""

    def __init__(self, phone: Phone, seed: str, book: Book, words: Answers, patience: Patience | None = None) -> None:
        self.phone = phone
        self.id = phone.id
        self.random = Random(seed)  # noqa: S311 - a seed that replays, no secret
        self.book = book
        self.is_busy = False
        self._words = words
        self._patience = patience or Patience()
        self._known: dict[int, object] = {}
        self._pressed: int | None = None

    def newest(self, most: int = LOOKED_AT) -> list[Message]:
        """The last messages on the screen, the newest first."""
        found: list[Message] = []
        for message in reversed(self.phone.chat.messages.values()):
            if not message.is_deleted and message.sender_id != self.id:
                found.append(message)
            if len(found) == most:
                break
        return found

    def _remember(self, pressed: int | None = None) -> None:
        self._known = {message.id: message.body for message in self.newest(2 * LOOKED_AT)}
        self._pressed = pressed
        if (message := self._at(pressed)) is not None:
            self._known[message.id] = message.body

    def _at(self, message_id: int | None) -> Message | None:
        return None if message_id is None else self.phone.chat.messages.get(message_id)

    def _changed(self) -> Iterator[Message]:
        """What is new among the last messages, or where a button was pressed."""
        pressed = self._at(self._pressed)
        looked_at = [*self.newest(), *([pressed] if pressed is not None else [])]
        return (one for one in looked_at if self._known.get(one.id) is not one.body)

    async def says(self, text: str) -> None:
        """Say something."""
        self._remember()
        self.book.said[self.id, text] += 1
        await self.phone.says(text)

    async def starts(self, payload: str) -> None:
        """Open the bot by the code of a poster."""
        self._remember()
        await self.phone.starts(payload)

    async def shows(self, caption: str | None) -> None:
        """Send a picture."""
        self._remember()
        await self.phone.sends_photo(caption)

    async def presses(self, message: Message, data: str, *, times: int = 1) -> Press:
        """Press a button and wait until that is answered, or until its message changes.

        Raises Refused when all of several presses are answered by a polite no, GaveUp when nothing happens.
        """
        self._remember(message.id)
        body = message.body
        made = [await self.forges(message.id, data) for _ in range(times)]
        for press in made:
            await self._until(partial(self._is_settled, press, message, body), f"an answer to {press.data}")
        if all(is_refused(press) for press in made):
            raise Refused
        for press in made:
            self.book.settled(press)
        return made[0]

    def _is_settled(self, press: Press, message: Message, body: object) -> bool | None:
        """Whether a press was answered, or what it was about was shown anew: then it needs no answer."""
        is_shown = message.is_deleted or message.body is not body or self._has_gone(message, press.data)
        return press.answer is not None or is_shown or None

    def _has_gone(self, about: Message, button: str) -> bool:
        """Whether a matter is shown anew without a button: by its card, wherever that stands now."""
        number = NUMBER.search(about.text)
        return number is not None and any(
            number[0] in message.text and button not in data_of(message) for message in self._changed()
        )

    @staticmethod
    def _is_done(message: Message, about: Message | None) -> bool:
        number = NUMBER.search(about.text) if about is not None else None
        return number is not None and number[0] in message.text and DONE in message.text

    async def forges(self, message_id: int, data: str) -> Press:
        """Press, whether or not there is such a button, and wait for nothing."""
        self.book.press(self.id, data)
        return await self.phone.forges(data, message_id)

    async def sees(self, *wanted: str, mark: str | None = None) -> tuple[Message, str]:
        """Wait for a new message with a button that begins like one of these, the first of them first.

        With a mark only the card that shows it counts; TAKEN when the words were taken for something else instead.
        Raises Refused when words of refusal come.
        """

        def find() -> tuple[Message, str] | None:
            changed = list(self._changed())
            for prefix in wanted:
                is_goal = mark is not None and prefix == wanted[0]
                for message in self.newest() if is_goal else changed:
                    if is_goal and str(mark) not in message.text:
                        continue
                    if data := next((one for one in data_of(message) if one.startswith(prefix)), None):
                        return message, data
            if any(self._words.refuse(message.text) for message in changed):
                raise Refused
            if mark is not None and (other := next((one for one in changed if self._words.take(one.text)), None)):
                return other, TAKEN
            return None

        return await self._until(find, " or ".join(wanted))

    async def is_asked(self, message: Message, press: Press) -> bool:
        """Whether something is asked after a press; False when it is answered in words, or its button goes away."""

        def find() -> bool | None:
            if any(one.startswith(("cancel", "not_yet")) for changed in self._changed() for one in data_of(changed)):
                return True
            is_over = press.data not in data_of(message) or (press.answer is not None and press.answer["text"])
            return False if is_over else None

        return await self._until(find, f"a question after {press.data}")

    async def reads(self, about: Message | None = None) -> None:
        """Wait until the bot says that it took the words, or shows that what they are about is done.

        Raises Refused when it says that it cannot, GaveUp when it asks something else instead.
        """

        def find() -> bool | None:
            changed = list(self._changed())
            if any(self._words.refuse(message.text) for message in changed):
                raise Refused
            if any(self._words.take(message.text) or self._is_done(message, about) for message in changed):
                return True
            if any(one.startswith("cancel") for message in changed for one in data_of(message)):
                raise GaveUp(f"something else was asked\n{self.screen()}")
            return None

        await self._until(find, "that it was taken")

    async def _until(self, find: Callable[[], T | None], what: str) -> T:
        try:
            async with asyncio.timeout(self._patience.seconds):
                while (found := find()) is None:
                    await self.phone.world.events.changed()
                return found
        except TimeoutError:
            raise GaveUp(f"{what}\n{self.screen()}") from None

    def screen(self, lines: int = 6) -> str:
        """The end of the chat, for whoever has to find out what went wrong."""
        shown: Sequence[Message] = list(reversed(self.newest(lines)))
        return "\n".join(f"  {self.id} #{one.id} {one.text!r} {data_of(one)}" for one in shown)
