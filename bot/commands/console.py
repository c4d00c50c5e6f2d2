"""What every command needs: settings, words in the operator's language, the database, and clean ends."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import click

from bot import settings, texts
from storage.engine import Database
from storage.migrate import has_tables
from storage.passing import is_passing

_TEXTS = texts.Texts()
_BOT_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{4,31}")
WRONG = 1
"""Exit code: the command was understood and could not be done."""
USAGE = 2
"""Exit code: the command or a setting is wrong."""


def language() -> str:
    """The operator's language: LINLI_LANGUAGE from the environment or `.env`, else the default."""
    return _language(os.environ.get("LINLI_LANGUAGE", ""), os.getcwd())


@cache
def _language(asked: str, _folder: str) -> str:
    """Read once for each environment and folder: a long list of problems asks for it at every line."""
    try:
        return settings.load().language
    except settings.WrongSettings:
        return asked if asked in texts.LANGUAGES else texts.DEFAULT


def words(key: str, **params: Any) -> str:
    """A text of the command line in the operator's language."""
    return _TEXTS.plain(language(), key, params, datetime.now(UTC))


def fail(text: str, code: int = WRONG) -> SystemExit:
    """Say what went wrong on the error stream; raise what is returned to end the command."""
    click.echo(text, err=True)
    return SystemExit(code)


def load_settings() -> settings.Settings:
    """The settings, or the end with code 2 and one line."""
    try:
        return settings.load()
    except settings.WrongSettings as error:
        raise fail(str(error), USAGE) from None


def _checked_name(_context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    if value is None:
        return None
    name = value.removeprefix("@")
    if not _BOT_NAME.fullmatch(name):
        raise click.BadParameter(words("import.bad_bot_name"))
    return name


bot_name_option = click.option(
    "--bot-name", envvar="LINLI_BOT_NAME", callback=_checked_name, help=words("import.help_bot_name")
)
"""The bot's username, which links need; from the environment where the option is absent."""


@contextmanager
def writing_to(path: Path) -> Iterator[None]:
    """Around writing a file or a folder: what the disk refuses is one line and code 1."""
    try:
        yield
    except OSError as error:
        raise fail(words("import.cannot_write", path=error.filename or path)) from None


@asynccontextmanager
async def database_of(chosen: settings.Settings) -> AsyncIterator[Database]:
    """The database, open and with its tables; ends with code 1 where it has none."""
    database = await Database.open(chosen.database_url)
    try:
        async with database.reading() as connection:
            is_ready = await connection.run_sync(has_tables)
        if not is_ready:
            raise fail(words("import.no_tables"))
        yield database
    finally:
        await database.close()


def run(job: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a command's work; a database that is busy or away is told in one line with code 1."""
    try:
        asyncio.run(job())
    except Exception as error:
        if not is_passing(error):
            raise
        raise fail(words("import.busy")) from error


class ProgressLine:
    """One line on the error stream that counts up; nothing where nobody watches."""

    def __init__(self) -> None:
        self._is_watched = sys.stderr.isatty()
        self._width = 0

    def __call__(self, sheet: str, done: int, total: int) -> None:
        """Show how far a sheet is."""
        line = words("import.progress", sheet=sheet, done=done, total=total)
        if not self._is_watched:
            if done == total:
                click.echo(line, err=True)
            return
        click.echo("\r" + line.ljust(self._width), err=True, nl=done == total)
        self._width = len(line)
