"""What is said when an update was set aside: a polite line to whoever sent it, and a word to the administrators.

Nothing of its content is told: it stays in the inbox as it came.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from storage import people
from storage.changes import ChangeSet
from storage.inbox import Stored
from storage.ledger import Ledger
from storage.work import Priority, Work

from .payload import read


class SettingAside:
    """Tells, within the change set that sets an update aside."""

    def __init__(self, ledger: Ledger, now: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._now = now

    async def tell(self, changes: ChangeSet, one: Stored) -> None:
        """Tell the sender and the administrators."""
        work = Work.for_clock(self._ledger, self._now(), changes)
        for person in await people.administrators(work, None):
            work.notify(person, "staff.set_aside", priority=Priority.ALARM, update=one.id)
        sender = int(one.lane[1:]) if one.lane.startswith("u") else 0
        if sender:
            found = await people.by_telegram_ids(self._ledger, [sender])
            work.person, work.chat_id, work.query_id = found.get(sender), sender, _query_id(one.payload)
            work.answer()
            work.reply("refused.trouble")


def _query_id(payload: bytes) -> str | None:
    try:
        update: Any = read(payload)
        return str(update["callback_query"]["id"])
    except (ValueError, KeyError, TypeError):
        return None
