"""A desk at which neighbours earn points and exchange them, with what must always be true of the ledger."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from storage import claims, closing, orders, points, rewards, schema
from storage.directory import NEXT_VERSION, STRUCTURE_VERSION
from storage.engine import Database
from storage.ids import new_id
from storage.rules.points import AGAINST, Account, Reason
from storage.work import Work
from tests.storage.neighbours import Neighbours
from tests.town import MONDAY

RULES: Sequence[dict[str, Any]] = (
    {"code": "hour", "who": "helper", "per": "hour", "points": 20, "daily_limit": 40, "months": 2},
    {"code": "first", "who": "helper", "per": "first", "points": 5, "months": 1},
    {"code": "stars", "who": "helper", "per": "stars", "points": 3, "months": None},
    {"code": "say", "who": "resident", "per": "report", "points": 2, "daily_limit": 4, "months": 12},
    {"code": "judge", "who": "resident", "per": "rating", "points": 1, "daily_limit": 2, "months": 12},
)
REWARDS: Sequence[tuple[str, int, int]] = (("eggs", 10, 3), ("rice", 25, 1), ("oil", 1000, 9))


async def stock_the_shop(database: Database) -> None:
    """Put rules and rewards of our own in the place of the sample's."""
    async with database.writing() as connection:
        retired = {"retired_at": MONDAY}
        for table in (schema.point_rule, schema.reward):
            await connection.execute(sa.update(table).values(**retired))
        for position, rule in enumerate(RULES):
            values = {"id": new_id(MONDAY), "name": rule["code"], "name_en": rule["code"], "position": position}
            await connection.execute(sa.insert(schema.point_rule).values(**values, **{"daily_limit": None} | rule))
        for position, (code, price, count) in enumerate(REWARDS):
            values = {"id": new_id(MONDAY), "code": f"my-{code}", "name": code, "name_en": code}
            await connection.execute(
                sa.insert(schema.reward).values(**values, price=price, stock=count, position=position)
            )
        await connection.execute(NEXT_VERSION, {"of": STRUCTURE_VERSION})


class Purse(Neighbours):
    """A desk at which points are earned and exchanged."""

    @classmethod
    async def filled(cls, folder: Path, database: Database, helpers: int = 6) -> "Purse":
        """Stock a database, and open."""
        await stock_the_shop(database)
        town = await cls.among(folder, database, helpers)
        assert isinstance(town, cls)
        return town

    async def helped(self, code: str = "h1", *, minutes: int = 30) -> int:
        """Somebody helps, and it is confirmed; gives back the request's id."""
        ticket_id: int = await self.post(minutes=minutes)
        if (await self.ticket(ticket_id))["state"] == "new":  # regulars' requests go out at once
            assert await self.act("dan", ticket_id, orders.verify) is None
        assert await self.take([code], ticket_id) == [None]
        assert await self.act(code, ticket_id, claims.done) is None
        assert await self.act("asker", ticket_id, claims.confirm) is None
        return ticket_id

    async def rate(self, ticket_id: int, stars: int) -> None:
        """Whoever asked gives stars."""

        async def act(work: Work, ticket: dict[str, Any]) -> None:
            await closing.rate(work, ticket, stars)

        assert await self.act("asker", ticket_id, act) is None

    async def balance(self, code: str) -> int:
        """How many points somebody has."""
        return await points.balance(self.ledger, (await self.person(code))["id"])

    async def reward(self, code: str) -> dict[str, Any]:
        """A reward as it is now."""
        (row,) = await self.rows(schema.reward, schema.reward.c.code == f"my-{code}")
        return row

    async def exchange(self, code: str, reward: str) -> Any:
        """Somebody exchanges points; the exchange, or the refusal."""
        row = await self.reward(reward)
        return await self.do(code, lambda work: rewards.redeem(work, row["id"]))

    async def with_open(self, code: str, of: str, act: Any) -> Any:
        """Let somebody do something to what another has not fetched yet."""
        found = await rewards.waiting_for(self.ledger, (await self.person(of))["id"])
        return None if not found else await self.do(code, lambda work: act(work, found[0]))

    async def night(self) -> None:
        """Let a night go by, slice by slice."""
        await self.tick(hours=24)
        for _ in range(6):
            await self.tick(seconds=2)

    async def check(self) -> None:
        """Raise unless the books balance, nobody has less than nothing, and every lot is where it should be."""
        accounts = {row["id"]: row for row in await self.rows(schema.account)}
        transfers = await self.rows(schema.transfer)
        by_account, by_transfer = Counter[int](), defaultdict[int, list[Any]](list)
        for row in await self.rows(schema.posting):
            by_account[row["account_id"]] += row["amount"]
            by_transfer[row["transfer_id"]].append(row)
        assert sum(row["balance"] for row in accounts.values()) == 0
        assert {one: row["balance"] for one, row in accounts.items() if row["balance"]} == {
            one: count for one, count in by_account.items() if count
        }
        unspent = Counter[int]()
        for row in transfers:
            some = by_transfer[row["id"]]
            assert sum(one["amount"] for one in some) == 0
            kinds = {accounts[one["account_id"]]["kind"] for one in some}
            assert kinds in (set(), {Account.PERSON, AGAINST[Reason(row["reason"])]})
            assert row["unspent"] >= 0 <= row["owed"]
            unspent[row["person_id"]] += row["unspent"]
        for row in accounts.values():
            if row["kind"] == Account.PERSON:
                assert row["balance"] == unspent[row["person_id"]] >= 0
        open_or_fetched = {rewards.State.OPEN, rewards.State.FETCHED}
        gone = Counter(
            row["reward_id"] for row in await self.rows(schema.redemption) if row["state"] in open_or_fetched
        )
        for code, _, count in REWARDS:
            row = await self.reward(code)
            assert row["stock"] == count - gone[row["id"]] >= 0
