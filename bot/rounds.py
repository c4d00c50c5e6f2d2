"""What a running bot notices of itself and tells the administrators in the chat: a disk that fills, reminders that are
late, messages that are stuck, a backup that is missing.

The looks are the doctor's. What is bad is told at most once a day for each matter and person, day or night; the rest at
most once a week and never in the quiet hours. The outbox's key remembers it, across restarts and replicas.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from storage import checkup, people
from storage.rules.rights import Role
from storage.work import Priority, Work

from .doctor import WATCHED, Finding, Level, Thresholds, Visit, look_through

if TYPE_CHECKING:
    from .app import App

TOLD = frozenset(
    {
        "alarms_stuck",
        "backup_none",
        "backup_old",
        "disk_full",
        "disk_low",
        "messages_stuck",
        "reminders_late",
    }
)
"""What is worth a message; the rest waits until somebody asks the doctor."""


class Rounds:
    """The looks that a running bot takes by itself."""

    def __init__(self, app: "App", thresholds: Thresholds | None = None) -> None:
        self._app = app
        self._thresholds = thresholds or Thresholds()

    async def go(self) -> None:
        """Look, and tell what is new. Raises what the engine raises."""
        app, now = self._app, self._app.clock.now()
        visit = Visit(app.settings, now, app.database, app.ledger, thresholds=self._thresholds)
        found = [finding for _, finding in await look_through(visit, WATCHED)]
        if wanted := [one for one in found if one.code in TOLD and one.level is not Level.FINE]:
            await self._tell(wanted, now)

    async def _tell(self, found: Iterable[Finding], now: datetime) -> None:
        ledger = self._app.ledger
        administrators = await people.administrators(Work.for_clock(ledger, now), None)
        named = {
            self._key(finding, person["id"], now): (finding, person) for finding in found for person in administrators
        }
        said = await checkup.said(ledger, list(named))
        sets = []
        for key, (finding, person) in named.items():
            if key not in said:
                work = Work.for_clock(ledger, now)
                urgent = Priority.ALARM if finding.level is Level.BAD else Priority.NEWS
                params: dict[str, Any] = {**finding.params, "for_roles": [str(Role.ADMINISTRATOR)]}
                work.notify(person, f"doctor.{finding.code}", priority=urgent, key=key, **params)
                sets.append(work.changes)
        if sets:
            await ledger.commit(sets)
            self._app.delivery.wake()

    def _key(self, finding: Finding, person_id: int, now: datetime) -> str:
        """The same all day (all week, if it is not bad) and for one matter: two disks are two."""
        local = now.astimezone(self._app.settings.zone)
        period = f"{local:%Y-%m-%d}" if finding.level is Level.BAD else f"{local:%G-W%V}"
        return f"watch:{finding.code}:{finding.params.get('of', '')}:{person_id}:{period}"
