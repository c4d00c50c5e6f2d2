"""Anything in any order among neighbours: one winner for each place, nobody suspended is asked, waves end."""

import asyncio
import shutil
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from storage import claims, closing, helped, orders, schema, vouching
from storage.engine import Database
from storage.rules.lifecycle import State
from storage.rules.matching import LAST_WAVE
from storage.work import Work
from tests import postgres
from tests.ledger.desk import Act, Ticket
from tests.machines import run_machine
from tests.postgres import Server
from tests.town import MONDAY, copy_of_sample

from .neighbours import Neighbours

HELPERS = ("h1", "h2", "h3", "h4", "h5")
WHO = st.sampled_from(HELPERS)
SOMEBODY = st.sampled_from(("asker", "dan", "h1", "h2", "h3"))
NTH = st.integers(0, 9)
MINUTES = st.sampled_from((1, 6, 31, 90, 60 * 5, 60 * 25, 60 * 24 * 3))
ACTS = st.sampled_from(
    ("verify", "refuse", "begin", "done", "confirm", "dispute", "withdraw", "not me", "more", "fewer")
)
OPEN_TO_HELPERS = {State.OFFERED}
SETTLED = {State.ACCEPTED, State.ON_SITE, State.DONE}


async def _edit(work: Work, ticket: Ticket, by: int) -> None:
    order = await orders.of(work.ledger, ticket["id"])
    assert order is not None
    await orders.edit(work, ticket, {"wanted": order["helpers"] + by})


async def _give_back(work: Work, ticket: Ticket) -> None:
    assert work.person is not None
    mine = await claims.mine(work.ledger, ticket["id"], work.person["id"])
    if mine is not None:
        await claims.give_back(work, ticket, mine)


async def _not_come(work: Work, ticket: Ticket) -> None:
    for one in (await claims.held(work.ledger, ticket["id"]))[:1]:
        await claims.not_come(work, ticket, one)


async def _sign_in(work: Work, ticket: Ticket) -> None:
    assert work.person is not None
    mine = await claims.mine(work.ledger, ticket["id"], work.person["id"])
    if mine is not None:
        await claims.sign_in(work, ticket, mine, "location")


DO: dict[str, Act] = {
    "verify": orders.verify,
    "refuse": lambda work, ticket: orders.refuse(work, ticket, "不行"),
    "begin": claims.begin,
    "done": claims.done,
    "confirm": claims.confirm,
    "dispute": claims.dispute,
    "withdraw": lambda work, ticket: closing.withdraw(work, ticket, "有事"),
    "not me": claims.not_me,
    "more": lambda work, ticket: _edit(work, ticket, 1),
    "fewer": lambda work, ticket: _edit(work, ticket, -1),
}


