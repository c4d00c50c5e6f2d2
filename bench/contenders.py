"""Who is measured: Linli and the floors, each a command that runs against the benchmark's Bot API."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from .api import Api
from .process import Process, started

AWAKE_SECONDS = 1.0

ECHO = "ptb_echo"
ECHO_AIOHTTP = "ptb_echo_aiohttp"
SAME_CALLS = "ptb_same_calls"
LINLI = "linli_sqlite"
LINLI_PACED = "linli_paced"  # at Telegram's pace, on a database that is there already


def command(name: str, url: str, folder: Path) -> Sequence[str]:
    """The arguments of python that run a contender; `folder` is its own, for this run."""
    commands: dict[str, Sequence[str]] = {
        ECHO: ("-m", "bench.echo", url),
        ECHO_AIOHTTP: ("-m", "bench.echo", url, "aiohttp"),
        SAME_CALLS: ("-m", "bench.same_calls", url, str(steps_file(folder))),
        LINLI: ("-m", "bench.linli_bot", url, database(folder)),
        LINLI_PACED: ("-m", "bench.linli_bot", url, database(folder), "telegram"),
    }
    return commands[name]


def database(folder: Path) -> str:
    """The address of a contender's database."""
    return f"sqlite:///{folder}/linli.sqlite3"


def steps_file(folder: Path) -> Path:
    """Where the calls of a rehearsal stand for the contender that repeats them."""
    return folder / "steps.json"


@asynccontextmanager
async def serving(name: str, folder: Path, api: Api) -> AsyncIterator[Process]:
    """A contender that polls `api`, started and awake."""
    await api.open()
    try:
        async with started(command(name, api.url, folder)) as bot:
            await bot.until(api.polled)
            if name != LINLI_PACED:  # that one has something to say at once
                await api.quiet(AWAKE_SECONDS)
            yield bot
    finally:
        await api.close()
