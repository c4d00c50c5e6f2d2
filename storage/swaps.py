"""Swaps of shifts: one asks, a colleague of the same role agrees in chat, the duty secretary is told and may object.

What agrees or undoes a change also writes the rows of the rules it touches, so that two changes of one rule that are
decided at the same time follow one another: the second is decided again, and finds the shift gone.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from . import gaps, people, roster, schema, shifts
from .duty_rules import day_of, number_of
from .ledger import Row
from .plain import once
from .rules.errors import NotYours, Refusal, Stale
from .rules.place_rights import DutyAction, codes_for
from .rules.press import press
from .rules.rights import Role
from .rules.roster import Shift
from .shifts import Around
from .work import Button, Priority, Work

ASKED, AGREED, REFUSED, OBJECTED, WITHDRAWN = "asked", "agreed", "refused", "objected", "withdrawn"
_change = schema.shift_change


class ShiftTaken(Refusal):
    """The shift is being swapped, or was just swapped and can still be objected to."""

    code = "shift_taken"


class NotFree(Refusal):
    """Whoever should take the shift is on duty or absent at that time."""

    code = "not_free"


async def look(work: Work, rule_id: int | None) -> Around:
    """The shifts of the community of a rule. Raises Stale for a rule that is no more, NotYours for a stranger to it."""
    rule = work.directory.roster.rules.get(rule_id or 0)
    if rule is None:
        raise Stale
    if not await shifts.may(work.ledger, _me(work), DutyAction.SEE, shifts.places_around(work, rule.place_id)):
        raise NotYours
    return await shifts.around(work, shifts.rules_around(work, [rule.place_id]))


async def mine_to_give(work: Work, found: Around, rule_id: int | None, day: date | None, holder_id: int) -> Shift:
    """A shift that the one who asks may have somebody else take: their own, or one that is left open.

    Raises Stale, NotYours, ShiftTaken.
    """
    shift = found.find(rule_id, day, holder_id)
    if shift is None:
        raise Stale
    if holder_id != _me(work) and not await _may_arrange(work, shift):
        raise NotYours
    if not found.is_free(shift):
        raise ShiftTaken
    return shift


async def takers(work: Work, found: Around, shift: Shift) -> list[Row]:
    """Which colleagues could take a shift, giving nothing away for it or one of their own."""
    return [
        row
        for row in await shifts.colleagues(work, shift)
        if found.can_take(row["id"], shift) or in_return(found, shift, row["id"])
    ]


def in_return(found: Around, shift: Shift, taker_id: int) -> list[Shift]:
    """Which of a colleague's shifts of the same role the holder could take for theirs."""
    return [
        one
        for one in found.of(taker_id)
        if one.rule.role == shift.rule.role
        and one.key != shift.key
        and one.begins_at > found.work.now
        and found.is_free(one)
        and shift.holder_id is not None
        and found.can_take(shift.holder_id, one, shift)
        and found.can_take(taker_id, shift, one)
    ]


async def ask(work: Work, found: Around, shift: Shift, taker_id: int, back: Shift | None = None) -> Row:
    """Ask a colleague to take a shift. Raises NotFree, Stale; the caller has made sure whose it is to give."""
    colleagues = {row["id"]: row for row in await shifts.colleagues(work, shift)}
    taker = colleagues.get(taker_id)
    if taker is None or shift.holder_id is None:
        raise Stale
    if not found.can_take(taker_id, shift, back):
        raise NotFree
    if back is not None and back.key not in {one.key for one in in_return(found, shift, taker_id)}:
        raise NotFree
    values: dict[str, Any] = {
        "id": work.new_id(),
        "rule_id": shift.rule.id,
        "day": number_of(shift.day),
        "holder_id": shift.holder_id,
        "taker_id": taker_id,
        "back_rule_id": None if back is None else back.rule.id,
        "back_day": None if back is None else number_of(back.day),
        "state": ASKED,
        "asked_by": _me(work),
        "asked_at": work.now,
    }
    work.changes.insert(_change, **values)
    await _one_after_another(work, values)
    holder = (await people.at_hand(work, [shift.holder_id]))[shift.holder_id]
    buttons: list[list[Button]] = [
        [("duty_yes", press("dutyyes", values["id"])), ("duty_no", press("dutyno", values["id"]))]
    ]
    is_arranged = shift.holder_id != _me(work)
    said = {"name": holder["name"], "is_arranged": is_arranged, **told(shift, back)}
    work.notify(taker, "duty.asked", buttons, **said, **_for_staff())
    return values


