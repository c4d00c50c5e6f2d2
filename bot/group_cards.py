"""A ticket's card in a group, drawn when it is sent: what everybody there may read, in the group's language.

Never whose matter it is, in what words, in which building. Of staff the name of who has it; of helpers how many.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage import claims, group_cards, orders, people, schema
from storage.directory import Group
from storage.ledger import Ledger, Row
from storage.rules.groups import Purpose, is_said_anew
from storage.rules.lifecycle import State
from storage.rules.press import press
from storage.rules.rights import Role

from .keyboards import Keyboards
from .texts import Texts

AREAS = frozenset({"estate", "village", "community"})
"""The smallest places that are named to a group."""
NO_BUTTONS: Mapping[str, Any] = {"inline_keyboard": []}


@dataclass(frozen=True)
class Drawn:
    """A message ready to send; `is_news` where it is worth a new one."""

    text: str
    markup: Mapping[str, Any]
    is_news: bool


class GroupCards:
    """Draws cards for groups."""

    def __init__(self, ledger: Ledger, texts: Texts, keyboards: Keyboards) -> None:
        self._ledger = ledger
        self._texts = texts
        self._keyboards = keyboards

    async def draw(self, ticket: Row, group: Group, now: datetime, *, is_theirs: bool) -> Drawn:
        """The card as a group may read it now; `is_theirs` where it was begun there.

        Whatever does not belong into the group any more says so, and nothing else.
        """
        directory = self._ledger.directory
        if group.purpose is Purpose.NEIGHBOURS:
            is_told = is_theirs and not group_cards.matter(directory, ticket).is_confidential
            return self._public(ticket, group, now, is_told=is_told and not ticket["is_anonymous"])
        if not group_cards.is_shown(directory, ticket, group):
            return Drawn(self._say(group, "group.gone", {}, now), NO_BUTTONS, is_news=False)
        is_news = is_said_anew(group.purpose, group_cards.matter(directory, ticket))
        draw = self._staff if group.purpose is Purpose.STAFF else self._order
        message, params, label = await draw(ticket, group)
        rows = [[label]] if label is not None else []
        markup = self._keyboards.inline(rows, group.language, now) if rows else NO_BUTTONS
        return Drawn(self._say(group, message, params, now), markup, is_news)

    def _public(self, ticket: Row, group: Group, now: datetime, *, is_told: bool) -> Drawn:
        """Number and status, and of what is confidential not even those."""
        params = {"number": ticket["number"], "state": ticket["state"], "is_danger": bool(ticket["is_danger"])}
        text = self._say(group, "group.public", params, now) if is_told else self._say(group, "group.private", {}, now)
        return Drawn(text, NO_BUTTONS, is_news=True)

    async def _order(self, ticket: Row, group: Group) -> tuple[str, dict[str, Any], tuple[str, str] | None]:
        order = await orders.of(self._ledger, ticket["id"])
        missing = await claims.missing(self._ledger, ticket["id"])
        errand = self._ledger.directory.helping.errands.get(order["errand_id"]) if order is not None else None
        kind = self._ledger.directory.kinds.get(ticket["kind"])
        named = errand or kind
        params = {
            "number": ticket["number"],
            "emoji": named.emoji if named is not None else "",
            "what": named.name_in(group.language) if named is not None else "",
            "area": self._area(ticket, group.language),
            "starts_at": order["starts_at"] if order is not None else None,
            "ends_at": order["ends_at"] if order is not None else None,
            "minutes": order["minutes"] if order is not None else None,
            "wanted": order["wanted"] if order is not None else 0,
            "missing": missing,
            "state": ticket["state"],
        }
        is_open = ticket["state"] == State.OFFERED and missing > 0
        return "group.order", params, ("group_take", press("oclaim", ticket["id"])) if is_open else None

    async def _staff(self, ticket: Row, group: Group) -> tuple[str, dict[str, Any], tuple[str, str] | None]:
        kind = self._ledger.directory.kinds.get(ticket["kind"])
        params = {
            "number": ticket["number"],
            "emoji": kind.emoji if kind is not None else "",
            "kind": kind.name_in(group.language) if kind is not None else "",
            "area": self._area(ticket, group.language),
            "state": ticket["state"],
            "is_danger": bool(ticket["is_danger"]),
            "due_at": ticket["response_due_at"] if ticket["state"] == State.OFFERED else ticket["resolution_due_at"],
            **await self._worker(ticket),
        }
        label = "danger_going" if ticket["is_danger"] else "accept"
        return "group.staff", params, (label, press("accept", ticket["id"])) if ticket["state"] == "offered" else None

    async def _worker(self, ticket: Row) -> dict[str, Any]:
        """Who has it, by the role that they have it in; of somebody without a role there nothing is said."""
        worker = await self._ledger.get(schema.person, ticket["assignee_id"])
        if worker is None:
            return {"worker": None, "role": None}
        scope = self._ledger.directory.scope(ticket["place_id"])
        held = await people.grants_of(self._ledger, [worker["id"]])
        roles = sorted(one["role"] for one in held if one["place_id"] in scope and one["role"] not in _NO_STAFF)
        return {"worker": worker["name"], "role": roles[0]} if roles else {"worker": None, "role": None}

    def _area(self, ticket: Row, language: str) -> str | None:
        """The estate or village, never a building."""
        found = next((one for one in self._ledger.directory.ancestors(ticket["place_id"]) if one.level in AREAS), None)
        if found is None:
            return None
        return found.name if language.startswith("zh") or not found.name_en else found.name_en

    def _say(self, group: Group, message: str, params: Mapping[str, Any], now: datetime) -> str:
        return self._texts.render(group.language, message, params, now)


_NO_STAFF = frozenset({Role.RESIDENT, Role.FAMILY, Role.VOLUNTEER})
