"""A community of 5,000 households, generated: six estates of 14 buildings, its staff in proportion, a poster at every
unit. It comes into the database as every community does, by importing sheets; residents appear when they write.
"""

import csv
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import posters, schema
from storage.directory import load
from storage.engine import Database
from storage.ids import new_id
from storage.migrate import upgrade
from storage.structure import apply, check, read
from tests.town import SAMPLE

from . import offers

ESTATES = ("锦绣家园", "春风苑", "槐荫里", "梧桐苑", "望江花园", "杏花里")
BUILDINGS, UNITS, HOUSEHOLDS = 14, 3, 20  # in an estate, a building, a unit: 5,040 households
GRID_BUILDINGS = 5
AGENTS, FIRM = 4, 2  # for everybody; for each estate
FIRST_STAFF, FIRST_HELPER, FIRST_RESIDENT = 2001, 3001, 10_001
HELPERS = 10
COMMUNITY = "community"
GROUPS: Mapping[str, str] = {"volunteers": COMMUNITY, "staff": "e1"}
"""What the groups are for, and whose they are."""

SKILLS = ("repair", "phone", "childcare", "driving")
_SHEETS: Mapping[str, Sequence[str]] = {
    "places": ("code", "level", "parent", "number", "name", "grid", "latitude", "longitude", "hotline"),
    "people": ("code", "name", "phone", "telegram_id", "language", "home"),
    "roles": ("person", "role", "place"),
    **offers.COLUMNS,
}


@dataclass(frozen=True)
class Unit:
    """A staircase, and what its address is called."""

    code: str
    address: str


@dataclass(frozen=True)
class Worker:
    """Somebody who works for the community and has a telephone with the bot on it."""

    code: str
    role: str
    place: str
    telegram_id: int

    @property
    def name(self) -> str:
        """A name nobody else has, which says whether somebody works here or helps."""
        return f"{'帮' if self.role == 'volunteer' else '工'}{self.telegram_id}"

    @property
    def home(self) -> str:
        """Where somebody lives who helps; of those who work here it is not known."""
        if self.role != "volunteer":
            return ""
        number = self.telegram_id - FIRST_HELPER
        return f"e{number % len(ESTATES) + 1}-{number % BUILDINGS + 1}-1"


def units() -> list[Unit]:
    """Every staircase."""
    return [
        Unit(f"e{estate}-{building}-{unit}", f"{name}{building}栋{unit}单元")
        for estate, name in enumerate(ESTATES, 1)
        for building in range(1, BUILDINGS + 1)
        for unit in range(1, UNITS + 1)
    ]


def _buildings() -> list[tuple[int, int]]:
    return [(estate, building) for estate in range(1, len(ESTATES) + 1) for building in range(1, BUILDINGS + 1)]


