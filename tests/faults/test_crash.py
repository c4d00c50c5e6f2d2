"""Crash: kill -9 at chosen moments of a real process; nothing acknowledged is lost, nothing takes effect twice."""

import asyncio
import random
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from .process import Street, a_street, until
from .story import STEPS, Step, check_story, copies, took_effect

pytestmark = pytest.mark.slow

REPORT = "3栋2单元楼道灯坏了"


@pytest.fixture
async def street(tmp_path: Path) -> AsyncIterator[Street]:
    async with a_street(tmp_path) as made:
        await made.bot.start()
        yield made


async def tell(street: Street, steps: slice = slice(None)) -> None:
    """Go through the story undisturbed."""
    for step in STEPS[steps]:
        await step.deed(street)
        await took_effect(street, step)


def handed(street: Street) -> int:
    return len(street.sim.record.handed())


async def kill_before_inbox(street: Street, step: Step) -> None:
    """The update has come, the inbox cannot be written yet."""
    before = handed(street)
    with street.bot.locked():
        await step.deed(street)
        await until(lambda: handed(street) > before, "the update was fetched")
        await asyncio.sleep(0.05)
        await street.bot.kill()
    assert street.sim.pending()


async def kill_before_acknowledgement(street: Street, step: Step) -> None:
    """The update is in the inbox, the next getUpdates would confirm it and is never answered."""
    await street.sim.until_polled()
    fault = street.sim.faults.add("hang", method="getUpdates", seconds=600)
    await step.deed(street)
    await until(lambda: fault.hits, "the bot wants to confirm")
    await street.bot.kill()
    street.sim.faults.clear()
    assert street.sim.pending()


async def kill_in_commit(street: Street, step: Step) -> None:
    """The handler has decided; its transaction is half written."""
    with street.bot.slow("outbox"):
        await step.deed(street)
        await until(lambda: street.bot.rows("SELECT 1 FROM inbox WHERE state = 'new'"), "the update was stored")
        await asyncio.sleep(0.2)
        await street.bot.kill()
    assert street.bot.rows("SELECT 1 FROM inbox WHERE state = 'new'")


async def kill_before_send(street: Street, step: Step) -> None:
    """Decided and committed; the words have not reached Telegram."""
    fault = street.sim.faults.add("hang", method="send*", seconds=600, count=None)
    edits = street.sim.faults.add("hang", method="edit*", seconds=600, count=None)
    await step.deed(street)
    await until(lambda: fault.hits + edits.hits, "the bot wants to speak")
    await street.bot.kill()
    street.sim.faults.clear()


async def kill_after_send(street: Street, step: Step) -> None:
    """Telegram has the words; the bot does not know it yet."""
    fault = street.sim.faults.add("hang_after", method="send*", seconds=600, count=None)
    edits = street.sim.faults.add("hang_after", method="edit*", seconds=600, count=None)
    await step.deed(street)
    await until(lambda: fault.hits + edits.hits, "the bot has spoken")
    await street.bot.kill()
    street.sim.faults.clear()


Kill = Callable[[Street, Step], Awaitable[None]]
KILLS: tuple[Kill, ...] = (
    kill_before_inbox,
    kill_before_acknowledgement,
    kill_in_commit,
    kill_before_send,
    kill_after_send,
)


async def test_1_it_has_one_ticket_when_killed_before_the_inbox_commit(street: Street) -> None:
    await tell(street, slice(2))
    await kill_before_inbox(street, STEPS[2])
    assert not street.bot.rows("SELECT * FROM ticket")
    await street.bot.start()
    await took_effect(street, STEPS[2])
    assert len(street.bot.rows("SELECT * FROM ticket")) == 1


async def test_2_it_absorbs_the_duplicate_when_killed_before_the_acknowledgement(street: Street) -> None:
    await tell(street, slice(2))
    await kill_before_acknowledgement(street, STEPS[2])
    await street.bot.start()
    await took_effect(street, STEPS[2])
    last = street.sim.record.updates()[-1].update["update_id"]
    assert len(street.sim.record.handed(last)) == 2
    assert len(street.bot.rows("SELECT * FROM ticket")) == 1


