"""The one clock that is wired into everything; the demo and the tests move it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def system_now() -> datetime:
    """The time of this machine, aware, in UTC."""
    return datetime.now(UTC)


class Clock:
    """The machine's time plus an offset that the demo and the tests may change."""

    def __init__(self, base: Callable[[], datetime] = system_now) -> None:
        self._base = base
        self._offset = timedelta()

    def now(self) -> datetime:
        """The time everything in the bot goes by."""
        return self._base() + self._offset

    def advance(self, by: timedelta) -> None:
        """Move the clock; backwards too."""
        self._offset += by

    def set(self, at: datetime) -> None:
        """Move the clock to a time."""
        self._offset += at - self.now()

    @property
    def offset(self) -> timedelta:
        """How far the clock was moved."""
        return self._offset
