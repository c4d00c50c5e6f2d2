"""Why a row of the outbox is not sent after all, or not whole: outcomes, not errors."""

from collections.abc import Sequence
from datetime import datetime


class Suppressed(Exception):
    """The recipient is no longer entitled, or there is nothing left to say."""


class NotNow(Exception):
    """It is night, and this can wait until the morning."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until


class Partly(Exception):
    """Some of the messages that a row takes were said; the next one raised `cause`."""

    def __init__(self, message_ids: Sequence[int], cause: Exception) -> None:
        super().__init__(str(cause))
        self.message_ids = list(message_ids)
        self.cause = cause
