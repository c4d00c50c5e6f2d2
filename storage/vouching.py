"""Who may be trusted with what: secretaries verify people and their skills, suspend somebody, and let them help again.

Whoever is suspended is asked for nothing and takes nothing; what they had taken is offered again at once. They are told
so, and why. Verification stays with the person; a skill is verified for as long as its sheet says.
"""

import sqlalchemy as sa

from . import claims, helped, people, roster, schema
from .ledger import Ledger, Row
from .matched import helper_of, offered_to
from .plain import once
from .rules.errors import NotYours, Stale
from .rules.helping import expires_at
from .rules.place_rights import HelperAction, codes_for, may_at
from .rules.press import press
from .rules.rights import Role
from .work import Work

JUDGES = codes_for(HelperAction.JUDGE)
KEEPERS = codes_for(HelperAction.SEE)
MOST_WORDS = 200  # characters of a reason

_grant, _skill = schema.role_grant, schema.helper_skill
_PLACE = once(
    sa.select(_grant.c.place_id)
    .where(
        _grant.c.person_id == sa.bindparam("person"),
        _grant.c.role == sa.literal_column(f"'{Role.VOLUNTEER}'"),
        _grant.c.revoked_at.is_(None),
    )
    .order_by(_grant.c.id)
)
_SKILL = once(
    sa.select(_skill).where(
        _skill.c.person_id == sa.bindparam("person"),
        _skill.c.skill == sa.bindparam("skill"),
        _skill.c.ended_at.is_(None),
    )
)

_offer, _ticket = schema.offer, schema.ticket
_WITHDRAW = (
    sa.update(_offer)
    .where(
        _offer.c.person_id == sa.bindparam("of"),
        _offer.c.state == "open",
        _offer.c.ticket_id.in_(sa.select(_ticket.c.id).where(_ticket.c.intent == helped.ORDER)),
    )
    .values(state="withdrawn", version=_offer.c.version + 1)
)
"""What was offered to somebody in the moment in which they were suspended, and was not there to be read."""


async def place_of(ledger: Ledger, person_id: int) -> int | None:
    """The community in which somebody helps."""
    row = await ledger.one(_PLACE, person=person_id)
    return None if row is None else int(row["place_id"])


def is_permitted(work: Work, action: HelperAction, person_id: int, place_id: int | None) -> bool:
    """Whether the one who asks may do this with the registration of somebody who helps at a place.

    Staff of the same community see it, wherever in it they work.
    """
    if work.person is None or place_id is None:
        return False
    scope = work.directory.scope(place_id)
    if action is HelperAction.SEE:
        scope |= work.directory.below(place_id)
    actor = people.as_actor(work.person["id"], work.grants)
    return may_at(actor, action, scope, person_id)


async def verify(work: Work, person: Row) -> None:
    """The person is who they say they are: they may go to people who live alone, and to children. Raises NotYours."""
    helper = await _judged(work, person)
    if helper["verified_at"] is None:
        work.changes.update(schema.helper, helper, verified_at=work.now, verified_by=_me(work))
        work.notify(person, "helper.verified", [[("helper_list", press("helplist", 0))]])
        work.audit("helper_verified", person=person["id"])


async def verify_skill(work: Work, person: Row, code: str) -> None:
    """They can it: it counts until its time is over. Raises NotYours, Stale."""
    await _judged(work, person)
    row = await work.ledger.one(_SKILL, person=person["id"], skill=code)
    skill = work.directory.helping.skills.get(code)
    if row is None or skill is None:
        raise Stale
    until = expires_at(work.now, skill.months)
    work.changes.update(_skill, row, verified_at=work.now, verified_by=_me(work), expires_at=until)
    name = skill.name_in(person["language"])
    work.notify(person, "helper.skill_verified", skill=name, until=until.isoformat() if until else None)
    work.audit("skill_verified", person=person["id"], skill=code)


async def suspend(work: Work, person: Row, why: str) -> None:
    """They do not help for the time being: nothing is offered to them, what they took is offered again.

    Raises NotYours; nothing happens to whoever is suspended already.
    """
    helper = await _judged(work, person)
    if helper["suspended_at"] is not None:
        return
    words = why.strip()[:MOST_WORDS]
    work.changes.update(
        schema.helper, helper, suspended_at=work.now, suspended_by=_me(work), suspended_why=words or None
    )
    asked = await offered_to(work.ledger, person["id"])
    await claims.free_all_of(work, person["id"], helped.SUSPENDED)
    for offer in asked:
        work.card(offer["ticket_id"], person)
    work.changes.run(_WITHDRAW, of=person["id"])
    work.notify(person, "helper.suspended", words=words)
    work.audit("helper_suspended", person=person["id"])


async def lift(work: Work, person: Row) -> None:
    """They help again. Raises NotYours."""
    helper = await _judged(work, person)
    if helper["suspended_at"] is None:
        return
    work.changes.update(schema.helper, helper, suspended_at=None, suspended_by=None, suspended_why=None)
    work.notify(person, "helper.lifted", [[("helper_list", press("helplist", 0))]])
    work.audit("helper_lifted", person=person["id"])


async def tell_keepers(work: Work, person: Row, place_id: int) -> None:
    """Secretaries hear of somebody new, whom somebody should get to know."""
    for keeper, at in await roster.secretaries(work, place_id):
        if keeper["id"] != person["id"]:
            work.notify(
                keeper,
                "helper.staff_new",
                [[("talent_open", press("talent", person["id"]))]],
                due_at=at,
                name=person["name"],
                for_roles=JUDGES,
            )


async def _judged(work: Work, person: Row) -> Row:
    """The registration of somebody whom the one who asks may judge. Raises NotYours, or Stale without one."""
    helper = await helper_of(work.ledger, person["id"])
    if helper is None:
        raise Stale
    if not is_permitted(work, HelperAction.JUDGE, person["id"], await place_of(work.ledger, person["id"])):
        raise NotYours
    return helper


def _me(work: Work) -> int | None:
    return work.person["id"] if work.person else None
