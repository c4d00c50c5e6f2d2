"""What an import would change: the plan held against the database, in memory, before anything is written.

What a sheet does not have as a column stays as it is. A blank cell empties the field, except for people: they tell
the bot themselves where they live, and a list at the office shall not take that away. A Telegram account that is
bound stays bound; one that came by itself becomes the person of the list who names it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from storage.ids import new_id
from storage.rules.limits import Limits
from storage.schema import calendar_day, kind, person, place, role_grant, routing_rule

from .columns import KindLine, PersonLine
from .held import Held, Row
from .plan import Plan
from .problems import Problem, Reason, StructureError

Values = dict[str, Any]


@dataclass
class Difference:
    """What one sheet changes in its table; `missing` are held rows that the sheet does not have any more."""

    table: sa.Table
    inserts: list[Values] = field(default_factory=list)
    updates: list[tuple[int, Values]] = field(default_factory=list)
    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: int = 0
    missing: dict[str, Row] = field(default_factory=dict)

    def want(self, key: str, row_id: int, values: Values, held: Row | None, fixed: Values) -> None:
        """Ask for a row with these values; `fixed` is added where it has to be made."""
        if held is None:
            self.inserts.append({"id": row_id, "version": 1, **fixed, **values})
            self.created.append(key)
            return
        differing = {name: value for name, value in values.items() if held[name] != value}
        if differing:
            self.updates.append((row_id, differing))
            self.updated.append(key)
        else:
            self.unchanged += 1


@dataclass
class Differences:
    """What each sheet changes, by the sheet's name."""

    sheets: dict[str, Difference]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is to be written, missing rows aside."""
        return not any(sheet.inserts or sheet.updates for sheet in self.sheets.values())


def compare(plan: Plan, held: Held, now: datetime) -> Differences:
    """Find every difference.

    Raises StructureError when a Telegram account already belongs to another person.
    """
    comparison = _Comparison(plan, held, now)
    sheets = {
        "places": comparison.places(),
        "people": comparison.people(),
        "roles": comparison.roles(),
        "kinds": comparison.kinds(),
        "routing": comparison.routing(),
        "calendar": comparison.calendar(),
    }
    if comparison.problems:
        raise StructureError(comparison.problems)
    return Differences(sheets)


class _Comparison:
    def __init__(self, plan: Plan, held: Held, now: datetime) -> None:
        self.plan = plan
        self.held = held
        self.now = now
        self.problems: list[Problem] = []
        self._bound = {row["telegram_id"]: row for row in held.people.values() if row["telegram_id"] is not None}
        self._places = self._ids((placed.line.code for placed in plan.places), held.places)
        self._people: dict[str, int] = {}

    def _ids(self, codes: Iterable[str], held: Mapping[str, Row]) -> dict[str, int]:
        return {code: held[code]["id"] if code in held else new_id(self.now) for code in codes}

    def _has(self, sheet: str) -> Callable[[str], bool]:
        return self.plan.columns[sheet].__contains__

    def places(self) -> Difference:
        found = Difference(place, missing=_living(self.held.places, self._places))
        has = self._has("places")
        for placed in self.plan.places:
            line = placed.line
            values: Values = {"level": str(line.level), "name": line.name, "retired_at": None}
            plain = ("number", "name_en", "latitude", "longitude", "hotline")
            values |= {name: getattr(line, name) for name in plain if has(name)}
            if has("parent"):
                values["parent_id"] = self._places[line.parent] if line.parent else None
            if has("grid"):
                values["grid_id"] = self._places[line.grid] if line.grid else None
            blank = dict.fromkeys((*plain, "parent_id", "grid_id"))
            held = self.held.places.get(line.code)
            found.want(line.code, self._places[line.code], values, held, {"code": line.code, **blank})
        return found

    def people(self) -> Difference:
        codes = {placed.line.code for placed in self.plan.people}
        found = Difference(person, missing=_living(self.held.people, codes))
        blank = dict.fromkeys(("telegram_id", "phone", "home_id", "room"))
        fixed = blank | {"language": "zh-CN", "has_chosen_language": False, "created_at": self.now}
        for placed in self.plan.people:
            line = placed.line
            held = self._same_person(placed.row, line)
            self._people[line.code] = held["id"] if held else new_id(self.now)
            values = self._person_values(line, held)
            found.want(line.code, self._people[line.code], values, held, fixed)
        return found

    def _same_person(self, row: int, line: PersonLine) -> Row | None:
        held = self.held.people.get(line.code)
        if line.telegram_id is None:
            return held
        stranger = self.held.strangers.get(line.telegram_id)
        bound = self._bound.get(line.telegram_id)
        is_taken = (bound is not None and bound["code"] != line.code) or (stranger is not None and held is not None)
        if is_taken:
            params = {"value": str(line.telegram_id)}
            self.problems.append(Problem(Reason.TELEGRAM_ID_TAKEN, "people", row, "telegram_id", params))
        return held or stranger

    def _person_values(self, line: PersonLine, held: Row | None) -> Values:
        values: Values = {"code": line.code, "name": line.name, "retired_at": None}
        given = {"phone": line.phone, "telegram_id": line.telegram_id, "room": line.room, "language": line.language}
        given["home_id"] = self._places[line.home] if line.home else None
        if held is not None and held["has_chosen_language"]:
            del given["language"]
        return values | {name: value for name, value in given.items() if value is not None}

    def roles(self) -> Difference:
        found = Difference(role_grant)
        wanted = set()
        for placed in self.plan.roles:
            line = placed.line
            values: Values = {
                "person_id": self._people[line.person],
                "role": str(line.role),
                "place_id": self._places[line.place],
            }
            key = (values["person_id"], values["role"], values["place_id"])
            wanted.add(key)
            held = self.held.grants.get(key)
            fixed = {"granted_at": self.now, "granted_by": None, "revoked_at": None}
            row_id = held["id"] if held else new_id(self.now)
            found.want(f"{line.person} {line.role} {line.place}", row_id, values, held, fixed)
        found.missing = self._grants_not_in(wanted)
        return found

    def _grants_not_in(self, wanted: set[tuple[int, str, int]]) -> dict[str, Row]:
        """Grants that an import made and this one does not name; what administrators gave in chat is theirs."""
        people = {row["id"]: row["code"] for row in self.held.people.values()}
        places = {row["id"]: row["code"] for row in self.held.places.values()}
        return {
            f"{people[row['person_id']]} {row['role']} {places.get(row['place_id'], '?')}": row
            for key, row in self.held.grants.items()
            if key not in wanted and row["granted_by"] is None and row["person_id"] in people
        }

    def kinds(self) -> Difference:
        ids = self._ids((placed.line.code for placed in self.plan.kinds), self.held.kinds)
        found = Difference(kind, missing=_living(self.held.kinds, ids))
        has = self._has("kinds")
        flags = ("is_confidential", "needs_place", "needs_proof")
        for position, placed in enumerate(self.plan.kinds, start=1):
            line = placed.line
            values: Values = {"name": line.name, "name_en": line.name_en, "position": position, "retired_at": None}
            values |= {name: getattr(line, name) for name in ("emoji", *flags) if has(name)}
            held = self.held.kinds.get(line.code)
            values["limits"] = _limits(line, held, has)
            fixed = {"code": line.code, "emoji": None, **dict.fromkeys(flags, False)}
            found.want(line.code, ids[line.code], values, held, fixed)
        return found

    def routing(self) -> Difference:
        ids = self._ids((placed.line.code for placed in self.plan.routing), self.held.rules)
        found = Difference(routing_rule, missing=_living(self.held.rules, ids))
        has = self._has("routing")
        for placed in self.plan.routing:
            line = placed.line
            values: Values = {"position": line.position, "chain": line.chain, "retired_at": None}
            if has("kinds"):
                values["kinds"] = list(line.kinds) if line.kinds else None
            if has("place"):
                values["place_id"] = self._places[line.place] if line.place else None
            if has("is_danger"):
                values["is_danger"] = line.is_danger
            fixed = {"code": line.code, **dict.fromkeys(("kinds", "place_id", "is_danger"))}
            found.want(line.code, ids[line.code], values, self.held.rules.get(line.code), fixed)
        return found

    def calendar(self) -> Difference:
        wanted = {str(_day_id(placed.line.date)) for placed in self.plan.calendar}
        missing = {key: row for key, row in self.held.days.items() if key not in wanted}
        found = Difference(calendar_day, missing=missing)
        for placed in self.plan.calendar:
            line = placed.line
            values: Values = {"is_working": line.is_working}
            if self._has("calendar")("note"):
                values["note"] = line.note
            row_id = _day_id(line.date)
            found.want(line.date.isoformat(), row_id, values, self.held.days.get(str(row_id)), {"note": None})
        return found


def _living(held: Mapping[str, Row], wanted: Iterable[str]) -> dict[str, Row]:
    kept = set(wanted)
    return {code: row for code, row in held.items() if code not in kept and row["retired_at"] is None}


def _limits(line: KindLine, held: Row | None, has: Callable[[str], bool]) -> Any:
    before = Limits.from_json(held["limits"]) if held else None
    rest = {
        name: getattr(line, name) if has(name) or before is None else getattr(before, name)
        for name in ("on_site", "under_control")
    }
    return Limits(line.answer, line.finish, **rest).to_json()


def _day_id(day: date) -> int:
    """The key of a day's row: the date as yyyymmdd."""
    return day.year * 10_000 + day.month * 100 + day.day
