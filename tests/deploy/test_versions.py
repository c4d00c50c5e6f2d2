"""A schema that a later version has added to: the version before goes on working on it, and starts on it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from storage.engine import Database
from storage.migrate import revision_of, upgrade
from tests.stories.telling import reports, ticket
from tests.town import Town

from .compose import ROOT

VERSIONS = sorted((ROOT / "storage" / "migrations" / "versions").glob("v*.py"))[1:]
TAKES_AWAY = {"drop_table", "drop_column", "alter_column", "rename_table", "batch_alter_table", "drop_constraint"}
TOMORROW = ("ALTER TABLE ticket ADD COLUMN tomorrow text", "UPDATE alembic_version SET version_num = 'tomorrow'")


async def add(database: Database) -> None:
    """What a migration of a later version does: it adds, and leaves its name."""
    await database.write(lambda connection: [connection.execute(sa.text(one)) for one in TOMORROW])


async def test_it_works_on_and_starts_on_a_schema_of_tomorrow(any_town: Town) -> None:
    await add(any_town.app.database)
    await reports(any_town, any_town.rosa, "3栋2单元楼道灯坏了")
    await any_town.restart()
    await any_town.wei.presses("接单")
    await any_town.settle()
    assert (await ticket(any_town))["state"] == "accepted"


async def test_it_leaves_a_newer_schema_as_it_is(database: Database) -> None:
    await add(database)
    await upgrade(database)
    assert await database.write(revision_of) == "tomorrow"


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """What a migration calls, by name."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func.attr, node


@pytest.mark.parametrize("path", VERSIONS, ids=lambda path: path.stem)
def test_it_only_adds(path: Path) -> None:
    assert not TAKES_AWAY & {name for name, _ in calls(path)}
    for name, call in calls(path):
        if name == "add_column":
            said = ast.unparse(call)
            assert "nullable=True" in said or "server_default" in said, said
