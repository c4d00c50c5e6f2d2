"""The command `linli`. Commands live in `bot/commands`, one file a subject; what does not work yet is not here.

A command's file is read when the command is asked for: a bot that runs for months needs no posters and no sheets.
"""

import gc
from collections.abc import Iterator, MutableMapping
from importlib import import_module

import click

from .commands.console import words

COMMANDS = {
    "run": "running:run",
    "demo": "demo:demo",
    "demo-bot": "demo:demo_bot",
    "migrate": "migrating:migrate",
    "import": "structure:import_",
    "export": "structure:export",
    "qr": "qr:qr",
    "backup": "backup:backup",
    "restore": "backup:restore",
    "doctor": "doctor:doctor",
    "person": "person:person",
}


class Commands(MutableMapping[str, click.Command]):
    """The commands by their names, each loaded when it is looked up."""

    def __getitem__(self, name: str) -> click.Command:
        file, _, attribute = COMMANDS[name].partition(":")
        gc.disable()  # what is loaded stays for ever: to look for rubbish in it takes a fifth of the start, then pauses
        command: click.Command = getattr(import_module(f"bot.commands.{file}"), attribute)
        gc.freeze()
        gc.enable()
        return command

    def __setitem__(self, name: str, command: click.Command) -> None:
        raise TypeError("commands are named above")

    def __delitem__(self, name: str) -> None:
        raise TypeError("commands are named above")

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


@click.group(commands=Commands(), help=words("command.help"), context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="linli", message="%(prog)s %(version)s")
def main() -> None:
    """Run, try and fill Linli."""
