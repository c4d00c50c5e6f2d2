"""Service records: what was confirmed in a quarter, of a person and of a unit, with the posts that were held.

Only what whoever asked has confirmed counts (or what confirmed itself): a place of a request that is `done`, with
minutes that count. What is taken back later is not in it any more. A unit's record has what its members did by
themselves, and what anybody did whom it named.
"""

from collections import Counter
from collections.abc import Collection, Mapping

import sqlalchemy as sa

from . import organisations, posts, schema
from .ledger import Ledger, Row
from .plain import once
from .rules.quarters import Quarter, Standing

_claim, _ticket, _order, _errand = schema.claim, schema.ticket, schema.help_order, schema.errand
_SINCE = sa.bindparam("since", type_=schema.UtcTime)
_UNTIL = sa.bindparam("until", type_=schema.UtcTime)
_CONFIRMED = sa.and_(
    _claim.c.state == sa.literal_column("'done'"),
    _claim.c.minutes > 0,
    _ticket.c.closed_how == sa.literal_column("'confirmed'"),
    _ticket.c.closed_at >= _SINCE,
    _ticket.c.closed_at < _UNTIL,
)
_SERVICES = (
    sa.select(_claim.c.id, _claim.c.person_id, _claim.c.organisation_id, _claim.c.minutes)
    .add_columns(_ticket.c.number, _ticket.c.closed_at, _ticket.c.stars)
    .add_columns(_errand.c.name, _errand.c.name_en)
    .join(_ticket, _ticket.c.id == _claim.c.ticket_id)
    .join(_order, _order.c.id == _ticket.c.id)
    .outerjoin(_errand, _errand.c.id == _order.c.errand_id)
    .order_by(_ticket.c.closed_at, _claim.c.id)
)
_OF_PEOPLE = once(_SERVICES.where(_claim.c.person_id.in_(sa.bindparam("ids", expanding=True)), _CONFIRMED))
_OF_UNIT = once(_SERVICES.where(_claim.c.organisation_id == sa.bindparam("unit"), _CONFIRMED))


async def of_person(ledger: Ledger, person_id: int, quarter: Quarter) -> list[Row]:
    """Somebody's confirmed services in a quarter, in the order in which they were confirmed."""
    return await _of_people(ledger, [person_id], quarter)


async def of_organisation(ledger: Ledger, organisation_id: int, quarter: Quarter) -> list[Row]:
    """A unit's: of those who are at home in it now, and of those whom it named."""
    zone = ledger.directory.calendar.zone
    since, until = quarter.begins_at(zone), quarter.ends_at(zone)
    theirs = [one["id"] for one in await organisations.members(ledger, organisation_id)]
    rows = await ledger.all(_OF_UNIT, unit=organisation_id, since=since, until=until)
    rows += [one for one in await _of_people(ledger, theirs, quarter) if one["organisation_id"] is None]
    return sorted(rows, key=lambda one: (one["closed_at"], one["id"]))


async def standing(ledger: Ledger, person_ids: Collection[int], quarter: Quarter) -> Mapping[int, Standing]:
    """What each of some people has in a quarter."""
    services = Counter(one["person_id"] for one in await _of_people(ledger, person_ids, quarter))
    held = Counter(one["person_id"] for one in await posts.held_in(ledger, person_ids, quarter))
    return {one: Standing(held[one], services[one]) for one in person_ids}


async def _of_people(ledger: Ledger, person_ids: Collection[int], quarter: Quarter) -> list[Row]:
    if not person_ids:
        return []
    zone = ledger.directory.calendar.zone
    since, until = quarter.begins_at(zone), quarter.ends_at(zone)
    return await ledger.all(_OF_PEOPLE, ids=list(person_ids), since=since, until=until)
