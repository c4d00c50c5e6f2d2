"""Putting a server together: the world, the Bot API, the user-side interface, the page."""

from simulator import control, control_town
from simulator.posting import World
from simulator.server import Server
from simulator.site import ROUTES, Panel, Site

__all__ = ["ROUTES", "build", "serve"]
ADDRESSES = (control, control_town)  # importing them fills ROUTES


def build(world: World, control: str | None = None, control_token: str | None = None) -> Server:
    """Return a server that is not started."""
    return Server(world, Site(world, ROUTES, Panel(world, control, control_token)).handle)


async def serve(
    world: World, host: str, port: int, control: str | None = None, control_token: str | None = None
) -> Server:
    """Return a running server."""
    server = build(world, control, control_token)
    await server.start(host, port)
    return server
