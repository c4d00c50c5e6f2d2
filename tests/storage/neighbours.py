"""A desk at which neighbours are asked for help, on either engine: somebody who asks, and registered helpers."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from storage import claims, helped, orders, schema, tickets
from storage.changes import ChangeSet, Outcome
from storage.engine import Database
from storage.ids import new_id
from storage.ledger import Ledger
from storage.orders import Wish
from storage.rules.errors import Refusal
from storage.rules.limits import DEFAULT_LIMITS
from storage.work import Work
from tests.ledger.desk import Act, Ticket
from tests.storage.desks import Counter
from tests.town import MONDAY

HOME, COMMUNITY = "jx-3-2", "xfl"
LANES = 20


async def stock(database: Database, helpers: int) -> None:
    """Put the kind of requests, `asker` and the verified helpers `h1`… beside the sample."""
    async with database.writing() as connection:
        places = {
            row.code: row.id for row in await connection.execute(sa.select(schema.place.c.code, schema.place.c.id))
        }
        known = await connection.execute(sa.select(schema.kind.c.id).where(schema.kind.c.code == helped.ORDER))
        if known.first() is None:
            kind = {"code": helped.ORDER, "name": "邻里帮忙", "name_en": "Neighbours", "flow": helped.ORDER}
            limits = DEFAULT_LIMITS["care"].to_json()
            await connection.execute(
                sa.insert(schema.kind).values(id=new_id(MONDAY), **kind, limits=limits, position=990)
            )
        people, roles, registered = [], [], []
        for number in range(helpers + 1):
            code, person_id = f"h{number}" if number else "asker", new_id(MONDAY)
            values = {"id": person_id, "code": code, "telegram_id": 8000 + number, "name": f"邻居{number}"}
            people.append(values | {"created_at": MONDAY, "home_id": places[HOME]})
            if number:
                role = {"person_id": person_id, "role": "volunteer", "place_id": places[COMMUNITY]}
                roles.append({"id": new_id(MONDAY), **role, "granted_at": MONDAY})
                times = {"registered_at": MONDAY, "verified_at": MONDAY}
                registered.append({"id": new_id(MONDAY), "person_id": person_id, **times})
        await connection.execute(sa.insert(schema.person), people)
        await connection.execute(sa.insert(schema.role_grant), roles)
        await connection.execute(sa.insert(schema.helper), registered)


class Neighbours(Counter):
    """A desk at which things are asked for and taken."""

    @classmethod
    async def among(cls, folder: Path, database: Database, helpers: int = 6) -> "Neighbours":
        """Stock a database with the sample community, and open."""
        await stock(database, helpers)
        return cls(folder, database, await Ledger.open(database))

    async def post(self, code: str = "asker", *, ends_in: timedelta = timedelta(hours=8), **values: Any) -> Any:
        """Let somebody ask for help; gives back the ticket's id."""

        async def act(work: Work) -> Ticket:
            assert work.person is not None
            me = work.person["id"]
            wish = {"owner_id": me, "filed_by_id": me, "words": "灯泡坏了", "place_id": self.home} | values
            return await orders.post(work, Wish(ends_at=self.now + ends_in, **wish))

        return (await self.do(code, act))["id"]

    async def verified(self, code: str = "asker", **values: Any) -> int:
        """A request that is out: the duty secretary checked it, where that was needed."""
        ticket_id: int = await self.post(code, **values)
        if (await self.ticket(ticket_id))["state"] == "new":  # regulars' requests go out at once
            assert await self.act("dan", ticket_id, orders.verify) is None
        return ticket_id

    async def take(self, codes: Sequence[str], ticket_id: int) -> list[Any]:
        """Let several press 接单 at once, so many in a batch, as lanes do; who was too late decides again.

        Gives back the refusals.
        """
        results: dict[int, Refusal | None] = {}
        waiting = list(range(len(codes)))
        while waiting:
            batch = waiting[:LANES]
            decided = [await self._decide(codes[number], ticket_id, claims.claim) for number in batch]
            outcomes = await self.commit([changes for changes, _ in decided])
            assert Outcome.BROKEN not in outcomes
            settled = {
                number: refusal
                for number, (_, refusal), outcome in zip(batch, decided, outcomes, strict=True)
                if outcome is Outcome.APPLIED
            }
            assert settled, "somebody is always first"
            results |= settled
            waiting = [number for number in waiting if number not in settled]
        return [results[number] for number in range(len(codes))]

    async def with_claim(self, code: str, ticket_id: int, act: Any, *, of: str | None = None, **values: Any) -> Any:
        """Let somebody do something to a place: their own, or that `of` somebody."""
        holder = await self.person(of or code)

        async def decide(work: Work) -> None:
            found = await claims.mine(self.ledger, ticket_id, holder["id"])
            assert found is not None
            await act(work, await self.ticket(ticket_id), found, **values)

        return await self.do(code, decide)

    async def order(self, ticket_id: int) -> Any:
        """A request as it is now."""
        return await orders.of(self.ledger, ticket_id)

    async def places(self, ticket_id: int) -> dict[int, str]:
        """Every place that was taken, by person, with what became of it; the last one counts."""
        return {row["person_id"]: row["state"] for row in await helped.claims_of(self.ledger, ticket_id)}

    async def asked(self, ticket_id: int) -> dict[int, list[int]]:
        """Who was asked, by wave."""
        offer = schema.offer
        found: dict[int, list[int]] = {}
        for row in await self.ledger.all(sa.select(offer).where(offer.c.ticket_id == ticket_id).order_by(offer.c.id)):
            found.setdefault(row["tier"], []).append(row["person_id"])
        return found

    async def state(self, ticket_id: int) -> str:
        """Where a ticket stands."""
        return str((await self.ticket(ticket_id))["state"])

    async def said(self, message: str) -> int:
        """How often a message was said, or is about to be."""
        return len(await self.rows(schema.outbox, schema.outbox.c.message == message))

    async def open_offers(self, ticket_id: int) -> list[Any]:
        """Who may take it."""
        return list(await tickets.open_offers(self.ledger, ticket_id))

    async def alter_helper(self, code: str, **columns: Any) -> None:
        """Change a helper's registration."""
        person = await self.person(code)
        (row,) = await self.rows(schema.helper, schema.helper.c.person_id == person["id"])
        changes = ChangeSet()
        changes.update(schema.helper, row, **columns)
        await self.commit([changes])

    def rung(self, *, is_done: bool) -> Act:
        """What a duty secretary heard who rang."""

        async def act(work: Work, ticket: Ticket) -> None:
            await claims.rung_up(work, ticket, is_done=is_done)

        return act

    async def organisation(self, contact: str) -> int:
        """A unit of the community with somebody who acts for it."""
        person, unit_id = await self.person(contact), new_id(self.now)
        place_id = self.ledger.directory.by_code[COMMUNITY].id
        changes = ChangeSet()
        values = {"code": f"unit-{unit_id}", "name": "某单位", "place_id": place_id, "contact_id": person["id"]}
        changes.insert(schema.organisation, id=unit_id, **values)
        await self.commit([changes])
        return unit_id

    async def team(self, leader: str, members: Sequence[str]) -> None:
        """A team of helpers."""
        team_id, place_id = new_id(self.now), self.ledger.directory.by_code[COMMUNITY].id
        changes, leader_id = ChangeSet(), (await self.person(leader))["id"]
        values = {"name": "修理队", "place_id": place_id, "leader_id": leader_id, "created_at": self.now}
        changes.insert(schema.team, id=team_id, **values)
        for code in members:
            person = await self.person(code)
            row = {"team_id": team_id, "person_id": person["id"], "joined_at": self.now}
            changes.insert(schema.team_member, id=new_id(self.now), **row)
        await self.commit([changes])
