"""What tells of a person in rows that are not theirs alone: messages, updates, half-told drafts, the audit.

Nobody's row is looked at twice: a table is walked from its beginning in pages, and each page tells what it found and
where the next one begins. A walk ends at the moment the deletion was asked for; whoever comes again is not touched.
"""

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Self

import orjson
import sqlalchemy as sa

from .. import outbox, schema
from ..inbox import NEW
from ..ledger import Ledger, Row
from ..rules import phones
from ..rules.numbers import spoken
from ..rules.retention import RULES

WALK = 200
SHORTEST_NAME = 2
SHORTEST_WORDS = 4
"""Less is said by everybody: yes, thanks, done."""
BEGINNING = 60
EVERYTHING = 2**63 - 1
"""The bound of a walk that looks at every row."""
PAUSE = timedelta(seconds=1)
"""Between two slices: so that what somebody just said always comes first."""


@dataclass(frozen=True)
class Who:
    """Whose traces are looked for, as they were called before they became anonymous."""

    person_id: int
    telegram_id: int | None
    names: tuple[str, ...]
    phones: tuple[str, ...]
    before: int  # rows with greater ids were made later
    at: str  # ISO time of the request

    @classmethod
    def of(cls, rows: Sequence[Row], before: int, at: datetime) -> Self:
        """A person by their records, the one that is in use first."""
        first = rows[0]
        names = {row["name"] for row in rows if len(row["name"]) >= SHORTEST_NAME}
        numbers = {one for row in rows if row["phone"] for one in (row["phone"], phones.normal(row["phone"])) if one}
        return cls(
            first["id"], first["telegram_id"], tuple(sorted(names)), tuple(sorted(numbers)), before, at.isoformat()
        )

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read back what `to_json` wrote."""
        return cls(**{**data, "names": tuple(data["names"]), "phones": tuple(data["phones"])})

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


@dataclass(frozen=True)
class Found:
    """A page's rows that tell of the person, and the id after which the next page begins; None at the end."""

    rows: Sequence[Row]
    last: int | None = None
    pause: timedelta = PAUSE


Find = Callable[[Ledger, Who, int], Awaitable[Found]]


async def messages(ledger: Ledger, who: Who, after: int) -> Found:
    """What was said to them, about their matters, or with their words, name or telephone."""
    table = schema.outbox
    page = await _page(ledger, sa.select(table).where(table.c.id < who.before), table, after)
    owned = {row["id"] for row in await matters_of(ledger, who)}
    needles = [*who.names, *who.phones, *await said_by(ledger, who)]

    def tells(row: Row) -> bool:
        if row["state"] == outbox.SENDING:
            return False  # nobody knows its message yet; the second walk finds it
        is_theirs = who.telegram_id is not None and row["chat_id"] == who.telegram_id
        if is_theirs or row["person_id"] == who.person_id or row["ticket_id"] in owned:
            return True
        text = "\n".join(texts_in(row["params"]))
        return any(one in text for one in needles)

    return Found([row for row in page if tells(row)], _last(page))


async def updates(ledger: Ledger, who: Who, after: int) -> Found:
    """Stored updates that came from them or show something of theirs: a staff member's press carries the card."""
    table = schema.inbox
    page = await _page(ledger, sa.select(table).where(table.c.state != NEW), table, after)
    numbers = [row["number"] for row in await matters_of(ledger, who)]
    needles = [*who.names, *who.phones, *map(str, numbers), *map(spoken, numbers), *await said_by(ledger, who)]
    if who.telegram_id is not None:
        needles.append(str(who.telegram_id))
    at = datetime.fromisoformat(who.at)

    def tells(row: Row) -> bool:
        if row["received_at"] > at:
            return False
        if row["lane"] == lane_of(who):
            return True
        text = readable(row["payload"]) if row["payload"] is not None else ""
        return any(one in text for one in needles)

    return Found([row for row in page if tells(row)], _last(page))


async def drafts(ledger: Ledger, who: Who, after: int) -> Found:
    """What others are just saying that names them or a matter of theirs."""
    table = schema.conversation
    page = await _page(ledger, sa.select(table), table, after)
    ids = {who.person_id, *(row["id"] for row in await matters_of(ledger, who))}

    def tells(row: Row) -> bool:
        values = set(values_in(row["draft"]))
        texts = {one for one in values if isinstance(one, str)}
        named = {*who.names} & texts or any(phone in one for phone in who.phones for one in texts)
        return row["id"] != who.telegram_id and bool(named or ids & values)

    return Found([row for row in page if tells(row)], _last(page))


async def audit(ledger: Ledger, who: Who, after: int) -> Found:
    """What they were refused: the act stays, the number of their account goes."""
    table = schema.audit
    page = await _page(ledger, sa.select(table).where(table.c.id < who.before), table, after)
    return Found([row for row in page if row["telegram_id"] == who.telegram_id is not None], _last(page))