class OrderMachine(RuleBasedStateMachine):
    """Five helpers, somebody who asks, a duty secretary, and a clock that goes where it likes."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = Path(tempfile.mkdtemp(prefix="linli-neighbours-"))
        self.town: Neighbours = self.runner.run(self.open())
        self.posted: list[int] = []
        self.suspended: set[str] = set()

    async def open(self) -> Neighbours:
        """A fresh database with helpers."""
        await copy_of_sample(self.folder / "linli.sqlite3", MONDAY)
        database = await Database.open(f"sqlite:///{self.folder}/linli.sqlite3")
        return await Neighbours.among(self.folder, database, len(HELPERS))

    def teardown(self) -> None:
        self.runner.run(self.close())
        self.runner.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    async def close(self) -> None:
        """Close the database."""
        await self.town.database.close()

    @initialize()
    def begin(self) -> None:
        self.post(1, False, 4, True)

    @rule(
        wanted=st.integers(1, 3), is_vulnerable=st.booleans(), starts=st.sampled_from((0, 1, 4)), is_out=st.booleans()
    )
    def post(self, wanted: int, is_vulnerable: bool, starts: int, is_out: bool) -> None:
        starts_at = self.town.now + timedelta(hours=starts) if starts else None
        make = self.town.verified if is_out else self.town.post
        values: dict[str, Any] = {"wanted": wanted, "is_vulnerable": is_vulnerable, "starts_at": starts_at}
        self.posted.append(self.runner.run(make(**values)))

    @rule(who=st.lists(WHO, min_size=1, max_size=4), which=NTH)
    def take(self, who: Sequence[str], which: int) -> None:
        self.runner.run(self.town.take(list(who), self._one(which)))

    @rule(who=WHO, which=NTH, what=st.sampled_from((_give_back, _sign_in)))
    def helper(self, who: str, which: int, what: Act) -> None:
        self._race([(who, what)], which)

    @rule(which=NTH)
    def not_come(self, which: int) -> None:
        self._race([("asker", _not_come)], which)

    @rule(who=SOMEBODY, what=ACTS, which=NTH)
    def act(self, who: str, what: str, which: int) -> None:
        self._race([(who, DO[what])], which)

    @rule(who=SOMEBODY, what=ACTS, helpers=st.lists(WHO, min_size=1, max_size=3), which=NTH)
    def race(self, who: str, what: str, helpers: Sequence[str], which: int) -> None:
        """Several take it while somebody gives back and somebody does something else, all at once."""
        taking: list[tuple[str, Act]] = [(one, claims.claim) for one in helpers]
        self._race([*taking, (who, DO[what]), (helpers[0], _give_back)], which)

    @rule(who=WHO, other=WHO, which=NTH)
    def suspend(self, who: str, other: str, which: int) -> None:
        """A secretary suspends somebody who takes a place in the same moment, in which another gives one back."""
        self.runner.run(self._suspend(who, other, self._one(which)))

    @precondition(lambda self: self.suspended)
    @rule()
    def let_back(self) -> None:
        self.runner.run(self._judge(self.suspended.pop(), vouching.lift))

    @rule(minutes=MINUTES)
    def tick(self, minutes: int) -> None:
        """After the clock has been there, nothing is checked or offered past its end."""
        self.runner.run(self.town.tick(minutes=minutes))
        self.runner.run(self.town.tick())
        for ticket, order, _ in self._all():
            assert ticket["state"] not in {State.NEW, State.OFFERED} or order["ends_at"] > self.town.now

    # --- what always holds ------------------------------------------------------------------------------------

    @invariant()
    def each_place_has_one_winner(self) -> None:
        for ticket, order, held in self._all():
            seats = Counter(one["seat"] for one in held)
            people = Counter(one["person_id"] for one in held)
            assert max([*seats.values(), *people.values()], default=1) == 1
            assert len(held) <= order["wanted"] or ticket["state"] == State.CLOSED
            if ticket["state"] in SETTLED:
                assert len(held) == order["wanted"]
                assert ticket["assignee_id"] in people
            if ticket["state"] in OPEN_TO_HELPERS:
                assert len(held) < order["wanted"]
                assert ticket["assignee_id"] is None

    @invariant()
    def nobody_goes_alone_the_first_time(self) -> None:
        for ticket, order, held in self._all():
            if order["is_vulnerable"] and ticket["state"] in SETTLED and len(held) < 2:
                known = self.runner.run(self._known(ticket, [one["person_id"] for one in held]))
                assert known

    @invariant()
    def nobody_suspended_is_asked_or_has_a_place(self) -> None:
        ids = {self.runner.run(self.town.person(one))["id"] for one in self.suspended}
        for ticket, _, held in self._all():
            if ticket["state"] in OPEN_TO_HELPERS | {State.ACCEPTED, State.ON_SITE}:
                offered = {one["person_id"] for one in self.runner.run(self.town.open_offers(ticket["id"]))}
                assert not ids & offered
                assert not ids & {one["person_id"] for one in held}

    @invariant()
    def waves_end(self) -> None:
        for ticket, order, held in self._all():
            assert order["wave"] <= LAST_WAVE
            is_over = ticket["state"] not in OPEN_TO_HELPERS
            if is_over:
                assert not self.runner.run(self.town.open_offers(ticket["id"])) or ticket["state"] == State.NEW
            if ticket["state"] in {State.CLOSED, State.WITHDRAWN, State.REFUSED}:
                assert all(one["state"] == helped.DONE for one in held)

    # --- helpers ----------------------------------------------------------------------------------------------

    def _one(self, which: int) -> int:
        return self.posted[which % len(self.posted)]

    def _race(self, acts: Sequence[tuple[str, Act]], which: int) -> None:
        ticket_id = self._one(which)
        self.runner.run(self.town.race([(who, ticket_id, act) for who, act in acts]))

    def _all(self) -> list[tuple[Ticket, Any, list[Any]]]:
        return self.runner.run(self._read())

    async def _read(self) -> list[tuple[Ticket, Any, list[Any]]]:
        found = []
        for ticket_id in self.posted:
            ticket = await self.town.ticket(ticket_id)
            held = await claims.held(self.town.ledger, ticket_id)
            found.append((ticket, await self.town.order(ticket_id), list(held)))
        return found

    async def _known(self, ticket: Ticket, ids: Sequence[int]) -> bool:
        done = await self.town.rows(
            schema.claim, schema.claim.c.state == helped.DONE, schema.claim.c.person_id.in_(ids)
        )
        return any(one["ticket_id"] != ticket["id"] for one in done)

    async def _suspend(self, who: str, other: str, ticket_id: int) -> None:
        self.suspended.add(who)

        async def take(work: Work) -> None:
            await claims.claim(work, await self.town.ticket(ticket_id))

        async def give_back(work: Work) -> None:
            await _give_back(work, await self.town.ticket(ticket_id))

        async def suspend(work: Work) -> None:
            await vouching.suspend(work, await self.town.person(who), "missed")

        *_, judged = await self.town.decide([(who, take), (other, give_back), ("dan", suspend)])
        assert judged is None

    async def _judge(self, who: str, act: Callable[[Work, Any], Awaitable[None]]) -> None:
        async def decide(work: Work) -> None:
            await act(work, await self.town.person(who))

        assert await self.town.do("dan", decide) is None


def on_postgres(server: Server) -> type[OrderMachine]:
    """The same on PostgreSQL."""

    class OnPostgres(OrderMachine):
        async def open(self) -> Neighbours:
            self.url = await postgres.copy(server, postgres.FILLED)
            return await Neighbours.among(self.folder, await Database.open(self.url), len(HELPERS))

        async def close(self) -> None:
            await super().close()
            await postgres.drop(self.url)

    return OnPostgres


def test_it_keeps_its_word_among_neighbours() -> None:
    run_machine(OrderMachine, 3, 20)


@pytest.mark.slow
def test_it_keeps_its_word_among_neighbours_for_long() -> None:
    run_machine(OrderMachine, 20, 40)


@pytest.mark.slow
def test_it_keeps_its_word_among_neighbours_on_postgresql(postgres_server: Server) -> None:
    run_machine(on_postgres(postgres_server), 8, 30)
