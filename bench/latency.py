"""How long a resident waits: updates come by the clock, a hundred a second, whether the bot is done or not."""

import asyncio
from collections.abc import Mapping, Sequence

from . import disk
from .api import Api
from .contenders import ECHO, LINLI, serving
from .sample import Sample, Stage
from .town import REPORT, Town

PER_SECOND = 100.0
PAUSE_SECONDS = 1.0  # between two messages of one resident
RAMP_SECONDS = PAUSE_SECONDS * len(REPORT)  # until as many conversations are under way as there will be
USERS, USERS_QUICK = 400, 4
LIMIT_SECONDS = 120


async def latency(stage: Stage) -> Sample:
    """From the update to the first message that answers it; what Linli keeps is on disk by then.

    A disk that stalls makes everybody wait who waits for it, and the floor never does. So the disk is watched in the
    same seconds, and Linli runs once more in memory: how long it would take with a disk that never stalls.
    """
    runs = {f"{ECHO}_open_loop": await run(stage, ECHO)}
    with disk.watched(stage.folder) as waits:
        runs[f"{LINLI}_open_loop"] = await run(stage, LINLI)
    runs["disk_meanwhile"] = disk.spread(waits)
    runs[f"{LINLI}_in_memory_open_loop"] = await run(stage, LINLI, in_memory=True)
    floor, mine = runs[f"{ECHO}_open_loop"], runs[f"{LINLI}_open_loop"]
    return Sample(
        {f"latency_{one}_vs_ptb": mine[f"{one}_ms"] / floor[f"{one}_ms"] for one in ("p50", "p99")}, dict(runs)
    )


async def run(stage: Stage, name: str, *, in_memory: bool = False) -> Mapping[str, float]:
    """One contender."""
    answers = (await stage.rehearsal()).answers if name == LINLI else ()
    town = Town(stage.many(USERS, USERS_QUICK), answers=answers, is_closed=False)
    api = Api(town)
    with stage.fresh(in_memory=in_memory) as folder:
        async with asyncio.timeout(LIMIT_SECONDS), serving(name, folder, api):
            await town.speak_by_the_clock(list(town.residents), PER_SECOND, PAUSE_SECONDS)
    ranked = sorted(_at_full_rate(town.waits))
    return {
        "p50_ms": ranked[len(ranked) // 2] * 1000,
        "p99_ms": ranked[int(len(ranked) * 0.99)] * 1000,
        "max_ms": ranked[-1] * 1000,
    }


def _at_full_rate(waits: Sequence[tuple[float, float]]) -> list[float]:
    """Without the beginning, which also warms up, and the end, when fewer speak; all where there is no middle."""
    first, last = min(at for at, _ in waits), max(at for at, _ in waits)
    middle = [seconds for at, seconds in waits if first + RAMP_SECONDS <= at <= last - RAMP_SECONDS]
    return middle or [seconds for _, seconds in waits]
