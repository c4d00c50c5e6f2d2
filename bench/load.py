"""Full load: residents in a closed loop, so that there is always something to do. Updates a second, processor time."""

import asyncio
from collections.abc import Mapping

from .api import Api
from .contenders import ECHO, ECHO_AIOHTTP, LINLI, SAME_CALLS, serving
from .sample import Sample, Stage
from .town import REPORT, Town

LIMIT_SECONDS = 300
WARM_UP = 20
USERS, USERS_QUICK = 400, 10
USERS_IN_TURN = 8  # enough to learn the rate of a bot that does one thing after the other
DELAY_SECONDS = 0.05


async def full_load(stage: Stage) -> Sample:
    """Without delay: who is fastest, and what a conversation costs."""
    users = stage.many(USERS, USERS_QUICK)
    runs = {name: await run(stage, name, users) for name in (ECHO, ECHO_AIOHTTP, SAME_CALLS, LINLI)}
    mine = runs[LINLI]
    return Sample(
        {
            "throughput_vs_ptb": mine["updates_per_s"] / runs[ECHO]["updates_per_s"],
            "cpu_conversation_vs_ptb": mine["cpu_ms_per_conversation"] / runs[SAME_CALLS]["cpu_ms_per_conversation"],
        },
        dict(runs),
    )


async def full_load_far_away(stage: Stage) -> Sample:
    """With a Bot API that takes 50 ms for every call, as one far away does."""
    floor = await run(stage, ECHO, stage.many(USERS_IN_TURN, 2), DELAY_SECONDS)
    mine = await run(stage, LINLI, stage.many(USERS, USERS_QUICK), DELAY_SECONDS)
    ratio = mine["updates_per_s"] / floor["updates_per_s"]
    return Sample({"throughput_50ms_vs_ptb": ratio}, {f"{ECHO}_50ms": floor, f"{LINLI}_50ms": mine})


async def run(stage: Stage, name: str, users: int, delay: float = 0.0) -> Mapping[str, float]:
    """One contender under full load, warmed up: statements are compiled and texts read when it counts."""
    rehearsal = await stage.rehearsal()
    warm_up = stage.many(WARM_UP, 1) if delay == 0 else 1
    town = Town(warm_up + users, answers=rehearsal.answers if name in {LINLI, SAME_CALLS} else ())
    api = Api(town, delay)
    everybody = list(town.residents)
    with stage.fresh() as folder:
        rehearsal.write(folder)
        async with asyncio.timeout(LIMIT_SECONDS), serving(name, folder, api) as bot:
            await town.converse(everybody[:warm_up])
            await api.quiet()
            before = bot.processor_seconds()
            calls = api.calls
            town.waits.clear()
            took = await town.converse(everybody[warm_up:])
            await api.quiet()
            used = bot.processor_seconds() - before
    ranked = sorted(seconds for _, seconds in town.waits)
    return {
        "updates_per_s": users * len(REPORT) / took,
        "cpu_ms_per_conversation": used / users * 1000,
        "calls_per_conversation": (api.calls - calls) / users,
        "latency_p50_ms": ranked[len(ranked) // 2] * 1000,
    }
