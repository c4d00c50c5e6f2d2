"""What people do with their phones: say, send, press, block.

The test client and the user-side HTTP interface call the same functions. A deed that a real phone would
not allow (writing to a blocked bot, pressing a button that is not there) raises `ValueError`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from simulator import content, entities, keyboards
from simulator.files import File
from simulator.posting import World
from simulator.spec import Json
from simulator.state import Chat, Message, Person, Press
from simulator.utf16 import cut

LONGEST_TEXT = 4096
ANONYMOUS: Json = {"id": 1_087_968_824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
"""Who an administrator is to bots while speaking for the group; the same account in every group of Telegram."""


@dataclass(frozen=True, slots=True)
class Deeds:
    """One person's hands in one chat."""

    world: World
    person: Person
    chat: Chat
    thread_id: int | None = None
    is_anonymous: bool = False

    def say(self, text: str, reply_to: int | None = None) -> Message:
        """Send a text; a long one goes out in pieces, the last of which is returned."""
        for piece in cut(text, LONGEST_TEXT):
            found = entities.find(piece)
            words: Json = {"text": piece, "entities": found} if found else {"text": piece}
            message = self.send(words, reply_to)
        return message

    def start(self, payload: str | None = None) -> Message:
        """Open the chat by the start button or a deep link; who had blocked the bot lets it in again.

        In a group the command names the bot, as it does when a link takes a bot there.
        """
        if self.chat.is_blocked:
            self.unblock()
        bots = [] if self.chat.bot else self.world.bots_in(self.chat)
        command = f"/start@{bots[-1].username}" if bots else "/start"
        return self.say(f"{command} {payload}" if payload else command)

    def send(self, shown: Json, reply_to: int | None = None) -> Message:
        """Send any content: the content fields of a `Message`."""
        chat = self.chat
        if chat.is_blocked:
            raise ValueError(f"{self.person.first_name} has blocked the bot and cannot write to it")
        if chat.kind != "private" and not chat.has(self.person.id):
            raise ValueError(f"{self.person.first_name} is not in the group")
        if chat.migrated_to:
            raise ValueError(f"the group moved to {chat.migrated_to}")
        chat.is_started = True
        chat.unread.pop(self.person.id, None)
        around: Json = {}
        if self.thread_id:
            around = {"message_thread_id": self.thread_id, "is_topic_message": True}
        if reply_to is not None:
            replied = chat.messages[reply_to].body
            around["reply_to_message"] = {key: value for key, value in replied.items() if key != "reply_to_message"}
        if self.is_anonymous:
            around |= for_the_group(chat, self.person)
        keyboard = chat.keyboards.get(self.person.id, {})
        if keyboard.get("one_time_keyboard") and keyboards.is_used_by(keyboard, shown):
            chat.keyboards.pop(self.person.id)
        return self.world.post(chat, self.person, {**around, **shown})

    def send_file(
        self, file: File, caption: str | None = None, *, reply_to: int | None = None, **around: Any
    ) -> Message:
        """Send a file that the town keeps, with words."""
        for bot in self.world.bots_in(self.chat):
            file.known_to.add(bot.id)
        shown = content.media(self.world.files, file)
        if caption:
            found = entities.find(caption)
            shown |= {"caption": caption, "caption_entities": found} if found else {"caption": caption}
        return self.send({**around, **shown}, reply_to)

    def send_album(self, album: Sequence[File], caption: str | None = None) -> list[Message]:
        """Send several files as one album: a message each, the words at the first."""
        group_id = str(self.world.town.count("album", 13_000_000_000_000_000))
        return [
            self.send_file(file, None if index else caption, media_group_id=group_id)
            for index, file in enumerate(album)
        ]

    def share_contact(self, of: Person | None = None) -> Message:
        """Share a telephone number: one's own, or that of somebody in the address book."""
        whose = of or self.person
        return self.send(content.contact(whose.phone_number, whose.first_name, whose.id or None, whose.last_name))

    def forward(self, message: Message) -> Message:
        """Forward a message of any chat into this one."""
        origin = {"type": "user", "sender_user": message.body["from"], "date": message.body["date"]}
        return self.send({"forward_origin": origin, **content.of(message.body)})

    def edit(self, message_id: int, text: str) -> Message:
        """Change the words of an own message."""
        message = self.chat.messages[message_id]
        if message.sender_id != self.person.id:
            raise ValueError("only own messages can be edited")
        body = {key: value for key, value in message.body.items() if key != "entities"}
        body["text" if "text" in body else "caption"] = text
        body["edit_date"] = self.world.timestamp()
        found = entities.find(text)
        if found and "text" in body:
            body["entities"] = found
        self.world.revise(message, body)
        return message

    def read(self) -> None:
        """Look at the chat: nothing is unread any more."""
        self.chat.unread.pop(self.person.id, None)
        self.world.publish("unread", self.chat, user_id=self.person.id, count=0)

    def react(self, message_id: int, emoji: str) -> Message:
        """Give a reaction, or take it back with an empty one; bots hear of it if they asked to."""
        message, person, world = self.chat.messages[message_id], self.person, self.world
        old, new = message.reactions.get(person.id, []), [{"type": "emoji", "emoji": emoji}] if emoji else []
        message.reactions[person.id] = new
        world.publish("reaction", self.chat, message=world.seen(message))
        change: Json = {
            "chat": self.chat.chat(),
            "message_id": message_id,
            "user": person.user(),
            "date": world.timestamp(),
            "old_reaction": old,
            "new_reaction": new,
        }
        for bot in world.bots_in(self.chat):
            if self.chat.kind == "private" or self.chat.is_administrator(bot.id):
                world.queues[bot.id].add("message_reaction", change, f"chat {self.chat.id}")
        return message

    def press(self, message_id: int, data: str) -> Press:
        """Press an inline button by its data, whether or not it is (still) there: forged presses exist."""
        world, chat = self.world, self.chat
        number = world.town.count("press", 4_000_000_000_000_000)
        bot = chat.bot or self._owner(message_id)
        press = Press(str(number), bot.id, self.person, chat, message_id, data, world.clock.now())
        world.town.presses[press.id] = press
        query: Json = {
            "id": press.id,
            "from": self.person.user(),
            "chat_instance": str(abs(hash((bot.id, chat.id))) % 10**18),
            "message": self._pressed(message_id),
            "data": data,
        }
        world.publish("press.made", chat, user_id=self.person.id, press_id=press.id, message_id=message_id)
        world.queues[bot.id].add("callback_query", query, f"user {self.person.id}")
        return press

    def _owner(self, message_id: int) -> Any:
        return self.world.town.bots[self.chat.messages[message_id].sender_id]

    def _pressed(self, message_id: int) -> Json:
        message = self.chat.messages.get(message_id)
        if message is None or message.is_deleted:
            return {"message_id": message_id, "chat": self.chat.chat(), "date": 0}
        return message.body

    def block(self) -> None:
        """Block the bot; it learns of it."""
        self._change_membership("kicked")

    def unblock(self) -> None:
        """Let the bot write again; it learns of it."""
        self._change_membership("member")

    def _change_membership(self, status: str) -> None:
        bot = self.chat.bot
        if bot is None:
            raise ValueError("a bot is blocked in the private chat")
        before = "kicked" if self.chat.is_blocked else "member"
        self.chat.is_blocked = status == "kicked"
        self.world.publish("blocked", self.chat, is_blocked=self.chat.is_blocked)
        self.world.queues[bot.id].add(
            "my_chat_member",
            {
                "chat": self.chat.chat(),
                "from": self.person.user(),
                "date": self.world.timestamp(),
                "old_chat_member": member(bot.user(), before),
                "new_chat_member": member(bot.user(), status),
            },
            f"chat {self.chat.id}",
        )


def for_the_group(chat: Chat, person: Person) -> Json:
    """Return who has sent it when an administrator speaks as the group; presses are always one's own."""
    if not chat.is_administrator(person.id):
        raise ValueError(f"{person.first_name} does not run the group and cannot speak for it")
    return {"from": ANONYMOUS, "sender_chat": chat.chat()}


def member(user: Json, status: str) -> Json:
    """Return a `ChatMember`."""
    if status == "kicked":
        return {"status": "kicked", "user": user, "until_date": 0}
    return {"status": status, "user": user}
