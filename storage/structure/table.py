"""From a sheet of text to lines of its model: the header understood, every row validated, every mistake a problem."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from .line import Line, Sheet
from .plan import Placed
from .problems import Problem, Reason
from .raw import NumberedRow, column_letter

_KNOWN = frozenset(Reason)
_PYDANTIC = {"missing": Reason.REQUIRED, "string_too_short": Reason.REQUIRED, "string_too_long": Reason.TOO_LONG}


@dataclass
class Table:
    """The lines of one sheet that are right, and what is wrong with the others."""

    sheet: Sheet
    columns: frozenset[str] = frozenset()
    lines: list[Placed[Any]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    """Every key that stands in the sheet, also of rows that are wrong, so that one mistake is told once."""
    is_readable: bool = True


def make_table(sheet: Sheet, rows: Sequence[NumberedRow], *, is_whole: bool = True) -> Table:
    """Understand the header and validate the rows; without a usable header nothing more is looked at.

    A sheet that is not whole, because its file could not be read to the end, says nothing about what is missing.
    """
    table = Table(sheet)
    if not is_whole:
        pass
    elif not rows:
        table.problems.append(Problem(Reason.EMPTY_SHEET, sheet.name))
    else:
        (header_row, header), *rest = rows
        columns = _read_header(table, header_row, header)
        if not table.problems:
            table.columns = frozenset(columns)
            for row, cells in rest:
                _read_row(table, columns, row, cells)
            return table
    table.is_readable = False
    return table


def _read_header(table: Table, row: int, header: Sequence[str]) -> list[str]:
    sheet = table.sheet
    columns: list[str] = []
    for index, title in enumerate(header):
        name = sheet.headers.get(title.casefold())
        if not title:
            table.problems.append(Problem(Reason.EMPTY_HEADER, sheet.name, row, column_letter(index)))
        elif name is None:
            known = ", ".join(sheet.columns)
            table.problems.append(Problem(Reason.UNKNOWN_COLUMN, sheet.name, row, title[:40], {"known": known}))
        elif name in columns:
            table.problems.append(Problem(Reason.DUPLICATE_COLUMN, sheet.name, row, name))
        else:
            columns.append(name)
    for name in sheet.required:
        if name not in columns:
            table.problems.append(Problem(Reason.MISSING_COLUMN, sheet.name, row, name))
    return columns


def _read_row(table: Table, columns: Sequence[str], row: int, cells: Sequence[str]) -> None:
    values = {name: cell for name, cell in zip(columns, cells, strict=False) if cell}
    key = next(iter(table.sheet.columns))
    if key in values:
        table.keys.add(values[key])
    if len(cells) > len(columns):
        table.problems.append(Problem(Reason.EXTRA_CELLS, table.sheet.name, row, column_letter(len(columns))))
        return
    try:
        line: Line = table.sheet.model.model_validate(values)
    except ValidationError as error:
        table.problems.extend(_problems(table.sheet.name, row, error))
    else:
        table.lines.append(Placed(row, line))


def _problems(sheet: str, row: int, error: ValidationError) -> Iterator[Problem]:
    for detail in error.errors(include_url=False):
        kind = detail["type"]
        reason = Reason(kind) if kind in _KNOWN else _PYDANTIC[kind]
        value = detail["input"]
        shown = {"value": value[:40]} if isinstance(value, str) and reason is not Reason.REQUIRED else {}
        yield Problem(reason, sheet, row, str(detail["loc"][0]), shown | detail.get("ctx", {}))
