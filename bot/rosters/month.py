"""What stands in the month's picture: gathered, and judged by the reader's rights, at the moment of sending."""

import asyncio
import calendar
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from bot.posters.fonts import CANDIDATES, find_font
from bot.texts import Texts
from bot.unsent import Suppressed
from storage import people, shifts
from storage.ledger import Ledger, Row
from storage.rules.place_rights import DutyAction
from storage.rules.press import press
from storage.rules.roster import DutyRule, Shift, Turn, gaps, is_covered
from storage.work import Work

from .picture import Cell, Line, Sheet, draw

Column = tuple[str, time, time]  # role, begins, ends


@dataclass(frozen=True, slots=True)
class Made:
    """The picture (None where it cannot be drawn), what is said under it or instead, and the buttons."""

    picture: bytes | None
    message: str
    params: Mapping[str, Any]
    buttons: Sequence[Sequence[Any]]


class Rosters:
    """Draws rosters."""

    def __init__(self, ledger: Ledger, texts: Texts, fonts: Sequence[Path] = CANDIDATES) -> None:
        self._ledger = ledger
        self._texts = texts
        self._fonts = fonts
        self._drawing = asyncio.Lock()  # one at a time: a font is no thing to share between threads

    async def make(self, row: Row, person: Row | None, now: datetime) -> Made:
        """The month of a row of the outbox, for its reader. Raises Suppressed for who may not see it any more."""
        params = row["params"]
        month, place_id = divmod(params["month"], 100), params["place"]
        if person is None or person["telegram_id"] != row["chat_id"] or person["retired_at"] is not None:
            raise Suppressed
        work = Work.for_clock(self._ledger, now)
        around = shifts.places_around(work, place_id)
        if not await shifts.may(self._ledger, person["id"], DutyAction.SEE, around):
            raise Suppressed
        sheet = await Gathering(work, self._texts, person).sheet(month, place_id)
        about = {"place": sheet.place, "year": month[0], "number": f"{month[1]:02}"}
        buttons = [_turning(month, place_id), [("duty_back", "dutylist")]]
        font = find_font(candidates=self._fonts)
        if font is None:
            return Made(None, "duty.month_words", {**about, "lines": _in_words(sheet), "notes": sheet.notes}, buttons)
        async with self._drawing:
            picture = await asyncio.to_thread(draw, sheet, font)
        return Made(picture, "duty.month", about, buttons)


def _turning(month: tuple[int, int], place_id: int) -> list[tuple[str, str]]:
    year, number = month
    before = (year - 1, 12) if number == 1 else (year, number - 1)
    after = (year + 1, 1) if number == 12 else (year, number + 1)
    return [
        (label, press("dutymonth", one[0] * 100 + one[1], place_id))
        for label, one in (("duty_earlier", before), ("duty_later", after))
    ]


def _in_words(sheet: Sheet) -> list[dict[str, Any]]:
    heads = [head.replace("\n", " ") for head in sheet.heads]
    return [
        {
            "day": line.day,
            "weekday": line.weekday,
            "shifts": [
                {"hours": hours, "names": cell.text} for hours, cell in zip(heads, line.cells, strict=True) if cell.text
            ],
        }
        for line in sheet.lines
    ]


