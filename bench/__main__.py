"""`make bench`: run every contender in turn, several times; medians and spread go to bench/results/latest.json."""

import argparse
import asyncio
import contextlib
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .api import REPORT, Api, Town

RESULTS = Path(__file__).parent / "results" / "latest.json"
LIMIT_SECONDS = 120


async def measure(command: Sequence[str], users: int, *, delay: float = 0.0) -> dict[str, float]:
    """One run of one bot: updates per second, processor seconds per update, latency."""
    town = Town(users, REPORT, delay)
    api = Api(town)
    await api.open()
    arguments = [part.replace("URL", f"http://127.0.0.1:{api.port}") for part in command]
    bot = await asyncio.create_subprocess_exec(sys.executable, *arguments)
    try:
        await town.awake.wait()
        await asyncio.sleep(1)
        before = _processor_seconds(bot.pid)
        town.open()
        async with asyncio.timeout(LIMIT_SECONDS):
            await town.over.wait()
        seconds = time.perf_counter() - town.started_at
        used = _processor_seconds(bot.pid) - before
    finally:
        with contextlib.suppress(ProcessLookupError):
            bot.terminate()
        await bot.wait()
        await api.close()
    total = users * len(REPORT)
    ranked = sorted(town.latencies)
    return {
        "updates_per_s": total / seconds,
        "cpu_ms_per_update": used / total * 1000,
        "latency_p50_ms": ranked[len(ranked) // 2] * 1000,
        "latency_p99_ms": ranked[int(len(ranked) * 0.99)] * 1000,
    }


def _processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def run(rounds: int, users: int) -> dict[str, Any]:
    """Interleave the contenders."""
    runs: dict[str, list[dict[str, float]]] = {"ptb_echo": [], "linli_sqlite": []}
    for turn in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            commands = {
                "ptb_echo": ["-m", "bench.echo", "URL"],
                "linli_sqlite": ["-m", "bench.linli_bot", "URL", f"sqlite:///{folder}/bench.sqlite3"],
            }
            for name, command in commands.items():
                runs[name].append(await measure(command, users))
                print(f"round {turn + 1}: {name} {runs[name][-1]['updates_per_s']:.0f} updates/s", flush=True)
    return summary(runs)


def summary(runs: dict[str, list[dict[str, float]]]) -> dict[str, Any]:
    """Medians and spread of every run, and the ratios round by round."""
    table = {name: {key: _spread([one[key] for one in found]) for key in found[0]} for name, found in runs.items()}
    pairs = zip(runs["linli_sqlite"], runs["ptb_echo"], strict=True)
    ratios = [mine["updates_per_s"] / floor["updates_per_s"] for mine, floor in pairs]
    return {
        "figures": {"throughput_vs_ptb": round(statistics.median(ratios), 2)},
        "spread": {"throughput_vs_ptb": _spread(ratios)},
        "runs": table,
        "machine": {"python": platform.python_version(), "cores": os.cpu_count(), "system": platform.system()},
    }


def _spread(values: Sequence[float]) -> dict[str, float]:
    found = {"min": min(values), "median": statistics.median(values), "max": max(values)}
    return {key: round(value, 3) for key, value in found.items()}


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--users", type=int, default=300)
    options = parser.parse_args()
    result = asyncio.run(run(options.rounds, options.users))
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result["figures"], indent=2))


if __name__ == "__main__":
    main()
