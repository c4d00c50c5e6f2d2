"""接单: the places of a request, each taken by one, given back, signed in at, done, confirmed.

Two indexes make one winner certain for each place and each person; every act guards the ticket, so that whoever was
slower decides again on fresh rows and reads how many are still needed. What happens when enough have taken it stands in
`storage.setting_out`, what they do then in `storage.serving`.
"""

from collections.abc import Sequence
from typing import Any

from . import handling, helped, matched, order_ends, orders, routing, schema, setting_out, tickets, waves
from .freeing import free, free_all_of, places_now
from .handling import Ticket
from .ledger import Ledger, Row
from .rules.errors import AlreadyTaken, NotYours, Refusal, Stale, Suspended, Unskilled, Unverified
from .rules.lifecycle import Event, State
from .rules.matching import Bar
from .rules.rights import Action
from .serving import ask, confirm, dispute, done, reopen, revoke, rung_up, settle, sign_in
from .setting_out import begin, go_ahead
from .work import Work

__all__ = [
    "ask",
    "begin",
    "claim",
    "confirm",
    "dispute",
    "done",
    "free",
    "free_all_of",
    "give_back",
    "go_ahead",
    "held",
    "mine",
    "missing",
    "not_come",
    "not_me",
    "reopen",
    "revoke",
    "rung_up",
    "settle",
    "sign_in",
]

_REFUSALS: dict[Bar, type[Refusal]] = {
    Bar.SUSPENDED: Suspended,
    Bar.UNVERIFIED: Unverified,
    Bar.UNSKILLED: Unskilled,
}
_OVER = frozenset({State.ACCEPTED, State.ON_SITE, State.DONE, State.CLOSED})


async def held(ledger: Ledger, ticket_id: int) -> list[Row]:
    """The places of a request that are taken, in the order in which they were."""
    return [one for one in await helped.claims_of(ledger, ticket_id) if one["state"] in helped.TAKEN]


async def missing(ledger: Ledger, ticket_id: int) -> int:
    """How many helpers are still needed."""
    order = await orders.of(ledger, ticket_id)
    return 0 if order is None else max(order["wanted"] - len(await held(ledger, ticket_id)), 0)


async def mine(ledger: Ledger, ticket_id: int, person_id: int) -> Row | None:
    """The place that somebody has."""
    return next((one for one in await held(ledger, ticket_id) if one["person_id"] == person_id), None)


# --- taking it -----------------------------------------------------------------------------------------------


async def claim(
    work: Work,
    ticket: Ticket,
    *,
    person: Row | None = None,
    organisation_id: int | None = None,
    shows_phone: bool = False,
) -> None:
    """Take a place; who takes the last one settles it. A second tap does nothing.

    An organisation's contact names its people (`person` and `organisation_id`), a team's leader its members (`person`),
    who have said yes before. `shows_phone` is the helper's consent.
    Raises AlreadyTaken, Stale, NotYours, Suspended, Unverified, Unskilled.
    """
    helper = person or work.person
    if helper is None:
        raise NotYours
    order, taken = await _row(work, ticket), await helped.held(work, ticket)
    if any(one["person_id"] == helper["id"] for one in taken):
        return
    await _check(work, ticket, order, helper, organisation_id)
    await _stand_for(work, helper["id"])
    await _insert(work, ticket, order, taken, helper, organisation_id, shows_phone=shows_phone)
    await _settle(work, ticket, order, helper["id"])
    await tickets.show(work, ticket, also=[helper["id"]])


async def _check(work: Work, ticket: Ticket, order: Row, helper: Row, organisation_id: int | None) -> None:
    if ticket["state"] in _OVER:
        raise AlreadyTaken
    if ticket["state"] != State.OFFERED:
        raise Stale
    if organisation_id is None and (work.person is None or helper["id"] == work.person["id"]):
        await handling.check(work, Action.CLAIM, ticket, Event.CLAIMED)
    else:
        await _check_naming(work, helper, organisation_id)
    bar = await matched.barred(work, ticket, order, helper)
    if bar is not None:
        raise _REFUSALS.get(bar, NotYours)


async def _stand_for(work: Work, helper_id: int) -> None:
    """Of a suspension and a place taken at the same moment one comes second, and is decided again."""
    registered = await matched.helper_of(work.ledger, helper_id)
    if registered is not None:
        work.changes.update(schema.helper, registered)


