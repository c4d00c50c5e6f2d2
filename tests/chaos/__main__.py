"""`python -m tests.chaos --seed N`: thirty days with trouble, and whether everything promised still holds.

Ends with a line of figures, and with exit code 1 and the list when something does not hold.
"""

import asyncio
import signal
import sys

import click

from .run import new_seed, run
from .soak import Size

_SIZE = Size()


@click.command()
@click.option("--seed", type=int, default=None, help="Replays the decisions of an earlier run; new when not given.")
@click.option("--days", default=_SIZE.days, show_default=True)
@click.option("--tickets", default=_SIZE.tickets, show_default=True)
@click.option("--troubles", default=_SIZE.troubles, show_default=True)
def main(seed: int | None, days: int, tickets: int, troubles: int) -> None:
    """Soak the bot."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what it has started ends with it
    chosen = new_seed() if seed is None else seed
    result = asyncio.run(run(chosen, Size(days, tickets, troubles), click.echo))
    for line in result.violations:
        click.echo(f"VIOLATION {line}")
    sys.exit(1 if result.violations else 0)


if __name__ == "__main__":
    main()
