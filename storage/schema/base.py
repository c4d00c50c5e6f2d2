"""What every table is made of: the metadata, the type of a time, and the columns that come again and again."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


class UtcTime(TypeDecorator[datetime]):
    """An aware UTC time, kept as whole microseconds since 1970, which sorts and compares alike on both engines."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> int | None:
        """Refuse naive times; anything else becomes microseconds."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        delta = value - EPOCH
        return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds

    def process_result_value(self, value: Any | None, _dialect: Dialect) -> datetime | None:
        """Give back an aware UTC time."""
        return None if value is None else datetime.fromtimestamp(value / 1_000_000, UTC)


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def own_id() -> sa.Column[int]:
    """The row's id, made by the application."""
    return sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False)


def ref(name: str, table: str, *, null: bool = False, index: bool = False) -> sa.Column[int]:
    """The id of another table's row."""
    return sa.Column(name, sa.BigInteger, sa.ForeignKey(f"{table}.id"), nullable=null, index=index)


def version() -> sa.Column[int]:
    """What a guarded change compares."""
    return sa.Column("version", sa.Integer, nullable=False, server_default="1", default=1)


def time(name: str, *, null: bool = True) -> sa.Column[datetime]:
    """An aware UTC time."""
    return sa.Column(name, UtcTime, nullable=null)


def words(name: str, *, null: bool = True) -> sa.Column[str]:
    """Text of any length."""
    return sa.Column(name, sa.Text, nullable=null)


def flag(name: str) -> sa.Column[bool]:
    """Yes or no; no when nothing is said."""
    return sa.Column(
        name, sa.Boolean(create_constraint=False), nullable=False, default=False, server_default=sa.false()
    )
