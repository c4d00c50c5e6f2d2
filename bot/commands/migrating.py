"""`linli migrate`: the schema up to date, or a whole community from one database to another."""

import asyncio

import click

from bot.commands.backup import told
from bot.commands.console import ProgressLine, fail, load_settings, run, words
from bot.settings import Settings
from storage.backup.copying import copy
from storage.engine import Database
from storage.migrate import UnfinishedCopy, upgrade


@click.command(help=words("command.migrate"))
@click.option("--from", "source", metavar="URL", help=words("backup.help_from"))
@click.option("--to", "target", metavar="URL", help=words("backup.help_copy_to"))
def migrate(source: str | None, target: str | None) -> None:
    """Bring the schema up to date, or move to another database."""
    if (source is None) != (target is None):
        raise click.UsageError(words("backup.need_both"))
    if source is not None and target is not None:
        with told():
            run(lambda: _copy(source, target))
        return
    settings = load_settings()
    try:
        asyncio.run(_upgrade(settings))
    except UnfinishedCopy:
        raise fail(words("backup.unfinished")) from None
    click.echo(words("command.migrated"), err=True)


async def _upgrade(settings: Settings) -> None:
    database = await Database.open(settings.database_url)
    try:
        await upgrade(database)
    finally:
        await database.close()


async def _copy(source: str, target: str) -> None:
    copied = await copy(source, target, ProgressLine())
    click.echo(words("backup.copied", rows=copied.rows, is_resumed=copied.is_resumed), err=True)
