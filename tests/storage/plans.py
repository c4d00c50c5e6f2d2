"""What is asked of the database while people live a day in town, and how each engine would find it."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from storage import schema
from storage.engine import Database

SMALL = {"place", "kind", "routing_rule", "calendar_day", "setting", "counter", "role_grant", "lease", "replica"}
FEW = {"notice", "hold"}
GROWING = frozenset(schema.metadata.tables) - SMALL - FEW
PARTIAL = frozenset(
    str(index.name)
    for table in schema.metadata.tables.values()
    for index in table.indexes
    if index.dialect_options["sqlite"]["where"] is not None
)
"""Indexes of what waits or is open, which stays short: to go through such a list is no search through everything."""

Asked = dict[str, tuple[sa.Select[Any], Mapping[str, Any]]]


@contextmanager
def listening(patch: pytest.MonkeyPatch) -> Iterator[Asked]:
    """Every query that is asked meanwhile, once, with the parameters it was first asked with."""
    asked: Asked = {}
    rows = Database.rows

    async def heard(self: Database, query: sa.Select[Any], params: Mapping[str, Any] | None = None) -> Any:
        asked.setdefault(str(query), (query, params or {}))
        return await rows(self, query, params)

    patch.setattr(Database, "rows", heard)
    yield asked
    patch.undo()


def written(asked: Asked, connection: sa.Connection) -> list[str]:
    """The queries with their values in them."""

    def name_type(bind: Any) -> None:  # of a limit SQLAlchemy knows no type
        if isinstance(bind.type, sa.types.NullType):
            bind.type = sa.Integer()

    known = [
        sa.sql.visitors.cloned_traverse(query.params(params), {}, {"bindparam": name_type})
        for query, params in asked.values()
    ]
    return [str(one.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})) for one in known]


def wrong_on_sqlite(connection: sa.Connection, statement: str) -> list[str]:
    """What an engine without statistics would do badly: read a whole growing table, or sort a list to read its top."""
    steps = [str(row[3]) for row in connection.exec_driver_sql("EXPLAIN QUERY PLAN " + statement)]
    wrong, goes_through_a_list = [], False
    for step in steps:
        found = re.match(r"(SCAN|SEARCH) (\w+)(?:.* INDEX (\w+))?", step)
        if found is None or found[2] not in GROWING:
            continue
        goes_through_a_list |= found[3] in PARTIAL and "=?" not in step
        if found[1] == "SCAN" and found[3] not in PARTIAL:
            wrong.append(f"{step}: {statement}")
    if goes_through_a_list:
        wrong += [f"{step}: {statement}" for step in steps if "TEMP B-TREE FOR ORDER BY" in step]
    return wrong


def wrong_on_postgres(connection: sa.Connection, statement: str) -> list[str]:
    """The same on PostgreSQL, which was told that to read a whole table is dear."""
    found: Any = connection.exec_driver_sql("EXPLAIN (FORMAT JSON) " + statement).scalar()
    plan = json.loads(found) if isinstance(found, str) else found
    wrong = []
    for node in _nodes(plan[0]["Plan"]):
        index, is_table = node.get("Index Name"), node.get("Relation Name") in GROWING
        is_whole = node["Node Type"] == "Seq Scan" or ("Index Cond" not in node and index and index not in PARTIAL)
        if is_table and is_whole:
            wrong.append(f"{node['Node Type']} {node['Relation Name']} {index or ''}: {statement}")
    return wrong


def _nodes(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield node
    for inner in node.get("Plans", ()):
        yield from _nodes(inner)
