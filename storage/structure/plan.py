"""What an import wants, once everything in it has been found right: rows that refer to each other by code."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from .line import Line

L = TypeVar("L", bound=Line)


@dataclass(frozen=True, slots=True)
class Placed(Generic[L]):
    """A line and the row of the sheet it stood in."""

    row: int
    line: L


@dataclass(frozen=True, slots=True)
class Plan:
    """A checked structure: the lines of each sheet that is there, and which columns it has.

    Places stand after their parents and their grids. A sheet that is not there changes nothing.
    """

    lines: Mapping[str, tuple[Placed[Any], ...]]
    columns: Mapping[str, frozenset[str]]
