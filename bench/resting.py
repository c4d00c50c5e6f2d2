"""A bot with nothing to do on the database of a million tickets: how soon it is there, how much memory it holds."""

import asyncio
import shutil
import time
from pathlib import Path

from .api import Api
from .echo import TOKEN
from .growing import sqlite_file
from .growth import LARGE, LARGE_QUICK
from .process import started
from .sample import Sample, Stage
from .town import Town

SETTLING_SECONDS, SETTLING_QUICK = 8, 1
LIMIT_SECONDS = 120


async def resting(stage: Stage) -> Sample:
    """From starting `linli run` to its first `getUpdates`, and its resident memory some seconds later."""
    file = await _copy(stage)
    api = Api(Town(0))
    await api.open()
    settings = {
        "LINLI_BOT_TOKEN": TOKEN,
        "LINLI_BOT_API_URL": api.url,
        "LINLI_DATABASE_URL": f"sqlite:///{file}",
        "LINLI_MEDIA_PATH": str(stage.folder / "media"),
        "LINLI_HTTP_LISTEN": "127.0.0.1:0",
        "LINLI_LOG_LEVEL": "WARNING",
    }
    try:
        began_at = time.perf_counter()
        async with asyncio.timeout(LIMIT_SECONDS), started(["-m", "bot", "run"], settings) as bot:
            await bot.until(api.polled)
            await asyncio.sleep(stage.many(SETTLING_SECONDS, SETTLING_QUICK))
            memory = bot.resident_mib()
    finally:
        await api.close()
    return Sample({"idle_rss_mib": memory, "startup_s": api.polled_at - began_at})


async def _copy(stage: Stage) -> Path:
    """The bot may write into it: the kept file is only copied, once a run."""
    copy = stage.folder / "resting.sqlite3"
    if not copy.exists():
        shutil.copyfile(await sqlite_file(stage.many(LARGE, LARGE_QUICK)), copy)
    return copy
