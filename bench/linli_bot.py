"""The bot itself, durable in every update, with nothing but the pacing (which is Telegram's limit, not ours) lifted."""

import asyncio
import sys
from pathlib import Path

from bot import logs
from bot.app import App
from bot.commands.running import stop_signal
from bot.pace import UNLIMITED, Rates
from bot.settings import Settings
from storage.engine import Database
from storage.migrate import upgrade
from storage.structure import apply, check, read

from .moment import MONDAY, clock

SAMPLE = Path(__file__).parent.parent / "sample"


async def _prepare(database_url: str) -> None:
    database = await Database.open(database_url)
    await upgrade(database)
    await apply(database, check(read(SAMPLE)), MONDAY)
    await database.close()


async def _run(url: str, database_url: str, pace: str = "boundless") -> None:
    """With Telegram's pace ("telegram") the database is ready; otherwise it is new."""
    if pace != "telegram":
        await _prepare(database_url)
    settings = Settings(
        bot_token="7000000001:BENCH",  # noqa: S106 - opens nothing
        bot_api_url=url,
        database_url=database_url,
        media_path=Path(database_url.removeprefix("sqlite:///")).with_name("media"),
        http_listen="127.0.0.1:0",
    )
    app = await App.open(settings, clock=clock(), rates=Rates() if pace == "telegram" else UNLIMITED)
    await app.run(until=stop_signal())


if __name__ == "__main__":
    logs.set_up("WARNING")
    asyncio.run(_run(*sys.argv[1:]))
