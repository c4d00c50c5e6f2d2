"""Rows as they are copied: values that mean the same on both engines, slice by slice in the order of the key.

A row is written as one line of JSON: integers, texts, booleans, JSON columns as the very text the engine keeps, bytes
as base64. Both engines keep the text of a JSON column as it was given, so lines can be compared by their hash.
"""

import base64
import hashlib
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import orjson
import sqlalchemy as sa

from storage.migrate import tables_at

from .problems import BackupProblem, Reason

SLICE = 2000
"""How many rows are in memory at a time."""

Values = tuple[Any, ...]
Progress = Callable[[str, int, int], None]
"""Called with the name of a table, how many rows are done, and how many there are."""

_PLAIN: tuple[type[sa.types.TypeEngine[Any]], ...] = (sa.BigInteger, sa.Integer, sa.Boolean, sa.Float, sa.LargeBinary)


@dataclass
class Tally:
    """How many rows went by, and the hash over their lines."""

    rows: int = 0
    _hash: Any = field(default_factory=hashlib.sha256)

    def add(self, lines: bytes, rows: int) -> None:
        """Count some more lines."""
        self._hash.update(lines)
        self.rows += rows

    @property
    def sha256(self) -> str:
        """The hash so far."""
        return str(self._hash.hexdigest())

    def same_as(self, other: "Tally") -> bool:
        """Whether the same rows went by."""
        return (self.rows, self.sha256) == (other.rows, other.sha256)


