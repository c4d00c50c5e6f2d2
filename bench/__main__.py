"""`make bench`: every measurement in turn, several times; medians and spread, kept for machines and for people."""

import argparse
import asyncio
import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from . import report
from .families import Family, chosen
from .sample import Sample, Stage

ROUNDS = 5


async def run(families: Sequence[Family], stage: Stage, rounds: int) -> list[Sample]:
    """Round by round, so that what else the machine does meets everybody alike."""
    samples = []
    for turn in range(rounds):
        for family in families:
            if family.most is None or turn < family.most:
                sample = await family.measure(stage)
                samples.append(sample)
                shown = ", ".join(f"{key} {value:.3g}" for key, value in sample.figures.items())
                print(f"round {turn + 1}: {shown}", flush=True)
    return samples


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(
        prog="bench", description="Measure; what is kept of it stands in docs/benchmarks.md."
    )
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"repetitions (default {ROUNDS})")
    parser.add_argument("--only", nargs="+", default=[], metavar="KEY", help="only these figures; the others are kept")
    parser.add_argument("--quick", action="store_true", help="a small run that shows that it works; writes nothing")
    options = parser.parse_args()
    try:
        families = chosen(options.only)
    except ValueError as error:
        parser.error(str(error))
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as folder:
        stage = Stage(Path(folder), is_quick=options.quick)
        samples = asyncio.run(run(families, stage, 1 if options.quick else options.rounds))
    found = report.report(samples, report.last() if options.only else None, load=load)
    if not options.quick:
        report.write(found)
    print(json.dumps(found["figures"], indent=2))


if __name__ == "__main__":
    main()
