"""How far somebody's roles reach: a role is held at a place and reaches downwards, never upwards or sideways."""

from collections.abc import Collection, Iterable

from . import people
from .ledger import Row
from .rules.rights import Role
from .work import Work

SECRETARIES = frozenset({Role.DUTY_SECRETARY, Role.COMMUNITY_SECRETARY})
FILERS = frozenset({Role.GRID_WORKER, Role.UNIT_HEAD, Role.BUILDING_HEAD, *SECRETARIES})
"""Who writes things down for callers and walk-ins."""


def holds(work: Work, roles: Collection[Role]) -> bool:
    """Whether the one who asks holds one of `roles` anywhere, by what the database says now."""
    return bool(_seats(work, roles))


def places(work: Work, roles: Collection[Role]) -> frozenset[int]:
    """Every place within reach of `roles` of the one who asks."""
    return within(work, _seats(work, roles))


def within(work: Work, seats: Iterable[int]) -> frozenset[int]:
    """Those places and everything in them, with what a grid covers."""
    found: set[int] = set()
    for place_id in seats:
        if place_id not in found and place_id in work.directory.places:
            found |= work.directory.below(place_id)
    return frozenset(found)


def seats(work: Work, roles: Collection[Role]) -> list[int]:
    """The places at which the one who asks holds one of `roles`, those inside another left out."""
    held = _seats(work, roles)
    inner = {inside for seat in held for inside in work.directory.below(seat) if inside != seat}
    return sorted((seat for seat in held if seat not in inner), key=lambda seat: work.directory.places[seat].code)


def _seats(work: Work, roles: Collection[Role]) -> set[int]:
    names = {str(role) for role in roles}
    grants: list[Row] = people.held(work.grants)
    return {one["place_id"] for one in grants if one["role"] in names and one["place_id"] in work.directory.places}


def communities(work: Work, roles: Collection[Role]) -> frozenset[int]:
    """Everything in the communities in which, or above which, the one who asks holds one of `roles`."""
    around = {seat: work.directory.community_of(seat) for seat in _seats(work, roles)}
    return within(work, [place.id if place is not None else seat for seat, place in around.items()])
