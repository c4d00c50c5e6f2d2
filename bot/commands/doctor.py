"""`linli doctor`: looks whether everything is as it should be, and says what to do where it is not."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import click
import orjson

from bot.commands.console import WRONG, load_settings, words
from bot.doctor import Finding, Level, examine

MARKS = {Level.FINE: "✓", Level.LOOK: "!", Level.BAD: "✗"}

Found = Sequence[tuple[str, Finding]]


@click.command(help=words("doctor.help"))
@click.option("--json", "is_json", is_flag=True, help=words("doctor.help_json"))
def doctor(is_json: bool) -> None:
    """Look everything through; code 1 when something is bad, 2 when a setting cannot even be read."""
    settings = load_settings()
    found = asyncio.run(examine(settings, datetime.now(UTC)))
    is_well = all(finding.level is not Level.BAD for _, finding in found)
    click.echo(_as_json(found, is_well=is_well) if is_json else _as_text(found))
    if not is_well:
        raise SystemExit(WRONG)


def _as_text(found: Found) -> str:
    return "\n".join(f"{MARKS[finding.level]} {_words(finding)}" for _, finding in found)


def _as_json(found: Found, *, is_well: bool) -> str:
    lines = [
        {
            "check": check,
            "level": finding.level.value,
            "code": finding.code,
            "params": dict(finding.params),
            "text": _words(finding),
        }
        for check, finding in found
    ]
    return orjson.dumps({"ok": is_well, "findings": lines}, option=orjson.OPT_INDENT_2).decode()


def _words(finding: Finding) -> str:
    return words(f"doctor.{finding.code}", **finding.params)
