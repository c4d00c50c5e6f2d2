"""What can be wrong with a backup or a copy; the sentences for each reason stand in the texts (`backup.<reason>`)."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from storage.passing import is_passing


class Reason(StrEnum):
    """Why a copy was not made or not taken."""

    FOREIGN = "foreign"
    DAMAGED = "damaged"
    NEWER = "newer"
    ENCRYPTED = "encrypted"
    WRONG_KEY = "wrong_key"
    NOT_THERE = "not_there"
    NO_TABLES = "no_tables"
    NOT_EMPTY = "not_empty"
    RUNS = "runs"
    DIFFERS = "differs"
    CANNOT_HOLD = "cannot_hold"
    OTHER_COPY = "other_copy"
    SAME = "same"
    BAD_ADDRESS = "bad_address"
    REFUSED = "refused"


UNUSABLE = frozenset(
    {Reason.FOREIGN, Reason.DAMAGED, Reason.NEWER, Reason.ENCRYPTED, Reason.WRONG_KEY, Reason.BAD_ADDRESS}
)
"""What is wrong with a file or an address itself: nothing can be done with it as it is."""


class BackupProblem(Exception):
    """A backup, a restoring or a move was refused; `params` fill the sentence."""

    def __init__(self, reason: Reason, **params: Any) -> None:
        super().__init__(str(reason))
        self.reason = reason
        self.params = params


@contextmanager
def explained() -> Iterator[None]:
    """Around work with a database that may be foreign: what it refuses for good becomes a BackupProblem."""
    try:
        yield
    except sa.exc.DBAPIError as error:
        if is_passing(error):
            raise
        cause = getattr(error.orig, "__cause__", None) or error.orig
        raise BackupProblem(Reason.REFUSED, error=type(cause).__name__) from error
