"""Who gets a notice, and what became of each: rows of the database, thousands at a time.

The list is made by the database itself, a slice a statement. Then slice by slice the recipients are queued: each gets
a row of the outbox, and what becomes of that row is written to the recipient in the same commit (see `outbox.mark`).
None of it needs a query a person.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from . import schema
from .changes import ChangeSet
from .ids import new_ids
from .ledger import Ledger, Row
from .rules.notices import Audience, NoticeKind
from .rules.rights import Role

WAITING, QUEUED, SENT = "waiting", "queued", "sent"
UNREACHABLE, SUPPRESSED, UNKNOWN = "unreachable", "suppressed", "unknown"

_recipient, _person, _place, _grant = schema.notice_recipient, schema.person, schema.place, schema.role_grant
_outbox = schema.outbox
_NOTICE: sa.BindParameter[int] = sa.bindparam("notice", type_=sa.BigInteger)


def _is(state: str) -> sa.ColumnElement[bool]:
    """A literal, not a parameter: a parameter would not find the partial index."""
    return _recipient.c.state == sa.literal_column(f"'{state}'")


# --- who it is for -------------------------------------------------------------------------------------------


def _inside() -> sa.Select[Any]:
    """The place and everything in it, with what a grid covers."""
    top = sa.select(sa.bindparam("place", type_=sa.BigInteger).label("id")).cte("inside", recursive=True)
    is_inside = sa.or_(_place.c.parent_id == top.c.id, _place.c.grid_id == top.c.id)
    below = sa.select(_place.c.id).join_from(_place, top, is_inside).where(_place.c.retired_at.is_(None))
    everything = top.union(below)
    return sa.select(everything.c.id)


def _holders(roles: sa.ColumnElement[bool], inside: sa.Select[Any] | None) -> sa.Select[Any]:
    here = [_grant.c.place_id.in_(inside)] if inside is not None else []
    return sa.select(_grant.c.person_id).where(_grant.c.revoked_at.is_(None), roles, *here)


def _addressed(audience: str) -> sa.ColumnElement[bool]:
    """As `rules.notices.is_addressed` says it, for the database."""
    inside = _inside()
    lives_here = _person.c.home_id.in_(inside)
    works = _grant.c.role.not_in([str(Role.RESIDENT), str(Role.FAMILY)])
    volunteers = _grant.c.role == str(Role.VOLUNTEER)
    match audience:
        case Audience.RESIDENTS:
            return lives_here
        case Audience.STAFF:
            return _person.c.id.in_(_holders(works & ~volunteers, inside))
        case Audience.VOLUNTEERS:
            neighbours = lives_here & _person.c.id.in_(_holders(volunteers, None))
            return neighbours | _person.c.id.in_(_holders(volunteers, inside))
        case _:
            return lives_here | _person.c.id.in_(_holders(works, inside))


def _wanted(audience: str, kind: str) -> sa.ColumnElement[bool]:
    is_willing = _person.c.activities_off_at.is_(None) if kind == NoticeKind.ACTIVITY else sa.true()
    return _addressed(audience) & _person.c.retired_at.is_(None) & is_willing


_REACHABLE = _person.c.telegram_id.is_not(None) & _person.c.unreachable_at.is_(None)
_PAIRS = [(audience, kind) for audience in Audience for kind in NoticeKind]


def _counting(audience: str, kind: str) -> sa.Select[Any]:
    reachable = sa.func.count(sa.case((_REACHABLE, 1))).label("reachable")
    columns: list[sa.ColumnElement[Any]] = [sa.func.count().label("people"), reachable]
    return sa.select(*columns).where(_wanted(audience, kind))


_COUNTS = {pair: _counting(*pair) for pair in _PAIRS}


async def count(ledger: Ledger, place_id: int, audience: str, kind: str) -> tuple[int, int]:
    """How many people a notice would be for, and how many of them can be reached in chat."""
    row = await ledger.one(_COUNTS[Audience(audience), NoticeKind(kind)], place=place_id)
    return (int(row["people"]), int(row["reachable"])) if row else (0, 0)


# --- the list ------------------------------------------------------------------------------------------------


def _slice(audience: str, kind: str) -> sa.Select[Any]:
    after = _person.c.id > sa.bindparam("after", type_=sa.BigInteger)
    wanted = sa.select(_person.c.id).where(after, _wanted(audience, kind)).order_by(_person.c.id)
    last = wanted.limit(sa.bindparam("most", type_=sa.Integer)).subquery()
    columns: list[sa.ColumnElement[Any]] = [sa.func.count().label("people"), sa.func.max(last.c.id).label("last")]
    return sa.select(*columns).select_from(last)


def _listing(audience: str, kind: str) -> sa.Insert:
    after = _person.c.id > sa.bindparam("after", type_=sa.BigInteger)
    upto = _person.c.id <= sa.bindparam("upto", type_=sa.BigInteger)
    number = sa.func.row_number().over(order_by=_person.c.id)
    state = sa.case((_REACHABLE, WAITING), else_=UNREACHABLE)
    rows = sa.select(
        sa.bindparam("first", type_=sa.BigInteger) + number - 1, _NOTICE, _person.c.id, state, sa.literal(1)
    ).where(after, upto, _wanted(audience, kind))
    return sa.insert(_recipient).from_select(["id", "notice_id", "person_id", "state", "version"], rows)


_SLICES = {pair: _slice(*pair) for pair in _PAIRS}
_LISTINGS = {pair: _listing(*pair) for pair in _PAIRS}


async def put_on_list(ledger: Ledger, changes: ChangeSet, notice: Row, now: datetime, most: int) -> dict[str, Any]:
    """Put the next `most` people on a notice's list; gives back what the notice says of it from then on."""
    pair = Audience(notice["audience"]), NoticeKind(notice["kind"])
    bounds = {"place": notice["place_id"], "after": notice["listed_to"]}
    found = await ledger.one(_SLICES[pair], most=most, **bounds)
    if found is None or not found["people"]:
        return {"is_listed": True}
    first = new_ids(now, found["people"])
    changes.run(_LISTINGS[pair], notice=notice["id"], first=first, upto=found["last"], **bounds)
    return {"listed_to": found["last"], "is_listed": found["people"] < most}


