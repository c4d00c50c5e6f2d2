"""A counter of two places an hour at the sample community, on either engine; residents come, the clock is moved."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from scheduler.ticking import Ticking
from storage import directory, people, schema
from storage.bookings import Wanted
from storage.changes import ChangeSet, Outcome
from storage.engine import Database
from storage.ledger import Ledger
from storage.numbers import Numbers
from storage.rules.catalogue import Service, Way
from storage.rules.errors import Refusal
from storage.rules.rights import Role
from storage.work import Work
from tests.town import MONDAY

Act = Callable[[Work], Awaitable[object]]
ROSA, CHEN, KIN, WEI = "r0", "r1", "kin", "r2"
RESIDENTS = (ROSA, CHEN, WEI, "r3", "r4", "r5")
TUESDAY = date(2026, 11, 24)
CATEGORY, COUNTER, OTHER, SERVICE, HOURS = 11, 21, 22, 31, 41
AGENTS = ("a0", "a1")
TRIES = 12


class Counter:
    """One database with the counter in it, and a clock; everything happens when it is called."""

    def __init__(self, database: Database, ledger: Ledger) -> None:
        self.database, self.ledger = database, ledger
        self.numbers = Numbers(database)
        self.now = MONDAY
        self.ticking = Ticking(ledger, self.numbers, lambda: self.now, on_commit=lambda: None)
        self.ids: dict[str, int] = {}

    @classmethod
    async def open(cls, url: str, *, with_agents: bool = False) -> "Counter":
        """Build the counter in an empty database. With agents, two of them do what the counter does otherwise."""
        database = await Database.open(url)
        self = cls(database, await Ledger.open(database))
        async with database.writing() as connection:
            for table, rows in _rows(with_agents).items():
                await connection.execute(sa.insert(table), rows)
        await self.reload()
        for row in await self.rows(schema.person):
            self.ids[row["code"]] = row["id"]
        return self

    async def reload(self) -> None:
        """Read what was changed of the structure by hand."""
        async with self.database.reading() as connection:
            self.ledger.directory = await directory.load(connection, "Asia/Shanghai")

    async def close(self) -> None:
        """Close the database."""
        await self.database.close()

    @property
    def service(self) -> Service:
        """What the counter does."""
        return self.ledger.directory.catalogue.services[SERVICE]

    def at(self, clock: str, day: date = TUESDAY) -> datetime:
        """A moment on the clocks of Shanghai."""
        local = datetime.fromisoformat(f"{day} {clock}").replace(tzinfo=self.ledger.directory.calendar.zone)
        return local.astimezone(UTC)

    def wanted(self, code: str) -> Wanted:
        """What a resident wants."""
        me = self.ids[code]
        return Wanted(SERVICE, Way.APPOINTMENT, me, me, "量血压", place_id=1)

    async def work(self, code: str | None) -> Work:
        """Somebody's desk; None is the clock."""
        person = await self.ledger.get(schema.person, self.ids[code]) if code else None
        work = Work(self.ledger, self.now, self.numbers, person=person)
        if person is not None:
            work.telegram_id = work.chat_id = person["telegram_id"]
            work.grants = await people.grants_of(self.ledger, [person["id"]])
        return work

    async def do(self, code: str | None, act: Act) -> object:
        """Let somebody do something; gives back what came of it, or the refusal."""
        return (await self.race([(code, act)]))[0]

    async def race(self, acts: Sequence[tuple[str | None, Act]]) -> list[object]:
        """Let several decide on the same rows and commit together; who was too late decides again."""
        results: dict[int, object] = {}
        left = list(range(len(acts)))
        for _ in range(TRIES):
            decided = [await self._decide(*acts[number]) for number in left]
            outcomes = await self.ledger.commit([changes for changes, _ in decided])
            assert Outcome.BROKEN not in outcomes
            results |= {number: result for number, (_, result) in zip(left, decided, strict=True)}
            left = [number for number, outcome in zip(left, outcomes, strict=True) if outcome is Outcome.STALE]
            if not left:
                break
        assert not left, "somebody was always faster"
        return [results[number] for number in range(len(acts))]

    async def _decide(self, code: str | None, act: Act) -> tuple[ChangeSet, object]:
        work = await self.work(code)
        try:
            result = await act(work)
        except Refusal as refusal:
            work.refuse(refusal.code)
            return work.finish(), refusal
        return work.finish(), result

    async def tick(self, **by: float) -> int:
        """Move the clock and fire what is due."""
        self.now += timedelta(**by)
        return await self.ticking.tick()

    async def rows(self, table: sa.Table, *where: sa.ColumnElement[bool]) -> list[dict[str, Any]]:
        """Rows of a table in the order of their keys."""
        order = list(table.primary_key.columns)
        return [dict(row) for row in await self.ledger.all(sa.select(table).where(*where).order_by(*order))]

    async def told(self, code: str) -> list[str]:
        """The names of the messages that somebody was told, in order."""
        mine = await self.rows(schema.outbox, schema.outbox.c.person_id == self.ids[code])
        return [row["message"] for row in mine if row["message"]]

    async def said(self, code: str, message: str) -> dict[str, Any]:
        """The newest such message."""
        mine = await self.rows(schema.outbox, schema.outbox.c.person_id == self.ids[code])
        return [row for row in mine if row["message"] == message][-1]


