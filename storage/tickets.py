"""Tickets: what was asked for, how it is read back, and the one way its state moves.

Every change of a ticket goes through `move`: the transition table decides, the history grows by one row, and the
reminders are planned again, all in the change set of the decision.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from . import cells, group_cards, helped, people, reminders, schema, timing
from .ledger import Ledger, Row
from .plain import once
from .rules.lifecycle import OPEN, Event, State, next_state
from .rules.limits import Limits, resolution_due_at, response_due_at
from .rules.rights import Action, TicketFacts, may
from .states import IN_HAND, UNOWNED, any_of
from .work import Work

DANGER = "danger"


@dataclass(frozen=True)
class Asked:
    """What somebody asks for, checked and complete enough to become a ticket."""

    owner_id: int
    filed_by_id: int
    kind: str
    intent: str
    words: str
    place_id: int | None = None
    room: str | None = None
    spot: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    for_whom: str | None = None
    caller_phone: str | None = None
    is_danger: bool = False
    is_confidential: bool = False
    is_anonymous: bool = False
    same_key: str | None = None
    booked_until: datetime | None = None
    attachments: Sequence[Mapping[str, Any]] = field(default_factory=tuple)


async def create(work: Work, asked: Asked) -> dict[str, Any]:
    """Open a ticket with the limits of its kind as they are now; it is offered to nobody yet."""
    kind = work.directory.kinds[asked.kind]
    limits = work.directory.kinds[DANGER].limits if asked.is_danger else kind.limits
    values = {name: getattr(asked, name) for name in Asked.__dataclass_fields__ if name != "attachments"}
    ticket: dict[str, Any] = {column.name: None for column in schema.ticket.c}
    ticket.update(
        values,
        id=work.new_id(),
        number=await work.numbers.next(),
        state=str(State.NEW),
        is_confidential=asked.is_confidential or kind.is_confidential,
        created_at=work.now,
        danger_at=work.now if asked.is_danger else None,
        paused_seconds=0,
        disputes=0,
        tier=0,
        version=1,
    )
    ticket.update(limit_columns(work, limits, work.now, timedelta(), asked.booked_until))
    work.changes.insert(schema.ticket, **ticket)
    remember(work, ticket, "created", asked.filed_by_id, None, str(State.NEW), {"kind": asked.kind})
    for one in asked.attachments:
        attach(work, ticket, asked.filed_by_id, one, "report")
    await group_cards.show(work, ticket)
    return ticket


def limit_columns(
    work: Work, limits: Limits, created_at: datetime, paused: timedelta, booked_until: datetime | None
) -> dict[str, Any]:
    """A ticket's limits and the times that follow from them; what is booked has to be finished after its time."""
    calendar = work.directory.calendar
    return {
        "limits": limits.to_json(),
        "response_due_at": response_due_at(limits, created_at, calendar),
        "resolution_due_at": resolution_due_at(limits, booked_until or created_at, calendar, paused),
    }


async def move(
    work: Work,
    ticket: dict[str, Any],
    event: Event,
    actor_id: int | None,
    *,
    why: Mapping[str, Any] | None = None,
    **values: Any,
) -> None:
    """Let an event happen to a ticket. Raises IllegalMove when the table does not know it in this state."""
    old, was_order = ticket["state"], helped.is_order(work.ledger, ticket)
    new = next_state(State(old), event)
    values = {**timing.columns_after(work, ticket, event, new), **values, "state": str(new)}
    alter(work, ticket, **values)
    remember(work, ticket, str(event), actor_id, old, ticket["state"], why)
    if ticket["booked_until"] is not None and new not in OPEN:
        await cells.give_back(work, ticket)
    if was_order and (new not in OPEN or event is Event.DANGER_RAISED):
        await helped.end(work, ticket, event, actor_id)
    await reminders.replan(work, ticket)
    await group_cards.show(work, ticket)


def alter(work: Work, ticket: dict[str, Any], **values: Any) -> None:
    """Change columns of a ticket in the change set and in the row at hand."""
    work.changes.update(schema.ticket, ticket, **values)
    ticket.update(values)


def remember(
    work: Work,
    ticket: Row,
    event: str,
    actor_id: int | None,
    old: str | None,
    new: str,
    why: Mapping[str, Any] | None = None,
) -> None:
    """Add to the history, which is never changed. The ticket's version grows with it: its lines keep their order."""
    work.changes.update(schema.ticket, ticket)
    work.changes.insert(
        schema.history,
        id=work.new_id(),
        ticket_id=ticket["id"],
        at=work.now,
        actor_id=actor_id,
        event=event,
        old_state=old,
        new_state=new,
        why=dict(why) if why else None,
    )


