"""The register of those who get 全程代办 by default. Confidential: only its keepers see who is in it, and why.

Everybody else meets its effect alone: full service is chosen already when something is booked for the person.
"""

import sqlalchemy as sa

from . import reach, schema, tickets
from .ledger import Ledger, Row
from .plain import once
from .rules.errors import NotYours
from .rules.rights import Role
from .rules.support import SupportReason
from .work import Work

KEEPERS = frozenset({Role.GRID_WORKER, *reach.SECRETARIES})
"""Who registers people within the reach of their role, and ends it."""

_support = schema.support
_HELD = once(
    sa.select(_support).where(_support.c.person_id == sa.bindparam("person"), _support.c.ended_at.is_(sa.null()))
)


async def held(ledger: Ledger, person_id: int) -> Row | None:
    """Somebody's entry that is in force."""
    return await ledger.one(_HELD, person=person_id)


async def is_supported(ledger: Ledger, person_id: int) -> bool:
    """Whether full service is chosen by default for somebody. Whoever asks says nobody why."""
    return await held(ledger, person_id) is not None


async def check(work: Work, person: Row) -> None:
    """Raise NotYours unless the one who asks keeps the register where the person lives, and is somebody else."""
    if work.person is None or person["id"] == work.person["id"] or not await _is_within_reach(work, person):
        raise NotYours


async def is_kept_by(work: Work, person: Row) -> bool:
    """Whether the one who asks may see and change the person's entry."""
    try:
        await check(work, person)
    except NotYours:
        return False
    return True


def may_register(work: Work, person: Row, place_id: int) -> bool:
    """The same for somebody whose first matter, at that place, is only being written down."""
    if work.person is None or person["id"] == work.person["id"]:
        return False
    home_id = person["home_id"] if person["home_id"] is not None else place_id
    return home_id in reach.places(work, KEEPERS)


async def _is_within_reach(work: Work, person: Row) -> bool:
    """At home there; somebody whose home nobody knows is where their matters are."""
    here = reach.places(work, KEEPERS)
    if not here or person["erased_at"] is not None:
        return False
    if person["home_id"] is not None:
        return person["home_id"] in here
    return any(row["place_id"] in here for row in await tickets.of_resident(work.ledger, person["id"]))


async def register(work: Work, person: Row, reason: SupportReason) -> None:
    """Enter somebody, or change the reason of an entry. Raises NotYours."""
    await check(work, person)
    row = await held(work.ledger, person["id"])
    if row is not None:
        work.changes.update(_support, row, reason=str(reason), registered_by=_me(work))
        return
    work.changes.insert(
        _support,
        id=work.new_id(),
        person_id=person["id"],
        reason=str(reason),
        registered_by=_me(work),
        registered_at=work.now,
    )


async def end(work: Work, person: Row) -> None:
    """End an entry; nothing when there is none. Raises NotYours."""
    await check(work, person)
    row = await held(work.ledger, person["id"])
    if row is not None:
        work.changes.update(_support, row, ended_at=work.now)


def _me(work: Work) -> int | None:
    return work.person["id"] if work.person else None
