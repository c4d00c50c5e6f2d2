"""Who could carry a service out on some days: those who know it, serve the place and are there; and what is taken.

Two or three short queries whatever is asked: who of the people behind the providers can be asked, when they are there,
and the cells that are taken. The rest is computed (`rules.slots`).
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import sqlalchemy as sa

from . import cells, roster, schema
from .ledger import Row
from .plain import once
from .rules.catalogue import Provider, ProviderKind, Service, Way
from .rules.rights import Role
from .rules.slots import (
    Attendance,
    Desk,
    Slot,
    Window,
    buffer_of,
    cell_at,
    cells_of,
    length_of,
    open_spans,
    seats_of,
    starts,
)
from .rules.worktime import WorkCalendar
from .work import Work

_REACH = 96  # cells of a day: what begins on a day takes none that is further away

_person, _grant = schema.person, schema.role_grant
_WORKS = (
    sa.select(sa.literal_column("1"))
    .where(
        _grant.c.person_id == _person.c.id,
        _grant.c.revoked_at.is_(None),
        _grant.c.role.not_in([sa.literal_column(f"'{role}'") for role in (Role.RESIDENT, Role.FAMILY)]),
    )
    .exists()
)
_WORKERS = once(
    sa.select(_person).where(
        _person.c.id.in_(sa.bindparam("ids", expanding=True)),
        _person.c.telegram_id.is_not(None),
        _person.c.unreachable_at.is_(None),
        _person.c.retired_at.is_(None),
        _WORKS,
    )
)


@dataclass
class Availability:
    """What was read for some local days."""

    service: Service
    window: Window
    calendar: WorkCalendar
    providers: list[Provider]
    workers: Mapping[int, Row]
    open: Mapping[int, list[datetime]]  # provider → every start, free or not
    taken: Mapping[tuple[int, int], Mapping[int, int]]  # (provider, cell) → seat → holder
    mine: frozenset[tuple[int, int, int]]  # provider, seat and cell of what counts as free, but is owned

    def seat(self, provider: Provider, starts_at: datetime, wish: int | None = None) -> Slot | None:
        """A free seat for a start: the wished one, else the last, so that what has few seats finds the first free."""
        ends_at = starts_at + length_of(self.service)
        full: set[int] = set()
        for cell in cells_of(Slot(provider.id, 1, starts_at, ends_at), buffer_of(self.service)):
            full.update(self.taken.get((provider.id, cell), ()))
        seats = [seat for seat in seats_of(self.service, provider) if seat not in full]
        if not seats:
            return None
        return Slot(provider.id, wish if wish in seats else seats[-1], starts_at, ends_at)

    def free(self) -> Iterator[tuple[Provider, Slot]]:
        """Every start of every provider that has a seat left."""
        for provider in self.providers:
            for starts_at in self.open[provider.id]:
                slot = self.seat(provider, starts_at)
                if slot is not None:
                    yield provider, slot

    def desks(self, day: date) -> dict[int, Desk]:
        """What decides between the providers on a day."""
        first, after = _bounds(self.calendar, day, day)
        holders: dict[int, set[int]] = defaultdict(set)
        for (provider_id, cell), seats in self.taken.items():
            if first <= cell < after:
                holders[provider_id].update(seats.values())
        return {one.id: Desk(one, len(holders[one.id]), self._idle_since(one)) for one in self.providers}

    def _idle_since(self, provider: Provider) -> datetime | None:
        worker = self.workers.get(provider.person_id or 0)
        return worker["last_assigned_at"] if worker is not None else None


async def look(
    work: Work,
    service: Service,
    serving: Collection[Provider],
    first: date,
    last: date,
    *,
    mine: Collection[int] = (),
) -> Availability:
    """Read when providers are open and what is taken between local days; cells of the holders `mine` count as free."""
    calendar = work.directory.calendar
    window = Window.of(service, work.now, calendar, first, last)
    serving = serving if window.first <= window.last else ()
    workers = await _workers(work, serving)
    able = [one for one in serving if one.kind is not ProviderKind.AGENT or one.person_id in workers]
    attendance = await _attendance(work, able, window)
    opened = {one.id: _starts(work, service, one, attendance, window) for one in able}
    from_cell, after = _bounds(calendar, window.first, window.last)
    taken: dict[tuple[int, int], dict[int, int]] = defaultdict(dict)
    own = set()
    for row in await cells.taken(work, [one.id for one in able], from_cell - _REACH, after + _REACH):
        if row["holder_id"] in mine:
            own.add((row["provider_id"], row["seat"], row["cell"]))
        else:
            taken[row["provider_id"], row["cell"]][row["seat"]] = row["holder_id"]
    return Availability(service, window, calendar, able, workers, opened, taken, frozenset(own))


def serving(
    work: Work, service: Service, place_id: int | None, owner_id: int | None, way: Way | None = None
) -> list[Provider]:
    """Who knows a service, has it in that way and serves a place; never the agent whose own matter it is."""
    community = work.directory.community_of(place_id)
    scope = work.directory.scope(place_id) or work.directory.scope(community.id if community else None)
    return [
        one
        for one in work.directory.catalogue.providers_of(service, way)
        if (one.place_id is None or one.place_id in scope)
        and not (one.kind is ProviderKind.AGENT and one.person_id == owner_id)
    ]


async def _workers(work: Work, providers: Collection[Provider]) -> Mapping[int, Row]:
    """The people behind providers who can be given something: they hold a working role and can be reached."""
    ids = sorted({one.person_id for one in providers if one.person_id is not None})
    rows = await work.ledger.all(_WORKERS, ids=ids) if ids else []
    return {row["id"]: row for row in rows}


async def worker_of(work: Work, provider_id: int) -> Row | None:
    """The person behind a provider, if there is one who can be given something."""
    provider = work.directory.catalogue.providers.get(provider_id)
    found = await _workers(work, [provider] if provider else [])
    return next(iter(found.values()), None)


_BUSY = (
    sa.update(_person)
    .where(_person.c.id == sa.bindparam("of"))
    .values(last_assigned_at=sa.bindparam("at", type_=schema.UtcTime))
)


def busy(work: Work, person_id: int) -> None:
    """They were given something now. Nobody decides on that row, so two who book with one agent do not collide."""
    work.changes.run(_BUSY, of=person_id, at=work.now)


async def open_today(work: Work, service: Service, place_id: int | None) -> int | None:
    """The hall that is open now or will be later today; None when all have shut."""
    calendar = work.directory.calendar
    today = calendar.to_local(work.now).date()
    found = serving(work, service, place_id, None, Way.WALK_IN)
    window = Window(today, today, work.now)
    attendance = await _attendance(work, found, window)
    _, after = _bounds(calendar, today, today)
    for one in found:
        openings = work.directory.catalogue.openings.get(one.id, ())
        spans = open_spans(openings, attendance.get(one.person_id or 0), today, today, calendar)
        if any(ends > work.now and cell_at(begins) < after for begins, ends in spans):
            return one.id
    return None


async def _attendance(work: Work, providers: Collection[Provider], window: Window) -> Mapping[int, Attendance]:
    """When the people behind providers are there."""
    ids = sorted({one.person_id for one in providers if one.person_id is not None})
    return await roster.when(work.ledger, work.directory, ids, window.first, window.last) if ids else {}


def _starts(
    work: Work, service: Service, provider: Provider, attendance: Mapping[int, Attendance], window: Window
) -> list[datetime]:
    calendar = work.directory.calendar
    there = attendance.get(provider.person_id or 0)
    openings = work.directory.catalogue.openings.get(provider.id, ())
    spans = open_spans(openings, there, window.first, window.last, calendar)
    return list(starts(spans, service, window, calendar))


def _bounds(calendar: WorkCalendar, first: date, last: date) -> tuple[int, int]:
    """The cells of local days: the first, and the one after the last."""
    begins = datetime.combine(first, time(), calendar.zone).astimezone(UTC)
    ends = datetime.combine(last + timedelta(days=1), time(), calendar.zone).astimezone(UTC)
    return cell_at(begins), cell_at(ends)
