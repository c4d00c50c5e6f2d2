"""积分超市: points are exchanged for what is there, fetched at the hall with a code, or given back.

A reward's row is guarded by its version, and so is the account: the last one goes to one person, and nobody has it who
cannot pay. What is not fetched in time comes back by itself (`storage.expiring`); what somebody owes for points that
were taken back is settled first out of what comes back.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from . import bookkeeping, people, reach, schema
from .ledger import Ledger, Row
from .plain import once
from .rules.catalogue import Provider, ProviderKind
from .rules.errors import NotYours, Stale
from .rules.place_rights import PointsAction, codes_for, may_at, roles_for
from .rules.points import FETCH_SOON, FETCH_WITHIN, Reason, check_exchange
from .work import Work

HANDERS = codes_for(PointsAction.HAND_OUT)
"""The roles of whoever stands at the counter."""
LETTER = "Q"
DIGITS = 6
"""A code is read aloud at the counter: a letter that says what it is for, and digits."""


class State(StrEnum):
    """What became of an exchange."""

    OPEN = "open"
    FETCHED = "fetched"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


_reward, _redemption = schema.reward, schema.redemption
_IS_OPEN = _redemption.c.state == sa.literal_column("'open'")
_OFFERED = once(sa.select(_reward).where(_reward.c.retired_at.is_(sa.null())).order_by(_reward.c.position))
_WITH_REWARD = sa.select(
    _redemption, _reward.c.name, _reward.c.name_en, _reward.c.emoji, _reward.c.price, _reward.c.code.label("reward")
).join(_reward, _reward.c.id == _redemption.c.reward_id)
_BY_ID = once(_WITH_REWARD.where(_redemption.c.id == sa.bindparam("id")))
_BY_CODE = once(_WITH_REWARD.where(_redemption.c.code == sa.bindparam("code")))
_OF_PERSON = once(
    _WITH_REWARD.where(_redemption.c.person_id == sa.bindparam("person"), _IS_OPEN).order_by(_redemption.c.id)
)
_WAITING = once(
    _WITH_REWARD.add_columns(schema.person.c.home_id)
    .join(schema.person, schema.person.c.id == _redemption.c.person_id)
    .where(_IS_OPEN)
    .order_by(_redemption.c.until_at, _redemption.c.id)
)
_DUE = once(
    _WITH_REWARD.where(_IS_OPEN, _redemption.c.until_at <= sa.bindparam("now", type_=schema.UtcTime))
    .order_by(_redemption.c.until_at)
    .limit(sa.bindparam("most"))
)


_TO_REMIND = once(
    _WITH_REWARD.where(
        _IS_OPEN,
        _redemption.c.until_at <= sa.bindparam("until", type_=schema.UtcTime),
        _redemption.c.told_at.is_(sa.null()),
    )
    .order_by(_redemption.c.until_at)
    .limit(sa.bindparam("most"))
)


# --- reading -------------------------------------------------------------------------------------------------


async def offered(ledger: Ledger) -> Sequence[Row]:
    """Everything in 积分超市 with its stock, in the order of the sheet."""
    return await ledger.all(_OFFERED)


async def by_id(ledger: Ledger, redemption_id: int | None) -> Row | None:
    """One exchange, with what it is for."""
    return None if redemption_id is None else await ledger.one(_BY_ID, id=redemption_id)


async def by_code(ledger: Ledger, text: str) -> Row | None:
    """The exchange that waits for a code as people type it, with or without the letter, blanks and dashes."""
    digits = "".join(one for one in text if one.isdigit())
    return await ledger.one(_BY_CODE, code=LETTER + digits) if len(digits) == DIGITS else None


def is_code(text: str) -> bool:
    """Whether somebody typed a code, letter included: nothing else looks like it."""
    bare = "".join(one for one in text.upper() if one not in " -–—·")
    return len(bare) == DIGITS + 1 and bare[0] == LETTER and bare[1:].isdecimal() and bare.isascii()


async def waiting_for(ledger: Ledger, person_id: int) -> Sequence[Row]:
    """What somebody still has to fetch."""
    return await ledger.all(_OF_PERSON, person=person_id)


def may_hand_out(work: Work) -> bool:
    """Whether the one who asks stands at a counter anywhere."""
    return reach.holds(work, roles_for(PointsAction.HAND_OUT))


async def to_hand_out(work: Work) -> list[Row]:
    """What waits at the halls within the reach of the one who asks, what has to be fetched first at the top."""
    if not may_hand_out(work):
        return []
    return [row for row in await work.ledger.all(_WAITING) if _may(work, PointsAction.HAND_OUT, row["home_id"])]


async def due(ledger: Ledger, now: datetime, most: int) -> Sequence[Row]:
    """What was not fetched in time."""
    return await ledger.all(_DUE, now=now, most=most)


async def to_remind(ledger: Ledger, now: datetime, most: int) -> Sequence[Row]:
    """What goes back soon, and whose owner was not reminded yet."""
    return await ledger.all(_TO_REMIND, until=now + FETCH_SOON, most=most)


def hall_of(work: Work, home_id: int | None) -> Provider | None:
    """The hall of somebody's community, where rewards are fetched."""
    community = work.directory.community_of(home_id)
    halls = [one for one in work.directory.catalogue.providers.values() if one.kind is ProviderKind.HALL]
    here = work.directory.below(community.id) if community is not None else frozenset()
    return next((one for one in halls if one.place_id is None or one.place_id in here), None)


