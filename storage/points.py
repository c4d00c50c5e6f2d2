"""Points: earned when a neighbour says that it was done, taken back when it was not so, shown to whose they are.

Helpers earn with the confirmation itself; residents in the night after (`storage.crediting`), so that closing a matter
costs nobody a query. Whatever was spent before it is taken back is owed: nothing is ever collected by itself except
from what comes back (`storage.rewards`); the duty secretaries are told, and people decide.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from . import bookkeeping, helped, people, roster, schema
from .ledger import Ledger, Row
from .plain import once
from .rules.errands import Per, Who
from .rules.errors import NotYours
from .rules.place_rights import PointsAction, codes_for, may_at
from .rules.points import TOLD_BEFORE, Deed, Reason, Shown, earnings, last_day, rated, taken_back
from .rules.points import helped as by_helping
from .work import Work

TAKERS = codes_for(PointsAction.TAKE_BACK)
"""The roles of who takes back what was not earned honestly."""
FRAUD_LOOKS_BACK = timedelta(days=365)

_account, _transfer, _posting = schema.account, schema.transfer, schema.posting
_PERSON: sa.BindParameter[int] = sa.bindparam("person")
_BY_RULES = once(
    sa.select(_transfer.c.id)
    .where(_transfer.c.person_id == _PERSON, _transfer.c.rule.in_(sa.bindparam("rules", expanding=True)))
    .limit(sa.literal_column("1"))
)
_EARNED_SINCE = once(
    sa.select(_transfer)
    .where(
        _transfer.c.person_id == _PERSON,
        _transfer.c.reason == sa.literal_column("'earned'"),
        _transfer.c.at >= sa.bindparam("since", type_=schema.UtcTime),
    )
    .order_by(_transfer.c.id)
)
_EXCHANGED = sa.func.coalesce(
    sa.case((_transfer.c.reason == sa.literal_column("'given_back'"), _transfer.c.reverses_id)), _transfer.c.id
)
"""Of what came back the transfer by which it was exchanged."""
_HISTORY = once(
    sa.select(
        *(_transfer.c[name] for name in ("id", "at", "reason", "rule", "ticket_id")),
        _posting.c.amount,
        schema.ticket.c.number,
        schema.reward.c.name.label("reward"),
        schema.reward.c.name_en.label("reward_en"),
    )
    .select_from(_account)
    .join(_posting, _posting.c.account_id == _account.c.id)
    .join(_transfer, _transfer.c.id == _posting.c.transfer_id)
    .outerjoin(schema.ticket, schema.ticket.c.id == _transfer.c.ticket_id)
    .outerjoin(schema.redemption, schema.redemption.c.transfer_id == _EXCHANGED)
    .outerjoin(schema.reward, schema.reward.c.id == schema.redemption.c.reward_id)
    .where(_account.c.person_id == _PERSON)
    .order_by(_posting.c.id.desc())
    .limit(sa.bindparam("most"))
    .offset(sa.bindparam("skipped"))
)
_EXPIRING = once(
    sa.select(
        sa.func.sum(_transfer.c.unspent).label("points"), sa.func.min(_transfer.c.expires_at).label("first_at")
    ).where(
        _transfer.c.person_id == _PERSON,
        _transfer.c.unspent > sa.literal_column("0"),
        _transfer.c.expires_at <= sa.bindparam("until", type_=schema.UtcTime),
    )
)


# --- reading -------------------------------------------------------------------------------------------------


async def balance(ledger: Ledger, person_id: int) -> int:
    """How many points somebody has."""
    held = await bookkeeping.account_of(ledger, person_id)
    return 0 if held is None else int(held["balance"])


async def history(ledger: Ledger, person_id: int, *, limit: int = 20, offset: int = 0) -> Sequence[Row]:
    """What somebody got and spent, the newest first: `at`, `reason`, `rule`, `amount`, `number`, `reward`."""
    return await ledger.all(_HISTORY, person=person_id, most=limit, skipped=offset)


async def expiring(ledger: Ledger, person_id: int, now: datetime) -> tuple[int, datetime | None]:
    """How many points somebody loses within a month unless they are spent, and when the first of them."""
    row = await ledger.one(_EXPIRING, person=person_id, until=now + TOLD_BEFORE)
    return (0, None) if row is None or not row["points"] else (int(row["points"]), row["first_at"])


async def shown_in_rankings(ledger: Ledger, person_id: int) -> Shown:
    """How somebody stands in rankings: as "a neighbour" until they say otherwise."""
    held = await bookkeeping.account_of(ledger, person_id)
    return Shown(held["ranking"]) if held is not None and held["ranking"] else Shown.UNNAMED


def are_used(work: Work) -> bool:
    """Whether the community gives points at all."""
    return bool(work.directory.helping.point_rules)


# --- earning -------------------------------------------------------------------------------------------------


async def earn(work: Work, ticket: Row) -> dict[int, int]:
    """What those who helped earn with a request that was confirmed just now; how many points each."""
    if not _has_rules(work, Who.HELPER) or not helped.is_order(work.ledger, ticket):
        return {}
    errand = await errand_of(work, ticket)
    found = {}
    for claim in await helped.held(work, ticket):
        if claim["state"] != helped.DONE:
            continue
        is_first = await _is_first(work, claim["person_id"], Who.HELPER)
        deed = by_helping(errand, claim["minutes"] or 0, is_first=is_first)
        found[claim["person_id"]] = await credit(work, claim["person_id"], deed, ticket)
    return found


async def earn_stars(work: Work, ticket: Row) -> None:
    """What those who helped earn with the stars that were given just now."""
    if ticket["stars"] is None or not _has_rules(work, Who.HELPER) or not helped.is_order(work.ledger, ticket):
        return
    deed = rated(await errand_of(work, ticket), ticket["stars"])
    for claim in await helped.held(work, ticket) if deed.per else ():
        await credit(work, claim["person_id"], deed, ticket)


async def credit(work: Work, person_id: int, deed: Deed, ticket: Row) -> int:
    """Book what a deed is worth; how many points that is."""
    total, today = 0, await bookkeeping.earned_today(work, person_id)
    on = work.directory.calendar.to_local(work.now).date()
    for one in earnings(work.directory.helping.point_rules, deed, today):
        await bookkeeping.post(
            work,
            Reason.EARNED,
            person_id,
            one.points,
            f"earned:{one.rule.code}:{ticket['id']}:{person_id}",
            rule=one.rule.code,
            ticket_id=ticket["id"],
            unspent=one.points,
            expires_at=bookkeeping.after(work, last_day(one.rule, on)),
        )
        total += one.points
    return total


async def is_first_for_resident(work: Work, person_id: int) -> bool:
    """Whether somebody has never earned anything as a resident by a rule for the first time."""
    return await _is_first(work, person_id, Who.RESIDENT)


async def errand_of(work: Work, ticket: Row) -> str | None:
    """The code of the common request that somebody asked for."""
    order = await helped.row(work, ticket)
    errand = work.directory.helping.errands.get(order["errand_id"] or 0) if order is not None else None
    return errand.code if errand is not None else None


def _has_rules(work: Work, who: Who) -> bool:
    return any(rule.who is who for rule in work.directory.helping.point_rules)


async def _is_first(work: Work, person_id: int, who: Who) -> bool:
    rules = work.directory.helping.point_rules
    codes = [rule.code for rule in rules if rule.who is who and rule.per is Per.FIRST]
    if not codes:
        return False
    made = (values for table, values in work.changes.inserts if table is _transfer)
    if any(one["person_id"] == person_id and one["rule"] in codes for one in made):
        return False
    return await work.ledger.one(_BY_RULES, person=person_id, rules=codes) is None


# --- taking back ---------------------------------------------------------------------------------------------


async def reverse(work: Work, ticket: Row) -> None:
    """A request that was confirmed was not done after all: what it earned is taken back, as far as it is there.

    Those concerned are told, and the duty secretaries of what was spent already.
    """
    rows = [one for one in await bookkeeping.of_ticket(work, ticket["id"]) if one["reason"] == Reason.EARNED]
    for person_id, (gone, owed) in (await _reverse(work, rows)).items():
        await _tell(work, person_id, gone, number=ticket["number"])
        if owed:
            await _tell_staff(work, ticket, person_id, owed)


def check_take_back(work: Work, person: Row) -> None:
    """Raise NotYours unless the one who asks may take back points of somebody else."""
    community = work.directory.community_of(person["home_id"])
    if work.person is None or work.person["id"] == person["id"] or community is None:
        raise NotYours
    actor = people.as_actor(work.person["id"], work.grants)
    if not may_at(actor, PointsAction.TAKE_BACK, work.directory.scope(community.id)):
        raise NotYours


async def reverse_all(work: Work, person_id: int) -> tuple[int, int]:
    """Take back what somebody earned within a year, because it was not earned honestly.

    How many points were taken, and how many had been spent already. The caller has asked whether this may be done.
    """
    rows = await work.ledger.all(_EARNED_SINCE, person=person_id, since=work.now - FRAUD_LOOKS_BACK)
    gone, owed = (await _reverse(work, rows)).get(person_id, (0, 0))
    await _tell(work, person_id, gone, number=None)
    return gone, owed


async def _reverse(work: Work, rows: Iterable[Row]) -> dict[int, tuple[int, int]]:
    """Take lots back; how many points of each person are gone, and how many are owed."""
    lots = {one["id"]: one for one in rows}
    earned = await bookkeeping.amounts(work, list(lots))
    before = await bookkeeping.reversing(work, list(lots))
    lost = await bookkeeping.amounts(work, [one["id"] for one in before])
    totals: dict[int, tuple[int, int]] = {}
    for lot in lots.values():
        ended = [one for one in before if one["reverses_id"] == lot["id"]]
        if any(one["reason"] == Reason.REVERSED for one in ended):
            continue
        expired = -sum(lost.get(one["id"], 0) for one in ended)
        held = await bookkeeping.account(work, lot["person_id"])
        gone, owed = taken_back(earned.get(lot["id"], 0), expired, held["balance"] if held else 0)
        await _take_back(work, lot, gone, owed)
        so_far = totals.get(lot["person_id"], (0, 0))
        totals[lot["person_id"]] = (so_far[0] + gone, so_far[1] + owed)
    return totals


async def _take_back(work: Work, lot: Row, gone: int, owed: int) -> None:
    person_id = lot["person_id"]
    taken = await bookkeeping.take(work, person_id, gone, first=lot["id"])
    values: dict[str, Any] = {"rule": lot["rule"], "ticket_id": lot["ticket_id"], "reverses_id": lot["id"]}
    key = f"reversed:{lot['id']}"
    await bookkeeping.post(work, Reason.REVERSED, person_id, -gone, key, taken=taken, owed=owed, **values)


async def _tell(work: Work, person_id: int, gone: int, *, number: int | None) -> None:
    person = await work.ledger.get(schema.person, person_id) if gone else None
    if person is not None:
        work.notify(person, "points.taken_back", points=gone, number=number)


async def _tell_staff(work: Work, ticket: Row, person_id: int, owed: int) -> None:
    found = await people.by_ids(work.ledger, [person_id])
    name = found[person_id]["name"] if person_id in found else ""
    for person, at in await roster.secretaries(work, ticket["place_id"]):
        work.notify(
            person,
            "points.staff_owed",
            ticket_id=ticket["id"],
            due_at=at,
            number=ticket["number"],
            name=name,
            points=owed,
        )
