"""A phone in a test: what a person does with it. What is on it is `screen`'s."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from simulator import content, samples
from simulator.deeds import Deeds
from simulator.files import File
from simulator.groups import Rule
from simulator.screen import Screen
from simulator.spec import Json
from simulator.state import Bot, Chat, Message, Person, Press, Topic

DEEP_LINK = re.compile(r"https?://t\.me/(\w+)\?(start|startgroup)=([\w-]{0,64})")
STRANGER = Person(0, "陌生人", phone_number="+8613900000000")


class HasChat(Protocol):
    """Something that stands for a chat, such as a group."""

    chat: Chat


class Phone(Screen):
    """One person's hands and eyes in one chat."""

    def in_group(self, group: "HasChat", topic: Topic | None = None) -> "Phone":
        """Return the same person's view of a group, or of one topic of it."""
        return Phone(self.world, self.person, group.chat, topic.id if topic else None)

    def as_the_group(self) -> "Phone":
        """Return the same view of a group for an administrator who hides behind it (remain anonymous)."""
        return AnonymousPhone(self.world, self.person, self.chat, self.thread_id)

    def with_bot(self, bot: Bot) -> "Phone":
        """Return the same person's private chat with another bot."""
        return Phone(self.world, self.person, self.world.town.private_chat(bot, self.person))

    @property
    def _deeds(self) -> Deeds:
        return Deeds(self.world, self.person, self.chat, self.thread_id)

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
        message, button = self.find(wanted, on)
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

    async def opens(self, url: str | None) -> Message:
        """Open an address; a link to a bot starts it, privately or (`startgroup`) in this group, which takes it in."""
        if not url:
            raise AssertionError(f"there is no address to open.\n{self.screen()}")
        self.person.opened.append(url)
        link = DEEP_LINK.fullmatch(url)
        bot = self.world.town.bot_named(link[1]) if link else None
        if link is None or bot is None:
            return self.messages[-1]
        if link[2] == "start":
            return await self.with_bot(bot).starts(link[3])
        if self.chat.person:
            raise AssertionError("such a link is for a group: open it with in_group(…)")
        if not self.chat.has(bot.id):
            Rule(self.world, self.chat, self.person).add(bot)
        return await self.starts(link[3])

    async def forges(self, data: str, message_id: int) -> Press:
        """Send a press that no button on the screen makes."""
        return self._deeds.press(message_id, data)

    async def blocks(self) -> None:
        """Block the bot."""
        self._deeds.block()

    async def unblocks(self) -> None:
        """Unblock the bot."""
        self._deeds.unblock()


class AnonymousPhone(Phone):
    """What an administrator does who remains anonymous: words come from the group, presses from the person."""

    @property
    def _deeds(self) -> Deeds:
        return Deeds(self.world, self.person, self.chat, self.thread_id, is_anonymous=True)
