"""A bot that others wrote as a process of its own, pointed at a simulator.

It is changed by nothing but token and addresses; it must end well when told to, have logged no error, and no call
of it may have been refused.
"""

import asyncio
import contextlib
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from simulator.client import Sim

PATIENCE = 30.0  # seconds; a busy machine is no failure
# A bot that stops leaves its long poll and confirms what it has: to the server two polls.
ENDS_OWN_POLL = ("getUpdates", 409)
BUILDER = "Application.builder()"
TROUBLE = re.compile(r"Traceback|\bERROR\b|\bCRITICAL\b")


def pointed(program: str, sim: Sim, **constants: object) -> str:
    """Return a program with its token and addresses replaced; `constants` are those it names at its head."""
    addresses = f".base_url({sim.base_url!r}).base_file_url({sim.base_file_url!r})"
    assert program.count(BUILDER) == 1
    program = program.replace(BUILDER, BUILDER + addresses).replace('"TOKEN"', repr(sim.token))
    for name, value in constants.items():
        program, count = re.subn(rf"^{name} = .*$", f"{name} = {value!r}", program, flags=re.MULTILINE)
        assert count == 1, name
    return program


@contextlib.asynccontextmanager
async def running(
    program: Path, sim: Sim, *, python: Path | str = sys.executable, **environment: str
) -> AsyncIterator[None]:
    """Run a program in its folder until the block ends; it must be there when the bot polls or has its webhook."""
    log = program.with_suffix(".log")
    with open(log, "wb") as written:
        process = await asyncio.create_subprocess_exec(
            python, program, cwd=program.parent, env={**os.environ, **environment}, stdout=written, stderr=written
        )
    try:
        await _until_it_takes_updates(sim, process, log)
        yield
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(PATIENCE):
            code = await process.wait()
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    said = await asyncio.to_thread(log.read_text, "utf-8")
    assert not TROUBLE.search(said), said
    assert code in {0, -signal.SIGTERM}, said
    refused = [call for call in sim.record.calls() if call.code != 200]
    assert [call for call in refused if (call.method, call.code) != ENDS_OWN_POLL] == []


async def _until_it_takes_updates(sim: Sim, process: asyncio.subprocess.Process, log: Path) -> None:
    polls = asyncio.create_task(sim.until_polled())
    ends = asyncio.create_task(process.wait())
    try:
        async with asyncio.timeout(PATIENCE):
            while not polls.done() and not sim.world.webhooks:
                assert not ends.done(), await asyncio.to_thread(log.read_text, "utf-8")
                await asyncio.sleep(0.02)
    finally:
        polls.cancel()
        ends.cancel()
