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
    ("kinds", "question", {"flow": "river"}, "flow", Reason.NOT_ONE_OF),
    ("categories", "civil", {"name": ""}, "name", Reason.REQUIRED),
    ("services", "senior-card", {"category": "nowhere"}, "category", Reason.UNKNOWN_REFERENCE),
    ("services", "senior-card", {"kind": "riddle"}, "kind", Reason.UNKNOWN_REFERENCE),
    ("services", "senior-card", {"kind": "question"}, "kind", Reason.NOT_BOOKED),
    ("services", "senior-card", {"providers": "hall nobody"}, "providers", Reason.UNKNOWN_REFERENCE),
    ("services", "senior-card", {"providers": ""}, "providers", Reason.NO_HALL),
    ("services", "senior-card", {"ways": "at_home by_air"}, "ways", Reason.NOT_ONE_OF),
    ("services", "senior-card", {"fee": "cheap"}, "fee", Reason.NOT_ONE_OF),
    ("services", "injection", {"fee_words": ""}, "fee_words", Reason.REQUIRED),
    ("services", "senior-card", {"minutes": "0"}, "minutes", Reason.ZERO),
    ("services", "senior-card", {"minutes": "half"}, "minutes", Reason.BAD_NUMBER),
    ("services", "senior-card", {"needs_presence": "maybe"}, "needs_presence", Reason.BAD_FLAG),
    ("services", "senior-card", {"name": "长" * 81}, "name", Reason.TOO_LONG),
    ("services", "locksmith", {"phone": "", "address": ""}, "ways", Reason.NOTHING_TO_TELL),
    ("providers", "agent-ye", {"kind": "robot"}, "kind", Reason.NOT_ONE_OF),
    ("providers", "agent-ye", {"person": "nobody"}, "person", Reason.UNKNOWN_REFERENCE),
    ("providers", "agent-ye", {"person": ""}, "person", Reason.REQUIRED),
    ("providers", "agent-ye", {"person": "agent-2"}, "person", Reason.DUPLICATE_ROW),
    ("providers", "agent-ye", {"skills": "magic"}, "skills", Reason.UNKNOWN_REFERENCE),
    ("providers", "hall", {"place": "nowhere"}, "place", Reason.UNKNOWN_REFERENCE),
    ("providers", "hall", {"seats": "0"}, "seats", Reason.ZERO),
    ("openings", "hall-1", {"provider": "nobody"}, "provider", Reason.UNKNOWN_REFERENCE),
    ("openings", "hall-1", {"days": "someday"}, "days", Reason.BAD_DAYS),
    ("openings", "hall-1", {"days": "2026-02-30"}, "days", Reason.BAD_DAYS),
    ("openings", "hall-1", {"begins": "25:00"}, "begins", Reason.BAD_CLOCK),
    ("openings", "hall-1", {"begins": "12:00"}, "ends", Reason.ENDS_TOO_EARLY),
    ("openings", "hall-1", {"begins": "", "ends": ""}, "begins", Reason.REQUIRED),
    ("openings", "hall-1", {"ends": "", "is_shut": "yes"}, "ends", Reason.REQUIRED),
    ("menus", "mon-1", {"provider": "nobody"}, "provider", Reason.UNKNOWN_REFERENCE),
    ("menus", "mon-1", {"days": "monday"}, "days", Reason.BAD_DAYS),
]
EVENING = {
    "code": "evening",
    "role": "grid_worker",
    "place": "grid-1",
    "people": "wei zhao",
    "turn": "week",
    "days": "working",
    "begins": "18:00",
    "ends": "21:00",
    "from_day": "2026-11-23",
}


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
    folder.put("points", "say-report", errands="utilities")
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


@pytest.mark.parametrize(
    ("cells", "column", "reason"),
    [
        ({"role": "emperor"}, "role", Reason.UNKNOWN_ROLE),
        ({"place": "nowhere"}, "place", Reason.UNKNOWN_REFERENCE),
        ({"people": "wei nobody"}, "people", Reason.UNKNOWN_REFERENCE),
        ({"people": ""}, "people", Reason.REQUIRED),
        ({"turn": "hourly"}, "turn", Reason.NOT_ONE_OF),
        ({"begins": "six"}, "begins", Reason.BAD_CLOCK),
        ({"from_day": "soon"}, "from_day", Reason.BAD_DATE),
        ({"until_day": "2026-11-22"}, "until_day", Reason.ENDS_TOO_EARLY),
    ],
)
def test_it_names_the_wrong_cell_of_a_shift(folder: Folder, cells: dict[str, str], column: str, reason: Reason) -> None:
    row = folder.add("duty", **EVENING | cells)
    assert [(p.reason, p.row, p.column) for p in folder.problems()] == [(reason, row, column)]


def test_it_passes_a_shift_over_midnight(folder: Folder) -> None:
    folder.add("duty", **EVENING | {"ends": "06:00"})
    assert folder.problems() == []
