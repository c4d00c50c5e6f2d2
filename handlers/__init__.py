"""What people can say and press, one folder a role, and the conversation mechanism."""

from . import entry
from .context import AnyApplication
from .resident import (  # noqa: F401 - importing registers
    adding,
    after,
    again,
    doorstep,
    in_group,
    matters,
    me,
    not_come,
    notices,
    objecting,
    own_data,
    papers,
    points,
    rating,
    words,
)
from .resident import visits as resident_visits  # noqa: F401
from .resident.booking import begin, later  # noqa: F401
from .resident.order import begin as order_begin  # noqa: F401
from .resident.order import editing, talking  # noqa: F401
from .staff import (  # noqa: F401
    admin,
    away,
    binding,
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
    verifying,
    writing,
)
from .staff import notices as staff_notices  # noqa: F401
from .staff import points as staff_points  # noqa: F401
from .staff import visits as staff_visits  # noqa: F401
from .staff import vouching as staff_vouching  # noqa: F401
from .volunteer import joining, listing, registration, skills, talents, teams, wishing  # noqa: F401
from .volunteer import posts as volunteer_posts  # noqa: F401
from .volunteer import units as volunteer_units  # noqa: F401
from .worker import danger, helping, more, tasks, visits, walk_ins  # noqa: F401
from .worker import in_group as worker_in_group  # noqa: F401
from .worker import papers as worker_papers  # noqa: F401
from .worker import rewards as worker_rewards  # noqa: F401


def register(application: AnyApplication) -> None:
    """Hand every command, press and listener to PTB."""
    entry.install(application)
