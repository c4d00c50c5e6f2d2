"""Files go with their rows: those of emptied matters, and those that a crash left without a row.

A file that was put within the hour stays until later, because a row that names it may be on its way; the row of an
unwanted file stays as long as the file, so that no crash forgets one.
"""

from datetime import datetime, timedelta

from .. import attachments, schema
from ..changes import ChangeSet
from ..ledger import Ledger
from ..media import PARTS, MediaStore

LATER = timedelta(minutes=10)
AT_A_TIME = 50


async def unwanted(ledger: Ledger, store: MediaStore, now: datetime) -> int:
    """Delete the next files that nobody wants any more; how many there were to look at."""
    rows = await attachments.to_delete(ledger, now, AT_A_TIME)
    changes = [ChangeSet() for _ in rows]
    for one, row in zip(changes, rows, strict=True):
        if row["stored_as"] in await attachments.unused(ledger, [row["stored_as"]]):
            if await store.delete(row["stored_as"]):
                one.delete(schema.attachment, row)
            else:
                attachments.mark_later(one, row, now + LATER)
        else:  # the same picture belongs to a matter that is not over
            one.delete(schema.attachment, row)
    if rows:
        await ledger.commit(changes)
    return len(rows)


async def orphans(ledger: Ledger, store: MediaStore, part: int) -> int:
    """Delete what no row names in one of the `PARTS` of the store; how many files that were."""
    names = await store.part(part % PARTS)
    gone = [await store.delete(name) for name in sorted(await attachments.unused(ledger, names))] if names else []
    return sum(gone) + await store.clear_aside()
