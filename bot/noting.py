"""Noting: what a send came to, as the result that is recorded of its row, and what the pace learns from it."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from storage import groups, outbox, unreachable
from storage.changes import ChangeSet
from storage.ledger import Ledger, Row
from storage.work import Work

from .metrics import Metrics
from .pace import Pace
from .recording import Result
from .results import judge
from .sending import Sent
from .unsent import Partly

log = logging.getLogger(__name__)

_COUNTED_AS = {outbox.QUEUED: "again"}


class Notes:
    """Turns what happened into results."""

    def __init__(self, ledger: Ledger, pace: Pace, now: Callable[[], datetime], metrics: Metrics) -> None:
        self._ledger = ledger
        self._pace = pace
        self._now = now
        self._metrics = metrics

    def said(self, row: Row, sent: Sent) -> Result:
        """It was said."""
        result, now = Result(row["id"], row["chat_id"]), self._now()
        told: dict[str, Any] = {} if sent.message_id is None else {"telegram_message_id": sent.message_id}
        if len(sent.parts) > 1:
            told["params"] = {**row["params"], "sent_ids": list(sent.parts)}
        outbox.mark(result.mark, row, sent.state, sent_at=now, **told)
        self._metrics.sent(sent.state, row["priority"], (now - row["due_at"]).total_seconds())
        if sent.keep is not None and sent.message_id is not None:
            result.also = partial(sent.keep, self._ledger, row, sent.message_id, now)
        return result

    def failed(self, row: Row, error: Exception) -> Result:
        """It was not said, or nobody knows."""
        verdict = judge(row, error.cause if isinstance(error, Partly) else error)
        result, now, chat_id = Result(row["id"], row["chat_id"]), self._now(), row["chat_id"]
        values: dict[str, Any] = {"error": verdict.error}
        if isinstance(error, Partly):  # the next try goes on behind what was said
            values["params"] = {**row["params"], "sent_ids": error.message_ids}
        if verdict.state == outbox.QUEUED:
            values["attempts"] = row["attempts"] + verdict.is_counted
        self._metrics.sends.labels(_COUNTED_AS.get(verdict.state, verdict.state)).inc()
        if verdict.due_at is not None:
            values["due_at"] = verdict.due_at
        if verdict.is_flood:
            self._metrics.floods.inc()
            self._pace.refuse(chat_id, now, verdict.pause)
        elif verdict.pause:
            self._pace.pause(None if verdict.is_for_all else chat_id, now, verdict.pause)
        if verdict.moved_to is not None:
            values["chat_id"] = verdict.moved_to
            result.also = partial(self._moved, chat_id, verdict.moved_to)
        elif verdict.is_unreachable and row["person_id"] is not None and chat_id > 0:
            result.also = partial(self._unreachable, row)
        elif verdict.is_unreachable and chat_id < 0:
            result.also = partial(self._left, chat_id)
        if verdict.state == outbox.FAILED:
            about = {"row": row["id"], "kind": row["message"] or row["method"], "error": verdict.error}
            log.warning("outbox row %(row)s (%(kind)s): %(error)s", about)
        outbox.mark(result.mark, row, verdict.state, **values)
        return result

    async def _moved(self, old: int, new: int) -> ChangeSet:
        await outbox.move_chat(self._ledger, old, new)
        work = Work.for_clock(self._ledger, self._now())
        await groups.follow(work, old, new)
        return work.changes

    async def _left(self, chat_id: int) -> ChangeSet:
        """The bot is not in a group any more, and nobody has told it."""
        work = Work.for_clock(self._ledger, self._now())
        await groups.left(work, chat_id)
        return work.changes

    async def _unreachable(self, row: Mapping[str, Any]) -> ChangeSet:
        """Somebody blocked the bot: their work goes to the next as soon as the clock ticks."""
        work = Work.for_clock(self._ledger, self._now())
        unreachable.note(work, row["person_id"], str(row["id"]))
        return work.changes