async def test_3_it_finishes_after_restart_what_a_kill_cut_in_the_middle(street: Street) -> None:
    await tell(street, slice(2))
    await kill_in_commit(street, STEPS[2])
    assert not street.bot.rows("SELECT * FROM ticket")
    await street.bot.start()
    await took_effect(street, STEPS[2])
    assert len(street.bot.rows("SELECT * FROM ticket")) == 1


async def test_4_it_sends_after_restart_what_was_committed(street: Street) -> None:
    await tell(street, slice(2))
    await kill_before_send(street, STEPS[2])
    assert len(street.bot.rows("SELECT * FROM ticket")) == 1
    assert not street.wei.sees("楼道灯坏了")
    await street.bot.start()
    await took_effect(street, STEPS[2])
    assert copies(street.wei, "楼道灯坏了") == 1


async def test_5_it_repeats_at_most_once_with_the_same_number(street: Street) -> None:
    await tell(street, slice(2))
    await kill_after_send(street, STEPS[2])
    (before,) = street.bot.rows("SELECT * FROM ticket")
    await street.bot.start()
    await took_effect(street, STEPS[2])
    await until(lambda: not street.bot.rows("SELECT 1 FROM outbox WHERE state IN ('queued', 'sending')"), "all is said")
    assert 1 <= copies(street.wei, "楼道灯坏了") <= 2
    (after,) = street.bot.rows("SELECT * FROM ticket")
    assert (after["number"], after["state"]) == (before["number"], before["state"])


@pytest.mark.slow
async def test_7_it_loses_nothing_at_sigterm_under_load(street: Street) -> None:
    for name, phone in street.phones.items():
        for number in range(6):
            await phone.says(f"/help {name} {number}")
    said = 6 * len(street.phones)
    await until(lambda: street.bot.rows("SELECT 1 FROM outbox WHERE state = 'sent'"), "it began to answer")
    assert await street.bot.terminate() == 0
    assert not street.bot.rows("SELECT 1 FROM outbox WHERE state = 'sending'")
    await street.bot.start()
    query = "SELECT count(*) AS n FROM outbox WHERE state = 'sent' AND message = 'welcome.help'"
    await until(lambda: street.bot.rows(query)[0]["n"] == said, "everybody has every answer", seconds=40)
    answers = [call for call in street.sim.record.calls("sendMessage") if call.code == 200]
    assert len(answers) == said


@pytest.mark.slow
async def test_it_tells_the_story_with_a_kill_at_every_step(street: Street) -> None:
    for number, step in enumerate(STEPS):
        await KILLS[number % len(KILLS)](street, step)
        await street.bot.start()
        await took_effect(street, step)
    await until(lambda: not street.bot.rows("SELECT 1 FROM outbox WHERE state IN ('queued', 'sending')"), "all is said")
    check_story(street)


@pytest.mark.slow
@pytest.mark.parametrize("kill", KILLS)
async def test_it_tells_the_story_with_the_same_kill_at_every_step(street: Street, kill: Kill) -> None:
    for step in STEPS:
        await kill(street, step)
        await street.bot.start()
        await took_effect(street, step)
    await until(lambda: not street.bot.rows("SELECT 1 FROM outbox WHERE state IN ('queued', 'sending')"), "all is said")
    check_story(street)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
async def test_it_tells_the_story_with_kills_and_pauses_at_random_moments(street: Street, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a story to be told again
    for step in STEPS:
        await step.deed(street)
        for _ in range(chance.randint(1, 2)):
            await asyncio.sleep(chance.uniform(0.0, 0.06))
            if chance.random() < 0.5:
                street.bot.send_signal(signal.SIGSTOP)
                await asyncio.sleep(chance.uniform(0.0, 0.3))
            await street.bot.kill()
            await street.bot.start()
        await took_effect(street, step)
    await until(lambda: not street.bot.rows("SELECT 1 FROM outbox WHERE state IN ('queued', 'sending')"), "all is said")
    check_story(street)
