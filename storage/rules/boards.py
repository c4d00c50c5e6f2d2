"""Which keyboard stands below the chat: the main one, or the one that fits what somebody does here."""

from __future__ import annotations

from collections.abc import Collection

from storage.rules.rights import Role

MAIN, STAFF, FILING, GRID, SECRETARY = "main", "staff", "filing", "grid", "secretary"
VOLUNTEER = "volunteer"
ADMIN = "+admin"
"""Ends the name of a keyboard that has the administrator's row as well."""

_LIVING_HERE = frozenset({Role.RESIDENT, Role.FAMILY})
_SECRETARIES = frozenset({Role.DUTY_SECRETARY, Role.COMMUNITY_SECRETARY})
_FILERS = frozenset({Role.GRID_WORKER, Role.UNIT_HEAD, Role.BUILDING_HEAD})


def board(held: Collection[str]) -> str:
    """The keyboard for whoever holds these roles."""
    roles = {Role(one) for one in held} - _LIVING_HERE
    works = roles - {Role.ADMINISTRATOR}
    if roles & _SECRETARIES:
        base = SECRETARY
    elif roles & _FILERS:
        base = GRID if Role.GRID_WORKER in roles else FILING
    else:
        base = (VOLUNTEER if works <= {Role.VOLUNTEER} else STAFF) if works else MAIN
    return base + ADMIN if Role.ADMINISTRATOR in roles else base
