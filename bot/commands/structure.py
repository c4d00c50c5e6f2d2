"""`linli import` and `linli export`: the structure from sheets, and back into sheets."""

from datetime import UTC, datetime
from pathlib import Path

import click

from bot.commands.console import ProgressLine, bot_name_option, database_of, load_settings, run, words, writing_to
from bot.posters import deep_link
from bot.settings import Settings
from storage.engine import Database
from storage.invitations import LIFETIME
from storage.structure import Plan, Report, StructureError, apply, check, preview, read, sheets_out
from storage.structure.invite import invite_staff


@click.command(name="import", help=words("import.help"))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help=words("import.help_dry_run"))
@click.option("--retire-missing", is_flag=True, help=words("import.help_retire_missing"))
@click.option("--invitations", type=click.Path(path_type=Path, dir_okay=False), help=words("import.help_invitations"))
@bot_name_option
def import_(file: Path, dry_run: bool, retire_missing: bool, invitations: Path | None, bot_name: str | None) -> None:
    """Import a structure."""
    settings = load_settings()
    if invitations is not None and bot_name is None:
        raise click.UsageError(words("import.need_bot_name"))
    run(lambda: _import(settings, file, dry_run, retire_missing, invitations, bot_name or ""))


async def _import(
    settings: Settings, file: Path, is_dry: bool, retire_missing: bool, invitations: Path | None, bot_name: str
) -> None:
    try:
        plan = check(read(file))
        async with database_of(settings) as database:
            report = await _bring_in(database, plan, is_dry=is_dry, retire_missing=retire_missing)
            _tell(report, is_dry=is_dry)
            if invitations is not None and not is_dry:
                await _invite(database, invitations, bot_name)
    except StructureError as refused:
        _tell_problems(refused)
        raise SystemExit(1) from None


async def _bring_in(database: Database, plan: Plan, *, is_dry: bool, retire_missing: bool) -> Report:
    now = datetime.now(UTC)
    if is_dry:
        return await preview(database, plan, now)
    return await apply(database, plan, now, retire_missing=retire_missing, progress=ProgressLine())


def _tell_problems(refused: StructureError) -> None:
    for problem in refused.problems:
        at = words("import.at", sheet=problem.sheet, row=problem.row, column=problem.column)
        reason = words(f"import.{problem.reason}", **problem.params)
        click.echo(words("import.line", at=at, reason=reason) if at else reason)
    click.echo(words("import.refused", count=len(refused.problems)), err=True)


def _tell(report: Report, *, is_dry: bool) -> None:
    for name, sheet in report.items():
        counts = {"created": len(sheet.created), "updated": len(sheet.updated), "missing": len(sheet.missing)}
        click.echo(words("import.sheet", sheet=name, unchanged=sheet.unchanged, **counts))
        for key in sheet.missing:
            click.echo(words("import.gone", row_code=key, is_retired=sheet.is_retired))
    if any(sheet.missing and not sheet.is_retired for sheet in report.values()):
        click.echo(words("import.hint_retire"), err=True)
    click.echo(words("import.dry_run" if is_dry else "import.done"), err=True)


async def _invite(database: Database, path: Path, bot_name: str) -> None:
    invited = await invite_staff(database, datetime.now(UTC))
    rows = [["code", "name", "role", "place", "link"]]
    rows += [[one.code, one.name, one.role, one.place, deep_link(bot_name, one.payload)] for one in invited]
    with writing_to(path):
        sheets_out.write_private(path, sheets_out.csv_bytes(rows))
    click.echo(words("import.invited", count=len(invited), path=path, days=LIFETIME.days), err=True)


@click.command(help=words("import.help_export"))
@click.argument("path", type=click.Path(path_type=Path))
def export(path: Path) -> None:
    """Export the structure."""
    settings = load_settings()
    run(lambda: _export(settings, path))


async def _export(settings: Settings, path: Path) -> None:
    async with database_of(settings) as database:
        sheets = await sheets_out.collect(database)
    with writing_to(path):
        sheets_out.write(path, sheets)
    click.echo(words("import.exported", path=path), err=True)
