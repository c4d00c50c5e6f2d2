"""What people can say and press, one folder a role, and the conversation mechanism."""

from . import entry
from .context import AnyApplication
from .resident import (  # noqa: F401 - importing registers
    adding,
    after,
    again,
    doorstep,
    matters,
    me,
    not_come,
    notices,
    objecting,
    own_data,
    papers,
    rating,
    words,
)
from .resident import visits as resident_visits  # noqa: F401
from .resident.booking import begin, later  # noqa: F401
from .staff import (  # noqa: F401
    admin,
    away,
    correcting,
    duty,
    filing,
    inviting,
    offering,
    offering_words,
    rung_up,
    supports,
    swapping,
    triage,
    writing,
)
from .staff import notices as staff_notices  # noqa: F401
from .staff import visits as staff_visits  # noqa: F401
from .worker import danger, helping, more, tasks, visits, walk_ins  # noqa: F401
from .worker import papers as worker_papers  # noqa: F401


def register(application: AnyApplication) -> None:
from .staff import vouching as staff_vouching  # noqa: F401
from .volunteer import joining, listing, registration, skills, talents, teams, wishing  # noqa: F401
from .volunteer import posts as volunteer_posts  # noqa: F401
from .volunteer import units as volunteer_units  # noqa: F401
    """Hand every command, press and listener to PTB."""
    entry.install(application)
