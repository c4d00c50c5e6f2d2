"""The life of a ticket as one table: which event is legal in which state, and where it leads.

The table is the only place that names legal moves; storage guards its updates with it, cards draw their
buttons from it, and the diagram in the documents is drawn from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType

from storage.rules.errors import IllegalMove


class State(StrEnum):
    """Where a ticket stands."""

    NEW = "new"  # offered to nobody: on the duty secretary's list
    OFFERED = "offered"
    ACCEPTED = "accepted"
    WAITING = "waiting"  # the resident was asked; the clock is paused
    ON_SITE = "on_site"  # danger only
    CONTROLLED = "controlled"  # danger only: under control, a dated plan follows
    DONE = "done"  # the worker says done; the resident is asked
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
    MERGED = "merged"


class Event(StrEnum):
    """What happened to a ticket."""

    OFFERED = "offered"  # to the next person or persons
    ACCEPTED = "accepted"
    DECLINED = "declined"  # storage then offers to the next
    HANDED_OVER = "handed_over"  # a named colleague becomes the one it is offered to
    ASSIGNED = "assigned"  # by the duty secretary
    EXHAUSTED = "exhausted"  # nobody is left in the chain
    ASKED = "asked"
    ANSWERED = "answered"
    ASK_EXPIRED = "ask_expired"
    PROGRESSED = "progressed"
    ARRIVED = "arrived"
    BROUGHT_UNDER_CONTROL = "brought_under_control"
    FINISHED = "finished"
    CONFIRMED = "confirmed"
    DISPUTED = "disputed"  # the first time: back to the same worker
    DISPUTED_AGAIN = "disputed_again"  # to the duty secretary
    CLOSED_WITHOUT_ANSWER = "closed_without_answer"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
    OBJECTED = "objected"  # 不认可，请再看看: a refusal comes back to the duty secretary, once
    MERGED = "merged"
    RELEASED = "released"  # the worker was lost or cannot be reached
    KIND_CHANGED = "kind_changed"
    PLACE_CHANGED = "place_changed"
    DANGER_RAISED = "danger_raised"
    WORDS_ADDED = "words_added"
    RATED = "rated"
    BOOKED = "booked"  # a time, a person or a room is there for it
    RESCHEDULED = "rescheduled"
    MISSED = "missed"  # 没等到您: who carries it out met nobody; the resident is asked how to go on
    NOT_COME = "not_come"  # who carries it out did not come
    CALLED_OFF = "called_off"  # who carries it out cannot come, nor anybody else; the resident chooses another time
    STAGED = "staged"  # an official matter reached its next stage
    RUNG_BACK = "rung_back"  # the duty secretary rang whoever was not satisfied
    VERIFIED = "verified"  # 核验: a request is right and may be offered to neighbours
    CLAIMED = "claimed"  # a neighbour takes one of several places; who takes the last one accepts
    BEGUN = "begun"  # those who are there begin without the rest
    GIVEN_BACK = "given_back"  # a helper cannot come, or did not
    SIGNED_IN = "signed_in"  # 签到: a helper after the first
    NOBODY_FOUND = "nobody_found"
    EDITED = "edited"
    REVOKED = "revoked"  # what was confirmed was not so after all


OPEN: frozenset[State] = frozenset(
    {
        State.NEW,
        State.OFFERED,
        State.ACCEPTED,
        State.WAITING,
        State.ON_SITE,
        State.CONTROLLED,
        State.DONE,
    }
)

_UNOWNED = (State.NEW, State.OFFERED)
_CALM = (*_UNOWNED, State.ACCEPTED, State.WAITING)
_OWNED = (State.ACCEPTED, State.WAITING, State.ON_SITE, State.CONTROLLED)

# An earlier offer stays valid after the chain is exhausted, hence accepting and declining out of NEW. A
# danger may be reported under control by somebody who never pressed "arrived": hands first, buttons later.
_MOVES: tuple[tuple[Event, tuple[State, ...], State], ...] = (
    (Event.OFFERED, _UNOWNED, State.OFFERED),
    (Event.ACCEPTED, _UNOWNED, State.ACCEPTED),
    (Event.HANDED_OVER, (State.ACCEPTED,), State.OFFERED),
    (Event.ASSIGNED, _CALM, State.OFFERED),
    (Event.EXHAUSTED, (State.OFFERED,), State.NEW),
    (Event.ASKED, (State.ACCEPTED,), State.WAITING),
    (Event.ANSWERED, (State.WAITING,), State.ACCEPTED),
    (Event.ASK_EXPIRED, (State.WAITING,), State.ACCEPTED),
    (Event.ARRIVED, (State.ACCEPTED, State.WAITING), State.ON_SITE),
    (Event.BROUGHT_UNDER_CONTROL, (State.ACCEPTED, State.ON_SITE), State.CONTROLLED),
    (Event.FINISHED, _OWNED, State.DONE),
    (Event.CONFIRMED, (State.DONE,), State.CLOSED),
    (Event.DISPUTED, (State.DONE,), State.ACCEPTED),
    (Event.DISPUTED_AGAIN, (State.DONE,), State.NEW),
    (Event.CLOSED_WITHOUT_ANSWER, (State.DONE,), State.CLOSED),
    (Event.WITHDRAWN, (*_UNOWNED, *_OWNED), State.WITHDRAWN),
    (Event.REFUSED, _CALM, State.REFUSED),
    (Event.OBJECTED, (State.REFUSED,), State.NEW),
    (Event.MERGED, _CALM, State.MERGED),
    (Event.RELEASED, _OWNED, State.NEW),
    (Event.BOOKED, _UNOWNED, State.ACCEPTED),
    (Event.RESCHEDULED, (State.ACCEPTED, State.WAITING), State.ACCEPTED),
    (Event.MISSED, (State.ACCEPTED, State.ON_SITE), State.WAITING),
    (Event.CALLED_OFF, (*_UNOWNED, State.ACCEPTED), State.WAITING),
    (Event.VERIFIED, (State.NEW,), State.OFFERED),
    (Event.BEGUN, (State.OFFERED,), State.ACCEPTED),
    (Event.GIVEN_BACK, (State.ACCEPTED, State.ON_SITE), State.OFFERED),
    (Event.NOBODY_FOUND, _UNOWNED, State.REFUSED),
)

_STAYS: tuple[tuple[Event, tuple[State, ...]], ...] = (
    (Event.RESCHEDULED, _UNOWNED),
    (Event.DECLINED, _UNOWNED),
    (Event.PROGRESSED, _OWNED),
    (Event.STAGED, _OWNED),
    (Event.NOT_COME, (State.ACCEPTED,)),
    (Event.KIND_CHANGED, tuple(OPEN)),
    (Event.PLACE_CHANGED, tuple(OPEN)),
    (Event.DANGER_RAISED, tuple(OPEN)),
    (Event.WORDS_ADDED, tuple(OPEN)),
    (Event.RATED, (State.CLOSED,)),
    (Event.RUNG_BACK, (State.CLOSED,)),
    (Event.CLAIMED, (State.OFFERED,)),
    (Event.GIVEN_BACK, (State.OFFERED,)),
    (Event.SIGNED_IN, (State.ACCEPTED, State.ON_SITE)),
    (Event.EDITED, (*_UNOWNED, State.ACCEPTED)),
    (Event.REVOKED, (State.CLOSED,)),
)

TRANSITIONS: Mapping[tuple[State, Event], State] = MappingProxyType(
    {(source, event): target for event, sources, target in _MOVES for source in sources}
    | {(state, event): state for event, states in _STAYS for state in states}
)


def next_state(state: State, event: Event) -> State:
    """Where `event` leads from `state`; raises `IllegalMove` when the table does not name the pair."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise IllegalMove(state, event) from None


def events_from(state: State) -> frozenset[Event]:
    """The events that are legal in `state`."""
    return _EVENTS_FROM[state]


_EVENTS_FROM: Mapping[State, frozenset[Event]] = MappingProxyType(
    {state: frozenset(event for source, event in TRANSITIONS if source is state) for state in State}
)


def _arrows() -> Iterator[str]:
    for source in State:
        for target in State:
            events = [event for event in Event if TRANSITIONS.get((source, event)) is target]
            if events:
                yield f"    {source.value} --> {target.value}: {', '.join(event.value for event in events)}"
        if source not in OPEN:
            yield f"    {source.value} --> [*]"


def diagram() -> str:
    """The table as a Mermaid state diagram, in the order in which states and events are declared."""
    return "\n".join(["stateDiagram-v2", f"    [*] --> {State.NEW.value}", *_arrows(), ""])
