"""`/metrics`: brings the gauges up to the present when somebody looks, and writes everything in Prometheus's format.

What the database alone knows is asked for at most every few seconds, however many look. While it does not answer, its
gauges are "not a number" or absent: a figure that is not known is not shown as if it were.
"""

import asyncio
import logging
import math
import platform
import time
from collections.abc import Mapping
from datetime import datetime
from importlib.metadata import version
from typing import TYPE_CHECKING

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest

from storage import figures
from storage.figures import Figures, Queue
from storage.rules.lifecycle import OPEN

from .disk import folders, newest_backup_at, space_of
from .failures import where
from .metrics import PRIORITIES

if TYPE_CHECKING:
    from .app import App

log = logging.getLogger(__name__)

KEPT_SECONDS = 10.0
LOOK_SECONDS = 5.0


class Scrape:
    """What `/metrics` answers."""

    def __init__(self, app: "App") -> None:
        self._app = app
        self._metrics = app.metrics
        self._looked_at = -math.inf
        self._one_look = asyncio.Lock()
        engine = "sqlite" if app.database.is_sqlite else "postgresql"
        intake = "webhook" if app.settings.webhook_url else "polling"
        about = {"version": version("linli"), "python": platform.python_version(), "engine": engine, "intake": intake}
        self._metrics.build.info(about)

    async def answer(self, _request: web.Request | None = None) -> web.Response:
        """The present figures in Prometheus's text format."""
        self._look_here()
        async with self._one_look:
            if time.monotonic() - self._looked_at >= KEPT_SECONDS:
                self._look_at_disks()
                await self._look_into_the_database()
                self._looked_at = time.monotonic()
        body = generate_latest(self._metrics.registry)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})

    def _look_here(self) -> None:
        app, metrics = self._app, self._metrics
        last = app.ticking.last_tick_at
        metrics.last_tick.set(last.timestamp() if last else 0.0)
        metrics.tick_age.set(math.nan if app.ticking.tick_age is None else app.ticking.tick_age)
        metrics.backlog.set(app.lanes.backlog)
        metrics.sending.set(app.delivery.in_flight)
        metrics.paused.set(app.delivery.is_paused)
        metrics.api_away.set(app.transport.silence.seconds)
        metrics.database_away.set(app.watch.database.seconds)
        metrics.loop_lag.set(app.watch.lag)
        metrics.replicas.set(app.replica.replicas)
        metrics.shards.set(len(app.replica.shards()))
        for name, lease in app.replica.leases.items():
            metrics.leases.labels(name).set(lease.is_held)
        for kind, total in app.ticking.fired.items():
            metrics.follow(metrics.reminders_fired, total, kind)
        metrics.follow(metrics.reminders_failed, app.ticking.failed)
        metrics.follow(metrics.troubles, app.ticking.troubles, "clock")

    def _look_at_disks(self) -> None:
        for name, folder in folders(self._app.settings).items():
            try:
                space = space_of(folder)
            except OSError:
                continue
            self._metrics.disk_free.labels(name).set(space.free)
            self._metrics.disk_ratio.labels(name).set(space.ratio)

    async def _look_into_the_database(self) -> None:
        now = self._app.clock.now()
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                found = await figures.read(self._app.ledger, now)
        except Exception as error:  # noqa: BLE001 - whatever it was, the other figures are worth having
            log.warning("the database's figures are not known: %(error)s", {"error": where(error)})
            self._show_nothing()
        else:
            self._show(found, now)

    def _show(self, found: Figures, now: datetime) -> None:
        metrics = self._metrics
        for (count, age), queue in self._queues(found).items():
            count.set(queue.count)
            age.set(_age(queue, now))
        for value, name in PRIORITIES.items():
            queue = found.outbox.get(value, Queue())
            metrics.outbox.labels(name).set(queue.count)
            metrics.outbox_age.labels(name).set(_age(queue, now))
        for state in OPEN:
            metrics.tickets.labels(str(state)).set(found.open_tickets.get(str(state), 0))
        metrics.aside.set(found.set_aside.count)
        metrics.held.set(found.held)
        metrics.overdue.set(found.overdue)
        made = [at for at in (found.backup_at, newest_backup_at(self._app.settings.backup_path)) if at is not None]
        metrics.backup_age.set(max((now - max(made)).total_seconds(), 0.0) if made else math.nan)

    def _queues(self, found: Figures) -> Mapping[tuple[Gauge, Gauge], Queue]:
        metrics = self._metrics
        return {
            (metrics.waiting, metrics.waiting_age): found.updates,
            (metrics.due, metrics.lag): found.reminders,
            (metrics.dangers, metrics.danger_age): found.dangers,
            (metrics.media, metrics.media_age): found.media,
        }

    def _show_nothing(self) -> None:
        metrics = self._metrics
        for pair in self._queues(_NOTHING):
            for gauge in pair:
                gauge.set(math.nan)
        for gauge in (metrics.aside, metrics.held, metrics.overdue, metrics.backup_age):
            gauge.set(math.nan)
        for gauge in (metrics.outbox, metrics.outbox_age, metrics.tickets):
            gauge.clear()


_NOTHING = Figures(Queue(), Queue(), {}, 0, Queue(), {}, 0, Queue(), Queue(), None)


def _age(queue: Queue, now: datetime) -> float:
    return 0.0 if queue.oldest_at is None else max((now - queue.oldest_at).total_seconds(), 0.0)
