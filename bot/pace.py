"""How fast we may speak: about 30 messages a second in all, one a second in a private chat with short bursts, and 20 a
minute in a group (Telegram's limits, which it approaches gradually). Pure: the time is a parameter.
"""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Rate:
    """A bucket: `burst` at once, refilled at `per_second`."""

    per_second: float
    burst: float


@dataclass(frozen=True)
class Rates:
    """Telegram's limits, a little below what is measured."""

    overall: Rate = Rate(29.0, 29.0)
    private: Rate = Rate(1.0, 5.0)
    group: Rate = Rate(20 / 60, 18.0)
    reserve: float = 6.0  # of the overall bucket, kept for answers and alarms
    incoming: Rate = Rate(2.0, 30.0)  # more than a person says in one chat: what is over has to wait


_BOUNDLESS = Rate(1e9, 1e9)
UNLIMITED = Rates(_BOUNDLESS, _BOUNDLESS, _BOUNDLESS, 0.0, _BOUNDLESS)
REFUSED_CHATS = 3
REFUSED_SECONDS = 1.0


@dataclass(slots=True)
class _Bucket:
    rate: Rate
    left: float
    at: datetime

    def refill(self, now: datetime) -> None:
        passed = max((now - self.at).total_seconds(), 0.0)  # a clock that jumps back refills nothing
        self.left = min(self.rate.burst, self.left + passed * self.rate.per_second)
        self.at = now


@dataclass(slots=True)
class _Pause:
    since: datetime
    seconds: float

    def is_over(self, now: datetime) -> bool:
        return not 0 <= (now - self.since).total_seconds() < self.seconds


@dataclass
class Pace:
    """Who may be spoken to now."""

    rates: Rates = field(default_factory=Rates)
    _overall: _Bucket | None = None
    _chats: dict[int, _Bucket] = field(default_factory=dict)
    _pauses: dict[int | None, _Pause] = field(default_factory=dict)
    _refused: dict[int, datetime] = field(default_factory=dict)

    def allows(self, chat_id: int, now: datetime, *, is_urgent: bool) -> bool:
        """Whether a message may go to a chat now; what is not urgent leaves a reserve for what is."""
        if not self._may_speak(None, now) or not self._may_speak(chat_id, now):
            return False
        needed = 1.0 if is_urgent else 1.0 + self.rates.reserve
        return self._whole(now).left >= needed and self._chat(chat_id, now).left >= 1.0

    def take(self, chat_id: int, now: datetime) -> None:
        """Count a message."""
        self._whole(now).left -= 1.0
        self._chat(chat_id, now).left -= 1.0

    def pause(self, chat_id: int | None, now: datetime, seconds: float) -> None:
        """Say nothing for a while: in one chat, or at all (None)."""
        self._pauses[chat_id] = _Pause(now, seconds)

    def refuse(self, chat_id: int, now: datetime, seconds: float) -> None:
        """Obey a 429. It does not say what was too fast; several chats within a second mean that all of us were."""
        self.pause(chat_id, now, seconds)
        self._refused = {
            chat: at for chat, at in self._refused.items() if abs((now - at).total_seconds()) < REFUSED_SECONDS
        }
        self._refused[chat_id] = now
        if len(self._refused) >= REFUSED_CHATS:
            self.pause(None, now, seconds)

    def waiting(self, now: datetime) -> list[int]:
        """The chats that have to wait at this moment."""
        self._forget(now)
        paused = {chat_id for chat_id, pause in self._pauses.items() if chat_id is not None and not pause.is_over(now)}
        return sorted(paused | {chat_id for chat_id, bucket in self._chats.items() if bucket.left < 1.0})

    def is_short(self, now: datetime) -> bool:
        """Whether what is not urgent has to wait a moment for everybody's sake."""
        return self._whole(now).left < 1.0 + self.rates.reserve

    def is_paused(self, now: datetime) -> bool:
        """Whether everything has to wait."""
        return not self._may_speak(None, now)

    def _may_speak(self, chat_id: int | None, now: datetime) -> bool:
        pause = self._pauses.get(chat_id)
        if pause is not None and pause.is_over(now):
            del self._pauses[chat_id]
            return True
        return pause is None

    def _whole(self, now: datetime) -> _Bucket:
        if self._overall is None:
            self._overall = _Bucket(self.rates.overall, self.rates.overall.burst, now)
        self._overall.refill(now)
        return self._overall

    def _chat(self, chat_id: int, now: datetime) -> _Bucket:
        bucket = self._chats.get(chat_id)
        if bucket is None:
            rate = self.rates.private if chat_id > 0 else self.rates.group
            bucket = self._chats[chat_id] = _Bucket(rate, rate.burst, now)
        bucket.refill(now)
        return bucket

    def _forget(self, now: datetime) -> None:
        for chat_id, bucket in list(self._chats.items()):
            bucket.refill(now)
            if bucket.left >= bucket.rate.burst:
                del self._chats[chat_id]
