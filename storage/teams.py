"""Teams of people who help: somebody leads one, invites others by an address that works once, and asks them.

A leader takes nothing in another's name: whoever is asked says yes or no, and the yes takes the place.
"""

from typing import Any

import sqlalchemy as sa

from . import claims, helped, invitations, matched, people, schema, tickets
from .handling import Ticket
from .ledger import Ledger, Row
from .plain import once
from .rules.errors import AlreadyTaken, NotYours, Stale, Suspended
from .rules.lifecycle import State
from .rules.press import press
from .work import Work

PREFIX = "m"
"""Begins the payload of an address that leads into a team."""
INVITED = "team"
MOST = 40
LONGEST_NAME = 20

_team, _member = schema.team, schema.team_member
_PERSON: sa.BindParameter[int] = sa.bindparam("person")
_OF_PERSON = once(
    sa.select(_team)
    .join(_member, _member.c.team_id == _team.c.id)
    .where(_member.c.person_id == _PERSON, _member.c.left_at.is_(None), _team.c.retired_at.is_(None))
    .order_by(_team.c.id)
)
_MEMBERS = once(
    sa.select(_member, schema.person.c.name)
    .join(schema.person, schema.person.c.id == _member.c.person_id)
    .where(_member.c.team_id == sa.bindparam("team"), _member.c.left_at.is_(None))
    .order_by(_member.c.joined_at, _member.c.id)
)
_MEMBERSHIP = once(sa.select(_member).where(_member.c.team_id == sa.bindparam("team"), _member.c.person_id == _PERSON))


async def of(ledger: Ledger, person_id: int) -> list[Row]:
    """The teams somebody belongs to, those they lead among them."""
    return await ledger.all(_OF_PERSON, person=person_id)


async def led_by(ledger: Ledger, person_id: int) -> Row | None:
    """The team somebody leads."""
    return next((row for row in await of(ledger, person_id) if row["leader_id"] == person_id), None)


async def members(ledger: Ledger, team_id: int) -> list[Row]:
    """Who belongs to a team, with their names, the first who joined first."""
    return await ledger.all(_MEMBERS, team=team_id)


async def create(work: Work, name: str) -> Row:
    """A new team led by the one who asks, who leads no other. Raises Stale, NotYours, Suspended."""
    me, helper = _me(work), await _helper(work)
    community = work.directory.community_of(me["home_id"])
    if community is None or not name or await led_by(work.ledger, me["id"]) is not None:
        raise Stale
    made = {"id": work.new_id(), "name": name[:LONGEST_NAME], "place_id": community.id, "leader_id": me["id"]}
    work.changes.insert(_team, **made, created_at=work.now)
    work.changes.update(schema.helper, helper)  # of two at the same moment one finds a team there
    await _add(work, made["id"], me["id"])
    return made


async def invite(work: Work) -> str:
    """The payload of an address that takes one person into the team of the one who asks. Raises NotYours."""
    me = _me(work)
    team = await led_by(work.ledger, me["id"])
    if team is None:
        raise NotYours
    code = invitations.make_code()
    row = invitations.new_row(code, work.now, role=INVITED, place_id=team["place_id"], created_by=me["id"])
    work.changes.insert(schema.invitation, **row)
    return PREFIX + code


async def by_code(work: Work, code: str) -> tuple[Row, Row]:
    """The invitation behind an address, and its team. Raises the refusals of `invitations.judge`."""
    return await _judged(work, await work.ledger.one(invitations.by_code(code)))


async def by_id(work: Work, invitation_id: int | None) -> tuple[Row, Row]:
    """The same by the id of its row, for the button that follows."""
    return await _judged(work, await work.ledger.get(schema.invitation, invitation_id))


async def _judged(work: Work, row: Row | None) -> tuple[Row, Row]:
    judged = invitations.judge(row, work.now)
    team = await led_by(work.ledger, judged["created_by"]) if judged["created_by"] is not None else None
    if judged["role"] != INVITED or team is None:
        raise invitations.InvitationUnknown
    return judged, team


async def join(work: Work, invitation: Row, team: Row) -> None:
    """Belong to a team from now on; its leader is told. The one who asks is registered. Raises Stale, Suspended."""
    me = _me(work)
    known = await members(work.ledger, team["id"])
    if any(one["person_id"] == me["id"] for one in known):
        return
    if len(known) >= MOST:
        raise Stale
    work.changes.update(schema.invitation, invitation, **invitations.used_values(me["id"], work.now))
    work.changes.update(_team, team)
    await _add(work, team["id"], me["id"])
    for leader in (await people.by_ids(work.ledger, [team["leader_id"]])).values():
        work.notify(leader, "helper.team_joined", name=me["name"], team=team["name"])


async def leave(work: Work, team_id: int | None) -> Row:
    """Do not belong to a team any more; whoever joined it first leads it after its leader. Raises Stale."""
    me = _me(work)
    team = next((one for one in await of(work.ledger, me["id"]) if one["id"] == team_id), None)
    if team is None:
        raise Stale
    await _part(work, team, me["id"])
    return team


