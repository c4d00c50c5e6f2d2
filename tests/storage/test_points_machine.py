"""Anything in any order with points: the books balance after every step, nobody and nothing falls below nothing."""

import asyncio
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from storage import claims, points, rewards
from storage.engine import Database
from storage.rules.errors import Refusal
from storage.work import Work
from tests import postgres
from tests.machines import run_machine
from tests.postgres import Server
from tests.storage.desks import Decide
from tests.town import MONDAY, copy_of_sample

from .purse import Purse

HELPERS = ("h1", "h2", "h3")
WHO = st.sampled_from(HELPERS)
WHAT = st.sampled_from(("eggs", "rice", "oil"))
NTH = st.integers(0, 9)


class PointsMachine(RuleBasedStateMachine):
    """Three helpers, a shop with little in it, a duty secretary, and nights that go by."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = Path(tempfile.mkdtemp(prefix="linli-points-"))
        self.town: Purse = self.runner.run(self.open())
        self.done: list[int] = []

    async def open(self) -> Purse:
        """A fresh database with helpers and a shop."""
        await copy_of_sample(self.folder / "linli.sqlite3", MONDAY)
        database = await Database.open(f"sqlite:///{self.folder}/linli.sqlite3")
        return await Purse.filled(self.folder, database, len(HELPERS))

    def teardown(self) -> None:
        self.runner.run(self.close())
        self.runner.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    async def close(self) -> None:
        """Close the database."""
        await self.town.database.close()

    @initialize()
    def begin(self) -> None:
        self.help("h1", 60)

    @rule(who=WHO, minutes=st.sampled_from((10, 30, 90)))
    def help(self, who: str, minutes: int) -> None:
        self.done.append(self.runner.run(self.town.helped(who, minutes=minutes)))

    @rule(which=NTH, stars=st.sampled_from((1, 5)))
    def rate(self, which: int, stars: int) -> None:
        if self.runner.run(self.town.ticket(self._one(which)))["stars"] is None:
            self.runner.run(self.town.rate(self._one(which), stars))

    @rule(which=NTH)
    def revoke(self, which: int) -> None:
        self._race([("dan", self._revoke(self._one(which)))])

    @rule(who=WHO, of=WHO)
    def suspend(self, who: str, of: str) -> None:
        """Everything of one helper is taken back while another exchanges."""
        person_id = self.runner.run(self.town.person(of))["id"]
        self._race([("dan", lambda work: points.reverse_all(work, person_id)), (who, self._exchange("eggs"))])

    @rule(who=st.lists(WHO, min_size=1, max_size=4), what=WHAT)
    def exchange(self, who: Sequence[str], what: str) -> None:
        self._race([(one, self._exchange(what)) for one in who])

    @rule(of=WHO, which=NTH)
    def end(self, of: str, which: int) -> None:
        """It is cancelled and handed out at the same time, while what paid for it is taken back."""
        acts: list[tuple[str | None, Decide]] = [(of, self._with_open(of, rewards.cancel))]
        acts += [("dan", self._with_open(of, rewards.hand_out)), ("dan", self._revoke(self._one(which)))]
        self._race(acts)

    @rule(nights=st.sampled_from((1, 1, 15, 40)))
    def nights(self, nights: int) -> None:
        self.runner.run(self.town.tick(hours=24 * (nights - 1)))
        self.runner.run(self.town.night())

    @invariant()
    def the_books_balance(self) -> None:
        self.runner.run(self.town.check())

    # --- helpers ----------------------------------------------------------------------------------------------

    def _one(self, which: int) -> int:
        return self.done[which % len(self.done)]

    def _race(self, acts: Sequence[tuple[str | None, Decide]]) -> None:
        for one in self.runner.run(self.town.decide(acts)):
            assert not isinstance(one, Exception) or isinstance(one, Refusal)

    def _exchange(self, what: str) -> Decide:
        async def act(work: Work) -> Any:
            return await rewards.redeem(work, (await self.town.reward(what))["id"])

        return act

    def _revoke(self, ticket_id: int) -> Decide:
        async def act(work: Work) -> None:
            await claims.rung_up(work, await self.town.ticket(ticket_id), is_done=False)

        return act

    def _with_open(self, of: str, do: Any) -> Decide:
        async def act(work: Work) -> None:
            for one in (await rewards.waiting_for(work.ledger, (await self.town.person(of))["id"]))[:1]:
                await do(work, one)

        return act


def on_postgres(server: Server) -> type[PointsMachine]:
    """The same on PostgreSQL."""

    class OnPostgres(PointsMachine):
        async def open(self) -> Purse:
            self.url = await postgres.copy(server, postgres.FILLED)
            return await Purse.filled(self.folder, await Database.open(self.url), len(HELPERS))

        async def close(self) -> None:
            await super().close()
            await postgres.drop(self.url)

    return OnPostgres


def test_it_balances_whatever_happens() -> None:
    run_machine(PointsMachine, 2, 12)


@pytest.mark.slow
def test_it_balances_whatever_happens_for_long() -> None:
    run_machine(PointsMachine, 25, 40)


@pytest.mark.slow
def test_it_balances_on_postgresql_too(postgres_server: Server) -> None:
    run_machine(on_postgres(postgres_server), 6, 25)
