"""代录: staff write something down for a caller or a walk-in, who owns it; who wrote it down may confirm for them."""

from dataclasses import replace
from typing import Any

from . import drafts, people, reach, routing, schema, taking_over, tickets
from .drafts import ReportDraft
from .ids import new_id
from .ledger import Row
from .rules.errors import NotYours
from .triage import OutOfReach
from .work import Priority, Work


async def known(work: Work, phone: str) -> list[Row]:
    """Who is known by that number in the filer's community: at home there, with a role there, or written down there."""
    here = reach.communities(work, reach.FILERS)
    return [row for row in await taking_over.with_phone(work, phone) if await _belongs(work, row, here)]


async def _belongs(work: Work, person: Row, here: frozenset[int]) -> bool:
    if person["home_id"] in here:
        return True
    if any(grant["place_id"] in here for grant in await people.grants_of(work.ledger, [person["id"]])):
        return True
    owned = await tickets.of_resident(work.ledger, person["id"])
    return any(ticket["place_id"] in here for ticket in owned)


def check(work: Work, place_id: int | None) -> None:
    """Raise NotYours unless the one who asks files for others, OutOfReach for a place outside their community."""
    if work.person is None or not reach.holds(work, reach.FILERS):
        raise NotYours
    if place_id is not None and place_id not in reach.communities(work, reach.FILERS):
        raise OutOfReach


async def file(work: Work, draft: ReportDraft) -> tuple[dict[str, Any], Row]:
    """Make the ticket of a draft whose caller was asked; gives it back with its owner. Raises what `check` raises."""
    check(work, draft.place_id)
    if work.person is None:
        raise NotYours
    owner = await work.ledger.get(schema.person, draft.owner_id) or write_down(work, draft)
    asked = drafts.as_asked(draft, work.person, owner)
    is_own_number = draft.caller_phone == owner["phone"]
    ticket = await tickets.create(work, replace(asked, caller_phone=None if is_own_number else draft.caller_phone))
    await routing.offer_next(work, ticket, work.person["id"])
    is_urgent = bool(ticket["is_danger"])
    work.card(ticket["id"], work.person, is_fresh=True, priority=Priority.ALARM if is_urgent else Priority.ANSWER)
    if owner["id"] != work.person["id"]:
        priority = Priority.ALARM if is_urgent else Priority.NEWS
        work.notify(owner, "filing.filed_for_you", ticket_id=ticket["id"], priority=priority, by=work.person["name"])
        work.card(ticket["id"], owner, is_fresh=True, priority=priority)
    return ticket, owner


def write_down(work: Work, draft: ReportDraft) -> Row:
    """Somebody who is known by what staff wrote down, and has no chat."""
    values = {
        "id": new_id(work.now),
        "name": draft.caller_name,
        "phone": draft.caller_phone,
        "language": "zh-CN",
        "created_at": work.now,
    }
    work.changes.insert(schema.person, **values)
    row: dict[str, Any] = {column.name: None for column in schema.person.c}
    row.update(values, version=1, has_chosen_language=False)
    return row
