"""The screen of a phone in a test: what is on it, and waiting for something to come.

Looking never waits, except `waits_for` and its kin, which wait for the bot. A look that fails says what
is on the screen.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from simulator import keyboards
from simulator.posting import World
from simulator.spec import Json
from simulator.state import Chat, Message, Person, Press

Found = TypeVar("Found")
SHOWN = 12


@dataclass(frozen=True, slots=True)
class Alert:
    """What the phone shows after a press: a toast, or a box to close (`is_alert`); or it opens `url`."""

    text: str
    is_alert: bool
    data: str
    url: str | None = None


class Screen:
    """What one person sees of one chat."""

    def __init__(self, world: World, person: Person, chat: Chat, thread_id: int | None = None) -> None:
        self.world = world
        self.person = person
        self.chat = chat
        self.thread_id = thread_id

    @property
    def id(self) -> int:
        """The person's user id."""
        return self.person.id

    @property
    def messages(self) -> list[Message]:
        """All messages on the screen, oldest first, edits applied, deleted ones gone."""
        living = self.chat.living()
        return [each for each in living if self.thread_id in {None, each.thread_id}]

    @property
    def received(self) -> list[Message]:
        """The messages of others."""
        return [each for each in self.messages if each.sender_id != self.id]

    @property
    def last(self) -> Message:
        """The newest message of somebody else."""
        received = self.received
        if not received:
            raise AssertionError(f"nothing has come yet.\n{self.screen()}")
        return received[-1]

    @property
    def buttons(self) -> list[str]:
        """The labels under the newest message that has inline buttons, else those of the keyboard."""
        for message in reversed(self.messages):
            if message.inline_rows:
                return labels(message)
        return [button["text"] for button in keyboards.buttons_of(self.keyboard)]

    @property
    def keyboard(self) -> Json | None:
        """The reply keyboard at the bottom, if any."""
        return self.chat.keyboards.get(self.id)

    @property
    def alerts(self) -> list[Alert]:
        """The answers to presses of this phone, oldest first; those without words too."""
        return [
            Alert(press.answer["text"], press.answer["show_alert"], press.data, press.answer["url"])
            for press in self.world.town.presses.values()
            if press.person is self.person and press.chat is self.chat and press.answer is not None
        ]

    @property
    def waiting_presses(self) -> list[Press]:
        """The presses the bot has not answered."""
        return [
            press for press in self.world.town.presses.values() if press.person is self.person and press.answer is None
        ]

    def reactions(self, message: Message) -> list[str]:
        """Return the emoji that stand under a message."""
        return [each["emoji"] for given in message.reactions.values() for each in given]

    def sees(self, text: str) -> bool:
        """Say whether some message of others on the screen holds these words."""
        return any(text in message.text for message in self.received)

    def shows(self, text: str) -> Message:
        """Return the newest message of others with these words; fail with what is on the screen."""
        for message in reversed(self.received):
            if text in message.text:
                return message
        raise AssertionError(f"{text!r} is not there.\n{self.screen()}")

    def screen(self) -> str:
        """Return the end of the chat as text, for failures and for reading along."""
        lines = [f"{self.person.first_name} sees:"]
        for message in self.messages[-SHOWN:]:
            who = "me" if message.sender_id == self.id else message.body["from"]["first_name"]
            lines.append(f"  #{message.id} {who}: {message.text or _kind(message)}")
            lines.extend("      " + " ".join(f"[{each['text']}]" for each in row) for row in message.inline_rows)
        if self.keyboard:
            pressed = (each["text"] for each in keyboards.buttons_of(self.keyboard))
            lines.append("  keyboard: " + " ".join(f"[{each}]" for each in pressed))
        lines.extend(f"  alert: {alert.text or alert.url}" for alert in self.alerts[-3:] if alert.text or alert.url)
        return "\n".join(lines)

    async def waits_for(self, text: str, within: float = 5.0) -> Message:
        """Wait until a message with these words is there, and return it."""

        def find() -> Message | None:
            return next((each for each in reversed(self.received) if text in each.text), None)

        return await self.until(find, within, repr(text))

    async def waits_for_button(self, wanted: str, within: float = 5.0) -> None:
        """Wait until there is such a button."""

        def find() -> bool | None:
            try:
                self.find(wanted, None)
            except AssertionError:
                return None
            return True

        await self.until(find, within, f"button {wanted!r}")

    async def waits_for_alert(self, text: str = "", within: float = 5.0) -> Alert:
        """Wait until a press is answered with these words (any, when none are given)."""

        def find() -> Alert | None:
            return next((each for each in reversed(self.alerts) if text in each.text), None)

        return await self.until(find, within, f"alert {text!r}")

    async def until(self, find: Callable[[], Found | None], within: float, what: str) -> Found:
        """Wait until `find` finds; fail with what is on the screen after `within` real seconds."""
        try:
            async with asyncio.timeout(within):
                while (found := find()) is None:
                    await self.world.events.changed()
                return found
        except TimeoutError:
            raise AssertionError(f"{what} did not come within {within} s.\n{self.screen()}") from None

    def find(self, wanted: str, on: Message | None) -> tuple[Message | None, Json]:
        """Return the message (None for the keyboard) and the button; exact labels win over parts."""
        for is_exact in (True, False):
            for message in [on] if on else reversed(self.messages):
                if button := self._only(keyboards.buttons_of(message.body.get("reply_markup")), wanted, is_exact):
                    return message, button
            if not on and (button := self._only(keyboards.buttons_of(self.keyboard), wanted, is_exact)):
                return None, button
        raise AssertionError(f"no button {wanted!r}.\n{self.screen()}")

    def _only(self, buttons: list[Json], wanted: str, is_exact: bool) -> Json | None:
        found = keyboards.meant(buttons, wanted, is_exact=is_exact)
        if len(found) > 1:
            names = ", ".join(each["text"] for each in found)
            raise AssertionError(f"{wanted!r} means more than one button: {names}.\n{self.screen()}")
        return found[0] if found else None


def labels(message: Message) -> list[str]:
    """Return the labels under a message."""
    return [button["text"] for row in message.inline_rows for button in row]


def _kind(message: Message) -> str:
    known: Any = set(message.body) - {"message_id", "from", "chat", "date", "reply_markup"}
    return f"<{', '.join(sorted(known))}>"
