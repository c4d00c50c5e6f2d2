"""What an import would change: the plan held against the database, in memory, before anything is written.

What a sheet does not have as a column stays as it is. A blank cell empties the field, except for people: they tell
the bot themselves where they live, and a list at the office shall not take that away. A Telegram account that is
bound stays bound; one that came by itself becomes the person of the list who names it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage.ids import new_id
from storage.rules.catalogue import MADE_IN_CHAT
from storage.rules.limits import Limits

from .columns import SHEETS, KindLine, PersonLine
from .held import Held, Row
from .line import Ref, Sheet, day_number, named, to_table
from .plan import Placed, Plan
from .problems import Problem, Reason, StructureError

Values = dict[str, Any]
_LIMITS = ("answer", "finish", "on_site", "under_control")
_NEW_PERSON = {"has_chosen_language": False, "language": "zh-CN"}


@dataclass
class Difference:
    """What one sheet changes in its table; `missing` are held rows that the sheet does not have any more."""

    table: sa.Table
    inserts: list[Values] = field(default_factory=list)
    updates: list[tuple[int, Values]] = field(default_factory=list)
    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: int = 0
    missing: Mapping[str, Row] = field(default_factory=dict)

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
    """What each sheet changes, by the sheet's name, in the order in which they are written."""

    sheets: dict[str, Difference]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is to be written, missing rows aside."""
        return not any(sheet.inserts or sheet.updates for sheet in self.sheets.values())


def compare(plan: Plan, held: Held, now: datetime) -> Differences:
    """Find every difference.

    Raises StructureError when a Telegram account already belongs to another person, or when a row names one that
    neither its sheet nor, where the sheet is absent, the database has.
    """
    comparison = _Comparison(plan, held, now)
    special = {"roles": comparison.roles, "calendar": comparison.calendar}
    sheets = {
        name: special[name]() if name in special else comparison.coded(SHEETS[name])
        for name in SHEETS
        if name in plan.lines
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
        people = held.rows["people"].values()
        self._bound = {row["telegram_id"]: row for row in people if row["telegram_id"] is not None}
        self._ids = {name: self._ids_of(name) for name, sheet in SHEETS.items() if sheet.is_coded}

    def _ids_of(self, name: str) -> dict[str, int]:
        """The ids of a sheet's rows: those that are held, and new ones for the others."""
        held = self.held.rows[name]
        if name not in self.plan.lines:
            return {code: row["id"] for code, row in held.items() if row["retired_at"] is None}
        found = {}
        for placed in self.plan.lines[name]:
            row = self._same_person(placed) if name == "people" else held.get(placed.line.code)
            found[placed.line.code] = row["id"] if row else new_id(self.now)
        return found

    def coded(self, sheet: Sheet) -> Difference:
        """What a sheet changes whose rows have codes."""
        ids = self._ids[sheet.name]
        held = self.held.rows[sheet.name]
        gone = {
            code: row
            for code, row in held.items()
            if code not in ids and row["retired_at"] is None and not code.startswith(MADE_IN_CHAT)
        }
        found = Difference(sheet.table, missing=gone)
        strangers = self.held.strangers.values() if sheet.name == "people" else ()
        rows = {row["id"]: row for row in (*held.values(), *strangers)}
        fixed = self._fixed(sheet)
        for position, placed in enumerate(self.plan.lines[sheet.name], start=1):
            code = placed.line.code
            before = rows.get(ids[code])
            values = {"retired_at": None, **self._values(sheet, placed, before)}
            if sheet.has_own_order:
                values["position"] = position
            found.want(code, ids[code], values, before, fixed)
        return found

    def _fixed(self, sheet: Sheet) -> Values:
        """What a new row has where nothing is said."""
        fields = sheet.model.model_fields
        blank = {
            column: to_table(fields[name].default) for name, column in sheet.kept.items() if name not in sheet.required
        }
        return blank | _NEW_PERSON | {"created_at": self.now} if sheet.name == "people" else blank

    def _values(self, sheet: Sheet, placed: Placed[Any], before: Row | None) -> Values:
        has = self.plan.columns[sheet.name].__contains__
        values = {
            column: self._value(sheet, placed, name, sheet.refs.get(name))
            for name, column in sheet.kept.items()
            if has(name)
        }
        if sheet.name == "kinds":
            values["limits"] = _limits(placed.line, before, self.plan.columns["kinds"])
        if sheet.name == "people" and before is not None and before["has_chosen_language"]:
            values.pop("language", None)
        if sheet.has_kept_blanks:
            values = {name: value for name, value in values.items() if value is not None}
        return values

    def _value(self, sheet: Sheet, placed: Placed[Any], name: str, ref: Ref | None) -> Any:
        cell = getattr(placed.line, name)
        if ref is None:
            return to_table(cell)
        found = [self._id(sheet, placed.row, name, code, ref) for code in named(cell)]
        if ref.column is None:
            return to_table(cell)
        return found if isinstance(cell, tuple) else next(iter(found), None)

    def _id(self, sheet: Sheet, row: int, column: str, code: str, ref: Ref) -> int:
        for target in ref.sheets:
            if code in self._ids[target]:
                return self._ids[target][code]
        params = {"value": code, "target": ", ".join(ref.sheets)}
        self.problems.append(Problem(Reason.UNKNOWN_REFERENCE, sheet.name, row, column, params))
        return 0

    def _same_person(self, placed: Placed[PersonLine]) -> Row | None:
        line = placed.line
        held = self.held.rows["people"].get(line.code)
        if line.telegram_id is None:
            return held
        stranger = self.held.strangers.get(line.telegram_id)
        bound = self._bound.get(line.telegram_id)
        is_taken = (bound is not None and bound["code"] != line.code) or (stranger is not None and held is not None)
        if is_taken:
            params = {"value": str(line.telegram_id)}
            self.problems.append(Problem(Reason.TELEGRAM_ID_TAKEN, "people", placed.row, "telegram_id", params))
        return held or stranger

    def roles(self) -> Difference:
        """What changes in the grants, which are known by all that they say."""
        found = Difference(SHEETS["roles"].table)
        wanted = set()
        for placed in self.plan.lines["roles"]:
            values = self._values(SHEETS["roles"], placed, None)
            key = (values["person_id"], values["role"], values["place_id"])
            wanted.add(key)
            held = self.held.grants.get(key)
            fixed = {"granted_at": self.now, "granted_by": None, "revoked_at": None}
            line = placed.line
            row_id = held["id"] if held else new_id(self.now)
            found.want(f"{line.person} {line.role} {line.place}", row_id, values, held, fixed)
        found.missing = dict(self._grants_not_in(wanted))
        return found

    def _grants_not_in(self, wanted: set[tuple[int, str, int]]) -> Iterator[tuple[str, Row]]:
        """Grants that an import made and this one does not name; what administrators gave in chat is theirs."""
        people, places = _codes(self.held.rows["people"].values()), _codes(self.held.rows["places"].values())
        for key, row in self.held.grants.items():
            if key not in wanted and row["granted_by"] is None and row["person_id"] in people:
                yield f"{people[row['person_id']]} {row['role']} {places.get(row['place_id'], '?')}", row

    def calendar(self) -> Difference:
        """What changes in the days, which are known by their date."""
        lines = self.plan.lines["calendar"]
        wanted = {str(day_number(placed.line.date)) for placed in lines}
        missing = {key: row for key, row in self.held.days.items() if key not in wanted}
        found = Difference(SHEETS["calendar"].table, missing=missing)
        for placed in lines:
            values = self._values(SHEETS["calendar"], placed, None)
            row_id = day_number(placed.line.date)
            found.want(placed.line.date.isoformat(), row_id, values, self.held.days.get(str(row_id)), {"note": None})
        return found


def _codes(rows: Iterable[Row]) -> dict[int, str]:
    return {row["id"]: row["code"] for row in rows}


def _limits(line: KindLine, held: Row | None, columns: frozenset[str]) -> Any:
    before = Limits.from_json(held["limits"]) if held else None
    said = {
        name: getattr(line, name) if name in columns or before is None else getattr(before, name) for name in _LIMITS
    }
    return Limits(**said).to_json()
