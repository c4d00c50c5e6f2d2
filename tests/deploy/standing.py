"""The set-up of compose.yaml without containers: every service a real process, with the environment and the command
that the file gives it. What a container would bring is replaced and nothing else: addresses by free ports, the media
volume by a folder, the database's container by a server of the tests.
"""

import asyncio
import contextlib
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg

from simulator.client import Sim
from tests import postgres
from tests.faults.process import zone_at_noon
from tests.town import CAST, TOKEN

from . import compose
from .compose import INNER_PORT, ROOT
from .processes import PATIENCE, Process, balancer, free_ports


class Standing:
    """The whole set-up, and the people around it."""

    def __init__(self, sim: Sim, folder: Path, url: str) -> None:
        self.sim = sim
        self.url = url
        self._folder = folder
        self._values = values(sim)
        self.ports = dict(zip(["balancer", *compose.replicas()], free_ports(1 + len(compose.replicas())), strict=True))
        self._values["LINLI_WEBHOOK_URL"] = f"http://127.0.0.1:{self.ports['balancer']}"
        self.replicas = {name: self.process(name) for name in compose.replicas()}
        ports = {name: self.ports[name] for name in compose.replicas()}
        self.balancer = balancer(folder, self.ports["balancer"], ports)
        for user_id, called in CAST.values():
            sim.person(called, user_id=user_id, is_started=True)

    def process(self, name: str) -> Process:
        """A service of compose.yaml, ready to be started."""
        service = compose.services()[name]
        entry, *arguments = compose.command(service)
        assert entry == "linli"
        replaced = compose.environment(service, self._values)
        replaced["LINLI_DATABASE_URL"] = re.sub("@db/linli$", f"@{self._server}", replaced["LINLI_DATABASE_URL"])
        replaced["LINLI_MEDIA_PATH"] = str(self._folder / "volumes" / "media")
        port = self.ports.get(name, 0)
        replaced["LINLI_HTTP_LISTEN"] = replaced["LINLI_HTTP_LISTEN"].replace(
            f"0.0.0.0:{INNER_PORT}", f"127.0.0.1:{port}"
        )
        kept = {key: value for key, value in os.environ.items() if not key.startswith("LINLI_")}
        command = [sys.executable, "-m", "bot", *arguments]
        environment = {**kept, **replaced, "PYTHONPATH": str(ROOT)}
        return Process(command, environment, self._folder / f"{name}.log", self._folder)

    @property
    def _server(self) -> str:
        return self.url.rpartition("@")[2]

    async def up(self) -> None:
        """What `docker compose up` does: the schema first, then everything else."""
        migrating = self.process("migrate")
        await migrating.start()
        assert await migrating.ended() == 0, migrating.log.read_text(encoding="utf-8")
        await asyncio.gather(self.balancer.start(), *(one.start() for one in self.replicas.values()))
        for name in self.replicas:
            await self.until_ready(name)

    async def down(self) -> None:
        """End everything."""
        await asyncio.gather(
            self.balancer.end(signal.SIGTERM), *(one.end(signal.SIGKILL) for one in self.replicas.values())
        )

    async def until_ready(self, name: str) -> None:
        """Wait as compose's health check does."""
        check = compose.replicas()[name]["healthcheck"]["test"][3].replace(f":{INNER_PORT}", f":{self.ports[name]}")
        async with asyncio.timeout(PATIENCE):
            while True:
                asking = await asyncio.create_subprocess_exec(
                    sys.executable, "-c", check, stderr=asyncio.subprocess.DEVNULL
                )
                if await asking.wait() == 0:
                    return
                await asyncio.sleep(0.2)

    async def rows(self, query: str, *params: Any) -> list[asyncpg.Record]:
        """Look into the database."""
        connection = await asyncpg.connect(self.url)
        try:
            return list(await connection.fetch(query, *params))
        finally:
            await connection.close()

    async def sender(self) -> str:
        """The replica that sends for all at this moment."""
        async with asyncio.timeout(PATIENCE):
            while True:
                for row in await self.rows("SELECT owner FROM lease WHERE name = 'sender'"):
                    for name, one in self.replicas.items():
                        if row["owner"] and f"-{one.pid}-" in row["owner"]:
                            return name
                await asyncio.sleep(0.1)


def values(sim: Sim) -> dict[str, str]:
    """What stands in `.env`: only what an operator has to fill in, and an API of our own."""
    return {
        "LINLI_BOT_TOKEN": TOKEN,
        "LINLI_BOT_API_URL": sim.url,
        "LINLI_WEBHOOK_SECRET": "a-secret-of-the-door-0123456789",
        "LINLI_ADMIN_IDS": str(CAST["ada"][0]),
        "LINLI_TIMEZONE": zone_at_noon(),
        "POSTGRES_PASSWORD": "letters0and0digits",
    }


@contextlib.asynccontextmanager
async def standing(folder: Path, server: postgres.Server) -> AsyncIterator[Standing]:
    """The sample community in the set-up of compose.yaml, everybody on duty, nothing started yet."""
    url = await postgres.copy(server, postgres.FILLED)
    await postgres.execute(url, "UPDATE person SET on_duty = true WHERE code IS NOT NULL")
    async with Sim(TOKEN) as sim:
        made = Standing(sim, folder, url)
        try:
            yield made
        finally:
            await made.down()
    await postgres.drop(url)
