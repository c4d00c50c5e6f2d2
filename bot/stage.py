"""The stage of the demo: a folder with the sample community, its telephones and its clock, made anew each time.

The supervisor builds it, the demo's bot plays on it.
"""

import secrets
import shutil
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import orjson

from bot.clock import system_now
from bot.texts import DEFAULT
from storage import people, posters, schema
from storage.changes import ChangeSet
from storage.directory import load
from storage.engine import Database
from storage.ledger import Ledger
from storage.migrate import upgrade
from storage.rules.worktime import CalendarName, WorkCalendar
from storage.structure import apply, check, read

from . import cast, stage_helpers
from .cast import DAN, TIAN, YE

SAMPLE = Path(__file__).parent.parent / "sample"
DOOR = "jx-3-2"
"""The place whose poster the tour scans: 3栋2单元, which 小魏 looks after."""
TUESDAY = 1
TOUR_TAKES, AHEAD = timedelta(days=4), timedelta(days=12)
"""So long the first story may take at most; so far ahead a visit can be booked all the same."""
FREE_FROM, FREE_UNTIL = time(10), time(11)
"""The only hour that is left of the scarce day."""


@dataclass(frozen=True)
class Days:
    """The days of the tour's second story: the `visit` is on the first, the `scarce` one has a single time left.

    On both the agents have a training: 小田 on the first, both on the second, but for that hour.
    """

    visit: date
    scarce: date

    @classmethod
    def after(cls, now: datetime, calendar: WorkCalendar) -> "Days":
        """The coming Tuesday, or another working day where that is a holiday, and the working day after it."""
        first = calendar.to_local(now + TOUR_TAKES).date()
        days = [first + timedelta(days=count) for count in range((AHEAD - TOUR_TAKES).days)]
        working = [day for day in days if calendar.is_working_day(day)] or days
        visit = next((day for day in working if day.weekday() == TUESDAY), working[0])
        return cls(visit, calendar.to_local(calendar.add_working_days(calendar_noon(visit, calendar), 1)).date())


def calendar_noon(day: date, calendar: WorkCalendar) -> datetime:
    """The middle of a local day."""
    return datetime.combine(day, time(12), calendar.zone)


@dataclass(frozen=True)
class Stage:
    """A folder that a demo plays in."""

    folder: Path

    @property
    def url(self) -> str:
        """The address of its database."""
        return f"sqlite:///{self.folder / 'linli.sqlite3'}"

    @property
    def people_file(self) -> Path:
        """Who has a telephone, for the simulator."""
        return self.folder / "people.json"

    @property
    def offset(self) -> timedelta:
        """By how much the demo's clock differs from the machine's."""
        return timedelta(seconds=float((self.folder / "clock").read_text(encoding="ascii")))

    def keep_offset(self, offset: timedelta) -> None:
        """Write it down, so that it survives the bot."""
        (self.folder / "clock").write_text(str(offset.total_seconds()), encoding="ascii")

    def known(self) -> dict[str, Any]:
        """What the control end point tells of it.

        `identity`, `language`, `door`, `links` (place to start code), and when it `began`.
        """
        found: dict[str, Any] = orjson.loads((self.folder / "known.json").read_bytes())
        return found

    def ask_anew(self, language: str) -> None:
        """Leave word for the supervisor that everything shall begin again, in a language."""
        (self.folder / "anew").write_text(language, encoding="ascii")

    @property
    def is_asked_anew(self) -> bool:
        """Whether somebody has left that word."""
        return (self.folder / "anew").exists()

    def wanted(self, otherwise: str) -> str:
        """The language that was asked for, if one was."""
        return (self.folder / "anew").read_text(encoding="ascii") if self.is_asked_anew else otherwise

    async def build(self, language: str = DEFAULT) -> None:
        """Begin with a new database: the sample community, speaking one language, and a poster for every unit."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        now = _first_moment(system_now())
        self.keep_offset(now - system_now())
        database = await Database.open(self.url)
        try:
            await upgrade(database)
            await apply(database, cast.speaking(check(read(SAMPLE)), language), now)
            links, door = await _posters(database, now, language)
            await _trainings(database, now)
            await stage_helpers.neighbours(database, now, language)
            await stage_helpers.group(database, now, language)
        finally:
            await database.close()
        seed = {"people": cast.telephones(language), "groups": [stage_helpers.chat(language)]}
        self.people_file.write_bytes(orjson.dumps(seed))
        known = {"identity": secrets.token_hex(8), "language": language, "door": door, "links": links}
        (self.folder / "known.json").write_bytes(orjson.dumps({**known, "began": now.isoformat()}))


async def _posters(database: Database, now: datetime, language: str) -> tuple[dict[str, str], str]:
    """What the codes on the doors open, by the name of the place; and the one of the tour's door."""
    async with database.writing() as connection:
        directory = await load(connection, "Asia/Shanghai")
        units = [place for place in directory.places.values() if place.level == "unit"]
        codes = await posters.ensure(connection, [place.id for place in units], now)
    starts = {place_id: posters.payload(code) for place_id, code in codes.items()}
    named = {directory.name(place.id, language): starts[place.id] for place in units}
    return named, starts[directory.by_code[DOOR].id]


async def _trainings(database: Database, now: datetime) -> None:
    """Let the agents be away as the second story wants it."""
    calendar = WorkCalendar()
    days = Days.after(now, calendar)
    dawn, night = (datetime.combine(days.scarce, at, calendar.zone) for at in (time(), time(23, 59)))
    free_from, free_until = (datetime.combine(days.scarce, at, calendar.zone) for at in (FREE_FROM, FREE_UNTIL))
    visit = datetime.combine(days.visit, time(), calendar.zone)
    away = (
        (YE, dawn, night),
        (TIAN, visit, visit + timedelta(days=1)),
        (TIAN, dawn, free_from),
        (TIAN, free_until, night),
    )
    ledger = await Ledger.open(database)
    found = await people.by_telegram_ids(ledger, [YE, TIAN, DAN])
    changes = ChangeSet()
    for number, (who, begins, ends) in enumerate(away, 1):
        values = {"person_id": found[who]["id"], "begins_at": begins, "ends_at": ends, "told_by": found[DAN]["id"]}
        changes.insert(schema.absence, id=number, reason="training", created_at=now, version=1, **values)
    await ledger.commit([changes])


def _first_moment(now: datetime) -> datetime:
    """The demo begins on a working morning at 09:30, so that everybody is on duty."""
    calendar = WorkCalendar()
    local = calendar.to_local(now).replace(hour=8, minute=30, second=0, microsecond=0)
    return calendar.next_open(local, CalendarName.WORKING) + timedelta(hours=1)
