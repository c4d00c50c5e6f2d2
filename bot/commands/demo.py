"""`linli demo`: bot and simulator, two processes under one supervisor, that meet only over HTTP.

The supervisor fills a fresh database with the sample community, starts both, starts the bot again when it dies (the
page may kill it), and ends everything together. It stops only the processes it started.
"""

import asyncio
import contextlib
import os
import secrets
import shutil
import socket
import sys
import webbrowser
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp
import click
import orjson

from bot import logs
from bot.app import App
from bot.clock import Clock, system_now
from bot.commands.console import fail, words
from bot.commands.running import stop_signal
from bot.control import Control
from bot.settings import Settings
from storage import posters
from storage.directory import load
from storage.engine import Database
from storage.migrate import upgrade
from storage.rules.worktime import CalendarName, WorkCalendar
from storage.structure import apply, check, read

SAMPLE = Path(__file__).parent.parent.parent / "sample"
TOKEN = "7000000001:DEMO-for-this-machine-alone-0000000000"  # noqa: S105 - opens nothing but the simulator
FOLDER = Path("data") / "demo"
RESTART_SECONDS = 0.5
START_SECONDS = 30
LOOK_AGAIN_SECONDS = 0.05
NEARBY = 200
PEOPLE = (
    (1001, "王阿姨"),
    (2001, "小魏"),
    (3001, "丹姐"),
    (1002, "陈叔"),
    (1003, "小王"),
    (2002, "小赵"),
    (2003, "老李"),
    (3002, "周书记"),
    (4001, "方联络员"),
    (5001, "薇拉"),
    (6001, "奥托"),
    (9001, "艾达"),
)


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
    FOLDER.mkdir(parents=True, exist_ok=True)
    url = await _fresh_community()
    stopped = stop_signal()
    control_port, control_token = _free_port(port), secrets.token_urlsafe(24)
    simulator = await _start_simulator(port, control_port, control_token)
    keeper = asyncio.create_task(_keep_bot(port, url, control_port, control_token))
    try:
        await _until_listening(port)
        await _until_listening(control_port)
        await _set_clock(port)
        page = f"http://127.0.0.1:{port}/"
        click.echo(words("command.demo_ready", url=page))
        if opens_browser:
            webbrowser.open(page)
        await stopped.wait()
    finally:
        keeper.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await keeper
        await _end(simulator)


async def _fresh_community() -> str:
    """A new database with the sample community and a poster for every unit; gives back its address."""
    shutil.rmtree(FOLDER)
    FOLDER.mkdir(parents=True)
    url = f"sqlite:///{FOLDER / 'linli.sqlite3'}"
    now = _first_moment(system_now())
    (FOLDER / "clock").write_text(str((now - system_now()).total_seconds()), encoding="ascii")
    database = await Database.open(url)
    try:
        await upgrade(database)
        await apply(database, check(read(SAMPLE)), now)
        codes = await _posters(database, now)
    finally:
        await database.close()
    people = [{"user_id": user_id, "first_name": name, "is_started": True} for user_id, name in PEOPLE]
    people[0]["is_started"] = False  # 王阿姨 joins by the code on her door
    seed = {"people": people}
    (FOLDER / "people.json").write_bytes(orjson.dumps(seed))
    (FOLDER / "posters.json").write_bytes(orjson.dumps(codes))
    return url


async def _posters(database: Database, now: datetime) -> dict[str, str]:
    async with database.writing() as connection:
        directory = await load(connection, "Asia/Shanghai")
        units = [place for place in directory.places.values() if place.level == "unit"]
        codes = await posters.ensure(connection, [place.id for place in units], now)
    return {directory.name(place.id): posters.payload(codes[place.id]) for place in units}


def _first_moment(now: datetime) -> datetime:
    """The demo begins on a working morning at 09:30, so that everybody is on duty."""
    calendar = WorkCalendar()
    local = calendar.to_local(now).replace(hour=8, minute=30, second=0, microsecond=0)
    return calendar.next_open(local, CalendarName.WORKING) + timedelta(hours=1)


async def _start_simulator(port: int, control_port: int, control_token: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "simulator", "--port", str(port), "--token", TOKEN),
        *("--seed-people", str(FOLDER / "people.json")),
        *("--control", f"http://127.0.0.1:{control_port}", "--control-token", control_token),
        stdout=asyncio.subprocess.DEVNULL,
    )


async def _set_clock(port: int) -> None:
    """Let the simulator's clock begin where the bot's does."""
    offset = timedelta(seconds=float((FOLDER / "clock").read_text(encoding="ascii")))
    now = (system_now() + offset).isoformat()
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"http://127.0.0.1:{port}/sim/clock", json={"now": now}) as answer,
    ):
        answer.raise_for_status()


async def _keep_bot(port: int, url: str, control_port: int, control_token: str) -> None:
    """Start the bot, and start it again whenever it dies, as a service manager would."""
    environment = {
        **os.environ,
        "LINLI_BOT_TOKEN": TOKEN,
        "LINLI_BOT_API_URL": f"http://127.0.0.1:{port}",
        "LINLI_DATABASE_URL": url,
        "LINLI_MEDIA_PATH": str(FOLDER / "media"),
        "LINLI_HTTP_LISTEN": "127.0.0.1:0",
        "LINLI_WEBHOOK_URL": "",
        "LINLI_DEMO_PORT": str(control_port),
        "LINLI_DEMO_TOKEN": control_token,
    }
    await _until_listening(port)
    while True:
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
    clock_file = FOLDER / "clock"
    clock = Clock()
    clock.advance(timedelta(seconds=float(clock_file.read_text(encoding="ascii"))))
    app = await App.open(settings, clock=clock)
    links = orjson.loads((FOLDER / "posters.json").read_bytes())
    control = Control(app, os.environ["LINLI_DEMO_TOKEN"], clock_file, links)
    await control.open(int(os.environ["LINLI_DEMO_PORT"]))
    try:
        await app.run(until=stop_signal())
    finally:
        await control.close()
