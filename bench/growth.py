"""Does it get slower with the years? The bot's own functions on ten thousand and on a million tickets, in turn."""

import statistics
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from storage import attention, duplicates, handling, inbox, outbox, people, reminders, routing, schema, tickets
from storage.attention import Need
from storage.engine import Database
from storage.ledger import Ledger, Row
from storage.numbers import Numbers
from storage.reminders import due
from storage.tickets import Asked
from storage.work import Work

from .growing import FAR_AWAY, sqlite_file
from .moment import MONDAY
from .sample import Sample, Stage

SMALL, LARGE = 10_000, 1_000_000
SMALL_QUICK, LARGE_QUICK = 500, 1000
TURNS, TURNS_QUICK = 100, 3
WORKER, SECRETARY = 2001, 3001  # 小魏 and 丹姐 of the sample community
WORDS = "楼道里的灯坏了"


@dataclass
class Community:
    """One database, and what an act needs of it, picked anew for every turn."""

    ledger: Ledger
    offered: list[int]
    closed: list[int]

    async def desk(self, telegram_id: int) -> Work:
        """Somebody's desk, at which one thing is decided and nothing is written."""
        person = (await people.by_telegram_ids(self.ledger, [telegram_id]))[telegram_id]
        work = Work(self.ledger, MONDAY, Numbers(self.ledger.database), person=person, telegram_id=telegram_id)
        work.chat_id, work.grants = telegram_id, await people.grants_of(self.ledger, [person["id"]])
        return work

    async def ticket(self, ids: list[int], turn: int) -> dict[str, Any]:
        """One of them; every turn another."""
        found = await tickets.by_id(self.ledger, ids[turn * 7 % len(ids)])
        return found or {}


Act = Callable[[Work, dict[str, Any]], Awaitable[object]]


async def _route(work: Work, ticket: dict[str, Any]) -> object:
    return await routing.offer_next(work, ticket, None, is_afresh=True)


async def _same(work: Work, ticket: dict[str, Any]) -> object:
    return await duplicates.look(
        work, Asked(0, 0, ticket["kind"], "report", WORDS, place_id=ticket["place_id"], room=None)
    )


async def _lists(work: Work, _ticket: dict[str, Any]) -> list[Row]:
    return [row for need in Need for row in await attention.page(work, need, limit=7, offset=0)]


async def _of_message(work: Work, ticket: dict[str, Any]) -> object:
    card = await tickets.card_of(work.ledger, ticket["id"], ticket["owner_id"]) or {}
    return await tickets.by_message(work.ledger, card["chat_id"], card["message_id"])


async def _due(work: Work, _ticket: dict[str, Any]) -> object:
    rows = await due(work.ledger, FAR_AWAY.replace(year=2101), 50)
    return rows, await outbox.ready(work.ledger, limit=96), await outbox.next_due_at(work.ledger)


async def _replan(work: Work, ticket: dict[str, Any]) -> object:
    await reminders.replan(work, ticket)
    return await tickets.history_of(work.ledger, ticket["id"])


ACTS: Mapping[str, tuple[int, bool, Act]] = {
    # what is done, by whom, on an open ticket or on one that is over
    "route": (SECRETARY, True, _route),
    "claim": (WORKER, True, handling.accept),
    "same_nearby": (SECRETARY, True, _same),
    "my_open": (WORKER, False, lambda work, one: tickets.of_resident(work.ledger, one["owner_id"], is_open=True)),
    "my_settled": (WORKER, False, lambda work, one: tickets.of_resident(work.ledger, one["owner_id"], is_open=False)),
    "tasks": (WORKER, False, lambda work, _: tickets.of_worker(work.ledger, work.person["id"] if work.person else 0)),
    "by_number": (WORKER, False, lambda work, one: tickets.by_number(work.ledger, one["number"])),
    "by_message": (WORKER, False, _of_message),
    "triage_counts": (SECRETARY, False, lambda work, _: attention.counts(work)),
    "triage_lists": (SECRETARY, False, _lists),
    "same_place": (SECRETARY, True, attention.at_the_same_place),
    "due": (SECRETARY, False, _due),
    "replan": (SECRETARY, True, _replan),
    "inbox": (SECRETARY, False, lambda work, one: inbox.waiting_in(work.ledger, f"u{one['owner_id']}", 200)),
}


async def growth(stage: Stage) -> Sample:
    """Medians of each act on both files, in turn; the worst ratio counts."""
    counts = (stage.many(SMALL, SMALL_QUICK), stage.many(LARGE, LARGE_QUICK))
    async with AsyncExitStack() as stack:
        both = [await _opened(stack, await sqlite_file(count)) for count in counts]
        small, large = zip(*[await _medians(both, act, stage.many(TURNS, TURNS_QUICK)) for act in ACTS], strict=True)
    runs = {
        f"growth_{act}": {"small_ms": one * 1000, "large_ms": other * 1000, "ratio": other / one}
        for act, one, other in zip(ACTS, small, large, strict=True)
    }
    return Sample({"growth_p50_1m_vs_10k": max(run["ratio"] for run in runs.values())}, dict(runs))


async def _opened(stack: AsyncExitStack, file: Path) -> Community:
    database = await Database.open(f"sqlite:///{file}")
    stack.push_async_callback(database.close)
    ledger = await Ledger.open(database)
    ticket = schema.ticket.c
    ids = schema.ticket.select().with_only_columns(ticket.id)
    worker = (await people.by_telegram_ids(ledger, [WORKER]))[WORKER]["id"]
    mine = ids.join(schema.offer).where(schema.offer.c.person_id == worker, schema.offer.c.state == "open")
    offered = await ledger.all(mine.where(ticket.state == "offered").limit(200))
    closed = await ledger.all(ids.where(ticket.state == "closed").limit(200))
    return Community(ledger, [row["id"] for row in offered], [row["id"] for row in closed])


async def _medians(both: list[Community], act: str, turns: int) -> list[float]:
    """Seconds on each, each turn with another ticket; all of it once before, so that no disk is measured."""
    telegram_id, is_open, do = ACTS[act]
    times: list[list[float]] = [[] for _ in both]
    for turn in [*range(turns), *range(turns)]:
        for community, seconds in zip(both, times, strict=True):
            work = await community.desk(telegram_id)
            ticket = await community.ticket(community.offered if is_open else community.closed, turn)
            began_at = time.perf_counter()
            await do(work, ticket)
            seconds.append(time.perf_counter() - began_at)
    return [statistics.median(seconds[turns:]) for seconds in times]
