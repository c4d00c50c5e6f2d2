"""A disk that is full, for a whole bot behind its webhook: no file of the process can grow any more (scenario 21)."""

import contextlib
import resource
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from .conftest import by_webhook
from .process import Bot, Street, a_street, free_port, until
from .story import STEPS, Step, check_story, took_effect

pytestmark = pytest.mark.slow

ROOM = 4096  # bytes that a file may have
WITHOUT_ROOM = {"sends it", "proves it"}


@contextlib.contextmanager
def full_disk(bot: Bot) -> Iterator[None]:
    """Let every write of the bot that needs room fail, as the kernel does where there is none."""
    assert bot.pid is not None
    before = resource.prlimit(bot.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(bot.pid, resource.RLIMIT_FSIZE, (ROOM, before[1]))
    try:
        yield
    finally:
        resource.prlimit(bot.pid, resource.RLIMIT_FSIZE, before)


def codes(street: Street) -> list[int]:
    """How the bot answered the deliveries of updates."""
    return [one.code for one in street.sim.record.handed()]


def was_brought(street: Street, before: int) -> bool:
    return len(codes(street)) > before


def is_at_rest(street: Street) -> bool:
    return not street.bot.rows("SELECT id FROM outbox WHERE state IN ('queued', 'sending')")


async def test_21_it_answers_503_while_the_disk_is_full_and_goes_on_by_itself(tmp_path: Path) -> None:
    async with a_street(tmp_path, **by_webhook(free_port())) as street:
        await street.bot.start()
        for step in STEPS:
            if step.name in WITHOUT_ROOM:
                await without_room(street, step)
            else:
                await step.deed(street)
            await took_effect(street, step)
        await until(partial(is_at_rest, street), "everything was said")
        check_story(street)


async def without_room(street: Street, step: Step) -> None:
    """Nothing is stored and nothing acknowledged; Telegram comes again when there is room."""
    handed, stored = len(codes(street)), street.bot.rows("SELECT id FROM inbox")
    with full_disk(street.bot):
        await step.deed(street)
        await until(partial(was_brought, street, handed), "the update was brought")
        assert set(codes(street)[handed:]) == {503}
        assert street.bot.rows("SELECT id FROM inbox") == stored
    street.sim.advance(60)
