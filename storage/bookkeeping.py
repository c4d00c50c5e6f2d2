"""The ledger of points: accounts, transfers whose postings add up to nothing, and the lots that are left.

Everybody who earned points has an account; the community has three of its own. A person's account is guarded by its
version, and with it their lots, so that nobody spends what they do not have, whatever happens at the same time. The
community's accounts are only added to, in a statement of its own: everybody's transfers touch them, and none waits.
Rows are read as this very change set leaves them, because one decision may post several times.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from . import schema
from .ledger import Ledger, Row
from .plain import once
from .rules.errors import TooFewPoints
from .rules.points import AGAINST, Account, Lot, Reason, spend
from .work import Work

_account, _transfer, _posting = schema.account, schema.transfer, schema.posting
_PERSON: sa.BindParameter[int] = sa.bindparam("person")
_ACCOUNT = once(sa.select(_account).where(_account.c.person_id == _PERSON))
_OWN = once(sa.select(_account).where(_account.c.person_id.is_(sa.null()), _account.c.kind == sa.bindparam("kind")))
_LOTS = once(sa.select(_transfer).where(_transfer.c.person_id == _PERSON, _transfer.c.unspent > sa.literal_column("0")))
_OWED = once(sa.select(_transfer).where(_transfer.c.person_id == _PERSON, _transfer.c.owed > sa.literal_column("0")))
_OF_TICKET = once(sa.select(_transfer).where(_transfer.c.ticket_id == sa.bindparam("ticket")))
_IDS: sa.BindParameter[list[int]] = sa.bindparam("ids", expanding=True)
_REVERSING = once(sa.select(_transfer).where(_transfer.c.reverses_id.in_(_IDS)).order_by(_transfer.c.id))
_AMOUNTS_OF = once(
    sa.select(_posting.c.transfer_id.label("id"), _posting.c.amount)
    .select_from(_posting)
    .join(_account, _account.c.id == _posting.c.account_id)
    .where(_posting.c.transfer_id.in_(_IDS), _account.c.kind == sa.literal_column(f"'{Account.PERSON}'"))
)
_OWN_ACCOUNT = sa.select(_account.c.id).where(_account.c.person_id == _PERSON).scalar_subquery()
_BROUGHT = sa.select(_posting.c.amount).where(
    _posting.c.transfer_id == _transfer.c.id, _posting.c.account_id == _OWN_ACCOUNT
)
_TODAY = once(
    sa.select(_transfer.c.rule, _BROUGHT.correlate(_transfer).scalar_subquery().label("amount")).where(
        _transfer.c.person_id == _PERSON,
        _transfer.c.at >= sa.bindparam("since", type_=schema.UtcTime),
        _transfer.c.reason == sa.literal_column("'earned'"),
    )
)
_ADD = (
    sa.update(_account)
    .where(_account.c.id == sa.bindparam("of"))
    .values(balance=_account.c.balance + sa.bindparam("points"), version=_account.c.version + 1)
)


def midnight(work: Work, day: date | None = None) -> datetime:
    """When a local day begins; without one, today."""
    local = work.directory.calendar.to_local(work.now)
    return datetime.combine(day or local.date(), time(), local.tzinfo)


def after(work: Work, day: date | None) -> datetime | None:
    """When a local day is over."""
    return None if day is None else midnight(work, day + timedelta(days=1))


# --- reading -------------------------------------------------------------------------------------------------


async def account_of(ledger: Ledger, person_id: int) -> Row | None:
    """Somebody's account; None for who has never had points."""
    return await ledger.one(_ACCOUNT, person=person_id)


async def account(work: Work, person_id: int) -> dict[str, Any] | None:
    """The same as this change set leaves it."""
    return _one(work, _account, await account_of(work.ledger, person_id), person_id=person_id)


async def lots(work: Work, person_id: int) -> list[dict[str, Any]]:
    """What is left of what somebody earned."""
    rows = await work.ledger.all(_LOTS, person=person_id)
    known = {row["id"] for row in rows}
    touched = [one for name, one in work.changes.updates if name == _transfer.name and one not in known]
    refilled = [await work.ledger.get(_transfer, one) for one in touched]  # those that were empty until now
    more = [row for row in refilled if row is not None and row["person_id"] == person_id]
    return [one for one in _all(work, _transfer, [*rows, *more], person_id=person_id) if one["unspent"]]


async def owed(work: Work, person_id: int) -> list[dict[str, Any]]:
    """What was taken back from somebody who had spent it already."""
    found = _all(work, _transfer, await work.ledger.all(_OWED, person=person_id), person_id=person_id)
    return [one for one in found if one["owed"]]


async def of_ticket(work: Work, ticket_id: int) -> list[dict[str, Any]]:
    """Every transfer for a matter."""
    return _all(work, _transfer, await work.ledger.all(_OF_TICKET, ticket=ticket_id), ticket_id=ticket_id)


async def reversing(work: Work, ids: Sequence[int]) -> list[dict[str, Any]]:
    """What took lots back, or let them expire."""
    rows = await work.ledger.all(_REVERSING, ids=list(ids)) if ids else []
    made = [values for table, values in work.changes.inserts if table is _transfer and values["reverses_id"] in ids]
    return [*map(dict, rows), *made]


