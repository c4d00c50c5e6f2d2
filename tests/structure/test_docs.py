"""What docs/import.md tells people to fill in is what the code reads."""

import re
from pathlib import Path

import pytest

from storage.rules.chains import Step
from storage.rules.rights import Role
from storage.structure.columns import SHEETS
from storage.structure.levels import COVERED_BY_GRIDS, PARENTS, Level
from storage.structure.line import Sheet

from .conftest import Folder

DOC = (Path(__file__).parents[2] / "docs" / "import.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return re.split(r"^## ", DOC.split(f"\n## {title}", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


def table(text: str, header: str) -> list[list[str]]:
    lines = text[text.index(header) :].split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines]


@pytest.mark.parametrize("sheet", SHEETS.values(), ids=list(SHEETS))
def test_it_documents_the_columns_that_the_code_has(sheet: Sheet) -> None:
    rows = table(section(f"{sheet.name} {sheet.title}"), "| column |")
    documented = [(name, title, needed == "yes") for name, title, needed, _ in rows]
    fields = sheet.model.model_fields.items()
    assert documented == [(name, field.title, field.is_required()) for name, field in fields]


def test_it_documents_what_may_lie_in_what() -> None:
    rows = table(section("places"), "| level | lies in |")
    told = {Level(one): set(re.split(r", ", above)) for levels, above in rows for one in levels.split(", ")}
    assert told == {level: set(above) for level, above in PARENTS.items() if above}


def test_it_documents_every_code() -> None:
    codes = {word for row in table(section("roles"), "| column |") for word in re.findall(r"[a-z_]+", row[3])}
    assert set(Role) <= codes
    assert set(Step) <= set(re.findall(r"[a-z_]+", section("routing")))
    assert all(level in section("places").split("| grid |", 1)[1].split("\n", 1)[0] for level in COVERED_BY_GRIDS)


def test_it_has_a_sample_with_every_column(folder: Folder) -> None:
    for name, sheet in SHEETS.items():
        assert tuple(folder.rows(name)[0]) == sheet.columns
