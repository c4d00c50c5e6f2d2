"""Programs as the services of compose.yaml: started, ended, started again; and nginx as its balancer."""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from . import compose
from .compose import INNER_PORT, ROOT

PATIENCE = 60.0
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def free_ports(count: int) -> list[int]:
    """Ports nobody uses now."""
    with contextlib.ExitStack() as held:
        taken = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in taken:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in taken]


def nginx() -> str:
    """The web server's program. Skips loudly where there is none; where nothing may be skipped, fails."""
    found = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if found is None:
        if os.environ.get("CI", "").lower() in {"1", "true"}:
            pytest.fail("nginx is needed")
        pytest.skip("NOT TESTED: nginx is not installed")
    return found or ""


def balancer(folder: Path, port: int, ports: Mapping[str, int], *, tls: tuple[Path, int] | None = None) -> "Process":
    """ops/nginx/linli.conf on our ports, inside the smallest frame that nginx needs around it.

    `tls` is a folder with a certificate, and the port to serve it on.
    """
    text = (ROOT / "ops" / "nginx" / "linli.conf").read_text(encoding="utf-8")
    for name, service in compose.replicas().items():
        address = f"{service['networks']['inside']['ipv4_address']}:{INNER_PORT}"
        text = text.replace(address, f"127.0.0.1:{ports[name]}")
    text = text.replace(f"listen {INNER_PORT}", f"listen 127.0.0.1:{port}").replace("/etc/nginx/tls", f"{folder}/tls")
    (folder / "linli.conf").write_text(text, encoding="utf-8")
    if tls is not None:
        _serve_by_https(*tls)
    places = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in TEMPORARY)
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{user} daemon off; pid {folder}/nginx.pid; error_log stderr; events {{}}\n"
        f"http {{ {places} include {folder}/linli.conf; }}\n",
        encoding="utf-8",
    )
    return Process([nginx(), "-c", f"{folder}/nginx.conf"], dict(os.environ), folder / "balancer.log", folder)


def _serve_by_https(folder: Path, port: int) -> None:
    example = (ROOT / "ops" / "nginx" / "tls" / "tls.conf.example").read_text(encoding="utf-8")
    text = example.replace("listen 8443", f"listen 127.0.0.1:{port}").replace("/etc/nginx/tls", str(folder))
    (folder / "tls.conf").write_text(text, encoding="utf-8")


class Process:
    """One service: started, ended, started again; its log is kept over all its lives."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], log: Path, cwd: Path) -> None:
        self.log = log
        self._command = command
        self._environment = environment
        self._cwd = cwd
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        """Its number while it runs."""
        return self._process.pid if self._process is not None else None

    async def start(self) -> None:
        """Start."""
        with open(self.log, "ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._command, cwd=self._cwd, env=self._environment, stdout=log, stderr=log
            )

    async def end(self, number: signal.Signals) -> int:
        """Send a signal and wait; gives back the exit code."""
        process, self._process = self._process, None
        if process is None:
            return 0
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(number)
        async with asyncio.timeout(PATIENCE):
            return await process.wait()

    async def ended(self) -> int:
        """Wait until it ends by itself; gives back the exit code."""
        assert self._process is not None
        async with asyncio.timeout(PATIENCE):
            return await self._process.wait()


async def until_it_listens(port: int) -> None:
    """Wait until somebody answers at a port."""
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.02)
            else:
                writer.close()
                await writer.wait_closed()
                return
