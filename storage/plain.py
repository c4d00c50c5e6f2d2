"""Queries that are asked all the time, compiled once into plain SQL for SQLite's own driver.

SQLAlchemy takes some eighty microseconds to carry out a query that SQLite answers in ten: it makes a key, a context, a
result and a row for each. What is asked at every update is marked with `once` where it is made; the statement, what is
done to parameters and what is done to columns are then found out a single time. On PostgreSQL, where a query is a
journey, nothing is different.
"""

import sqlite3
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.exc import DBAPIError

Made = TypeVar("Made", bound=sa.Select[Any])
Process = Callable[[Any], Any]

_made_once: dict[int, sa.Select[Any]] = {}


def once(query: Made) -> Made:
    """Mark a query that is made once and asked often: a constant with named parameters, never one made for a call."""
    _made_once[id(query)] = query
    return query


_Key = tuple[int, tuple[int, ...]]
_Columns = tuple[tuple[str, ...], tuple[tuple[str, Process], ...]]


class _Statement(NamedTuple):
    sql: str
    fixed: Mapping[str, Any]
    binds: tuple[tuple[str, Process], ...]


class Plain:
    """Compiles for one way of writing JSON, and asks one connection after the other."""

    def __init__(self, **options: Any) -> None:
        self._dialect = SQLiteDialect_pysqlite(paramstyle="named", **options)
        self._statements: dict[_Key, _Statement] = {}
        self._columns: dict[int, _Columns] = {}

    @staticmethod
    def knows(query: sa.Select[Any]) -> bool:
        """Whether a query was marked."""
        return id(query) in _made_once

    def rows(
        self, connection: sqlite3.Connection, query: sa.Select[Any], params: Mapping[str, Any] | None
    ) -> list[dict[str, Any]]:
        """Every row of a marked query. Raises DBAPIError as SQLAlchemy does."""
        values, lengths = _spread(params or {})
        key = (id(query), lengths)
        statement = self._statements.get(key) or self._compile(key, query, params or {})
        for name, process in statement.binds:
            values[name] = process(values[name])
        values.update(statement.fixed)
        names, made = self._columns[id(query)]
        try:
            found = [dict(zip(names, raw, strict=True)) for raw in connection.execute(statement.sql, values)]
        except sqlite3.Error as error:
            raise DBAPIError(statement.sql, None, error, hide_parameters=True) from error
        for row in found:
            for name, process in made:
                if (value := row[name]) is not None:
                    row[name] = process(value)
        return found

    def _compile(self, key: _Key, query: sa.Select[Any], params: Mapping[str, Any]) -> _Statement:
        values, _ = _spread(params)
        full = {name: _padded(value) if isinstance(value, list) else value for name, value in params.items()}
        written = query.compile(dialect=self._dialect).construct_expanded_state(full)
        types = {bind.key: bind.type for bind in sa.sql.visitors.iterate(query) if isinstance(bind, sa.BindParameter)}
        single = [name for name, value in full.items() if not isinstance(value, list)]
        binds = [(name, types[name].dialect_impl(self._dialect).bind_processor(self._dialect)) for name in single]
        fixed = {name: value for name, value in written.parameters.items() if name not in values}
        statement = _Statement(written.statement, fixed, tuple((name, act) for name, act in binds if act is not None))
        self._statements[key] = statement
        self._columns[id(query)] = self._columns_of(query)
        return statement

    def _columns_of(self, query: sa.Select[Any]) -> _Columns:
        columns = [(column.key, column.type.dialect_impl(self._dialect)) for column in query.selected_columns]
        acts = [(str(name), kind.result_processor(self._dialect, None)) for name, kind in columns]
        return tuple(name for name, _ in acts), tuple((name, act) for name, act in acts if act is not None)


def _padded(values: list[Any]) -> list[Any]:
    """At a length that is a power of two, so that there are few statements; twice in a list is once in a set."""
    wanted = 1 << (len(values) - 1).bit_length() if values else 0
    return values + values[-1:] * (wanted - len(values))


def _spread(params: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[int, ...]]:
    """Parameters as the statement names them, those of lists one by one; and how long the lists are."""
    values: dict[str, Any] = {}
    lengths = []
    for name, value in sorted(params.items()):
        if isinstance(value, list):
            padded = _padded(value)
            lengths.append(len(padded))
            values.update((f"{name}_{position}", one) for position, one in enumerate(padded, 1))
        else:
            values[name] = value
    return values, tuple(lengths)
