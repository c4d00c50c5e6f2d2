"""The bot of the soak as a process: everything real and durable, with a clock that can be moved and without pacing.

Thirty days pass in minutes, so Telegram's pace, which is counted in real seconds, would only be waited for. Takes the
file with the clock's offset, the port of the control end point and its token.
"""

import asyncio
import json
import sys
from datetime import timedelta
from pathlib import Path

from bot import logs
from bot.app import App
from bot.clock import Clock
from bot.commands.running import stop_signal
from bot.control import Control
from bot.pace import UNLIMITED
from bot.settings import Settings
from bot.stage import Stage
from tests.town import MONDAY


def _stage(folder: Path) -> Stage:
    """Where the control end point keeps the moved clock; nobody joins by it."""
    folder.mkdir(exist_ok=True)
    known = {"identity": "soak", "language": "zh-CN", "door": "", "links": {}, "began": MONDAY.isoformat()}
    (folder / "known.json").write_text(json.dumps(known), "ascii")
    return Stage(folder)


async def _run(settings: Settings, offset: timedelta, port: int, token: str) -> None:
    clock = Clock()
    clock.advance(offset)
    app = await App.open(settings, clock=clock, rates=UNLIMITED)
    control = Control(app, token, _stage(Path(f"stage-{port}")))
    await control.open(port)
    try:
        await app.run(until=stop_signal())
    finally:
        await control.close()


def main(clock_file: str, port: str, token: str) -> None:
    """Run until told to stop."""
    settings = Settings()
    logs.set_up(settings.log_level)
    offset = timedelta(seconds=float(Path(clock_file).read_text(encoding="ascii")))
    asyncio.run(_run(settings, offset, int(port), token))


if __name__ == "__main__":
    main(*sys.argv[1:])
