"""People who help: how somebody registers, what they say of themselves, and how they leave and come back.

Who registers holds the role `volunteer` at the community from then on, and only as long as they are registered. Whom
a request is offered to is chosen by `storage.matched`; who may be trusted with what is decided in `storage.vouching`.
"""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from . import claims, helped, joining, people, posts, schema, teams
from .ledger import Ledger, Row
from .matched import candidates, offered_to
from .matched import helper_of as of
from .plain import once
from .rules.errors import NotYours, Stale
from .rules.helping import FEES, TIMES, Shown, toggled, with_group
from .rules.rights import Role
from .vouching import lift, place_of, suspend, tell_keepers, verify, verify_skill
from .work import Work

__all__ = [
    "candidates",
    "change",
    "declare",
    "is_helper",
    "join",
    "leave",
    "lift",
    "mine",
    "of",
    "part",
    "place_of",
    "set_fee",
    "skills_of",
    "suspend",
    "take_skill_back",
    "toggle_errand",
    "toggle_place",
    "toggle_shown",
    "toggle_time",
    "verify",
    "verify_skill",
]

MOST_WORDS = 300  # characters of what somebody says of themselves

_helper, _skill = schema.helper, schema.helper_skill
_PERSON: sa.BindParameter[int] = sa.bindparam("person")
_EVER = once(sa.select(_helper).where(_helper.c.person_id == _PERSON))
_SKILLS = once(
    sa.select(_skill).where(_skill.c.person_id == _PERSON, _skill.c.ended_at.is_(None)).order_by(_skill.c.id)
)
_SKILL = once(sa.select(_skill).where(_skill.c.person_id == _PERSON, _skill.c.skill == sa.bindparam("skill")))


async def is_helper(ledger: Ledger, person_id: int) -> bool:
    """Whether somebody is registered now; a suspended one is."""
    return await of(ledger, person_id) is not None


async def skills_of(ledger: Ledger, person_id: int) -> list[Row]:
    """What somebody says they can, also what has to be verified again."""
    return await ledger.all(_SKILLS, person=person_id)


# --- registering ---------------------------------------------------------------------------------------------


async def join(work: Work) -> Row:
    """Register the one who asks, or take them in again; gives back the registration. Who is registered stays so.

    A suspension outlives leaving. Raises Stale where nobody knows in which community they live.
    """
    me = _me(work)
    community = work.directory.community_of(me["home_id"])
    if community is None:
        raise Stale
    if not any(one["role"] == Role.VOLUNTEER for one in people.held(work.grants)):
        joining.grant(work, me["id"], str(Role.VOLUNTEER), community.id, me["id"])  # no import takes it away
    row = await work.ledger.one(_EVER, person=me["id"])
    if row is not None and row["left_at"] is None:
        return row
    await tell_keepers(work, me, community.id)
    if row is not None:
        values: dict[str, Any] = {"left_at": None, "registered_at": work.now}
        work.changes.update(_helper, row, **values)
        return {**row, **values}
    made = {"id": work.new_id(), "person_id": me["id"], "registered_at": work.now}
    work.changes.insert(_helper, **made)
    empty: dict[str, Any] = {column.name: None for column in _helper.c}
    return {**empty, **made, "version": 1}


async def leave(work: Work) -> None:
    """Do not help any more: what was taken is offered again, and so is the lead of a team. Raises Stale."""
    me = _me(work)
    row = await mine(work)
    asked = await offered_to(work.ledger, me["id"])
    await part(work, me["id"])
    for offer in asked:
        work.card(offer["ticket_id"], me)
    for grant in people.held(work.grants):
        if grant["role"] == Role.VOLUNTEER:
            work.changes.update(schema.role_grant, grant, revoked_at=work.now)
    work.grants = [one for one in people.held(work.grants) if one["role"] != Role.VOLUNTEER]
    work.changes.update(_helper, row, left_at=work.now)


