"""A phone in a test: what a person does, and what is on the screen.

Looking never waits, except `waits_for` and its kin, which wait for the bot. A look that fails says what
is on the screen.
"""

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from simulator import content, keyboards, samples
from simulator.deeds import Deeds
from simulator.files import File
from simulator.posting import World
from simulator.spec import Json
from simulator.state import Bot, Chat, Message, Person, Press, Topic

Found = TypeVar("Found")
SHOWN = 12
DEEP_LINK = re.compile(r"https?://t\.me/(\w+)\?start(?:group)?=([\w-]{0,64})")
STRANGER = Person(0, "陌生人", phone_number="+8613900000000")


@dataclass(frozen=True, slots=True)
class Alert:
    """What the phone shows after a press: a toast, or a box to close (`is_alert`)."""

    text: str
    is_alert: bool
    data: str


class HasChat(Protocol):
    """Something that stands for a chat, such as a group."""

    chat: Chat


class Phone:
    """One person's view of one chat."""

    def __init__(self, world: World, person: Person, chat: Chat, thread_id: int | None = None) -> None:
        self.world = world
        self.person = person
        self.chat = chat
        self.thread_id = thread_id

    @property
    def id(self) -> int:
        """The person's user id."""
        return self.person.id

    def in_group(self, group: "HasChat", topic: Topic | None = None) -> "Phone":
        """Return the same person's view of a group, or of one topic of it."""
        return Phone(self.world, self.person, group.chat, topic.id if topic else None)

    def with_bot(self, bot: Bot) -> "Phone":
        """Return the same person's private chat with another bot."""
        return Phone(self.world, self.person, self.world.town.private_chat(bot, self.person))

    @property
    def _deeds(self) -> Deeds:
        return Deeds(self.world, self.person, self.chat, self.thread_id)

    # what the person does

    async def says(self, text: str, reply_to: Message | None = None) -> Message:
        """Send a text, in pieces when it is longer than 4096."""
        return self._deeds.say(text, reply_to.id if reply_to else None)

    async def starts(self, payload: str | None = None) -> Message:
        """Press the start button, or follow a deep link."""
        return self._deeds.start(payload)

    async def sends_photo(
        self, caption: str | None = None, *, path: Path | None = None, data: bytes | None = None
    ) -> Message:
        """Send a picture: from disk, from bytes, or any."""
        return self._deeds.send_file(self._photo(path or data), caption)

    async def sends_album(
        self, pictures: int | Sequence[Path | bytes] = 2, caption: str | None = None
    ) -> list[Message]:
        """Send pictures as one album: so many of any, or these."""
        given = [None] * pictures if isinstance(pictures, int) else pictures
        return self._deeds.send_album([self._photo(each) for each in given], caption)

    async def sends_voice(self, seconds: int = 3, *, data: bytes | None = None) -> Message:
        """Send a voice message."""
        file = self.world.files.add("voice", data or samples.voice(seconds), duration=seconds)
        return self._deeds.send_file(file)

    async def sends_video(
        self, caption: str | None = None, *, seconds: int = 5, data: bytes | None = None, size: int | None = None
    ) -> Message:
        """Send a video; `size` in bytes may claim more than there is."""
        data = data or samples.video()
        return self._deeds.send_file(self.world.files.add("video", data, duration=seconds, size=size), caption)

    async def sends_document(
        self, name: str, data: bytes, caption: str | None = None, *, mime: str | None = None, size: int | None = None
    ) -> Message:
        """Send a file under its name."""
        return self._deeds.send_file(self.world.files.add("document", data, name=name, mime=mime, size=size), caption)

    async def sends_sticker(self, emoji: str = "👍") -> Message:
        """Send a sticker."""
        return self._deeds.send_file(self.world.files.add("sticker", b"RIFF", emoji=emoji))

    async def sends_location(self, latitude: float = 39.9042, longitude: float = 116.4074) -> Message:
        """Send a place, in degrees."""
        return self._deeds.send(content.location(latitude, longitude))

    async def sends_venue(self, title: str, address: str) -> Message:
        """Send a named place."""
        return self._deeds.send(content.venue(39.9042, 116.4074, title, address))

    async def shares_contact(self, own: bool = True, *, of: "Phone | None" = None) -> Message:
        """Share the own number, or with `own=False` somebody else's (`of`, else a stranger's)."""
        if own:
            return self._deeds.share_contact()
        return self._deeds.share_contact(of.person if of else STRANGER)

    async def forwards(self, message: Message) -> Message:
        """Forward a message of any chat into this one."""
        return self._deeds.forward(message)

    def _photo(self, source: Path | bytes | None) -> File:
        data = source.read_bytes() if isinstance(source, Path) else source or samples.photo()
        file = content.add_photo(self.world.files, data)
        return file or self.world.files.add("photo", data, width=1, height=1)

    async def edits(self, message: Message, text: str) -> Message:
        """Change the words of an own message."""
        return self._deeds.edit(message.id, text)

    async def presses(self, wanted: str, on: Message | None = None) -> Press | Message:
        """Press the newest button with this label, part of a label, or data: inline first, then the keyboard."""
        message, button = self._find(wanted, on)
        if message is None:
            return await self._uses_key(button)
        return await self._uses_inline(message, button)

    async def _uses_key(self, button: Json) -> Message:
        if button.get("request_contact"):
            return await self.shares_contact()
        if button.get("request_location"):
            return await self.sends_location()
        return await self.says(button["text"])

    async def _uses_inline(self, message: Message, button: Json) -> Press | Message:
        """Do what an inline button does: an address is opened, a text copied, data sent to the bot."""
        if "copy_text" in button:
            self.person.clipboard = button["copy_text"]["text"]
            return message
        if "url" in button:
            return await self.opens(button["url"])
        return self._deeds.press(message.id, button["callback_data"])

    async def opens(self, url: str) -> Message:
        """Open an address; a deep link to the bot starts it."""
        self.person.opened.append(url)
        bot = self.chat.bot
        link = DEEP_LINK.fullmatch(url)
        if bot and link and link[1].lower() == bot.username.lower():
            return await self.starts(link[2])
        return self.messages[-1]

    async def forges(self, data: str, message_id: int) -> Press:
        """Send a press that no button on the screen makes."""
        return self._deeds.press(message_id, data)

    async def blocks(self) -> None:
        """Block the bot."""
        self._deeds.block()

    async def unblocks(self) -> None:
        """Unblock the bot."""
        self._deeds.unblock()

    # what the person sees

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
        assert received, f"nothing on the screen of {self.person.first_name}"  # noqa: S101
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
            Alert(press.answer["text"], press.answer["show_alert"], press.data)
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
        lines.extend(f"  alert: {alert.text}" for alert in self.alerts[-3:] if alert.text)
        return "\n".join(lines)

    # waiting for the bot

    async def waits_for(self, text: str, within: float = 5.0) -> Message:
        """Wait until a message with these words is there, and return it."""

        def find() -> Message | None:
            return next((each for each in reversed(self.received) if text in each.text), None)

        return await self.until(find, within, repr(text))

    async def waits_for_button(self, wanted: str, within: float = 5.0) -> None:
        """Wait until there is such a button."""

        def find() -> bool | None:
            try:
                self._find(wanted, None)
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

    # finding buttons

    def _find(self, wanted: str, on: Message | None) -> tuple[Message | None, Json]:
        """Return the message (None for the keyboard) and the button; exact labels win over parts."""
        for is_exact in (True, False):
            for message in [on] if on else reversed(self.messages):
                if button := self._only(keyboards.buttons_of(message.body.get("reply_markup")), wanted, is_exact):
                    return message, button
            if not on and (button := self._only(keyboards.buttons_of(self.keyboard), wanted, is_exact)):
                return None, button
        raise AssertionError(f"no button {wanted!r}.\n{self.screen()}")

    def _only(self, buttons: list[Json], wanted: str, is_exact: bool) -> Json | None:
        found = [each for each in buttons if keyboards.matches(each, wanted, is_exact=is_exact)]
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
