"""What changes chats: a message is posted, revised, taken away. Phones and bots are told.

Everything that appears in a chat passes through `post`, whoever sent it; so ids, dates, the record and the
fan-out to the bots that may see it are decided in one place.
"""

from datetime import datetime
from typing import Any

from simulator.clock import Clock
from simulator.entities import commands_in
from simulator.events import Events
from simulator.faults import ConnectionCutError, FaultKind, Faults
from simulator.files import Files
from simulator.limits import FloodControl
from simulator.record import Record
from simulator.spec import Json, spec
from simulator.state import Bot, Chat, Message, Person
from simulator.town import Town
from simulator.updates import UpdateQueue

FIRST_PERSON = 500_000_001
CONTENT = (
    "text",
    "photo",
    "voice",
    "video",
    "document",
    "audio",
    "sticker",
    "location",
    "venue",
    "contact",
    "animation",
    "video_note",
)


class World:
    """The town with its clock, its record, its events and the update queues: what every act needs."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.town = Town()
        self.clock = clock or Clock()
        self.record = Record()
        self.events = Events()
        self.queues: dict[int, UpdateQueue] = {}
        self.webhooks: dict[int, Any] = {}
        self.files = Files()
        self.faults = Faults()
        self.flood = FloodControl(self.clock)
        self.faults.on_change = self._faults_changed

    def add_bot(self, token: str, **about: Any) -> Bot:
        """Register a bot and its queue."""
        bot = self.town.add_bot(token, **about)
        self.queues[bot.id] = UpdateQueue(bot.id, self.clock, self.record)
        for person in self.town.people.values():
            self.town.private_chat(bot, person)
        return bot

    def add_person(self, first_name: str, *, user_id: int | None = None, **about: Any) -> Person:
        """Add a person; without a user id the next free one, without a number one that fits the id."""
        if user_id is None:
            user_id = self.town.count("person", FIRST_PERSON)
        if user_id in self.town.people or user_id in self.town.bots:
            raise ValueError(f"the user id {user_id} is taken")
        about["phone_number"] = about.get("phone_number") or f"+86138{user_id % 10**8:08d}"
        person = self.town.add_person(Person(user_id, first_name, **about))
        for bot in self.town.bots.values():
            self.town.private_chat(bot, person)
        self.events.publish("person", person={"id": person.id, "first_name": first_name})
        return person

    def move_clock(self, to: datetime) -> None:
        """Move the clock and tell the phones."""
        self.clock.set(to)
        self.events.publish("clock", now=to.isoformat())

    def _faults_changed(self) -> None:
        """Show the faults, and end polls that a fault cuts off: no network reaches what waits, too."""
        self.events.publish("faults", faults=[fault.shown() for fault in self.faults.active])
        if any(each.kind is FaultKind.CUT and each.fits("getUpdates", None) for each in self.faults.active):
            for queue in self.queues.values():
                queue.end_poll(ConnectionCutError())

    def timestamp(self) -> int:
        """Return the time as the API writes dates: whole seconds since 1970."""
        return int(self.clock.seconds())

    def post(self, chat: Chat, sender: Person | Bot, content: Json, reply_keyboard: Json | None = None) -> Message:
        """Put a message into a chat and tell everybody who may see it."""
        message_id = chat.take_message_id()
        body: Json = {
            "message_id": message_id,
            "from": sender.user(),
            "chat": chat.chat(),
            "date": self.timestamp(),
            **content,
        }
        message = Message(message_id, chat, body, sender.id, reply_keyboard=reply_keyboard)
        chat.messages[message_id] = message
        if isinstance(sender, Bot):
            spec().promise("Message", body)
            chat.last_bot_id = sender.id
        self._show(message)
        self.tell_bots(message, "message")
        return message

    def revise(self, message: Message, body: Json, kind: str = "edited_message") -> None:
        """Replace what a message says; an edit by a person is an update of its own."""
        message.body = body
        spec().promise("Message", body)
        self.publish("message.edited", message.chat, message=self.seen(message))
        if message.sender_id in self.town.people:
            self.tell_bots(message, kind)

    def remove(self, message: Message) -> None:
        """Take a message away for everybody."""
        message.is_deleted = True
        if message.id in message.chat.pinned:
            message.chat.pinned.remove(message.id)
        self.publish("message.deleted", message.chat, message_id=message.id)

    def tell_bots(self, message: Message, kind: str) -> None:
        """Make an update for each bot that may see the message and did not send it."""
        chat = message.chat
        for bot in self.bots_in(chat):
            if bot.id != message.sender_id and self._reaches(bot, message):
                self.queues[bot.id].add(kind, message.body, f"chat {chat.id}")

    def bots_in(self, chat: Chat) -> list[Bot]:
        """Return the bots that are in a chat."""
        if chat.bot:
            return [] if chat.is_blocked else [chat.bot]
        return [bot for bot in self.town.bots.values() if chat.has(bot.id)]

    def _reaches(self, bot: Bot, message: Message) -> bool:
        """Privacy mode: in groups only what is meant for the bot, unless it is an administrator."""
        chat = message.chat
        if chat.kind == "private":
            return True
        if message.sender_id in self.town.bots:
            return False
        return bot.can_read_all_group_messages or chat.is_administrator(bot.id) or _is_meant_for(bot, message)

    def _show(self, message: Message) -> None:
        chat = message.chat
        if message.reply_keyboard is not None:
            self._keep_keyboard(chat, message.reply_keyboard)
        for user_id in self._readers(chat):
            if user_id != message.sender_id:
                chat.unread[user_id] = chat.unread.get(user_id, 0) + 1
        self.publish("message.new", chat, message=self.seen(message))

    def _keep_keyboard(self, chat: Chat, keyboard: Json) -> None:
        for user_id in self._readers(chat):
            if "keyboard" in keyboard:
                chat.keyboards[user_id] = keyboard
            elif "remove_keyboard" in keyboard:
                chat.keyboards.pop(user_id, None)

    def _readers(self, chat: Chat) -> list[int]:
        if chat.person:
            return [chat.person.id]
        return [each for each in chat.members if each in self.town.people and chat.has(each)]

    def publish(self, kind: str, chat: Chat, **what: Any) -> None:
        """Tell the phones about something in a chat."""
        self.events.publish(kind, chat=chat.key, **what)

    def seen(self, message: Message) -> Json:
        """Return a message as a phone shows it: the API's object, its reactions and its reply keyboard."""
        seen = dict(message.body)
        if message.reply_keyboard is not None:
            seen["reply_keyboard"] = message.reply_keyboard
        if message.reactions:
            seen["reactions"] = [each for given in message.reactions.values() for each in given]
        return seen


def _is_meant_for(bot: Bot, message: Message) -> bool:
    """Say whether a message in a group is a service message, a reply to the bot, a mention or a command."""
    body, text = message.body, message.text
    if not any(key in body for key in CONTENT):
        return True
    if body.get("reply_to_message", {}).get("from", {}).get("id") == bot.id:
        return True
    if f"@{bot.username}".lower() in text.lower():
        return True
    return any("@" not in command for command in commands_in(text, body.get("entities", ())))
