"""The inbox on both engines: stored once, read back in order, page by page."""

from datetime import timedelta

import pytest

from storage import inbox
from storage.changes import ChangeSet, Outcome
from storage.engine import Database
from storage.inbox import Stored
from storage.ledger import Ledger
from tests.town import MONDAY


@pytest.fixture
async def ledger(database: Database) -> Ledger:
    return await Ledger.open(database)


def update(number: int, lane: str = "u1") -> Stored:
    return Stored(number, lane, b'{"update_id":%d}' % number)


async def store(ledger: Ledger, *updates: Stored, minutes: int = 0) -> list[int]:
    fresh = await inbox.store(ledger.database, updates, MONDAY + timedelta(minutes=minutes))
    return [one.id for one in fresh]


async def waiting(ledger: Ledger) -> list[int]:
    return [one.id async for page in inbox.waiting(ledger) for one in page]


async def test_it_absorbs_what_it_has(ledger: Ledger) -> None:
    assert await store(ledger, update(5), update(6), update(5)) == [5, 6]
    assert await store(ledger, update(6), update(7)) == [7]
    assert await waiting(ledger) == [5, 6, 7]


async def test_it_takes_numbers_below_those_it_has(ledger: Ledger) -> None:
    """13 update_id jumps down: accepted."""
    await store(ledger, update(9_000))
    assert await store(ledger, update(3), minutes=1) == [3]
    assert await waiting(ledger) == [9_000, 3]


async def test_it_reads_page_by_page(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "_first_page", inbox._first_page.limit(7))
    monkeypatch.setattr(inbox, "_next_page", inbox._next_page.limit(7))
    await store(ledger, *(update(number) for number in range(30)))
    await store(ledger, update(100), minutes=-1)
    pages = [[one.id for one in page] async for page in inbox.waiting(ledger)]
    assert [one for page in pages for one in page] == [100, *range(30)]
    assert max(len(page) for page in pages) == 7


async def test_it_gives_one_lane_at_a_time(ledger: Ledger) -> None:
    await store(ledger, *(update(number, f"u{number % 3}") for number in range(30)))
    assert [one.id for one in await inbox.waiting_in(ledger, "u2", 4)] == [2, 5, 8, 11]


async def test_it_knows_what_is_done(ledger: Ledger) -> None:
    await store(ledger, update(1), update(2), update(3))
    finished, aside = ChangeSet(), ChangeSet()
    inbox.done(finished, update(1), MONDAY)
    inbox.set_aside(aside, update(2), "KeyError", MONDAY)
    assert await ledger.commit([finished, aside]) == [Outcome.APPLIED] * 2
    assert list(await inbox.still_waiting(ledger, [1, 2, 3])) == [3]
    assert (await waiting(ledger), await inbox.count_set_aside(ledger)) == ([3], 1)


async def test_it_counts_a_failed_try(ledger: Ledger) -> None:
    await store(ledger, update(1))
    changes = ChangeSet()
    again = inbox.failed(changes, update(1), "KeyError")
    await ledger.commit([changes])
    assert (await inbox.still_waiting(ledger, [1]))[1] == again