async def answer(work: Work, change_id: int | None, *, is_agreed: bool) -> Row:
    """The colleague says yes or no. Raises Stale, NotYours, NotFree."""
    row = await get(work, change_id)
    if row["taker_id"] != _me(work):
        raise NotYours
    found = await look(work, row["rule_id"])
    shift = found.find(row["rule_id"], day_of(row["day"]), row["holder_id"])
    back = _back_of(found, row)
    if row["state"] != ASKED or shift is None or (row["back_day"] is not None and back is None):
        raise Stale
    if is_agreed:
        await _check_still_free(work, found, row, shift, back)
    state = AGREED if is_agreed else REFUSED
    work.changes.update(_change, row, state=state, answered_at=work.now)
    await _one_after_another(work, row)
    message = "duty.agreed" if is_agreed else "duty.refused"
    for person in await _others(work, {row["holder_id"], row["asked_by"]}):
        work.notify(person, message, name=_name(work), **told(shift, back), **_for_staff())
    if is_agreed:
        until = found.objectable_until({**row, "answered_at": work.now})
        await _tell_secretaries(work, row, shift, back, until)
    return row


async def _check_still_free(work: Work, found: Around, row: Row, shift: Shift, back: Shift | None) -> None:
    holds_role = {one["role"] for one in people.held(work.grants)}
    if shift.rule.role not in holds_role:
        raise NotYours
    if not found.can_take(row["taker_id"], shift, back):
        raise NotFree
    if back is not None and not found.can_take(row["holder_id"], back, shift):
        raise NotFree


async def withdraw(work: Work, change_id: int | None) -> Row:
    """Whoever asked does not want it any more, before it was answered. Raises Stale, NotYours."""
    row = await get(work, change_id)
    if _me(work) not in {row["holder_id"], row["asked_by"]}:
        raise NotYours
    found = await look(work, row["rule_id"])
    shift = found.find(row["rule_id"], day_of(row["day"]), row["holder_id"])
    if row["state"] != ASKED or shift is None:
        raise Stale
    work.changes.update(_change, row, state=WITHDRAWN, answered_at=work.now)
    await _one_after_another(work, row)
    for person in await _others(work, {row["taker_id"]}):
        work.notify(person, "duty.withdrawn", name=_name(work), **told(shift, _back_of(found, row)), **_for_staff())
    return row


async def may_object(work: Work, change_id: int | None) -> Row:
    """A change that the one who asks may object to now. Raises Stale, NotYours: nobody judges their own swap."""
    row = await get(work, change_id)
    found = await look(work, row["rule_id"])
    rule = work.directory.roster.rules[row["rule_id"]]
    is_party = _me(work) in {row["holder_id"], row["taker_id"]}
    scope = work.directory.scope(rule.place_id)
    if is_party or not await shifts.may(work.ledger, _me(work), DutyAction.ARRANGE, scope):
        raise NotYours
    if not found.can_object(row):
        raise Stale
    return row


async def object_to(work: Work, change_id: int | None, words: str) -> Row:
    """The duty secretary objects: everything is as the roster had it before. Raises Stale, NotYours."""
    row = await may_object(work, change_id)
    rules = work.directory.roster
    work.changes.update(_change, row, state=OBJECTED, objected_by=_me(work), reason=words)
    await _one_after_another(work, row)
    rule, day = rules.rules[row["rule_id"]], day_of(row["day"])
    begins_at, ends_at = rules.span(rule, day)
    for person in await _others(work, {row["holder_id"], row["taker_id"]}):
        work.notify(
            person,
            "duty.objected",
            begins_at=begins_at,
            ends_at=ends_at,
            words=words,
            is_yours=person["id"] == row["holder_id"],
            has_back=row["back_day"] is not None,
            **_for_staff(),
        )
    await gaps.look_soon(work)
    return row


