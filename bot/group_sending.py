"""Rows of the outbox for groups: a card that is posted once and edited in place, a topic that is made for a grid.

A topic that somebody deleted is made again when a send says so. Where the bot may not make topics, cards stand in the
general one, and it is said once which right is missing. At night nothing new is posted but dangers.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from storage import group_cards, groups, tickets
from storage.changes import ChangeSet
from storage.directory import Group, group_in
from storage.ledger import Ledger, Row
from storage.rules.groups import Purpose
from storage.work import Work

from .group_cards import Drawn, GroupCards
from .keyboards import Keyboards
from .splitting import split
from .texts import Texts
from .transport import ApiError, Caller
from .unsent import NotNow, Suppressed

TOPIC_NAME = 128
NO_TOPIC = ("thread not found", "topic_deleted", "topic_id_invalid")
NO_RIGHT = ("not enough rights", "not a forum", "chat_admin_required", "topic_closed")

Edit = Callable[[int, int, str, Mapping[str, Any]], Awaitable[bool]]
Keep = Callable[[Ledger, Row, int, datetime], Awaitable[ChangeSet]]


@dataclass
class Thread:
    """The topic a card goes to, and what was learnt on the way: it was `made` now, or that is `refused`."""

    id: int | None = None
    made_for: int | None = None  # the grid
    is_refused: bool = False


@dataclass(frozen=True)
class Posted:
    """What became of a row: where its message stands, and what is to be remembered of that."""

    message_id: int
    keep: Keep | None = None


class GroupSending:
    """Sends what is drawn for groups. `edit` changes a message and tells whether it was there."""

    def __init__(
        self,
        ledger: Ledger,
        transport: Caller,
        texts: Texts,
        keyboards: Keyboards,
        now: Callable[[], datetime],
        edit: Edit,
    ) -> None:
        self._ledger = ledger
        self._transport = transport
        self._cards = GroupCards(ledger, texts, keyboards)
        self._now = now
        self._edit = edit

    async def card(self, row: Row) -> Posted:
        """Post or edit a group's copy of a card. Raises what the transport raises, Suppressed, NotNow."""
        group, _ = await self._group(row)
        ticket = await tickets.by_id(self._ledger, row["ticket_id"])
        if ticket is None:
            raise Suppressed
        card = await group_cards.of(self._ledger, ticket["id"], group.id)
        drawn = await self._cards.draw(ticket, group, self._now(), is_theirs=card is not None)
        stands_at = card["message_id"] if card is not None else None
        if stands_at is not None and await self._edit(group.chat_id, stands_at, split(drawn.text)[0], drawn.markup):
            return Posted(stands_at)
        self._check_news(group, ticket, card, drawn)
        return await self._post(group, ticket, card, drawn)

    async def topic(self, row: Row) -> Posted:
        """Make the topic of a grid, unless it is there, or was refused. Raises as `card` does."""
        group, stored = await self._group(row)
        place_id = row["params"]["place"]
        known = await group_cards.topic_of(self._ledger, group.id, place_id)
        if stored["topics_refused_at"] is not None or (known is not None and known["thread_id"] is not None):
            raise Suppressed
        thread = await self._make(group, place_id)
        return Posted(thread.id or 0, partial(self._keep, None, group, thread))

    async def _group(self, row: Row) -> tuple[Group, Row]:
        """The group as it is now, wherever it has moved. Raises Suppressed when the bot is not in it any more."""
        stored = await groups.by_id(self._ledger, row["params"]["group"])
        if stored is None or stored["left_at"] is not None:
            raise Suppressed
        return group_in(stored), stored

    def _check_news(self, group: Group, ticket: Row, card: Row | None, drawn: Drawn) -> None:
        """Raise Suppressed for what is not worth a new message, NotNow for what can wait until the morning."""
        is_answer = card is not None and card["reply_to"] is not None
        if not drawn.is_news or (group.purpose is Purpose.NEIGHBOURS and not is_answer):
            raise Suppressed
        morning = self._ledger.directory.calendar.quiet_until(self._now())
        if morning is not None and not is_answer and not ticket["is_danger"]:
            raise NotNow(morning)

    async def _post(self, group: Group, ticket: Row, card: Row | None, drawn: Drawn) -> Posted:
        thread = await self._thread(group, ticket, card)
        call: dict[str, Any] = {
            "chat_id": group.chat_id,
            "parse_mode": "HTML",
            "text": split(drawn.text)[0],
            "reply_markup": drawn.markup,
        }
        if card is not None and card["reply_to"] is not None:
            call["reply_parameters"] = {"message_id": card["reply_to"], "allow_sending_without_reply": True}
        try:
            result = await self._transport.call("sendMessage", call | _in(thread))
        except ApiError as error:
            if thread.id is None or error.code != 400:
                raise
            thread = await self._instead(group, thread, ticket, error)
            result = await self._transport.call("sendMessage", call | _in(thread))
        return Posted(result["message_id"], partial(self._keep, ticket, group, thread))

    async def _thread(self, group: Group, ticket: Row, card: Row | None) -> Thread:
        """Where a card goes: the topic it came from, or that of its grid."""
        if not group.is_forum or group.purpose is Purpose.NEIGHBOURS:
            return Thread(card["thread_id"] if card is not None else None)
        grid = self._ledger.directory.grid_of(ticket["place_id"])
        if grid is None:
            return Thread()
        known = await group_cards.topic_of(self._ledger, group.id, grid.id)
        if known is not None and known["thread_id"] is not None:
            return Thread(known["thread_id"])
        stored = await groups.by_id(self._ledger, group.id)
        if stored is None or stored["topics_refused_at"] is not None:
            return Thread()
        return await self._make(group, grid.id)

    async def _instead(self, group: Group, thread: Thread, ticket: Row, error: ApiError) -> Thread:
        """The topic is not there any more: it is made again; where it is only closed, the general one has to do."""
        if not _says(error, *NO_TOPIC, "topic_closed"):
            raise error
        grid = self._ledger.directory.grid_of(ticket["place_id"])
        is_ours = group.is_forum and group.purpose is not Purpose.NEIGHBOURS and grid is not None
        if _says(error, *NO_TOPIC) and is_ours and grid is not None and thread.made_for is None:
            return await self._make(group, grid.id)
        return Thread()

    async def _make(self, group: Group, place_id: int) -> Thread:
        place = self._ledger.directory.places.get(place_id)
        if place is None:
            return Thread()
        name = place.name if group.language.startswith("zh") or not place.name_en else place.name_en
        try:
            made = await self._transport.call("createForumTopic", {"chat_id": group.chat_id, "name": name[:TOPIC_NAME]})
        except ApiError as error:
            if error.code != 400 or not _says(error, *NO_RIGHT):
                raise
            return Thread(is_refused=True)
        return Thread(made["message_thread_id"], made_for=place_id)

    async def _keep(
        self, ticket: Row | None, group: Group, thread: Thread, ledger: Ledger, row: Row, message_id: int, now: datetime
    ) -> ChangeSet:
        """Remember message and topic; say once, if so, that topics are refused."""
        work = Work.for_clock(ledger, now)
        if ticket is not None:
            work.changes = await group_cards.keep(ledger, row, message_id, now, group_id=group.id, thread_id=thread.id)
        if thread.made_for is not None and thread.id is not None:
            await group_cards.keep_topic(
                ledger, work.changes, now, group_id=group.id, place_id=thread.made_for, thread_id=thread.id
            )
        if thread.is_refused:
            await groups.refuse_topics(work, group.id)
        return work.changes


def _in(thread: Thread) -> dict[str, Any]:
    return {} if thread.id is None else {"message_thread_id": thread.id}


def _says(error: ApiError, *words: str) -> bool:
    return any(one in error.description.lower() for one in words)
