"""候补: the line of those who wait for a time. Here it is joined and read, and learns that a time became free.

What becomes free is offered by the clock, from committed rows (`storage.waiting_line`): `freed` only has it look, in
the change set that frees the time. Everybody who waits is looked after again a minute after they joined, and then
every hour: so nobody is missed, whichever of a join and a cancel is written first, nor when an import, a swap of
shifts or somebody who is well again opens a time.
"""

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from . import reminders, schema
from .ledger import Ledger, Row
from .plain import once
from .rules.errors import Refusal
from .rules.waiting import Part, Waits, Window
from .work import Work

if TYPE_CHECKING:
    from .bookings import Wanted
    from .slots import Slot

LOOK, FREED = "waitlist_look", "waitlist_freed"
SOON, OFTEN = timedelta(minutes=1), timedelta(hours=1)
MOST = 5
"""For so many things one person waits at a time."""

_table = schema.waiting
# Literals, not parameters: a parameter would not find the partial index.
_IS_OPEN = _table.c.state.in_([sa.literal_column(f"'{one}'") for one in (Waits.OFFERED, Waits.WAITING)])
_OF_PERSON = once(
    sa.select(_table)
    .where(_IS_OPEN, sa.or_(_table.c.owner_id == sa.bindparam("person"), _table.c.person_id == sa.bindparam("person")))
    .order_by(_table.c.created_at, _table.c.id)
)
_WAITED_FOR = once(sa.select(_table.c.service_id).where(_IS_OPEN).distinct())
_LINE = once(
    sa.select(_table)
    .where(_IS_OPEN, _table.c.service_id.in_(sa.bindparam("services", expanding=True)))
    .order_by(_table.c.created_at, _table.c.id)
)


class AlreadyWaiting(Refusal):
    """They wait for this already."""

    code = "already_waiting"


class WaitsEnough(Refusal):
    """They wait for enough things already."""

    code = "waits_enough"


def subject(waiting_id: int) -> str:
    """What the reminder of somebody who waits is about."""
    return f"waiting:{waiting_id}"


async def join(work: Work, wanted: "Wanted", window: Window) -> Row:
    """Stand in line for a service within a window; who asks does it for the owner of what is wanted.

    Raises AlreadyWaiting when the owner waits for the same on overlapping days, WaitsEnough for too many.
    """
    mine = [row for row in await of_person(work.ledger, wanted.owner_id) if row["owner_id"] == wanted.owner_id]
    if any(_is_same(row, wanted, window) for row in mine):
        raise AlreadyWaiting
    if len(mine) >= MOST:
        raise WaitsEnough
    row: dict[str, Any] = {column.name: None for column in _table.c}
    row |= {
        "id": work.new_id(),
        "person_id": work.person["id"] if work.person else wanted.filed_by_id,
        "owner_id": wanted.owner_id,
        "service_id": wanted.service_id,
        "place_id": wanted.place_id,
        "way": str(wanted.way),
        "from_at": window.from_at,
        "until_at": window.until_at,
        "draft": {"wanted": asdict(wanted), "part": str(window.part), "passed": []},
        "state": str(Waits.WAITING),
        "created_at": work.now,
        "version": 1,
    }
    work.changes.insert(_table, **row)
    reminders.schedule(work, subject(row["id"]), LOOK, "1", work.now, {})
    return row


def _is_same(row: Row, wanted: "Wanted", window: Window) -> bool:
    is_alike = row["service_id"] == wanted.service_id and row["way"] == str(wanted.way)
    return is_alike and bool(row["from_at"] < window.until_at and window.from_at < row["until_at"])


async def freed(work: Work, slot: "Slot") -> None:
    """A time becomes free in this change set: if anybody waits for what its provider does, the clock looks who fits."""
    waited_for = {row["service_id"] for row in await work.ledger.all(_WAITED_FOR)}
    ours = sorted(one for one in waited_for if slot.provider_id in _providers(work, one))
    if not ours:
        return
    day = work.directory.calendar.to_local(slot.starts_at).date()
    params = {"services": ours, "day": day.isoformat()}
    reminders.schedule(work, f"freed:{slot.provider_id}", FREED, str(work.new_id()), work.now, params)


def _providers(work: Work, service_id: int) -> set[int]:
    service = work.directory.catalogue.services.get(service_id)
    return set() if service is None else {one.id for one in work.directory.catalogue.providers_of(service)}


# --- reading -------------------------------------------------------------------------------------------------


async def by_id(ledger: Ledger, waiting_id: int | None) -> Row | None:
    """One who waits, or waited."""
    return await ledger.get(_table, waiting_id)


async def line(ledger: Ledger, services: Collection[int]) -> list[Row]:
    """Everybody who waits for one of these services, those included for whom a time is kept; who came first first."""
    return await ledger.all(_LINE, services=list(services))


async def of_person(ledger: Ledger, person_id: int) -> list[Row]:
    """What somebody waits for, for themselves or for somebody else."""
    return await ledger.all(_OF_PERSON, person=person_id)


async def before(ledger: Ledger, row: Row) -> int:
    """How many stand in front of somebody who wait for the same service on overlapping days."""
    ahead = [one for one in await line(ledger, [row["service_id"]]) if one["id"] < row["id"]]
    return sum(one["from_at"] < row["until_at"] and row["from_at"] < one["until_at"] for one in ahead)


def window_of(row: Row) -> Window:
    """What somebody waits for."""
    return Window(row["from_at"], row["until_at"], Part(row["draft"]["part"]))


def passed(row: Row) -> list[datetime]:
    """The beginnings of times that they let go by: those are not offered to them again."""
    return [datetime.fromisoformat(one) for one in row["draft"]["passed"]]
