"""Judging the tree of places: parents that exist, levels that fit, no circles, numbers that tell neighbours apart."""

from collections.abc import Iterator, Sequence

from .columns import PlaceLine
from .levels import COVERED_BY_GRIDS, GRIDS, PARENTS
from .plan import Placed
from .problems import Problem, Reason

SHEET = "places"
Places = Sequence[Placed[PlaceLine]]


def check_places(lines: Places) -> Iterator[Problem]:
    """Everything that is wrong with the tree, but codes that lead nowhere."""
    by_code = {placed.line.code: placed.line for placed in lines}
    for placed in lines:
        yield from _parent(placed, by_code)
        yield from _grid(placed, by_code)
        if (placed.line.latitude is None) != (placed.line.longitude is None):
            yield Problem(Reason.HALF_POSITION, SHEET, placed.row, "latitude")
    yield from _circles(lines, by_code)
    yield from _numbers(lines)


def _parent(placed: Placed[PlaceLine], by_code: dict[str, PlaceLine]) -> Iterator[Problem]:
    line = placed.line
    if line.parent is None:
        return
    parent = by_code.get(line.parent)
    if parent is not None and parent.level not in PARENTS[line.level]:
        allowed = ", ".join(sorted(PARENTS[line.level]))
        params = {"level": line.level, "parent_level": parent.level, "allowed": allowed}
        yield Problem(Reason.WRONG_PARENT, SHEET, placed.row, "parent", params)


def _grid(placed: Placed[PlaceLine], by_code: dict[str, PlaceLine]) -> Iterator[Problem]:
    line = placed.line
    if line.grid is None:
        return
    if line.level not in COVERED_BY_GRIDS:
        yield Problem(Reason.NO_GRID_HERE, SHEET, placed.row, "grid", {"level": line.level})
        return
    grid = by_code.get(line.grid)
    if grid is not None and grid.level not in GRIDS:
        yield Problem(Reason.NOT_A_GRID, SHEET, placed.row, "grid", {"value": line.grid, "level": grid.level})


def _circles(lines: Places, by_code: dict[str, PlaceLine]) -> Iterator[Problem]:
    """One problem for each circle of parents, at the row that stands first in the sheet."""
    done: set[str] = set()
    rows = {placed.line.code: placed.row for placed in lines}
    for placed in lines:
        trail: list[str] = []
        on_trail: set[str] = set()
        code: str | None = placed.line.code
        while code is not None and code in by_code and code not in done:
            if code in on_trail:
                circle = trail[trail.index(code) :]
                row = min(rows[member] for member in circle)
                yield Problem(Reason.PARENT_CYCLE, SHEET, row, "parent", {"value": " > ".join([*circle[:10], code])})
                break
            trail.append(code)
            on_trail.add(code)
            code = by_code[code].parent
        done |= on_trail


def _numbers(lines: Places) -> Iterator[Problem]:
    seen: dict[tuple[str, str, str], int] = {}
    for placed in lines:
        line = placed.line
        if line.parent is None or line.number is None:
            continue
        key = (line.parent, line.level, line.number)
        if key in seen:
            params = {"value": line.number, "first_row": seen[key]}
            yield Problem(Reason.DUPLICATE_NUMBER, SHEET, placed.row, "number", params)
        seen.setdefault(key, placed.row)


def in_order(lines: Places) -> tuple[Placed[PlaceLine], ...]:
    """The places, each after its parent and its grid; the tree is known to have no circle."""
    by_code = {placed.line.code: placed for placed in lines}
    ordered: dict[str, Placed[PlaceLine]] = {}
    for placed in sorted(lines, key=lambda placed: placed.line.level not in GRIDS):
        waiting = [placed.line.code]
        chain = []
        while waiting:
            code = waiting.pop()
            if code in ordered or code not in by_code:
                continue
            chain.append(code)
            line = by_code[code].line
            waiting.extend(up for up in (line.parent, line.grid) if up is not None)
        for code in reversed(chain):
            ordered.setdefault(code, by_code[code])
    return tuple(ordered.values())
