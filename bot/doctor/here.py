"""Looks at this machine: the settings, the bot's own process, the disks, the folder of pictures."""

import asyncio
import contextlib
import math
import os
import secrets
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import aiohttp

from bot.disk import Space, folders, space_of
from bot.settings import Settings, WrongSettings
from storage import attachments, checkup, figures
from storage.ledger import Ledger
from storage.media import SETTLED_AFTER, MediaStore

from .model import GIB, Finding, Plain, Running, Visit, bad, fine, is_older, look, minutes

PAGE = 500
ASK_SECONDS = 3.0


async def settings(visit: Visit) -> Sequence[Finding]:
    """Is everything set that a running bot needs?"""
    try:
        visit.settings.require_bot()
    except WrongSettings as error:
        return [bad("settings_wrong", reason=str(error))]
    return [fine("settings_fine")] if visit.settings.admins else [look("settings_no_admins")]


async def process(visit: Visit) -> Sequence[Finding]:
    """What the bot that runs here says of itself."""
    if visit.running is None:
        return [look("bot_absent", listen=visit.settings.http_listen)]
    found = [bad("bot_poll_conflict")] if "poll_conflict" in visit.running.remarks else []
    if visit.running.troubles:
        return [bad("bot_troubled", troubles=", ".join(visit.running.troubles)), *found]
    return [fine("bot_works"), *found]


async def ask_the_bot(chosen: Settings) -> Running | None:
    """Ask the bot's own web endpoint how it is; None when nothing answers there."""
    host, port = chosen.listen
    url = f"http://{'127.0.0.1' if host in {'0.0.0.0', ''} else host}:{port}/readyz"  # noqa: S104 - compared, not bound
    timeout = aiohttp.ClientTimeout(total=ASK_SECONDS)
    try:
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url) as answer:
            said = await answer.json()
            return Running(list(map(str, said["troubles"])), list(map(str, said["remarks"])))
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError, KeyError, TypeError):
        return None


async def disks(visit: Visit) -> Sequence[Finding]:
    """Is there room?"""
    found = []
    for name, folder in folders(visit.settings).items():
        space = await asyncio.to_thread(space_of, folder)
        about: dict[str, Plain] = {"of": name, "free": round(space.free / GIB, 1), "percent": int(space.ratio * 100)}
        if _is_below(space, visit.thresholds.disk_full):
            found.append(bad("disk_full", **about))
        elif _is_below(space, visit.thresholds.disk_low):
            found.append(look("disk_low", **about))
        else:
            found.append(fine("disk_fine", **about))
    return found


def _is_below(space: Space, limit: tuple[int, float]) -> bool:
    return space.free < limit[0] and space.ratio < limit[1]


async def media(visit: Visit, ledger: Ledger) -> Sequence[Finding]:
    """Can pictures be kept, is each there that a ticket names, and is there none that nobody names?"""
    folder, store = visit.settings.media_path, MediaStore(visit.settings.media_path)
    refused = await asyncio.to_thread(_write_once, folder)
    if refused:
        return [bad("media_unwritable", folder=str(folder), reason=refused)]
    found = []
    missing = await _missing(ledger, store)
    if missing:
        found.append(bad("media_missing", count=missing))
    orphans = await _orphans(ledger, store)
    if orphans:
        found.append(look("media_orphans", count=orphans))
    waiting = (await figures.read(ledger, visit.now)).media
    if is_older(waiting.oldest_at, visit.now, visit.thresholds.file_waits):
        found.append(look("media_late", count=waiting.count, hours=minutes(waiting.oldest_at, visit.now) // 60))
    return found or [fine("media_fine")]


def _write_once(folder: Path) -> str:
    """Why a file cannot be written into a folder; empty when it can. A folder that is not there yet is not made."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    path = folder / f".{secrets.token_hex(8)}"
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        return type(error).__name__
    with contextlib.suppress(OSError):
        path.unlink()
    return ""


async def _missing(ledger: Ledger, store: MediaStore) -> int:
    count = 0
    async for names in checkup.stored_names(ledger):
        count += len(names) - await asyncio.to_thread(_count, [store.path(name) for name in names])
    return count


def _count(paths: Sequence[Path], until: float = math.inf) -> int:
    """How many of these files are there, made before a moment."""
    found = 0
    for path in paths:
        with contextlib.suppress(FileNotFoundError):
            found += path.stat().st_mtime < until
    return found


async def _orphans(ledger: Ledger, store: MediaStore) -> int:
    """Files that no ticket names; a young one may be named by a row that is about to be committed."""
    count, names, settled = 0, store.names(), time.time() - SETTLED_AFTER.total_seconds()
    while page := await asyncio.to_thread(lambda: list(islice(names, PAGE))):
        unused = await attachments.unused(ledger, page)
        count += await asyncio.to_thread(_count, [store.path(name) for name in unused], settled)
    return count
