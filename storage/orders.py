"""Requests to neighbours (点单): posted, checked (核验), offered to those who fit, edited, turned down.

A request is a ticket of the kind `order` and a row of its own with the same id. It waits for its check in NEW; trusted
errands, regulars and what somebody posts who may check themselves go out at once. From then on neighbours take it
(`storage.claims`), asked in waves (`storage.waves`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from . import door_words, family, handling, helped, people, reminders, roster, schema, tickets, waves
from .handling import Ticket
from .ledger import Ledger, Row
from .order_edits import EDITABLE, change, edit
from .order_ends import nobody_found, refuse, tell_helpers
from .plain import once
from .rules.errors import NotOpen, Stale
from .rules.lifecycle import Event
from .rules.limits import Limits, due_at
from .rules.matching import places
from .rules.order_clocks import verify_due_at
from .rules.rights import Action, Role
from .work import Priority, Work

__all__ = [
    "EDITABLE",
    "REGULAR_AFTER",
    "Wish",
    "edit",
    "nobody_found",
    "of",
    "post",
    "refuse",
    "tell_helpers",
    "verifiers",
    "verify",
]

REGULAR_AFTER = 3
"""So many requests of somebody that were done within a year, and none turned down, and theirs need no check."""
REGULAR_WITHIN = timedelta(days=365)


@dataclass(frozen=True)
class Wish:
    """What somebody asks neighbours for, checked and complete. Times are aware UTC; `wanted` counts helpers."""

    owner_id: int
    filed_by_id: int
    words: str
    ends_at: datetime
    errand_id: int | None = None
    place_id: int | None = None
    room: str | None = None
    spot: str | None = None
    starts_at: datetime | None = None
    minutes: int = 30
    wanted: int = 1
    skills: Sequence[str] = ()
    is_vulnerable: bool = False
    shows_phone: bool = False
    organisation_id: int | None = None
    for_whom: str | None = None
    caller_phone: str | None = None
    attachments: Sequence[Mapping[str, Any]] = ()


async def of(ledger: Ledger, ticket_id: int) -> Row | None:
    """The request of a ticket, if it is one."""
    return await ledger.get(schema.help_order, ticket_id)


async def post(work: Work, wish: Wish, *, shown_as: int | None = None) -> Ticket:
    """Make the ticket and its request; who may check it is asked to, or it goes out at once.

    `shown_as` is a message of the asker's chat that becomes their card. Raises NotOpen for a time that is past.
    """
    if wish.ends_at <= work.now or (wish.starts_at is not None and wish.starts_at >= wish.ends_at) or wish.wanted < 1:
        raise NotOpen
    errand = await work.ledger.get(schema.errand, wish.errand_id)
    ticket = await tickets.create(work, _asked(wish))
    tickets.alter(work, ticket, resolution_due_at=wish.ends_at)
    await _insert(work, ticket, wish, errand)
    if await _needs_no_check(work, ticket, wish, errand):
        await _let_out(work, ticket, wish.filed_by_id, why={"reason": "trusted"})
    else:
        await reminders.replan(work, ticket)
        await _ask_verifiers(work, ticket)
    await _show(work, ticket, shown_as)
    return ticket


def _asked(wish: Wish) -> tickets.Asked:
    return tickets.Asked(
        owner_id=wish.owner_id,
        filed_by_id=wish.filed_by_id,
        kind=helped.ORDER,
        intent=helped.ORDER,
        words=wish.words,
        place_id=wish.place_id,
        room=wish.room,
        spot=wish.spot,
        for_whom=wish.for_whom,
        caller_phone=wish.caller_phone,
        attachments=wish.attachments,
    )


async def _insert(work: Work, ticket: Ticket, wish: Wish, errand: Row | None) -> None:
    limit = Limits.from_json(ticket["limits"]).answer
    answer_by = due_at(limit, work.speak_at(Priority.NEWS), work.directory.calendar)
    skills = wish.skills or (errand["skills"] if errand is not None else None)
    work.changes.insert(
        schema.help_order,
        id=ticket["id"],
        errand_id=wish.errand_id,
        organisation_id=wish.organisation_id,
        starts_at=wish.starts_at,
        ends_at=wish.ends_at,
        minutes=wish.minutes,
        helpers=wish.wanted,
        wanted=places(wish.wanted, is_vulnerable=wish.is_vulnerable, is_known=False),
        skills=list(skills) if skills else None,
        is_vulnerable=wish.is_vulnerable,
        needs_sign_in=wish.is_vulnerable or (errand is not None and bool(errand["needs_sign_in"])),
        shows_phone=wish.shows_phone,
        verify_due_at=verify_due_at(answer_by, work.now, wish.ends_at),
        wave=0,
        code_word=door_words.one(),
        created_at=work.now,
    )


_ticket = schema.ticket
_ENDED = once(
    sa.select(_ticket.c.closed_how, sa.func.count().label("count"))
    .where(
        _ticket.c.owner_id == sa.bindparam("owner"),
        _ticket.c.created_at >= sa.bindparam("since", type_=schema.UtcTime),
        _ticket.c.kind == sa.literal_column(f"'{helped.ORDER}'"),
        _ticket.c.closed_how.in_([sa.literal_column("'confirmed'"), sa.literal_column("'refused'")]),
    )
    .group_by(_ticket.c.closed_how)
)


async def _needs_no_check(work: Work, ticket: Ticket, wish: Wish, errand: Row | None) -> bool:
    """Somebody who may check it posted it for another; or nothing speaks against it and much for it.

    What concerns people who live alone, and children, is always checked by somebody.
    """
    grants = [one for one in people.held(work.grants) if one["role"] in _VERIFIERS]
    is_verifier = any(one["place_id"] in work.directory.scope(ticket["place_id"]) for one in grants)
    if is_verifier and wish.owner_id != wish.filed_by_id:
        return True
    if wish.is_vulnerable:
        return False
    if errand is not None and errand["is_trusted"]:
        return True
    rows = await work.ledger.all(_ENDED, owner=wish.owner_id, since=work.now - REGULAR_WITHIN)
    counts = {row["closed_how"]: row["count"] for row in rows}
    return counts.get("confirmed", 0) >= REGULAR_AFTER and not counts.get("refused", 0)


_VERIFIERS = frozenset({Role.ESTATE_BRANCH, Role.BUILDING_HEAD, Role.DUTY_SECRETARY, Role.COMMUNITY_SECRETARY})


async def verifiers(work: Work, ticket: Ticket) -> list[tuple[Row, datetime]]:
    """Who is asked to check a request, and when they may be told: estate branch, building head, duty secretaries."""
    scope = work.directory.scope(ticket["place_id"])
    near = await people.holders(work.ledger, [Role.ESTATE_BRANCH, Role.BUILDING_HEAD], scope)
    told_at = work.speak_at(Priority.NEWS)
    found = [(row, told_at) for row in near if people.is_reachable(row)]
    found += await roster.secretaries(work, ticket["place_id"])
    mine = {ticket["owner_id"], ticket["filed_by_id"]}
    return list({row["id"]: (row, at) for row, at in reversed(found) if row["id"] not in mine}.values())


async def _ask_verifiers(work: Work, ticket: Ticket) -> None:
    asked = await verifiers(work, ticket)
    for person, at in asked:
        work.card(ticket["id"], person, is_fresh=True, due_at=at)
    if not asked:
        for person in await people.administrators(work, ticket["place_id"]):
            number = ticket["number"]
            work.notify(person, "staff.nobody", ticket_id=ticket["id"], number=number, is_danger=False)


async def _show(work: Work, ticket: Ticket, shown_as: int | None) -> None:
    """One card each: the asker's as an answer, those of the owner and the family as news."""
    asker, others = work.person, [ticket["owner_id"], ticket["filed_by_id"]]
    if asker is not None and asker["id"] in others:
        if shown_as is not None:
            tickets.adopt_card(work, ticket, asker, shown_as)
        work.card(ticket["id"], asker, is_fresh=shown_as is None, priority=Priority.ANSWER)
    told = [row["id"] for row in await family.told(work, ticket["owner_id"], is_confidential=False)]
    for person in (await people.at_hand(work, {*others, *told})).values():
        work.card(ticket["id"], person, is_fresh=True)


# --- the check -----------------------------------------------------------------------------------------------


async def verify(work: Work, ticket: Ticket, *, edits: Mapping[str, Any] | None = None) -> None:
    """核验通过、下单: the first of those who were asked decides; `edits` are columns of the request (`edit`)."""
    await handling.check(work, Action.VERIFY, ticket, Event.VERIFIED)
    if edits:
        await change(work, ticket, edits)
    await _let_out(work, ticket, _me(work))
    await tickets.show(work, ticket)


async def _let_out(work: Work, ticket: Ticket, actor_id: int | None, *, why: Mapping[str, Any] | None = None) -> None:
    order = await _row(work, ticket)
    waves.alter(work, order, verified_by=actor_id, verified_at=work.now)
    await tickets.move(work, ticket, Event.VERIFIED, actor_id, why=why)
    await waves.widen(work, ticket)


async def _row(work: Work, ticket: Ticket) -> dict[str, Any]:
    order = await helped.row(work, ticket)
    if order is None:
        raise Stale
    return order


def _me(work: Work) -> int | None:
    return work.person["id"] if work.person else None
