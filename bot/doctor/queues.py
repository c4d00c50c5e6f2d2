"""Looks at what waits: updates, reminders, messages."""

from collections.abc import Sequence
from datetime import timedelta

from storage import checkup, figures, outbox
from storage.figures import Queue
from storage.ledger import Ledger
from storage.work import Priority

from .model import Finding, Visit, bad, fine, is_older, look, minutes

DAY = timedelta(days=1)


async def updates(visit: Visit, ledger: Ledger) -> Sequence[Finding]:
    """Updates that nobody works on, and those that were given up."""
    found = await figures.read(ledger, visit.now)
    queue, limit = found.updates, visit.thresholds.update_waits
    stuck = bad("updates_stuck", count=queue.count, minutes=minutes(queue.oldest_at, visit.now))
    said = [stuck if is_older(queue.oldest_at, visit.now, limit) else fine("updates_fine", count=queue.count)]
    return [*said, look("updates_set_aside", count=found.set_aside.count)] if found.set_aside.count else said


async def reminders(visit: Visit, ledger: Ledger) -> Sequence[Finding]:
    """Reminders that are due and do not fire."""
    queue = (await figures.read(ledger, visit.now)).reminders
    if is_older(queue.oldest_at, visit.now, visit.thresholds.reminder_late):
        return [bad("reminders_late", count=queue.count, minutes=minutes(queue.oldest_at, visit.now))]
    return [fine("reminders_fine")]


async def messages(visit: Visit, ledger: Ledger) -> Sequence[Finding]:
    """Messages that do not get out."""
    waiting = (await figures.read(ledger, visit.now)).outbox
    alarms = waiting.get(Priority.ALARM, Queue())
    others = [queue for priority, queue in waiting.items() if Priority.ALARM < priority < Priority.BROADCAST]
    late = [queue for queue in others if is_older(queue.oldest_at, visit.now, visit.thresholds.message_waits)]
    found = []
    if is_older(alarms.oldest_at, visit.now, visit.thresholds.alarm_waits):
        found.append(bad("alarms_stuck", count=alarms.count, minutes=minutes(alarms.oldest_at, visit.now)))
    if late:
        oldest = min(queue.oldest_at for queue in late if queue.oldest_at)
        found.append(
            bad("messages_stuck", count=sum(queue.count for queue in late), minutes=minutes(oldest, visit.now))
        )
    ended = await checkup.ended_badly(ledger, visit.now - DAY)
    if ended[outbox.FAILED]:
        found.append(look("messages_failed", count=ended[outbox.FAILED]))
    if ended[outbox.UNKNOWN]:
        found.append(look("messages_unknown", count=ended[outbox.UNKNOWN]))
    return found or [fine("messages_fine")]
