"""Answers that come late, now and then: the search for stories that only pass while the bot is quick.

`make test ARGS=--shake` lets the database and the network of every town wait a moment at random, before and after they
act. A story that does not wait for the bot where it should meets another order of things then, on a quick machine too.
It is a search and judges nothing: each run waits elsewhere (docs/decisions/0046).
"""

import asyncio
import functools
import random
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.transport import Transport
from storage import inbox
from storage.engine import Database

SHARE = 0.3
MOST_SECONDS = 0.02
WAITS: tuple[tuple[Any, str], ...] = ((Database, "rows"), (Database, "write"), (inbox, "store"), (Transport, "call"))


def shake(patch: pytest.MonkeyPatch) -> None:
    """Let what the bot waits for come late, until the patch is taken back."""
    for owner, name in WAITS:
        patch.setattr(owner, name, late(getattr(owner, name)))


def late(act: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """The same, with a wait before and after it now and then; what it raises comes late too."""

    @functools.wraps(act)
    async def shaken(*args: Any, **named: Any) -> Any:
        await _wait()
        try:
            return await act(*args, **named)
        finally:
            await _wait()

    return shaken


async def _wait() -> None:
    if random.random() < SHARE:  # noqa: S311 - no secret
        await asyncio.sleep(random.uniform(0, MOST_SECONDS))  # noqa: S311 - no secret