def _grids() -> int:
    return -(-len(_buildings()) // GRID_BUILDINGS)


def staff() -> list[Worker]:
    """A grid worker for some 300 households, a head for every building, and some of everything else."""
    held = [
        *(("grid_worker", f"grid-{number}") for number in range(1, _grids() + 1)),
        *(("building_head", f"e{estate}-{building}") for estate, building in _buildings()),
        *(("property_firm", f"e{estate}") for estate in range(1, len(ESTATES) + 1) for _ in range(FIRM)),
        *(("duty_secretary", "community"), ("duty_secretary", "community"), ("community_secretary", "community")),
        *(("mediator", "community"), *(("proxy_agent", "community"),) * AGENTS, ("street_liaison", "street")),
        ("administrator", "district"),
    ]
    return [Worker(f"s{number}", role, place, FIRST_STAFF + number) for number, (role, place) in enumerate(held)]


def helpers() -> list[Worker]:
    """Some people who help."""
    return [Worker(f"h{number}", "volunteer", COMMUNITY, FIRST_HELPER + number) for number in range(HELPERS)]


def _places() -> Iterator[Mapping[str, object]]:
    yield {"code": "district", "level": "district", "name": "青禾区", "hotline": "12345"}
    yield {"code": "street", "level": "street", "parent": "district", "name": "望湖街道"}
    yield {"code": "community", "level": "community", "parent": "street", "name": "幸福里社区"}
    for number in range(1, _grids() + 1):
        yield {
            "code": f"grid-{number}",
            "level": "grid",
            "parent": "community",
            "number": number,
            "name": f"第{number}网格",
        }
    for number, name in enumerate(ESTATES, 1):
        yield {"code": f"e{number}", "level": "estate", "parent": "community", "name": name, **position(number, 0)}
    for index, (estate, number) in enumerate(_buildings()):
        code, grid = f"e{estate}-{number}", f"grid-{index // GRID_BUILDINGS + 1}"
        place = {"code": code, "level": "building", "parent": f"e{estate}", "number": number, "name": f"{number}栋"}
        yield {**place, "grid": grid, **position(estate, number)}
        for unit in range(1, UNITS + 1):
            yield {"code": f"{code}-{unit}", "level": "unit", "parent": code, "number": unit, "name": f"{unit}单元"}


def position(estate: int, building: int) -> Mapping[str, str]:
    """Where a building stands."""
    return {
        "latitude": f"{30.26 + estate * 0.004 + building * 0.0002:.4f}",
        "longitude": f"{120.05 + building * 0.0002:.4f}",
    }


def write_sheets(folder: Path) -> Path:
    """Write the sheets of the community; gives back the folder."""
    folder.mkdir()
    for name in ("kinds", "routing", "calendar", "errands", "skills", "points"):
        shutil.copy(SAMPLE / f"{name}.csv", folder)
    people = [*staff(), *helpers()]
    _write(folder, "places", _places())
    _write(
        folder,
        "people",
        (
            {
                "code": one.code,
                "name": one.name,
                "phone": f"199{one.telegram_id:08d}",
                "telegram_id": one.telegram_id,
                "home": one.home,
            }
            for one in people
        ),
    )
    _write(folder, "roles", ({"person": one.code, "role": one.role, "place": one.place} for one in people))
    for name, lines in offers.sheets([one.code for one in people if one.role == "proxy_agent"]).items():
        _write(folder, name, lines)
    return folder


def _write(folder: Path, name: str, rows: Iterator[Mapping[str, object]]) -> None:
    with open(folder / f"{name}.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, _SHEETS[name], restval="")
        writer.writeheader()
        writer.writerows(rows)


async def settle_in(url: str, sheets: Path, now: datetime) -> Mapping[str, str]:
    """Make the database with the community in it; gives back what each unit's poster opens, by the unit's code.

    The sheet of rewards is put away afterwards: what it says would replace what is left of them.
    """
    database = await Database.open(url)
    try:
        await upgrade(database)
        await apply(database, check(read(sheets)), now)
        (sheets / "rewards.csv").unlink()
        async with database.writing() as connection:
            await _register(connection, now)
            directory = await load(connection, "Asia/Shanghai")
            found = {place.id: place.code for place in directory.places.values() if place.level == "unit"}
            codes = await posters.ensure(connection, list(found), now)
            return {found[place_id]: posters.payload(code) for place_id, code in codes.items()}
    finally:
        await database.close()


async def _register(connection: AsyncConnection, now: datetime) -> None:
    """Let those help who said so at the hall, where somebody looked at their papers; every other one can something."""
    table = schema.person
    found = await connection.execute(
        sa.select(table.c.id).where(table.c.telegram_id >= FIRST_HELPER).order_by(table.c.telegram_id)
    )
    for number, (person_id,) in enumerate(found.all()):
        times = {"registered_at": now, "verified_at": now}
        await connection.execute(schema.helper.insert().values(id=new_id(now), person_id=person_id, **times))
        if number % 2:
            skill = {"skill": SKILLS[number // 2 % len(SKILLS)], "declared_at": now, "verified_at": now}
            await connection.execute(schema.helper_skill.insert().values(id=new_id(now), person_id=person_id, **skill))


async def bind(url: str, chats: Mapping[str, int], now: datetime) -> None:
    """Bind groups, by what they are for, before the bot runs."""
    database = await Database.open(url)
    try:
        async with database.writing() as connection:
            directory = await load(connection, "Asia/Shanghai")
            by = await connection.scalar(sa.select(sa.func.min(schema.person.c.id)))
            for purpose, chat_id in chats.items():
                place = directory.by_code[GROUPS[purpose]]
                values = {"id": new_id(now), "chat_id": chat_id, "place_id": place.id, "purpose": purpose}
                await connection.execute(schema.group_chat.insert().values(**values, bound_by=by, bound_at=now))
    finally:
        await database.close()


async def import_again(url: str, sheets: Path, now: datetime) -> None:
    """Import the same sheets again beside the running bot: who lost a role has it back."""
    database = await Database.open(url)
    try:
        await apply(database, check(read(sheets)), now)
    finally:
        await database.close()
