"""Choosing a place by taps, from the places of one's own role downwards, or by typing an address or a code."""

from collections.abc import Collection, Sequence
from enum import Enum
from typing import Any

from pydantic import BaseModel

from handlers import placing
from handlers.context import Context
from handlers.flows import Rows
from handlers.said import Said
from storage.directory import Directory, Place
from storage.rules.press import base36, press
from storage.triage import OutOfReach
from storage.work import Button

MOST = 60
NARROW, WIDE = 2, 4
_GRIDS = {"grid", "cell"}


class Picked(BaseModel):
    """How far the choice has come; `options` are the places an address can mean."""

    place_id: int | None = None
    is_sure: bool = False
    room: str | None = None
    options: list[int] = []


class Outcome(Enum):
    """What came of one tap or one sentence."""

    SETTLED = "settled"
    DEEPER = "deeper"
    UNCLEAR = "unclear"


def begin(tops: Sequence[int]) -> Picked:
    """Begin at the only place somebody may choose in, or with a choice among several."""
    return Picked(place_id=tops[0]) if len(tops) == 1 else Picked(options=list(tops))


def take(context: Context, picked: Picked, said: Said, within: Collection[int], *, grids: bool = False) -> Outcome:
    """Take a tap or an address. Raises OutOfReach for a place that is not in `within`."""
    directory = context.work.directory
    if said.choice == "here":
        picked.is_sure = picked.place_id is not None
        _check([picked.place_id], within)
        return Outcome.SETTLED if picked.is_sure else Outcome.UNCLEAR
    if said.choice is not None:
        return _go_to(directory, picked, placing.pressed(directory, said.choice), within, grids=grids)
    if said.text in directory.by_code:
        return _settle(picked, directory.by_code[said.text], within)
    return _read(directory, picked, said.text, within)


def _go_to(
    directory: Directory, picked: Picked, place: Place | None, within: Collection[int], *, grids: bool
) -> Outcome:
    if place is None:
        return Outcome.UNCLEAR
    if not _inside(directory, place, grids=grids):
        return _settle(picked, place, within)
    _check([place.id], within)
    picked.place_id, picked.options = place.id, []
    return Outcome.DEEPER


def _settle(picked: Picked, place: Place, within: Collection[int]) -> Outcome:
    _check([place.id], within)
    picked.place_id, picked.is_sure, picked.options = place.id, True, []
    return Outcome.SETTLED


def _read(directory: Directory, picked: Picked, text: str, within: Collection[int]) -> Outcome:
    typed = placing.read(directory, text, picked.place_id)
    if not typed.places:
        return Outcome.UNCLEAR
    reachable = _check(typed.places, within)
    picked.room = typed.room
    if len(reachable) == 1:
        return _settle(picked, directory.places[reachable[0]], within)
    picked.place_id, picked.options = None, reachable
    return Outcome.DEEPER


def _check(place_ids: Sequence[int | None], within: Collection[int]) -> list[int]:
    reachable = [one for one in place_ids if one is not None and one in within]
    if not reachable:
        raise OutOfReach
    return reachable


def _inside(directory: Directory, place: Place, *, grids: bool) -> list[Place]:
    """What lies right in a place; in a grid what it covers."""
    inside = [one for one in directory.children.get(place.id, ()) if grids or one.level not in _GRIDS]
    if place.level in _GRIDS and not grids:
        covered = [one for one in directory.places.values() if one.grid_id == place.id]
        inside += sorted(covered, key=lambda one: one.code)
    return inside


def rows(context: Context, picked: Picked, *, grids: bool = False) -> Rows:
    """The buttons of where the choice stands."""
    directory, language = context.work.directory, context.work.language
    here = directory.places.get(picked.place_id or 0)
    if here is None:
        below = [directory.places[one] for one in picked.options if one in directory.places]
        labels = [directory.name(place.id, language) for place in below]
    else:
        below = _inside(directory, here, grids=grids)
        labels = [placing.name_of(place, language) for place in below]
    width = WIDE if below and here is not None and below[0].level in {"building", "unit"} else NARROW
    buttons: list[Button] = [
        ("named", press("choose", f"p{base36(place.id)}"), {"name": label})
        for place, label in list(zip(below, labels, strict=True))[:MOST]
    ]
    found: Rows = [buttons[at : at + width] for at in range(0, len(buttons), width)]
    if here is not None:
        found.append([("place_here", press("choose", "here"), {"name": placing.name_of(here, language)})])
    return found


def params(context: Context, picked: Picked) -> dict[str, Any]:
    """How far the taps have come, for the sentence above the buttons."""
    work = context.work
    chosen = work.directory.name(picked.place_id, work.language) if picked.place_id else None
    return {"chosen": chosen, "is_ambiguous": bool(picked.options)}
