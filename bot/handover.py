"""Handing over: what a decision says goes out as soon as the decision is committed, without a look into the outbox.

A row of the outbox that may go at once is written as "sending" in the very change set that causes it. That spares a
query and a commit of every answer. It may go when its chat has nothing older to be told (`Behind` knows), when the pace
allows it, and when it is of those that are said again if the process dies now: such a row was perhaps never sent.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

import orjson

from storage import outbox, schema
from storage.changes import ChangeSet
from storage.ledger import Row


class Behind:
    """The chats for which something waits in the outbox, as far as that is known without looking."""

    def __init__(self) -> None:
        self._chats: set[int] | None = None
        self._news = 0

    @property
    def is_nobody(self) -> bool:
        """Whether certainly nothing waits."""
        return self._chats is not None and not self._chats

    def has_nothing_for(self, chat_id: int) -> bool:
        """Whether certainly nothing waits for a chat."""
        return self._chats is not None and chat_id not in self._chats

    def add(self, chat_id: int) -> None:
        """Something is going to wait for a chat."""
        if self._chats is not None:
            self._chats.add(chat_id)

    def unknown(self) -> None:
        """Something may have been queued: it takes a look."""
        self._chats = None
        self._news += 1

    def look(self) -> int:
        """Somebody looks; gives back what to hand to `learn`."""
        self.unknown()
        return self._news

    def learn(self, chats: Iterable[int], looked: int) -> None:
        """That look found that nothing waits but for these chats; it counts unless there were news meanwhile."""
        if looked == self._news:
            self._chats = set(chats)


@dataclass
class Handed:
    """The rows of one change set that go when it is committed, chat by chat, and the chats that have to wait."""

    fence: Row | None = None
    by_chat: dict[int, list[Row]] = field(default_factory=dict)
    waiting: set[int] = field(default_factory=set)


def queued(changes: ChangeSet) -> list[dict[str, object]]:
    """The rows of the outbox that a change set queues, in the order they are to be said."""
    return [values for table, values in changes.inserts if table is schema.outbox and values["state"] == outbox.QUEUED]


def as_read(values: dict[str, object]) -> Row:
    """A row as it would be read back from the outbox when it is committed."""
    empty = dict.fromkeys(schema.outbox.columns.keys())
    told = orjson.loads(orjson.dumps(values["params"], option=orjson.OPT_NON_STR_KEYS))
    return {**empty, "attempts": 0, "version": 1, **values, "params": told}


def ids(rows: Iterable[Collection[Row]]) -> set[int]:
    """The ids of rows that go chat by chat."""
    return {row["id"] for part in rows for row in part}
