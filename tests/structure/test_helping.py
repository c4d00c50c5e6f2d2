"""The sheets of what neighbours do for each other: the sample offers enough, and the bot knows it after an import."""

from collections import Counter

import pytest

from storage import directory
from storage.engine import Database
from storage.rules.errands import Helping, Per, Who
from storage.structure import Problem, Reason, StructureError, apply, check, read

from .conftest import NOW, Folder

BUTTON = {"errands": (12, 24), "skills": (12, 24), "posts": (12, 25), "rewards": (12, 24)}


async def helping(database: Database) -> Helping:
    async with database.reading() as connection:
        return (await directory.load(connection, "Asia/Shanghai")).helping


def test_it_offers_what_neighbours_need(folder: Folder) -> None:
    lines = folder.plan().lines
    counts = {name: len(lines[name]) for name in ("errands", "skills", "organisations", "posts", "rewards")}
    assert counts == {"errands": 22, "skills": 12, "organisations": 5, "posts": 30, "rewards": 12}
    categories = Counter(placed.line.category for placed in lines["posts"])
    assert len(categories) == 10
    assert {placed.line.who for placed in lines["points"]} == set(Who)
    for name, (chinese, latin) in BUTTON.items():
        for placed in lines[name]:
            assert len(placed.line.name) <= chinese, placed
            assert len(placed.line.name_en or "") <= latin, placed


async def test_it_knows_them_after_an_import(database: Database, folder: Folder) -> None:
    await apply(database, folder.plan(), NOW)
    found = await helping(database)
    bulb, child = found.by_code["bulb"], found.by_code["childcare"]
    assert (bulb.name_in("zh-CN"), bulb.name_in("en"), bulb.minutes) == ("换灯泡", "Change a bulb", 20)
    assert "灯不亮" in bulb.aliases
    assert "light_bulb" in bulb.aliases
    assert child.skills == ("childcare",)
    assert child.needs_sign_in
    hospital = next(one for one in found.organisations.values() if one.code == "hospital")
    assert hospital.contact_id is not None
    assert found.of_contact[hospital.contact_id] == (hospital,)
    assert found.skills["medical"].months == 12
    long = next(rule for rule in found.point_rules if rule.code == "help-long")
    assert (long.who, long.per) == (Who.HELPER, Per.ORDER)
    assert sorted(long.errands or ()) == ["childcare", "hospital", "school"]
    assert next(iter(found.rewards.values())).price == 40


async def test_it_retires_a_post_that_is_gone(database: Database, folder: Folder) -> None:
    await apply(database, folder.plan(), NOW)
    folder.drop("posts", "fire-gas")
    await apply(database, folder.plan(), NOW, retire_missing=True)
    assert "fire-gas" not in {one.code for one in (await helping(database)).posts.values()}


@pytest.mark.parametrize(
    ("sheet", "code", "cells", "reason", "column"),
    [
        ("points", "help-hour", {"who": "resident"}, Reason.NOT_ONE_OF, "per"),
        ("points", "help-hour", {"per": "week"}, Reason.NOT_ONE_OF, "per"),
        ("points", "help-long", {"errands": "flying"}, Reason.UNKNOWN_REFERENCE, "errands"),
        ("errands", "tap", {"skills": "magic"}, Reason.UNKNOWN_REFERENCE, "skills"),
        ("organisations", "bank", {"contact": "nobody"}, Reason.UNKNOWN_REFERENCE, "contact"),
        ("posts", "fun-chess", {"seats": "0"}, Reason.ZERO, "seats"),
        ("rewards", "eggs", {"stock": "-1"}, Reason.BAD_NUMBER, "stock"),
    ],
)
def test_it_refuses(folder: Folder, sheet: str, code: str, cells: dict[str, str], reason: Reason, column: str) -> None:
    folder.put(sheet, code, **cells)
    row = 1 + [cells[0] for cells in folder.rows(sheet)].index(code)
    with pytest.raises(StructureError) as found:
        check(read(folder.path))
    (problem,) = found.value.problems
    assert isinstance(problem, Problem)
    assert (problem.reason, problem.sheet, problem.row, problem.column) == (reason, sheet, row, column)
