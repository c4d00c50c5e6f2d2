"""The duty roster: which shifts the rules make, what agreed changes do to them, and where nobody is left.

A rule says for a role at a place on which days and between which hours somebody is on duty: all of its people, or one
after the other by day or by week. A shift belongs to the local day on which it begins, also when it passes midnight.
An agreed change gives one shift to a colleague, and perhaps another back; a half whose holder does not hold that shift
any more (the rules were imported anew) does nothing, so that there are always as many shifts as the rules make.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from storage.rules.days import Days
from storage.rules.worktime import Span, WorkCalendar

ONE_DAY = timedelta(days=1)
OBJECT_DAYS = 1
"""For how many working days a duty secretary may object to a change, and never after one of its shifts has begun."""


class Turn(StrEnum):
    """Who of a rule's people has the shift."""

    ALL = "all"  # everybody
    DAY = "day"  # one after the other, from one day of the rule to the next
    WEEK = "week"  # one after the other, from Monday to Monday


@dataclass(frozen=True, slots=True)
class DutyRule:
    """One row of the sheet. `first` is the day on which the first person has the turn; `last` is the last day, if any.

    `ends` not after `begins` is a time of the next day.
    """

    id: int
    code: str
    role: str
    place_id: int
    people: tuple[int, ...]
    turn: Turn
    days: Days
    begins: time
    ends: time
    first: date
    last: date | None = None

    def is_in_force(self, day: date) -> bool:
        """Whether the rule says anything about that time of the year, whichever days it is for."""
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class Change:
    """An agreed change: the holder's shift goes to the taker, and perhaps one of the taker's to the holder.

    A list of them is in the order in which they were agreed.
    """

    id: int
    rule_id: int
    day: date
    holder_id: int
    taker_id: int
    back_rule_id: int | None = None
    back_day: date | None = None

    def halves(self) -> Iterator[tuple[int, date, int, int]]:
        """(rule, day, who gives, who takes), once or twice."""
        yield self.rule_id, self.day, self.holder_id, self.taker_id
        if self.back_rule_id is not None and self.back_day is not None:
            yield self.back_rule_id, self.back_day, self.taker_id, self.holder_id


@dataclass(frozen=True, slots=True)
class Away:
    """Somebody is absent, from a time up to (not at) another."""

    person_id: int
    begins_at: datetime
    ends_at: datetime

    def covers(self, at: datetime) -> bool:
        """Whether they are absent at a moment."""
        return self.begins_at <= at < self.ends_at


@dataclass(frozen=True, slots=True)
class Shift:
    """One person's duty on one day; `planned_id` is whose turn it was by the rule, `holder_id` whose it is now.

    Neither is known where a rule names nobody.
    """

    rule: DutyRule
    day: date
    begins_at: datetime
    ends_at: datetime
    planned_id: int | None
    holder_id: int | None

    @property
    def key(self) -> tuple[int, date]:
        """What a change names it by, together with its holder."""
        return self.rule.id, self.day

    @property
    def is_changed(self) -> bool:
        """Whether somebody else has it than the rule says."""
        return self.planned_id != self.holder_id

    def overlaps(self, begins_at: datetime, ends_at: datetime) -> bool:
        """Whether it shares any time with a span."""
        return self.begins_at < ends_at and begins_at < self.ends_at