class Gathering:
    """One month of one community for one reader."""

    def __init__(self, work: Work, texts: Texts, person: Row) -> None:
        self._work = work
        self._texts = texts
        self._person = person
        self._language = person["language"]

    async def sheet(self, month: tuple[int, int], place_id: int) -> Sheet:
        """Whatever the picture shows."""
        days = [date(*month, number) for number in range(1, calendar.monthrange(*month)[1] + 1)]
        rules = shifts.rules_around(self._work, [place_id])
        found = await shifts.between(self._work, rules, days[0], days[-1])
        ids = {one.holder_id for one in found.shifts if one.holder_id is not None}
        named = {one: str(row["name"]) for one, row in (await people.by_ids(self._work.ledger, ids)).items()}
        open_keys = {one.key for one in gaps(found.shifts, found.aways)}
        apart = [one for one in found.shifts if self._stands_apart(one, open_keys, found.shifts)]
        columns = sorted({_column(one.rule) for one in apart}, key=lambda one: (one[0], one[1], one[2]))
        by_cell: dict[tuple[date, Column], list[Shift]] = defaultdict(list)
        for one in apart:
            by_cell[one.day, _column(one.rule)].append(one)
        weekdays = self._word("weekdays").split()
        today = self._work.directory.calendar.to_local(self._work.now).date()
        is_present = {id(one) for one in apart if is_covered(one, found.aways)}
        return Sheet(
            place=self._work.directory.name(place_id, self._language),
            title=self._word("title", place=self._work.directory.name(place_id, self._language), **_of(month)),
            day_head=self._word("day"),
            heads=[f"{self._role(role)}\n{_hours(begins, ends)}" for role, begins, ends in columns],
            lines=[
                Line(
                    day=day.day,
                    weekday=weekdays[day.weekday()],
                    is_off=not self._work.directory.calendar.is_working_day(day),
                    is_today=day == today,
                    cells=[self._cell(by_cell[day, column], named, is_present) for column in columns],
                )
                for day in days
            ],
            notes=[*self._together(found.shifts, apart, named), self._word("legend")]
            if found.shifts
            else [self._word("empty")],
        )

    def _stands_apart(self, shift: Shift, open_keys: set[tuple[int, date]], some: Sequence[Shift]) -> bool:
        """Whether it is shown day by day: those in turn, and what all have together where something is unusual."""
        rule = shift.rule
        if rule.turn is not Turn.ALL:
            return True
        return any(one.rule.id == rule.id and (one.is_changed or one.key in open_keys) for one in some)

    def _cell(self, some: Sequence[Shift], named: Mapping[int, str], is_present: set[int]) -> Cell:
        if not some:
            return Cell("")
        there = [one for one in some if id(one) in is_present]
        names = [("↔" if one.is_changed else "") + named.get(one.holder_id or 0, "") for one in there]
        is_mine = any(one.holder_id == self._person["id"] for one in there)
        if not there:
            return Cell(self._word("nobody"), is_gap=True)
        return Cell(self._listed(names), is_mine=is_mine)

    def _together(self, some: Sequence[Shift], apart: Sequence[Shift], named: Mapping[int, str]) -> list[str]:
        """Those who are on duty all at once, a line for the same people."""
        shown = {id(one) for one in apart}
        rules: dict[int, DutyRule] = {one.rule.id: one.rule for one in some if id(one) not in shown}
        hours: dict[tuple[str, str, tuple[int, ...]], list[str]] = defaultdict(list)
        for rule in rules.values():
            hours[rule.role, rule.days.text, rule.people].append(_hours(rule.begins, rule.ends))
        return [
            self._word(
                "all",
                role=role,
                days=days,
                hours=" ".join(dict.fromkeys(said)),
                names=self._listed([named[one] for one in ids if one in named]),
            )
            for (role, days, ids), said in hours.items()
        ]

    def _listed(self, names: Sequence[str]) -> str:
        return ("、" if self._language.startswith("zh") else ", ").join(names)

    def _role(self, role: str) -> str:
        return self._texts.plain(self._language, f"role.{role}", {}, self._work.now)

    def _word(self, key: str, **params: Any) -> str:
        return self._texts.plain(self._language, f"roster.{key}", params, self._work.now)


def _column(rule: DutyRule) -> Column:
    return rule.role, rule.begins, rule.ends


def _hours(begins: time, ends: time) -> str:
    return f"{begins:%H:%M}–{ends:%H:%M}"


def _of(month: tuple[int, int]) -> dict[str, Any]:
    return {"year": month[0], "number": f"{month[1]:02}"}
