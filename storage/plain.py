"""What is asked and written all the time, compiled once into plain SQL for the engine's own driver.

SQLAlchemy takes some eighty microseconds to carry out a query that SQLite answers in ten: it makes a key, a context, a
result and a row for each. What is asked at every update is marked with `once` where it is made, and `asked`, `written`
and `returned` carry out what a transaction does; the statement, what is done to parameters and what is done to columns
are found out a single time. On PostgreSQL marked queries go to asyncpg (`storage.postgres`), transactions do not.
"""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError

OPTION = "plain"
"""The execution option by which a connection brings the `Plain` that knows its way of writing JSON."""

_NATIVE_FLOAT = 701
"""The type that PostgreSQL gives to a float: its driver brings it as one, and nothing is done to it."""

Made = TypeVar("Made", bound=sa.Select[Any])
Process = Callable[[Any], Any]

_made_once: dict[int, sa.Select[Any]] = {}


def once(query: Made) -> Made:
    """Mark a query that is made once and asked often: a constant with named parameters, never one made for a call."""
    _made_once[id(query)] = query
    return query


def is_marked(query: sa.Select[Any]) -> bool:
    """Whether a query was marked."""
    return id(query) in _made_once


_Key = tuple[int, tuple[int, ...]]
_Columns = tuple[tuple[str, ...], tuple[tuple[str, Process], ...]]


class _Statement(NamedTuple):
    sql: str
    fixed: Mapping[str, Any]
    binds: tuple[tuple[str, Process], ...]
    order: tuple[str, ...]  # of the values, where they have no names


class _Written(NamedTuple):
    sql: str
    fixed: Mapping[str, Any]
    binds: tuple[tuple[str, Process], ...]


