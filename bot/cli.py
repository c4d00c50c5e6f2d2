"""The command `linli`. Commands live in `bot/commands`, one file a subject; what does not work yet is not here."""

import click

from .commands.backup import backup, restore
from .commands.console import words
from .commands.demo import demo, demo_bot
from .commands.doctor import doctor
from .commands.migrating import migrate
from .commands.person import person
from .commands.qr import qr
from .commands.running import run
from .commands.structure import export, import_


@click.group(help=words("command.help"), context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="linli", message="%(prog)s %(version)s")
def main() -> None:
    """Run, try and fill Linli."""


for _command in (run, demo, demo_bot, migrate, import_, export, qr, backup, restore, doctor, person):
    main.add_command(_command)
