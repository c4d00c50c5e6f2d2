"""`linli run`."""

import asyncio
import signal

import click

from bot import logs
from bot.app import App
from bot.commands.console import USAGE, fail, load_settings, words
from bot.settings import Settings, WrongSettings
from bot.transport import Ambiguous, ApiError, NotSent
from storage.engine import DatabaseBusyElsewhere
from storage.migrate import UnfinishedCopy


@click.command(help=words("command.run"))
def run() -> None:
    """Run the bot until SIGTERM or Ctrl-C."""
    settings = load_settings()
    try:
        settings.require_bot()
    except WrongSettings as error:
        raise fail(str(error), USAGE) from None
    logs.set_up(settings.log_level, settings.log_format)
    asyncio.run(_run(settings))


async def _run(settings: Settings) -> None:
    try:
        app = await App.open(settings)
    except DatabaseBusyElsewhere as error:
        raise fail(words("command.busy_elsewhere", path=str(error))) from None
    except UnfinishedCopy:
        raise fail(words("backup.unfinished")) from None
    try:
        await app.run(until=stop_signal())
    except ApiError as error:
        raise fail(words("command.api_refused", reason=str(error))) from None
    except (NotSent, Ambiguous):
        raise fail(words("command.api_away", url=settings.bot_api_url)) from None


def stop_signal() -> asyncio.Event:
    """An event that SIGTERM and SIGINT set."""
    stopped = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    return stopped
