"""What neighbours are asked for, as a decision sees it: rows of the database with what this change set does to them.

It stands below the tickets, which ask it what a request still has to have done when its state changes.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from . import schema
from .ledger import Ledger, Row
from .plain import once
from .rules.lifecycle import Event, State
from .rules.matching import BY_TWO
from .rules.order_clocks import OrderFacts, minutes_that_count
from .work import Work

ORDER = "order"
"""The flow of the kinds that neighbours are asked to do, and the code of the kind itself."""
HELD, DONE, RELEASED, MISSED, SUSPENDED = "held", "done", "released", "missed", "suspended"
TAKEN = frozenset({HELD, DONE})

_claim = schema.claim
_CLAIMS = once(sa.select(_claim).where(_claim.c.ticket_id == sa.bindparam("ticket")).order_by(_claim.c.id))


def is_order(ledger: Ledger, ticket: Row) -> bool:
    """Whether neighbours are asked to do it. A danger is everybody's who is called."""
    kind = ledger.directory.kinds.get(ticket["kind"])
    return kind is not None and kind.flow == ORDER and not ticket["is_danger"]


async def row(work: Work, ticket: Row) -> dict[str, Any] | None:
    """The request of a ticket; None for a ticket of another kind."""
    if not is_order(work.ledger, ticket):
        return None
    _, changed = work.changes.updates.get((schema.help_order.name, ticket["id"]), (None, {}))
    found = await work.ledger.get(schema.help_order, ticket["id"])
    if found is None:
        found = _made_now(work, ticket["id"])
    return None if found is None else {**found, **changed}


def _made_now(work: Work, ticket_id: int) -> Row | None:
    empty: dict[str, Any] = {column.name: None for column in schema.help_order.c} | {"wave": 0, "version": 1}
    made = (one for table, one in work.changes.inserts if table is schema.help_order and one["id"] == ticket_id)
    return next(({**empty, **values} for values in made), None)


async def claims_of(ledger: Ledger, ticket_id: int) -> Sequence[Row]:
    """Every place that was ever taken, in the order in which it was."""
    return await ledger.all(_CLAIMS, ticket=ticket_id)


async def claims(work: Work, ticket: Row) -> list[dict[str, Any]]:
    """The same as this very change set leaves them."""
    found = [dict(one) for one in await claims_of(work.ledger, ticket["id"])]
    empty: dict[str, Any] = {column.name: None for column in _claim.c} | {"version": 1}
    made = [one for table, one in work.changes.inserts if table is _claim and one["ticket_id"] == ticket["id"]]
    for one in found:
        _, changed = work.changes.updates.get((_claim.name, one["id"]), (None, {}))
        one.update(changed)
    return [*found, *({**empty, **one} for one in made)]


async def held(work: Work, ticket: Row) -> list[dict[str, Any]]:
    """The places that are taken now."""
    return [one for one in await claims(work, ticket) if one["state"] in TAKEN]


async def helper_ids(ledger: Ledger, ticket: Row) -> frozenset[int]:
    """Who has a place and has not given it back; nobody for a ticket of another kind, which costs no query."""
    if not is_order(ledger, ticket):
        return frozenset()
    return frozenset(one["person_id"] for one in await claims_of(ledger, ticket["id"]) if one["state"] in TAKEN)


def is_over(order: Row, now: datetime) -> bool:
    """Whether the end of a request has come: nobody is asked to come any more."""
    return bool(order["ends_at"] <= now)


def can_begin(order: Row, count: int) -> bool:
    """Whether so many may begin without the rest: never alone with somebody who lives alone, the first time."""
    return count >= (min(order["wanted"], BY_TWO) if order["is_vulnerable"] else 1)


async def clock_facts(work: Work, ticket: Row, order: Row) -> OrderFacts:
    """What the clocks of a request look at."""
    every = await claims(work, ticket)
    taken = [one for one in every if one["state"] in TAKEN]
    looking = [one["ended_at"] for one in every if one["state"] not in TAKEN] + [order["verified_at"]]
    return OrderFacts(
        id=ticket["id"],
        state=State(ticket["state"]),
        created_at=ticket["created_at"],
        ends_at=order["ends_at"],
        starts_at=order["starts_at"],
        verify_due_at=order["verify_due_at"],
        offered_since=max((at for at in looking if at is not None), default=None),
        wave=order["wave"],
        wave_at=order["wave_at"],
        held=len(taken),
        missing=order["wanted"] - len(taken),
        freed=len(every) - len(taken),
        can_begin=can_begin(order, len(taken)),
        is_vulnerable=bool(order["is_vulnerable"]),
        needs_sign_in=bool(order["needs_sign_in"]),
        signed_in_at=min((one["signed_in_at"] for one in taken if one["signed_in_at"] is not None), default=None),
        done_at=ticket["done_at"],
        minutes=order["minutes"],
        days_waited=max((work.now - (ticket["done_at"] or order["ends_at"])).days, 0),
    )


async def end(work: Work, ticket: Row, event: Event, actor_id: int | None) -> None:
    """A request is over: who did it has done it, with the minutes that count; who was to come need not."""
    order = await row(work, ticket)
    is_done = event is Event.CONFIRMED
    for one in await claims(work, ticket):
        if one["state"] != HELD:
            continue
        values: dict[str, Any] = {"state": DONE if is_done else RELEASED, "ended_at": work.now}
        if is_done and order is not None:
            values["minutes"] = minutes_that_count(
                order["minutes"],
                ticket["done_at"] or work.now,
                one["signed_in_at"],
                needs_sign_in=bool(order["needs_sign_in"]),
                is_witnessed=actor_id is not None,
            )
        work.changes.update(schema.claim, one, **values)
