"""The levels of places and what may lie in what: the community's tree, in which no level is compulsory."""

from enum import StrEnum


class Level(StrEnum):
    """What a place is; see the places of the glossary."""

    DISTRICT = "district"
    STREET = "street"
    TOWN = "town"
    COMMUNITY = "community"
    VILLAGE = "village"
    VILLAGE_GROUP = "village_group"
    ESTATE = "estate"
    GRID = "grid"
    CELL = "cell"
    BUILDING = "building"
    UNIT = "unit"
    HOUSEHOLD = "household"


_TOWNSHIP = frozenset({Level.STREET, Level.TOWN})
_COMMUNITY = frozenset({Level.COMMUNITY, Level.VILLAGE})
_ABOVE_COMMUNITY = frozenset({Level.DISTRICT}) | _TOWNSHIP

PARENTS: dict[Level, frozenset[Level]] = {
    Level.DISTRICT: frozenset(),
    Level.STREET: frozenset({Level.DISTRICT}),
    Level.TOWN: frozenset({Level.DISTRICT}),
    Level.COMMUNITY: _ABOVE_COMMUNITY,
    Level.VILLAGE: _ABOVE_COMMUNITY,
    Level.VILLAGE_GROUP: frozenset({Level.VILLAGE}),
    Level.ESTATE: _ABOVE_COMMUNITY | _COMMUNITY,
    Level.GRID: _TOWNSHIP | _COMMUNITY,
    Level.CELL: frozenset({Level.GRID}),
    Level.BUILDING: _COMMUNITY | {Level.VILLAGE_GROUP, Level.ESTATE},
    Level.UNIT: frozenset({Level.BUILDING}),
    Level.HOUSEHOLD: frozenset({Level.UNIT, Level.BUILDING, Level.VILLAGE_GROUP}),
}
"""Under which levels a level may lie; a place without a parent is always allowed."""

GRIDS = frozenset({Level.GRID, Level.CELL})
"""What can stand in the column `grid`."""

COVERED_BY_GRIDS = frozenset({Level.ESTATE, Level.VILLAGE_GROUP, Level.BUILDING, Level.UNIT, Level.HOUSEHOLD})
"""What a grid can cover. None of these may contain a grid, so that parents and grids together have no circle."""