# --- what is told ------------------------------------------------------------------------------------------------


def told(shift: Shift, back: Shift | None = None) -> dict[str, Any]:
    """A swap as a text says it."""
    said: dict[str, Any] = {"role": shift.rule.role, "begins_at": shift.begins_at, "ends_at": shift.ends_at}
    if back is None:
        return {**said, "back_begins_at": None, "back_ends_at": None}
    return {**said, "back_begins_at": back.begins_at, "back_ends_at": back.ends_at}


async def _tell_secretaries(work: Work, row: Row, shift: Shift, back: Shift | None, until: datetime) -> None:
    parties = {row["holder_id"], row["taker_id"]}
    named = await people.at_hand(work, parties)
    button: list[list[Button]] = [[("duty_object", press("dutyobject", row["id"]))]]
    for person, at in await _keepers(work, shift.rule.place_id, parties | {row["asked_by"]}):
        work.notify(
            person,
            "duty.swapped",
            button if at < until else (),
            due_at=at,
            name=named[row["holder_id"]]["name"],
            taker=named[row["taker_id"]]["name"],
            until=until if at < until else None,
            **told(shift, back),
            **_for_staff(),
        )


async def _keepers(work: Work, place_id: int, parties: Collection[int]) -> list[tuple[Row, datetime]]:
    """The duty secretaries who have no part in it; where there is none, the secretary of the community."""
    some = [one for one in await people.duty_secretaries(work, place_id) if one["id"] not in parties]
    if not some:
        held = await people.holders(work.ledger, [Role.COMMUNITY_SECRETARY], work.directory.scope(place_id))
        some = [one for one in held if one["id"] not in parties]
    reachable = [one for one in some if people.is_reachable(one)]
    return [(one, max(at, work.speak_at(Priority.NEWS))) for one, at in await roster.to_tell(work, reachable)]


def _for_staff() -> dict[str, Any]:
    """Whoever has lost every role until it is sent learns no names any more."""
    return {"for_roles": codes_for(DutyAction.SEE)}


async def _others(work: Work, ids: Iterable[int]) -> list[Row]:
    return [one for one in (await people.by_ids(work.ledger, set(ids))).values() if one["id"] != _me(work)]


# --- rows --------------------------------------------------------------------------------------------------------

_RULES = once(sa.select(schema.duty_rule).where(schema.duty_rule.c.id.in_(sa.bindparam("ids", expanding=True))))


async def _one_after_another(work: Work, row: Row) -> None:
    ids = [one for one in (row["rule_id"], row["back_rule_id"]) if one is not None]
    for rule in await work.ledger.all(_RULES, ids=ids):
        work.changes.update(schema.duty_rule, rule, code=rule["code"])


async def get(work: Work, change_id: int | None) -> Row:
    """A change by its id. Raises Stale when there is none."""
    row = await work.ledger.get(_change, change_id)
    if row is None:
        raise Stale
    return row


def _back_of(found: Around, row: Row) -> Shift | None:
    if row["back_day"] is None:
        return None
    return found.find(row["back_rule_id"], day_of(row["back_day"]), row["taker_id"])


def halves(found: Around, row: Row) -> tuple[Shift | None, Shift | None]:
    """The shifts that a change is about, whoever holds them now."""

    def the(rule_id: int | None, day: int | None) -> Shift | None:
        if day is None:
            return None
        parties = {row["holder_id"], row["taker_id"]}
        some = [one for one in found.shifts if one.key == (rule_id, day_of(day)) and one.holder_id in parties]
        return some[0] if some else None

    return the(row["rule_id"], row["day"]), the(row["back_rule_id"], row["back_day"])


async def _may_arrange(work: Work, shift: Shift) -> bool:
    scope = work.directory.scope(shift.rule.place_id)
    return await shifts.may(work.ledger, _me(work), DutyAction.ARRANGE, scope)


def _me(work: Work) -> int:
    return work.person["id"] if work.person else 0


def _name(work: Work) -> str:
    return str(work.person["name"]) if work.person else ""
