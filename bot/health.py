"""Whether this process lives, and whether it can work now: two short lists of troubles, both empty when all is well.

"Lives" is for who starts it again: nothing stands in it that a restart cannot mend. "Can work" is for balancers and for
people. Both go by the machine's own running time, never by the clock that the demo and the tests move.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .app import App

TICK_SECONDS = 60.0
"""A clock that has not ticked for so long does not tick any more."""
AWAY_SECONDS = 30.0
"""What has not answered for so long is away, not slow."""
CONFLICT_SECONDS = 60.0


class Health:
    """Judges one running bot."""

    def __init__(self, app: "App") -> None:
        self._app = app

    def fatal(self) -> list[str]:
        """What only a new start helps against: a clock that stands, a main loop that ended."""
        age = self._app.ticking.tick_age
        stands = ["clock_stands"] if age is not None and age > TICK_SECONDS else []
        return stands + [f"ended: {name}" for name in self._app.ended()]

    def troubles(self) -> list[str]:
        """Why it cannot work now."""
        app = self._app
        found = self.fatal()
        if app.ticking.tick_age is not None and app.ticking.last_tick_at is None:
            found.append("clock_has_not_begun")
        if not app.replica.is_alive:
            found.append("no_heartbeat")
        if app.watch.database.seconds > AWAY_SECONDS:
            found.append("database_away")
        if app.transport.silence.seconds > AWAY_SECONDS:
            found.append("bot_api_away")
        return found

    def remarks(self) -> list[str]:
        """What somebody should know although it works."""
        since = self._app.poller.since_conflict
        return ["poll_conflict"] if since is not None and since < CONFLICT_SECONDS else []
