"""Signs of life to systemd (`Type=notify`, `WatchdogSec`): one datagram each, to the socket it names; nothing
elsewhere. The protocol is that of sd_notify(3). A library for it would be longer than the protocol.
"""

import asyncio
import os
import socket
from collections.abc import Callable

READY, ALIVE, STOPPING = "READY=1", "WATCHDOG=1", "STOPPING=1"


def notify(state: str) -> None:
    """Send a state; silently nothing where no service manager asked for it."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as plug:
        try:
            plug.sendto(state.encode(), "\0" + address[1:] if address.startswith("@") else address)
        except OSError:
            return  # the manager is restarting; the next sign comes soon


def watchdog_seconds() -> float | None:
    """How often a sign is due, half the limit that is set; None where nobody waits for one."""
    limit, process = os.environ.get("WATCHDOG_USEC", ""), os.environ.get("WATCHDOG_PID", "")
    if not limit.isdigit() or int(limit) == 0 or process not in {"", str(os.getpid())}:
        return None
    return int(limit) / 2_000_000


async def keep_telling(is_alive: Callable[[], bool]) -> None:
    """Tell that the process is alive, as long as it is, until cancelled. A frozen loop tells nothing."""
    seconds = watchdog_seconds()
    while seconds is not None:
        if is_alive():
            notify(ALIVE)
        await asyncio.sleep(seconds)
