"""What a second replica brings: the same load by webhook to one process and to two, on one PostgreSQL.

Everything shares two cores here: the replicas, the database and the load. So it is not the clock that is asked but the
processors: a replica beside another one does its half of the work for nearly the price it has alone, or it does not.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack
from itertools import cycle
from statistics import fmean

import aiohttp
import asyncpg
import orjson

from bot.webhook import HEADER, PATH
from tests import postgres
from tests.postgres import Server

from .api import Api
from .growing import prepare
from .process import Process, started
from .sample import Sample, Stage
from .town import REPORT, Town

SECRET = "benchmark-of-linli"  # noqa: S105 - opens nothing
USERS, USERS_QUICK = 250, 6
WARM_UP = 30
TURNS = (1, 2, 2, 1)  # a machine that grows faster or slower in between favours neither
AT_ONCE = 64  # as many requests as Telegram makes to one webhook
SHARED_SECONDS = 30
LIMIT_SECONDS = 300
_OWNERS = "SELECT count(DISTINCT owner) FROM lease WHERE name LIKE 'lanes:%' HAVING count(*) = count(owner)"


async def replicas(stage: Stage) -> Sample:
    """Processor time of an update with one replica and with two."""
    if postgres.programs() is None:
        raise RuntimeError("PostgreSQL is needed to measure replicas")
    with postgres.folder() as folder:
        server = Server(folder)
        server.create()
        server.start(is_durable=True)
        try:
            done = [(count, await _run(stage, server, turn, count)) for turn, count in enumerate(TURNS)]
        finally:
            server.stop()
    runs = {f"replicas_{count}": _mean([run for same, run in done if same == count]) for count in set(TURNS)}
    one, two = runs["replicas_1"]["cpu_ms_per_update"], runs["replicas_2"]["cpu_ms_per_update"]
    return Sample({"replicas_2_vs_1": 2 * one / two}, dict(runs))


def _mean(runs: Sequence[Mapping[str, float]]) -> Mapping[str, float]:
    return {key: fmean(run[key] for run in runs) for key in runs[0]}


async def _run(stage: Stage, server: Server, turn: int, count: int) -> Mapping[str, float]:
    """So many replicas on a database of their own, under full load."""
    rehearsal = await stage.rehearsal()
    warm_up, users = stage.many(WARM_UP, 2), stage.many(USERS, USERS_QUICK)
    town = Town(warm_up + users, answers=rehearsal.answers)
    everybody = list(town.residents)
    url = server.url(name := f"replicas_{turn}")
    await postgres.execute(server.url(), f"CREATE DATABASE {name}")
    await prepare(url)
    async with asyncio.timeout(LIMIT_SECONDS), AsyncExitStack() as stack:
        api = Api(town)
        await api.open()
        stack.push_async_callback(api.close)
        ports = [postgres.free_port() for _ in range(count)]
        bots = [await stack.enter_async_context(_replica(api.url, url, port)) for port in ports]
        await _until_shared(url, count)
        await stack.enter_async_context(_posted(town, ports))
        await town.converse(everybody[:warm_up])
        await api.quiet()
        before = sum(bot.processor_seconds() for bot in bots)
        seconds = await town.converse(everybody[warm_up:])
        await api.quiet()
        used = sum(bot.processor_seconds() for bot in bots) - before
    updates = users * len(REPORT)
    return {"cpu_ms_per_update": used / updates * 1000, "updates_per_s": updates / seconds}


@contextlib.asynccontextmanager
async def _replica(api_url: str, database_url: str, port: int) -> AsyncIterator[Process]:
    async with started(["-m", "bench.linli_bot", api_url, database_url, str(port)]) as bot:
        yield bot


async def _until_shared(url: str, count: int) -> None:
    """Every lane has an owner, and there are as many owners as replicas."""
    connection = await asyncpg.connect(url)
    try:
        async with asyncio.timeout(SHARED_SECONDS):
            while True:
                if await connection.fetchval(_OWNERS) == count:
                    return
                await asyncio.sleep(0.1)
    finally:
        await connection.close()


@contextlib.asynccontextmanager
async def _posted(town: Town, ports: Sequence[int]) -> AsyncIterator[None]:
    """Bring what residents say to the replicas in turn, as a balancer does; what is refused is brought again."""
    targets = cycle(f"http://127.0.0.1:{port}{PATH}" for port in ports)
    headers = {HEADER: SECRET, "Content-Type": "application/json"}
    async with aiohttp.ClientSession(headers=headers) as session:

        async def post() -> None:
            while True:
                while not town.waiting:
                    town.news.clear()
                    await town.news.wait()
                update = town.waiting.popleft()
                async with session.post(next(targets), data=orjson.dumps(update)) as response:
                    if response.status != 200:
                        town.waiting.append(update)

        posting = [asyncio.create_task(post()) for _ in range(AT_ONCE)]
        try:
            yield
        finally:
            for task in posting:
                task.cancel()
            await asyncio.gather(*posting, return_exceptions=True)
