"""The set-up of compose.yaml under load: a replica is killed, both are restarted; nothing is lost or done twice."""

import asyncio
import re
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from pathlib import Path

import pytest

from bot.delivery import IN_FLIGHT
from simulator.phone import Phone
from tests.postgres import Server

from .standing import Standing, standing
from .test_versions import TOMORROW

pytestmark = pytest.mark.slow

FIRST_RESIDENT = 600_000
WAIT = 60.0
"""Seconds a resident has patience for one answer: a lease that has to run out, and Telegram's second try, fit in."""


@pytest.fixture
async def made(tmp_path: Path, postgres_server: Server) -> AsyncIterator[Standing]:
    async with standing(tmp_path, postgres_server) as set_up:
        await set_up.up()
        yield set_up


class Residents:
    """People who report one matter each, one after the other begins, until they are told to stop coming."""

    def __init__(self, made: Standing) -> None:
        self.phones: list[Phone] = []
        self.longest = 0.0
        self._made = made
        self._stories: list[asyncio.Task[None]] = []

    async def come(self, count: int) -> None:
        """Some more of them, eight a second."""
        for _ in range(count):
            number = len(self.phones)
            phone = self._made.sim.person(f"居民{number}", user_id=FIRST_RESIDENT + number)
            self.phones.append(phone)
            self._stories.append(asyncio.create_task(self._tell(phone, number)))
            await asyncio.sleep(0.125)

    async def _tell(self, phone: Phone, number: int) -> None:
        room = f"{number // 4 % 9 + 1}0{number % 4 + 1}"
        await phone.says(f"{(1, 4, 13)[number % 3]}栋1单元{room}室，我家下水道堵了")
        for label in ("同意，继续", "报上去"):
            await self._waits(phone.waits_for_button(label, within=WAIT))
            await phone.presses(label)
        await self._waits(phone.waits_for("收到了", within=WAIT))

    async def _waits(self, answer: Awaitable[object]) -> None:
        began = time.monotonic()
        await answer
        self.longest = max(self.longest, time.monotonic() - began)

    async def all_answered(self) -> None:
        """Wait until everybody's story is told."""
        await asyncio.gather(*self._stories)


async def until(made: Standing, query: str, what: str) -> None:
    """Wait until a query answers true."""
    try:
        async with asyncio.timeout(WAIT):
            while not (await made.rows(query))[0][0]:
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"waited in vain: {what}") from None


NOTHING_WAITS = """
    SELECT NOT EXISTS (SELECT FROM inbox WHERE state = 'new')
       AND NOT EXISTS (SELECT FROM outbox WHERE state IN ('queued', 'sending'))
"""
ALL_LANES_HELD = """
    SELECT count(*) = 64 AND count(DISTINCT owner) = 2 FROM lease
    WHERE name LIKE 'lanes:%' AND until > extract(epoch FROM clock_timestamp()) * 1000000
"""


async def check(made: Standing, residents: Residents) -> int:
    """Every ticket once, every number told, nothing stuck; gives back how many messages were said twice."""
    await until(made, NOTHING_WAITS, "nothing waits")
    await until(made, ALL_LANES_HELD, "both replicas share the lanes")
    owners = dict(await made.rows("SELECT telegram_id, number FROM ticket JOIN person ON person.id = ticket.owner_id"))
    assert len(await made.rows("SELECT FROM ticket")) == len(residents.phones)
    for phone in residents.phones:
        assert any(str(owners[phone.id]) in re.sub(r"\s", "", message.text or "") for message in phone.received)
    stored = {row["id"]: row["state"] for row in await made.rows("SELECT id, state FROM inbox")}
    assert stored == dict.fromkeys((one.update["update_id"] for one in made.sim.record.updates()), "done")
    assert not await made.rows("SELECT FROM outbox WHERE state = 'failed'")
    return await repeats(made)


async def repeats(made: Standing) -> int:
    """How many messages were said twice: only what was in flight at a kill may be."""
    sends = [one for one in made.sim.record.calls() if one.method.startswith("send") and one.code == 200]
    said = Counter((one.chat_id, str(one.args.get("text") or one.args)) for one in sends)
    twice = sum(times - 1 for times in said.values())
    interrupted = await made.rows("SELECT FROM outbox WHERE error = 'interrupted'")
    assert twice <= len(interrupted) <= IN_FLIGHT
    return twice


async def test_it_loses_nothing_when_the_replica_that_sends_is_killed(made: Standing) -> None:
    residents = Residents(made)
    await residents.come(12)
    victim = await made.sender()
    await made.replicas[victim].end(signal.SIGKILL)
    await residents.come(12)
    assert await made.sender() != victim
    await made.replicas[victim].start()
    await residents.come(12)
    await residents.all_answered()
    await check(made, residents)


async def test_it_loses_nothing_when_the_other_replica_is_killed(made: Standing) -> None:
    residents = Residents(made)
    await residents.come(12)
    sender = await made.sender()
    (victim,) = set(made.replicas) - {sender}
    await made.replicas[victim].end(signal.SIGKILL)
    await residents.come(12)
    await made.replicas[victim].start()
    await residents.come(12)
    await residents.all_answered()
    assert await check(made, residents) == 0
    assert await made.sender() == sender


async def test_it_is_upgraded_without_anybody_waiting_in_vain(made: Standing) -> None:
    """In the order of docs/operations.md, with a schema to which the next version adds something."""
    residents = Residents(made)
    coming = asyncio.create_task(residents.come(48))
    for statement in TOMORROW:
        await made.rows(statement)
    for name, replica in made.replicas.items():
        await asyncio.sleep(0.5)
        assert await replica.end(signal.SIGTERM) == 0
        await replica.start()
        await made.until_ready(name)
    await coming
    await residents.all_answered()
    assert await check(made, residents) == 0
    assert {one.code for one in made.sim.record.handed()} == {200}
