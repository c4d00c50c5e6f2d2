"""Anything in any order in groups: every copy of a card says the same, and what the ledger says."""

import asyncio
import shutil
import tempfile
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from simulator.group import Group
from simulator.phone import Phone
from simulator.state import Message
from storage import claims, schema
from storage.rules.groups import Purpose
from storage.rules.press import press
from tests.machines import run_machine
from tests.town import Town, a_town

from .groups import bound, fresh, order, volunteers

WHO = st.sampled_from(("vera", "chen", "zhao", "otto"))
WHERE = st.sampled_from((0, 1))
WORDS = {"offered": "邻居帮一下", "accepted": "有人去了", "on_site": "有人去了", "done": "帮好了", "closed": "帮好了"}


class GroupMachine(RuleBasedStateMachine):
    """Two groups of volunteers, three helpers and somebody who is none, and a request for two."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = Path(tempfile.mkdtemp(prefix="linli-groups-"))
        self.standing = a_town(self.folder, f"sqlite:///{self.folder}/linli.sqlite3")
        self.town: Town = self.runs(self.standing.__aenter__())
        self.groups: list[Group] = []
        self.ticket_id = 0

    def runs(self, act: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(act)

    def teardown(self) -> None:
        self.runs(self.standing.__aexit__(None, None, None))
        self.runner.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    @initialize(wanted=st.integers(1, 3))
    def begin(self, wanted: int) -> None:
        town, people = self.town, (self.town.vera, self.town.chen, self.town.zhao)
        self.runs(volunteers(town, *people))
        self.groups = [self.runs(bound(town, Purpose.VOLUNTEERS, *people, town.otto)) for _ in range(2)]
        self.ticket_id = self.runs(order(town, wanted=wanted))

    def phone(self, name: str) -> Phone:
        found: Phone = getattr(self.town, name)
        return found

    def copies(self) -> list[Message]:
        """The newest message of each group that stands for the request."""
        return [[one for one in group.messages if "大约" in one.text][-1] for group in self.groups]

    @rule(name=WHO, where=WHERE)
    def takes(self, name: str, where: int) -> None:
        card = self.copies()[where]
        phone = self.phone(name).in_group(self.groups[where])
        self.runs(self.does(phone.forges(press("oclaim", self.ticket_id), card.id)))

    @rule(name=WHO, verb=st.sampled_from(("ogive", "odone", "oclaim")))
    def presses_in_private(self, name: str, verb: str) -> None:
        phone = self.phone(name)
        if phone.received:
            self.runs(self.does(phone.forges(press(verb, self.ticket_id), phone.received[-1].id)))

    @rule(names=st.lists(WHO, min_size=2, max_size=4, unique=True), where=WHERE)
    def race(self, names: list[str], where: int) -> None:
        """Several press before the bot has answered anybody."""
        card, group = self.copies()[where], self.groups[where]

        async def all_at_once() -> None:
            for name in names:
                await self.phone(name).in_group(group).forges(press("oclaim", self.ticket_id), card.id)
            await self.town.settle()

        self.runs(all_at_once())

    @rule(minutes=st.sampled_from((1, 45, 200)))
    def time_goes_by(self, minutes: int) -> None:
        self.runs(self.town.advance(minutes=minutes))

    async def does(self, deed: Coroutine[Any, Any, Any]) -> None:
        await deed
        await self.town.settle()

    @invariant()
    def every_copy_agrees(self) -> None:
        if not self.ticket_id:
            return
        ledger = self.runs(fresh(self.town))
        ticket = self.runs(ledger.get(schema.ticket, self.ticket_id))
        missing = self.runs(claims.missing(ledger, self.ticket_id))
        shown = [one for group in self.groups for one in group.messages if "大约" in one.text]
        assert len({one.text for one in shown}) <= 1
        for one in shown:
            is_open = ticket["state"] == "offered" and missing > 0
            assert bool(one.inline_rows) == is_open
            assert WORDS.get(ticket["state"], "不用去了") in one.text or (missing and f"{missing} 位" in one.text)


def test_it_agrees_everywhere_after_a_few_presses() -> None:
    run_machine(GroupMachine, 1, 8)


@pytest.mark.slow
def test_it_agrees_everywhere_after_anything() -> None:
    run_machine(GroupMachine, 40, 25)
