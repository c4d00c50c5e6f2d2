"""Units on double registration (双报到单位): who is at home in one, who acts for it, what it takes as an organisation.

A member names their unit, and its contact says whether they belong to it; where a unit has no contact in chat, the
secretaries do. Until then nothing of the member's is seen there. A contact names members for requests that are open.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from . import claims, helpers, people, reach, roster, schema, tickets
from .ledger import Ledger, Row
from .plain import once
from .rules.errands import Organisation
from .rules.errors import NotYours, Stale
from .rules.press import press
from .states import UNOWNED, any_of
from .work import Button, Priority, Work

_helper, _person, _order, _ticket, _claim = (
    schema.helper,
    schema.person,
    schema.help_order,
    schema.ticket,
    schema.claim,
)
_UNIT: sa.BindParameter[int] = sa.bindparam("unit")
_IS_THERE = sa.and_(_helper.c.left_at.is_(None), _person.c.retired_at.is_(None))
_PEOPLE = sa.select(_person).join(_helper, _helper.c.person_id == _person.c.id).order_by(_person.c.id)
_MEMBERS = once(_PEOPLE.where(_helper.c.organisation_id == _UNIT, _IS_THERE))
_ASKING = once(_PEOPLE.where(_helper.c.asks_organisation_id == _UNIT, _IS_THERE))
_TAKEN = (
    sa.select(sa.func.count())
    .where(
        _claim.c.ticket_id == _ticket.c.id,
        _claim.c.state.in_([sa.literal_column("'held'"), sa.literal_column("'done'")]),
    )
    .correlate(_ticket)
    .scalar_subquery()
)
_OFFERED = (
    sa.select(_ticket, _order.c.errand_id, _order.c.starts_at, _order.c.ends_at, _order.c.wanted)
    .add_columns((_order.c.wanted - _TAKEN).label("missing"))
    .join(_order, _order.c.id == _ticket.c.id)
    .where(
        any_of(_ticket.c.state, UNOWNED),
        _ticket.c.state == sa.literal_column("'offered'"),
        _ticket.c.place_id.in_(sa.bindparam("places", expanding=True)),
    )
)
_OPEN = once(_OFFERED.order_by(_order.c.ends_at, _ticket.c.id).limit(sa.bindparam("most")))
_ONE = once(_OFFERED.where(_ticket.c.id == sa.bindparam("ticket")))


# --- whose unit it is ----------------------------------------------------------------------------------------


def unit(work: Work, unit_id: int | None) -> Organisation:
    """A unit of the structure. Raises Stale when it is gone."""
    found = work.directory.helping.organisations.get(unit_id or 0)
    if found is None:
        raise Stale
    return found


def of_contact(work: Work) -> tuple[Organisation, ...]:
    """The units for which the one who asks acts."""
    return work.directory.helping.of_contact.get(_me(work)["id"], ())


def offered_to(work: Work) -> list[Organisation]:
    """The units that the one who asks may name: those of their community, or of the only one there is."""
    community = work.directory.community_of(_me(work)["home_id"])
    found = work.directory.helping.organisations.values()
    if community is None:
        return list(found)
    below = work.directory.below(community.id)
    return [one for one in found if one.place_id in below]


def kept_by(work: Work) -> list[Organisation]:
    """The units whose records the one who asks keeps, as a duty or community secretary."""
    reached = reach.places(work, reach.SECRETARIES)
    return [one for one in work.directory.helping.organisations.values() if one.place_id in reached]


def spoken_for_by(work: Work) -> list[Organisation]:
    """The units of which the one who asks says who belongs to them, and reads the record: contact or secretary."""
    return list(dict.fromkeys([*of_contact(work), *kept_by(work)]))


async def may_read(ledger: Ledger, person_id: int, organisation: Organisation) -> bool:
    """The same for whoever a record is sent to, by the roles they hold at that moment."""
    if organisation.contact_id == person_id:
        return True
    scope = ledger.directory.scope(organisation.place_id)
    grants = await people.grants_of(ledger, [person_id])
    return any(one["role"] in reach.SECRETARIES and one["place_id"] in scope for one in grants)


def spoken_for(work: Work, unit_id: int | None) -> Organisation:
    """A unit for which the one who asks speaks. Raises Stale, NotYours."""
    found = unit(work, unit_id)
    if found not in spoken_for_by(work):
        raise NotYours
    return found


async def members(ledger: Ledger, unit_id: int) -> list[Row]:
    """The people who are at home in a unit."""
    return await ledger.all(_MEMBERS, unit=unit_id)


async def asking(ledger: Ledger, unit_id: int) -> list[Row]:
    """The people who have named a unit and wait for its word."""
    return await ledger.all(_ASKING, unit=unit_id)


# --- coming home ---------------------------------------------------------------------------------------------


async def ask(work: Work, unit_id: int | None) -> Organisation:
    """双报到: the one who asks names their unit; who speaks for it is asked. Who did not help yet does from now on.

    Raises Stale when the unit is gone, NotYours for one of another community.
    """
    found = unit(work, unit_id)
    if found not in offered_to(work):
        raise NotYours
    helper = await helpers.join(work)
    if found.id in {helper["organisation_id"], helper["asks_organisation_id"]}:
        return found
    if found.contact_id == _me(work)["id"]:
        work.changes.update(_helper, helper, organisation_id=found.id, asks_organisation_id=None)
        return found
    work.changes.update(_helper, helper, asks_organisation_id=found.id)
    yes = [("unit_yes", press("unit_yes", found.id, _me(work)["id"]))]
    no = [("unit_no", press("unit_no", found.id, _me(work)["id"]))]
    for person, at in await _speakers(work, found):
        work.notify(person, "posts.unit_asked", [yes, no], due_at=at, name=_me(work)["name"], names=called(found))
    return found


async def _speakers(work: Work, organisation: Organisation) -> list[tuple[Row, datetime]]:
    """Who is asked about a member, and when: the contact; the secretaries on duty where there is none in chat."""
    contact = await work.ledger.get(_person, organisation.contact_id)
    if contact is not None and contact["retired_at"] is None and people.is_reachable(contact):
        return [(contact, work.speak_at(Priority.NEWS))]
    return await roster.secretaries(work, organisation.place_id)


async def answer(
    work: Work, unit_id: int | None, person_id: int | None, *, is_theirs: bool
) -> tuple[Organisation, Row]:
    """Whoever speaks for a unit says whether somebody belongs to it, who is told. Raises Stale, NotYours."""
    found = spoken_for(work, unit_id)
    helper = await helpers.of(work.ledger, person_id or 0)
    person = await work.ledger.get(_person, person_id)
    if helper is None or person is None or helper["asks_organisation_id"] != found.id:
        raise Stale
    values: dict[str, Any] = {"asks_organisation_id": None}
    if is_theirs:
        values["organisation_id"] = found.id
    work.changes.update(_helper, helper, **values)
    buttons: list[list[Button]] = [[("me_posts", press("posts"))]]
    work.notify(person, "posts.unit_home" if is_theirs else "posts.unit_not", buttons, names=called(found))
    return found, person


async def leave(work: Work) -> None:
    """Not at home in a unit any more, nor waiting for one. Raises Stale where there is none."""
    helper = await helpers.mine(work)
    if helper["organisation_id"] is None and helper["asks_organisation_id"] is None:
        raise Stale
    work.changes.update(_helper, helper, organisation_id=None, asks_organisation_id=None)


async def member(work: Work, organisation: Organisation, person_id: int | None) -> Row:
    """Somebody who is at home in a unit. Raises Stale for anybody else."""
    theirs = await members(work.ledger, organisation.id)
    found = next((one for one in theirs if one["id"] == person_id), None)
    if found is None:
        raise Stale
    return found


async def let_go(work: Work, unit_id: int | None, person_id: int | None) -> Row:
    """Whoever speaks for a unit says that somebody does not belong to it any more, who is told. Raises Stale."""
    found = spoken_for(work, unit_id)
    person = await member(work, found, person_id)
    helper = await helpers.of(work.ledger, person["id"])
    if helper is None:
        raise Stale
    work.changes.update(_helper, helper, organisation_id=None)
    work.notify(person, "posts.unit_left", names=called(found))
    return person


# --- what it takes as an organisation ------------------------------------------------------------------------


def represented(work: Work, unit_id: int | None) -> Organisation:
    """A unit whose contact the one who asks is. Raises Stale, NotYours."""
    found = unit(work, unit_id)
    if found not in of_contact(work):
        raise NotYours
    return found


async def open_orders(work: Work, organisation: Organisation, most: int) -> list[Row]:
    """Requests of the unit's community that need helpers, the most urgent first, with how many are `missing`."""
    rows = await work.ledger.all(_OPEN, places=_places(work, organisation), most=most)
    return [row for row in rows if row["missing"] > 0 and row["ends_at"] > work.now]


