"""Choosing a place: three taps (estate, building, unit), or typing "3栋2单元1502". Shared by the flows that ask."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from storage.directory import Directory, Place
from storage.rules.press import base36, press
from storage.work import Button

from .flows import Rows
from .reading import Address, read_address

_CHOSEN_LEVELS = {"estate", "village", "building"}
_MOST = 60
_LONGEST = 40
_LONGEST_OF_THREE = 6


@dataclass(frozen=True)
class Typed:
    """What typed words say of a place: the places they can mean, and the room."""

    places: tuple[int, ...] = ()
    room: str | None = None
    has_address: bool = False


def read(directory: Directory, text: str, near: int | None) -> Typed:
    """Read a typed address."""
    return located(directory, read_address(text), near, text)


def located(directory: Directory, address: Address | None, near: int | None, text: str) -> Typed:
    """The places that the address read out of a text can mean; none when it names no building."""
    if address is None:
        return Typed()
    if not (address.building or address.unit):
        return Typed(room=address.room, has_address=address.estate is not None)
    estate = _estate_in(directory, text) or address.estate
    found = directory.find(estate=estate, building=address.building, unit=address.unit, near=near)
    return Typed(tuple(place.id for place in found), address.room, has_address=True)


def _estate_in(directory: Directory, text: str) -> str | None:
    """The one estate of ours that a text names: whatever it is called, where the reader knows only usual endings."""
    estates = [place for place in directory.places.values() if place.level in {"estate", "village"}]
    named = {
        name: place.name for place in estates for name in (place.name, place.name_en) if name and _says(text, name)
    }
    found = {named[name] for name in named if not any(name != other and name in other for other in named)}
    return found.pop() if len(found) == 1 else None


def _says(text: str, name: str) -> bool:
    return name.casefold() in text.casefold()


class Placed(Protocol):
    """Whatever a place is being chosen for; `options` are the places an address can mean."""

    place_id: int | None
    is_place_sure: bool
    options: list[int]
    room: str | None


def choose(directory: Directory, draft: Placed, text: str, choice: str | None, near: int | None) -> bool | None:
    """Take a tap or a typed address: True when it is settled, None when there is more to tap, False when unclear."""
    if choice is None:
        typed = read(directory, text, near)
        draft.room = typed.room or draft.room
        draft.place_id, draft.options = (typed.places[0], []) if len(typed.places) == 1 else (None, [*typed.places])
        draft.is_place_sure = draft.place_id is not None
    elif choice == "here":
        draft.is_place_sure = draft.place_id is not None
    else:
        place = pressed(directory, choice)
        if place is None:
            return False
        draft.is_place_sure = place.id in draft.options or not below(directory, place.id)
        draft.place_id, draft.options = place.id, []
    if draft.is_place_sure:
        return True
    return None if draft.place_id is not None or draft.options else False


def pressed(directory: Directory, choice: str | None) -> Place | None:
    """The place whose button was pressed."""
    if choice is None or not choice.startswith("p"):
        return None
    try:
        return directory.places.get(int(choice[1:], 36))
    except ValueError:
        return None


def below(directory: Directory, place_id: int | None) -> tuple[Place, ...]:
    """What can be chosen inside a place: buildings of an estate, units of a building."""
    place = directory.places.get(place_id or 0)
    if place is None or place.level not in _CHOSEN_LEVELS:
        return ()
    return directory.children.get(place.id, ())


def rows(directory: Directory, language: str, chosen: int | None, options: list[int]) -> Rows:
    """The buttons of the next tap: the places an address can mean, else what lies inside the chosen one."""
    meant = [directory.places[one] for one in options if one in directory.places]
    if meant:
        return [[_button(place.id, directory.name(place.id, language))] for place in meant[:_MOST]]
    inside = below(directory, chosen) or _top(directory)
    names = [name_of(place, language) for place in inside[:_MOST]]
    width = 1 if inside and inside[0].level in {"estate", "village"} else _columns(names)
    buttons = [_button(place.id, name) for place, name in zip(inside, names, strict=False)]
    found: Rows = [buttons[at : at + width] for at in range(0, len(buttons), width)]
    place = directory.places.get(chosen or 0)
    if place is not None and below(directory, chosen):
        found.append([("place_here", press("choose", "here"), {"name": _short(name_of(place, language))})])
    return found


def _columns(names: Sequence[str]) -> int:
    """Three side by side where that leaves room for whole names on a small telephone, else two."""
    return 3 if all(len(name) <= _LONGEST_OF_THREE for name in names) else 2


def _top(directory: Directory) -> tuple[Place, ...]:
    """The estates; their buildings at once where there is but one estate."""
    top = sorted((one for one in directory.places.values() if one.level in {"estate", "village"}), key=_code)
    return directory.children.get(top[0].id, ()) if len(top) == 1 else tuple(top)


def _code(place: Place) -> str:
    return place.code


def name_of(place: Place, language: str) -> str:
    """A place's own name for a reader of `language`."""
    return place.name if language.startswith("zh") or not place.name_en else place.name_en


def _button(place_id: int, name: str) -> Button:
    return ("named", press("choose", f"p{base36(place_id)}"), {"name": _short(name)})


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"