def attach(work: Work, ticket: Row, person_id: int, file: Mapping[str, Any], purpose: str) -> None:
    """Keep a picture, a voice message or another file with a ticket."""
    work.changes.insert(
        schema.attachment,
        id=work.new_id(),
        ticket_id=ticket["id"],
        added_by_id=person_id,
        media=file["media"],
        purpose=purpose,
        file_id=file.get("file_id"),
        file_unique_id=file.get("file_unique_id"),
        added_at=work.now,
    )


# --- reading -------------------------------------------------------------------------------------------------


async def by_id(ledger: Ledger, ticket_id: int | None) -> dict[str, Any] | None:
    """One ticket."""
    row = await ledger.get(schema.ticket, ticket_id)
    return None if row is None else dict(row)


_BY_NUMBER = once(sa.select(schema.ticket).where(schema.ticket.c.number == sa.bindparam("number")))


async def by_number(ledger: Ledger, number: int) -> dict[str, Any] | None:
    """The ticket with a number as people read it out, check digit included."""
    row = await ledger.one(_BY_NUMBER, number=number)
    return None if row is None else dict(row)


async def by_message(ledger: Ledger, chat_id: int, message_id: int) -> dict[str, Any] | None:
    """The ticket whose card, or whose last word, is that message."""
    card, outbox = schema.card, schema.outbox
    found = await ledger.one(
        sa.select(card.c.ticket_id).where(card.c.chat_id == chat_id, card.c.message_id == message_id)
    ) or await ledger.one(
        sa.select(outbox.c.ticket_id).where(
            outbox.c.chat_id == chat_id,
            outbox.c.telegram_message_id == message_id,
            outbox.c.ticket_id.is_not(None),
        )
    )
    return None if found is None else await by_id(ledger, found["ticket_id"])


async def of_resident(
    ledger: Ledger,
    person_id: int,
    elder_ids: Collection[int] = (),
    *,
    is_open: bool | None = None,
    limit: int = 10,
    offset: int = 0,
) -> list[Row]:
    """Somebody's matters, those joined, and those of their elders that are not confidential; the newest first."""
    ticket, follower = schema.ticket, schema.follower
    of_elders = sa.and_(ticket.c.owner_id.in_(elder_ids), ticket.c.is_confidential.is_(False))
    # Three short look-ups and what they found: an OR would send SQLite through everything that is open.
    found = sa.union(
        sa.select(ticket.c.id).where(ticket.c.owner_id == person_id),
        sa.select(follower.c.ticket_id).where(follower.c.person_id == person_id),
        *((sa.select(ticket.c.id).where(of_elders),) if elder_ids else ()),
    )
    query = sa.select(ticket).where(ticket.c.id.in_(found))
    if is_open is not None:
        states = [str(state) for state in OPEN]
        query = query.where(ticket.c.state.in_(states) if is_open else ticket.c.state.not_in(states))
    if is_open:
        query = query.where(_is_next_of_its_series(states))
    return await ledger.all(query.order_by(ticket.c.created_at.desc()).limit(limit).offset(offset))


def _is_next_of_its_series(states: Collection[str]) -> sa.ColumnElement[bool]:
    """What recurs is one line of a list: the next of it that is open."""
    mine, other, earlier = schema.booking.alias(), schema.booking.alias(), schema.ticket.alias()
    return ~sa.exists().where(
        mine.c.id == schema.ticket.c.id,
        other.c.series_id == mine.c.series_id,
        other.c.nth < mine.c.nth,
        earlier.c.id == other.c.id,
        earlier.c.state.in_(states),
    )


_URGENT_FIRST = (schema.ticket.c.is_danger.desc(), schema.ticket.c.resolution_due_at, schema.ticket.c.id)
_HELD = (
    sa.select(schema.ticket.c.id)
    .where(schema.ticket.c.assignee_id == sa.bindparam("person"), any_of(schema.ticket.c.state, IN_HAND))
    .order_by(*_URGENT_FIRST)
    .limit(sa.bindparam("most"))
    .subquery()
)
_NEWEST_OFFERS = (
    sa.select(schema.offer.c.ticket_id)
    .where(schema.offer.c.person_id == sa.bindparam("person"), schema.offer.c.state == sa.literal_column("'open'"))
    .order_by(schema.offer.c.due_at.desc())
    .limit(sa.bindparam("most"))
)
_OFFERED = sa.select(schema.ticket.c.id).where(
    schema.ticket.c.id.in_(_NEWEST_OFFERS), any_of(schema.ticket.c.state, UNOWNED)
)
_OF_WORKER = once(
    sa.select(schema.ticket)
    .where(schema.ticket.c.id.in_(sa.union_all(sa.select(_HELD.c.id), _OFFERED)))
    .order_by(*_URGENT_FIRST)
    .limit(sa.bindparam("most"))
)


