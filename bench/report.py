"""What is written of a run: bench/results/latest.json for machines, docs/benchmarks.md for people."""

import json
import os
import platform
import statistics
import subprocess
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .figures import FIGURES, Figure, by_key
from .sample import Sample

ROOT = Path(__file__).parent.parent
RESULTS = Path(__file__).parent / "results" / "latest.json"
PAGE = ROOT / "docs" / "benchmarks.md"

Spread = dict[str, float]
Report = dict[str, Any]


def report(samples: Sequence[Sample], before: Report | None = None, *, load: float = 0.0) -> Report:
    """Medians and spread of what was measured; figures that were not measured this time are kept from `before`.

    `load` is how many other programs wanted a processor when the run began.
    """
    figures: dict[str, list[float]] = defaultdict(list)
    runs: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for sample in samples:
        for key, value in sample.figures.items():
            figures[key].append(value)
        for name, run in sample.runs.items():
            for key, value in run.items():
                runs[name][key].append(value)
    measured = {key: {**_spread(values), "rounds": len(values)} for key, values in figures.items()}
    at = {"commit": _commit(), "on": f"{datetime.now(UTC):%Y-%m-%d}", "load": round(load, 1)}
    kept = before or {}
    spread = kept.get("spread", {}) | measured
    known = [figure for figure in FIGURES if figure.key in spread]
    return {
        "figures": {figure.key: spread[figure.key]["median"] for figure in known},
        "spread": {figure.key: spread[figure.key] for figure in known},
        "must": {figure.key: figure.must for figure in known},
        "aim": {figure.key: figure.aim for figure in known},
        "is_met": {figure.key: figure.meets(figure.must, spread[figure.key]["median"]) for figure in known},
        "measured": {**kept.get("measured", {}), **dict.fromkeys(measured, at)},
        "runs": kept.get("runs", {})
        | {name: {key: _spread(values) for key, values in run.items()} for name, run in runs.items()},
        "machine": machine(),
        "commit": at["commit"],
        "load": at["load"],
    }


def machine() -> Mapping[str, Any]:
    """What it was measured on."""
    model = [line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")]
    memory = [int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal")]
    return {
        "python": platform.python_version(),
        "cores": len(os.sched_getaffinity(0)),
        "processor": model[0] if model else platform.machine(),
        "memory_gib": round(memory[0] / 1024**2) if memory else None,
        "system": platform.system(),
    }


def page(found: Report) -> str:
    """docs/benchmarks.md."""
    rows = [_row(figure, found) for figure in FIGURES if figure.key in found["figures"]]
    machine_ = found["machine"]
    return "\n".join(
        [
            "# Benchmarks",
            "",
            "Written by `make bench`, which measures on your machine; these are the figures of its last run here. Each",
            "figure is the median of several repetitions; in each, everybody compared runs in turn, so that what else",
            "the machine does meets all. A ratio is taken within one repetition. “Must” is what a release",
            "has to reach, “aim” is what we would like. No test asserts a time: a busy machine is no failure.",
            "",
            f"Machine: {machine_['cores']} cores ({machine_['processor']}), {machine_['memory_gib']} GiB, "
            f"{machine_['system']}, Python {machine_['python']}; commit {found['commit']}. When the last run began,",
            f"{found['load']} programs wanted a processor; above 0.5 the figures are worse than they could be.",
            "",
            "| figure | measured | spread | must | aim | met |",
            "| --- | --- | --- | --- | --- | --- |",
            *rows,
            "",
            "## How each is measured",
            "",
            "Bots run as processes of their own against a Bot API on the same machine that does as little as possible.",
            "Telegram's pace (30 messages a second) is lifted where the bot's own speed is asked for.",
            "",
            *(f"- **{figure.what}** (`{figure.key}`). {figure.how}" for figure in FIGURES),
            "",
            "## What each contender did",
            "",
            "Medians, with the least and the greatest in brackets.",
            "",
            *_runs(found["runs"]),
        ]
    )


def _row(figure: Figure, found: Report) -> str:
    spread = found["spread"][figure.key]
    rounds = f"{spread['rounds']} times" if spread["rounds"] > 1 else "once"
    between = f"{figure.shown(spread['min'])} – {figure.shown(spread['max'])}, {rounds}"
    is_met = found["is_met"][figure.key]
    met = "aim" if figure.meets(figure.aim, spread["median"]) else "yes" if is_met else "**no**"
    cells = (figure.what, f"**{figure.shown(spread['median'])}**", between, figure.bound(figure.must))
    return f"| {' | '.join(cells)} | {figure.bound(figure.aim)} | {met} |"


def _runs(runs: Mapping[str, Mapping[str, Spread]]) -> list[str]:
    lines = []
    for name, run in runs.items():
        shown = (f"{key} {one['median']:.4g} ({one['min']:.4g} – {one['max']:.4g})" for key, one in run.items())
        lines.append(f"- `{name}`: {' · '.join(shown)}")
    return [*lines, ""]


def write(found: Report) -> None:
    """Keep both."""
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    PAGE.write_text(page(found), encoding="utf-8")


def last() -> Report | None:
    """The last run's report."""
    if not RESULTS.exists():
        return None
    found: Report = json.loads(RESULTS.read_text(encoding="utf-8"))
    known = by_key()
    return found if all(key in known and "rounds" in one for key, one in found["spread"].items()) else None


def _spread(values: Sequence[float]) -> Spread:
    found = {"min": min(values), "median": statistics.median(values), "max": max(values)}
    return {key: round(value, 4) for key, value in found.items()}


def _commit() -> str:
    command = ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def _lines(path: str) -> list[str]:
    file = Path(path)
    return file.read_text(encoding="utf-8").splitlines() if file.exists() else []
