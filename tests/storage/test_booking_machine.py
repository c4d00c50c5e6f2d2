"""Anything in any order, and nobody has what another has: cells are those of the bookings and holds that there are."""

import asyncio
import itertools
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from storage import bookings, closing, handling, schema, slots, tickets, triage
from storage.engine import Database
from storage.rules.lifecycle import OPEN
from storage.rules.retention import cutoff
from storage.rules.slots import buffer_of, cells_of
from storage.slots import Slot
from storage.work import Work
from tests import postgres
from tests.ledger.desk import Ticket
from tests.machines import run_machine
from tests.postgres import Server
from tests.town import MONDAY, copy_of_sample

from .desks import TUESDAY, Counter, Decide

Opened = tuple[Counter, Callable[[], Coroutine[Any, Any, None]]]
Act = tuple[str | None, str, Decide]
"""Who does it, about which service, and what."""
WHO = st.sampled_from(["r0", "r1", "r2"])
WHAT = st.sampled_from(["visit", "visit", "meal", "talk", "hall", "hall"])
NTH = st.integers(0, 30)
CHANGES = st.sampled_from(
    ["move", "move through a hold", "give back", "approve", "refuse", "finish", "confirm", "withdraw"]
)
MINUTES = (1, 5, 9, 10, 11, 60, 60 * 12, 60 * 24, -5, -60)