async def open_order(work: Work, organisation: Organisation, ticket_id: int | None) -> Row | None:
    """One request of the unit's community that is still offered, with how many are `missing`; None for another."""
    rows = await work.ledger.all(_ONE, ticket=ticket_id or 0, places=_places(work, organisation))
    return rows[0] if rows else None


def _places(work: Work, organisation: Organisation) -> list[int]:
    return sorted(work.directory.below(organisation.place_id))


def area(work: Work, place_id: int | None) -> str:
    """Where something is as everybody may know it: the estate or village, never the building."""
    line = work.directory.ancestors(place_id)
    known = next((one for one in line if one.level in {"estate", "village", "village_group"}), None)
    return work.directory.name(known.id if known else None, work.language)


async def name(work: Work, unit_id: int | None, ticket_id: int | None, person_id: int | None) -> Row:
    """The contact names somebody of the unit for a request, who is told and may give it back; gives back whom.

    Raises what `claims.claim` raises, Stale, NotYours.
    """
    found = represented(work, unit_id)
    ticket = await tickets.by_id(work.ledger, ticket_id)
    person = await work.ledger.get(_person, person_id)
    if ticket is None or person is None or person["retired_at"] is not None:
        raise Stale
    if ticket["place_id"] not in work.directory.below(found.place_id):
        raise NotYours
    if await claims.mine(work.ledger, ticket["id"], person["id"]) is not None:
        return person  # a second tap
    if person["id"] == _me(work)["id"]:
        await helpers.join(work)  # who goes helps, and may see where to
    else:
        buttons: list[list[Button]] = [[("order_give_back", press("ogive", ticket["id"]))]]
        about: dict[str, Any] = {"ticket_id": ticket["id"], "number": ticket["number"]}
        work.notify(person, "posts.named", buttons, **about, names=called(found))
    work.card(ticket["id"], person, is_fresh=True)
    await claims.claim(work, ticket, person=person, organisation_id=found.id)
    return person


def called(organisation: Organisation) -> dict[str, str]:
    """A unit's name in every language, for texts whose reader's language is known when they are sent."""
    return {language: organisation.name_in(language) for language in ("zh-CN", "en")}


def _me(work: Work) -> Row:
    if work.person is None:
        raise NotYours
    return work.person
