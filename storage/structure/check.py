"""Judging an import before anything is written: from a `Book` to a `Plan`, or everything that is wrong at once."""

from collections.abc import Iterator
from typing import Any

from storage.rules.limits import DEFAULT_LIMITS

from .check_offered import check_offered
from .check_places import check_places, in_order
from .columns import SHEETS, CalendarLine, RoleLine, RoutingLine
from .line import named
from .plan import Placed, Plan
from .problems import Problem, Reason, StructureError
from .sheets import Book
from .table import Table, make_table

Tables = dict[str, Table]
_CUTS_OFF = frozenset({Reason.WRONG_ENCODING, Reason.WRONG_SEPARATOR, Reason.BROKEN_QUOTES})


def check(book: Book) -> Plan:
    """Judge every row on its own and with the others.

    Raises StructureError with all problems, ordered by sheet and row.
    """
    cut_off = {problem.sheet for problem in book.problems if problem.reason in _CUTS_OFF}
    tables = {
        name: make_table(sheet, book.sheets[name].rows, is_whole=name not in cut_off)
        for name, sheet in SHEETS.items()
        if name in book.sheets
    }
    problems = [*book.problems, *_sheets(book)]
    for table in tables.values():
        problems.extend(table.problems)
    for name, table in tables.items():
        problems.extend(_references(tables, table))
        if SHEETS[name].is_coded:
            problems.extend(_twice(name, table.lines, "code"))
    for judge in (_places, _people, _roles, _kinds, _routing, _calendar):
        problems.extend(judge(tables))
    problems.extend(check_offered({name: table.lines for name, table in tables.items()}))
    if problems:
        raise StructureError(_sorted(problems))
    lines: dict[str, Any] = {name: tuple(table.lines) for name, table in tables.items()}
    lines["places"] = in_order(lines["places"])
    return Plan(lines, {name: table.columns for name, table in tables.items()})


def _sorted(problems: list[Problem]) -> list[Problem]:
    order = {name: position for position, name in enumerate(SHEETS)}
    last = len(order)
    return sorted(problems, key=lambda p: (-1 if p.sheet is None else order.get(p.sheet, last), p.row or 0))


def _sheets(book: Book) -> Iterator[Problem]:
    for name, sheet in SHEETS.items():
        if name not in book.sheets and not sheet.is_optional:
            yield Problem(Reason.MISSING_SHEET, name)
    for name in book.sheets:
        if name not in SHEETS:
            yield Problem(Reason.UNKNOWN_SHEET, name, params={"known": ", ".join(SHEETS)})


def _lines(tables: Tables, sheet: str) -> list[Placed[Any]]:
    return tables[sheet].lines if sheet in tables else []


def _references(tables: Tables, table: Table) -> Iterator[Problem]:
    """References that lead nowhere.

    Not told when a sheet that they lead to could not be read; where it is absent, the database is asked later.
    """
    sheet = table.sheet
    for name, ref in sheet.refs.items():
        targets = [tables[target] for target in ref.sheets if target in tables]
        if len(targets) < len(ref.sheets) or not all(target.is_readable for target in targets):
            continue
        known = set().union(*(target.keys for target in targets))
        for placed in table.lines:
            for code in named(getattr(placed.line, name)):
                if code not in known:
                    params = {"value": code, "target": ", ".join(ref.sheets)}
                    yield Problem(Reason.UNKNOWN_REFERENCE, sheet.name, placed.row, name, params)


def _twice(
    sheet: str, lines: list[Placed[Any]], column: str, reason: Reason = Reason.DUPLICATE_CODE
) -> Iterator[Problem]:
    seen: dict[Any, int] = {}
    for placed in lines:
        value = getattr(placed.line, column)
        if value is None:
            continue
        if value in seen:
            yield Problem(reason, sheet, placed.row, column, {"value": str(value), "first_row": seen[value]})
        seen.setdefault(value, placed.row)


def _places(tables: Tables) -> Iterator[Problem]:
    if "places" in tables and tables["places"].is_readable:
        if not tables["places"].keys:
            yield Problem(Reason.NO_ROWS, "places")
        yield from check_places(_lines(tables, "places"))


def _people(tables: Tables) -> Iterator[Problem]:
    yield from _twice("people", _lines(tables, "people"), "telegram_id", Reason.DUPLICATE_TELEGRAM_ID)


def _roles(tables: Tables) -> Iterator[Problem]:
    lines: list[Placed[RoleLine]] = _lines(tables, "roles")
    seen: dict[tuple[str, str, str], int] = {}
    for placed in lines:
        key = (placed.line.person, placed.line.role, placed.line.place)
        if key in seen:
            yield Problem(Reason.DUPLICATE_ROW, "roles", placed.row, params={"first_row": seen[key]})
        seen.setdefault(key, placed.row)


def _kinds(tables: Tables) -> Iterator[Problem]:
    if "kinds" in tables and tables["kinds"].is_readable:
        for code in DEFAULT_LIMITS:
            if code not in tables["kinds"].keys:
                yield Problem(Reason.MISSING_KIND, "kinds", params={"value": code})


def _routing(tables: Tables) -> Iterator[Problem]:
    lines: list[Placed[RoutingLine]] = _lines(tables, "routing")
    yield from _twice("routing", lines, "position", Reason.DUPLICATE_NUMBER)
    table = tables.get("routing")
    if table and table.is_readable and not table.problems and not any(_fits_all(placed.line) for placed in lines):
        yield Problem(Reason.NO_CATCH_ALL, "routing")


def _fits_all(line: RoutingLine) -> bool:
    return line.kinds is None and line.place is None and line.is_danger is None


def _calendar(tables: Tables) -> Iterator[Problem]:
    lines: list[Placed[CalendarLine]] = _lines(tables, "calendar")
    yield from _twice("calendar", lines, "date", Reason.DUPLICATE_ROW)