async def amounts(work: Work, ids: Sequence[int]) -> dict[int, int]:
    """What transfers brought the person they are about, or cost them."""
    rows = await work.ledger.all(_AMOUNTS_OF, ids=list(ids)) if ids else []
    return {row["id"]: row["amount"] for row in rows} | {
        one: amount for one, amount in _made_amounts(work).items() if one in ids
    }


async def earned_today(work: Work, person_id: int) -> Mapping[str, int]:
    """How many points each rule has brought somebody today."""
    found: dict[str, int] = {}
    for row in await work.ledger.all(_TODAY, person=person_id, since=midnight(work)):
        found[row["rule"]] = found.get(row["rule"], 0) + (row["amount"] or 0)
    amounts_here = _made_amounts(work)
    for table, values in work.changes.inserts:
        if table is _transfer and values["person_id"] == person_id and values["reason"] == Reason.EARNED:
            found[values["rule"]] = found.get(values["rule"], 0) + amounts_here.get(values["id"], 0)
    return found


def _made_amounts(work: Work) -> dict[int, int]:
    """Of every transfer the posting of the person comes first."""
    found: dict[int, int] = {}
    for table, values in work.changes.inserts:
        if table is _posting:
            found.setdefault(values["transfer_id"], values["amount"])
    return found


def _one(work: Work, table: sa.Table, row: Row | None, **where: Any) -> dict[str, Any] | None:
    return next(iter(_all(work, table, [] if row is None else [row], **where)), None)


def _all(work: Work, table: sa.Table, rows: Sequence[Row], **where: Any) -> list[dict[str, Any]]:
    """Rows with what this change set does to them, and those that it makes."""
    found = [{**row, **work.changes.updates.get((table.name, row["id"]), (None, {}))[1]} for row in rows]
    empty: dict[str, Any] = {column.name: None for column in table.c} | {"version": 1}
    made = [values for of, values in work.changes.inserts if of is table]
    return [*found, *({**empty, **one} for one in made if all(one.get(name) == value for name, value in where.items()))]


# --- writing -------------------------------------------------------------------------------------------------


async def take(work: Work, person_id: int, amount: int, *, first: int | None = None) -> list[list[int]]:
    """Take so many points out of somebody's lots, the lot `first` before all others; gives back out of which.

    Raises TooFewPoints.
    """
    rows = {row["id"]: row for row in await lots(work, person_id)}
    parts = spend([Lot(row["id"], row["unspent"], row["expires_at"]) for row in rows.values()], amount, first=first)
    for lot_id, part in parts:
        work.changes.update(_transfer, rows[lot_id], unspent=rows[lot_id]["unspent"] - part)
    return [list(one) for one in parts]


async def put_back(work: Work, taken: Sequence[Sequence[int]]) -> None:
    """Put points back into the lots out of which they were taken."""
    for lot_id, part in taken:
        row = _one(work, _transfer, await work.ledger.get(_transfer, lot_id), id=lot_id)
        if row is not None:
            work.changes.update(_transfer, row, unspent=row["unspent"] + part)


async def post(work: Work, reason: Reason, person_id: int, amount: int, key: str, **values: Any) -> int:
    """Move points between somebody and the community: `amount` is what the person gets, or loses.

    What nothing is moved for (all of it was spent before) is a transfer without postings. `key` lets nothing happen
    twice. Gives back the transfer's id. Raises TooFewPoints where the balance would fall below nothing.
    """
    transfer_id = work.new_id()
    row = {"rule": None, "ticket_id": None, "reverses_id": None, "taken": None, "expires_at": None} | values
    numbers = {"unspent": row.pop("unspent", 0), "owed": row.pop("owed", 0)}
    work.changes.insert(
        _transfer,
        id=transfer_id,
        reason=str(reason),
        person_id=person_id,
        unique_key=key,
        at=work.now,
        **numbers,
        **row,
    )
    if amount:
        _post(work, transfer_id, await _add(work, person_id, amount), amount)
        _post(work, transfer_id, await _balance_by(work, AGAINST[reason], -amount), -amount)
    return transfer_id


def _post(work: Work, transfer_id: int, account_id: int, amount: int) -> None:
    values = {"transfer_id": transfer_id, "account_id": account_id, "amount": amount}
    work.changes.insert(_posting, id=work.new_id(), **values)


async def _add(work: Work, person_id: int, amount: int) -> int:
    held = await account(work, person_id) or _open(work, Account.PERSON, person_id)
    balance = held["balance"] + amount
    if balance < 0:
        raise TooFewPoints
    work.changes.update(_account, held, balance=balance)
    return int(held["id"])


async def _balance_by(work: Work, kind: Account, amount: int) -> int:
    row = await work.ledger.one(_OWN, kind=str(kind))
    held = _one(work, _account, row, kind=str(kind)) or _open(work, kind, None)
    work.changes.run(_ADD, of=held["id"], points=amount)
    return int(held["id"])


def _open(work: Work, kind: Account, person_id: int | None) -> dict[str, Any]:
    values = {"id": work.new_id(), "kind": str(kind), "person_id": person_id, "balance": 0, "ranking": None}
    work.changes.insert(_account, **values)
    return values | {"version": 1}


async def choose_ranking(work: Work, person_id: int, shown: str | None) -> None:
    """How somebody stands in rankings from now on."""
    held = await account(work, person_id) or _open(work, Account.PERSON, person_id)
    work.changes.update(_account, held, ranking=shown)
