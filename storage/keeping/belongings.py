"""Everything that is kept of one person, as plain data for a file that is handed to them.

Others stay out of it: staff appear as their roles, relatives and neighbours as what they are. What the person said in
a neighbour's matter is theirs; the matter is not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from .. import outbox, papers, people, points, rewards, schema, tickets
from ..ledger import Ledger, Row
from ..rules.papers import lines
from ..rules.rights import Role
from . import traces
from .traces import Who

EVERY_LINE = 100_000
OWN_FILES = {"report", "added", "answer"}
_PRIVATE = {Role.RESIDENT, Role.FAMILY}

_PLAIN = (
    *("number", "words", "room", "spot", "latitude", "longitude", "for_whom", "caller_phone"),
    *("is_danger", "is_confidential", "is_anonymous", "state", "created_at", "done_at", "done_words"),
    *("closed_at", "closed_how", "stars", "rating_words"),
)
"""What of a matter is handed out as it stands."""
_OF_BOOKING = (
    *("way", "starts_at", "ends_at", "note", "queue_day", "queue_number", "is_full_service", "stage", "fetch_at"),
    *("result", "missed_by", "missed_at", "owner_comes_at", "code", "created_at"),
)
_OF_ORDER = ("starts_at", "ends_at", "minutes", "helpers", "is_vulnerable", "needs_sign_in", "shows_phone")
_OF_CLAIM = ("state", "claimed_at", "ended_at", "is_late", "signed_in_at", "minutes", "shows_phone")
_OF_HELPER = (
    *("times", "never", "shown", "about", "photo", "verified_at", "suspended_at", "suspended_why", "registered_at"),
    "left_at",
)
_OF_SKILL = ("skill", "fee", "declared_at", "verified_at", "expires_at", "ended_at")
_TEAMS = (
    sa.select(schema.team)
    .join(schema.team_member, schema.team_member.c.team_id == schema.team.c.id)
    .where(schema.team_member.c.person_id == sa.bindparam("person"))
)
_OF_POST = ("from_at", "until_at", "ended_at")
_OF_PAPER = ("kind", "made_at", "confirmed_at", "refused_at")


@dataclass(frozen=True)
class Belongings:
    """What is kept, and the files that belong to it: their names in the archive with their rows."""

    data: Mapping[str, Any]
    files: Mapping[str, Row]


class Gathering:
    """Gathers for one person, in their language."""

    def __init__(self, ledger: Ledger, person: Row, now: datetime) -> None:
        self._ledger = ledger
        self._me = person
        self._now = now
        self._files: dict[str, Row] = {}

    async def all(self) -> Belongings:
        """Everything."""
        me = self._me
        data = {
            "made_at": self._now,
            "person": await self._person(),
            "family": await self._family(),
            "matters": [await self._matter(row) for row in await self._rows(schema.ticket, "owner_id")],
            "waiting": [self._waiting(row) for row in await self._rows(schema.waiting, "owner_id")],
            "support": [
                {name: row[name] for name in ("reason", "registered_at", "ended_at")}
                for row in await self._rows(schema.support, "person_id")
            ],
            "helping": await self._helping(),
            "helped": [{name: row[name] for name in _OF_CLAIM} for row in await self._rows(schema.claim, "person_id")],
            "points": await self._points(),
            "posts": await self._posts(),
            "joined": [await self._joined(row) for row in await traces.joined_by(self._ledger, me["id"])],
            "notices": [
                {"received_at": row["sent_at"], "read_at": row["read_at"]}
                for row in await self._rows(schema.notice_recipient, "person_id")
            ],
            "draft": await self._draft(),
            "received": await self._received(),
            "sent": await self._sent(),
        }
        return Belongings(data, self._files)

    async def _rows(self, table: sa.Table, column: str) -> Sequence[Row]:
        return await self._ledger.all(sa.select(table).where(table.c[column] == self._me["id"]).order_by(table.c.id))

    def _place(self, place_id: int | None) -> str | None:
        return self._ledger.directory.name(place_id, self._me["language"]) if place_id is not None else None

    async def _person(self) -> dict[str, Any]:
        me = self._me
        grants = await self._rows(schema.role_grant, "person_id")
        plain = ("id", "telegram_id", "code", "name", "phone", "room", "language", "created_at", "consented_at")
        return {name: me[name] for name in plain} | {
            "home": self._place(me["home_id"]),
            "roles": [
                {
                    "role": row["role"],
                    "place": self._place(row["place_id"]),
                    "from": row["granted_at"],
                    "until": row["revoked_at"],
                }
                for row in grants
            ],
        }

    async def _family(self) -> list[dict[str, Any]]:
        link = schema.family_link
        mine = sa.or_(link.c.person_id == self._me["id"], link.c.relative_id == self._me["id"])
        return [
            {
                "is_my_elder": row["relative_id"] == self._me["id"],
                "relation": row["relation"],
                "since": row["consented_at"],
                "ended_at": row["ended_at"],
            }
            for row in await self._ledger.all(sa.select(link).where(mine))
        ]

    async def _matter(self, ticket: Row) -> dict[str, Any]:
        kind = self._ledger.directory.kinds.get(ticket["kind"])
        files = await tickets.attachments_of(self._ledger, ticket["id"])
        strangers = {row["person_id"] for row in await tickets.followers_of(self._ledger, ticket["id"])}
        mine = [row for row in files if row["purpose"] in OWN_FILES and row["added_by_id"] not in strangers]
        return {name: ticket[name] for name in _PLAIN} | {
            "kind": kind.name_in(self._me["language"]) if kind else ticket["kind"],
            "place": self._place(ticket["place_id"]),
            "booking": await self._booking(ticket),
            "order": await self._order(ticket),
            "papers": [
                {name: row[name] for name in _OF_PAPER} | {"items": list(lines(row["items"]))}
                for row in await papers.of(self._ledger, ticket["id"])
            ],
            "story": await self._story(ticket),
            "files": [self._file(ticket["number"], row) for row in mine],
        }

    async def _booking(self, ticket: Row) -> dict[str, Any] | None:
        row = await self._ledger.get(schema.booking, ticket["id"])
        if row is None:
            return None
        return {name: row[name] for name in _OF_BOOKING} | {"service": self._service(row["service_id"])}

    async def _order(self, ticket: Row) -> dict[str, Any] | None:
        row = await self._ledger.get(schema.help_order, ticket["id"])
        return None if row is None else {name: row[name] for name in _OF_ORDER}

    async def _helping(self) -> dict[str, Any] | None:
        """What they said of themselves as a helper, the picture included; nothing of others in their teams."""
        rows = await self._rows(schema.helper, "person_id")
        if not rows:
            return None
        teams = {row["id"]: row for row in await self._ledger.all(_TEAMS, person=self._me["id"])}
        return {
            "registration": {name: rows[0][name] for name in _OF_HELPER}
            | {"places": [self._place(one) for one in rows[0]["places"] or ()]}
            | {"unit": self._unit(rows[0]["organisation_id"])},
            "skills": [
                {name: row[name] for name in _OF_SKILL} for row in await self._rows(schema.helper_skill, "person_id")
            ],
            "teams": [
                {
                    "name": teams[row["team_id"]]["name"],
                    "is_leader": teams[row["team_id"]]["leader_id"] == self._me["id"],
                    "joined_at": row["joined_at"],
                    "left_at": row["left_at"],
                }
                for row in await self._rows(schema.team_member, "person_id")
            ],
        }

    async def _posts(self) -> list[dict[str, Any]]:
        known = self._ledger.directory.helping.posts
        return [
            {"post": known[row["post_id"]].name_in(self._me["language"]) if row["post_id"] in known else None}
            | {name: row[name] for name in _OF_POST}
            for row in await self._rows(schema.post_holding, "person_id")
        ]

    def _unit(self, unit_id: int | None) -> str | None:
        unit = self._ledger.directory.helping.organisations.get(unit_id or 0)
        return unit.name_in(self._me["language"]) if unit is not None else None

    def _service(self, service_id: int) -> str | None:
        service = self._ledger.directory.catalogue.services.get(service_id)
        return service.name_in(self._me["language"]) if service is not None else None

    def _waiting(self, row: Row) -> dict[str, Any]:
        plain = ("way", "from_at", "until_at", "state", "created_at")
        wanted = (row["draft"] or {}).get("wanted") or {}
        return {name: row[name] for name in plain} | {
            "service": self._service(row["service_id"]),
            "note": wanted.get("note"),
        }

    async def _points(self) -> dict[str, Any]:
        """What they have, got and spent, and what they still have to fetch."""
        me, is_zh = self._me["id"], self._me["language"].startswith("zh")
        rows = await points.history(self._ledger, me, limit=EVERY_LINE)
        return {
            "balance": await points.balance(self._ledger, me),
            "shown": str(await points.shown_in_rankings(self._ledger, me)),
            "history": [
                {name: row[name] for name in ("at", "reason", "amount", "number")}
                | {"reward": row["reward"] if is_zh else row["reward_en"]}
                for row in rows
            ],
            "to_fetch": [
                {name: row[name] for name in ("code", "created_at", "until_at")}
                for row in await rewards.waiting_for(self._ledger, me)
            ],
        }

    def _file(self, number: int, row: Row) -> dict[str, Any]:
        ending = (row["stored_as"] or "").rpartition(".")[2] or "bin"
        name = f"files/{number}-{len(self._files) + 1}.{ending}"
        self._files[name] = row
        return {"name": name, "media": row["media"], "added_at": row["added_at"]}

    async def _story(self, ticket: Row) -> list[dict[str, Any]]:
        lines = await tickets.history_of(self._ledger, ticket["id"])
        named = await people.by_ids(self._ledger, {line["actor_id"] for line in lines if line["actor_id"]})
        roles = await self._roles(set(named))
        strangers = {row["person_id"] for row in await tickets.followers_of(self._ledger, ticket["id"])}
        return [
            {
                "at": line["at"],
                "event": line["event"],
                "who": self._who(line["actor_id"], roles),
                "words": _without(_words(line), named, self._me["id"]),
            }
            for line in lines
            if line["actor_id"] not in strangers and line["event"] != "joined"
        ]

    async def _roles(self, ids: set[int]) -> Mapping[int, str]:
        """The role in which each of the staff acts; of several the first one they got."""
        held: dict[int, str] = {}
        for grant in await people.grants_of(self._ledger, sorted(ids)):
            if grant["role"] not in _PRIVATE:
                held.setdefault(grant["person_id"], grant["role"])
        return held

    def _who(self, actor_id: int | None, roles: Mapping[int, str]) -> str:
        if actor_id is None:
            return "clock"
        return "me" if actor_id == self._me["id"] else roles.get(actor_id, "family")

    async def _joined(self, row: Row) -> dict[str, Any]:
        ticket = await tickets.by_id(self._ledger, row["ticket_id"]) or {}
        files = await tickets.attachments_of(self._ledger, row["ticket_id"])
        mine = [one for one in files if one["added_by_id"] == self._me["id"]]
        return {
            "number": ticket.get("number"),
            "words": row["words"],
            "joined_at": row["joined_at"],
            "files": [self._file(ticket.get("number") or 0, one) for one in mine],
        }

    async def _draft(self) -> Mapping[str, Any]:
        row = await self._ledger.get(schema.conversation, self._me["telegram_id"])
        return (row["draft"] or {}) if row else {}

    async def _received(self) -> list[dict[str, Any]]:
        """What is still stored of what they sent in the last days, in groups too; never what others sent."""
        found = []
        async for row in self._walk(traces.updates):
            update = traces.parsed(row["payload"]) if row["payload"] is not None else {}
            for event in update.values():
                sender = event.get("from") if isinstance(event, Mapping) else None
                if isinstance(sender, Mapping) and sender.get("id") == self._me["telegram_id"]:
                    found.append({"at": row["received_at"], "said": _own(event)})
        return found

    async def _sent(self) -> list[dict[str, Any]]:
        """When they were written to in the last weeks; the words are in their chat."""
        chat_id = self._me["telegram_id"]
        rows = [row async for row in self._walk(traces.messages)]
        own = [row for row in rows if row["chat_id"] == chat_id and row["state"] == outbox.SENT]
        return [{"at": row["sent_at"], "what": row["message"] or row["method"]} for row in own]

    async def _walk(self, find: traces.Find) -> Any:
        who = Who.of([self._me], traces.EVERYTHING, self._now)
        after: int | None = -1
        while after is not None:
            found = await find(self._ledger, who, after)
            for row in found.rows:
                yield row
            after = found.last


_SAID = ("text", "caption", "location", "venue", "contact", "photo", "voice", "video", "document", "data", "date")


def _own(event: Mapping[str, Any]) -> dict[str, Any]:
    """Of an update what the sender said; a pressed button also carries our own message, which may speak of others."""
    return {name: event[name] for name in _SAID if name in event}


def _words(line: Row) -> str | None:
    words: str | None = (line["why"] or {}).get("words")
    return words


def _without(words: str | None, named: Mapping[int, Row], me: int) -> str | None:
    """Staff are not called by their names."""
    for person in named.values():
        if words and person["id"] != me and len(person["name"]) >= traces.SHORTEST_NAME:
            words = words.replace(person["name"], "…")
    return words
