"""Replicas as processes of their own, killed, paused and stopped while people write to them."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from bot.delivery import IN_FLIGHT
from bot.lanes import BEGUN_MOST
from tests.faults.process import Bot, Replicas, a_balanced_street, a_street, until
from tests.faults.story import STEPS, took_effect

from .deadly import DEADLY

TAKEN_OVER_SECONDS = 10.0
HELPS = "SELECT count(*) AS n FROM outbox WHERE message = 'welcome.help' AND state = 'sent'"


@pytest.fixture
async def street(tmp_path: Path, filled_url: str) -> AsyncIterator[Replicas]:
    async with a_balanced_street(tmp_path, filled_url) as made:
        await made.start()
        yield made


def helps(street: Replicas) -> int:
    return int(street.bot.rows(HELPS)[0]["n"])


async def everybody_asks(street: Replicas, times: int) -> int:
    """Everybody writes, again and again; gives back how many messages that were."""
    for number in range(times):
        for name, phone in street.phones.items():
            await phone.says(f"/help {name} {number}")
        await asyncio.sleep(0.05)
    return times * len(street.phones)


def repeated(street: Replicas) -> int:
    """How many messages reached Telegram more than once."""
    said = [call for call in street.sim.record.calls("sendMessage") if call.code == 200]
    return len(said) - helps(street)


def is_quiet(street: Replicas) -> bool:
    """Whether nothing waits to be decided or said."""
    new = street.bot.rows("SELECT 1 FROM inbox WHERE state = 'new'")
    return not new and not street.bot.rows("SELECT 1 FROM outbox WHERE state IN ('queued', 'sending')")


async def new_holder(street: Replicas, post: str, before: Bot) -> Bot:
    """Wait until another replica holds a post."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    await until(lambda: street.holder(post) not in {None, before}, f"another holds {post}")
    assert loop.time() - began < TAKEN_OVER_SECONDS
    found = street.holder(post)
    assert found is not None
    return found


@pytest.mark.slow
async def test_it_goes_on_without_a_replica_that_is_killed_under_load(street: Replicas) -> None:
    """The one that sends, in the middle of sending: nothing is lost, and no more repeated than was in flight."""
    victim = street.holder("sender")
    assert victim is not None
    said = await everybody_asks(street, 4)
    await victim.kill()
    said += await everybody_asks(street, 4)
    await until(lambda: street.holder("sender") is not None, "another sends", TAKEN_OVER_SECONDS)
    await until(lambda: helps(street) == said and is_quiet(street), "everybody has every answer", 30)
    assert repeated(street) <= IN_FLIGHT
    assert {row["state"] for row in street.bot.rows("SELECT DISTINCT state FROM inbox")} == {"done"}


@pytest.mark.slow
async def test_28_it_refuses_what_a_paused_sender_still_wants_to_do(street: Replicas) -> None:
    """Paused with messages in flight, past its lease, and let go on: the other has taken over and nothing is undone."""
    paused = street.holder("sender")
    assert paused is not None
    said = await everybody_asks(street, 4)
    paused.send_signal(signal.SIGSTOP)
    said += await everybody_asks(street, 2)
    await new_holder(street, "sender", paused)
    await until(lambda: helps(street) == said and is_quiet(street), "everybody has every answer", 30)
    states = street.bot.rows("SELECT id, state, version FROM outbox ORDER BY id")
    paused.send_signal(signal.SIGCONT)
    await until(lambda: len(street.shares()) == 2, "it takes its share again")
    assert street.bot.rows("SELECT id, state, version FROM outbox ORDER BY id") == states
    assert repeated(street) <= IN_FLIGHT


@pytest.mark.slow
async def test_28_it_fires_once_what_a_clock_was_firing_when_it_was_paused(street: Replicas) -> None:
    """Paused in the middle of its commit, with the rows locked: the server ends that, and the other clock fires."""
    await until(lambda: street.bot.rows("SELECT 1 FROM setting WHERE name = 'clocks_version'"), "the first tick")
    for step in STEPS[:3]:
        await step.deed(street)
        await took_effect(street, step)
    paused = street.holder("clock")
    assert paused is not None
    async with paused_in_a_commit(street, paused):
        street.bot.rows("UPDATE reminder SET due_at = 0, version = version + 1 WHERE kind = 'offer_expired'")
    await until(lambda: is_fired(street), "another clock fires it", 15)
    paused.send_signal(signal.SIGCONT)
    await until(lambda: len(street.shares()) == 2, "it takes its share again")
    (fired,) = street.bot.rows("SELECT version FROM reminder WHERE kind = 'offer_expired' AND state = 'fired'")
    assert fired["version"] == 3


@contextlib.asynccontextmanager
async def paused_in_a_commit(street: Replicas, bot: Bot) -> AsyncIterator[None]:
    """Whoever wants to say something waits for its insert, and the bot is paused before it hears that this was done."""
    waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    other = await asyncpg.connect(bot.url)
    transaction = other.transaction()
    await transaction.start()
    await other.execute("LOCK TABLE outbox IN SHARE MODE")
    yield
    await until(lambda: street.bot.rows(waiting), "it waits in its commit")
    bot.send_signal(signal.SIGSTOP)
    await transaction.rollback()
    await other.close()


def is_fired(street: Replicas) -> bool:
    return bool(street.bot.rows("SELECT 1 FROM reminder WHERE kind = 'offer_expired' AND state = 'fired'"))


@pytest.mark.slow
async def test_it_works_on_when_a_replica_is_stopped_and_comes_back(street: Replicas) -> None:
    """An upgrade without downtime: one after the other, under load."""
    said = 0
    for bot in street.bots:
        said += await everybody_asks(street, 2)
        assert await bot.terminate() == 0
        said += await everybody_asks(street, 2)
        await bot.start()
    await until(lambda: helps(street) == said and is_quiet(street), "everybody has every answer", 30)
    assert repeated(street) == 0


@pytest.mark.slow
async def test_it_sets_aside_what_ends_every_process_that_works_on_it(tmp_path: Path) -> None:
    """Nobody else loses anything by it, although they were decided in one batch with it at first."""
    aside = "SELECT lane FROM inbox WHERE state = 'set_aside'"
    async with a_street(tmp_path) as street:
        street.bot.program = ("-m", "tests.replicas.deadly", "run")
        await street.rosa.says(DEADLY)
        for name in ("wei", "dan", "chen", "ada"):
            await street.phones[name].says("/help")
        ends: list[int] = []
        while not street.bot.rows(aside):
            await street.bot.launch()
            await until(lambda: street.bot.has_ended or street.bot.rows(aside), "it ends or gives up")
            if street.bot.has_ended:
                ends.append(await street.bot.ended())
        assert ends.count(-signal.SIGKILL) == 1 + BEGUN_MOST
        assert street.bot.rows(aside) == [{"lane": f"u{street.rosa.id}"}]
        await until(lambda: street.bot.rows(HELPS)[0]["n"] == 4, "the others have their answers")
        told = "SELECT 1 FROM outbox WHERE message = 'staff.set_aside' AND state = 'sent'"
        assert street.bot.rows(told)
