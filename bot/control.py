"""The demo's control end point: the clock, what the bot still has to do, who may join, the tour, the end.

Only the demo opens it. It listens on the loopback address and wants the token that the supervisor made. The page of the
simulator shows whatever stands here, and needs to know nothing of the bot.
"""

import asyncio
import hmac
import os
import signal
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import orjson
from aiohttp import web

from storage import invitations, joining, reminders
from storage.changes import ChangeSet
from storage.rules.rights import Role
from storage.rules.worktime import CalendarName
from storage.work import Work

from . import tour
from .app import App
from .stage import Stage
from .texts import LANGUAGES

KILL_AFTER_SECONDS = 0.1
_ACTIONS: Mapping[str, tuple[str, ...]] = {  # with the parameters each takes
    "ten_minutes": (),
    "hour": (),
    "day": (),
    "morning": (),
    "next": (),
    "to": ("at",),
    "kill": (),
    "anew": ("language",),
}
_STYLES = {"kill": "danger", "anew": "danger"}
_JOINING = {  # what somebody can be invited to be, and where
    Role.GRID_WORKER: "grid-1",
    Role.VOLUNTEER: "xfl",
    Role.DUTY_SECRETARY: "xfl",
    Role.STREET_LIAISON: "street",
}
_STEPS = {"ten_minutes": timedelta(minutes=10), "hour": timedelta(hours=1), "day": timedelta(days=1)}


class Control:
    """The end point of one demo bot."""

    def __init__(self, app: App, token: str, stage: Stage) -> None:
        self._app = app
        self._token = token
        self._stage = stage
        self._known = stage.known()
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
        known = self._known
        about = {key: known[key] for key in ("identity", "language", "door", "began")}
        return web.json_response(
            {
                "now": self._app.clock.now().isoformat(),
                "timezone": self._app.settings.timezone,
                "actions": [self._offer(name, params) for name, params in _ACTIONS.items()],
                "links": [{"label": label, "start": start} for label, start in known["links"].items()],
                "joins": self._joins(),
                "upcoming": [{"at": row["due_at"].isoformat(), "what": await self._name(row)} for row in waiting],
                "tour": tour.document(self._app.texts, **about),
            }
        )

    def _offer(self, name: str, params: tuple[str, ...]) -> dict[str, Any]:
        asked: list[Any] = list(params)
        if name == "anew":
            choices = [{"value": one, "label": self._words(f"control.anew_{one[:2]}")} for one in LANGUAGES]
            asked = [{"name": "language", "choices": choices}]
        return {"id": name, "label": self._words(f"control.{name}"), "params": asked, "style": _STYLES.get(name, "")}

    def _joins(self) -> list[dict[str, Any]]:
        """As what somebody can come: by the code on a door, or invited to a role."""
        roles = [
            {"label": self._words(f"role.{role}"), "action": "invite", "params": {"role": str(role)}}
            for role in _JOINING
        ]
        return [{"label": self._words("control.join_by_code"), "start": self._known["door"]}, *roles]

    def _words(self, key: str) -> dict[str, str]:
        texts, now = self._app.texts, self._app.clock.now()
        return {language: texts.plain(language, key, {}, now) for language in LANGUAGES}

    async def _name(self, row: Mapping[str, Any]) -> dict[str, str]:
        texts, now = self._app.texts, self._app.clock.now()
        params = {"kind": row["kind"], "number": await reminders.number_of(self._app.ledger, row)}
        return {language: texts.plain(language, "control.reminder", params, now) for language in LANGUAGES}

    async def _act(self, request: web.Request) -> web.Response:
        action = request.match_info["action"]
        params = _params(await request.read())
        if action == "kill":
            return self._die()
        if action == "anew" and params.get("language") in LANGUAGES:
            self._stage.ask_anew(params["language"])
            return self._die()
        if action == "invite" and params.get("role") in _JOINING:
            return web.json_response({"start": await self._invite(Role(params["role"]))})
        target = await self._target(action, params)
        if target is None:
            return web.json_response({"error": "unknown"}, status=400)
        await self._move_to(target)
        return web.json_response({"ok": True, "now": self._app.clock.now().isoformat()})

    def _die(self) -> web.Response:
        """End as in a power cut, once this is answered; the supervisor goes on from there."""
        asyncio.get_running_loop().call_later(KILL_AFTER_SECONDS, os.kill, os.getpid(), signal.SIGKILL)
        return web.json_response({"ok": True}, status=202)

    async def _invite(self, role: Role) -> str:
        """A fresh invitation to a role, as an administrator would give it: what its address would start."""
        ledger, changes = self._app.ledger, ChangeSet()
        place = ledger.directory.by_code[_JOINING[role]]
        code = joining.invite(Work.for_clock(ledger, self._app.clock.now(), changes), str(role), place.id)
        await ledger.commit([changes])
        return invitations.payload(code)

    async def _target(self, action: str, params: Mapping[str, Any]) -> datetime | None:
        now = self._app.clock.now()
        if action in _STEPS:
            return now + _STEPS[action]
        if action == "morning":
            tonight = now.astimezone(self._app.settings.zone).replace(hour=23, minute=59)
            return self._app.ledger.directory.calendar.next_open(tonight, CalendarName.WORKING)
        if action == "next":
            return next((max(now, row["due_at"]) for row in await reminders.upcoming(self._app.ledger, 1)), now)
        if action == "to":
            return _time_in(params.get("at"), self._app.settings.zone)
        return None

    async def _move_to(self, target: datetime) -> None:
        self._app.clock.set(target)
        self._stage.keep_offset(self._app.clock.offset)
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
