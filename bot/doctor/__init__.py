"""The doctor: one small look after another, each of which stands alone; what they find is told in plain words.

It works beside a running bot and without one, writes nothing, and knows nothing about anybody. `linli doctor` runs all
looks; the running bot runs some of them every few minutes and tells the administrators (`bot/rounds.py`).
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from bot.disk import file_of
from bot.failures import where
from bot.settings import Settings, WrongSettings
from bot.transport import Transport
from storage import checkup
from storage.engine import Database
from storage.ledger import Ledger

from . import community, database, here, queues, telegram
from .model import Check, Finding, Level, Thresholds, Visit, bad, with_ledger

__all__ = ["CHECKS", "WATCHED", "Finding", "Level", "Thresholds", "Visit", "examine", "look_through"]

SECONDS = 120.0

CHECKS: Mapping[str, Check] = {
    "settings": here.settings,
    "process": here.process,
    "token": telegram.token,
    "webhook": telegram.webhook,
    "clock": telegram.clock,
    "database": database.soundness,
    "tables": database.revision,
    "replicas": database.replicas,
    "updates": with_ledger(queues.updates),
    "reminders": with_ledger(queues.reminders),
    "messages": with_ledger(queues.messages),
    "disks": here.disks,
    "media": with_ledger(here.media),
    "community": with_ledger(community.staff),
    "backup": with_ledger(database.backup),
}
"""Every look, in the order in which it is told."""

WATCHED = ("reminders", "messages", "disks", "backup")
"""What a running bot looks at by itself."""


async def look_through(visit: Visit, names: Iterable[str] = CHECKS) -> list[tuple[str, Finding]]:
    """Take looks one after the other. One that stumbles is a finding too."""
    found: list[tuple[str, Finding]] = []
    for name in names:
        try:
            async with asyncio.timeout(SECONDS):
                seen: Sequence[Finding] = await CHECKS[name](visit)
        except Exception as error:  # noqa: BLE001 - the other looks are worth having
            seen = [bad("stumbled", check=name, error=where(error))]
        found += [(name, finding) for finding in seen]
    return found


async def examine(settings: Settings, now: datetime, thresholds: Thresholds | None = None) -> list[tuple[str, Finding]]:
    """Open what can be opened, and take every look."""
    visit = Visit(settings, now, thresholds=thresholds or Thresholds())
    visit.running = await here.ask_the_bot(settings)
    async with _transport(visit), _database(visit) as problems:
        found = await look_through(visit)
    return [*found, *(("database", one) for one in problems)]


@asynccontextmanager
async def _transport(visit: Visit) -> AsyncIterator[None]:
    """The way to the Bot API, where there is a token to show."""
    try:
        visit.settings.require_bot()
    except WrongSettings:
        yield
        return
    transport = Transport(visit.settings.bot_api_url, visit.settings.bot_token.get_secret_value())
    await transport.open()
    visit.transport = transport
    try:
        yield
    finally:
        await transport.close()


@asynccontextmanager
async def _database(visit: Visit) -> AsyncIterator[list[Finding]]:
    """The database as far as it can be read; gives back why not. A file that is not there is not made."""
    problems: list[Finding] = []
    file = file_of(visit.settings)
    if file is not None and not await asyncio.to_thread(file.exists):
        yield [bad("database_absent")]
        return
    opened = await Database.open(visit.settings.database_url)
    try:
        try:
            found, wanted = await checkup.revision(opened)
            visit.database = opened
            if found == wanted:
                visit.ledger = await Ledger.open(opened, visit.settings.timezone)
        except Exception as error:  # noqa: BLE001 - whatever it was, the database cannot be read
            problems.append(bad("database_away", error=where(error)))
        yield problems
    finally:
        await opened.close()
