"""Everything the checker looks at: the database, read with SQL of its own, beside what the soak saw and wrote down."""

import json
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .book import Book
from .eyes import Said

Row = Mapping[str, Any]
Ask = Callable[[str], Awaitable[list[dict[str, Any]]]]
TABLES = (
    "ticket",
    "offer",
    "follower",
    "history",
    "attachment",
    "reminder",
    "person",
    "audit",
    "notice",
    "notice_recipient",
    "service",
    "provider",
    "booking",
    "hold",
    "waiting",
    "paper",
    "shift_change",
    "help_order",
    "claim",
    "helper",
    "account",
    "transfer",
    "posting",
    "reward",
    "redemption",
    "group_chat",
    "group_card",
)


@dataclass
class Facts:
    """One database at rest, and what is known of it from elsewhere."""

    now: int  # microseconds since 1970
    tables: Mapping[str, Sequence[Row]]
    inbox: Mapping[int, Row]
    outbox: Sequence[Row]
    book: Book = field(default_factory=Book)
    said: list[Said] = field(default_factory=list)
    handed: frozenset[int] = frozenset()
    leaks: list[str] = field(default_factory=list)
    unsure: frozenset[int] = frozenset()  # the rounds after which nobody may know what arrived
    logs: str = ""
    shelf: Mapping[str, int] = field(default_factory=dict)  # how many of each reward there were, by code
    groups: Mapping[tuple[int, int], tuple[str, list[str]]] = field(default_factory=dict)
    """What stands in groups at the end, with its buttons: by chat and message."""

    @property
    def tickets(self) -> Sequence[Row]:
        """All tickets."""
        return self.tables["ticket"]

    def by_ticket(self, table: str) -> Mapping[int, list[Row]]:
        """The rows of a table by their ticket."""
        return grouped(self.tables[table], "ticket_id")

    def telegram_id(self) -> Mapping[int, int]:
        """Telegram ids by person."""
        return {row["id"]: row["telegram_id"] for row in self.tables["person"]}


async def load(ask: Ask, now: int) -> Facts:
    """Read a database."""
    tables: dict[str, list[dict[str, Any]]] = {name: await ask(f"SELECT * FROM {name} ORDER BY id") for name in TABLES}
    for row in tables["history"]:
        row["why"] = _plain(row["why"])
    inbox = await ask("SELECT id, lane, state, attempts, error FROM inbox")
    outbox = await ask(
        "SELECT id, chat_id, ticket_id, priority, method, message, state, error, due_at, telegram_message_id, "
        "unique_key FROM outbox ORDER BY id"
    )
    tables["booking_cell"] = await ask("SELECT * FROM booking_cell ORDER BY provider_id, seat, cell")
    return Facts(now, tables, {row["id"]: row for row in inbox}, outbox)


def grouped(rows: Iterable[Row], column: str) -> Mapping[Any, list[Row]]:
    """Rows by the value of a column."""
    found: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[column]].append(row)
    return found


def _plain(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
