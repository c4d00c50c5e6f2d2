"""Clocks: the reminders a ticket needs, derived from where it stands; storage replaces its reminders with them.

A reminder is known by its kind and occurrence. An occurrence is the moment that began the wait (this offer, this
question, this "done"), so that a second offer has a reminder of its own, while planning again after any event
names the same ones: what has fired stays fired, what is no longer planned is cancelled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from storage.rules.lifecycle import State
from storage.rules.limits import DEFAULT_LIMITS, Limit, Limits, due_at, nudge_times, resolution_due_at
from storage.rules.routing import RING_EVERY
from storage.rules.worktime import CalendarName, WorkCalendar


class ClockKind(StrEnum):
    """What a reminder is for."""

    OFFER_EXPIRED = "offer_expired"
    HALF_TIME = "half_time"
    NINE_TENTHS = "nine_tenths"
    OVERDUE = "overdue"
    ASK_EXPIRED = "ask_expired"
    CONFIRM_AGAIN = "confirm_again"
    CONFIRM_CLOSE = "confirm_close"
    DANGER_RING = "danger_ring"
    ON_SITE_DUE = "on_site_due"
    UNDER_CONTROL_DUE = "under_control_due"
    DANGER_UNSURE = "danger_unsure"
    OFFER_AGAIN = "offer_again"
    LAST_CARDS = "last_cards"
    VISIT_EVENING = "visit_evening"  # the kinds of a booking: `visit_clocks`
    VISIT_SOON = "visit_soon"
    VISIT_NOT_COME = "visit_not_come"
    VISIT_OVER = "visit_over"
    VISIT_LEFT_OPEN = "visit_left_open"
    VISIT_RING_DUE = "visit_ring_due"
    VISIT_ASK_AGAIN = "visit_ask_again"
    VISIT_GIVE_UP = "visit_give_up"
    VISIT_UNAPPROVED = "visit_unapproved"
    VISIT_QUEUE_OVER = "visit_queue_over"
    ORDER_VERIFY_DUE = "order_verify_due"  # the kinds of a request to neighbours: `order_clocks`
    ORDER_WAVE = "order_wave"
    ORDER_HALF = "order_half"
    ORDER_BEGIN = "order_begin"
    ORDER_ENDS = "order_ends"
    ORDER_SOON = "order_soon"
    ORDER_NOT_COME = "order_not_come"
    ORDER_LEFT_OPEN = "order_left_open"
    ORDER_UNSETTLED = "order_unsettled"
    ORDER_ASK_AGAIN = "order_ask_again"
    ORDER_CONFIRM = "order_confirm"
    ORDER_RING = "order_ring"


ASK_DAYS = 2
CONFIRM_AGAIN_DAYS = (1, 3)
CONFIRM_CLOSE_DAYS = 5
STARS_WITHIN = timedelta(minutes=30)  # who says that it was done mostly gives the stars at once: one last card for both
UNSURE_FOR = timedelta(minutes=2)
LOOK_AGAIN_AFTER = timedelta(hours=1)  # of working time, when all who could be asked switched themselves off
RINGS_AHEAD = 20  # an hour; every ring is an event, after which the next hour is planned


@dataclass(frozen=True, slots=True)
class ClockFacts:
    """What the clocks look at.

    `paused` is time on the finish limit's own calendar (`limits.paused_between`). `danger_at` is when the ladder of
    a danger began, or began again after its worker was lost; creation when not given. `danger_asked_at` is when the
    resident was asked "is it dangerous now?" and has not answered. `plan_due_at` is when what follows a danger that is
    under control was promised. `limits_at` is since when it has its limits, when they are not those it began with:
    their reminders are others. `booked_until` is the end of the time that is booked: the finish limit runs from there.
    `is_for_later` says that nobody was on duty when somebody was looked for (`offered_at`), `again_at` when the next
    shift begins.
    """

    state: State
    is_danger: bool
    created_at: datetime
    booked_until: datetime | None = None
    offered_at: datetime | None = None
    accepted_at: datetime | None = None
    asked_at: datetime | None = None
    done_at: datetime | None = None
    arrived_at: datetime | None = None
    paused: timedelta = timedelta()
    danger_at: datetime | None = None
    danger_asked_at: datetime | None = None
    plan_due_at: datetime | None = None
    unrated_at: datetime | None = None
    limits_at: datetime | None = None
    is_for_later: bool = False
    again_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """A reminder that should exist."""

    kind: ClockKind
    occurrence: str
    due_at: datetime


def plan(facts: ClockFacts, limits: Limits, cal: WorkCalendar) -> tuple[Planned, ...]:
    """Every reminder that `facts` ask for, the soonest first. Some may be due already."""
    rules = _DANGER_CLOCKS if facts.is_danger else _CLOCKS
    planned = [one for rule in rules.get(facts.state, ()) for one in rule(facts, limits, cal)]
    return tuple(sorted(planned, key=lambda one: (one.due_at, one.kind, one.occurrence)))


_Clock = Callable[[ClockFacts, Limits, WorkCalendar], Iterator[Planned]]


def _planned(kind: ClockKind, began_at: datetime, due: datetime, nth: int = 1) -> Planned:
    return Planned(kind, occurrence(began_at, nth), due)


def occurrence(began_at: datetime, nth: int = 1) -> str:
    """The name of a wait that began at a moment."""
    return f"{began_at.astimezone(UTC):%Y%m%dT%H%M%S}.{nth}"


def _offer(facts: ClockFacts, limits: Limits, cal: WorkCalendar) -> Iterator[Planned]:
    began_at = facts.offered_at or facts.created_at
    yield _planned(ClockKind.OFFER_EXPIRED, began_at, due_at(limits.answer, began_at, cal))


def _finish(facts: ClockFacts, limits: Limits, cal: WorkCalendar) -> Iterator[Planned]:
    began_at = facts.booked_until or facts.created_at
    half_at, nine_tenths_at = nudge_times(limits, began_at, cal, facts.paused)
    known_at = facts.limits_at or began_at
    yield _planned(ClockKind.HALF_TIME, known_at, half_at)
    yield _planned(ClockKind.NINE_TENTHS, known_at, nine_tenths_at)
    yield _planned(ClockKind.OVERDUE, known_at, resolution_due_at(limits, began_at, cal, facts.paused))


def _question(facts: ClockFacts, _limits: Limits, cal: WorkCalendar) -> Iterator[Planned]:
    if facts.asked_at is not None:
        due = cal.add_working_days(facts.asked_at, ASK_DAYS)
        yield _planned(ClockKind.ASK_EXPIRED, facts.asked_at, due)


def _confirmation(facts: ClockFacts, _limits: Limits, cal: WorkCalendar) -> Iterator[Planned]:
    done_at = facts.done_at
    if done_at is None:
        return
    for nth, days in enumerate(CONFIRM_AGAIN_DAYS, 1):
        yield _planned(ClockKind.CONFIRM_AGAIN, done_at, cal.add_working_days(done_at, days), nth)
    closes_at = cal.add_working_days(done_at, CONFIRM_CLOSE_DAYS)
    yield _planned(ClockKind.CONFIRM_CLOSE, done_at, closes_at)


def _stars(facts: ClockFacts, _limits: Limits, _cal: WorkCalendar) -> Iterator[Planned]:
    if facts.unrated_at is not None:
        yield _planned(ClockKind.LAST_CARDS, facts.unrated_at, (facts.unrated_at + STARS_WITHIN).astimezone(UTC))


def _unsure(facts: ClockFacts, _limits: Limits, _cal: WorkCalendar) -> Iterator[Planned]:
    if facts.danger_asked_at is not None:
        due = facts.danger_asked_at + UNSURE_FOR
        yield _planned(ClockKind.DANGER_UNSURE, facts.danger_asked_at, due.astimezone(UTC))


def _rings(facts: ClockFacts, _limits: Limits, _cal: WorkCalendar) -> Iterator[Planned]:
    """The next rings on the beat of the alarm, after the last time somebody was called."""
    began_at = facts.danger_at or facts.created_at
    called_at = max(facts.offered_at or began_at, began_at)
    rung = (called_at - began_at) // RING_EVERY
    for nth in range(rung + 1, rung + 1 + RINGS_AHEAD):
        due = began_at + nth * RING_EVERY
        yield _planned(ClockKind.DANGER_RING, began_at, due.astimezone(UTC), nth)


_DANGER_LIMITS = DEFAULT_LIMITS["danger"]


def _on_site(facts: ClockFacts, limits: Limits, cal: WorkCalendar) -> Iterator[Planned]:
    yield from _danger_limit(ClockKind.ON_SITE_DUE, limits.on_site or _DANGER_LIMITS.on_site, facts, cal)


def _under_control(facts: ClockFacts, limits: Limits, cal: WorkCalendar) -> Iterator[Planned]:
    limit = limits.under_control or _DANGER_LIMITS.under_control
    yield from _danger_limit(ClockKind.UNDER_CONTROL_DUE, limit, facts, cal)


def _danger_limit(kind: ClockKind, limit: Limit | None, facts: ClockFacts, cal: WorkCalendar) -> Iterator[Planned]:
    began_at = facts.danger_at or facts.created_at
    if limit is not None:
        yield _planned(kind, began_at, due_at(limit, began_at, cal))


def _later(facts: ClockFacts, _limits: Limits, cal: WorkCalendar) -> Iterator[Planned]:
    if facts.is_for_later:
        looked_at = facts.offered_at or facts.created_at
        is_open = cal.is_open(looked_at, CalendarName.WORKING)
        due = cal.add(looked_at, LOOK_AGAIN_AFTER if is_open else timedelta(), CalendarName.WORKING)
        yield _planned(ClockKind.OFFER_AGAIN, looked_at, min(due, facts.again_at or due))


def _dated_plan(facts: ClockFacts, _limits: Limits, _cal: WorkCalendar) -> Iterator[Planned]:
    if facts.plan_due_at is not None:
        yield _planned(ClockKind.OVERDUE, facts.plan_due_at, facts.plan_due_at.astimezone(UTC))


_SPOKEN_FOR_BY: Mapping[ClockKind, frozenset[ClockKind]] = MappingProxyType(
    {
        ClockKind.HALF_TIME: frozenset({ClockKind.NINE_TENTHS, ClockKind.OVERDUE}),
        ClockKind.NINE_TENTHS: frozenset({ClockKind.OVERDUE}),
        ClockKind.CONFIRM_AGAIN: frozenset({ClockKind.CONFIRM_AGAIN, ClockKind.CONFIRM_CLOSE}),
        ClockKind.VISIT_EVENING: frozenset({ClockKind.VISIT_SOON, ClockKind.VISIT_NOT_COME, ClockKind.VISIT_OVER}),
        ClockKind.VISIT_SOON: frozenset({ClockKind.VISIT_NOT_COME, ClockKind.VISIT_OVER}),
        ClockKind.VISIT_LEFT_OPEN: frozenset({ClockKind.OVERDUE}),
        ClockKind.VISIT_ASK_AGAIN: frozenset({ClockKind.VISIT_GIVE_UP}),
        ClockKind.ORDER_SOON: frozenset({ClockKind.ORDER_NOT_COME, ClockKind.ORDER_LEFT_OPEN}),
        ClockKind.ORDER_LEFT_OPEN: frozenset({ClockKind.ORDER_UNSETTLED}),
        ClockKind.ORDER_UNSETTLED: frozenset({ClockKind.ORDER_UNSETTLED}),
        ClockKind.ORDER_ASK_AGAIN: frozenset({ClockKind.ORDER_CONFIRM, ClockKind.ORDER_RING}),
        ClockKind.ORDER_RING: frozenset({ClockKind.ORDER_RING}),
        ClockKind.ORDER_HALF: frozenset({ClockKind.ORDER_ENDS}),
        ClockKind.ORDER_WAVE: frozenset({ClockKind.ORDER_ENDS}),
    }
)
NAGS = frozenset(_SPOKEN_FOR_BY)
"""What only reminds: held back in the quiet hours, and left out when something later speaks for it."""


def is_wanted(kind: str, occurrence: str, planned: Iterable[Planned], now: datetime) -> bool:
    """Whether a reminder that comes due still has something to say: it is planned, and nothing later is due as well.

    After a time without the bot the nags of one ticket so collapse into the last of them.
    """
    found = list(planned)
    mine = next((one for one in found if one.kind == kind and one.occurrence == occurrence), None)
    if mine is None:
        return False
    louder = _SPOKEN_FOR_BY.get(mine.kind, frozenset())
    return not any(one.kind in louder and mine.due_at < one.due_at <= now for one in found)


def audible(one: Planned, cal: WorkCalendar) -> datetime:
    """When a reminder is acted on: what only reminds waits for the end of the quiet hours."""
    return (cal.quiet_until(one.due_at) if one.kind in NAGS else None) or one.due_at


# While the resident is asked, the finish clock stands still. A danger has its own two limits instead: the second of
# them is its "overdue", and once it is under control only the dated plan counts.
_CLOCKS: Mapping[State, tuple[_Clock, ...]] = MappingProxyType(
    {
        State.NEW: (_finish, _unsure, _later),
        State.OFFERED: (_offer, _finish, _unsure),
        State.ACCEPTED: (_finish, _unsure),
        State.WAITING: (_question, _unsure),
        State.ON_SITE: (_finish, _unsure),
        State.CONTROLLED: (_finish, _unsure),
        State.DONE: (_confirmation,),
        State.CLOSED: (_stars,),
    }
)
_DANGER_CLOCKS: Mapping[State, tuple[_Clock, ...]] = MappingProxyType(
    {
        State.NEW: (_rings, _on_site, _under_control),
        State.OFFERED: (_rings, _on_site, _under_control),
        State.ACCEPTED: (_on_site, _under_control),
        State.WAITING: (_question, _on_site, _under_control),
        State.ON_SITE: (_under_control,),
        State.CONTROLLED: (_dated_plan,),
        State.DONE: (_confirmation,),
        State.CLOSED: (_stars,),
    }
)
