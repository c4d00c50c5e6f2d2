"""What can be wrong with a backup or a copy; the sentences for each reason stand in the texts (`backup.<reason>`)."""

from enum import StrEnum
from typing import Any


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


UNUSABLE = frozenset({Reason.FOREIGN, Reason.DAMAGED, Reason.NEWER, Reason.ENCRYPTED, Reason.WRONG_KEY})
"""What is wrong with a file itself: nothing can be done with it as it is."""


class BackupProblem(Exception):
    """A backup, a restoring or a move was refused; `params` fill the sentence."""

    def __init__(self, reason: Reason, **params: Any) -> None:
        super().__init__(str(reason))
        self.reason = reason
        self.params = params
