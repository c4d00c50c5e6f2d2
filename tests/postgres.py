"""A PostgreSQL server of our own for the tests: one a test run, a fresh database a test, copied from a template.

The server is Debian's (or whatever `pg_config` knows), runs as an ordinary user on a free port of the loopback address
and keeps its files in a temporary folder.
"""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from storage.engine import Database
from storage.migrate import upgrade

from .town import MONDAY, fill

EMPTY, FILLED = "linli_empty", "linli_filled"
START_SECONDS = 30


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """A folder another user may reach: pytest's own are closed to others."""
    with tempfile.TemporaryDirectory(prefix="linli-postgres-") as name:
        yield Path(name)


def programs() -> Path | None:
    """The folder with initdb and postgres, the newest version first; None where there is none."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: -float(path.parent.name))
    if config := shutil.which("pg_config"):
        found = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=True).stdout.strip()
        folders.append(Path(found))
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


def absent(why: str) -> None:
    """Skip loudly; where nothing may be skipped, fail."""
    if os.environ.get("CI", "").lower() in {"1", "true"}:
        pytest.fail(f"PostgreSQL is needed: {why}")
    pytest.skip(f"NOT TESTED ON POSTGRESQL: {why}")


def _as_user(folder: Path) -> list[str]:
    """PostgreSQL refuses to run as root: another user owns the folder then, and runs the programs."""
    if os.geteuid() != 0:
        return []
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            user = pwd.getpwnam(name)
            os.chown(folder, user.pw_uid, user.pw_gid)
            ids = [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
            return ["setpriv", *ids]
    absent("no ordinary user to run it as")
    return []


class Server:
    """One running server."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.port = free_port()
        self._prefix = _as_user(folder)
        bin_folder = programs()
        if bin_folder is None:
            absent("initdb is not installed")
        self._bin = bin_folder or Path()
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, database: str = "postgres") -> str:
        """The address of a database as LINLI_DATABASE_URL takes it."""
        return f"postgresql://linli@127.0.0.1:{self.port}/{database}"

    def create(self) -> None:
        """Make the cluster. Durability is the server's, not ours: its fsync is off."""
        self._run("initdb", "-D", str(self.data), "-U", "linli", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C")

    def start(self, *, is_durable: bool = False, is_killed: bool = False) -> None:
        """Start the server and wait until it answers.

        Only where it is measured does it wait for the disk; where it will be killed, for the system, which lives on.
        """
        syncs, waits = "on" if is_durable else "off", "on" if is_durable or is_killed else "off"
        places = f"unix_socket_directories={self.folder}"
        options = (f"fsync={syncs}", f"synchronous_commit={waits}", "max_connections=200", places)
        settings = [part for option in options for part in ("-c", option)]
        address = ["-h", "127.0.0.1", "-p", str(self.port)]
        log = open(self.folder / "log", "ab")  # noqa: SIM115 - the server keeps it
        command = [*self._prefix, str(self._bin / "postgres"), "-D", str(self.data), *address, *settings]
        self._process = subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log, start_new_session=True)
        log.close()
        until = time.monotonic() + START_SECONDS
        while subprocess.run([str(self._bin / "pg_isready"), "-q", *address], check=False).returncode:
            if time.monotonic() > until or self._process.poll() is not None:
                raise RuntimeError((self.folder / "log").read_text(errors="replace"))
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop at once."""
        if self._process is not None:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(3)
            self._process.kill()
            self._process.wait()

    def kill(self) -> None:
        """As if the power went: connections break in the middle."""
        if self._process is not None:
            self._run("pg_ctl", "stop", "-D", str(self.data), "-m", "immediate")
            self._process.wait()

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._prefix, str(self._bin / program), *arguments]
        subprocess.run(command, cwd=self.folder, check=True, capture_output=True)


async def prepare(server: Server) -> None:
    """Make the templates: one with tables, one with the sample community too."""
    for name in (EMPTY, FILLED):
        await execute(server.url(), f'CREATE DATABASE "{name}"')
    database = await Database.open(server.url(EMPTY))
    await upgrade(database)
    await database.close()
    await fill(server.url(FILLED), MONDAY)


async def copy(server: Server, template: str) -> str:
    """A fresh database made from a template; gives back its address."""
    name = f"t_{uuid.uuid4().hex}"
    await execute(server.url(), f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return server.url(name)


async def drop(url: str) -> None:
    """Remove a database, whoever is still connected."""
    address, _, name = url.rpartition("/")
    await execute(f"{address}/postgres", f'DROP DATABASE "{name}" WITH (FORCE)')


async def execute(url: str, statement: str) -> None:
    """Run one statement outside a transaction."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def free_port() -> int:
    """A port of the loopback address that nobody has."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