# --- exchanging ----------------------------------------------------------------------------------------------


async def redeem(work: Work, reward_id: int | None) -> dict[str, Any]:
    """Exchange points for a reward, which is kept at the hall. Raises Stale, OutOfStock, TooFewPoints, NotYours."""
    if work.person is None:
        raise NotYours
    me = work.person["id"]
    reward = await work.ledger.get(_reward, reward_id)
    if reward is None or reward["retired_at"] is not None:
        raise Stale
    held = await bookkeeping.account(work, me)
    check_exchange(reward["price"], held["balance"] if held is not None else 0, reward["stock"])
    work.changes.update(_reward, reward, stock=reward["stock"] - 1)
    taken = await bookkeeping.take(work, me, reward["price"])
    redemption_id = work.new_id()
    key = f"redeemed:{redemption_id}"
    transfer_id = await bookkeeping.post(work, Reason.REDEEMED, me, -reward["price"], key, taken=taken)
    values = {
        "id": redemption_id,
        "person_id": me,
        "reward_id": reward["id"],
        "transfer_id": transfer_id,
        "code": LETTER + f"{secrets.randbelow(10**DIGITS):0{DIGITS}}",
        "state": str(State.OPEN),
        "created_at": work.now,
        "until_at": bookkeeping.midnight(work) + FETCH_WITHIN,
    }
    work.changes.insert(_redemption, **values)
    return {**values, **{name: reward[name] for name in ("name", "name_en", "emoji", "price")}}


async def cancel(work: Work, redemption: Row) -> None:
    """不换了, by whoever exchanged it, or by the hall where it cannot be handed out. Raises Stale, NotYours."""
    _must_be_open(redemption)
    person = await work.ledger.get(schema.person, redemption["person_id"])
    if not _is_mine(work, redemption) and not _may(work, PointsAction.HAND_OUT, person["home_id"] if person else None):
        raise NotYours
    await give_back(work, redemption, State.CANCELLED)


async def hand_out(work: Work, redemption: Row) -> None:
    """已取走: nobody hands anything out to themselves. Raises Stale, NotYours."""
    await check_hand_out(work, redemption)
    assert work.person is not None  # noqa: S101 - checked
    _end(work, redemption, State.FETCHED, handed_by=work.person["id"])


async def check_hand_out(work: Work, redemption: Row) -> None:
    """Raise Stale or NotYours unless the one who asks may hand it out now."""
    _must_be_open(redemption)
    found = await people.by_ids(work.ledger, [redemption["person_id"]])
    home_id = found[redemption["person_id"]]["home_id"] if redemption["person_id"] in found else None
    if _is_mine(work, redemption) or not _may(work, PointsAction.HAND_OUT, home_id):
        raise NotYours


async def give_back(work: Work, redemption: Row, state: State) -> None:
    """Points and stock come back; what is owed is settled out of them."""
    transfer = await work.ledger.get(schema.transfer, redemption["transfer_id"])
    reward = await work.ledger.get(_reward, redemption["reward_id"])
    if transfer is None or reward is None:
        raise Stale
    person_id = redemption["person_id"]
    amount = -(await bookkeeping.amounts(work, [transfer["id"]])).get(transfer["id"], 0)
    _end(work, redemption, state)
    _restock(work, reward)
    await bookkeeping.put_back(work, transfer["taken"] or [])
    key = f"given_back:{redemption['id']}"
    await bookkeeping.post(work, Reason.GIVEN_BACK, person_id, amount, key, reverses_id=transfer["id"])
    await _settle(work, person_id, amount, redemption["id"])


def _restock(work: Work, reward: Row) -> None:
    _, changed = work.changes.updates.get((_reward.name, reward["id"]), (None, {}))
    now_there = {**reward, **changed}["stock"]
    work.changes.update(_reward, reward, stock=now_there + 1)


async def _settle(work: Work, person_id: int, amount: int, redemption_id: int) -> None:
    for row in await bookkeeping.owed(work, person_id):
        part = min(row["owed"], amount)
        if part <= 0:
            return
        work.changes.update(schema.transfer, row, owed=row["owed"] - part)
        taken = await bookkeeping.take(work, person_id, part)
        key = f"settled:{redemption_id}:{row['id']}"
        values = {"rule": row["rule"], "ticket_id": row["ticket_id"], "taken": taken}
        await bookkeeping.post(work, Reason.REVERSED, person_id, -part, key, **values)
        amount -= part


async def let_go(work: Work, person_id: int) -> None:
    """Somebody leaves: what they have not fetched goes back on the shelf."""
    for row in await waiting_for(work.ledger, person_id):
        await give_back(work, row, State.CANCELLED)


def _end(work: Work, redemption: Row, state: State, **values: Any) -> None:
    """The code may be given again: nobody remembers one for good."""
    work.changes.update(_redemption, redemption, state=str(state), ended_at=work.now, code=None, **values)


def _must_be_open(redemption: Row) -> None:
    if redemption["state"] != State.OPEN:
        raise Stale


def _is_mine(work: Work, redemption: Row) -> bool:
    return work.person is not None and work.person["id"] == redemption["person_id"]


def _may(work: Work, action: PointsAction, home_id: int | None) -> bool:
    """Who has no home yet can go to every counter."""
    if work.person is None:
        return False
    community = work.directory.community_of(home_id)
    scope = work.directory.scope(community.id) if community is not None else frozenset(work.directory.places)
    return may_at(people.as_actor(work.person["id"], work.grants), action, scope)
