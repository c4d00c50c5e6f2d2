"""A notice as its recipient reads it, and the board on which its author watches it go: composed when they are sent."""

from datetime import datetime
from typing import Any

from storage import noticeboard, notices, people
from storage.ledger import Ledger, Row

from .unsent import NotNow, Suppressed

Composed = dict[str, Any]
"""A row of the outbox with its message and parameters."""


class Notices:
    """Composes what rows of the outbox only name."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def said(self, row: Row, person: Row | None, now: datetime) -> Composed:
        """A notice for one recipient. Raises Suppressed when it is not meant for them any more, NotNow at night."""
        notice = await notices.by_id(self._ledger, row["params"]["notice"])
        if notice is None or person is None or not await notices.is_entitled(self._ledger, notice, person):
            raise Suppressed
        until = self._ledger.directory.calendar.quiet_until(now)
        if until is not None and not notice["is_urgent"]:
            raise NotNow(until)
        params = noticeboard.said(self._ledger.directory, notice, person["language"], round_=row["params"]["round"])
        return {**row, "message": "notices.said", "params": {**row["params"], **params}}

    async def board(self, row: Row, person: Row | None, now: datetime) -> tuple[Composed, int | None]:
        """The board, and the message it stands on already. Raises Suppressed for who may not see it any more."""
        notice = await notices.by_id(self._ledger, row["params"]["notice"])
        actor = await people.actor(self._ledger, row["person_id"])
        if notice is None or person is None or not noticeboard.may_see(self._ledger.directory, notice, actor):
            raise Suppressed
        params, buttons = await noticeboard.board(self._ledger, notice, actor, person["language"], now)
        composed = {**row, "message": "notices.board", "params": {**params, "buttons": buttons}}
        return composed, notice["message_id"]
