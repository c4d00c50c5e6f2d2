"""What a sheet is made of: a model whose fields are its columns, the table it fills, and how a cell becomes a value.

A field is kept in the column of the same name unless it says otherwise: a `Ref` says that the cell names rows of
another sheet by their codes. What is neither stays out of the table and is the business of the sheet's own code.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any, get_args

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict


class Line(BaseModel):
    """One row of a sheet."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


@dataclass(frozen=True, slots=True)
class Ref:
    """A cell names rows of these sheets; their ids are kept in `column`, or without one the codes themselves."""

    sheets: tuple[str, ...]
    column: str | None = None


@dataclass(frozen=True)
class Sheet:
    """A sheet: its name, its Chinese title, the model of its rows and the table that they are kept in.

    Rows of a coded sheet are known by their column `code`. An optional sheet that is absent changes nothing.
    Blanks are kept where an empty cell leaves what the database has.
    """

    name: str
    title: str
    model: type[Line]
    table: sa.Table
    is_coded: bool = True
    is_optional: bool = False
    has_kept_blanks: bool = False

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The columns' names, in order."""
        return tuple(self.model.model_fields)

    @cached_property
    def required(self) -> tuple[str, ...]:
        """The columns that must be there."""
        return tuple(name for name, field in self.model.model_fields.items() if field.is_required())

    @cached_property
    def headers(self) -> Mapping[str, str]:
        """Every header that is understood, in lower case, and the column it means."""
        named: dict[str, Any] = {name: name for name in self.model.model_fields}
        titled = {str(field.title).casefold(): name for name, field in self.model.model_fields.items()}
        return titled | named

    @cached_property
    def refs(self) -> Mapping[str, Ref]:
        """The columns that name rows of other sheets."""
        fields = self.model.model_fields.items()
        return {name: mark for name, field in fields for mark in field.metadata if isinstance(mark, Ref)}

    @cached_property
    def kept(self) -> Mapping[str, str]:
        """Where each column is kept in the table, for those that are kept as they are."""
        found = {name: self.refs[name].column or name if name in self.refs else name for name in self.columns}
        return {name: column for name, column in found.items() if column in self.table.c}

    @cached_property
    def days(self) -> frozenset[str]:
        """The columns that hold local dates, which tables keep as numbers."""
        fields = self.model.model_fields.items()
        return frozenset(name for name, field in fields if _holds_day(field.annotation))

    @cached_property
    def has_own_order(self) -> bool:
        """Whether the order of the rows is kept as the order on screens."""
        return "position" in self.table.c and "position" not in self.columns


def _holds_day(annotation: Any) -> bool:
    return annotation is date or any(_holds_day(one) for one in get_args(annotation))


def named(cell: Any) -> Iterator[str]:
    """The codes that stand in a cell of references."""
    if isinstance(cell, str):
        yield cell
    elif cell is not None:
        yield from cell


def to_table(cell: Any) -> Any:
    """A cell's value as tables keep it."""
    if isinstance(cell, StrEnum):
        return str(cell)
    if isinstance(cell, tuple):
        return [to_table(one) for one in cell]
    return day_number(cell) if isinstance(cell, date) else cell


def day_number(day: date) -> int:
    """A local date as tables keep it: yyyymmdd."""
    return day.year * 10_000 + day.month * 100 + day.day


def day_of(number: int) -> str:
    """The date that such a number means, as sheets show it."""
    return f"{number // 10_000:04}-{number // 100 % 100:02}-{number % 100:02}"
