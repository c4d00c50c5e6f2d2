"""The bot itself, durable in every update, with nothing but the pacing (which is Telegram's limit, not ours) lifted."""

import asyncio
import gc
import sys
import tempfile
from pathlib import Path

from pydantic import SecretStr

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


async def _run(url: str, database_url: str, how: str = "polling") -> None:
    """`how`: polling a new database as fast as it can, at Telegram's pace on one that is there ("telegram"), or as a
    replica with a webhook at this port on one that is there."""
    if how == "polling":
        await _prepare(database_url)
    with tempfile.TemporaryDirectory() as media:
        settings = Settings(
            bot_token="7000000001:BENCH",  # noqa: S106 - opens nothing
            bot_api_url=url,
            database_url=database_url,
            media_path=Path(media),
            http_listen=f"127.0.0.1:{how if how.isdigit() else 0}",
            webhook_url="http://127.0.0.1/" if how.isdigit() else None,
            webhook_secret=SecretStr("benchmark-of-linli"),
        )
        app = await App.open(settings, clock=clock(), rates=Rates() if how == "telegram" else UNLIMITED)
        await app.run(until=stop_signal())


if __name__ == "__main__":
    gc.freeze()  # as `linli` does with what it has loaded
    logs.set_up("WARNING")
    asyncio.run(_run(*sys.argv[1:]))
