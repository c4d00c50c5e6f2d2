"""Thirty days of a community in some minutes: rounds of deeds, each followed by rest, with trouble in between.

In every round many people do something at once; then everything comes to rest, the eyes look, and the clock moves on.
What people find on their screens decides what they do some rounds later. All choices come from the seed.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from simulator.client import Sim
from tests.town import MONDAY

from .eyes import Eyes
from .life import Life
from .machines import Clockwork, Machine, until
from .sides import Side
from .troubles import TROUBLES, UNSURE, plan

ZONE = ZoneInfo("Asia/Shanghai")
REST_SECONDS = 120.0
TICK_SECONDS = 2.0
CALM_SECONDS, TROUBLED_SECONDS = 8.0, 25.0  # how long people wait for an answer
MINUTES = (0, 10)
HOURS = (8, 10, 12, 14, 16, 18)
NIGHT = (3, 22)
WEEKEND_SHARE, NIGHT_SHARE = 0.3, 0.2
SATURDAY = 5


@dataclass(frozen=True)
class Size:
    """How much happens."""

    days: int = 30
    tickets: int = 3270
    troubles: int = 44


class DidNotRest(Exception):
    """Something was still under way when everything had to be done."""


class Soak:
    """One run."""

    def __init__(
        self,
        seed: int,
        size: Size,
        sim: Sim,
        side: Side,
        machines: Sequence[Machine],
        clockwork: Clockwork,
        life: Life,
        tell: Callable[[str], None],
    ) -> None:
        self.sim = sim
        self.side = side
        self.machines = machines
        self.clockwork = clockwork
        self.life = life
        self.book = life.book
        self.eyes = Eyes(sim, side)
        self.unsure: set[int] = set()
        self._seed = seed
        self._size = size
        self._tell = tell
        self._began = time.monotonic()
        self._told_of = 0  # of those who gave up

    async def run(self) -> None:
        """Live through it all. Raises DidNotRest when something never comes to an end."""
        await self.eyes.open()
        moments = moments_of(self._size.days)
        troubles = self._troubles(len(moments))
        owed = 0.0
        for index, (at, share) in enumerate(zip(moments, shares(moments, self._size.tickets), strict=True)):
            owed += share
            while owed >= 1:
                self.life.somebody_reports()
                owed -= 1
            self.life.odds()
            await self._round(at, troubles.get(index))
            if index + 1 == len(moments) or moments[index + 1].date() != at.date():
                await self._evening(at)
        await asyncio.sleep(TICK_SECONDS)
        await until(self._has_told_everybody, REST_SECONDS)
        await self._settle("the end")

    def _troubles(self, rounds: int) -> Mapping[int, str]:
        names = plan(Random(f"{self._seed}:troubles"), self._size.troubles)  # noqa: S311 - replays, no secret
        return {int((index + 0.5) * rounds / len(names)): name for index, name in enumerate(names)}

    async def _round(self, at: datetime, trouble: str | None) -> None:
        await self._move(at)
        self.life.patience.seconds = TROUBLED_SECONDS if trouble else CALM_SECONDS
        acts = [asyncio.create_task(act) for act in self.life.begin()]
        if trouble is not None:
            await self._begin_trouble(trouble)
        await asyncio.gather(*acts)
        self.sim.faults.clear()
        await self._settle(f"{at:%m-%d %H:%M}, after {trouble or 'no trouble'}")
        self.life.round += 1
        self.eyes.round = self.life.round

    async def _begin_trouble(self, name: str) -> None:
        if name in UNSURE:
            self.unsure.add(self.eyes.round)
        self.book.troubles[name] += 1
        random = Random(f"{self._seed}:{self.eyes.round}")  # noqa: S311 - replays, no secret
        await asyncio.sleep(random.uniform(0, 0.3))
        await TROUBLES[name](self, random)

    async def _move(self, at: datetime) -> None:
        self.sim.set_clock(at)
        self.clockwork.set(at)
        await asyncio.gather(*(machine.set_clock(at) for machine in self.machines))
        await self._settle(f"{at:%m-%d %H:%M}, the clock moved")

    # --- rest ------------------------------------------------------------------------------------------------

    async def _settle(self, when: str) -> None:
        if not await until(self._rests, REST_SECONDS):
            raise DidNotRest(f"{when}: {self.sim.pending()} pending, {await self._left()}")
        for chat_id, message_id in await self.eyes.look(self.now()):
            self.life.react(chat_id, message_id)

    async def _rests(self) -> bool:
        if self.sim.pending() or any((await self._left()).values()):
            return False
        return not self.sim.pending()

    async def _left(self) -> Mapping[str, Any]:
        """What is still to be done. The bot's clock ticks once a second: what came due just now may wait for it."""
        past = self.now() - int(TICK_SECONDS * 1_000_000)
        (row,) = await self.side.rows(
            "SELECT (SELECT count(*) FROM inbox WHERE state = 'new') AS updates, "
            "(SELECT count(*) FROM outbox WHERE state = 'queued') AS queued, "
            "(SELECT count(*) FROM outbox WHERE state = 'sending') AS sending, "
            f"(SELECT count(*) FROM outbox WHERE state = 'held' AND due_at <= {past}) AS held, "
            f"(SELECT count(*) FROM reminder WHERE state = 'scheduled' AND due_at <= {past}) AS reminders"
        )
        return row

    async def _has_told_everybody(self) -> bool:
        """Whether no notice is still going out, slice by slice."""
        (row,) = await self.side.rows("SELECT count(*) AS n FROM notice WHERE state = 'going'")
        return not row["n"]

    def now(self) -> int:
        """The bots' time in microseconds since 1970."""
        return int(self.clockwork.now().timestamp() * 1_000_000)

    async def _evening(self, at: datetime) -> None:
        (row,) = await self.side.rows("SELECT count(*) AS n FROM ticket")
        self._tell(
            f"{at:%m-%d}: {row['n']} tickets, {len(self.eyes.handed)} updates, {self.eyes.calls} calls, "
            f"{self.book.troubles.total()} troubles, {len(self.book.gave_up)} gave up, "
            f"{time.monotonic() - self._began:.0f} s"
        )
        for line in self.book.gave_up[self._told_of :]:
            self._tell(f"gave up in {line}")
        self._told_of = len(self.book.gave_up)


def moments_of(days: int) -> list[datetime]:
    """The rounds: one in every other hour of the day, another soon after each, when people answer, and two at night."""
    first = MONDAY.astimezone(ZONE).replace(hour=0, minute=0)
    return [
        (first + timedelta(days=day)).replace(hour=hour, minute=minute)
        for day in range(days)
        for hour in sorted({*HOURS, *NIGHT})
        for minute in (MINUTES if hour in HOURS else MINUTES[:1])
        if day or hour > HOURS[0]
    ]


def shares(moments: Sequence[datetime], tickets: int) -> list[float]:
    """How many reports fall to each round: at the full hour, fewer at night and on weekends."""
    weights = [
        (WEEKEND_SHARE if at.weekday() >= SATURDAY else 1.0)
        * (NIGHT_SHARE if at.hour in NIGHT else 1.0)
        * (at.minute == MINUTES[0])
        for at in moments
    ]
    return [tickets * one / sum(weights) for one in weights]
