"""`linli demo`: bot and simulator, two processes under one supervisor, that meet only over HTTP.

The supervisor fills a fresh database with the sample community, starts both, starts the bot again when it dies (the
page may kill it), and ends everything together. It stops only the processes it started.
"""

import asyncio
import contextlib
import itertools
import os
import secrets
import socket
import sys
import webbrowser
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import click

from bot import logs
from bot.app import App
from bot.clock import Clock, system_now
from bot.commands.console import fail, language, words
from bot.commands.running import stop_signal
from bot.control import Control
from bot.settings import Settings
from bot.stage import SAMPLE, Stage

TOKEN = "7000000001:DEMO-for-this-machine-alone-0000000000"  # noqa: S105 - opens nothing but the simulator
STAGE = Stage(Path("data") / "demo")
RESTART_SECONDS = 0.5
START_SECONDS = 60
LOOK_AGAIN_SECONDS = 0.05
NEARBY = 200


@click.command(help=words("command.demo"))
@click.option("--port", default=8800, show_default=True, help=words("command.demo_port"))
@click.option("--no-browser", is_flag=True, help=words("command.demo_no_browser"))
def demo(port: int, no_browser: bool) -> None:
    """Try everything on this machine."""
    if not SAMPLE.is_dir():
        raise fail(words("command.no_sample"))
    if _is_taken(port):
        raise fail(words("command.port_taken", port=port))
    asyncio.run(_supervise(port, opens_browser=not no_browser))


async def _supervise(port: int, *, opens_browser: bool) -> None:
    """Play until somebody stops it; again from the beginning whenever the page asks for that."""
    stopped = asyncio.create_task(stop_signal().wait())
    control_port, control_token = _free_port(port), secrets.token_urlsafe(24)
    speaks = language()
    page = f"http://127.0.0.1:{port}/"
    for is_first in itertools.chain([True], itertools.repeat(False)):
        await STAGE.build(speaks)
        async with _playing(port, control_port, control_token) as ended:
            if is_first:
                click.echo(words("command.demo_ready", url=page))
            if is_first and opens_browser:
                webbrowser.open(page)
            await asyncio.wait([stopped, ended], return_when=asyncio.FIRST_COMPLETED)
        if stopped.done():
            return
        speaks = STAGE.wanted(speaks)


@contextlib.asynccontextmanager
async def _playing(port: int, control_port: int, control_token: str) -> AsyncIterator[asyncio.Task[None]]:
    """Simulator and bot, both ready; gives the task that ends when everything shall begin anew."""
    simulator = await _start_simulator(port, control_port, control_token)
    keeper = asyncio.create_task(_keep_bot(port, control_port, control_token))
    try:
        await _until_listening(port)
        await _until_listening(control_port)
        await _set_clock(port)
        yield keeper
    finally:
        keeper.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await keeper
        await _end(simulator)


async def _start_simulator(port: int, control_port: int, control_token: str) -> asyncio.subprocess.Process:
    options = simulator_options(port, control_port, control_token)
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "simulator", *options, stdout=asyncio.subprocess.DEVNULL
    )


def simulator_options(port: int, control_port: int, control_token: str) -> list[str]:
    """Return the simulator's command line; a value may begin with a dash, so each is joined to its name."""
    return [
        f"--port={port}",
        f"--token={TOKEN}",
        f"--seed-people={STAGE.people_file}",
        f"--control=http://127.0.0.1:{control_port}",
        f"--control-token={control_token}",
    ]


async def _set_clock(port: int) -> None:
    """Let the simulator's clock begin where the bot's does."""
    now = (system_now() + STAGE.offset).isoformat()
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"http://127.0.0.1:{port}/sim/clock", json={"now": now}) as answer,
    ):
        answer.raise_for_status()


async def _keep_bot(port: int, control_port: int, control_token: str) -> None:
    """Start the bot, and start it again whenever it dies, as a service manager would; until all begins anew."""
    environment = {
        **os.environ,
        "LINLI_BOT_TOKEN": TOKEN,
        "LINLI_BOT_API_URL": f"http://127.0.0.1:{port}",
        "LINLI_DATABASE_URL": STAGE.url,
        "LINLI_MEDIA_PATH": str(STAGE.folder / "media"),
        "LINLI_HTTP_LISTEN": "127.0.0.1:0",
        "LINLI_WEBHOOK_URL": "",
        "LINLI_DEMO_PORT": str(control_port),
        "LINLI_DEMO_TOKEN": control_token,
    }
    await _until_listening(port)
    while not STAGE.is_asked_anew:
        bot = await asyncio.create_subprocess_exec(sys.executable, "-m", "bot", "demo-bot", env=environment)
        try:
            await bot.wait()
        finally:
            await _end(bot)
        await asyncio.sleep(RESTART_SECONDS)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
        await process.wait()


async def _until_listening(port: int) -> None:
    async with asyncio.timeout(START_SECONDS):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(LOOK_AGAIN_SECONDS)
            else:
                writer.close()
                return


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _free_port(after: int) -> int:
    """A port nearby: one that the system gives out at random could be met by the very connection that looks for it."""
    return next(port for port in range(after + 1, after + NEARBY) if not _is_taken(port))


@click.command("demo-bot", hidden=True)
def demo_bot() -> None:
    """The demo's bot: `linli run` with a clock that can be moved; started by the supervisor alone."""
    settings = Settings()
    logs.set_up(settings.log_level, settings.log_format)
    asyncio.run(_run_demo_bot(settings))


async def _run_demo_bot(settings: Settings) -> None:
    clock = Clock()
    clock.advance(STAGE.offset)
    app = await App.open(settings, clock=clock)
    control = Control(app, os.environ["LINLI_DEMO_TOKEN"], STAGE)
    await control.open(int(os.environ["LINLI_DEMO_PORT"]))
    try:
        await app.run(until=stop_signal())
    finally:
        await control.close()
