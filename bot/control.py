"""The demo's control end point: move the clock, see what the bot still has to do, kill it. Only the demo opens it.

It listens on the loopback address and wants the token that the supervisor made. The page of the simulator shows
whatever stands here, and needs to know nothing of the bot.
"""

import asyncio
import hmac
import os
import signal
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from aiohttp import web

from storage import reminders
from storage.rules.worktime import CalendarName

from .app import App
from .texts import LANGUAGES

KILL_AFTER_SECONDS = 0.1
_ACTIONS: Mapping[str, tuple[str, ...]] = {  # with the parameters each takes
    "ten_minutes": (),
    "hour": (),
    "morning": (),
    "day": (),
    "to": ("at",),
    "kill": (),
}
_STYLES = {"kill": "danger"}
_STEPS = {"ten_minutes": timedelta(minutes=10), "hour": timedelta(hours=1), "day": timedelta(days=1)}


class Control:
    """The end point of one demo bot."""

    def __init__(self, app: App, token: str, clock_file: Path, links: Mapping[str, str]) -> None:
        self._app = app
        self._token = token
        self._clock_file = clock_file
        self._links = links  # what the posters on the doors would open: place -> payload
        self._runner: web.AppRunner | None = None

    async def open(self, port: int) -> None:
        """Listen on the loopback address."""
        site = web.Application(middlewares=[self._only_with_token])
        site.router.add_get("/", self._look)
        site.router.add_post("/{action}", self._act)
        self._runner = web.AppRunner(site, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()

    async def close(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()

    @web.middleware
    async def _only_with_token(self, request: web.Request, handler: Any) -> web.StreamResponse:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), self._token.encode()):
            return web.json_response({"error": "token"}, status=403)
        answer: web.StreamResponse = await handler(request)
        return answer

    async def _look(self, _request: web.Request) -> web.Response:
        waiting = await reminders.upcoming(self._app.ledger)
        return web.json_response(
            {
                "now": self._app.clock.now().isoformat(),
                "timezone": self._app.settings.timezone,
                "actions": [
                    {"id": name, "label": self._labels(name), "params": params, "style": _STYLES.get(name, "")}
                    for name, params in _ACTIONS.items()
                ],
                "links": [{"label": label, "start": start} for label, start in self._links.items()],
                "upcoming": [{"at": row["due_at"].isoformat(), "what": await self._name(row)} for row in waiting],
            }
        )

    def _labels(self, action: str) -> dict[str, str]:
        texts, now = self._app.texts, self._app.clock.now()
        return {language: texts.plain(language, f"control.{action}", {}, now) for language in LANGUAGES}

    async def _name(self, row: Mapping[str, Any]) -> dict[str, str]:
        texts, now = self._app.texts, self._app.clock.now()
        params = {"kind": row["kind"], "number": await reminders.number_of(self._app.ledger, row)}
        return {language: texts.plain(language, "control.reminder", params, now) for language in LANGUAGES}

    async def _act(self, request: web.Request) -> web.Response:
        action = request.match_info["action"]
        params = _params(await request.read())
        if action == "kill":
            asyncio.get_running_loop().call_later(KILL_AFTER_SECONDS, os.kill, os.getpid(), signal.SIGKILL)
            return web.json_response({"ok": True}, status=202)
        target = self._target(action, params)
        if target is None:
            return web.json_response({"error": "unknown"}, status=400)
        await self._move_to(target)
        return web.json_response({"ok": True, "now": self._app.clock.now().isoformat()})

    def _target(self, action: str, params: Mapping[str, Any]) -> datetime | None:
        now = self._app.clock.now()
        if action in _STEPS:
            return now + _STEPS[action]
        if action == "morning":
            tonight = now.astimezone(self._app.settings.zone).replace(hour=23, minute=59)
            return self._app.ledger.directory.calendar.next_open(tonight, CalendarName.WORKING)
        if action == "to":
            return _time_in(params.get("at"), self._app.settings.zone)
        return None

    async def _move_to(self, target: datetime) -> None:
        self._app.clock.set(target)
        self._clock_file.write_text(str(self._app.clock.offset.total_seconds()), encoding="ascii")
        await self._app.ticking.tick()
        self._app.delivery.wake()


def _params(body: bytes) -> Mapping[str, Any]:
    try:
        found = orjson.loads(body) if body else {}
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _time_in(value: object, zone: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=zone)