async def waiting(ledger: Ledger, who: Who, _after: int) -> Found:
    """What the clock still has, or had, to do about them or a draft of theirs."""
    table = schema.reminder
    subjects = [f"person:{who.person_id}", *([f"draft:{who.telegram_id}"] if who.telegram_id is not None else [])]
    return Found(await ledger.all(sa.select(table).where(table.c.subject.in_(subjects), table.c.id < who.before)))


async def matters_of(ledger: Ledger, who: Who) -> list[Row]:
    """The ids and numbers of the matters that are theirs."""
    ticket = schema.ticket
    return await ledger.all(sa.select(ticket.c.id, ticket.c.number).where(ticket.c.owner_id == who.person_id))


async def joined_by(ledger: Ledger, person_id: int) -> list[Row]:
    """The matters of neighbours that somebody joined."""
    follower = schema.follower
    return await ledger.all(sa.select(follower).where(follower.c.person_id == person_id))


async def said_by(ledger: Ledger, who: Who) -> set[str]:
    """What was said in their matters and by them in neighbours', as far back as messages are kept: how it begins."""
    since = datetime.fromisoformat(who.at) - RULES["message"].after - timedelta(days=1)
    ticket, history, attachment = schema.ticket, schema.history, schema.attachment
    mine = sa.select(ticket.c.id).where(ticket.c.owner_id == who.person_id)
    joined = sa.select(schema.follower.c.ticket_id).where(schema.follower.c.person_id == who.person_id)
    here = history.c.ticket_id.in_(mine) | (history.c.ticket_id.in_(joined) & (history.c.actor_id == who.person_id))
    lines = await ledger.all(sa.select(history.c.why).where(here, history.c.at > since))
    matters = await ledger.all(sa.select(ticket).where(ticket.c.owner_id == who.person_id, ticket.c.created_at > since))
    sent = sa.select(attachment.c.file_id).where(
        attachment.c.ticket_id.in_(joined), attachment.c.added_by_id == who.person_id
    )
    found = [(row["why"] or {}).get("words") for row in lines]
    found += [row[name] for row in matters for name in ("words", "spot", "done_words", "rating_words")]
    found += [row["words"] for row in await joined_by(ledger, who.person_id)]
    notes = sa.select(schema.booking.c.note).where(schema.booking.c.id.in_(mine), schema.booking.c.note.is_not(None))
    offered = _offered(ledger)
    found += [row["note"] for row in await ledger.all(notes) if _says_more(row["note"], offered)]
    found += [row["file_id"] for row in await ledger.all(sent)]
    said = {one for words in found if words and len(one := _beginning(words)) >= SHORTEST_WORDS}
    return said - offered


def _says_more(note: str, offered: set[str]) -> bool:
    """Whether a note says anything beside what is offered to everybody: an order is made of dishes alone."""
    for name in sorted(offered, key=len, reverse=True):
        note = note.replace(name, "")
    return sum(char.isalnum() for char in note) >= SHORTEST_WORDS


def _offered(ledger: Ledger) -> set[str]:
    """What everybody reads in the catalogue is nobody's own word, though their matters are called so."""
    catalogue = ledger.directory.catalogue
    services = (name for one in catalogue.services.values() for name in (one.name, one.name_en))
    dishes = (one.name for several in catalogue.dishes.values() for one in several)
    return {_beginning(name) for name in (*services, *dishes)}


def _beginning(words: str) -> str:
    """Screens show the beginning of long words, in one line."""
    return words.strip().partition("\n")[0][:BEGINNING]


def lane_of(who: Who) -> str:
    """The lane of their private chat."""
    return f"u{who.telegram_id}"


def values_in(value: Any) -> Iterator[Any]:
    """Every plain value in JSON data, however deep."""
    if isinstance(value, Mapping):
        for one in value.values():
            yield from values_in(one)
    elif isinstance(value, list):
        for one in value:
            yield from values_in(one)
    else:
        yield value


def texts_in(value: Any) -> Iterator[str]:
    """Every text in JSON data."""
    return (one for one in values_in(value) if isinstance(one, str) and one)


def parsed(payload: bytes) -> Mapping[str, Any]:
    """A stored update as data."""
    try:
        update = orjson.loads(payload)
    except orjson.JSONDecodeError:  # half of a surrogate pair
        update = json.loads(payload)
    return update if isinstance(update, dict) else {}


def readable(payload: bytes) -> str:
    """A stored update as text in which people's words can be found, whatever way it escapes them."""
    return json.dumps(parsed(payload), ensure_ascii=False)


async def _page(ledger: Ledger, query: sa.Select[Any], table: sa.Table, after: int) -> list[Row]:
    return await ledger.all(query.where(table.c.id > after).order_by(table.c.id).limit(WALK))


def _last(page: Sequence[Row]) -> int | None:
    return page[-1]["id"] if len(page) == WALK else None
