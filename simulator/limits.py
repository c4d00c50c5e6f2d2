"""Flood control: about 30 messages a second in all, one a second per private chat, twenty a minute per group.

Token buckets on the town's clock, one set per bot, with room for short bursts. Telegram guarantees no
figures; these are the ones its FAQ names. What is over the limit is answered 429 with `retry_after`.
"""

import math
from dataclasses import dataclass

from simulator.clock import Clock
from simulator.errors import too_many_requests

LIMITED = frozenset({"copyMessage", "copyMessages", "forwardMessage", "forwardMessages"})
ACTIONS = frozenset({"sendChatAction"})
NO_TIME = 0.001  # seconds; who comes again exactly when told is not early


@dataclass(slots=True)
class Bucket:
    """Tokens that fill up again: `size` at most, `rate` a second."""

    size: float
    rate: float
    tokens: float
    at: float

    def wait(self, now: float) -> float:
        """Return the seconds until a token is there; 0 when one is."""
        self.tokens = min(self.size, self.tokens + max(0.0, now - self.at) * self.rate)
        self.at = now
        return max(0.0, (1 - self.tokens) / self.rate)


@dataclass(frozen=True, slots=True)
class Rates:
    """The figures: (burst, per second) for all, a private chat, a group."""

    overall: tuple[float, float] = (30, 30)
    private: tuple[float, float] = (5, 1)
    group: tuple[float, float] = (20, 20 / 60)


class FloodControl:
    """The buckets of all bots; does nothing while `is_on` is False."""

    def __init__(self, clock: Clock, *, is_on: bool = False, rates: Rates | None = None) -> None:
        self.is_on = is_on
        self.rates = rates or Rates()
        self._clock = clock
        self._buckets: dict[tuple[int, int], Bucket] = {}

    def check(self, bot_id: int, method: str, chat_id: object) -> None:
        """Take a token for a call, or raise 429."""
        if not self.is_on or not is_limited(method) or not isinstance(chat_id, int):
            return
        now = self._clock.seconds()
        of_chat = self.rates.private if chat_id > 0 else self.rates.group
        buckets = [self._bucket(bot_id, 0, self.rates.overall), self._bucket(bot_id, chat_id, of_chat)]
        wait = max(bucket.wait(now) for bucket in buckets)
        if wait > NO_TIME:
            raise too_many_requests(math.ceil(wait))
        for bucket in buckets:
            bucket.tokens -= 1

    def _bucket(self, bot_id: int, chat_id: int, figures: tuple[float, float]) -> Bucket:
        bucket = self._buckets.get((bot_id, chat_id))
        if bucket is None:
            size, rate = figures
            bucket = self._buckets[bot_id, chat_id] = Bucket(size, rate, size, self._clock.seconds())
        return bucket


def is_limited(method: str) -> bool:
    """Say whether a method counts: all that send or edit a message."""
    return (method.startswith(("send", "editMessage")) and method not in ACTIONS) or method in LIMITED
