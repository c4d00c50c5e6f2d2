"""The clocks of a request to neighbours: its check, the waves that widen, its end, and what follows when it was done.

They take the place of the usual clocks (`clocks`). Each wave has its time, shorter when the request is urgent; by half
of the time that is left somebody is told, and at the end whoever asked gets an honest answer. Ordinary requests confirm
themselves after three days; of people who live alone and of children somebody rings up instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from storage.rules.clocks import ClockKind, Planned, occurrence
from storage.rules.lifecycle import State
from storage.rules.matching import LAST_WAVE

URGENT_WITHIN = timedelta(hours=3)
WAVE = timedelta(minutes=30)
URGENT_WAVE = timedelta(minutes=5)
SOON = timedelta(hours=1)
NOT_COME_AFTER = timedelta(minutes=15)
LEFT_OPEN_AFTER = timedelta(minutes=30)  # after the end, when nobody said that it is done
UNSETTLED_AFTER = timedelta(days=1)
ASKS_AHEAD = 2  # days for which it is planned that somebody asks how it stands; every time the next is planned
ASK_AGAIN_AFTER = timedelta(days=1)
CONFIRMED_AFTER = timedelta(days=3)
RINGS = 11  # days for which it is planned that somebody is reminded to ring; every time the next is planned
LATE_WITHIN = timedelta(hours=2)  # given back so shortly before it begins, it counts
ONE_IN = 10  # of those that confirm themselves is rung up
LEAST_COUNTED = timedelta(minutes=10)

DAILY = frozenset({ClockKind.ORDER_UNSETTLED, ClockKind.ORDER_RING})
"""What comes again every day until somebody says how it stands."""
AHEAD = frozenset({ClockKind.ORDER_SOON})
"""What is said before a request begins; taken later than that, it is not said."""


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """What the clocks of a request look at.

    `offered_since` is when it was let out, or a place became free again; `wave` the last wave and `wave_at` its time;
    `held` how many places are taken, `missing` how many are not, `freed` how many were given up; `can_begin` whether
    those who are there may begin without the rest. `minutes` is how long it takes, `days_waited` how long ago it was
    done or should have been.
    """

    id: int
    state: State
    created_at: datetime
    ends_at: datetime
    starts_at: datetime | None = None
    verify_due_at: datetime | None = None
    offered_since: datetime | None = None
    wave: int = 0
    wave_at: datetime | None = None
    held: int = 0
    missing: int = 1
    freed: int = 0
    can_begin: bool = True
    is_vulnerable: bool = False
    needs_sign_in: bool = False
    signed_in_at: datetime | None = None
    done_at: datetime | None = None
    minutes: int = 0
    days_waited: int = 0

    @property
    def begins_at(self) -> datetime:
        """When helpers have to be there at the latest."""
        return self.starts_at or self.ends_at

    @property
    def begins_by(self) -> datetime:
        """The last moment at which there is time for it: whoever is wanted in an afternoon may come at five."""
        latest = self.ends_at - timedelta(minutes=self.minutes) if self.minutes else self.begins_at
        return max(self.begins_at, latest)


def plan_order(facts: OrderFacts) -> tuple[Planned, ...]:
    """Every reminder of a request, the soonest first."""
    found = list(_CLOCKS[facts.state](facts)) if facts.state in _CLOCKS else []
    return tuple(sorted(found, key=lambda one: (one.due_at, one.kind, one.occurrence)))


def verify_due_at(answer_by: datetime, now: datetime, ends_at: datetime) -> datetime:
    """Until when a request is checked: the limit of its kind, and never more than half of the time there is."""
    return min(answer_by, now + max(ends_at - now, timedelta()) / 2)


def half_at(facts: OrderFacts) -> datetime:
    """When half of the time is over that there was to find somebody."""
    since = facts.offered_since or facts.created_at
    return since + max(facts.begins_at - since, timedelta()) / 2


def wave_time(now: datetime, begins_at: datetime) -> timedelta:
    """How long a wave waits for the next."""
    return URGENT_WAVE if begins_at - now <= URGENT_WITHIN else WAVE


def is_late(now: datetime, starts_at: datetime | None, ends_at: datetime) -> bool:
    """Whether a place is given back so late that it counts."""
    return (starts_at or ends_at) - now < LATE_WITHIN


def is_sampled(ticket_id: int) -> bool:
    """Whether a request that confirmed itself is rung up: one in ten, and nobody can tell which."""
    return sha256(f"rung up {ticket_id}".encode()).digest()[0] % ONE_IN == 0


def minutes_that_count(
    planned: int, done_at: datetime, signed_in_at: datetime | None, *, needs_sign_in: bool, is_witnessed: bool
) -> int:
    """The minutes of one helper: what was planned; with a sign-in the time from it, up to twice what was planned.

    Where a sign-in is needed and missing, the word of whoever asked (`is_witnessed`) stands for it, and without that
    nothing counts.
    """
    if signed_in_at is None:
        return planned if is_witnessed or not needs_sign_in else 0
    spent = max(done_at - signed_in_at, LEAST_COUNTED)
    return int(min(spent, timedelta(minutes=2 * planned)).total_seconds() // 60)


def _new(facts: OrderFacts) -> Iterator[Planned]:
    if facts.verify_due_at is not None:
        yield _at(ClockKind.ORDER_VERIFY_DUE, facts.created_at, facts.verify_due_at)
    yield _at(ClockKind.ORDER_ENDS, facts.ends_at, facts.ends_at)


def _offered(facts: OrderFacts) -> Iterator[Planned]:
    if facts.wave_at is not None and facts.wave < LAST_WAVE and facts.missing > 0:
        due = facts.wave_at + wave_time(facts.wave_at, facts.begins_at)
        yield _at(ClockKind.ORDER_WAVE, facts.wave_at, due, facts.wave)
    since = facts.offered_since or facts.created_at
    if not facts.held and since < facts.ends_at:
        yield _at(ClockKind.ORDER_HALF, since, half_at(facts))
    if facts.held and facts.can_begin and facts.starts_at is not None and since < facts.starts_at:
        yield _at(ClockKind.ORDER_BEGIN, facts.starts_at, facts.starts_at)
    if since < facts.ends_at:
        yield _at(ClockKind.ORDER_ENDS, facts.ends_at, facts.ends_at)
    else:  # given back after its end: that moment is its end, each time anew
        yield _at(ClockKind.ORDER_ENDS, since, since, facts.freed + 1)


def _accepted(facts: OrderFacts) -> Iterator[Planned]:
    if facts.starts_at is not None and facts.signed_in_at is None:
        yield _at(ClockKind.ORDER_SOON, facts.starts_at, facts.starts_at - SOON)
        if facts.needs_sign_in:
            yield _at(ClockKind.ORDER_NOT_COME, facts.starts_at, facts.begins_by + NOT_COME_AFTER)
    yield _at(ClockKind.ORDER_LEFT_OPEN, facts.ends_at, facts.ends_at + LEFT_OPEN_AFTER)
    for nth in range(ASKS_AHEAD + facts.days_waited):
        due = facts.ends_at + UNSETTLED_AFTER + nth * timedelta(days=1)
        yield _at(ClockKind.ORDER_UNSETTLED, facts.ends_at, due, nth + 1)


def _done(facts: OrderFacts) -> Iterator[Planned]:
    if facts.done_at is None:
        return
    yield _at(ClockKind.ORDER_ASK_AGAIN, facts.done_at, facts.done_at + ASK_AGAIN_AFTER)
    if not facts.is_vulnerable:
        yield _at(ClockKind.ORDER_CONFIRM, facts.done_at, facts.done_at + CONFIRMED_AFTER)
        return
    for nth in range(RINGS + facts.days_waited):
        due = facts.done_at + CONFIRMED_AFTER + nth * timedelta(days=1)
        yield _at(ClockKind.ORDER_RING, facts.done_at, due, nth + 1)


_CLOCKS = {
    State.NEW: _new,
    State.OFFERED: _offered,
    State.ACCEPTED: _accepted,
    State.ON_SITE: _accepted,
    State.DONE: _done,
}


def _at(kind: ClockKind, began_at: datetime, due: datetime, nth: int = 1) -> Planned:
    return Planned(kind, occurrence(began_at, nth), due.astimezone(UTC))
