"""Whoever looks over everybody's shoulder: reads the simulator's record while the soak rests, and judges by rules of
its own who may read what. It asks neither the product's rights nor its outbox.

Between two looks much may have happened, so a reader must have been entitled at one of the two, or have been asked
in between.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from simulator.client import Sim
from simulator.record import Call, Handed

from .sides import Side

MARK = re.compile(r"zq[a-j]{5}q")
NAME = re.compile(r"住(\d{5})")
HELPER = re.compile(r"帮(3\d{3})")
DOOR = re.compile(r"\d+\s*(?:室|栋|单元)")
ROOM = re.compile(r"\d+\s*室")
PHONE = re.compile(r"1\d{2}\s?\d{4}\s?\d{4}")
HALL, HANDS_OUT = "取货号", {"duty_secretary", "community_secretary", "proxy_agent"}
PERSONAL = (MARK, NAME, HELPER, DOOR, PHONE)
"""Of all that nothing stands in a group."""
SPOKEN = re.compile(r"编号\s*(?:<b>)?(\d{2,}\s\d{3})")
HISTORY_MICROSECONDS = 30 * 3600 * 1_000_000  # longer than any jump of the clock
SEES = {"unit_head", "building_head", "grid_worker", "estate_branch"}
SECRETARIES = {"duty_secretary", "community_secretary"}
PRIVATE = SECRETARIES | {"administrator"}
CHECKS = {*SECRETARIES, "estate_branch", "building_head"}  # 核验
BETWEEN = {"accepted", "on_site", "waiting"}  # from when enough have taken it until it is done
ORDER = "order"
BY_KIND = {"dispute": {"mediator"}, "care": {"grid_worker", "proxy_agent"}}

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Said:
    """A message that the bot put into a chat."""

    round: int
    chat_id: int
    message_id: int
    text: str
    fault: str | None


@dataclass(frozen=True)
class Standing:
    """Who stands how to a ticket at one look."""

    ticket: Row
    offered: frozenset[int]  # may still take it
    asked: frozenset[int]  # whatever they answered
    took: frozenset[int]
    followers: frozenset[int]
    helps: frozenset[int] = frozenset()  # has a place of a request
    begun: int = 0  # how often somebody set out
    let_out: int = 0  # how often it was open to all who help


@dataclass
class Eyes:
    """What was seen so far."""

    sim: Sim
    side: Side
    said: list[Said] = field(default_factory=list)
    handed: set[int] = field(default_factory=set)
    leaks: list[str] = field(default_factory=list)
    calls: int = 0
    round: int = 0
    shelf: dict[str, int] = field(default_factory=dict)  # how many of each reward there were at the beginning
    _tickets: dict[str, int] = field(default_factory=dict)  # the ticket that a mark belongs to
    _standing: dict[int, Standing] = field(default_factory=dict)
    _roles: dict[int, set[tuple[str, int]]] = field(default_factory=dict)
    _people: dict[int, int] = field(default_factory=dict)  # person id by Telegram id
    _scopes: dict[int, frozenset[int]] = field(default_factory=dict)
    _community: int = 0

    async def open(self) -> None:
        """Learn the places, which do not change."""
        places = {row["id"]: row for row in await self.side.rows("SELECT id, level, parent_id, grid_id FROM place")}
        for place_id in places:
            scope, at = set(), place_id
            while at is not None:
                scope |= {at, places[at]["grid_id"]} - {None}
                at = places[at]["parent_id"]
            self._scopes[place_id] = frozenset(scope)
        self._community = next(one for one, row in places.items() if row["level"] == "community")
        self._roles = await self._held()
        self.shelf = {row["code"]: row["stock"] for row in await self.side.rows("SELECT code, stock FROM reward")}

    async def look(self, now: int) -> list[tuple[int, int]]:
        """Read what was recorded since the last look; gives back the messages that came or changed, by their chat.

        `now` in microseconds since 1970. To be called while nothing is under way.
        """
        news: dict[tuple[int, int], str] = {}
        for entry in self.sim.record.entries:
            if isinstance(entry, Handed):
                if entry.code == 200:
                    self.handed.add(entry.update_id)
            elif isinstance(entry, Call) and entry.code == 200:
                self.calls += 1
                self._note(entry, news)
        self.sim.record.entries.clear()
        await self._judge(news, now)
        await self._judge_suspended()
        return list(news)

    def _note(self, call: Call, news: dict[tuple[int, int], str]) -> None:
        chat_id = call.chat_id
        text = str(call.args.get("text") or call.args.get("caption") or "")
        for made in call.answer if isinstance(call.answer, list) else [call.answer]:
            if isinstance(made, dict) and "message_id" in made:
                news[chat_id, made["message_id"]] = text
                if not call.method.startswith("edit"):
                    self.said.append(Said(self.round, chat_id, made["message_id"], text, call.fault))
        if isinstance(chat_id, int) and chat_id < 0 and any(one.search(text) for one in PERSONAL):
            self.leaks.append(f"said in a group: {text!r}")

    # --- who may read it -------------------------------------------------------------------------------------

    async def _judge(self, news: Mapping[tuple[int, int], str], now: int) -> None:
        told = [(chat_id, text) for (chat_id, _), text in news.items() if chat_id > 0]
        marks = {mark for _, text in told for mark in MARK.findall(text)}
        await self._find(marks - self._tickets.keys(), now)
        numbers = {number for _, text in told for number in numbers_in(text)}
        await self._find_numbers(numbers - self._tickets.keys())
        people = await self.side.rows("SELECT id, telegram_id FROM person WHERE telegram_id IS NOT NULL")
        self._people = {row["telegram_id"]: row["id"] for row in people}
        roles = await self._held()
        is_about = re.compile(f"{NAME.pattern}|{ROOM.pattern}")
        named = marks | {number for _, text in told if is_about.search(text) for number in numbers_in(text)}
        standing = await self._stand({self._tickets[one] for one in named if one in self._tickets})
        for chat_id, text in told:
            self._judge_one(chat_id, text, standing, roles)
        await self._judge_helpers([(chat_id, text) for chat_id, text in told if HELPER.search(text)], roles)
        self._standing |= standing
        self._roles = roles

    async def _find(self, marks: Collection[str], now: int) -> None:
        """Which tickets new words are about."""
        if not marks:
            return
        since = now - HISTORY_MICROSECONDS
        for query in (
            f"SELECT id, words FROM ticket WHERE created_at > {since}",
            f"SELECT ticket_id AS id, words FROM follower WHERE joined_at > {since}",
            f"SELECT ticket_id AS id, CAST(why AS TEXT) AS words FROM history WHERE at > {since} AND why IS NOT NULL",
        ):
            for row in await self.side.rows(query):
                self._tickets |= {mark: row["id"] for mark in MARK.findall(row["words"] or "") if mark in marks}

    async def _find_numbers(self, numbers: Collection[str]) -> None:
        """The same for numbers: what is booked carries no words of its own."""
        if numbers:
            among = ", ".join(sorted(numbers))
            rows = await self.side.rows(f"SELECT id, number FROM ticket WHERE number IN ({among})")
            self._tickets |= {str(row["number"]): row["id"] for row in rows}

    async def _held(self) -> dict[int, set[tuple[str, int]]]:
        held: dict[int, set[tuple[str, int]]] = {}
        for row in await self.side.rows("SELECT person_id, role, place_id FROM role_grant WHERE revoked_at IS NULL"):
            held.setdefault(row["person_id"], set()).add((row["role"], row["place_id"]))
        return held

    async def _stand(self, ids: Collection[int]) -> dict[int, Standing]:
        if not ids:
            return {}
        among = f"IN ({', '.join(map(str, ids))})"
        tickets = await self.side.rows(f"SELECT * FROM ticket WHERE id {among}")
        offers = await self.side.rows(f"SELECT ticket_id, person_id, state FROM offer WHERE ticket_id {among}")
        followers = await self.side.rows(f"SELECT ticket_id, person_id FROM follower WHERE ticket_id {among}")
        claims = await self.side.rows(
            f"SELECT ticket_id, person_id FROM claim WHERE state IN ('held', 'done') AND ticket_id {among}"
        )
        begun = await self.side.rows(
            "SELECT ticket_id, new_state, count(*) AS n FROM history WHERE new_state IN ('accepted', 'offered') "
            f"AND ticket_id {among} GROUP BY ticket_id, new_state"
        )
        counts = {(row["ticket_id"], row["new_state"]): row["n"] for row in begun}
        return {
            row["id"]: Standing(
                row,
                _of(row["id"], (one for one in offers if one["state"] == "open")),
                _of(row["id"], offers),
                _of(row["id"], (one for one in offers if one["state"] == "accepted")),
                _of(row["id"], followers),
                _of(row["id"], claims),
                counts.get((row["id"], "accepted"), 0),
                counts.get((row["id"], "offered"), 0),
            )
            for row in tickets
        }

    def _judge_one(
        self,
        chat_id: int,
        text: str,
        standing: Mapping[int, Standing],
        roles: Mapping[int, set[tuple[str, int]]],
    ) -> None:
        reader = self._people.get(chat_id, 0)
        tickets = {self._tickets[mark] for mark in MARK.findall(text) if mark in self._tickets}
        by_number = {self._tickets[one] for one in numbers_in(text) if one in self._tickets}
        spoken_of = tickets | by_number
        views = [(self._between(ticket_id, standing), held) for ticket_id in spoken_of for held in (self._roles, roles)]
        for ticket_id in tickets:
            mine = [(one, held) for seen, held in views for one in seen if one.ticket["id"] == ticket_id]
            if not any(self._may_see(reader, one, held.get(reader, set())) for one, held in mine):
                self.leaks.append(f"round {self.round}: {chat_id} reads of ticket {ticket_id}: {text!r}")
        named = [(one, held) for seen, held in views for one in seen]
        knows = any(self._may_know(reader, one, held.get(reader, set())) for one, held in named)
        is_counter = HALL in text and bool({role for role, _ in roles.get(reader, set())} & HANDS_OUT)
        for name in set(NAME.findall(text)) - {str(chat_id)}:
            if not knows and not is_counter:
                self.leaks.append(f"round {self.round}: {chat_id} reads the name of {name}: {text!r}")
        if not knows and ROOM.search(text) and named and all(_is_for_helpers(one) for one, _ in named):
            self.leaks.append(f"round {self.round}: {chat_id} reads where somebody lives: {text!r}")

    def _between(self, ticket_id: int, standing: Mapping[int, Standing]) -> list[Standing]:
        """A ticket as it stood at the last look and as it stands now, with whoever was asked or took it in between."""
        now, before = standing.get(ticket_id), self._standing.get(ticket_id)
        if now is None:
            return []
        asked, took, helps = now.asked, now.took, now.helps
        if before is not None:
            asked, took = asked - (before.asked - before.offered), took - before.took
            helps |= before.helps
        was_let_out = now.let_out > (before.let_out if before is not None else 0)
        has_begun = now.begun > (before.begun if before is not None else 0)
        views = [now] if before is None else [now, before]
        return [
            replace(
                one,
                offered=one.offered | asked,
                took=took | {one.ticket["assignee_id"]} - {None},
                helps=helps if has_begun else one.helps,
                begun=int(has_begun),
                let_out=int(was_let_out),
            )
            for one in views
        ]

    def _may_see(self, reader: int, one: Standing, held: Iterable[tuple[str, int]]) -> bool:
        ticket = one.ticket
        roles, works = self._roles_here(ticket, held), bool(set(held))
        if works and (reader in one.helps or (_is_open_to_helpers(one) and "volunteer" in roles)):
            return True
        own = reader in {ticket["owner_id"], ticket["filed_by_id"]}
        has_it = works and reader in one.took | one.offered
        by_kind = BY_KIND.get(ticket["kind"], set())
        if ticket["is_confidential"]:
            return own or has_it or bool(roles & (PRIVATE | by_kind))
        presses = ticket["overdue_at"] is not None and "street_liaison" in roles
        return own or has_it or reader in one.followers or presses or bool(roles & (SEES | PRIVATE | by_kind))

    def _may_know(self, reader: int, one: Standing, held: Iterable[tuple[str, int]]) -> bool:
        """Whether the resident may be named to a reader."""
        ticket = one.ticket
        if reader in {ticket["owner_id"], ticket["filed_by_id"]} or self._roles_here(ticket, held) & SECRETARIES:
            return True
        if _is_for_helpers(one):
            is_checking = ticket["state"] == "new" and bool(self._roles_here(ticket, held) & CHECKS)
            is_there = bool(one.begun) or ticket["state"] in BETWEEN
            return is_checking or (bool(set(held)) and reader in one.helps and is_there)
        if ticket["is_anonymous"]:
            return False
        return bool(set(held)) and (reader in one.took or (bool(ticket["is_danger"]) and reader in one.offered))

    async def _judge_helpers(
        self, told: Collection[tuple[int, str]], roles: Mapping[int, set[tuple[str, int]]]
    ) -> None:
        """Who helps is known to those who asked, to those who help beside them, and to who works here."""
        if not told:
            return
        rows = await self.side.rows(
            "SELECT person.telegram_id AS named, ticket.owner_id AS owner_id, claim.ticket_id AS ticket_id "
            "FROM claim JOIN ticket ON ticket.id = claim.ticket_id JOIN person ON person.id = claim.person_id"
        )
        asked = {(row["owner_id"], row["named"]) for row in rows}
        places = {(row["ticket_id"], row["named"]) for row in rows}
        beside = {(mine, other) for one, mine in places for same, other in places if one == same}
        for chat_id, text in told:
            reader = self._people.get(chat_id, 0)
            works = {role for held in (self._roles, roles) for role, _ in held.get(reader, set())} - {"volunteer"}
            for name in {int(one) for one in HELPER.findall(text)} - {chat_id}:
                if not works and (reader, name) not in asked and (chat_id, name) not in beside:
                    self.leaks.append(f"round {self.round}: {chat_id} reads who helps, {name}: {text!r}")

    async def _judge_suspended(self) -> None:
        """Nobody who is suspended is asked for anything, or is still expected."""
        for table, state in (("offer", "open"), ("claim", "held")):
            rows = await self.side.rows(
                f"SELECT {table}.ticket_id AS ticket_id, {table}.person_id AS person_id FROM {table} "
                f"JOIN helper ON helper.person_id = {table}.person_id AND helper.suspended_at IS NOT NULL "
                f"JOIN ticket ON ticket.id = {table}.ticket_id AND ticket.state IN ('offered', 'accepted', 'on_site') "
                f"JOIN help_order ON help_order.id = {table}.ticket_id WHERE {table}.state = '{state}'"
            )
            for row in rows:
                self.leaks.append(f"round {self.round}: {row['person_id']} is suspended, and ticket {row['ticket_id']}")

    def _roles_here(self, ticket: Row, held: Iterable[tuple[str, int]]) -> set[str]:
        scope = self._scopes[ticket["place_id"] or self._community]
        return {role for role, place_id in held if place_id in scope}


def _is_for_helpers(one: Standing) -> bool:
    """A request, whose door only those learn who go there; one that became a danger is a danger like any other."""
    return bool(one.ticket["kind"] == ORDER and not one.ticket["is_danger"])


def _is_open_to_helpers(one: Standing) -> bool:
    return bool(one.ticket["kind"] == ORDER and (one.ticket["state"] == "offered" or one.let_out))


def numbers_in(text: str) -> set[str]:
    """The numbers that a message names, without the gap that people read them with."""
    return {"".join(found.split()) for found in SPOKEN.findall(text)}


def _of(ticket_id: int, rows: Iterable[Row]) -> frozenset[int]:
    return frozenset(row["person_id"] for row in rows if row["ticket_id"] == ticket_id)
