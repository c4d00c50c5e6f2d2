"""Which matters stand in which groups, and which of them are said there anew.

In a group stands what everybody there may read: never whose matter it is, where exactly, or in what words. What is
confidential stands in none.
"""

from dataclasses import dataclass
from enum import StrEnum

from .lifecycle import OPEN, State


class Purpose(StrEnum):
    """What a group is for."""

    STAFF = "staff"
    VOLUNTEERS = "volunteers"
    NEIGHBOURS = "neighbours"


@dataclass(frozen=True, slots=True)
class Matter:
    """What the decision looks at. `flow` is that of the kind: report, booking, order."""

    flow: str
    state: State
    is_confidential: bool = False
    is_danger: bool = False


def stands(purpose: Purpose, matter: Matter) -> bool:
    """Whether a matter of the group's place has a card in it.

    Neighbours read only of what was begun in their own group, which is known by its card.
    """
    if matter.is_confidential:
        return False
    if purpose is Purpose.STAFF:
        return matter.flow == "report" or matter.is_danger
    return purpose is Purpose.VOLUNTEERS and _is_checked_order(matter)


def is_said_anew(purpose: Purpose, matter: Matter) -> bool:
    """Whether a card that does not stand in the group yet is worth a new message."""
    if purpose is Purpose.VOLUNTEERS:
        return matter.state is State.OFFERED
    return matter.state in OPEN


def _is_checked_order(matter: Matter) -> bool:
    """A request that waits for its check is nobody's business yet."""
    return matter.flow == "order" and not matter.is_danger and matter.state is not State.NEW
