"""Acceptances, releases, suspensions and points together, in any order: the ledger of points balances after every step,
and points come only of help that was confirmed, once.
"""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from storage import claims, points, rewards, schema
from storage.engine import Database
from storage.work import Work
from tests import postgres
from tests.ledger.desk import Act, Ticket
from tests.machines import run_machine
from tests.postgres import Server
from tests.town import MONDAY, copy_of_sample

from .purse import Purse
from .test_order_machine import HELPERS, NTH, WHO, OrderMachine

WHAT = st.sampled_from(("eggs", "rice"))


async def _not_done(work: Work, ticket: Ticket) -> None:
    await claims.rung_up(work, ticket, is_done=False)


class HelpAndPointsMachine(OrderMachine):
    """The same neighbours, a shop with little in it, and a duty secretary who rings and takes back."""

    town: Purse

    async def open(self) -> Purse:
        """A fresh database with helpers and a shop."""
        await copy_of_sample(self.folder / "linli.sqlite3", MONDAY)
        return await _purse(self.folder, f"sqlite:///{self.folder}/linli.sqlite3")

    @rule(who=st.lists(WHO, min_size=1, max_size=3, unique=True), which=NTH)
    def help(self, who: Sequence[str], which: int) -> None:
        """A request from 接单 to 好了, as far as that goes."""
        for one, act in (*((one, claims.claim) for one in who), (who[0], claims.done), ("asker", claims.confirm)):
            self._race([(one, act)], which)

    @rule(who=WHO, what=WHAT, which=NTH)
    def exchange(self, who: str, what: str, which: int) -> None:
        """Points are exchanged while somebody rings and hears that it was not done."""

        async def redeem(work: Work, _ticket: Ticket) -> None:
            await rewards.redeem(work, (await self.town.reward(what))["id"])

        acts: list[tuple[str, Act]] = [("dan", _not_done), (who, redeem)]
        self._race(acts, which)

    @rule(of=WHO, act=st.sampled_from((rewards.cancel, rewards.hand_out)))
    def end(self, of: str, act: object) -> None:
        """What waits at the hall is fetched, or goes back."""
        self.runner.run(self.town.with_open("dan", of, act))

    @rule(who=WHO, which=NTH)
    def take_back(self, who: str, which: int) -> None:
        """All that somebody earned is taken back while it is being confirmed, and they give a place back."""
        person = self.runner.run(self.town.person(who))

        async def reverse(work: Work, _ticket: Ticket) -> None:
            await points.reverse_all(work, person["id"])

        self._race([("asker", claims.confirm), ("dan", reverse), (who, claims.done)], which)

    # --- what always holds ------------------------------------------------------------------------------------

    @invariant()
    def the_books_balance(self) -> None:
        self.runner.run(self.town.check())

    @invariant()
    def points_come_of_what_was_confirmed_once(self) -> None:
        mine = schema.transfer
        transfers = self.runner.run(self.town.rows(mine, mine.c.ticket_id.is_not(None)))
        taken_back = {row["reverses_id"] for row in transfers if row["reason"] == "reversed"}
        earned = [row for row in transfers if row["reason"] == "earned"]
        assert len({(row["ticket_id"], row["person_id"], row["rule"]) for row in earned}) == len(earned)
        done = {
            (ticket["id"], one["person_id"])
            for ticket, _, held in self._all()
            for one in held
            if ticket["closed_how"] == "confirmed" and one["state"] == "done"
        }
        for row in earned:
            if row["rule"] not in {"say", "judge"}:  # what helpers earn
                assert row["id"] in taken_back or (row["ticket_id"], row["person_id"]) in done


async def _purse(folder: Path, url: str) -> Purse:
    return await Purse.filled(folder, await Database.open(url), len(HELPERS))


def on_postgres(server: Server) -> type[HelpAndPointsMachine]:
    """The same on PostgreSQL."""

    class OnPostgres(HelpAndPointsMachine):
        async def open(self) -> Purse:
            self.url = await postgres.copy(server, postgres.FILLED)
            return await _purse(self.folder, self.url)

        async def close(self) -> None:
            await super().close()
            await postgres.drop(self.url)

    return OnPostgres


@pytest.mark.slow
def test_it_keeps_its_word_and_its_books() -> None:
    run_machine(HelpAndPointsMachine, 12, 40)


@pytest.mark.slow
def test_it_keeps_its_word_and_its_books_on_postgresql(postgres_server: Server) -> None:
    run_machine(on_postgres(postgres_server), 6, 30)
