"""What one matter leaves behind: rows, bytes and calls, measured on PostgreSQL with matters that were really played.

Residents report, a grid worker accepts, finishes with a photo, they confirm and rate; then every table is packed and
weighed, indexes included. `python -m bench.footprint` writes bench/results/footprint.json, from which docs/city.md
reckons.
"""

import argparse
import asyncio
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import asyncpg

from simulator.phone import Phone
from tests import postgres
from tests.town import Town, a_town

RESULTS = Path(__file__).parent / "results" / "footprint.json"
FIRST_RESIDENT = 500_000
SETTLE_SECONDS = 120

_WEIGH = """
    SELECT relname, pg_total_relation_size(relid) FROM pg_stat_user_tables WHERE relname <> 'alembic_version'
"""


async def measure(matters: int) -> dict[str, Any]:
    """Play that many matters and weigh what they left, per matter."""
    with postgres.folder() as folder, tempfile.TemporaryDirectory() as media:
        server = postgres.Server(folder)
        server.create()
        server.start()
        try:
            await postgres.prepare(server)
            url = await postgres.copy(server, postgres.FILLED)
            before = await weigh(url)
            async with a_town(Path(media), url, is_filled=True) as town:
                await play(town, matters)
                calls = sum(call.method != "getUpdates" for call in town.sim.record.calls())
            after = await weigh(url)
        finally:
            server.stop()
    return _per_matter(before, after, matters, calls)


async def play(town: Town, matters: int) -> None:
    """Every resident has one matter, told from the sentence to the stars."""
    residents = [town.sim.person(f"居民{number}", user_id=FIRST_RESIDENT + number) for number in range(matters)]
    for number, one in enumerate(residents):
        room = f"{number // 4 % 9 + 1}0{number % 4 + 1}"
        await one.says(f"锦绣家园3栋2单元{room}室，我家下水道堵了，请师傅来看一下")
    for label in ("同意，继续", "报上去"):
        await _all_press(town, residents, label)
    await _work(town, town.wei)
    for label in ("是的，办好了", "非常满意"):
        await _all_press(town, residents, label)


async def _all_press(town: Town, residents: list[Phone], label: str) -> None:
    await town.settle(SETTLE_SECONDS)
    for one in residents:
        await one.presses(label)
    await town.settle(SETTLE_SECONDS)


async def _work(town: Town, worker: Phone) -> None:
    """Take and finish everything that was offered, each with a photo."""
    for card in [message for message in worker.received if "下水道" in (message.text or "")]:
        for label in ("接单", "办好了"):
            await worker.presses(label, on=card)
            await town.settle(SETTLE_SECONDS)
        await worker.sends_photo("疏通好了")
        await town.settle(SETTLE_SECONDS)


async def weigh(url: str) -> dict[str, tuple[int, int]]:
    """The rows and the bytes of every table, packed; indexes and long values count."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("VACUUM FULL ANALYZE")
        sizes = dict(await connection.fetch(_WEIGH))
        return {name: (await connection.fetchval(f'SELECT count(*) FROM "{name}"'), sizes[name]) for name in sizes}  # noqa: S608 - names of tables
    finally:
        await connection.close()


def _per_matter(
    before: Mapping[str, tuple[int, int]], after: Mapping[str, tuple[int, int]], matters: int, calls: int
) -> dict[str, Any]:
    grown = {name: (rows - before[name][0], size - before[name][1]) for name, (rows, size) in after.items()}
    return {
        "matters": matters,
        "calls": round(calls / matters, 2),
        "updates": round(grown["inbox"][0] / matters, 2),
        "tables": {
            name: {"rows": round(rows / matters, 2), "bytes": round(size / matters)}
            for name, (rows, size) in sorted(grown.items())
            if rows * 100 >= matters  # a counter is no part of a matter
        },
    }


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(prog="bench.footprint")
    parser.add_argument("--matters", type=int, default=500)
    result = asyncio.run(measure(parser.parse_args().matters))
    text = json.dumps(result, indent=2, ensure_ascii=False) + "\n"
    RESULTS.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
