"""A desk with a small catalogue of its own, on either engine: two agents, a canteen of three seats, a room, a hall."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from storage import bookings, schema, slots
from storage.bookings import Wanted
from storage.changes import Outcome
from storage.engine import Database
from storage.ids import new_id
from storage.ledger import Ledger
from storage.rules.catalogue import Service, Way
from storage.rules.errors import Refusal
from storage.slots import Slot
from storage.work import Work
from tests.ledger.desk import TRIES, Desk, Ticket
from tests.town import MONDAY

Decide = Callable[[Work], Awaitable[Any]]
TUESDAY = date(2026, 11, 24)
RESIDENTS = 20

_SERVICES: dict[str, dict[str, Any]] = {
    "visit": {"kind": "proxy", "ways": ["at_home", "phone"], "buffer_minutes": 15, "providers": ["v-ye", "v-tian"]},
    "meal": {"kind": "service", "ways": ["appointment"], "providers": ["v-canteen"]},
    "talk": {"kind": "service", "ways": ["appointment"], "providers": ["v-canteen"], "capacity": 1},
    "hall": {"kind": "room", "ways": ["appointment"], "minutes": 60, "providers": ["v-room"], "needs_approval": True},
    "desk": {"kind": "proxy", "ways": ["walk_in"], "providers": ["v-hall"]},
}
_PROVIDERS = {
    "v-ye": ("agent", "agent", 1),
    "v-tian": ("agent", "agent-2", 1),
    "v-canteen": ("provider", None, 3),
    "v-room": ("room", None, 1),
    "v-hall": ("hall", None, 2),
}
_OPENINGS = [
    ("v-canteen", "daily", "11:00", "12:00"),
    ("v-room", "daily", "14:00", "16:00"),
    ("v-hall", "working", "08:30", "12:00"),
]


async def stock(database: Database) -> None:
    """Put the small catalogue beside the sample's, and twenty residents."""
    async with database.writing() as connection:
        people = {
            row.code: row.id for row in await connection.execute(sa.select(schema.person.c.code, schema.person.c.id))
        }
        category_id = (await connection.execute(sa.select(schema.category.c.id).limit(1))).scalar_one()
        ids = {code: new_id(MONDAY) for code in [*_PROVIDERS, *_SERVICES]}
        for code, (kind, person, seats) in _PROVIDERS.items():
            values = {
                "id": ids[code],
                "code": code,
                "kind": kind,
                "name": code,
                "person_id": people.get(person),
                "seats": seats,
            }
            await connection.execute(sa.insert(schema.provider).values(values))
        for number, (code, days, begins, ends) in enumerate(_OPENINGS):
            values = {"id": new_id(MONDAY), "code": f"v-{number}", "provider_id": ids[code], "days": days}
            await connection.execute(sa.insert(schema.opening).values(**values, begins=begins, ends=ends))
        for position, (code, given) in enumerate(_SERVICES.items()):
            usual = {"name": code, "name_en": code, "fee": "free", "position": 900 + position, "cancel_hours": 2}
            values = {"id": ids[code], "code": code, "category_id": category_id} | usual | given
            await connection.execute(sa.insert(schema.service).values(values))
        for number in range(RESIDENTS):
            values = {"id": new_id(MONDAY), "code": f"r{number}", "telegram_id": 7000 + number, "name": f"居民{number}"}
            await connection.execute(sa.insert(schema.person).values(**values, created_at=MONDAY))


class Counter(Desk):
    """A desk at which things are booked."""

    @classmethod
    async def at(cls, folder: Path, database: Database) -> "Counter":
        """Stock a database with the sample community, and open."""
        await stock(database)
        return cls(folder, database, await Ledger.open(database))

    def service(self, code: str) -> Service:
        """A service by its code."""
        return self.ledger.directory.catalogue.by_code[code]

    @property
    def home(self) -> int:
        """The place where everybody here lives."""
        return self.ledger.directory.by_code["jx-3-2"].id

    def wanted(self, work: Work, service: str, way: Way | None = None, **values: Any) -> Wanted:
        """What somebody books for themselves."""
        assert work.person is not None
        me, found = work.person["id"], self.service(service)
        return Wanted(found.id, way or found.ways[0], me, me, "请帮忙", place_id=self.home, **values)

    async def free(self, service: str, day: date = TUESDAY, **others: Any) -> list[Slot]:
        """The free slots of a day."""
        found = self.service(service)
        return await slots.free(await self.work(None), found, found.ways[0], self.home, day, **others)

    async def decide(self, acts: Sequence[tuple[str | None, Decide]], *, is_apart: bool = False) -> list[Any]:
        """Let several decide on the same rows, and commit in one batch or each for itself; who was too late again.

        Gives back what each got, or the refusal.
        """
        results: dict[int, Any] = {}
        waiting = list(range(len(acts)))
        for _ in range(TRIES):
            works = [await self.work(acts[number][0]) for number in waiting]
            for number, work in zip(waiting, works, strict=True):
                try:
                    results[number] = await acts[number][1](work)
                except Refusal as refusal:
                    work.refuse(refusal.code)
                    results[number] = refusal
            sets = [work.finish() for work in works]
            if is_apart:
                outcomes = [one for (one,) in await asyncio.gather(*(self.ledger.commit([one]) for one in sets))]
            else:
                outcomes = await self.commit(sets)
            assert Outcome.BROKEN not in outcomes
            waiting = [number for number, one in zip(waiting, outcomes, strict=True) if one is not Outcome.APPLIED]
            if not waiting:
                break
        assert not waiting, "somebody was always faster"
        return [results[number] for number in range(len(acts))]

    async def do(self, code: str | None, act: Decide) -> Any:
        """Let one decide alone."""
        return (await self.decide([(code, act)]))[0]

    async def book(self, code: str, service: str, slot: Slot | None = None, **values: Any) -> Any:
        """Let somebody book; the ticket, or the refusal."""

        async def act(work: Work) -> Ticket:
            return await bookings.book(work, self.wanted(work, service, **values), slot)

        return await self.do(code, act)

    async def book_held(self, code: str, service: str, hold_id: int, slot: Slot | None = None) -> Any:
        """Let somebody confirm a hold; the ticket, or the refusal."""

        async def act(work: Work) -> Ticket:
            return await bookings.book(work, self.wanted(work, service), slot, hold_id)

        return await self.do(code, act)

    async def hold(self, code: str, service: str, slot: Slot, **others: Any) -> Any:
        """Let somebody keep a slot; the hold's id, or the refusal."""

        async def act(work: Work) -> int:
            assert work.person is not None
            return await slots.hold(work, work.person["id"], self.service(service), slot, **others)

        return await self.do(code, act)

    async def cells(self) -> list[tuple[int, int, int, int]]:
        """Every cell that is taken: provider, seat, cell, holder."""
        cell = schema.booking_cell
        rows = await self.ledger.all(sa.select(cell).order_by(cell.c.provider_id, cell.c.seat, cell.c.cell))
        return [(row["provider_id"], row["seat"], row["cell"], row["holder_id"]) for row in rows]


def at(clock: str, day: date = TUESDAY) -> datetime:
    """A local time of a day."""
    return datetime.fromisoformat(f"{day}T{clock}+08:00")


def later(slot: Slot, **by: float) -> Slot:
    """The same seat at another time."""
    delta = timedelta(**by)
    return Slot(slot.provider_id, slot.seat, slot.starts_at + delta, slot.ends_at + delta)
