"""The structure in memory: places, kinds, routing rules, the working calendar of one import, and the groups.

It is small (a district has some thousands of places) and changes seldom, so each process keeps it whole and loads it
again when its version moved. People and their roles are never kept here: rights are read when they are used.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from . import catalogue, duty_rules, errands, schema
from .plain import once
from .rules.catalogue import Catalogue
from .rules.errands import Helping
from .rules.groups import Purpose
from .rules.limits import Limits
from .rules.roster import DutyRule, Roster
from .rules.routing import Rule, parse_chain
from .rules.worktime import WorkCalendar

STRUCTURE_VERSION = "structure_version"
NOTHING_OFFERED = Catalogue()
NOBODY_HELPS = Helping()


@dataclass(frozen=True, slots=True)
class Place:
    """One place; `number` is what people call it in an address ("3" of 3栋)."""

    id: int
    code: str
    level: str
    name: str
    name_en: str | None
    number: str | None
    parent_id: int | None
    grid_id: int | None
    latitude: float | None
    longitude: float | None
    hotline: str | None


@dataclass(frozen=True, slots=True)
class Group:
    """A group that the bot is in, bound to a place for a purpose."""

    id: int
    chat_id: int
    place_id: int
    purpose: Purpose
    is_forum: bool
    language: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of matter, as data."""

    code: str
    name: str
    name_en: str
    emoji: str
    limits: Limits
    is_confidential: bool
    needs_proof: bool
    needs_place: bool
    flow: str  # how a matter of it begins: `rules.catalogue.Flow`
    position: int

    def name_in(self, language: str) -> str:
        """The kind's name for a reader of `language`."""
        return self.name if language.startswith("zh") else self.name_en


class Directory:
    """All places, kinds, rules and calendar corrections of one structure version."""

    def __init__(
        self,
        places: Iterable[Place],
        kinds: Iterable[Kind],
        rules: Iterable[Rule],
        corrections: Mapping[date, bool],
        *,
        timezone: str,
        version: str,
        catalogue: Catalogue = NOTHING_OFFERED,
        duty_rules: Iterable[DutyRule] = (),
        helping: Helping = NOBODY_HELPS,
        groups: Iterable[Group] = (),
    ) -> None:
        self.version = version
        self.catalogue = catalogue
        self.helping = helping
        self.groups = {group.chat_id: group for group in groups}
        self.places = {place.id: place for place in places}
        self.by_code = {place.code: place for place in self.places.values()}
        self.kinds = {kind.code: kind for kind in sorted(kinds, key=lambda kind: kind.position)}
        self.rules = tuple(sorted(rules, key=lambda rule: rule.position))
        self.calendar = WorkCalendar(timezone, corrections)
        self.duty_rules = tuple(duty_rules)
        self.roster = Roster(self.duty_rules, self.calendar)
        self._duty: dict[tuple[str, int], tuple[DutyRule, ...]] = {}

    @cached_property
    def children(self) -> Mapping[int | None, tuple[Place, ...]]:
        """The places right below each place, in the order of their numbers."""
        below: dict[int | None, list[Place]] = defaultdict(list)
        for place in self.places.values():
            below[place.parent_id].append(place)
        return {parent: tuple(sorted(places, key=_by_number)) for parent, places in below.items()}

    def ancestors(self, place_id: int | None) -> list[Place]:
        """The place itself and all that contain it, innermost first."""
        line = []
        while place_id is not None and (place := self.places.get(place_id)) is not None:
            line.append(place)
            place_id = place.parent_id
        return line

    def scope(self, place_id: int | None) -> frozenset[int]:
        """Every place a role can be held at to cover this one: itself, what contains it, and its grid's line."""
        line = self.ancestors(place_id)
        grids = [grid.id for place in line if place.grid_id is not None for grid in self.ancestors(place.grid_id)]
        return frozenset(place.id for place in line) | frozenset(grids)

    def grid_of(self, place_id: int | None) -> Place | None:
        """The grid that covers a place."""
        for place in self.ancestors(place_id):
            if place.level == "grid":
                return place
            if place.grid_id is not None:
                return self.places.get(place.grid_id)
        return None

    def community_of(self, place_id: int | None) -> Place | None:
        """The community that contains a place; the only one where no place is known and there is but one."""
        for place in self.ancestors(place_id):
            if place.level == "community":
                return place
        communities = [place for place in self.places.values() if place.level == "community"]
        return communities[0] if len(communities) == 1 else None

    def duty_of(self, role: str, place_id: int) -> tuple[DutyRule, ...]:
        """The rules of the duty roster for a role that is held at a place: those for it, around it and within it."""
        if not self.duty_rules:
            return ()
        found = self._duty.get((role, place_id))
        if found is None:
            scope = self.scope(place_id)
            found = tuple(
                rule
                for rule in self.duty_rules
                if rule.role == role and (rule.place_id in scope or place_id in self.scope(rule.place_id))
            )
            self._duty[role, place_id] = found
        return found

    def neighbour_grids(self, place_id: int | None) -> frozenset[int]:
        """The other grids of the same community."""
        grid = self.grid_of(place_id)
        if grid is None:
            return frozenset()
        return frozenset(
            other.id for other in self.children.get(grid.parent_id, ()) if other.level == "grid" and other.id != grid.id
        )

    def name(self, place_id: int | None, language: str = "zh-CN", *, above: str = "community") -> str:
        """How a place is called, from below the level `above` down: "锦绣家园 3栋 2单元"."""
        parts: list[str] = []
        for place in self.ancestors(place_id):
            if place.level == above and not parts:
                return place.name if language.startswith("zh") or not place.name_en else place.name_en
            if place.level == above:
                break
            parts.append(place.name if language.startswith("zh") or not place.name_en else place.name_en)
        return " ".join(reversed(parts))

    def below(self, place_id: int) -> frozenset[int]:
        """A place and everything in it, with what a grid covers."""
        found = {place_id}
        waiting = [place_id]
        while waiting:
            current = waiting.pop()
            inside = [*self.children.get(current, ()), *self._covered.get(current, ())]
            for place in inside:
                if place.id not in found:
                    found.add(place.id)
                    waiting.append(place.id)
        return frozenset(found)

    @cached_property
    def _covered(self) -> Mapping[int, list[Place]]:
        covered: dict[int, list[Place]] = defaultdict(list)
        for place in self.places.values():
            if place.grid_id is not None:
                covered[place.grid_id].append(place)
        return covered

    def find(self, *, estate: str | None, building: str | None, unit: str | None, near: int | None) -> list[Place]:
        """The places an address can mean, best first: the estate that was named, else the reader's own estate."""
        found = [place for place in self.places.values() if place.level == "building" and place.number == building]
        if building is None and near is not None and unit is not None:
            found = [place for place in self.ancestors(near) if place.level == "building"]
        if estate is not None:
            found = [
                place
                for place in found
                if any(estate in up.name or up.name in estate for up in self.ancestors(place.id))
            ]
        home = {place.id for place in self.ancestors(near) if place.level in {"estate", "village"}}
        if near is not None and home:
            own = [place for place in found if place.parent_id in home]
            found = own or found
        if unit is not None:
            inside = [sub for place in found for sub in self.children.get(place.id, ()) if sub.number == unit]
            found = inside or found
        return sorted(found, key=lambda place: place.code)


