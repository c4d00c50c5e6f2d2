"""The benchmark's time: a working morning, so that quiet hours and rosters do not decide what is measured."""

from datetime import UTC, datetime

from bot.clock import Clock

MONDAY = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)


def clock() -> Clock:
    """A clock that begins on that morning and goes on as usual."""
    made = Clock()
    made.set(MONDAY)
    return made
