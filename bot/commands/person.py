"""`linli person`: a written request for somebody's data or for its deletion, carried out by an administrator."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

import click

from bot.commands.console import database_of, fail, load_settings, run, words, writing_to
from bot.exporting import Exports
from bot.settings import Settings
from bot.texts import Texts
from storage.keeping import booked, erasing, requests, sweeping
from storage.ledger import Ledger, Row
from storage.media import MediaStore


@click.group(name="person", help=words("request.help"))
def person() -> None:
    """What is kept of one person."""


@person.command(name="export", help=words("request.help_export"))
@click.argument("who")
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help=words("request.help_out"))
def export(who: str, out: Path) -> None:
    """Write somebody's data into a file."""
    settings = load_settings()
    run(lambda: _export(settings, who, out))


async def _export(settings: Settings, who: str, out: Path) -> None:
    async with _ledger(settings) as ledger:
        found = await _one(ledger, who)
        exports = Exports(ledger, Texts(settings.timezone), MediaStore(settings.media_path))
        _, content = await exports.make(found, _now())
        with writing_to(out):
            await asyncio.to_thread(_write, out, content)
    click.echo(words("request.exported", path=out))


def _write(out: Path, content: bytes) -> None:
    out.touch(mode=0o600)
    out.write_bytes(content)


@person.command(name="delete", help=words("request.help_delete"))
@click.argument("who")
@click.option("--dry-run", is_flag=True, help=words("request.help_dry_run"))
@click.option("--withdraw", is_flag=True, help=words("request.help_withdraw"))
@click.option("--yes", is_flag=True, help=words("request.help_yes"))
def delete(who: str, dry_run: bool, withdraw: bool, yes: bool) -> None:
    """Delete what is kept of somebody."""
    settings = load_settings()
    run(lambda: _delete(settings, who, is_dry=dry_run, may_withdraw=withdraw, is_sure=yes))


async def _delete(settings: Settings, who: str, *, is_dry: bool, may_withdraw: bool, is_sure: bool) -> None:
    async with _ledger(settings) as ledger:
        found = await _one(ledger, who)
        for table, count in (await erasing.counts(ledger, found, _now())).items():
            click.echo(words("request.count", table=table, count=count))
        matters = await _withdrawn(ledger, found)
        if is_dry:
            click.echo(words("request.dry", open=len(matters)))
            return
        if matters and not may_withdraw:
            raise fail(words("request.open", count=len(matters)))
        if not is_sure:
            click.confirm(words("request.sure"), abort=True)
        try:
            await requests.erase(ledger, found["id"], _now)
        except requests.Busy:
            raise fail(words("request.goes_on")) from None
        await sweeping.unwanted(ledger, MediaStore(settings.media_path), _now())
    click.echo(words("request.deleted", code=found["code"]))


async def _withdrawn(ledger: Ledger, found: Row) -> list[Row]:
    try:
        return await requests.open_matters(ledger, found)
    except erasing.HandOverFirst:
        raise fail(words("request.hand_over_first")) from None
    except erasing.DangerFirst:
        raise fail(words("request.danger_first")) from None
    except booked.OriginalsFirst:
        raise fail(words("request.originals_first")) from None


@person.command(name="deleted", help=words("request.help_deleted"))
@click.option("--again", type=click.File("r"), help=words("request.help_again"))
def deleted(again: TextIO | None) -> None:
    """List whose data was deleted, or repeat these deletions after a restore."""
    settings = load_settings()
    ids = [int(line) for line in again.read().split() if line.isdigit()] if again is not None else None
    run(lambda: _deleted(settings, ids))


async def _deleted(settings: Settings, ids: list[int] | None) -> None:
    async with _ledger(settings) as ledger:
        if ids is None:
            for number in await requests.erased(ledger):
                click.echo(number)
            return
        done, left = await requests.again(ledger, ids, _now)
    click.echo(words("request.repeated", count=done), err=True)
    if left:
        raise fail(words("request.left", ids=" ".join(map(str, left))))


@asynccontextmanager
async def _ledger(settings: Settings) -> AsyncIterator[Ledger]:
    async with database_of(settings) as database:
        yield await Ledger.open(database, settings.timezone, settings.periods)


async def _one(ledger: Ledger, who: str) -> Row:
    """The one person a request means; ends with code 1 for none or several."""
    found = await requests.about(ledger, who)
    if len(found) != 1:
        raise fail(words("request.several" if found else "request.nobody", count=len(found)))
    return found[0]


def _now() -> datetime:
    return datetime.now(UTC)
