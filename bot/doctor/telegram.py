"""Looks at the way to Telegram: the token, the webhook or polling, and this machine's clock."""

import asyncio
import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import aiohttp

from bot.logs import blot
from bot.transport import Ambiguous, ApiError, NotSent
from bot.webhook import PATH
from storage import checkup

from .model import Finding, Visit, bad, fine, look

RECENTLY = timedelta(hours=1)
SECONDS = 10.0


async def token(visit: Visit) -> Sequence[Finding]:
    """Does the Bot API know the token, and is it the bot that the posters name?"""
    if visit.transport is None:
        return ()
    try:
        me = await visit.transport.call("getMe", {}, seconds=SECONDS)
    except ApiError as error:
        return [bad("token_refused", reason=blot(str(error)))]
    except (NotSent, Ambiguous) as error:
        return [bad("api_away", url=visit.settings.bot_api_url, reason=str(error))]
    name, expected = str(me.get("username", "")), os.environ.get("LINLI_BOT_NAME", "").removeprefix("@")
    differs = [look("bot_name_differs", name=name, expected=expected)] if expected not in {"", name} else []
    return [fine("token_fine", name=name), *differs]


async def webhook(visit: Visit) -> Sequence[Finding]:
    """Do updates go where the settings say?"""
    if visit.transport is None:
        return ()
    try:
        info = await visit.transport.call("getWebhookInfo", {}, seconds=SECONDS)
    except (ApiError, NotSent, Ambiguous):
        return ()  # the look at the token says why
    ours = visit.settings.webhook_url
    found = [_address(str(info.get("url", "")), f"{ours.rstrip('/')}{PATH}" if ours else "", visit)]
    at = datetime.fromtimestamp(int(info.get("last_error_date") or 0), UTC)
    if info.get("url") and abs(visit.now - at) < RECENTLY:
        found.append(look("webhook_error", reason=blot(str(info.get("last_error_message", "")))))
    pending = int(info.get("pending_update_count") or 0)
    if pending > visit.thresholds.pending_updates:
        found.append(look("updates_pending", count=pending))
    return found


def _address(set_to: str, wanted: str, visit: Visit) -> Finding:
    if set_to == wanted:
        return fine("webhook_fine" if wanted else "polling_fine")
    host = urlsplit(set_to).hostname or ""
    if not wanted:
        return bad("webhook_in_the_way", host=host)
    if set_to:
        return bad("webhook_elsewhere", host=host)
    return look("webhook_missing") if visit.running is None else bad("webhook_lost")


async def clock(visit: Visit) -> Sequence[Finding]:
    """Does this machine know what time it is, compared with the Bot API's answer and with the database server?"""
    others = {"bot_api": await _telegram_time(visit), "database": None}
    if visit.database is not None and not visit.database.is_sqlite:
        others["database"] = await checkup.server_time(visit.database)
    here = f"{visit.now.astimezone(visit.settings.zone):%Y-%m-%d %H:%M}"
    if not any(others.values()):
        return [fine("clock_alone", zone=visit.settings.timezone, here=here)]
    worst, than = max((abs(at - visit.now), name) for name, at in others.items() if at)
    if worst <= visit.thresholds.clock_off:
        return [fine("clock_fine", zone=visit.settings.timezone, here=here)]
    report = bad if worst > visit.thresholds.clock_wrong else look
    return [report("clock_off", seconds=int(worst.total_seconds()), than=than, here=here)]


async def _telegram_time(visit: Visit) -> datetime | None:
    """The time in the header of an answer, any answer; it has whole seconds."""
    if visit.transport is None:
        return None
    try:
        async with asyncio.timeout(SECONDS), visit.transport.session.get(visit.settings.bot_api_url) as answer:
            said = answer.headers.get("Date", "")
            return parsedate_to_datetime(said).astimezone(UTC) + timedelta(milliseconds=500)
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
        return None
