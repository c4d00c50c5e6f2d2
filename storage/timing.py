"""What an event does to a ticket's clocks: time that is not the worker's, and a danger whose ladder begins again.

While the resident is asked (WAITING), and while they are to say whether it was done (DONE), the finish clock stands
still. A danger has no pauses: its limits run from `danger_at`, which moves when nobody is on it any more.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from . import helped
from .ledger import Row
from .rules.lifecycle import OPEN, Event, State
from .rules.limits import Limits, due_at, paused_between, resolution_due_at
from .work import Work

_BEGINS_AGAIN = {Event.RELEASED, Event.DISPUTED, Event.DISPUTED_AGAIN}
_STOOD_STILL_SINCE = {State.WAITING: "asked_at", State.DONE: "done_at", State.REFUSED: "closed_at"}


def columns_after(work: Work, ticket: Row, event: Event, new: State) -> dict[str, Any]:
    """The columns that change because `event` leads a ticket to `new`."""
    changed = _after_standstill(work, ticket, new)
    if ticket["is_danger"] and event in _BEGINS_AGAIN:
        changed |= danger_begins(work, Limits.from_json(ticket["limits"]))
    return changed


def _after_standstill(work: Work, ticket: Row, new: State) -> dict[str, Any]:
    old = State(ticket["state"])
    column = _STOOD_STILL_SINCE.get(old)
    if column is None or new is old or new not in OPEN:
        return {}
    changed: dict[str, Any] = {column: None}
    if ticket[column] is not None and not ticket["is_danger"] and not helped.is_order(work.ledger, ticket):
        seconds = ticket["paused_seconds"] + _seconds_between(work, ticket, ticket[column])
        changed |= {"paused_seconds": seconds, "resolution_due_at": _finish_at(work, ticket, seconds)}
    return changed


def _seconds_between(work: Work, ticket: Row, since: datetime) -> int:
    """Seconds on the finish limit's own calendar: an answer on Monday to Friday's question gives no extra weekend."""
    limits = Limits.from_json(ticket["limits"])
    return int(paused_between(limits, since, work.now, work.directory.calendar).total_seconds())


def _finish_at(work: Work, ticket: Row, paused_seconds: int) -> datetime:
    limits, paused = Limits.from_json(ticket["limits"]), timedelta(seconds=paused_seconds)
    began_at = ticket["booked_until"] or ticket["created_at"]
    return resolution_due_at(limits, began_at, work.directory.calendar, paused)


def danger_begins(work: Work, limits: Limits) -> dict[str, Any]:
    """The limits of a danger from this moment on: it was raised now, or its worker is lost."""
    calendar = work.directory.calendar
    return {
        "danger_at": work.now,
        "offered_at": None,
        "arrived_at": None,
        "controlled_at": None,
        "response_due_at": due_at(limits.answer, work.now, calendar),
        "resolution_due_at": due_at(limits.finish, work.now, calendar),
    }


def due_again(work: Work, ticket: Row) -> Mapping[str, datetime]:
    """The times that follow from a ticket's limits, by the calendar as it is known now. A danger's run always."""
    if ticket["is_danger"] or helped.is_order(work.ledger, ticket):  # a request ends when whoever asked says
        return {}
    limits, began_at = Limits.from_json(ticket["limits"]), ticket["offered_at"] or ticket["created_at"]
    columns = {"resolution_due_at": _finish_at(work, ticket, ticket["paused_seconds"])}
    if ticket["state"] == State.OFFERED:
        columns["response_due_at"] = due_at(limits.answer, began_at, work.directory.calendar)
    return columns
