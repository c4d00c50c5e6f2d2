"""The stage of the demo: a folder with the sample community, its telephones and its clock, made anew each time.

The supervisor builds it, the demo's bot plays on it.
"""

import secrets
import shutil
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from bot.clock import system_now
from bot.texts import DEFAULT
from storage import posters
from storage.directory import load
from storage.engine import Database
from storage.migrate import upgrade
from storage.rules.worktime import CalendarName, WorkCalendar
from storage.structure import Plan, apply, check, read

SAMPLE = Path(__file__).parent.parent / "sample"
DOOR = "jx-3-2"
"""The place whose poster the tour scans: 3栋2单元, which 小魏 looks after."""
ROSA, WEI, LAO_LI, DAN = 1001, 2001, 2003, 3001
PEOPLE = (  # Telegram id, name in Chinese, name in English
    (ROSA, "王阿姨", "Rosa"),
    (WEI, "小魏", "Wei"),
    (DAN, "丹姐", "Dan"),
    (1002, "陈叔", "Chen"),
    (1003, "小王", "Xiao Wang"),
    (2002, "小赵", "Zhao"),
    (LAO_LI, "老李", "Lao Li"),
    (2004, "小叶", "Ye"),
    (2005, "小田", "Tian"),
    (2006, "江护士", "Nurse Jiang"),
    (3002, "周书记", "Secretary Zhou"),
    (4001, "方联络员", "Fang"),
    (5001, "薇拉", "Vera"),
    (6001, "奥托", "Otto"),
    (9001, "艾达", "Ada"),
)
NEWCOMER = ROSA
"""She joins by the code on her door."""


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
        """What the control end point tells of it: `identity`, `language`, `door` and `links` (place to start code)."""
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
            await apply(database, _speaking(check(read(SAMPLE)), language), now)
            links, door = await _posters(database, now, language)
        finally:
            await database.close()
        self.people_file.write_bytes(orjson.dumps({"people": _telephones(language)}))
        known = {"identity": secrets.token_hex(8), "language": language, "door": door, "links": links}
        (self.folder / "known.json").write_bytes(orjson.dumps(known))


def _telephones(language: str) -> list[dict[str, Any]]:
    code = "en" if language == "en" else "zh-hans"
    return [
        {
            "user_id": user_id,
            "first_name": english if language == "en" else chinese,
            "language": code,
            "is_started": user_id != NEWCOMER,
        }
        for user_id, chinese, english in PEOPLE
    ]


def _speaking(plan: Plan, language: str) -> Plan:
    """The community with everybody reading one language; those with a telephone are called as there."""
    names = {row["user_id"]: row["first_name"] for row in _telephones(language)}
    people = [
        replace(
            one,
            line=one.line.model_copy(
                update={"language": language, "name": names.get(one.line.telegram_id or 0, one.line.name)}
            ),
        )
        for one in plan.lines["people"]
    ]
    return replace(plan, lines={**plan.lines, "people": tuple(people)})


async def _posters(database: Database, now: datetime, language: str) -> tuple[dict[str, str], str]:
    """What the codes on the doors open, by the name of the place; and the one of the tour's door."""
    async with database.writing() as connection:
        directory = await load(connection, "Asia/Shanghai")
        units = [place for place in directory.places.values() if place.level == "unit"]
        codes = await posters.ensure(connection, [place.id for place in units], now)
    starts = {place_id: posters.payload(code) for place_id, code in codes.items()}
    named = {directory.name(place.id, language): starts[place.id] for place in units}
    return named, starts[directory.by_code[DOOR].id]


def _first_moment(now: datetime) -> datetime:
    """The demo begins on a working morning at 09:30, so that everybody is on duty."""
    calendar = WorkCalendar()
    local = calendar.to_local(now).replace(hour=8, minute=30, second=0, microsecond=0)
    return calendar.next_open(local, CalendarName.WORKING) + timedelta(hours=1)
