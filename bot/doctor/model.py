"""What a look-through finds, and what each look has to go by."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from functools import wraps

from bot.settings import Settings
from bot.transport import Transport
from storage.engine import Database
from storage.ledger import Ledger

Plain = str | int | float
GIB = 1024**3


class Level(Enum):
    """How bad it is."""

    FINE = "fine"
    LOOK = "look"  # something to see to, in its time
    BAD = "bad"  # people are not served, or soon will not be


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: `code` names its text (doctor.toml), `params` fill it. Numbers and codes, nothing about anybody."""

    level: Level
    code: str
    params: Mapping[str, Plain] = field(default_factory=dict)


def fine(code: str, **params: Plain) -> Finding:
    """All is well."""
    return Finding(Level.FINE, code, params)


def look(code: str, **params: Plain) -> Finding:
    """Somebody should see to it."""
    return Finding(Level.LOOK, code, params)


def bad(code: str, **params: Plain) -> Finding:
    """Somebody must see to it now."""
    return Finding(Level.BAD, code, params)


@dataclass(frozen=True)
class Thresholds:
    """From when on something is a finding."""

    update_waits: timedelta = timedelta(minutes=1)
    alarm_waits: timedelta = timedelta(minutes=1)
    message_waits: timedelta = timedelta(minutes=10)
    reminder_late: timedelta = timedelta(minutes=2)
    file_waits: timedelta = timedelta(days=1)
    backup_age: timedelta = timedelta(days=2)
    clock_off: timedelta = timedelta(seconds=5)
    clock_wrong: timedelta = timedelta(seconds=60)
    pending_updates: int = 100
    disk_low: tuple[int, float] = (2 * GIB, 0.10)  # bytes and part: low when less than both
    disk_full: tuple[int, float] = (GIB // 4, 0.03)


@dataclass(frozen=True, slots=True)
class Running:
    """What a bot that runs here says of itself."""

    troubles: Sequence[str] = ()
    remarks: Sequence[str] = ()


@dataclass
class Visit:
    """What a look may use. `ledger` is there when the database can be read; `transport` when the token may be shown."""

    settings: Settings
    now: datetime
    database: Database | None = None
    ledger: Ledger | None = None
    transport: Transport | None = None
    running: Running | None = None
    thresholds: Thresholds = field(default_factory=Thresholds)


Check = Callable[[Visit], Awaitable[Sequence[Finding]]]
LedgerCheck = Callable[[Visit, Ledger], Awaitable[Sequence[Finding]]]


def minutes(since: datetime | None, now: datetime) -> int:
    """Whole minutes from then to now."""
    return 0 if since is None else max(int((now - since).total_seconds() // 60), 0)


def is_older(since: datetime | None, now: datetime, than: timedelta) -> bool:
    """Whether something waits too long."""
    return since is not None and now - since > than


def with_ledger(check: LedgerCheck) -> Check:
    """A look that needs the tables; it finds nothing where they cannot be read, and another look says why."""

    @wraps(check)
    async def _check(visit: Visit) -> Sequence[Finding]:
        return () if visit.ledger is None else await check(visit, visit.ledger)

    return _check
