"""The town: people, bots, chats and messages, all in memory.

API objects (`Json`) are never changed in place: an edit makes a new one, so that an update that is
still queued keeps what it said when it was made. A private chat belongs to one bot and one person;
groups belong to the town.
"""

from dataclasses import dataclass, field
from datetime import datetime

from simulator.spec import Json

ADMINISTRATORS = ("creator", "administrator")
PRESENT = (*ADMINISTRATORS, "member")


@dataclass(slots=True)
class Person:
    """A user with a phone."""

    id: int
    first_name: str
    last_name: str | None = None
    username: str | None = None
    language: str | None = "zh-hans"
    phone_number: str = ""
    is_deactivated: bool = False
    is_started: bool = False  # has met every bot, also one that comes later
    opened: list[str] = field(default_factory=list)
    clipboard: str | None = None

    def user(self) -> Json:
        """Return the person as a `User`."""
        user: Json = {"id": self.id, "is_bot": False, "first_name": self.first_name}
        if self.last_name:
            user["last_name"] = self.last_name
        if self.username:
            user["username"] = self.username
        if self.language:
            user["language_code"] = self.language
        return user


@dataclass(slots=True)
class Topic:
    """A forum topic; its id is that of the message that announced it."""

    id: int
    name: str
    icon_color: int = 7322096
    is_closed: bool = False


@dataclass(slots=True)
class Message:
    """A message as it stands now. `body` is the API's `Message`; the rest is what only phones know."""

    id: int
    chat: "Chat"
    body: Json
    sender_id: int
    is_deleted: bool = False
    reply_keyboard: Json | None = None
    reactions: dict[int, list[Json]] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The visible words: text or caption."""
        return str(self.body.get("text") or self.body.get("caption") or "")

    @property
    def thread_id(self) -> int | None:
        """The topic the message stands in."""
        return self.body.get("message_thread_id")

    @property
    def inline_rows(self) -> list[list[Json]]:
        """The rows of buttons under the message."""
        markup = self.body.get("reply_markup") or {}
        rows: list[list[Json]] = markup.get("inline_keyboard", [])
        return rows


@dataclass(slots=True, eq=False)
class Chat:
    """A private chat, a group or a supergroup."""

    id: int
    kind: str
    title: str = ""
    person: Person | None = None
    bot: "Bot | None" = None
    is_forum: bool = False
    is_started: bool = False
    is_blocked: bool = False
    members: dict[int, str] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)
    pinned: list[int] = field(default_factory=list)
    keyboards: dict[int, Json] = field(default_factory=dict)
    unread: dict[int, int] = field(default_factory=dict)
    description: str | None = None
    migrated_to: int | None = None
    last_bot_id: int | None = None
    next_id: int = 1

    @property
    def key(self) -> str:
        """The chat's name in the user-side interface."""
        if self.kind == "private" and self.bot:
            return f"{self.bot.id}.{self.id}"
        return str(self.id)

    def chat(self) -> Json:
        """Return the chat as a `Chat`."""
        if self.person:
            user = self.person.user()
            return {
                "id": self.id,
                "type": "private",
                **{key: user[key] for key in ("first_name", "last_name", "username") if key in user},
            }
        chat: Json = {"id": self.id, "type": self.kind, "title": self.title}
        if self.is_forum:
            chat["is_forum"] = True
        return chat

    @property
    def coming_id(self) -> int:
        """The id that the next message will have."""
        counter: Chat | Bot = self.bot or self
        return counter.next_id

    def take_message_id(self) -> int:
        """Return the next message id: per bot in private chats, per chat in groups."""
        counter: Chat | Bot = self.bot or self
        counter.next_id += 1
        return counter.next_id - 1

    def has(self, user_id: int) -> bool:
        """Say whether somebody is a member of the group."""
        return self.members.get(user_id) in PRESENT

    def is_administrator(self, user_id: int) -> bool:
        """Say whether the member runs the group; in a private chat nobody does."""
        return self.members.get(user_id) in ADMINISTRATORS

    def living(self) -> list[Message]:
        """Return the messages that are still there, oldest first."""
        return [message for message in self.messages.values() if not message.is_deleted]


@dataclass(slots=True)
class Press:
    """A press of an inline button, and its one answer."""

    id: str
    bot_id: int
    person: Person
    chat: Chat
    message_id: int
    data: str
    made_at: datetime
    answer: Json | None = None


@dataclass(slots=True)
class Bot:
    """A bot account: its token, its private chats and what it told the server about itself."""

    id: int
    token: str
    first_name: str = "邻里"
    username: str = "linli_bot"
    can_read_all_group_messages: bool = False
    has_topics_enabled: bool = False
    private: dict[int, Chat] = field(default_factory=dict)
    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    words: dict[tuple[str, str], str] = field(default_factory=dict)
    menu_buttons: dict[int | None, Json] = field(default_factory=dict)
    rights: dict[bool, Json] = field(default_factory=dict)
    next_id: int = 1

    def user(self) -> Json:
        """Return the bot as a `User`, as others see it."""
        return {"id": self.id, "is_bot": True, "first_name": self.first_name, "username": self.username}

    def me(self) -> Json:
        """Return the bot as getMe shows it."""
        return {
            **self.user(),
            "can_join_groups": True,
            "can_read_all_group_messages": self.can_read_all_group_messages,
            "supports_inline_queries": False,
            "can_connect_to_business": False,
            "has_main_web_app": False,
            "has_topics_enabled": self.has_topics_enabled,
        }
