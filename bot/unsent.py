"""Why a row of the outbox is not sent after all: not to this person, or not at this hour. Outcomes, not errors."""

from datetime import datetime


class Suppressed(Exception):
    """The recipient is no longer entitled, or there is nothing left to say."""


class NotNow(Exception):
    """It is night, and this can wait until the morning."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until