# --- out they go ---------------------------------------------------------------------------------------------

_NEXT = (
    sa.select(_recipient.c.id, _recipient.c.person_id, _person.c.telegram_id, _REACHABLE.label("is_reachable"))
    .join(_person, _person.c.id == _recipient.c.person_id)
    .where(_recipient.c.notice_id == _NOTICE, _is(WAITING))
    .order_by(_recipient.c.id)
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_IN_QUEUE = sa.select(sa.func.count().label("n")).where(_is(QUEUED))
_OWN_IN_QUEUE = _IN_QUEUE.where(_recipient.c.notice_id == _NOTICE)
_PUT = (
    sa.update(_recipient)
    .where(_recipient.c.id == sa.bindparam("recipient"), _is(WAITING))
    .values(
        state=sa.bindparam("now_is", type_=sa.Text),
        outbox_id=sa.bindparam("said_in", type_=sa.BigInteger),
        version=_recipient.c.version + 1,
    )
)
_COME_BACK = (
    sa.update(_recipient)
    .where(_recipient.c.id == sa.bindparam("recipient"), _is(QUEUED))
    .values(
        state=sa.bindparam("now_is", type_=sa.Text),
        sent_at=sa.func.coalesce(_recipient.c.sent_at, sa.bindparam("at", type_=schema.UtcTime)),
        version=_recipient.c.version + 1,
    )
)


async def next_of(ledger: Ledger, notice_id: int, most: int) -> list[Row]:
    """Who of a notice's list has still to be spoken to, in the order of the list."""
    return await ledger.all(_NEXT, notice=notice_id, most=most)


async def count_queued(ledger: Ledger, notice_id: int | None = None) -> int:
    """How many recipients are in the outbox now: of one notice, or of all."""
    params = {} if notice_id is None else {"notice": notice_id}
    row = await ledger.one(_IN_QUEUE if notice_id is None else _OWN_IN_QUEUE, **params)
    return int(row["n"]) if row else 0


def put(changes: ChangeSet, row: Row, state: str, outbox_id: int | None = None) -> None:
    """Note that somebody was queued, or cannot be reached any more."""
    changes.run(_PUT, recipient=row["id"], now_is=state, said_in=outbox_id)


def come_back(changes: ChangeSet, recipient_id: int, state: str, sent_at: datetime | None) -> None:
    """Note what became of somebody who was queued, in the change set that marks their row of the outbox."""
    changes.run(_COME_BACK, recipient=recipient_id, now_is=state, at=sent_at)


# --- calling back, saying again, reading ---------------------------------------------------------------------

_own = sa.select(_recipient.c.outbox_id).where(_recipient.c.notice_id == _NOTICE, _is(QUEUED))
_RECALL_WORDS = sa.delete(_outbox).where(_outbox.c.state.in_(["queued", "held"]), _outbox.c.id.in_(_own))
_RECALL = (
    sa.update(_recipient)
    .where(
        _recipient.c.notice_id == _NOTICE,
        _is(QUEUED),
        ~sa.exists().where(_outbox.c.id == _recipient.c.outbox_id),
    )
    .values(state=WAITING, outbox_id=None, version=_recipient.c.version + 1)
)
_AGAIN = (
    sa.update(_recipient)
    .where(_recipient.c.notice_id == _NOTICE, _recipient.c.read_at.is_(None), _recipient.c.state.in_([SENT, UNKNOWN]))
    .values(state=WAITING, outbox_id=None, version=_recipient.c.version + 1)
)


def recall(changes: ChangeSet, notice_id: int) -> None:
    """Take back what is queued and not sent; those people wait again. What is being sent goes its way."""
    changes.run(_RECALL_WORDS, notice=notice_id)
    changes.run(_RECALL, notice=notice_id)


def say_again(changes: ChangeSet, notice_id: int) -> None:
    """Let those wait again who have not pressed 收到."""
    changes.run(_AGAIN, notice=notice_id)


async def of_person(ledger: Ledger, notice_id: int, person_id: int) -> Row | None:
    """Somebody's row of a notice."""
    query = sa.select(_recipient).where(_recipient.c.notice_id == notice_id, _recipient.c.person_id == person_id)
    return await ledger.one(query)


# --- counts --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Counts:
    """How far a notice has come. `sent` has arrived, `waiting` is still to be said or said again."""

    total: int = 0
    sent: int = 0
    waiting: int = 0
    unreachable: int = 0
    suppressed: int = 0
    unknown: int = 0
    read: int = 0
    unread: int = 0  # it has arrived, and they have not pressed 收到


_TALLY = [
    _recipient.c.state,
    sa.func.count().label("people"),
    sa.func.count(_recipient.c.sent_at).label("sent"),
    sa.func.count(_recipient.c.read_at).label("read"),
    sa.func.count(sa.case((_recipient.c.sent_at.is_not(None) & _recipient.c.read_at.is_(None), 1))).label("unread"),
]
_BY_STATE = sa.select(*_TALLY).where(_recipient.c.notice_id == _NOTICE).group_by(_recipient.c.state)
_BY_HOME = (
    sa.select(_person.c.home_id, *_TALLY)
    .join(_person, _person.c.id == _recipient.c.person_id)
    .where(_recipient.c.notice_id == _NOTICE)
    .group_by(_person.c.home_id, _recipient.c.state)
)


async def counts(ledger: Ledger, notice_id: int) -> Counts:
    """How far a notice has come."""
    return tally(await ledger.all(_BY_STATE, notice=notice_id))


async def by_home(ledger: Ledger, notice_id: int) -> list[Row]:
    """The same for each home (null for those who have none), to be added up with `tally`."""
    return await ledger.all(_BY_HOME, notice=notice_id)


def tally(rows: Sequence[Row]) -> Counts:
    """Add up counted rows."""

    def people(*states: str) -> int:
        return sum(row["people"] for row in rows if row["state"] in states)

    return Counts(
        total=people(*{row["state"] for row in rows}),
        sent=sum(row["sent"] for row in rows),
        waiting=people(WAITING, QUEUED),
        unreachable=people(UNREACHABLE),
        suppressed=people(SUPPRESSED),
        unknown=people(UNKNOWN),
        read=sum(row["read"] for row in rows),
        unread=sum(row["unread"] for row in rows),
    )


async def unread(ledger: Ledger, notice_id: int, homes: Collection[int], most: int) -> list[Row]:
    """Who of these homes has not read a notice, or could not be reached: somebody may have to visit them."""
    query = (
        sa.select(_person.c.name, _person.c.home_id, _person.c.room, _recipient.c.state)
        .join(_person, _person.c.id == _recipient.c.person_id)
        .where(
            _recipient.c.notice_id == notice_id,
            _recipient.c.read_at.is_(None),
            _recipient.c.state != SUPPRESSED,
            _person.c.home_id.in_(homes),
        )
        .order_by(_person.c.home_id, _person.c.room, _person.c.id)
        .limit(most)
    )
    return await ledger.all(query)
