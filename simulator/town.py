"""All that there is in the town, kept and found; what happens in it is done by `posting` and `deeds`."""

import re
from typing import Any

from simulator.errors import bad_request
from simulator.state import Bot, Chat, Person, Press

FIRST_GROUP, FIRST_SUPERGROUP = -4_000_001, -1_001_000_000_001
TOKEN = re.compile(r"[1-9]\d{0,15}:[\w-]{1,80}")


class Town:
    """All that exists."""

    def __init__(self) -> None:
        self.people: dict[int, Person] = {}
        self.bots: dict[int, Bot] = {}
        self.groups: dict[int, Chat] = {}
        self.presses: dict[str, Press] = {}
        self._by_token: dict[str, Bot] = {}
        self._counters: dict[str, int] = {}

    def count(self, what: str, start: int = 1) -> int:
        """Return the next number of a series."""
        self._counters[what] = self._counters.get(what, start - 1) + 1
        return self._counters[what]

    def add_bot(self, token: str, **about: Any) -> Bot:
        """Register a bot under its token; the number before the colon is its id. Raise ValueError for no token."""
        if not TOKEN.fullmatch(token):
            raise ValueError(f"{token!r} is no token: a number, a colon and letters are wanted, such as 123:abc")
        bot = Bot(id=int(token.partition(":")[0]), token=token, **about)
        self.bots[bot.id] = bot
        self._by_token[token] = bot
        return bot

    def bot_of(self, token: str) -> Bot | None:
        """Find a bot by its token."""
        return self._by_token.get(token)

    def bot_named(self, username: str) -> Bot | None:
        """Find a bot by its username, in any case of letters."""
        return next((bot for bot in self.bots.values() if bot.username.lower() == username.lower()), None)

    def add_person(self, person: Person) -> Person:
        """Register a person."""
        self.people[person.id] = person
        return person

    def private_chat(self, bot: Bot, person: Person) -> Chat:
        """Return the chat of a bot with a person; it is made when first asked for."""
        chat = bot.private.get(person.id)
        if chat is None:
            chat = Chat(id=person.id, kind="private", person=person, bot=bot, is_started=person.is_started)
            bot.private[person.id] = chat
        return chat

    def add_group(self, kind: str, title: str, *, chat_id: int | None = None, **about: Any) -> Chat:
        """Found a group or a supergroup; without an id it gets the next one. Raise ValueError for one that is taken."""
        if chat_id is None:
            number = self.count("group") - 1
            chat_id = FIRST_GROUP - number if kind == "group" else FIRST_SUPERGROUP - number
        if chat_id in self.groups or chat_id >= 0:
            raise ValueError(f"no group can have the id {chat_id}")
        self.groups[chat_id] = chat = Chat(id=chat_id, kind=kind, title=title, **about)
        return chat

    def chat_of(self, bot: Bot, chat_id: int | str) -> Chat:
        """Find the chat a bot names; raise the 400 that Telegram answers when there is none."""
        if isinstance(chat_id, str):
            raise bad_request("chat not found")
        chat = self.groups.get(chat_id) or bot.private.get(chat_id)
        if chat is None:
            if chat_id not in self.people:
                raise bad_request("chat not found")
            chat = self.private_chat(bot, self.people[chat_id])
        return chat

    def chat_by_key(self, key: str) -> Chat:
        """Find a chat by its user-side name; raise KeyError when there is none."""
        bot_id, dot, user_id = key.partition(".")
        if not dot:
            return self.groups[int(key)]
        return self.private_chat(self.bots[int(bot_id)], self.people[int(user_id)])
