"""Expected refusals: a request that the rules turn down is a typed result, not a surprise.

One root, `Refusal`; the docstring of each class is its message for logs, and its `code` names the sentence
that the person reads in their own language.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from storage.rules.lifecycle import Event, State


class Refusal(Exception):
    """The request cannot be carried out."""

    code: ClassVar[str] = "refused"

    def __str__(self) -> str:
        return inspect.getdoc(type(self)) or self.code


class IllegalMove(Refusal):
    """The ticket is in a state in which this cannot happen."""

    code = "illegal_move"

    def __init__(self, state: State, event: Event) -> None:
        super().__init__(state, event)
        self.state = state
        self.event = event

    def __str__(self) -> str:
        return f"{super().__str__()} ({self.state.value}, {self.event.value})"


class AlreadyTaken(Refusal):
    """Somebody else was faster."""

    code = "already_taken"


class AlreadyChecked(AlreadyTaken):
    """Somebody else has checked the request already."""

    code = "already_checked"


class NotYours(Refusal):
    """The person is not entitled to do this."""

    code = "not_yours"


class NotYoursHere(NotYours):
    """The person is not entitled to press this in a group."""

    code = "not_yours_here"


class Stale(Refusal):
    """The button belongs to an earlier state of the ticket."""

    code = "stale"


class SlotTaken(Refusal):
    """Somebody else has that time."""

    code = "slot_taken"


class NotOpen(Refusal):
    """What is asked for cannot be booked for that time, in that way or at that place."""

    code = "not_open"


class TooLate(Refusal):
    """The service's limit for changes has passed; staff may still change it."""

    code = "too_late"


class Suspended(Refusal):
    """The person does not help for the time being."""

    code = "suspended"


class Unverified(Refusal):
    """Only helpers whom somebody has verified go to people who live alone, and to children."""

    code = "unverified"


class Unskilled(Refusal):
    """The request needs a skill that the person has not said they have."""

    code = "unskilled"


class NotAlone(Refusal):
    """The first visit to somebody who lives alone is by two."""

    code = "not_alone"


class TooFewPoints(Refusal):
    """The person has fewer points than it takes."""

    code = "too_few_points"


class OutOfStock(Refusal):
    """The last one has been taken."""

    code = "out_of_stock"
