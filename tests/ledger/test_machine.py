"""Anything in any order, and the ledger stays whole: one owner, a continuous history, no reminder of what is over."""

import asyncio
import itertools
from collections import defaultdict
from datetime import timedelta
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

from storage import closing, danger, handling, schema, triage, unreachable
from storage.rules.lifecycle import OPEN, TRANSITIONS, Event, State
from storage.rules.limits import Limits, resolution_due_at
from storage.work import Work
from tests.machines import run_machine

from .desk import Act, Desk, Ticket

RESIDENTS = ("chen", "xiaowang")
STAFF = ("wei", "zhao", "laoli", "dan", "secretary", "fang")
EVERYBODY = (*RESIDENTS, *STAFF)
KINDS = ("public_facilities", "order_noise", "utilities", "dispute", "question")
OWNED = {"accepted", "waiting", "on_site", "controlled", "done"}
UNOWNED = {"new", "offered"}
PLAN = timedelta(days=2)


async def hand_over(work: Work, ticket: Ticket) -> None:
    colleague = await work.ledger.get(schema.person, await _id(work, "zhao"))
    assert colleague is not None
    await handling.hand_over(work, ticket, colleague, "")


async def _id(work: Work, code: str) -> int:
    row = await work.ledger.one(sa.select(schema.person).where(schema.person.c.code == code))
    assert row is not None
    return int(row["id"])


async def assign(work: Work, ticket: Ticket) -> None:
    await triage.assign(work, ticket, await _id(work, "laoli"))


ACTS: dict[str, Act] = {
    "accept": handling.accept,
    "decline": lambda work, ticket: handling.decline(work, ticket, "busy"),
    "hand over": hand_over,
    "ask": lambda work, ticket: handling.ask(work, ticket, "?"),
    "add words": lambda work, ticket: handling.add_words(work, ticket, "!", ()),
    "progress": lambda work, ticket: handling.progress(work, ticket, "…"),
    "finish": lambda work, ticket: handling.finish(work, ticket, None, ()),
    "arrive": danger.arrive,
    "control": lambda work, ticket: danger.control(work, ticket, "…", work.now + PLAN),
    "raise": danger.raise_to,
    "confirm": closing.confirm,
    "dispute": closing.dispute,
    "rate 5": lambda work, ticket: closing.rate(work, ticket, 5),
    "rate 1": lambda work, ticket: closing.rate(work, ticket, 1),
    "withdraw": lambda work, ticket: closing.withdraw(work, ticket, "mistake"),
    "assign": assign,
    "lose": lambda work, ticket: unreachable.pass_on(work, ticket["assignee_id"] or 0),
}
WHO = st.sampled_from(EVERYBODY)
WHAT = st.sampled_from(sorted(ACTS))
MINUTES = (1, 1, 3, 3, 30, 30, 120, 120, 600, 1440, 3 * 1440, 8 * 1440, -60, -1440)
WHICH = st.integers(0, 2)


