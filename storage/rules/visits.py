"""What can be said of a visit and when: stages of an official matter, what came of it, and who was not there."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from storage.rules.errors import Refusal


class Stage(StrEnum):
    """How far an official matter is, in this order."""

    TAKEN = "taken"  # the agent has the papers
    HANDED_IN = "handed_in"  # they lie with the office
    DECIDED = "decided"  # the office said yes
    DELIVERED = "delivered"  # the resident has it


class Outcome(StrEnum):
    """What came of a booked matter."""

    HANDED_IN = "handed_in"
    TO_FETCH = "to_fetch"
    REFUSED = "refused"
    DONE = "done"


class MissedBy(StrEnum):
    """Whose absence it was; of an elder nothing is recorded."""

    RESIDENT = "resident"
    AGENT = "agent"


class TooEarly(Refusal):
    """The booked time has not come yet."""

    code = "visit_too_early"


CODE_TRIES = 3
ARRIVES_BEFORE = timedelta(hours=2)
"""So long before the booked time somebody may arrive; who is not there can be said from its start on."""

_RESULTS = {Stage.HANDED_IN: Outcome.HANDED_IN, Stage.DECIDED: Outcome.TO_FETCH, Stage.DELIVERED: Outcome.DONE}


def stages_after(stage: Stage | None) -> tuple[Stage, ...]:
    """The stages that may still come, the next first; a stage may be skipped, none comes again."""
    order = list(Stage)
    return tuple(order[order.index(stage) + 1 if stage is not None else 0 :])


def result_at(stage: Stage) -> Outcome | None:
    """What a stage means as a result; None for one that is none yet."""
    return _RESULTS.get(stage)


def is_near_at(starts_at: datetime, moment: datetime) -> bool:
    """Whether a moment is so close to a booked time, or past it, that somebody may arrive."""
    return moment >= starts_at - ARRIVES_BEFORE


def check_arrival(starts_at: datetime | None, now: datetime) -> None:
    """Raise TooEarly for somebody who arrives long before the time."""
    if starts_at is not None and not is_near_at(starts_at, now):
        raise TooEarly


def check_miss(starts_at: datetime | None, now: datetime) -> None:
    """Raise TooEarly before the time has begun: nobody can be missed before."""
    if starts_at is not None and now < starts_at:
        raise TooEarly