async def of_worker(ledger: Ledger, person_id: int, limit: int = 20) -> list[Row]:
    """What somebody was offered or has in hand, the most urgent first.

    Of offers that nobody ever took the oldest are left out: a danger is offered again and again, and is never old.
    """
    return await ledger.all(_OF_WORKER, person=person_id, most=limit)


_TICKET: sa.BindParameter[int] = sa.bindparam("ticket")
_HISTORY = once(sa.select(schema.history).where(schema.history.c.ticket_id == _TICKET).order_by(schema.history.c.id))
_ATTACHMENTS = once(
    sa.select(schema.attachment)
    .where(schema.attachment.c.ticket_id == _TICKET, schema.attachment.c.copy_state != "unwanted")
    .order_by(schema.attachment.c.id)
)
_CARD = once(
    sa.select(schema.card).where(schema.card.c.ticket_id == _TICKET, schema.card.c.person_id == sa.bindparam("person"))
)
_OPEN_OFFERS = once(sa.select(schema.offer).where(schema.offer.c.ticket_id == _TICKET, schema.offer.c.state == "open"))
_FOLLOWERS = once(sa.select(schema.follower).where(schema.follower.c.ticket_id == _TICKET))


async def history_of(ledger: Ledger, ticket_id: int) -> list[Row]:
    """Everything that happened to a ticket, in order."""
    return await ledger.all(_HISTORY, ticket=ticket_id)


async def attachments_of(ledger: Ledger, ticket_id: int) -> list[Row]:
    """The files of a ticket, in the order they came."""
    return await ledger.all(_ATTACHMENTS, ticket=ticket_id)


def position_of(ticket: Row) -> list[dict[str, Any]]:
    """The position that somebody sent with a ticket, as a file that can be passed on."""
    if ticket["latitude"] is None:
        return []
    return [{"media": "location", "latitude": ticket["latitude"], "longitude": ticket["longitude"]}]


async def card_of(ledger: Ledger, ticket_id: int, person_id: int) -> Row | None:
    """Where a person's card of a ticket stands."""
    return await ledger.one(_CARD, ticket=ticket_id, person=person_id)


def adopt_card(work: Work, ticket: Row, person: Row, message_id: int) -> None:
    """Let a message of somebody's private chat be their card of a ticket just made."""
    work.changes.insert(
        schema.card,
        id=work.new_id(),
        ticket_id=ticket["id"],
        person_id=person["id"],
        chat_id=person["telegram_id"],
        message_id=message_id,
        sent_at=work.now,
    )


async def open_offers(ledger: Ledger, ticket_id: int) -> list[Row]:
    """Who may still take a ticket."""
    return await ledger.all(_OPEN_OFFERS, ticket=ticket_id)


async def followers_of(ledger: Ledger, ticket_id: int) -> list[Row]:
    """Neighbours who joined a ticket."""
    return await ledger.all(_FOLLOWERS, ticket=ticket_id)


_family = schema.family_link
_named = sa.union_all(
    sa.select(sa.literal_column("'offered'").label("how"), schema.offer.c.person_id).where(
        schema.offer.c.ticket_id == _TICKET, schema.offer.c.state == sa.literal_column("'open'")
    ),
    sa.select(sa.literal_column("'follower'"), schema.follower.c.person_id).where(
        schema.follower.c.ticket_id == _TICKET
    ),
    sa.select(
        sa.case((_family.c.ended_at.is_(None), sa.literal_column("'relative'")), else_=sa.literal_column("'former'")),
        _family.c.relative_id,
    ).where(_family.c.person_id == sa.bindparam("owner"), _family.c.consented_at.is_not(None)),
).subquery()
_NAMED = once(sa.select(_named.c.how, _named.c.person_id))
"""Everybody who stands in some relation to a ticket: asked at every press and for every card, hence in one journey."""


