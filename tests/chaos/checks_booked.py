"""What must be true of whatever was booked: times are owned once, by those who have them; nobody is forgotten."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from .checks import OVER, TICK, check
from .facts import Facts, Row, grouped

QUARTER = 900_000_000  # microseconds
MINUTE = 60_000_000
_HAS_ITS_TIME = {"new", "offered", "accepted", "on_site"}
_RESOLVED = {"taken", "expired", "left"}

Owned = set[tuple[int, int, int]]


def _cells(row: Row, buffer: int) -> Owned:
    first, after = (row["starts_at"] - buffer) // QUARTER, -(-(row["ends_at"] + buffer) // QUARTER)
    return {(row["provider_id"], row["seat"], cell) for cell in range(first, after)}


@check("a time belongs to who has it, and to nobody else")
def _times(facts: Facts) -> Iterator[str]:
    states = {row["id"]: row["state"] for row in facts.tickets}
    buffers = {row["id"]: row["buffer_minutes"] * MINUTE for row in facts.tables["service"]}
    owned = {
        holder: {(row["provider_id"], row["seat"], row["cell"]) for row in rows}
        for holder, rows in grouped(facts.tables["booking_cell"], "holder_id").items()
    }
    ahead = facts.now // QUARTER
    holders: dict[int, Owned] = {}
    for row in facts.tables["booking"]:
        if row["seat"] is not None and states[row["id"]] not in OVER:
            holders[row["id"]] = _cells(row, buffers[row["service_id"]])
            if states[row["id"]] in _HAS_ITS_TIME and row["starts_at"] > facts.now:
                missing = holders[row["id"]] - owned.get(row["id"], set())
                if any(cell > ahead for _, _, cell in missing):
                    yield f"booking {row['id']} ({states[row['id']]}) does not own its time"
    for row in facts.tables["hold"]:
        holders[row["id"]] = _cells(row, buffers[row["service_id"]])
    for holder, cells in owned.items():
        stray = {one for one in cells - holders.get(holder, set()) if one[2] > ahead}
        if stray:
            yield f"{holder} owns {len(stray)} quarters of an hour that are not its own"


@check("nobody has a time twice, or two at once")
def _no_overlap(facts: Facts) -> Iterator[str]:
    """The times themselves, whatever the cells say; what is closed before its time is up gives the rest of it back."""
    states = {row["id"]: row["state"] for row in facts.tickets}
    closed = {row["id"]: row["closed_at"] for row in facts.tickets}
    taken: dict[tuple[int, int], list[tuple[int, int, int]]] = {}
    for row in facts.tables["booking"]:
        if row["seat"] is not None and states[row["id"]] in _HAS_ITS_TIME | {"done", "closed"} and not row["missed_at"]:
            seat = (row["provider_id"], row["seat"])
            until = min(row["ends_at"], closed[row["id"]] or row["ends_at"])
            if row["starts_at"] < until:
                taken.setdefault(seat, []).append((row["starts_at"], until, row["id"]))
    for seat, times in taken.items():
        times.sort()
        for before, after in pairwise(times):
            if after[0] < before[1]:
                yield f"bookings {before[2]} and {after[2]} have the same time on seat {seat}"


@check("no hold outlives its time")
def _holds(facts: Facts) -> Iterator[str]:
    for row in facts.tables["hold"]:
        if row["until"] <= facts.now - TICK:
            yield f"hold {row['id']} of {row['person_id']} ran out and is there"


@check("nobody who waits is forgotten")
def _waiting(facts: Facts) -> Iterator[str]:
    kept = {row["id"] for row in facts.tables["hold"]}
    for row in facts.tables["waiting"]:
        if row["state"] == "offered" and row["hold_id"] not in kept:
            yield f"waiting {row['id']} was offered a time that nobody keeps"
        if row["state"] == "waiting" and row["until_at"] <= facts.now - TICK:
            yield f"waiting {row['id']} waits for a time that is over"
        if row["state"] in _RESOLVED and row["hold_id"] in kept:
            yield f"waiting {row['id']} is {row['state']} and a time is still kept for it"


@check("what was booked comes to an end, or the clock knows when")
def _ends(facts: Facts) -> Iterator[str]:
    """What is overdue stands on the list of the duty secretary until somebody looks after it."""
    planned = {row["subject"] for row in facts.tables["reminder"] if row["state"] == "scheduled"}
    tickets = {row["id"]: row for row in facts.tickets}
    for row in facts.tables["booking"]:
        ticket = tickets[row["id"]]
        is_known = ticket["state"] in OVER or ticket["overdue_at"] is not None
        if not is_known and f"ticket:{row['id']}" not in planned:
            what = f"ticket {ticket['number']} ({row['way']}, {ticket['state']})"
            yield f"{what} is booked, and nothing will ever happen to it"


@check("numbers are called in their order, one each")
def _queue(facts: Facts) -> Iterator[str]:
    numbers = [row for row in facts.tables["booking"] if row["queue_number"] is not None]
    halls = [{**row, "hall": (row["provider_id"], row["queue_day"])} for row in numbers]
    counts = Counter((*row["hall"], row["queue_number"]) for row in halls)
    yield from (f"number {key} was given {count} times" for key, count in counts.items() if count > 1)
    for key, rows in grouped(halls, "hall").items():
        if sorted(row["queue_number"] for row in rows) != list(range(1, len(rows) + 1)):
            yield f"the numbers of {key} have a gap"


@check("originals are back when a matter is done")
def _originals(facts: Facts) -> Iterator[str]:
    closed = {row["id"]: row["number"] for row in facts.tickets if row["state"] == "closed"}
    for ticket_id, rows in grouped(facts.tables["paper"], "ticket_id").items():
        taken = sum(row["kind"] == "taken" and row["refused_at"] is None for row in rows)
        returned = sum(row["kind"] == "returned" and row["refused_at"] is None for row in rows)
        if ticket_id in closed and taken > returned:
            yield f"ticket {closed[ticket_id]} is closed, and originals are out"


@check("a shift is asked for once at a time")
def _shifts(facts: Facts) -> Iterator[str]:
    asked = Counter(
        (row["rule_id"], row["day"], row["holder_id"])
        for row in facts.tables["shift_change"]
        if row["state"] == "asked"
    )
    yield from (f"shift {key} is asked for {count} times" for key, count in asked.items() if count > 1)
    for row in facts.tables["shift_change"]:
        if (row["state"] == "asked") == (row["answered_at"] is not None):
            yield f"change of shift {row['id']} is {row['state']}, answered {row['answered_at']}"
