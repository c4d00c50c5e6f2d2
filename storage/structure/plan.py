"""What an import wants, once everything in it has been found right: rows that refer to each other by code."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from .columns import CalendarLine, KindLine, Line, PersonLine, PlaceLine, RoleLine, RoutingLine

L = TypeVar("L", bound=Line)


@dataclass(frozen=True, slots=True)
class Placed(Generic[L]):
    """A line and the row of the sheet it stood in."""

    row: int
    line: L


@dataclass(frozen=True, slots=True)
class Plan:
    """A checked structure. Places stand after their parents and their grids; `columns` are those each sheet has."""

    places: tuple[Placed[PlaceLine], ...]
    people: tuple[Placed[PersonLine], ...]
    roles: tuple[Placed[RoleLine], ...]
    kinds: tuple[Placed[KindLine], ...]
    routing: tuple[Placed[RoutingLine], ...]
    calendar: tuple[Placed[CalendarLine], ...]
    columns: Mapping[str, frozenset[str]]
