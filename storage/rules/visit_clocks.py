"""The clocks of a booking: what is said before it, who is asked when nobody came, and what happens when it is over.

They stand beside the clocks of every ticket (`clocks`), whose finish limit runs from the end of a booked time, and anew
from each stage of an official matter; while a number waits to be called it does not run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from storage.rules.catalogue import Way
from storage.rules.clocks import ClockKind, Planned, occurrence
from storage.rules.lifecycle import State
from storage.rules.worktime import WorkCalendar

EVENING = time(18)  # of the day before
SOON = timedelta(hours=2)
LATE_AFTER = timedelta(minutes=15)
LEFT_OPEN_AFTER = timedelta(minutes=30)  # after the end, when nobody said what became of it
RING_WITHIN = timedelta(hours=2)  # an elder who did not open is rung the same day
RING_AT_LEAST = timedelta(minutes=30)
RING_UNTIL = time(18)
ASK_AGAIN_DAYS = 2
GIVE_UP_DAYS = 5
QUEUE_ENDS = time(20)  # numbers hold for their day only

AHEAD = frozenset({ClockKind.VISIT_EVENING, ClockKind.VISIT_SOON})
"""What is said before a visit; booked later than that, or just before, it is not said."""
JUST_BOOKED = timedelta(hours=1)

_FINISH = frozenset({ClockKind.HALF_TIME, ClockKind.NINE_TENTHS, ClockKind.OVERDUE})
_UNSETTLED = frozenset({State.NEW, State.OFFERED})
_IN_HAND = frozenset({State.ACCEPTED, State.ON_SITE})


@dataclass(frozen=True, slots=True)
class VisitFacts:
    """What the clocks of a booking look at.

    `has_agent` says whether somebody with a chat carries it out; `needs_ring` that an elder was not met and nobody has
    reached them yet; `asked_at` that the resident was asked something else than how to go on; `is_untouched` that
    nobody has come or said that it is done.
    """

    state: State
    way: Way
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    has_agent: bool = True
    arrived_at: datetime | None = None
    missed_at: datetime | None = None
    needs_ring: bool = False
    asked_at: datetime | None = None
    stage_at: datetime | None = None
    queue_day: date | None = None
    called_at: datetime | None = None
    is_untouched: bool = True

    @property
    def is_queueing(self) -> bool:
        """Whether a number waits to be called."""
        return self.way is Way.WALK_IN and self.called_at is None


def plan_visit(facts: VisitFacts, usual: Iterable[Planned], cal: WorkCalendar) -> tuple[Planned, ...]:
    """Every reminder of a booking, the soonest first: what is left of the `usual` clocks of its ticket, and its own."""
    kept = [one for one in usual if not (facts.is_queueing and one.kind in _FINISH)]
    found = [*kept, *_own(facts, cal)]
    return tuple(sorted(found, key=lambda one: (one.due_at, one.kind, one.occurrence)))


def _own(facts: VisitFacts, cal: WorkCalendar) -> Iterator[Planned]:
    if facts.state in _UNSETTLED and facts.starts_at is not None and facts.is_untouched:
        yield _at(ClockKind.VISIT_UNAPPROVED, facts.starts_at, facts.starts_at)
    if facts.state is State.WAITING and facts.missed_at is not None and facts.asked_at is None:
        yield from _missed(facts.missed_at, facts.needs_ring, cal)
    if facts.state in _IN_HAND and facts.starts_at is not None:
        yield from _visit(facts, facts.starts_at, facts.ends_at or facts.starts_at, cal)
    if facts.state is State.ACCEPTED and facts.is_queueing and facts.queue_day is not None:
        shut_at = _local(facts.queue_day, QUEUE_ENDS, cal)
        yield _at(ClockKind.VISIT_QUEUE_OVER, shut_at, shut_at)


def _visit(facts: VisitFacts, starts_at: datetime, ends_at: datetime, cal: WorkCalendar) -> Iterator[Planned]:
    is_coming = facts.state is State.ACCEPTED and facts.arrived_at is None
    if is_coming:
        eve = cal.to_local(starts_at).date() - timedelta(days=1)
        yield _at(ClockKind.VISIT_EVENING, starts_at, _local(eve, EVENING, cal))
        yield _at(ClockKind.VISIT_SOON, starts_at, starts_at - SOON)
    if not facts.has_agent:
        if is_coming:
            yield _at(ClockKind.VISIT_OVER, starts_at, ends_at)
        return
    if is_coming:
        yield _at(ClockKind.VISIT_NOT_COME, starts_at, starts_at + LATE_AFTER)
    if facts.stage_at is None:
        yield _at(ClockKind.VISIT_LEFT_OPEN, starts_at, ends_at + LEFT_OPEN_AFTER)


def _missed(missed_at: datetime, needs_ring: bool, cal: WorkCalendar) -> Iterator[Planned]:
    if needs_ring:
        evening = _local(cal.to_local(missed_at).date(), RING_UNTIL, cal)
        due = max(min(missed_at + RING_WITHIN, evening), missed_at + RING_AT_LEAST)
        yield _at(ClockKind.VISIT_RING_DUE, missed_at, due)
    yield _at(ClockKind.VISIT_ASK_AGAIN, missed_at, cal.add_working_days(missed_at, ASK_AGAIN_DAYS))
    yield _at(ClockKind.VISIT_GIVE_UP, missed_at, cal.add_working_days(missed_at, GIVE_UP_DAYS))


def _at(kind: ClockKind, began_at: datetime, due: datetime) -> Planned:
    return Planned(kind, occurrence(began_at), due.astimezone(UTC))


def _local(day: date, clock: time, cal: WorkCalendar) -> datetime:
    return datetime.combine(day, clock, cal.zone).astimezone(UTC)
