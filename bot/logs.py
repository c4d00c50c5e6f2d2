"""Logs without personal data: what happened and to which row, never who or what was said.

httpx writes request addresses at INFO, and those hold the token; it is silenced, whatever the level.
"""

import logging
import sys

FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"
_QUIET = ("httpx", "httpcore", "aiohttp.access", "apscheduler", "telegram", "alembic", "aiosqlite", "asyncio")


def set_up(level: str) -> None:
    """Log to the error stream at `level`; libraries speak only from WARNING on."""
    logging.basicConfig(level=level, format=FORMAT, stream=sys.stderr, force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
