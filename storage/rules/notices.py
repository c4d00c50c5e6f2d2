"""The life of a notice, whom it is for, and when something may be done with it: pure.

A notice is written for a place and a group of people, goes out slice by slice, can be paused and stopped meanwhile,
and may be said again to those who have not pressed 收到. One table names its legal moves; the diagram in the documents
is drawn from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from storage.rules.errors import Stale
from storage.rules.rights import Role


class State(StrEnum):
    """Where a notice stands."""

    SCHEDULED = "scheduled"
    GOING = "going"
    PAUSED = "paused"
    ENDED = "ended"  # everybody of the list was spoken to, or cannot be
    STOPPED = "stopped"


class Event(StrEnum):
    """What happened to a notice."""

    BEGUN = "begun"
    PAUSED = "paused"
    RESUMED = "resumed"
    ENDED = "ended"
    REMINDED = "reminded"  # it goes out once more, to those who have not pressed 收到
    STOPPED = "stopped"


class Audience(StrEnum):
    """Which group of people at the place."""

    EVERYBODY = "everybody"
    RESIDENTS = "residents"
    STAFF = "staff"
    VOLUNTEERS = "volunteers"


class NoticeKind(StrEnum):
    """What sort of notice; whoever wants can do without what is not official."""

    OFFICIAL = "official"
    FRAUD = "fraud"  # 反诈提醒
    ACTIVITY = "activity"


TRANSITIONS: Mapping[tuple[State, Event], State] = MappingProxyType(
    {
        (State.SCHEDULED, Event.BEGUN): State.GOING,
        (State.GOING, Event.PAUSED): State.PAUSED,
        (State.PAUSED, Event.RESUMED): State.GOING,
        (State.GOING, Event.ENDED): State.ENDED,
        (State.ENDED, Event.REMINDED): State.GOING,
        **{(state, Event.STOPPED): State.STOPPED for state in (State.SCHEDULED, State.GOING, State.PAUSED)},
    }
)

REMIND_AFTER = timedelta(days=1)
"""Nobody is spoken to about one notice more often than this."""

_LIVING_HERE = frozenset({Role.RESIDENT, Role.FAMILY})


def next_state(state: State, event: Event) -> State:
    """Where `event` leads from `state`. Raises Stale when the table does not name the pair."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise Stale from None


def is_official(kind: str) -> bool:
    """Whether nobody can opt out of it."""
    return kind != NoticeKind.ACTIVITY


def can_be_urgent(kind: str) -> bool:
    """Whether it may pass the quiet hours at all; who may let it pass is a matter of rights."""
    return is_official(kind)


def can_remind(state: str, spoke_at: datetime | None, now: datetime) -> bool:
    """Whether those who have not read it may be told again: at most once a day."""
    return state == State.ENDED and spoke_at is not None and now - spoke_at >= REMIND_AFTER


def is_addressed(
    place_id: int, audience: str, home_scope: frozenset[int], held: Iterable[tuple[Role, frozenset[int]]]
) -> bool:
    """Whether a notice for `place_id` is meant for somebody.

    `home_scope` are all places that cover their home, `held` each of their roles with the places that cover where it
    is held. Residents live there, staff and volunteers hold their role there; volunteers may also live there.
    """
    lives_here = place_id in home_scope
    roles = [(role, place_id in scope) for role, scope in held if role not in _LIVING_HERE]
    match audience:
        case Audience.RESIDENTS:
            return lives_here
        case Audience.STAFF:
            return any(is_here for role, is_here in roles if role is not Role.VOLUNTEER)
        case Audience.VOLUNTEERS:
            return any(is_here or lives_here for role, is_here in roles if role is Role.VOLUNTEER)
        case _:
            return lives_here or any(is_here for _, is_here in roles)


def diagram() -> str:
    """The table as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", f"    [*] --> {State.SCHEDULED.value}"]
    lines += [
        f"    {source.value} --> {target.value}: {event.value}" for (source, event), target in TRANSITIONS.items()
    ]
    return "\n".join([*lines, f"    {State.STOPPED.value} --> [*]", f"    {State.ENDED.value} --> [*]", ""])
