"""Gaps of the duty roster: the duty secretary is told a week ahead where nobody is left, once for every gap.

One reminder looks every morning and remembers in its parameters which gaps were told; it moves itself on in the very
change set that tells, so that a gap is told exactly once. A gap that was closed and opens again is told again.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta

import sqlalchemy as sa

from . import people, reminders, roster, schema, shifts
from .changes import ChangeSet
from .duty_rules import number_of
from .ledger import Ledger, Row
from .rules.place_rights import DutyAction, codes_for
from .rules.press import base36, press
from .rules.roster import ONE_DAY, Away, Shift
from .rules.roster import gaps as gaps_of
from .work import Button, Work

SUBJECT, KIND, OCCURRENCE = "roster", "gaps", "daily"
WITHIN = timedelta(days=7)
LOOKS_AT = time(8)
MOST_BUTTONS = 5


async def seed(ledger: Ledger, now: datetime) -> None:
    """Have gaps looked for every morning from now on; nothing when that is so already."""
    row = await ledger.one(sa.select(schema.reminder.c.id).where(schema.reminder.c.subject == SUBJECT))
    if row is None:
        work = Work.for_clock(ledger, now, ChangeSet())
        reminders.schedule(work, SUBJECT, KIND, OCCURRENCE, _next(work), {})
        await ledger.commit([work.finish()])


def _next(work: Work) -> datetime:
    local = work.directory.calendar.to_local(work.now)
    day = local.date() + (ONE_DAY if local.time() >= LOOKS_AT else timedelta())
    return datetime.combine(day, LOOKS_AT, local.tzinfo).astimezone(UTC)


async def look_soon(work: Work) -> None:
    """Look again at once, for instance when somebody has fallen ill."""
    for row in await reminders.of(work.ledger, SUBJECT):
        reminders.move_on(work, row, work.now, row["params"] or {})


async def look(work: Work, reminder: Row) -> None:
    """Tell what was not told yet, and wait for the next morning."""
    told = set((reminder["params"] or {}).get("told", ()))
    open_now = await of_the_week(work)
    fresh = [one for one in open_now if _key(one) not in told]
    by_place: dict[int, list[Shift]] = defaultdict(list)
    for shift in fresh:
        community = work.directory.community_of(shift.rule.place_id)
        by_place[community.id if community is not None else shift.rule.place_id].append(shift)
    for place_id, some in by_place.items():
        await _tell(work, place_id, some)
    reminders.move_on(work, reminder, _next(work), {"told": sorted(_key(one) for one in open_now)})


async def of_the_week(work: Work) -> list[Shift]:
    """The gaps of the coming week, by time."""
    today = work.directory.calendar.to_local(work.now).date()
    found = await shifts.between(work, work.directory.duty_rules, today, today + WITHIN)
    aways = [*found.aways, *await _unable(work, found.shifts)]
    return [one for one in gaps_of(found.shifts, aways) if one.begins_at > work.now]


async def _unable(work: Work, some: Iterable[Shift]) -> list[Away]:
    """Who stands in the roster and is gone or does not hold the role any more: as if they were absent."""
    wanted = [(one.holder_id, one) for one in some if one.holder_id is not None]
    ids = {person_id for person_id, _ in wanted}
    persons = await people.by_ids(work.ledger, ids)
    held: dict[int, set[str]] = defaultdict(set)
    for grant in await people.grants_of(work.ledger, ids) if ids else []:
        held[grant["person_id"]].add(grant["role"])
    return [
        Away(person_id, shift.begins_at, shift.ends_at)
        for person_id, shift in wanted
        if person_id not in persons
        or persons[person_id]["retired_at"] is not None
        or shift.rule.role not in held[person_id]
    ]


async def _tell(work: Work, place_id: int, some: list[Shift]) -> None:
    named = await people.by_ids(work.ledger, {one.holder_id for one in some if one.holder_id is not None})
    lines = [
        {"begins_at": one.begins_at, "ends_at": one.ends_at, "role": one.rule.role, "name": _name(named, one)}
        for one in some
    ]
    buttons: list[list[Button]] = [
        [("duty_find", press("dutygap", one.rule.id, number_of(one.day), one.holder_id), {"at": one.begins_at})]
        for one in some
        if one.holder_id is not None
    ]
    roles = codes_for(DutyAction.ARRANGE)
    for person, at in await roster.secretaries(work, place_id):
        work.notify(person, "duty.gaps", buttons[:MOST_BUTTONS], due_at=at, lines=lines, for_roles=roles)


def _name(named: Mapping[int, Row], shift: Shift) -> str:
    holder = named.get(shift.holder_id or 0)
    return str(holder["name"]) if holder is not None else ""


def _key(shift: Shift) -> str:
    day: date = shift.day
    return f"{base36(shift.rule.id)}:{number_of(day)}:{base36(shift.holder_id or 0)}"
