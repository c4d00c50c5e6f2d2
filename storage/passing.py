"""What passes by itself: a database that is locked, full, cut off, restarting, or that asks for another try.

Everything else is a fault of ours or of the data, and trying it for ever would stop the lane behind it.
"""

import sqlite3
from enum import Enum

from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

_SQLITE_PASSING = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_INTERRUPT,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
}
# SQLSTATE classes: connection, transaction rolled back, resources (disk full), operator (restart), the system itself.
_POSTGRES_PASSING = ("08", "40", "53", "57P", "58", "55P03")
_UNIQUE = {"SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY", "23505"}


class DatabaseAway(Exception):
    """The database server cannot be reached now."""


class Failure(Enum):
    """What an error of the database means for the transaction that met it."""

    PASSING = "passing"  # the same transaction may succeed when it is run again
    TAKEN = "taken"  # somebody inserted the same key first
    BROKEN = "broken"  # it will never succeed as it is


def failure_of(error: BaseException) -> Failure:
    """Tell the three apart."""
    if isinstance(error, DatabaseAway | PoolTimeout):
        return Failure.PASSING
    if not isinstance(error, DBAPIError):
        return Failure.BROKEN
    if error.connection_invalidated:
        return Failure.PASSING
    original = error.orig
    if isinstance(original, sqlite3.Error):
        code = getattr(original, "sqlite_errorcode", None)
        if code is not None and code & 0xFF in _SQLITE_PASSING:
            return Failure.PASSING
        name = getattr(original, "sqlite_errorname", "")
    else:
        name = str(getattr(original, "sqlstate", None) or "")
        if name.startswith(_POSTGRES_PASSING):
            return Failure.PASSING
    return Failure.TAKEN if isinstance(error, IntegrityError) and name in _UNIQUE else Failure.BROKEN


def is_passing(error: BaseException) -> bool:
    """Whether the same transaction may succeed when it is run again."""
    return failure_of(error) is Failure.PASSING
