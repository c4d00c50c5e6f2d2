"""Figures for Prometheus, read when they are asked for: what waits, what was set aside, when the clock last ticked."""

from typing import TYPE_CHECKING

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from storage import inbox, outbox

if TYPE_CHECKING:
    from .app import App


async def metrics(app: "App") -> web.Response:
    """The present figures in Prometheus's text format; numbers only, nobody's names or words."""
    registry = CollectorRegistry()
    last = app.ticking.last_tick_at
    figures = {
        "linli_lanes_backlog": ("Stored updates that are not worked on yet", app.lanes.backlog),
        "linli_sending": ("Messages being sent now", app.delivery.in_flight),
        "linli_outbox_waiting": ("Messages that wait to be sent", await outbox.count_waiting(app.ledger)),
        "linli_updates_set_aside": ("Updates that wait for an administrator", await inbox.count_set_aside(app.ledger)),
        "linli_last_tick_timestamp_seconds": ("When the clock last ticked", last.timestamp() if last else 0.0),
    }
    for name, (about, value) in figures.items():
        Gauge(name, about, registry=registry).set(value)
    return web.Response(body=generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})
