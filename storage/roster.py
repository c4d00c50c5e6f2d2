"""Who is on duty: the roster's rules with what people have changed of them, as the database holds it now.

Rules belong to the structure in memory. Changes and absences are rows: read once for all desks of a batch, and few,
because only those around the moment in question are asked for. Whom no rule in force names for a role is on duty in
working time; the personal switch counts before everything else.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import sqlalchemy as sa

from . import people, schema
from .directory import Directory
from .duty_rules import day_of, number_of
from .ledger import Ledger, Row
from .plain import once
from .rules.rights import Role
from .rules.roster import ONE_DAY, Away, Change, DutyRule, Shift, days_between, without
from .rules.worktime import CalendarName, Span
from .work import Priority, Work

AHEAD = timedelta(days=14)
"""How far the next shift is looked for."""


@dataclass(frozen=True, slots=True)
class Availability:
    """When somebody could be booked. `shifts` is None for whom the roster does not name: their hours are the usual
    ones. `away` is when they are absent all the same."""

    shifts: tuple[Span, ...] | None
    away: tuple[Span, ...]


async def when(
    ledger: Ledger,
    directory: Directory,
    person_ids: Collection[int],
    first: date,
    last: date,
    *,
    role: Role = Role.PROXY_AGENT,
) -> dict[int, Availability]:
    """When people are on duty as `role` between two local days, both included.

    On a day for which no rule names somebody who does have shifts around it, working time counts.
    """
    rules = [rule for rule in directory.duty_rules if rule.role == role]
    changes = await changes_of(ledger, first - ONE_DAY, last) if rules else []
    begins_at = _midnight(directory, first)
    shifts = [
        one
        for one in directory.roster.shifts(first - ONE_DAY, last, changes, rules=rules)
        if one.ends_at > begins_at  # a night that began the day before
    ]
    aways = await absences_of(ledger, person_ids, first, last)
    return {
        person_id: Availability(
            _spans(directory, person_id, first, last, rules, [one for one in shifts if one.holder_id == person_id]),
            tuple((one.begins_at, one.ends_at) for one in aways.get(person_id, ())),
        )
        for person_id in person_ids
    }


def _midnight(directory: Directory, day: date) -> datetime:
    return datetime.combine(day, time(), directory.calendar.zone).astimezone(UTC)


def _spans(
    directory: Directory,
    person_id: int,
    first: date,
    last: date,
    rules: Collection[DutyRule],
    shifts: Collection[Shift],
) -> tuple[Span, ...] | None:
    names = directory.roster.names
    usual = [day for day in days_between(first, last) if not any(names(rule, person_id, day) for rule in rules)]
    if not shifts and len(usual) == (last - first).days + 1:
        return None
    open_then = [span for day in usual for span in directory.calendar.spans_on(day, CalendarName.WORKING)]
    held = [(one.begins_at, one.ends_at) for one in shifts]
    # What a shift covers of the usual hours is named once.
    return tuple(sorted([*held, *without(open_then, held)]))


# --- rows ------------------------------------------------------------------------------------------------------

_change, _absence = schema.shift_change, schema.absence
# Literals, not parameters: a parameter would not find the partial indexes.
_IN_FORCE = _change.c.state.in_([sa.literal_column("'agreed'"), sa.literal_column("'asked'")])
_FIRST: sa.BindParameter[int] = sa.bindparam("first", type_=sa.Integer)
_LAST: sa.BindParameter[int] = sa.bindparam("last", type_=sa.Integer)
_CHANGES = once(
    sa.select(_change).where(
        _IN_FORCE,
        sa.or_(
            sa.and_(_IN_FORCE, _change.c.day >= _FIRST, _change.c.day <= _LAST),
            sa.and_(_IN_FORCE, _change.c.back_day >= _FIRST, _change.c.back_day <= _LAST),
        ),
    )
)
_LASTING = sa.and_(
    _absence.c.ended_at.is_(None),
    _absence.c.ends_at > sa.bindparam("begins_at", type_=schema.UtcTime),
    _absence.c.begins_at < sa.bindparam("ends_at", type_=schema.UtcTime),
)
_ABSENCES = once(sa.select(_absence).where(_LASTING))
_ABSENCES_OF = once(sa.select(_absence).where(_absence.c.person_id.in_(sa.bindparam("ids", expanding=True)), _LASTING))


async def rows_of(ledger: Ledger, first: date, last: date) -> list[Row]:
    """Changes that were asked for or agreed and touch local days from `first` to `last`, as rows."""
    return await ledger.all(_CHANGES, first=number_of(first), last=number_of(last))


async def changes_of(ledger: Ledger, first: date, last: date) -> list[Change]:
    """The agreed changes that touch local days from `first` to `last`, in the order in which they were agreed."""
    return agreed(await rows_of(ledger, first, last))


def agreed(rows: Iterable[Row]) -> list[Change]:
    """Those of some rows that are agreed, in the order in which they were."""
    found = [row for row in rows if row["state"] == "agreed"]
    return [as_change(row) for row in sorted(found, key=lambda row: (row["answered_at"], row["id"]))]


def as_change(row: Row) -> Change:
    """A row as the rules see it."""
    return Change(
        id=row["id"],
        rule_id=row["rule_id"],
        day=day_of(row["day"]),
        holder_id=row["holder_id"],
        taker_id=row["taker_id"],
        back_rule_id=row["back_rule_id"],
        back_day=None if row["back_day"] is None else day_of(row["back_day"]),
    )


async def absences_of(
    ledger: Ledger, person_ids: Collection[int] | None, first: date, last: date
) -> dict[int, list[Away]]:
    """Who is absent at any time of the local days from `first` to `last`; of some people, or of everybody."""
    directory = ledger.directory
    span = {"begins_at": _midnight(directory, first), "ends_at": _midnight(directory, last + ONE_DAY)}
    if person_ids is None:
        rows = await ledger.all(_ABSENCES, **span)
    else:
        rows = await ledger.all(_ABSENCES_OF, ids=list(person_ids), **span) if person_ids else []
    found: dict[int, list[Away]] = defaultdict(list)
    for row in rows:
        found[row["person_id"]].append(Away(row["person_id"], row["begins_at"], row["ends_at"]))
    return dict(found)


# --- on duty or not ----------------------------------------------------------------------------------------------


class Duty:
    """Who is on duty within some days, as far as changes and absences are known for them."""

    def __init__(
        self, directory: Directory, changes: Collection[Change], aways: Mapping[int, Collection[Away]]
    ) -> None:
        self._directory = directory
        self._roster = directory.roster
        self.changes = changes
        self.aways = aways
        self._held: dict[tuple[date, date, tuple[int, ...]], list[Shift]] = {}

    def is_on(self, holder: Row, at: datetime) -> bool:
        """Whether a person (`id`, `on_duty`) is on duty in a role (`role`, `place_id`) at a moment."""
        if holder["on_duty"] is not None:
            return bool(holder["on_duty"])
        return self.is_due(holder, at)

    def is_due(self, holder: Row, at: datetime) -> bool:
        """The same whatever their personal switch says."""
        if any(one.covers(at) for one in self.aways.get(holder["id"], ())):
            return False
        rules = self._rules(holder)
        today = self._roster.calendar.to_local(at).date()
        if any(
            one.holder_id == holder["id"] and one.begins_at <= at < one.ends_at
            for one in self._shifts(today - ONE_DAY, today, rules)
        ):
            return True
        if any(self._roster.names(rule, holder["id"], today) for rule in rules):
            return False
        return self._roster.calendar.is_open(at, CalendarName.WORKING)

    def next_on(self, holder: Row, after: datetime) -> datetime | None:
        """When they begin to be on duty next, whatever their switch says; None for no time soon."""
        rules = self._rules(holder)
        first = self._roster.calendar.to_local(after).date()
        last = first + AHEAD
        held = [one for one in self._shifts(first - ONE_DAY, last, rules) if one.holder_id == holder["id"]]
        spans = _spans(self._directory, holder["id"], first, last, rules, held)
        if spans is None:
            days = days_between(first, last)
            spans = tuple(span for day in days for span in self._roster.calendar.spans_on(day, CalendarName.WORKING))
        aways = [(one.begins_at, one.ends_at) for one in self.aways.get(holder["id"], ())]
        return min((begins for begins, _ in without(spans, aways) if begins > after), default=None)

    def _rules(self, holder: Row) -> tuple[DutyRule, ...]:
        return self._directory.duty_of(holder["role"], holder["place_id"])

    def _shifts(self, first: date, last: date, rules: tuple[DutyRule, ...]) -> list[Shift]:
        key = (first, last, tuple(rule.id for rule in rules))
        if key not in self._held:
            self._held[key] = self._roster.shifts(first, last, self.changes, rules=rules)
        return self._held[key]


async def duty_at(work: Work, at: datetime) -> Duty:
    """Who is on duty on the local day of a moment; read once for all desks of a batch."""
    today = work.directory.calendar.to_local(at).date()
    return await _duty(work, today, today)


async def duty_ahead(work: Work) -> Duty:
    """Who is on duty from now on, for the next shifts."""
    today = work.directory.calendar.to_local(work.now).date()
    return await _duty(work, today, today + AHEAD)


async def _duty(work: Work, first: date, last: date) -> Duty:
    key = ("duty", first, last)
    if key not in work.shared:
        changes = await changes_of(work.ledger, first - ONE_DAY, last) if work.directory.duty_rules else []
        aways = await absences_of(work.ledger, None, first - ONE_DAY, last)
        work.shared[key] = Duty(work.directory, changes, aways)
    found: Duty = work.shared[key]
    return found


async def am_on_duty(work: Work, person: Row) -> bool:
    """Whether the one who asks is on duty now, in any of their working roles."""
    duty = await duty_at(work, work.now)
    roles = [one for one in people.held(work.grants) if one["role"] not in {Role.RESIDENT, Role.FAMILY}]
    return any(duty.is_on({**person, "role": one["role"], "place_id": one["place_id"]}, work.now) for one in roles)


async def secretaries(
    work: Work, place_id: int | None, *, is_danger: bool = False, at_least: Priority = Priority.NEWS
) -> list[tuple[Row, datetime]]:
    """Whom of a place's duty secretaries something is told, and when; a danger all of them, at once.

    Those who cannot be reached are left out.
    """
    found = [row for row in await people.duty_secretaries(work, place_id) if people.is_reachable(row)]
    if is_danger:
        return [(row, work.now) for row in found]
    return [(row, max(at, work.speak_at(at_least))) for row, at in await to_tell(work, found)]


async def to_tell(work: Work, holders: Collection[Row]) -> list[tuple[Row, datetime]]:
    """Whom of those who keep watch something is told, and when: those on duty at once, else whoever is so next.

    Where no time can be found for anybody (all are absent, or the roster ends), everybody is told at once: silence
    would be worse.
    """
    here = await duty_at(work, work.now)
    on_duty = [row for row in holders if here.is_on(row, work.now)]
    if on_duty:
        return [(row, work.now) for row in on_duty]
    ahead = await duty_ahead(work)
    next_on = [(row, at) for row in holders if (at := ahead.next_on(row, work.now)) is not None]
    soonest = min((at for _, at in next_on), default=None)
    if soonest is None:
        return [(row, work.now) for row in holders]
    return [(row, at) for row, at in next_on if at == soonest]
