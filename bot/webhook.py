"""The web endpoint: health for those who watch, and updates by webhook, stored before they are acknowledged.

The secret is compared in constant time; what is no update is refused; what cannot be stored, or would only wait here,
is answered 503, and Telegram brings it again.
"""

import hmac
import logging
from typing import TYPE_CHECKING

from aiohttp import web

from storage.passing import is_passing

from .failures import where
from .intake import ALLOWED_UPDATES, stored
from .payload import read_update
from .scrape import Scrape
from .transport import Transport

if TYPE_CHECKING:
    from .app import App

log = logging.getLogger(__name__)
MAX_BODY = 1024 * 1024
PATH = "/telegram"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
RETRY_AFTER = {"Retry-After": "5"}


class Endpoint:
    """One HTTP server on the configured address."""

    def __init__(self, app: "App") -> None:
        self._app = app
        self._runner: web.AppRunner | None = None
        self.port = 0

    async def open(self) -> None:
        """Listen."""
        site = web.Application(client_max_size=MAX_BODY)
        site.router.add_get("/healthz", self._healthz)
        site.router.add_get("/readyz", self._readyz)
        site.router.add_get("/metrics", Scrape(self._app).answer)
        if self._app.settings.webhook_url:
            site.router.add_post(PATH, self._receive)
        self._runner = web.AppRunner(site, access_log=None)
        await self._runner.setup()
        host, port = self._app.settings.listen
        await web.TCPSite(self._runner, host, port).start()
        self.port = self._runner.addresses[0][1]

    async def close(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def announce(self, transport: Transport) -> None:
        """Tell Telegram where to bring updates; what is pending is kept."""
        settings = self._app.settings
        await transport.call(
            "setWebhook",
            {
                "url": f"{(settings.webhook_url or '').rstrip('/')}{PATH}",
                "secret_token": settings.webhook_secret.get_secret_value(),
                "allowed_updates": ALLOWED_UPDATES,
                "drop_pending_updates": False,
            },
        )

    async def _receive(self, request: web.Request) -> web.Response:
        if not self._is_telegram(request):
            return web.Response(status=403)
        body = await request.read()
        update = read_update(body)
        if update is None:
            return web.Response(status=400)
        if self._app.intake.is_full:
            return web.Response(status=503, headers=RETRY_AFTER)
        try:
            await self._app.intake.keep([stored(update, body)])
        except Exception as error:  # noqa: BLE001 - never acknowledged, whatever it was
            if is_passing(error):
                self._app.metrics.troubles.labels("intake").inc()
            level = logging.WARNING if is_passing(error) else logging.ERROR
            log.log(level, "an update is not stored: %(error)s", {"error": where(error)})
            return web.Response(status=503)
        return web.Response()

    def _is_telegram(self, request: web.Request) -> bool:
        secret = self._app.settings.webhook_secret.get_secret_value().encode()
        given = request.headers.get(HEADER, "").encode("utf-8", "surrogateescape")
        return bool(secret) and hmac.compare_digest(given, secret)

    async def _healthz(self, _request: web.Request) -> web.Response:
        """Alive: 503 is for who starts the process again."""
        return _judged(self._app.health.fatal())

    async def _readyz(self, _request: web.Request) -> web.Response:
        """Able to work: the database and the Bot API answer, and the clock ticks."""
        about = {"backlog": self._app.lanes.backlog, "in_flight": self._app.delivery.in_flight}
        return _judged(self._app.health.troubles(), remarks=self._app.health.remarks(), **about)


def _judged(troubles: list[str], **about: object) -> web.Response:
    content = {"ok": not troubles, "troubles": troubles, **about}
    return web.json_response(content, status=503 if troubles else 200)