async def _check_naming(work: Work, helper: Row, organisation_id: int | None) -> None:
    """A leader names people of the team; an organisation's contact those who are at home in it, and themselves."""
    if organisation_id is None:
        if not await matched.leads(work.ledger, _me(work), helper["id"]):
            raise NotYours
        return
    organisation = await work.ledger.get(schema.organisation, organisation_id)
    theirs = await matched.helper_of(work.ledger, helper["id"])
    if organisation is None or organisation["retired_at"] is not None or organisation["contact_id"] != _me(work):
        raise NotYours
    is_contact = helper["id"] == organisation["contact_id"]
    if not is_contact and (theirs is None or theirs["organisation_id"] != organisation["id"]):
        raise NotYours


async def _insert(
    work: Work,
    ticket: Ticket,
    order: dict[str, Any],
    taken: Sequence[Row],
    helper: Row,
    organisation_id: int | None,
    *,
    shows_phone: bool,
) -> None:
    seats = {one["seat"] for one in taken}
    work.changes.insert(
        schema.claim,
        id=work.new_id(),
        ticket_id=ticket["id"],
        person_id=helper["id"],
        seat=next(seat for seat in range(1, len(taken) + 2) if seat not in seats),
        state=helped.HELD,
        organisation_id=organisation_id,
        shows_phone=shows_phone,
        claimed_at=work.now,
    )
    values: dict[str, Any] = {"wanted": await places_now(work, ticket, order)}
    if organisation_id is not None and order["taken_by_id"] is None:
        values["taken_by_id"] = organisation_id
    waves.alter(work, order, **values)


async def _settle(work: Work, ticket: Ticket, order: Row, helper_id: int) -> None:
    """One place more is taken; with the last one nobody else is asked any more."""
    taken = await helped.held(work, ticket)
    missing = order["wanted"] - len(taken)
    why = {"person": helper_id, "missing": missing}
    if missing > 0:
        await tickets.move(work, ticket, Event.CLAIMED, _me(work), why=why)
        for offer in await routing.offers_now(work, ticket):
            if offer["person_id"] == helper_id and offer["state"] == "open":
                work.changes.update(schema.offer, offer, state="accepted")
        return
    await tickets.move(work, ticket, Event.ACCEPTED, _me(work), why=why, **setting_out.given_to(work, taken))
    await routing.end_offers(work, ticket, accepted_by=helper_id)
    await setting_out.tell_who_comes(work, ticket, order, taken)


async def not_me(work: Work, ticket: Ticket) -> None:
    """Not this one: nobody is asked instead before the next wave."""
    await handling.check(work, Action.NOT_ME, ticket, Event.DECLINED)
    for offer in await tickets.open_offers(work.ledger, ticket["id"]):
        if offer["person_id"] == _me(work):
            work.changes.update(schema.offer, offer, state="declined")
    await tickets.move(work, ticket, Event.DECLINED, _me(work))
    if not await routing.waiting_offers(work, ticket) and not await helped.held(work, ticket):
        await waves.widen(work, ticket)
    await tickets.show(work, ticket)


# --- giving it back ------------------------------------------------------------------------------------------


async def give_back(work: Work, ticket: Ticket, claim: Row) -> None:
    """A helper cannot come: the place is offered again. Shortly before the beginning it counts."""
    await handling.check(work, Action.GIVE_BACK, ticket, Event.GIVEN_BACK)
    _must_hold(claim)
    if claim["person_id"] != _me(work):
        raise NotYours
    await free(work, ticket, claim, helped.RELEASED)


async def not_come(work: Work, ticket: Ticket, claim: Row) -> None:
    """A helper did not come: it counts, and the place is offered again."""
    await handling.check(work, Action.NOT_COME, ticket, Event.GIVEN_BACK)
    _must_hold(claim)
    helper = await work.ledger.get(schema.person, claim["person_id"])
    await free(work, ticket, claim, helped.MISSED)
    if helper is not None:
        await order_ends.tell_helpers(work, ticket, [helper["id"]], "claim.missed")


def _must_hold(claim: Row) -> None:
    if claim["state"] != helped.HELD:
        raise Stale


async def _row(work: Work, ticket: Ticket) -> dict[str, Any]:
    order = await helped.row(work, ticket)
    if order is None:
        raise Stale
    return order


def _me(work: Work) -> int | None:
    return work.person["id"] if work.person else None