async def take_out(work: Work, member_id: int | None) -> Row:
    """A leader takes somebody out of their team; gives back the row. Raises NotYours."""
    team = await led_by(work.ledger, _me(work)["id"])
    found = await members(work.ledger, team["id"]) if team is not None else []
    row = next((one for one in found if one["id"] == member_id), None)
    if team is None or row is None or row["person_id"] == team["leader_id"]:
        raise NotYours
    await _part(work, team, row["person_id"])
    for person in (await people.by_ids(work.ledger, [row["person_id"]])).values():
        work.notify(person, "helper.team_left", team=team["name"])
    return row


async def leave_all(work: Work, person_id: int) -> None:
    """Belong to no team any more."""
    for team in await of(work.ledger, person_id):
        await _part(work, team, person_id)


async def _part(work: Work, team: Row, person_id: int) -> None:
    found = await members(work.ledger, team["id"])
    for row in found:
        if row["person_id"] == person_id:
            work.changes.update(_member, row, left_at=work.now)
    if team["leader_id"] != person_id:
        work.changes.update(_team, team)
        return
    rest = [row["person_id"] for row in found if row["person_id"] != person_id]
    if not rest:
        work.changes.update(_team, team, retired_at=work.now)
        return
    work.changes.update(_team, team, leader_id=rest[0])
    for person in (await people.by_ids(work.ledger, rest[:1])).values():
        work.notify(person, "helper.team_yours", [[("team_open", press("team"))]], team=team["name"])


async def _add(work: Work, team_id: int, person_id: int) -> None:
    row = await work.ledger.one(_MEMBERSHIP, team=team_id, person=person_id)
    if row is not None:
        work.changes.update(_member, row, joined_at=work.now, left_at=None)
    else:
        values = {"team_id": team_id, "person_id": person_id, "joined_at": work.now}
        work.changes.insert(_member, id=work.new_id(), **values)


# --- asking a team's people ----------------------------------------------------------------------------------


async def able(work: Work, ticket: Ticket) -> list[Row]:
    """Whom of their team a leader may ask for a request: who can take it and has not."""
    me = _me(work)
    team = await led_by(work.ledger, me["id"])
    order = await helped.row(work, ticket)
    if team is None or order is None:
        raise NotYours
    taken = {one["person_id"] for one in await helped.held(work, ticket)}
    others = [row["person_id"] for row in await members(work.ledger, team["id"]) if row["person_id"] != me["id"]]
    found = await people.by_ids(work.ledger, [one for one in others if one not in taken])
    ready = [found[one] for one in others if one in found and people.is_reachable(found[one])]
    return [one for one in ready if await matched.barred(work, ticket, order, one) is None]


async def ask(work: Work, ticket: Ticket, person_id: int | None, **told: Any) -> Row:
    """Ask one of the team; `told` is what the request is about. Raises AlreadyTaken, NotYours."""
    if ticket["state"] != State.OFFERED:
        raise AlreadyTaken
    person = next((one for one in await able(work, ticket) if one["id"] == person_id), None)
    if person is None:
        raise NotYours
    me = _me(work)
    answers = [[("team_yes", press("teamyes", ticket["id"], me["id"]))], [("team_no", press("teamno", me["id"]))]]
    work.notify(person, "helper.team_asks", answers, ticket_id=ticket["id"], leader=me["name"], **told)
    return person


async def agree(work: Work, ticket: Ticket, leader_id: int | None, *, shows_phone: bool) -> None:
    """Yes: the place is taken, and the leader hears it. Raises what `claims.claim` raises."""
    await claims.claim(work, ticket, shows_phone=shows_phone)
    await tell_leader(work, leader_id, "helper.team_agreed", number=ticket["number"])


async def tell_leader(work: Work, leader_id: int | None, message: str, **params: Any) -> None:
    """Tell the leader of the one who asks; nobody else."""
    me = _me(work)
    if leader_id is None or not await matched.leads(work.ledger, leader_id, me["id"]):
        return
    for leader in (await people.by_ids(work.ledger, [leader_id])).values():
        work.notify(leader, message, name=me["name"], **params)


async def ticket_for(work: Work, ticket_id: int | None) -> Ticket:
    """The request that a leader's button names. Raises Stale, or AlreadyTaken when nobody is needed any more."""
    ticket = await tickets.by_id(work.ledger, ticket_id)
    if ticket is None or not helped.is_order(work.ledger, ticket):
        raise Stale
    if ticket["state"] != State.OFFERED:
        raise AlreadyTaken
    return ticket


async def _helper(work: Work) -> Row:
    row = await matched.helper_of(work.ledger, _me(work)["id"])
    if row is None:
        raise NotYours
    if row["suspended_at"] is not None:
        raise Suspended
    return row


def _me(work: Work) -> Row:
    if work.person is None:
        raise NotYours
    return work.person