class TableRows:
    """One table of one version of the schema, readable and writable on both engines."""

    def __init__(self, reflected: sa.Table) -> None:
        self.name = str(reflected.name)
        self.key = [str(column.name) for column in reflected.primary_key]
        self._kinds = {str(column.name): _kind(column) for column in reflected.columns}
        self.columns = list(self._kinds)
        self._table = sa.table(self.name, *(sa.column(name, kind) for name, kind in self._kinds.items()))
        self._at = {name: position for position, name in enumerate(self.columns)}
        self._bytes = [self._at[name] for name, kind in self._kinds.items() if isinstance(kind, sa.LargeBinary)]
        self._floats = [self._at[name] for name, kind in self._kinds.items() if isinstance(kind, sa.Float)]

    def count(self, connection: sa.Connection) -> int:
        """How many rows there are."""
        return int(connection.execute(sa.select(sa.func.count()).select_from(self._table)).scalar_one())

    def last_key(self, connection: sa.Connection) -> Values | None:
        """The greatest key there is."""
        order = [column.desc() for column in self._ordered(connection)]
        query = sa.select(*(self._table.c[name] for name in self.key)).order_by(*order).limit(1)
        row = connection.execute(query).first()
        return None if row is None else tuple(row)

    def read(self, connection: sa.Connection, after: Values | None = None) -> list[Values]:
        """The next rows behind a key, at most a slice of them."""
        order = self._ordered(connection)
        query = sa.select(*map(self._selected, self.columns)).order_by(*order).limit(SLICE)
        if after is not None:
            named = zip(self.key, after, strict=True)
            bounds = [sa.bindparam(f"after_{name}", value, self._kinds[name]) for name, value in named]
            query = query.where(sa.tuple_(*order) > sa.tuple_(*bounds) if len(order) > 1 else order[0] > bounds[0])
        return [self._neutral(row) for row in connection.execute(query)]

    def slices(self, connection: sa.Connection) -> Iterator[list[Values]]:
        """All rows, slice by slice."""
        rows = self.read(connection)
        while rows:
            yield rows
            rows = self.read(connection, self.key_of(rows[-1])) if len(rows) == SLICE else []

    def key_of(self, row: Values) -> Values:
        """The key of a row."""
        return tuple(row[self._at[name]] for name in self.key)

    def insert(self, connection: sa.Connection, rows: Sequence[Values]) -> None:
        """Write rows. Raises BackupProblem when this engine cannot hold a value, what the engine raises otherwise."""
        values = {name: self._bound(name, connection) for name in self.columns}
        statement = sa.insert(self._table).values(values).compile(dialect=connection.dialect)
        try:
            # As the driver takes it: rows are in the order of the columns; a mapping a row would cost as much again.
            connection.exec_driver_sql(str(statement), list(rows))
        except sa.exc.DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) == _CHARACTER_NOT_IN_REPERTOIRE:
                raise BackupProblem(Reason.CANNOT_HOLD, table=self.name) from None
            raise

    def clear(self, connection: sa.Connection) -> None:
        """Remove every row."""
        connection.execute(sa.delete(self._table))

    def tally(self, connection: sa.Connection, progress: Progress | None = None) -> Tally:
        """Count and hash what is there."""
        tally, total = Tally(), self.count(connection) if progress else 0
        for rows in self.slices(connection):
            tally.add(self.lines(rows), len(rows))
            if progress:
                progress(self.name, tally.rows, max(total, tally.rows))
        return tally

    @staticmethod
    def lines(rows: Sequence[Values]) -> bytes:
        """Rows as lines of JSON."""
        return b"".join(orjson.dumps(row, default=_as_text, option=orjson.OPT_APPEND_NEWLINE) for row in rows)

    def parse(self, lines: bytes) -> list[Values]:
        """Lines as rows again. Raises ValueError for what is no row of this table."""
        rows = [orjson.loads(line) for line in lines.splitlines()]
        for row in rows:
            if not isinstance(row, list) or len(row) != len(self.columns):
                raise ValueError("not a row of this table")
            for position in self._bytes:
                row[position] = None if row[position] is None else base64.b64decode(row[position], validate=True)
        return [tuple(row) for row in rows]

    def _ordered(self, connection: sa.Connection) -> list[sa.ColumnElement[Any]]:
        """The key's columns; texts in the order of their bytes, which is the same everywhere."""
        is_postgres = connection.dialect.name == "postgresql"
        columns = [self._table.c[name] for name in self.key]
        return [sa.collate(one, "C") if is_postgres and isinstance(one.type, sa.Text) else one for one in columns]

    def _selected(self, name: str) -> sa.ColumnElement[Any]:
        column = self._table.c[name]
        return sa.cast(column, sa.Text).label(name) if isinstance(column.type, sa.JSON) else column

    def _bound(self, name: str, connection: sa.Connection) -> sa.ColumnElement[Any]:
        """A parameter; the text of a JSON column is told to PostgreSQL as such, and taken by SQLite as it is."""
        kind = self._kinds[name]
        if not isinstance(kind, sa.JSON):
            return sa.bindparam(name, type_=kind)
        text = sa.bindparam(name, type_=sa.Text)
        return sa.cast(text, kind) if connection.dialect.name == "postgresql" else text

    def _neutral(self, row: sa.Row[Any]) -> Values:
        """Floats that JSON knows (no place lies at infinity), and the one zero that both engines keep."""
        if not self._floats:
            return tuple(row)
        values = list(row)
        for position in self._floats:
            value = values[position]
            values[position] = None if value is None or not math.isfinite(value) else value + 0.0
        return tuple(values)


_CHARACTER_NOT_IN_REPERTOIRE = "22021"
"""PostgreSQL holds no NUL in a text."""


def _kind(column: sa.Column[Any]) -> sa.types.TypeEngine[Any]:
    """The type of a column without the engine it was reflected from."""
    if isinstance(column.type, sa.JSON):
        return sa.JSON()
    return next((kind() for kind in _PLAIN if isinstance(column.type, kind)), sa.Text())


def _as_text(value: Any) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError


@cache
def tables(revision: str) -> tuple[TableRows, ...]:
    """Every table of a version of the schema, those that others point at first."""
    return tuple(TableRows(table) for table in tables_at(revision))