def _rows(with_agents: bool) -> dict[sa.Table, list[dict[str, Any]]]:
    codes = (*RESIDENTS, KIN, *AGENTS, "dan")
    ids = {code: 900 + n for n, code in enumerate(codes)}
    named = {"language": "zh-CN", "consented_at": MONDAY, "created_at": MONDAY, "has_chosen_language": False}
    limits = {"answer": "4h working", "finish": "1d working"}
    flags = dict.fromkeys(("is_confidential", "needs_proof", "needs_place"), False)
    kind = {"code": "service", "name": "便民服务", "name_en": "Services", "emoji": "🧰", "flow": "booking"}
    service = {
        "code": "bp",
        "kind": "service",
        "name": "量血压",
        "name_en": "Blood pressure",
        "fee": "free",
        "minutes": 30,
    }
    ways = [str(Way.APPOINTMENT), str(Way.AT_HOME)]
    desk = {"seats": 1, "name": "服务台"}
    providers = [{"id": COUNTER, "code": "counter", "kind": "hall", "person_id": None, **desk}]
    grants = [_grant(70, ids["dan"], Role.DUTY_SECRETARY)]
    if with_agents:
        numbered = list(enumerate(AGENTS))
        providers = [
            {"id": COUNTER + n, "code": one, "kind": "agent", "person_id": ids[one], **desk} for n, one in numbered
        ]
        grants += [_grant(71 + n, ids[one], Role.PROXY_AGENT) for n, one in numbered]
    link = {"person_id": ids[ROSA], "relative_id": ids[KIN], "asked_at": MONDAY, "consented_at": MONDAY}
    return {
        schema.setting: [{"name": directory.STRUCTURE_VERSION, "value": "1"}],
        schema.place: [{"id": 1, "code": "xfl", "level": "community", "name": "幸福里", "hotline": "0990-5550100"}],
        schema.kind: [{"id": 3, "position": 1, "limits": limits, **kind, **flags}],
        schema.person: [
            {"id": ids[code], "code": code, "name": code, "telegram_id": 4100 + ids[code], **named} for code in codes
        ],
        schema.role_grant: grants,
        schema.category: [{"id": CATEGORY, "code": "health", "name": "健康", "name_en": "Health", "position": 1}],
        schema.provider: providers,
        schema.opening: [_hours(HOURS + n, one["id"]) for n, one in enumerate(providers)],
        schema.service: [
            {
                "id": SERVICE,
                "category_id": CATEGORY,
                "position": 1,
                "ways": ways,
                "providers": None if with_agents else ["counter"],
                **service,
            }
        ],
        schema.family_link: [{"id": 80, **link}],
    }


def _grant(row_id: int, person_id: int, role: Role) -> dict[str, Any]:
    return {"id": row_id, "person_id": person_id, "role": str(role), "place_id": 1, "granted_at": MONDAY}


def _hours(row_id: int, provider_id: Any) -> dict[str, Any]:
    times = {"days": "daily", "begins": "09:00", "ends": "10:00"}
    return {"id": row_id, "code": f"hours-{row_id}", "provider_id": provider_id, **times}
