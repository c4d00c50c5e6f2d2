"""`linli backup` and `linli restore`."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import click

from bot.commands.console import USAGE, WRONG, ProgressLine, fail, load_settings, run, words, writing_to
from bot.settings import Settings
from storage import last_backup
from storage.backup import loading, making, restoring
from storage.backup.aftermath import Aftermath, Resend
from storage.backup.making import Made
from storage.backup.problems import UNUSABLE, BackupProblem, explained
from storage.backup.resting import ensure_there
from storage.backup.sealing import is_sealed
from storage.engine import Database
from storage.media import MediaStore

SHORTEST_PASSPHRASE = 8

Command = TypeVar("Command", bound=Callable[..., Any])

_passphrase_file = click.option(
    "--passphrase-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help=words("backup.help_passphrase_file"),
)
_which = click.Choice([str(one) for one in Resend])


@contextmanager
def told() -> Iterator[None]:
    """Around a copy: what is wrong is one line, and code 2 where a file or an address cannot be used at all."""
    try:
        with explained():
            yield
    except BackupProblem as problem:
        code = USAGE if problem.reason in UNUSABLE else WRONG
        raise fail(words(f"backup.{problem.reason}", **problem.params), code) from None


@click.command(help=words("backup.help"))
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--encrypt", is_flag=True, help=words("backup.help_encrypt"))
@_passphrase_file
@click.option("--verify/--no-verify", default=True, help=words("backup.help_verify"))
@click.option("--keep", type=click.IntRange(min=1), help=words("backup.help_keep"))
def backup(file: Path | None, encrypt: bool, passphrase_file: Path | None, verify: bool, keep: int | None) -> None:
    """Make a backup."""
    settings, now = load_settings(), datetime.now(UTC)
    is_encrypted = encrypt or passphrase_file is not None
    secret = _passphrase(passphrase_file, settings, is_new=True) if is_encrypted else None
    folder = settings.backup_path if file is None else file
    is_named = file is not None and not file.is_dir()
    if is_named and keep is not None:
        raise click.UsageError(words("backup.keep_needs_folder"))
    path = folder if is_named else folder / making.name_at(now, is_sealed=is_encrypted)
    with told(), writing_to(path):
        run(lambda: _backup(settings, path, now, secret, is_verified=verify))
    for old in making.made_before(path.parent)[keep:] if keep else ():
        old.unlink()
        click.echo(words("backup.removed", path=old), err=True)


async def _backup(settings: Settings, path: Path, now: datetime, secret: str | None, *, is_verified: bool) -> None:
    ensure_there(settings.database_url)
    database = await Database.open(settings.database_url)
    try:
        media = MediaStore(settings.media_path)
        made = await making.make(database, media, path, now, passphrase=secret, progress=ProgressLine())
    finally:
        await database.close()
    if is_verified:
        click.echo(words("backup.verifying"), err=True)
        _verify(path, secret)
    await _note(settings, now)
    _tell_made(made, path, is_verified=is_verified)


async def _note(settings: Settings, now: datetime) -> None:
    """Let those who watch know how old the last backup is."""
    database = await Database.open(settings.database_url)
    try:
        await last_backup.note(database, now)
    finally:
        await database.close()


def _verify(path: Path, secret: str | None) -> None:
    """A backup that cannot be restored must not look like one that can."""
    try:
        loading.verify(path, secret, ProgressLine())
    except BackupProblem:
        damaged = path.rename(path.with_name(f"{path.name}.damaged"))
        click.echo(words("backup.kept_as_damaged", path=damaged), err=True)
        raise


def _tell_made(made: Made, path: Path, *, is_verified: bool) -> None:
    size = f"{path.stat().st_size / 1_000_000:.1f}"
    counts = {"rows": made.totals.rows, "files": made.totals.media, "megabytes": size}
    click.echo(words("backup.made", path=path, is_verified=is_verified, **counts), err=True)


@click.command(help=words("backup.help_restore"))
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=False)
@click.option("--to", "url", help=words("backup.help_to"))
@click.option("--replace", is_flag=True, help=words("backup.help_replace"))
@click.option(
    "--resend",
    type=click.Choice([str(one) for one in Resend]),
    default=str(Resend.NONE),
    help=words("backup.help_resend"),
)
@_passphrase_file
def restore(file: Path | None, url: str | None, replace: bool, resend: str, passphrase_file: Path | None) -> None:
    """Restore a backup, or send what an earlier restore stopped."""
    settings, which = load_settings(), Resend(resend)
    target = url or settings.database_url
    if file is None:
        if which is Resend.NONE:
            raise click.UsageError(words("backup.need_file"))
        with told():
            run(lambda: _resend(target, which))
        return
    secret = _passphrase(passphrase_file, settings, is_new=False) if is_sealed(file) else None
    wish = partial(restoring.Wish, file, secret, MediaStore(settings.media_path), datetime.now(UTC), replace, which)
    with told(), writing_to(settings.media_path):
        run(lambda: _restore(target, wish(ProgressLine())))


async def _restore(url: str, wish: restoring.Wish) -> None:
    restored = await restoring.restore(url, wish)
    taken_at, totals = restored.made.head.taken_at, restored.made.totals
    click.echo(words("backup.restored", at=taken_at, rows=totals.rows, files=totals.media), err=True)
    if restored.aside is not None:
        click.echo(words("backup.aside", where=restored.aside), err=True)
    _tell_aftermath(restored.aftermath, taken_at)


def _tell_aftermath(after: Aftermath, taken_at: datetime) -> None:
    click.echo(words("backup.stopped", count=after.stopped))
    for one in after.urgent:
        click.echo(words("backup.urgent", message=one.message, number=one.number, at=one.created_at))
    for key, count in (("paused", after.paused), ("waiting", after.waiting), ("overdue", after.overdue)):
        if count:
            click.echo(words(f"backup.{key}", count=count))
    click.echo(words("backup.next", at=taken_at))


async def _resend(url: str, which: Resend) -> None:
    ensure_there(url)
    click.echo(words("backup.resent", count=await restoring.resend(url, which)), err=True)


def _passphrase(file: Path | None, settings: Settings, *, is_new: bool) -> str:
    """From a file, the settings, or whoever sits there; the end with code 2 where there is none."""
    if file is not None:
        secret = file.read_text(encoding="utf-8").strip()
    elif settings.backup_passphrase.get_secret_value():
        secret = settings.backup_passphrase.get_secret_value()
    elif sys.stdin.isatty():
        ask = words("backup.ask_passphrase")
        secret = click.prompt(ask, hide_input=True, confirmation_prompt=is_new, err=True)
    else:
        raise fail(words("backup.encrypted"), USAGE)
    if is_new and len(secret) < SHORTEST_PASSPHRASE:
        raise fail(words("backup.short_passphrase", count=SHORTEST_PASSPHRASE), USAGE)
    return secret