class Roster:
    """The rules of one structure with its calendar; remembers whose turn it is on the days it has looked at."""

    def __init__(self, rules: Iterable[DutyRule], calendar: WorkCalendar) -> None:
        self.rules: Mapping[int, DutyRule] = {rule.id: rule for rule in rules}
        self.calendar = calendar
        self._turns: dict[int, dict[date, int]] = {}

    def planned(self, rule: DutyRule, day: date) -> tuple[int | None, ...]:
        """Who has a shift on a day by the rule alone; nobody on days that it does not cover.

        One None stands for a shift that a rule without people leaves open.
        """
        if not rule.is_in_force(day) or not rule.days.covers(day, self.calendar):
            return ()
        if not rule.people:
            return (None,)
        if rule.turn is Turn.ALL:
            return tuple(dict.fromkeys(rule.people))
        nth = _weeks(rule, day) if rule.turn is Turn.WEEK else self._nth(rule, day)
        return (rule.people[nth % len(rule.people)],)

    def _nth(self, rule: DutyRule, day: date) -> int:
        """How many days of the rule came before one of them."""
        turns = self._turns.setdefault(rule.id, {})
        if day not in turns:
            at = max(turns, default=rule.first - ONE_DAY) + ONE_DAY
            while at <= day:
                if rule.days.covers(at, self.calendar):
                    turns[at] = len(turns)
                at += ONE_DAY
        return turns[day]

    def shifts(
        self, first: date, last: date, changes: Iterable[Change] = (), *, rules: Collection[DutyRule] | None = None
    ) -> list[Shift]:
        """The shifts that begin on local days from `first` to `last`, changes applied, by time; of some rules or all.

        `changes` are those that touch these days, in the order in which they were agreed.
        """
        taken = _by_shift(changes)
        found = [
            shift
            for rule in (self.rules.values() if rules is None else rules)
            for day in days_between(first, last)
            for shift in self._on(rule, day, taken.get((rule.id, day), ()))
        ]
        return sorted(found, key=lambda one: (one.begins_at, one.rule.code, one.planned_id or 0))

    def _on(self, rule: DutyRule, day: date, halves: Sequence[tuple[int, int]]) -> Iterator[Shift]:
        planned = self.planned(rule, day)
        holders = list(planned)
        for gives, takes in halves:
            if gives in holders:
                holders[holders.index(gives)] = takes
        if planned:
            begins_at, ends_at = self.span(rule, day)
            for was, now in zip(planned, holders, strict=True):
                yield Shift(rule, day, begins_at, ends_at, was, now)

    def span(self, rule: DutyRule, day: date) -> Span:
        """From when to when a shift lasts that begins on a local day."""
        after = day + ONE_DAY if rule.ends <= rule.begins else day
        zone = self.calendar.zone
        begins_at = datetime.combine(day, rule.begins, zone)
        return begins_at.astimezone(UTC), datetime.combine(after, rule.ends, zone).astimezone(UTC)

    def at(
        self, moment: datetime, changes: Iterable[Change] = (), rules: Collection[DutyRule] | None = None
    ) -> list[Shift]:
        """The shifts that are going on at a moment."""
        today = self.calendar.to_local(moment).date()
        found = self.shifts(today - ONE_DAY, today, changes, rules=rules)
        return [one for one in found if one.begins_at <= moment < one.ends_at]

    def names(self, rule: DutyRule, person_id: int, day: date) -> bool:
        """Whether a rule says on that day when a person is on duty, and so when not."""
        return rule.is_in_force(day) and person_id in rule.people


def days_between(first: date, last: date) -> Iterator[date]:
    """Every day from `first` to `last`, both included."""
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


def _weeks(rule: DutyRule, day: date) -> int:
    return (_monday(day) - _monday(rule.first)).days // 7


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _by_shift(changes: Iterable[Change]) -> Mapping[tuple[int, date], list[tuple[int, int]]]:
    found: dict[tuple[int, date], list[tuple[int, int]]] = defaultdict(list)
    for change in changes:
        for rule_id, day, gives, takes in change.halves():
            found[rule_id, day].append((gives, takes))
    return found


# --- who is left, and who could take it --------------------------------------------------------------------------


def is_covered(shift: Shift, aways: Iterable[Away]) -> bool:
    """Whether a shift has a holder who is there all the time."""
    return shift.holder_id is not None and not any(
        one.person_id == shift.holder_id and shift.overlaps(one.begins_at, one.ends_at) for one in aways
    )


def gaps(shifts: Iterable[Shift], aways: Collection[Away]) -> list[Shift]:
    """Where nobody is left: one shift for every rule and day of which no holder is there all the time."""
    groups: dict[tuple[int, date], list[Shift]] = defaultdict(list)
    for shift in shifts:
        groups[shift.key].append(shift)
    return [group[0] for group in groups.values() if not any(is_covered(one, aways) for one in group)]


def can_take(person_id: int, shift: Shift, held: Iterable[Shift], aways: Iterable[Away]) -> bool:
    """Whether somebody who holds the shifts `held` is free for all of `shift`."""
    busy = any(one.holder_id == person_id and one.overlaps(shift.begins_at, shift.ends_at) for one in held)
    return not busy and is_covered(replace(shift, holder_id=person_id), aways)


def may_object_until(agreed_at: datetime, shifts: Iterable[Shift], calendar: WorkCalendar) -> datetime:
    """Until when a change can be objected to; `shifts` are those it touches."""
    return min([calendar.add_working_days(agreed_at, OBJECT_DAYS), *(one.begins_at for one in shifts)])


def without(spans: Iterable[Span], aways: Iterable[Span]) -> tuple[Span, ...]:
    """What is left of some spans of time when others are taken out."""
    left = list(spans)
    for gone_from, gone_to in aways:
        left = [
            part
            for begins, ends in left
            for part in ((begins, min(ends, gone_from)), (max(begins, gone_to), ends))
            if part[0] < part[1]
        ]
    return tuple(left)
