"""The append-only record of everything that crossed the wire: who got what, and when.

Checkers read it after a story: each call with its answer, each update that was made, and each time an
update was handed to a bot.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from simulator.spec import Json


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a bot. `code` is 200 or the error code, 0 when it was never processed.

    `fault` names the injected fault that met it: a call that was dropped has code 200 and took effect, but
    the bot never saw the answer.
    """

    at: datetime
    bot_id: int
    method: str
    args: Json
    code: int
    answer: Any
    fault: str | None = None

    @property
    def chat_id(self) -> Any:
        """The chat the call was about, if any."""
        return self.args.get("chat_id")


@dataclass(frozen=True, slots=True)
class Made:
    """An update came into being."""

    at: datetime
    bot_id: int
    update: Json


@dataclass(frozen=True, slots=True)
class Handed:
    """An update was handed to the bot, `how` is "polling" or "webhook"; `code` is the webhook's status."""

    at: datetime
    bot_id: int
    update_id: int
    how: str
    code: int


Entry = TypeVar("Entry", Call, Made, Handed)


class Record:
    """What happened, oldest first; the oldest entries go when there are more than `keep`."""

    def __init__(self, keep: int = 200_000) -> None:
        self.entries: deque[Call | Made | Handed] = deque(maxlen=keep)

    def add(self, entry: Call | Made | Handed) -> None:
        """Append an entry."""
        self.entries.append(entry)

    def calls(self, method: str | None = None, chat_id: Any = None) -> list[Call]:
        """Return the calls, of one method and about one chat if asked."""
        return [
            entry for entry in self._of(Call) if method in {None, entry.method} and chat_id in {None, entry.chat_id}
        ]

    def updates(self) -> list[Made]:
        """Return the updates that were made."""
        return list(self._of(Made))

    def handed(self, update_id: int | None = None) -> list[Handed]:
        """Return each time an update was handed over."""
        return [entry for entry in self._of(Handed) if update_id in {None, entry.update_id}]

    def _of(self, kind: type[Entry]) -> Iterator[Entry]:
        return (entry for entry in self.entries if isinstance(entry, kind))