async def facts(ledger: Ledger, ticket: Row, *, asker: Row | None = None) -> TicketFacts:
    """What the rights function looks at, read now. `asker` counts as a neighbour when they live close by.

    A relative who wrote something down for an elder is nobody to it any more once the elder has ended the link.
    """
    named: dict[str, set[int]] = {how: set() for how in ("offered", "follower", "relative", "former")}
    for row in await ledger.all(_NAMED, ticket=ticket["id"], owner=ticket["owner_id"]):
        named[row["how"]].add(row["person_id"])
    is_near = asker is not None and lives_near(ledger, ticket["place_id"], asker["home_id"])
    return TicketFacts(
        id=ticket["id"],
        kind=ticket["kind"],
        state=State(ticket["state"]),
        owner_id=ticket["owner_id"],
        filed_by_id=None if ticket["filed_by_id"] in named["former"] else ticket["filed_by_id"],
        assignee_id=ticket["assignee_id"],
        offered_to=frozenset(named["offered"]),
        follower_ids=frozenset(named["follower"]),
        relative_ids=frozenset(named["relative"]),
        scope=ledger.directory.scope(ticket["place_id"]) or _anywhere(ledger),
        is_confidential=bool(ticket["is_confidential"]),
        is_danger=bool(ticket["is_danger"]),
        is_anonymous=bool(ticket["is_anonymous"]),
        is_overdue=ticket["overdue_at"] is not None,
        is_booking=_is_booking(ledger, ticket),
        has_slot=ticket["booked_until"] is not None,
        is_unapproved=is_unapproved(ticket),
        is_order=helped.is_order(ledger, ticket),
        helper_ids=await helped.helper_ids(ledger, ticket),
        has_objected=ticket["objected_at"] is not None,
        neighbour_ids=frozenset({asker["id"]} if asker is not None and is_near else ()),
    )


NEEDS_APPROVAL = "needs_approval"
"""Why the duty secretaries were asked: the service wants their word before it is booked."""


def is_unapproved(ticket: Row) -> bool:
    """Whether it waits for the word of the duty secretaries, who approve it and do not carry it out."""
    return ticket["state"] in UNOWNED and (ticket["route"] or {}).get("reason") == NEEDS_APPROVAL


def _is_booking(ledger: Ledger, ticket: Row) -> bool:
    kind = ledger.directory.kinds.get(ticket["kind"])
    return kind is not None and kind.flow == "booking"


_NEAR_LEVELS = {"unit", "building", "estate", "village"}


def lives_near(ledger: Ledger, place_id: int | None, home_id: int | None) -> bool:
    """Whether a home stands in the same building or estate as a place."""
    here = {place.id for place in ledger.directory.ancestors(place_id) if place.level in _NEAR_LEVELS}
    return any(place.id in here for place in ledger.directory.ancestors(home_id))


def _anywhere(ledger: Ledger) -> frozenset[int]:
    """A ticket without a place belongs to the only community there is."""
    community = ledger.directory.community_of(None)
    return ledger.directory.scope(community.id) if community else frozenset()


async def allowed(work: Work, action: Action, ticket: Row) -> bool:
    """Whether the one who asks may do this to that ticket, by what the database says now."""
    if work.person is None:
        return False
    actor = people.as_actor(work.person["id"], work.grants)
    return may(actor, action, await facts(work.ledger, ticket, asker=work.person))


# A card that is just being sent shows what was known when it was drawn: it is renewed after it, like those that stand.
_seen = sa.union(
    sa.select(schema.card.c.person_id).where(schema.card.c.ticket_id == sa.bindparam("ticket")),
    sa.select(schema.outbox.c.person_id).where(
        schema.outbox.c.ticket_id == sa.bindparam("ticket"),
        schema.outbox.c.state.in_([sa.literal_column(f"'{state}'") for state in ("queued", "held", "sending")]),
        schema.outbox.c.method == sa.literal_column("'card'"),
    ),
).subquery()
_have_a_card = once(sa.select(_seen.c.person_id))


async def show(
    work: Work, ticket: Row, *, also: Collection[int] = (), fresh: Collection[int] = (), but: Collection[int] = ()
) -> None:
    """Renew every card of a ticket; `fresh` people get a new message, `also` those whose card is not committed yet.

    Not those of `but`, who are told in a message of its own.
    """
    known = await work.ledger.all(_have_a_card, ticket=ticket["id"])
    ids = ({row["person_id"] for row in known} | set(also) | set(fresh)) - set(but)
    for person in (await people.at_hand(work, ids)).values():
        work.card(ticket["id"], person, is_fresh=person["id"] in fresh)
    await group_cards.show(work, ticket)