async def part(work: Work, person_id: int) -> None:
    """Nobody waits for somebody who leaves: neither those who asked nor a team nor a post."""
    await claims.free_all_of(work, person_id, helped.RELEASED)
    await teams.leave_all(work, person_id)
    await posts.end_all_of(work, person_id)


async def mine(work: Work) -> Row:
    """The registration of the one who asks. Raises Stale without one."""
    row = await of(work.ledger, _me(work)["id"])
    if row is None:
        raise Stale
    return row


# --- what they say of themselves -----------------------------------------------------------------------------


def change(work: Work, helper: Row, **values: Any) -> Row:
    """Change a registration; gives back the row as it will be."""
    work.changes.update(_helper, helper, **values)
    return {**helper, **values}


def toggle_time(work: Work, helper: Row, group: str | None) -> Row:
    """Choose a group of times or take it back; None is any time. Raises Stale for no such group."""
    if group is not None and group not in TIMES:
        raise Stale
    return change(work, helper, times=None if group is None else with_group(helper["times"], group))


def toggle_place(work: Work, helper: Row, place_id: int | None) -> Row:
    """Choose a place or take it back; None is the whole community. Raises Stale for no such place."""
    if place_id is None:
        return change(work, helper, places=None)
    if place_id not in work.directory.places:
        raise Stale
    kept = [one for one in helper["places"] or () if one != place_id and one in work.directory.places]
    is_new = place_id not in (helper["places"] or ())
    return change(work, helper, places=[*kept, *([place_id] if is_new else [])] or None)


def toggle_errand(work: Work, helper: Row, errand_id: int | None) -> Row:
    """Say that one does not do such things, or take it back. Raises Stale for no such errand."""
    errand = work.directory.helping.errands.get(errand_id or 0)
    if errand is None:
        raise Stale
    return change(work, helper, never=toggled(helper["never"], errand.code))


def toggle_shown(work: Work, helper: Row, field: str) -> Row:
    """Consent to neighbours seeing something, or take it back. Raises Stale for no such field."""
    if field not in {str(one) for one in Shown}:
        raise Stale
    return change(work, helper, shown=toggled(helper["shown"], field))


async def declare(work: Work, code: str) -> None:
    """Say that one can something; what had to be verified again counts as said again. Raises Stale."""
    await mine(work)
    if code not in work.directory.helping.skills:
        raise Stale
    me = _me(work)
    row = await work.ledger.one(_SKILL, person=me["id"], skill=code)
    values: dict[str, Any] = {"declared_at": work.now, "verified_at": None, "verified_by": None, "expires_at": None}
    if row is None:
        work.changes.insert(_skill, id=work.new_id(), person_id=me["id"], skill=code, declared_at=work.now)
    elif row["ended_at"] is not None or (row["expires_at"] is not None and row["expires_at"] <= work.now):
        work.changes.update(_skill, row, ended_at=None, **values)


async def take_skill_back(work: Work, code: str) -> None:
    """Say that one cannot do it any more."""
    work.changes.update(_skill, await _skill_of(work, code), ended_at=work.now)


async def set_fee(work: Work, code: str, fee: str) -> None:
    """Say whether one does it for nothing or for little. Raises Stale."""
    if fee not in FEES:
        raise Stale
    work.changes.update(_skill, await _skill_of(work, code), fee=fee)


async def _skill_of(work: Work, code: str) -> Row:
    row = await work.ledger.one(_SKILL, person=_me(work)["id"], skill=code)
    if row is None or row["ended_at"] is not None:
        raise Stale
    return row


def shows(helper: Row | None, fields: Collection[Shown]) -> bool:
    """Whether somebody consented to neighbours seeing all of these."""
    return helper is not None and {str(one) for one in fields} <= set(helper["shown"] or ())


def _me(work: Work) -> Row:
    if work.person is None:
        raise NotYours
    return work.person
