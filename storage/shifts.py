"""The shifts of one community as they stand: whose they are, what is asked and agreed, who could take one."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from . import people, roster
from .duty_rules import day_of
from .ledger import Ledger, Row
from .rules.place_rights import DutyAction, may_at
from .rules.rights import Role
from .rules.roster import ONE_DAY, Away, DutyRule, Shift, can_take, may_object_until
from .work import Work

AHEAD = timedelta(days=28)
"""How far ahead shifts can be swapped."""

SHOWN_ALWAYS = frozenset({Role.DUTY_SECRETARY, Role.GRID_WORKER, Role.PROXY_AGENT})
"""Of whom one is told who is on duty, with or without a roster."""


@dataclass(frozen=True)
class Around:
    """The shifts of a community in some days, with the rows of changes that touch them and all absences."""

    work: Work
    shifts: list[Shift]
    rows: list[Row]
    aways: list[Away]

    def find(self, rule_id: int | None, day: date | None, holder_id: int | None) -> Shift | None:
        """Somebody's shift by its rule and day, as it is held now, if it has not begun."""
        for one in self.shifts:
            if one.key == (rule_id, day) and one.holder_id == holder_id and one.begins_at > self.work.now:
                return one
        return None

    def of(self, person_id: int, *, until: date | None = None) -> list[Shift]:
        """Somebody's shifts that are not over."""
        return [
            one
            for one in self.shifts
            if one.holder_id == person_id and one.ends_at > self.work.now and (until is None or one.day <= until)
        ]

    def is_free(self, shift: Shift) -> bool:
        """Whether a shift can be given on: nobody is asked about it, and nobody can object to its last change."""
        return not any(_touches(row, shift) and (row["state"] == "asked" or self.can_object(row)) for row in self.rows)

    def can_object(self, row: Row) -> bool:
        """Whether an agreed change can still be objected to."""
        return row["state"] == "agreed" and self.work.now < self.objectable_until(row)

    def objectable_until(self, row: Row) -> datetime:
        """Until when it can be, or could have been."""
        touched = [one for one in self.shifts if _touches(row, one)]
        return may_object_until(row["answered_at"], touched, self.work.directory.calendar)

    def can_take(self, person_id: int, shift: Shift, instead_of: Shift | None = None) -> bool:
        """Whether somebody is free for a shift, perhaps because they give another away for it."""
        held = [one for one in self.shifts if instead_of is None or one.key != instead_of.key]
        return can_take(person_id, shift, held, self.aways)


def _touches(row: Row, shift: Shift) -> bool:
    """Whether a change is about this very shift, as it was or as it is."""
    if shift.holder_id not in {row["holder_id"], row["taker_id"]}:
        return False
    back = None if row["back_day"] is None else (row["back_rule_id"], day_of(row["back_day"]))
    return shift.key in {(row["rule_id"], day_of(row["day"])), back}


def rules_around(work: Work, place_ids: Iterable[int]) -> tuple[DutyRule, ...]:
    """The rules of the communities in which these places lie; of the places themselves where that is none."""
    around: set[int] = set()
    for place_id in place_ids:
        around |= places_around(work, place_id)
    return tuple(rule for rule in work.directory.duty_rules if rule.place_id in around)


def places_around(work: Work, place_id: int) -> frozenset[int]:
    """All of the community that contains a place, and what lies above it."""
    community = work.directory.community_of(place_id)
    centre = community.id if community is not None else place_id
    return work.directory.below(centre) | work.directory.scope(centre)


def my_rules(work: Work) -> tuple[DutyRule, ...]:
    """The rules of every community in which the one who asks has something to do, and those that name them.

    Who has a seat above all communities looks at one of them at a time.
    """
    me = work.person["id"] if work.person else 0
    near = rules_around(work, [one for one in my_seats(work) if work.directory.community_of(one) is not None])
    named = [rule for rule in work.directory.duty_rules if me in rule.people]
    return tuple({rule.id: rule for rule in [*near, *named]}.values())


def my_seats(work: Work) -> set[int]:
    """Where the one who asks holds a working role."""
    return {one["place_id"] for one in people.held(work.grants) if one["role"] not in _HERE}


def my_communities(work: Work) -> list[int]:
    """The communities within reach (or seats outside of any) that have a roster, by their codes."""
    around = frozenset().union(*(places_around(work, one) for one in my_seats(work)))
    found = {}
    for rule in work.directory.duty_rules:
        place = work.directory.community_of(rule.place_id) or work.directory.places.get(rule.place_id)
        if rule.place_id in around and place is not None:
            found[place.code] = place.id
    return [found[code] for code in sorted(found)]


_HERE = {str(Role.RESIDENT), str(Role.FAMILY)}


async def around(work: Work, rules: Collection[DutyRule], *, back: int = 1, ahead: timedelta = AHEAD) -> Around:
    """The shifts of these rules from `back` days ago on."""
    today = work.directory.calendar.to_local(work.now).date()
    return await between(work, rules, today - back * ONE_DAY, today + ahead)


async def between(work: Work, rules: Collection[DutyRule], first: date, last: date) -> Around:
    """The shifts of these rules that begin on local days from `first` to `last`."""
    rows = await roster.rows_of(work.ledger, first, last) if rules else []
    shifts = work.directory.roster.shifts(first, last, roster.agreed(rows), rules=rules)
    aways = await roster.absences_of(work.ledger, None, first, last + ONE_DAY)
    return Around(work, shifts, rows, [one for some in aways.values() for one in some])


async def colleagues(work: Work, shift: Shift) -> list[Row]:
    """Who holds the role of a shift there, or was put into the roster for it, and can be reached; by name."""
    directory = work.directory
    wider = directory.below(shift.rule.place_id) | directory.scope(shift.rule.place_id)
    found = {row["id"]: row for row in await people.holders(work.ledger, [Role(shift.rule.role)], wider)}
    return sorted(
        (row for row in found.values() if people.is_reachable(row) and row["id"] != shift.holder_id),
        key=lambda row: (row["name"], row["id"]),
    )


async def may(ledger: Ledger, person_id: int, action: DutyAction, places: frozenset[int]) -> bool:
    """Whether somebody may do something with the roster of places, by the roles they hold now."""
    return may_at(await people.actor(ledger, person_id), action, places)


async def on_duty_now(work: Work) -> dict[str, list[Row]]:
    """Who is on duty at this moment around the one who asks, by role."""
    places = frozenset().union(*(places_around(work, one) for one in my_seats(work)))
    roles = {Role(rule.role) for rule in work.directory.duty_rules if rule.place_id in places} | SHOWN_ALWAYS
    duty = await roster.duty_at(work, work.now)
    found: dict[str, dict[int, Row]] = {}
    for row in await people.holders(work.ledger, roles, places):
        if duty.is_on(row, work.now):
            found.setdefault(row["role"], {})[row["id"]] = row
    return {role: sorted(rows.values(), key=lambda row: row["id"]) for role, rows in found.items()}