class BookingMachine(RuleBasedStateMachine):
    """A few residents, two agents, a canteen and a room, for two days; and a clock that goes where it likes."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        opened: Opened = self.runner.run(self.open())
        self.counter, self.close = opened
        self.seen: dict[str, list[Slot]] = defaultdict(list)
        self.held: list[tuple[str, str, int]] = []
        self.booked: list[tuple[str, str, int]] = []

    async def open(self) -> Opened:
        """A fresh database with the small catalogue, and how to be rid of it."""
        folder = Path(tempfile.mkdtemp(prefix="linli-counter-"))
        await copy_of_sample(folder / "linli.sqlite3", MONDAY)
        database = await Database.open(f"sqlite:///{folder}/linli.sqlite3")

        async def close() -> None:
            await database.close()
            shutil.rmtree(folder, ignore_errors=True)

        return await Counter.at(folder, database), close

    def teardown(self) -> None:
        self.runner.run(self.close())
        self.runner.close()

    @initialize()
    def begin(self) -> None:
        for service in ("visit", "meal", "talk", "hall"):
            self.look(service)

    @rule(service=WHAT)
    def look(self, service: str) -> None:
        """Somebody sees what is free now, and may choose from it later, when it is not."""
        for day in (TUESDAY, TUESDAY + timedelta(days=1)):
            self.seen[service] += self.runner.run(self.counter.free(service, day))[:8]

    @rule(who=WHO, service=WHAT, nth=NTH)
    def book(self, who: str, service: str, nth: int) -> None:
        self._do([self._books(who, service, nth)])

    @rule(who=WHO, service=WHAT, nth=NTH)
    def hold(self, who: str, service: str, nth: int) -> None:
        self._do([self._holds(who, service, nth)])

    @precondition(lambda self: self.held)
    @rule(which=NTH)
    def confirm(self, which: int) -> None:
        self._do([self._confirms(which)])

    @precondition(lambda self: self.held)
    @rule(which=NTH)
    def release(self, which: int) -> None:
        who, _, hold_id = self.held[which % len(self.held)]
        self.runner.run(self.counter.do(who, lambda work: slots.release(work, hold_id)))

    @precondition(lambda self: self.booked)
    @rule(what=CHANGES, which=NTH, nth=NTH, is_staff=st.booleans())
    def change(self, what: str, which: int, nth: int, is_staff: bool) -> None:
        self._do([self._changes(what, which, nth, is_staff)])

    @precondition(lambda self: self.booked)
    @rule(which=NTH, nth=NTH)
    def move(self, which: int, nth: int) -> None:
        """Somebody keeps a time for their booking, thinks for a while, and takes it."""
        who, service, ticket_id = self.booked[which % len(self.booked)]
        hold_id = self._do([self._holds(who, service, nth, moving=ticket_id)])[0]
        self.runner.run(self.counter.tick(minutes=nth % 11))
        slot = self._slot(service, nth)
        self._do([(who, service, self._moving(ticket_id, slot, hold_id if isinstance(hold_id, int) else None))])

    @rule(who=WHO, other=WHO, service=WHAT, nth=NTH, which=NTH, what=CHANGES, is_staff=st.booleans())
    def race(self, who: str, other: str, service: str, nth: int, which: int, what: str, is_staff: bool) -> None:
        """Three decide at once: two want one time, and somebody changes a booking."""
        acts = [self._books(who, service, nth), self._holds(other, service, nth)]
        if self.held and is_staff:
            acts.append(self._confirms(which))
        elif self.booked:
            acts.append(self._changes(what, which, nth, is_staff))
        self._do(acts)

    @rule(minutes=st.sampled_from(MINUTES))
    def tick(self, minutes: int) -> None:
        self.runner.run(self.counter.tick(minutes=minutes))
        assert all(row["until"] > self.counter.now for row in self._rows(schema.hold))

    # --- what somebody does -----------------------------------------------------------------------------------

    def _slot(self, service: str, nth: int) -> Slot:
        return self.seen[service][nth % len(self.seen[service])]

    def _do(self, acts: Sequence[Act]) -> list[Any]:
        """Let them decide at once; what came of it can be confirmed or changed later."""
        got: list[Any] = self.runner.run(self.counter.decide([(who, act) for who, _, act in acts]))
        for (who, service, _), one in zip(acts, got, strict=True):
            if isinstance(one, int):
                self.held.append((who or "", service, one))
            elif isinstance(one, dict):
                self.booked.append((who or "", service, one["id"]))
        return got

    def _books(self, who: str, service: str, nth: int) -> Act:
        async def act(work: Work) -> Ticket:
            return await bookings.book(work, self.counter.wanted(work, service), self._slot(service, nth))

        return who, service, act

    def _holds(self, who: str, service: str, nth: int, moving: int | None = None) -> Act:
        async def act(work: Work) -> int:
            assert work.person is not None
            found, me, place_id = self.counter.service(service), work.person["id"], self.counter.home
            slot = self._slot(service, nth)
            return await slots.hold(work, me, found, slot, way=found.ways[0], place_id=place_id, moving=moving)

        return who, service, act

    def _confirms(self, which: int) -> Act:
        who, service, hold_id = self.held[which % len(self.held)]

        async def act(work: Work) -> Ticket:
            return await bookings.book(work, self.counter.wanted(work, service), self._slot(service, which), hold_id)

        return who, service, act

    def _moving(self, ticket_id: int, slot: Slot, hold_id: int | None) -> Decide:
        async def act(work: Work) -> None:
            ticket = await tickets.by_id(work.ledger, ticket_id)
            if ticket is not None:
                await bookings.reschedule(work, ticket, slot, hold_id)

        return act

    def _changes(self, what: str, which: int, nth: int, is_staff: bool) -> Act:
        who, service, ticket_id = self.booked[which % len(self.booked)]
        slot, hold_id = self._slot(service, nth), self.held[nth % len(self.held)][2] if self.held else None
        acts: dict[str, Callable[[Work, Ticket], Awaitable[object]]] = {
            "move": lambda work, ticket: bookings.reschedule(work, ticket, slot),
            "move through a hold": lambda work, ticket: bookings.reschedule(work, ticket, slot, hold_id),
            "give back": lambda work, ticket: bookings.cancel(work, ticket, "有事"),
            "approve": bookings.approve,
            "refuse": lambda work, ticket: triage.refuse(work, ticket, "不行"),
            "finish": lambda work, ticket: handling.finish(work, ticket, None, ()),
            "confirm": closing.confirm,
            "withdraw": lambda work, ticket: closing.withdraw(work, ticket, "有事"),
        }

        async def act(work: Work) -> None:
            ticket = await tickets.by_id(work.ledger, ticket_id)
            if ticket is not None:
                await acts[what](work, ticket)

        if what == "finish":
            return self._carries_out(ticket_id), service, act
        return "dan" if is_staff or what in {"approve", "refuse"} else who, service, act

    def _carries_out(self, ticket_id: int) -> str | None:
        rows = self._rows(schema.ticket, schema.ticket.c.id == ticket_id)
        of = rows[0]["assignee_id"] if rows else None
        found = self._rows(schema.person, schema.person.c.id == of) if of else []
        return found[0]["code"] if found else "dan"

    # --- what always holds ------------------------------------------------------------------------------------

    def _rows(self, table: Any, *where: sa.ColumnElement[bool]) -> list[dict[str, Any]]:
        return self.runner.run(self.counter.rows(table, *where))

    def _expected(self, row: dict[str, Any]) -> set[tuple[int, int, int]]:
        service = self.counter.ledger.directory.catalogue.services[row["service_id"]]
        slot = Slot(row["provider_id"], row["seat"], row["starts_at"], row["ends_at"])
        return {(slot.provider_id, slot.seat, cell) for cell in cells_of(slot, buffer_of(service))}

    def _may_be_cleared(self, row: dict[str, Any]) -> bool:
        """Whether its time is over for so long that a night may have cleared it; the matter may go on."""
        return bool(row["ends_at"] < cutoff("cell", self.counter.ledger.periods, self.counter.now))

    @invariant()
    def its_cells_are_those_of_its_bookings_and_holds(self) -> None:
        owned: dict[int, set[tuple[int, int, int]]] = defaultdict(set)
        for provider, seat, cell, holder in self.runner.run(self.counter.cells()):
            owned[holder].add((provider, seat, cell))
        states = {row["id"]: row for row in self._rows(schema.ticket)}
        for row in self._rows(schema.booking):
            is_open = states[row["id"]]["state"] in OPEN
            mine, expected = owned.pop(row["id"], set()), self._expected(row) if is_open else set()
            assert mine == expected or (not mine and self._may_be_cleared(row))
            assert states[row["id"]]["booked_until"] == (row["ends_at"] if is_open else None)
        for row in self._rows(schema.hold):
            mine = owned.pop(row["id"], set())
            assert mine == self._expected(row) if row["moves_id"] is None else mine <= self._expected(row)
        assert owned == {}

    @invariant()
    def it_never_books_a_seat_twice(self) -> None:
        catalogue = self.counter.ledger.directory.catalogue
        states = {row["id"]: row["state"] for row in self._rows(schema.ticket)}
        taken: dict[tuple[int, int], list[tuple[datetime, datetime]]] = defaultdict(list)
        for row in self._rows(schema.booking):
            if states[row["id"]] in OPEN:
                service, provider = catalogue.services[row["service_id"]], catalogue.providers[row["provider_id"]]
                assert 1 <= row["seat"] <= min(provider.seats, service.capacity or provider.seats)
                assert row["starts_at"].minute % 15 == 0
                around = buffer_of(service)
                taken[row["provider_id"], row["seat"]].append((row["starts_at"] - around, row["ends_at"] + around))
        for spans in taken.values():
            assert all(before[1] <= after[0] for before, after in itertools.pairwise(sorted(spans)))

    @invariant()
    def it_gives_a_booking_to_whom_it_is_booked_with(self) -> None:
        providers = self.counter.ledger.directory.catalogue.providers
        assignees = {row["id"]: row["assignee_id"] for row in self._rows(schema.ticket) if row["state"] == "accepted"}
        for row in self._rows(schema.booking):
            if row["id"] in assignees:
                assert assignees[row["id"]] == providers[row["provider_id"]].person_id


def on_postgres(server: Server) -> type[BookingMachine]:
    """The same on PostgreSQL."""

    class OnPostgres(BookingMachine):
        async def open(self) -> Opened:
            url = await postgres.copy(server, postgres.FILLED)
            database = await Database.open(url)

            async def close() -> None:
                await database.close()
                await postgres.drop(url)

            return await Counter.at(Path(), database), close

    return OnPostgres


def test_it_never_over_books_whatever_happens() -> None:
    run_machine(BookingMachine, 8, 25)


def test_it_never_over_books_on_postgresql(postgres_server: Server) -> None:
    run_machine(on_postgres(postgres_server), 3, 20)


@pytest.mark.slow
def test_it_never_over_books_in_a_long_time() -> None:
    run_machine(BookingMachine, 30, 40)


@pytest.mark.slow
def test_it_never_over_books_in_a_long_time_on_postgresql(postgres_server: Server) -> None:
    run_machine(on_postgres(postgres_server), 10, 30)
