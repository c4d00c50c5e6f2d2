"""What the methods share: the call, the registry, and finding and checking chats and messages."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from inspect import iscoroutine
from typing import Any

from simulator.errors import ApiError, bad_request, forbidden
from simulator.markup import Formatted, formatted
from simulator.posting import World
from simulator.spec import Json, Upload, spec
from simulator.state import Bot, Chat, Message

TEXT_LIMIT, CAPTION_LIMIT = 4096, 1024


async def _ignore(_call: Json) -> None:
    """Do nothing with a call in a webhook's answer: there is no server to do it."""


@dataclass(slots=True)
class Call:
    """One call of a method by a bot, its parameters already read."""

    world: World
    bot: Bot
    args: Json
    uploads: Mapping[str, Upload] = field(default_factory=dict)
    invoke: Callable[[Json], Awaitable[None]] = field(default=_ignore)

    def chat(self, key: str = "chat_id") -> Chat:
        """Find the chat the call names, without asking whether the bot may write there."""
        return self.world.town.chat_of(self.bot, self.args[key])

    def open_chat(self, key: str = "chat_id") -> Chat:
        """Find the chat and refuse where the bot may not act: 400 when migrated, 403 when shut out."""
        chat = self.chat(key)
        refusal = shut_out(self.bot, chat)
        if refusal:
            raise refusal
        return chat

    def message(self, chat: Chat, what: str, key: str = "message_id") -> Message:
        """Find a living message; the complaint is "message to <what> not found"."""
        message = chat.messages.get(self.args.get(key, 0))
        if message is None or message.is_deleted:
            raise bad_request(f"message {what} not found")
        return message

    def words(self) -> Formatted:
        """Read the text of the call, which must hold something to see."""
        if not self.args.get("text"):
            raise bad_request("message text is empty")
        words = self.formatted()
        if not words.text:
            raise bad_request("text must be non-empty")
        return words

    def formatted(self, name: str = "text") -> Formatted:
        """Read the text or the caption of the call."""
        limit = TEXT_LIMIT if name == "text" else CAPTION_LIMIT
        key = "entities" if name == "text" else f"{name}_entities"
        words = formatted(self.args.get(name, ""), self.args.get("parse_mode"), self.args.get(key), limit)
        if any("address" in entity for entity in words.entities):
            words = Formatted(words.text, [each for each in map(self._mention, words.entities) if each])
        return words

    def _mention(self, entity: Json) -> Json | None:
        """Turn a `tg://user?id=…` link into a mention of that person; of a stranger it is plain text."""
        if "address" not in entity:
            return entity
        person = self.world.town.people.get(int(entity["address"].partition("=")[2]))
        place = {key: entity[key] for key in ("type", "offset", "length")}
        return {**place, "user": person.user()} if person else None


def shut_out(bot: Bot, chat: Chat) -> ApiError | None:
    """Return why the bot may not act in a chat, if it may not."""
    if chat.migrated_to:
        return bad_request("group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.migrated_to)
    return _shut_out_of_private(chat) if chat.person else _shut_out_of_group(bot, chat)


def _shut_out_of_private(chat: Chat) -> ApiError | None:
    if chat.person and chat.person.is_deactivated:
        return forbidden("user is deactivated")
    if chat.is_blocked:
        return forbidden("bot was blocked by the user")
    return None if chat.is_started else forbidden("bot can't initiate conversation with a user")


def _shut_out_of_group(bot: Bot, chat: Chat) -> ApiError | None:
    status = chat.members.get(bot.id)
    if status == "kicked":
        return forbidden(f"bot was kicked from the {chat.kind} chat")
    if status in {None, "left"}:
        return forbidden(f"bot is not a member of the {chat.kind} chat")
    return None


Handler = Callable[[Call], Any]


@dataclass(frozen=True, slots=True)
class Known:
    """A method the simulator does: its handler and the type of its result.

    `returns` is None when the result is a message that was checked as it was posted or revised.
    """

    name: str
    handler: Handler
    returns: str | None

    async def __call__(self, call: Call) -> Any:
        """Do it; check the result."""
        result = self.handler(call)
        if iscoroutine(result):
            result = await result
        if self.returns is not None:
            spec().promise(self.returns, result)
        return result


METHODS: dict[str, Known] = {}


def method(name: str, returns: str | None = "True") -> Callable[[Handler], Handler]:
    """Register a handler for a method; its result is checked against `returns`."""

    def register(handler: Handler) -> Handler:
        METHODS[name] = Known(name, handler, returns)
        return handler

    return register