class LedgerMachine(RuleBasedStateMachine):
    """Some people, up to three tickets, a clock that goes where it likes."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.desk: Desk = self.runner.run(Desk.open())
        self.tickets: list[int] = []
        self.seen: dict[int, tuple[int, int]] = {}
        self.fired: set[int] = set()
        self.paused: dict[int, int] = defaultdict(int)

    def teardown(self) -> None:
        self.runner.run(self.desk.close())
        self.runner.close()

    @initialize(kind=st.sampled_from(KINDS), hour=st.integers(0, 23))
    def begin(self, kind: str, hour: int) -> None:
        self.desk.now += timedelta(hours=hour)
        self.tickets.append(self.runner.run(self.desk.report("chen", kind)))

    @precondition(lambda self: len(self.tickets) < 3)
    @rule(who=st.sampled_from(RESIDENTS), kind=st.sampled_from(KINDS), is_danger=st.booleans())
    def report(self, who: str, kind: str, is_danger: bool) -> None:
        self.tickets.append(self.runner.run(self.desk.report(who, kind, is_danger=is_danger)))

    @rule(who=WHO, what=WHAT, which=WHICH)
    def act(self, who: str, what: str, which: int) -> None:
        self.runner.run(self.desk.act(who, self._pick(which), ACTS[what]))

    @rule(what=st.sampled_from(["accept", "accept", "decline"]), which=WHICH, nth=st.integers(0, 5))
    def answer(self, what: str, which: int, nth: int) -> None:
        """Somebody who was asked answers."""
        ticket_id, offer = self._pick(which), schema.offer
        rows = self.runner.run(self.desk.rows(offer, offer.c.ticket_id == ticket_id, offer.c.state == "open"))
        if rows:
            who = self._code(rows[nth % len(rows)]["person_id"])
            self.runner.run(self.desk.act(who, ticket_id, ACTS[what]))

    @rule(what=st.sampled_from(["ask", "progress", "finish", "finish", "hand over", "arrive", "control"]), which=WHICH)
    def go_on(self, what: str, which: int) -> None:
        """Whoever has it goes on."""
        ticket = self.runner.run(self.desk.ticket(self._pick(which)))
        self.runner.run(self.desk.act(self._code(ticket["assignee_id"]), ticket["id"], ACTS[what]))

    @rule(what=st.sampled_from(["confirm", "dispute", "dispute", "rate 5", "rate 1", "add words"]), which=WHICH)
    def judge(self, what: str, which: int) -> None:
        """The resident says what they think of it."""
        ticket = self.runner.run(self.desk.ticket(self._pick(which)))
        self.runner.run(self.desk.act(self._code(ticket["owner_id"]), ticket["id"], ACTS[what]))

    @rule(first=WHO, what=WHAT, second=WHO, other=WHAT, which=WHICH)
    def race(self, first: str, what: str, second: str, other: str, which: int) -> None:
        ticket_id = self._pick(which)
        acts = [(first, ticket_id, ACTS[what]), (second, ticket_id, ACTS[other])]
        self.runner.run(self.desk.race(acts))

    @rule(minutes=st.sampled_from(MINUTES))
    def tick(self, minutes: int) -> None:
        self.runner.run(self.desk.tick(minutes=minutes))

    @rule(who=st.sampled_from(STAFF))
    def come_back(self, who: str) -> None:
        """Somebody unblocks the bot."""

        async def write() -> None:
            work = await self.desk.work(who)
            assert work.person is not None
            work.changes.update(schema.person, work.person, unreachable_at=None)
            await self.desk.commit([work.finish()])

        self.runner.run(write())

    def _pick(self, which: int) -> int:
        return self.tickets[which % len(self.tickets)]

    def _code(self, person_id: int | None) -> str | None:
        rows = self.runner.run(self.desk.rows(schema.person, schema.person.c.id == (person_id or 0)))
        return rows[0]["code"] if rows else None

    # --- what always holds ------------------------------------------------------------------------------------

    def _rows(self, table: Any) -> list[dict[str, Any]]:
        return self.runner.run(self.desk.rows(table))

    @invariant()
    def it_has_one_owner_exactly_when_somebody_took_it(self) -> None:
        for ticket in self._rows(schema.ticket):
            if ticket["state"] in OWNED:
                assert ticket["assignee_id"] is not None, ticket["state"]
                assert ticket["accepted_at"] is not None
            if ticket["state"] in UNOWNED:
                assert ticket["assignee_id"] is None, ticket["state"]

    @invariant()
    def it_is_offered_only_while_nobody_has_it(self) -> None:
        states = {ticket["id"]: ticket["state"] for ticket in self._rows(schema.ticket)}
        owners = {ticket["id"]: ticket["owner_id"] for ticket in self._rows(schema.ticket)}
        asked: dict[int, list[int]] = defaultdict(list)
        for offer in self._rows(schema.offer):
            assert offer["person_id"] != owners[offer["ticket_id"]]
            if offer["state"] == "open":
                asked[offer["ticket_id"]].append(offer["person_id"])
        for ticket_id, people in asked.items():
            assert states[ticket_id] in UNOWNED
            assert len(set(people)) == len(people)
        assert all(asked[ticket_id] for ticket_id, state in states.items() if state == "offered")

    @invariant()
    def its_history_is_one_chain_of_legal_moves(self) -> None:
        chains: dict[int, list[dict[str, Any]]] = defaultdict(list)
        for row in self._rows(schema.history):
            chains[row["ticket_id"]].append(row)
        for ticket in self._rows(schema.ticket):
            chain = chains[ticket["id"]]
            assert chain[0]["old_state"] is None
            assert chain[-1]["new_state"] == ticket["state"]
            for before, after in itertools.pairwise(chain):
                assert after["old_state"] == before["new_state"]
                if after["event"] in set(Event) and after["event"] != Event.EXHAUSTED:
                    assert TRANSITIONS[State(after["old_state"]), Event(after["event"])] == after["new_state"]

    @invariant()
    def its_version_grows_with_its_history(self) -> None:
        lengths: dict[int, int] = defaultdict(int)
        for row in self._rows(schema.history):
            lengths[row["ticket_id"]] += 1
        for ticket in self._rows(schema.ticket):
            version, length = self.seen.get(ticket["id"], (0, 0))
            assert ticket["version"] >= version
            assert (lengths[ticket["id"]] > length) <= (ticket["version"] > version)
            self.seen[ticket["id"]] = (ticket["version"], lengths[ticket["id"]])

    @invariant()
    def it_reminds_of_what_is_open_and_of_nothing_else(self) -> None:
        waiting: dict[str, set[str]] = defaultdict(set)
        for row in self._rows(schema.reminder):
            if row["state"] == "scheduled":
                waiting[row["subject"]].add(row["kind"])
        for ticket in self._rows(schema.ticket):
            kinds = waiting[f"ticket:{ticket['id']}"]
            if ticket["state"] not in OPEN:
                # Whoever said yes may still give stars; after that the cards say how it ended.
                is_unrated = ticket["closed_how"] == "confirmed" and ticket["stars"] is None
                assert kinds <= ({"last_cards"} if is_unrated else set())
            elif ticket["state"] in UNOWNED and ticket["is_danger"]:
                assert "danger_ring" in kinds  # no silent end
            elif ticket["state"] == "waiting":
                assert "ask_expired" in kinds
            elif ticket["state"] == "done":
                assert "confirm_close" in kinds

    @invariant()
    def no_reminder_fires_twice(self) -> None:
        fired = {row["id"] for row in self._rows(schema.reminder) if row["state"] == "fired"}
        assert self.fired <= fired
        self.fired = fired
        keys = [row["unique_key"] for row in self._rows(schema.outbox) if row["unique_key"]]
        assert len(set(keys)) == len(keys)

    @invariant()
    def only_those_entitled_gave_stars(self) -> None:
        raters = {row["ticket_id"]: row["actor_id"] for row in self._rows(schema.history) if row["event"] == "rated"}
        for ticket in self._rows(schema.ticket):
            if ticket["stars"] is not None:
                assert raters[ticket["id"]] in {ticket["owner_id"], ticket["filed_by_id"]} - {ticket["assignee_id"]}
                assert ticket["closed_how"] == "confirmed"

    @invariant()
    def its_limit_is_the_one_it_began_with_moved_by_its_pauses(self) -> None:
        calendar = self.desk.ledger.directory.calendar
        for ticket in self._rows(schema.ticket):
            if not ticket["is_danger"]:
                limits, paused = Limits.from_json(ticket["limits"]), timedelta(seconds=ticket["paused_seconds"])
                expected = resolution_due_at(limits, ticket["created_at"], calendar, paused)
                assert ticket["resolution_due_at"] == expected
            assert ticket["paused_seconds"] >= self.paused[ticket["id"]]
            self.paused[ticket["id"]] = ticket["paused_seconds"]

    @invariant()
    def no_word_of_a_confidential_matter_goes_to_the_street(self) -> None:
        private = {row["id"] for row in self._rows(schema.ticket) if row["is_confidential"] and not row["is_danger"]}
        fang = self.runner.run(self.desk.person("fang"))["id"]
        told = [row for row in self._rows(schema.outbox) if row["person_id"] == fang and row["ticket_id"] in private]
        assert not told


def test_it_stays_whole_whatever_happens() -> None:
    run_machine(LedgerMachine, 12, 25)


@pytest.mark.slow
def test_it_stays_whole_for_long() -> None:
    run_machine(LedgerMachine, 80, 60)