def _by_number(place: Place) -> tuple[int, str]:
    return (int(place.number) if place.number and place.number.isdigit() else 10_000, place.code)


VERSION = once(sa.select(schema.setting.c.value).where(schema.setting.c.name == STRUCTURE_VERSION))
"""The query for the import that the database holds now."""
NEXT_VERSION = (
    sa.update(schema.setting)
    .where(schema.setting.c.name == sa.bindparam("of"))
    .values(value=sa.cast(sa.cast(schema.setting.c.value, sa.Integer) + 1, sa.Text))
)
"""What lets every process load the structure again before its next message; `of` is STRUCTURE_VERSION."""


async def load(connection: AsyncConnection, timezone: str) -> Directory:
    """Read the whole structure."""

    async def rows(table: sa.Table) -> list[Mapping[str, Any]]:
        query = sa.select(table)
        if "retired_at" in table.c:
            query = query.where(table.c.retired_at.is_(None))
        return [dict(row) for row in (await connection.execute(query)).mappings()]

    return Directory(
        [Place(**{name: row[name] for name in Place.__slots__}) for row in await rows(schema.place)],
        [_kind(row) for row in await rows(schema.kind)],
        [_rule(row) for row in await rows(schema.routing_rule)],
        {duty_rules.day_of(row["id"]): bool(row["is_working"]) for row in await rows(schema.calendar_day)},
        timezone=timezone,
        version=(await connection.scalar(VERSION)) or "",
        catalogue=await catalogue.load(rows),
        duty_rules=await duty_rules.load(rows),
        helping=await errands.load(rows),
        groups=[group_in(row) for row in await rows(schema.group_chat) if row["left_at"] is None],
    )


def group_in(row: Mapping[str, Any]) -> Group:
    """A group as its row says it is."""
    fields = {name: row[name] for name in Group.__slots__ if name != "purpose"}
    return Group(**fields, purpose=Purpose(row["purpose"]))


def _kind(row: Mapping[str, Any]) -> Kind:
    fields = {name: row[name] for name in Kind.__slots__ if name not in {"limits", "emoji"}}
    return Kind(**fields, limits=Limits.from_json(row["limits"]), emoji=row["emoji"] or "")


def _rule(row: Mapping[str, Any]) -> Rule:
    return Rule(
        code=row["code"],
        position=row["position"],
        kinds=frozenset(row["kinds"]) if row["kinds"] else None,
        place_id=row["place_id"],
        danger=row["is_danger"],
        chain=parse_chain(row["chain"]),
    )
