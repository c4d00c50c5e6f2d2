"""What people can say and press, one folder a role, and the conversation mechanism."""

from . import entry
from .context import AnyApplication
from .resident import adding, after, again, doorstep, matters, me, rating, words  # noqa: F401 - importing registers
from .resident import objecting  # noqa: F401
from .staff import admin, correcting, filing, inviting, triage  # noqa: F401
from .worker import danger, more, tasks  # noqa: F401


def register(application: AnyApplication) -> None:
    """Hand every command, press and listener to PTB."""
    entry.install(application)
