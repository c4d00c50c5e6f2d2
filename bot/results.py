"""What a send that did not work means for its row: by what the server said, and by how bad a repetition would be.

Pure. Telegram takes no key against doubles, so where a call may have been carried out, urgent words and what is
harmless to repeat are said again, with the same number; the rest is left "unknown".
"""

from dataclasses import dataclass
from datetime import datetime

from storage import outbox
from storage.ledger import Row
from storage.passing import is_passing
from storage.work import Priority

from .failures import where
from .transport import Ambiguous, ApiError, NotSent
from .unsent import NotNow, Suppressed

REPEATABLE = {"edit", "answer", "card", "group_card"}
TRIES = 6
LONGEST_PAUSE = 15.0  # seconds: an alarm must not sit out a long silence of the network
TOKEN_PAUSE = 10.0
UNREACHABLE = ("chat not found", "user not found", "peer_id_invalid", "user is deactivated")


@dataclass(frozen=True)
class Verdict:
    """The row's new state, and who has to wait how many seconds before the next try."""

    state: str
    error: str | None = None
    pause: float = 0.0
    is_flood: bool = False  # 429: perhaps all of us were too fast
    is_for_all: bool = False
    is_counted: bool = True
    is_unreachable: bool = False
    moved_to: int | None = None
    due_at: datetime | None = None  # held until then


def judge(row: Row, error: Exception) -> Verdict:
    """What becomes of a row whose sending raised `error`."""
    if isinstance(error, Suppressed | NotNow):
        until = error.until if isinstance(error, NotNow) else None
        return Verdict(outbox.HELD if until else outbox.SUPPRESSED, due_at=until)
    if isinstance(error, ApiError):
        return _refused(row, error)
    if isinstance(error, NotSent):
        return Verdict(outbox.QUEUED, str(error), _growing(row), is_counted=False)
    if isinstance(error, Ambiguous):
        return _ambiguous(row, str(error))
    if is_passing(error):
        return Verdict(outbox.QUEUED, where(error), 1.0, is_counted=False)
    return Verdict(outbox.FAILED, where(error))


def may_be_repeated(row: Row) -> bool:
    """Whether a row that may have arrived is sent once more."""
    return _is_worth_it(row) and (int(row["attempts"]) + 1 < TRIES or row["priority"] == Priority.ALARM)


def _is_worth_it(row: Row) -> bool:
    return row["method"] in REPEATABLE or bool(row["priority"] <= Priority.NEWS)


def _refused(row: Row, error: ApiError) -> Verdict:
    if error.code == 429:
        return Verdict(outbox.QUEUED, "429", float(error.retry_after or 1), is_flood=True, is_counted=False)
    if error.migrate_to_chat_id is not None:
        return Verdict(outbox.QUEUED, "migrated", moved_to=error.migrate_to_chat_id)
    if error.code >= 500:
        return _ambiguous(row, str(error.code))
    if error.code in {401, 404}:  # the token or the address is wrong: nothing of ours is at fault
        return Verdict(outbox.QUEUED, str(error.code), TOKEN_PAUSE, is_for_all=True, is_counted=False)
    is_gone = error.code == 403 or any(words in error.description.lower() for words in UNREACHABLE)
    return Verdict(outbox.FAILED, f"{error.code} {error.description}"[:200], is_unreachable=is_gone)


def _ambiguous(row: Row, error: str) -> Verdict:
    if may_be_repeated(row):
        return Verdict(outbox.QUEUED, error, _growing(row))
    return Verdict(outbox.FAILED if _is_worth_it(row) else outbox.UNKNOWN, error)


def _growing(row: Row) -> float:
    return min(2.0 ** min(int(row["attempts"]), 10), LONGEST_PAUSE)
