"""Anything in any order, and nobody who waits is lost: each is offered a time, takes it, leaves, or is told."""

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from storage import bookings, rebooking, schema, slots, tickets, waiting_answers, waiting_line, waitlist
from storage.engine import Database
from storage.migrate import upgrade
from storage.rules.slots import Slot
from storage.rules.waiting import Part, Waits, window
from storage.work import Work
from tests import postgres
from tests.machines import run_machine
from tests.postgres import Server

from .counter import COUNTER, KIN, RESIDENTS, ROSA, TUESDAY, Counter

WHO = st.sampled_from(RESIDENTS)
DAYS = st.integers(0, 2)
CLOCKS = st.sampled_from(["09:00", "09:30"])
WHICH = st.integers(0, 20)
MINUTES = (1, 5, 11, 60, 120, 121, 600, 1440, -5, -60)
GOING = {Waits.WAITING, Waits.OFFERED}
Done = Callable[[], Coroutine[Any, Any, None]]


class WaitingMachine(RuleBasedStateMachine):
    """Six residents and one counter with two times a day; and a clock that goes where it likes."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.counter, self.drop = self.runner.run(self.open())
        self.booked: list[tuple[str, int]] = []
        self.waits: list[tuple[str, int]] = []
        self.held: list[tuple[str, int]] = []
        self.latest = self.counter.now

    async def open(self) -> tuple[Counter, Done]:
        """A fresh counter, and how to be rid of it."""
        folder = Path(tempfile.mkdtemp(prefix="linli-waits-"))
        shutil.copyfile(await asyncio.to_thread(_template), folder / "linli.sqlite3")

        async def drop() -> None:
            shutil.rmtree(folder, ignore_errors=True)

        return await Counter.open(f"sqlite:///{folder}/linli.sqlite3"), drop

    def teardown(self) -> None:
        """Whatever was done: when all days are over nobody waits any more, and everybody was told."""
        try:
            self.runner.run(self.counter.tick(days=5))
            self.nobody_is_left_in_the_line()
        finally:
            self.runner.run(self.counter.close())
            self.runner.run(self.drop())
            self.runner.close()

    def nobody_is_left_in_the_line(self) -> None:
        for row in self._rows(schema.waiting):
            assert row["state"] not in GOING
            if row["state"] == Waits.EXPIRED:
                person = next(code for code, number in self.counter.ids.items() if number == row["owner_id"])
                assert "waiting.expired" in self.runner.run(self.counter.told(person))

    # --- what is done -----------------------------------------------------------------------------------------

    @rule(who=WHO, day=DAYS, clock=CLOCKS)
    def book(self, who: str, day: int, clock: str) -> None:
        self._race([self._books(who, day, clock)])

    @rule(who=WHO, day=DAYS, clock=CLOCKS)
    def hold(self, who: str, day: int, clock: str) -> None:
        self._race([self._holds(who, day, clock)])

    @rule(who=WHO, days=DAYS, part=st.sampled_from(Part))
    def join(self, who: str, days: int, part: Part) -> None:
        self._race([self._joins(who, days, part)])

    @precondition(lambda self: self.booked)
    @rule(which=WHICH)
    def cancel(self, which: int) -> None:
        self._race([self._cancels(which)])

    @precondition(lambda self: self.booked)
    @rule(which=WHICH, day=DAYS, clock=CLOCKS)
    def move(self, which: int, day: int, clock: str) -> None:
        who, ticket_id = self.booked[which % len(self.booked)]

        async def act(work: Work) -> None:
            ticket = await tickets.by_id(work.ledger, ticket_id)
            await rebooking.reschedule(work, ticket or {}, self._slot(day, clock))

        self._race([(who, act)])

    @precondition(lambda self: self.waits)
    @rule(what=st.sampled_from(["take", "take", "pass", "leave"]), which=WHICH, is_kin=st.booleans())
    def answer(self, what: str, which: int, is_kin: bool) -> None:
        self._race([self._answers(what, which, is_kin)])

    @rule(
        who=WHO,
        other=WHO,
        day=DAYS,
        clock=CLOCKS,
        which=WHICH,
        what=st.sampled_from(["take", "pass", "leave"]),
        first=st.integers(0, 4),
    )
    def race(self, who: str, other: str, day: int, clock: str, which: int, what: str, first: int) -> None:
        """Somebody gives back, somebody books, somebody joins, a family answers twice: all in the same moment."""
        acts = [self._books(who, day, clock), self._joins(other, day, Part.ANY)]
        if self.booked:
            acts.append(self._cancels(which))
        if self.waits:
            acts += [self._answers(what, which, False), self._answers("take", which, True)]
        first %= len(acts)
        self._race([*acts[first:], *acts[:first]])

    @rule(minutes=st.sampled_from(MINUTES))
    def tick(self, minutes: int) -> None:
        self.runner.run(self.counter.tick(minutes=minutes))
        is_ahead = self.counter.now - self.latest >= timedelta(hours=1)
        self.latest = max(self.latest, self.counter.now)
        if is_ahead:  # a clock that went back has to come to where it was first
            self.nothing_is_free_that_somebody_waits_for()

    def nothing_is_free_that_somebody_waits_for(self) -> None:
        """Once an hour everybody who waits is looked after."""

        async def look() -> None:
            work = await self.counter.work(None)
            for row in await waitlist.line(self.counter.ledger, [self.counter.service.id]):
                if row["state"] == Waits.WAITING and work.now < row["until_at"]:
                    assert await waiting_line.fitting(work, row) is None

        self.runner.run(look())

    # --- how --------------------------------------------------------------------------------------------------

    def _slot(self, day: int, clock: str) -> Slot:
        begins = self.counter.at(clock, TUESDAY + timedelta(days=day))
        return Slot(COUNTER, 1, begins, begins + timedelta(minutes=30))

    def _race(self, acts: list[tuple[str, Callable[[Work], Awaitable[Any]]]]) -> None:
        got: list[Any] = self.runner.run(self.counter.race(list(acts)))
        for (who, _), one in zip(acts, got, strict=True):
            if isinstance(one, int):
                self.held.append((who, one))
            elif isinstance(one, dict):
                (self.booked if "number" in one else self.waits).append((who, one["id"]))

    def _books(self, who: str, day: int, clock: str) -> tuple[str, Callable[[Work], Awaitable[Any]]]:
        mine = [hold_id for code, hold_id in self.held if code == who]
        hold_id = mine[-1] if mine and day == 0 else None
        return who, lambda work: bookings.book(work, self.counter.wanted(who), self._slot(day, clock), hold_id)

    def _holds(self, who: str, day: int, clock: str) -> tuple[str, Callable[[Work], Awaitable[Any]]]:
        me, service = self.counter.ids[who], self.counter.service
        return who, lambda work: slots.hold(work, me, service, self._slot(day, clock))

    def _joins(self, who: str, days: int, part: Part) -> tuple[str, Callable[[Work], Awaitable[Any]]]:
        span = window(TUESDAY, TUESDAY + timedelta(days=days), part, self.counter.ledger.directory.calendar)
        return who, lambda work: waitlist.join(work, self.counter.wanted(who), span)

    def _cancels(self, which: int) -> tuple[str, Callable[[Work], Awaitable[Any]]]:
        who, ticket_id = self.booked[which % len(self.booked)]

        async def act(work: Work) -> None:
            ticket = await tickets.by_id(work.ledger, ticket_id)
            await rebooking.cancel(work, ticket or {}, "busy")

        return who, act

    def _answers(self, what: str, which: int, is_kin: bool) -> tuple[str, Callable[[Work], Awaitable[Any]]]:
        who, waiting_id = self.waits[which % len(self.waits)]
        asker = KIN if is_kin and who == ROSA else who

        async def act(work: Work) -> Any:
            row = await waitlist.by_id(work.ledger, waiting_id)
            hold_id = row["hold_id"] if row else None
            if what == "take":
                return await waiting_answers.accept(work, waiting_id, hold_id)
            if what == "pass":
                return await waiting_answers.pass_by(work, waiting_id, hold_id)
            await waiting_answers.leave(work, waiting_id)
            return None

        return asker, act

    # --- what always holds ------------------------------------------------------------------------------------

    def _rows(self, table: Any) -> list[dict[str, Any]]:
        return self.runner.run(self.counter.rows(table))

    @invariant()
    def everybody_who_waits_will_be_looked_after(self) -> None:
        scheduled = {row["subject"] for row in self._rows(schema.reminder) if row["state"] == "scheduled"}
        holds = {row["id"]: row for row in self._rows(schema.hold)}
        for row in self._rows(schema.waiting):
            assert (waitlist.subject(row["id"]) in scheduled) is (row["state"] in GOING)
            assert (row["hold_id"] is not None) is (row["state"] == Waits.OFFERED)
            if row["state"] == Waits.OFFERED and row["hold_id"] in holds:
                assert holds[row["hold_id"]]["until"] == row["offered_until"]

    @invariant()
    def every_kept_time_is_somebodys(self) -> None:
        offered = {row["hold_id"] for row in self._rows(schema.waiting) if row["hold_id"] is not None}
        kept = {row["id"] for row in self._rows(schema.hold) if row["is_offer"]}
        assert kept <= offered

    @invariant()
    def nobody_has_what_another_has(self) -> None:
        until = {row["id"]: row["booked_until"] for row in self._rows(schema.ticket)}
        taken = [row["starts_at"] for row in self._rows(schema.booking) if until[row["id"]] is not None]
        taken += [row["starts_at"] for row in self._rows(schema.hold)]
        assert len(set(taken)) == len(taken)
        assert len(self._rows(schema.booking_cell)) == 2 * len(taken)

    @invariant()
    def who_took_a_time_has_a_booking(self) -> None:
        owners = [row["owner_id"] for row in self._rows(schema.ticket)]
        for row in self._rows(schema.waiting):
            assert row["state"] != Waits.TAKEN or row["owner_id"] in owners


@cache
def _template() -> Path:
    """An empty database with tables, made once."""
    path = Path(tempfile.mkdtemp(prefix="linli-empty-")) / "linli.sqlite3"

    async def make() -> None:
        database = await Database.open(f"sqlite:///{path}")
        await upgrade(database)
        await database.close()

    asyncio.run(make())
    return path


def on_postgres(server: Server) -> type[WaitingMachine]:
    """The same on PostgreSQL."""

    class OnPostgres(WaitingMachine):
        async def open(self) -> tuple[Counter, Done]:
            url = await postgres.copy(server, postgres.EMPTY)

            async def drop() -> None:
                await postgres.drop(url)

            return await Counter.open(url), drop

    return OnPostgres


def test_it_loses_nobody_who_waits() -> None:
    run_machine(WaitingMachine, 8, 25)


def test_it_loses_nobody_who_waits_on_postgresql(postgres_server: Server) -> None:
    run_machine(on_postgres(postgres_server), 3, 20)


@pytest.mark.slow
def test_it_loses_nobody_who_waits_in_a_long_time() -> None:
    run_machine(WaitingMachine, 25, 40)


@pytest.mark.slow
def test_it_loses_nobody_who_waits_in_a_long_time_on_postgresql(postgres_server: Server) -> None:
    run_machine(on_postgres(postgres_server), 10, 30)