def asked(connection: sa.Connection, query: sa.Select[Any], params: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of a query that was marked with `once`, inside a transaction."""
    plain, raw = _plain(connection)
    if plain is not None:
        return plain.rows(raw, query, params)
    return [dict(row) for row in connection.execute(query, params).mappings()]


def written(connection: sa.Connection, statement: sa.Executable, rows: Sequence[Mapping[str, Any]]) -> None:
    """Carry out a statement that is made once, with named parameters, for each of some rows."""
    plain, raw = _plain(connection)
    if plain is None:
        connection.execute(statement, rows)
    else:
        plain.write(raw, statement, rows)


def returned(connection: sa.Connection, statement: sa.Executable, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
    """The same for a statement that returns one value for a row, or none."""
    plain, raw = _plain(connection)
    if plain is None:
        return list(connection.execute(statement, rows).scalars())
    return plain.returned(raw, statement, rows)


def _plain(connection: sa.Connection) -> tuple["Plain | None", Any]:
    plain = connection.get_execution_options().get(OPTION)
    return plain, None if plain is None else connection.connection.driver_connection


class Marked:
    """The marked queries as one dialect writes them: compiled once for each length of their lists."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self._statements: dict[_Key, _Statement] = {}
        self._columns: dict[int, _Columns] = {}

    def statement(self, query: sa.Select[Any], params: Mapping[str, Any]) -> tuple[_Statement, dict[str, Any]]:
        """What to carry out, and every value by its name in it."""
        values, lengths = _spread(params)
        key = (id(query), lengths)
        statement = self._statements.get(key) or self._compile(key, query, params)
        for name, process in statement.binds:
            values[name] = process(values[name])
        values.update(statement.fixed)
        return statement, values

    def rows(self, query: sa.Select[Any], found: Iterable[Iterable[Any]]) -> list[dict[str, Any]]:
        """What the database gave, as SQLAlchemy would give it."""
        names, made = self._columns[id(query)]
        rows = [dict(zip(names, raw, strict=True)) for raw in found]
        for name, process in made:
            for row in rows:
                if (value := row[name]) is not None:
                    row[name] = process(value)
        return rows

    def _compile(self, key: _Key, query: sa.Select[Any], params: Mapping[str, Any]) -> _Statement:
        values, _ = _spread(params)
        full = {name: _padded(value) if isinstance(value, list) else value for name, value in params.items()}
        written = query.compile(dialect=self.dialect).construct_expanded_state(full)
        types = {bind.key: bind.type for bind in sa.sql.visitors.iterate(query) if isinstance(bind, sa.BindParameter)}
        single = [name for name, value in full.items() if not isinstance(value, list)]
        binds = [(name, types[name].dialect_impl(self.dialect).bind_processor(self.dialect)) for name in single]
        fixed = {name: value for name, value in written.parameters.items() if name not in values}
        acts = tuple((name, act) for name, act in binds if act is not None)
        statement = _Statement(written.statement, fixed, acts, tuple(written.positiontup or ()))
        self._statements[key] = statement
        self._columns[id(query)] = self._columns_of(query)
        return statement

    def _columns_of(self, query: sa.Select[Any]) -> _Columns:
        columns = [(column.key, column.type.dialect_impl(self.dialect)) for column in query.selected_columns]
        acts = [(str(name), kind.result_processor(self.dialect, _NATIVE_FLOAT)) for name, kind in columns]
        return tuple(name for name, _ in acts), tuple((name, act) for name, act in acts if act is not None)


class Plain:
    """Asks one connection of SQLite after the other, for one way of writing JSON."""

    def __init__(self, **options: Any) -> None:
        self._dialect = SQLiteDialect_pysqlite(paramstyle="named", **options)
        self._marked = Marked(self._dialect)
        self._written: dict[sa.Executable, _Written] = {}

    def rows(
        self, connection: sqlite3.Connection, query: sa.Select[Any], params: Mapping[str, Any] | None
    ) -> list[dict[str, Any]]:
        """Every row of a marked query. Raises DBAPIError as SQLAlchemy does."""
        statement, values = self._marked.statement(query, params or {})
        try:
            return self._marked.rows(query, connection.execute(statement.sql, values))
        except sqlite3.Error as error:
            raise self._as_sqlalchemy(statement.sql, error) from error

    def write(
        self, connection: sqlite3.Connection, statement: sa.Executable, rows: Sequence[Mapping[str, Any]]
    ) -> None:
        """Carry a statement out for every row. Raises DBAPIError as SQLAlchemy does."""
        sql, values = self._prepare(statement, rows)
        try:
            connection.executemany(sql, values)
        except sqlite3.Error as error:
            raise self._as_sqlalchemy(sql, error) from error

    def returned(
        self, connection: sqlite3.Connection, statement: sa.Executable, rows: Sequence[Mapping[str, Any]]
    ) -> list[Any]:
        """The values that a statement returns for some of the rows. Raises DBAPIError as SQLAlchemy does."""
        sql, values = self._prepare(statement, rows)
        try:
            return [value for one in values for (value,) in connection.execute(sql, one)]
        except sqlite3.Error as error:
            raise self._as_sqlalchemy(sql, error) from error

    def _prepare(
        self, statement: sa.Executable, rows: Sequence[Mapping[str, Any]]
    ) -> tuple[str, list[Mapping[str, Any]]]:
        known = self._written.get(statement)
        if known is None:
            compiled: Any = statement.compile(dialect=self._dialect)  # type: ignore[attr-defined] # every statement has it
            fixed = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
            acts = [(name, self._of_bind(bind)) for name, bind in compiled.binds.items() if bind.required]
            known = _Written(str(compiled), fixed, tuple((name, act) for name, act in acts if act is not None))
            self._written[statement] = known
        return known.sql, [
            {**known.fixed, **row, **{name: act(row[name]) for name, act in known.binds}} for row in rows
        ]

    def _of_bind(self, bind: sa.BindParameter[Any]) -> Process | None:
        act: Process | None = bind.type.dialect_impl(self._dialect).bind_processor(self._dialect)
        return act

    def _as_sqlalchemy(self, sql: str, error: sqlite3.Error) -> Exception:
        return DBAPIError.instance(sql, None, error, sqlite3.Error, hide_parameters=True, dialect=self._dialect)


@cache
def plain(**options: Any) -> Plain:
    """The one of this process for a way of writing JSON: what it has compiled serves every database."""
    return Plain(**options)


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
