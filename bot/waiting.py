"""What waits to be worked on, in memory: one queue a lane, in turn, so that nobody waits for a talkative neighbour.

A lane gives one update at a time and has its next turn when that one is settled. Who says more than a person can (see
`Rate`) has to wait for the next turn; and of a very long lane only the beginning is kept here: the rest stays in the
inbox until it is asked for. Pure but for the clock, which is the monotonic one: waiting is not a matter of the date.
"""

import heapq
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from storage.inbox import Stored

from .pace import Rate

LANE_MOST = 200


@dataclass(slots=True)
class Lane:
    """One chat's queue. `is_longer`: there is more of it in the inbox than here."""

    waiting: deque[Stored] = field(default_factory=deque)
    is_longer: bool = False
    passed_by: int = 0  # how many updates were left in the inbox, ever
    is_at_work: bool = False


class Waiting:
    """All lanes of one process."""

    def __init__(self, rate: Rate, clock: Callable[[], float] = time.monotonic) -> None:
        self._interval = 1.0 / rate.per_second
        self._burst = rate.burst * self._interval
        self._clock = clock
        self._lanes: dict[str, Lane] = {}
        self._turns: deque[str] = deque()
        self._later: list[tuple[float, str]] = []
        self._debts: dict[str, float] = {}
        self._ids: set[int] = set()

    def __len__(self) -> int:
        return len(self._ids) + sum(lane.is_longer for lane in self._lanes.values())

    def __contains__(self, update_id: int) -> bool:
        return update_id in self._ids

    def clear(self) -> None:
        """Forget everything: it is read again from the inbox."""
        for kept in (self._lanes, self._turns, self._later, self._ids):
            kept.clear()

    def add(self, updates: Iterable[Stored]) -> None:
        """Queue updates that are committed to the inbox; what is here already is not queued twice."""
        for one in updates:
            if one.id in self._ids:
                continue
            lane = self._lanes.get(one.lane)
            if lane is None:
                lane = self._lanes[one.lane] = Lane()
                self._give_turn(one.lane)
            if lane.is_longer or len(lane.waiting) >= LANE_MOST:
                lane.is_longer = True
                lane.passed_by += 1
                continue
            self._ids.add(one.id)
            lane.waiting.append(one)

    def heads(self, most: int) -> list[Stored]:
        """The first update of each lane whose turn it is; the lane is at work until `settle` or `again`."""
        now = self._clock()
        while self._later and self._later[0][0] <= now:
            self._turns.append(heapq.heappop(self._later)[1])
        found: list[Stored] = []
        while self._turns and len(found) < most:
            lane = self._lanes.get(self._turns.popleft())
            if lane is not None and lane.waiting and not lane.is_at_work:
                lane.is_at_work = True
                found.append(lane.waiting.popleft())
        return found

    def settle(self, one: Stored) -> None:
        """An update is done with: its lane goes on."""
        self._ids.discard(one.id)
        now = self._clock()
        self._debts[one.lane] = max(self._debts.get(one.lane, 0.0), now) + self._interval
        lane = self._lanes[one.lane]
        lane.is_at_work = False
        if lane.waiting:
            self._give_turn(one.lane)
        elif not lane.is_longer:
            del self._lanes[one.lane]
        if len(self._debts) > 2 * len(self._lanes) + 1000:
            self._debts = {name: until for name, until in self._debts.items() if until > now}

    def again(self, one: Stored, seconds: float = 0.0) -> None:
        """An update has to be tried again, before the rest of its lane, after a while."""
        lane = self._lanes[one.lane]
        lane.is_at_work = False
        lane.waiting.appendleft(one)
        if seconds > 0:
            heapq.heappush(self._later, (self._clock() + seconds, one.lane))
        else:
            self._turns.append(one.lane)

    def drop(self, is_lost: Callable[[str], bool]) -> None:
        """Forget some lanes: they are somebody else's. None of them may be at work."""
        for name in [name for name in self._lanes if is_lost(name)]:
            self._ids.difference_update(one.id for one in self._lanes.pop(name).waiting)
        self._turns = deque(name for name in self._turns if name in self._lanes)
        self._later = [(at, name) for at, name in self._later if name in self._lanes]
        heapq.heapify(self._later)

    def precede(self, head: Stored, earlier: list[Stored]) -> Stored:
        """Put what comes before a head that is at work in front of it; the first of these is at work then."""
        lane, first = self._lanes[head.lane], earlier[0]
        known = {one.id for one in earlier}
        lane.waiting = deque([*earlier[1:], head, *(one for one in lane.waiting if one.id not in known)])
        self._ids |= known
        return first

    def long_lanes(self) -> list[str]:
        """Lanes of which the inbox has more than is kept here."""
        return [name for name, lane in self._lanes.items() if lane.is_longer]

    def cut_short(self) -> list[tuple[str, int]]:
        """Lanes that are empty here while the inbox has more, each with the mark to hand to `refill`."""
        return [
            (name, lane.passed_by)
            for name, lane in self._lanes.items()
            if lane.is_longer and not lane.waiting and not lane.is_at_work
        ]

    def refill(self, name: str, mark: int, updates: list[Stored], *, is_all: bool) -> None:
        """Put the next part of a long lane in; it stays long if something came while the inbox was read."""
        lane = self._lanes[name]
        lane.is_longer = not is_all or lane.passed_by != mark
        lane.waiting.extend(updates)
        self._ids.update(one.id for one in updates)
        if updates:
            self._give_turn(name)
        elif not lane.is_longer:
            del self._lanes[name]

    def next_turn_in(self) -> float | None:
        """Seconds until a waiting lane has its turn; None when only news can give one."""
        if self._turns:
            return 0.0
        return max(self._later[0][0] - self._clock(), 0.0) if self._later else None

    def _give_turn(self, name: str) -> None:
        at = self._debts.get(name, 0.0) - self._burst
        if at > self._clock():
            heapq.heappush(self._later, (at, name))
        else:
            self._turns.append(name)
