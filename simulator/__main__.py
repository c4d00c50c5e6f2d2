"""`python -m simulator`: a Bot API on this machine, for any bot.

Without `--token` every well-formed token is welcome and makes a bot of its own.
"""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

import orjson

from simulator.posting import World
from simulator.seed import BadSeedError, sow
from simulator.wiring import serve


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="simulator", description="A Telegram Bot API of one's own.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (this machine only)")
    parser.add_argument("--port", type=int, default=8081, help="port to listen on; 0 takes a free one")
    parser.add_argument(
        "--token", action="append", default=[], metavar="TOKEN[=USERNAME]", help="token of a bot; may be given again"
    )
    parser.add_argument("--seed-people", type=Path, help="JSON file of people and groups")
    parser.add_argument("--control", help="address of the bot's control end point, shown on the page")
    parser.add_argument("--control-token", help="token for that end point")
    parser.add_argument("--no-flood-control", action="store_true", help="never answer 429 for speed")
    return parser.parse_args(argv)


async def run(options: argparse.Namespace) -> None:
    """Serve until told to stop."""
    world = World()
    world.flood.is_on = not options.no_flood_control
    for each in options.token:
        token, _, username = each.partition("=")
        world.add_bot(token, **({"username": username, "first_name": username} if username else {}))
    if options.seed_people:
        sow(world, orjson.loads(options.seed_people.read_bytes()))
    stopped = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    server = await serve(world, options.host, options.port, options.control, options.control_token)
    server.accepts_any_token = not options.token
    sys.stdout.write(f"simulator on http://{options.host}:{server.port}\n")
    sys.stdout.flush()
    await stopped.wait()
    await server.stop()


def main() -> int:
    """Run; return the exit code."""
    try:
        asyncio.run(run(arguments()))
    except (OSError, ValueError, BadSeedError) as error:
        sys.stderr.write(f"simulator: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
