"""Every kind of wrong cell and wrong row is refused with its sheet, its row, its column and its reason."""

import pytest

from storage.structure import Reason

from .conftest import SAMPLE, Folder, problems_of

CELLS = [
    ("places", "jx-3", {"code": "jx 3/!"}, "code", Reason.BAD_CODE),
    ("places", "jx-3", {"level": "palace"}, "level", Reason.UNKNOWN_LEVEL),
    ("places", "jx-3", {"name": ""}, "name", Reason.REQUIRED),
    ("places", "jx-3", {"name": "长" * 81}, "name", Reason.TOO_LONG),
    ("places", "jx-3", {"latitude": "91"}, "latitude", Reason.BAD_LATITUDE),
    ("places", "jx-3", {"latitude": "nan"}, "latitude", Reason.BAD_LATITUDE),
    ("places", "jx-3", {"longitude": "东经120"}, "longitude", Reason.BAD_LONGITUDE),
    ("places", "jx-3", {"longitude": ""}, "latitude", Reason.HALF_POSITION),
    ("places", "xfl", {"hotline": "打给老王"}, "hotline", Reason.BAD_HOTLINE),
    ("places", "jx-3", {"parent": "nowhere"}, "parent", Reason.UNKNOWN_REFERENCE),
    ("places", "jx-3", {"parent": "jx-2-1"}, "parent", Reason.WRONG_PARENT),
    ("places", "jx-3", {"grid": "nowhere"}, "grid", Reason.UNKNOWN_REFERENCE),
    ("places", "jx-3", {"grid": "jx"}, "grid", Reason.NOT_A_GRID),
    ("places", "xfl", {"grid": "grid-1"}, "grid", Reason.NO_GRID_HERE),
    ("places", "jx-3", {"number": "2"}, "number", Reason.DUPLICATE_NUMBER),
    ("people", "wei", {"phone": "12345"}, "phone", Reason.BAD_PHONE),
    ("people", "wei", {"telegram_id": "@wei"}, "telegram_id", Reason.BAD_TELEGRAM_ID),
    ("people", "wei", {"telegram_id": str(2**52)}, "telegram_id", Reason.BAD_TELEGRAM_ID),
    ("people", "wei", {"telegram_id": "2002"}, "telegram_id", Reason.DUPLICATE_TELEGRAM_ID),
    ("people", "wei", {"language": "klingon"}, "language", Reason.BAD_LANGUAGE),
    ("people", "wei", {"home": "nowhere"}, "home", Reason.UNKNOWN_REFERENCE),
    ("roles", "wei", {"role": "emperor"}, "role", Reason.UNKNOWN_ROLE),
    ("roles", "wei", {"place": "nowhere"}, "place", Reason.UNKNOWN_REFERENCE),
    ("kinds", "question", {"answer": "bald"}, "answer", Reason.BAD_LIMIT),
    ("kinds", "question", {"finish": "0min always"}, "finish", Reason.BAD_LIMIT),
    ("kinds", "question", {"finish": "2h lunch_time"}, "finish", Reason.BAD_LIMIT),
    ("kinds", "question", {"needs_place": "perhaps"}, "needs_place", Reason.BAD_FLAG),
    ("routing", "words", {"chain": "grid_worker > > duty_secretary"}, "chain", Reason.BAD_CHAIN),
    ("routing", "words", {"chain": "king > duty_secretary"}, "chain", Reason.BAD_CHAIN),
    ("routing", "words", {"kinds": "question riddle"}, "kinds", Reason.UNKNOWN_REFERENCE),
    ("routing", "words", {"place": "nowhere"}, "place", Reason.UNKNOWN_REFERENCE),
    ("routing", "words", {"position": "first"}, "position", Reason.BAD_NUMBER),
    ("routing", "words", {"position": "10"}, "position", Reason.DUPLICATE_NUMBER),
]


@pytest.mark.parametrize(("sheet", "code", "cells", "column", "reason"), CELLS)
def test_it_names_the_wrong_cell(
    folder: Folder, sheet: str, code: str, cells: dict[str, str], column: str, reason: Reason
) -> None:
    row = next(number for number, cells_ in enumerate(folder.rows(sheet), 1) if cells_[0] == code)
    folder.put(sheet, code, **cells)
    found = [problem for problem in folder.problems() if problem.reason is reason]
    assert {(problem.sheet, problem.column) for problem in found} == {(sheet, column)}
    assert row in {problem.row for problem in found} | {problem.params.get("first_row") for problem in found}


@pytest.mark.parametrize(
    ("sheet", "cells", "reason"),
    [
        ("places", {"code": "jx-3", "level": "building", "name": "又一栋"}, Reason.DUPLICATE_CODE),
        ("people", {"code": "wei", "name": "小魏"}, Reason.DUPLICATE_CODE),
        ("roles", {"person": "wei", "role": "grid_worker", "place": "grid-1"}, Reason.DUPLICATE_ROW),
        ("roles", {"person": "nobody", "role": "grid_worker", "place": "grid-1"}, Reason.UNKNOWN_REFERENCE),
        ("calendar", {"date": "2026-02-30", "is_working": "yes"}, Reason.BAD_DATE),
    ],
)
def test_it_names_the_row_that_should_not_be_there(
    folder: Folder, sheet: str, cells: dict[str, str], reason: Reason
) -> None:
    row = folder.add(sheet, **cells)
    assert [(p.reason, p.sheet, p.row) for p in folder.problems()] == [(reason, sheet, row)]


def test_it_refuses_one_day_twice(folder: Folder) -> None:
    folder.add("calendar", date="2026-10-10", is_working="yes")
    folder.add("calendar", date="2026/10/10", is_working="no")
    assert [(p.reason, p.row) for p in folder.problems()] == [(Reason.DUPLICATE_ROW, 3)]


def test_it_finds_parents_in_a_circle(folder: Folder) -> None:
    folder.put("places", "district", parent="jx")
    assert Reason.PARENT_CYCLE in {p.reason for p in folder.problems()}


def test_it_wants_every_kind_that_the_bot_can_read(folder: Folder) -> None:
    folder.drop("kinds", "environment")
    folder.put("routing", "repairs", kinds="utilities")
    assert [(p.reason, p.params) for p in folder.problems()] == [(Reason.MISSING_KIND, {"value": "environment"})]


def test_it_wants_a_rule_that_fits_everything(folder: Folder) -> None:
    folder.drop("routing", "anything")
    assert [p.reason for p in folder.problems()] == [Reason.NO_CATCH_ALL]


def test_it_tells_every_mistake_at_once_and_each_once(folder: Folder) -> None:
    folder.put("places", "jx", latitude="200", hotline="?")  # its eleven buildings are not blamed for it
    folder.put("people", "wei", phone="1")
    found = {(p.sheet, p.column) for p in folder.problems()}
    assert found == {("places", "latitude"), ("places", "hotline"), ("people", "phone")}


def test_it_passes_the_sample() -> None:
    assert problems_of(SAMPLE) == []
