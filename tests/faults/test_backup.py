"""24 A backup while a real bot works under load, restored elsewhere: everything fits, nothing is sent again blindly."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from simulator.client import Sim
from simulator.phone import Phone
from storage.backup.aftermath import RESTORED
from tests import postgres
from tests.backup.files import linli
from tests.postgres import Server
from tests.town import MONDAY, TOKEN, copy_of_sample

from .process import Bot, Street, until

SAYERS = ("rosa", "chen", "daughter", "vera", "zhou", "fang")
BUILDINGS = (1, 2, 3, 4, 11, 12, 13, 14, 15, 16, 17, 18)
MATTERS = [f"{at}栋{unit}单元{what}" for what in ("楼道灯坏了", "太吵了") for unit in (1, 2, 3) for at in BUILDINGS]
BEFORE = 8
"""Reports that came through before the backup begins; the others come while it is made and after."""


@pytest.fixture
async def bots(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[tuple[Street, Bot]]:
    """A street whose bot lives on one engine, and a bot for the place where its backup is restored, on the other."""
    server: Server = request.getfixturevalue("postgres_server")
    lives_on_sqlite = request.param == "sqlite"
    url = await postgres.copy(server, "template0" if lives_on_sqlite else postgres.FILLED)
    one, two = (None, url) if lives_on_sqlite else (url, None)
    async with Sim(TOKEN) as sim:
        first, second = Bot(sim, tmp_path / "one", url=one), Bot(sim, tmp_path / "two", url=two)
        if lives_on_sqlite:
            await copy_of_sample(first.file, MONDAY)
        first.rows("UPDATE person SET on_duty = true WHERE code IS NOT NULL")
        first.rows("UPDATE person SET consented_at = 1")
        yield Street(sim, first), second
        await first.kill()
        await second.kill()
    await postgres.drop(url)


def offered(phone: Phone) -> str | None:
    """What there is to press on the way to a ticket."""
    wanted = ("同意，继续", "报上去")
    return next((one for one in wanted if any(one in label for label in phone.buttons)), None)


async def keep_reporting(phone: Phone, matters: Sequence[str], done: asyncio.Event) -> None:
    """Reports one thing after the other, as long as the bot answers."""
    with contextlib.suppress(AssertionError, LookupError):
        for matter in matters:
            if done.is_set():
                return
            await phone.says(matter)
            button = None
            while button != "报上去":
                await until(lambda: offered(phone) or done.is_set(), "something to press")
                button = offered(phone)
                if button is None:
                    return
                await phone.presses(button)
                await until(lambda pressed=button: offered(phone) != pressed or done.is_set(), "it was taken")  # type: ignore[misc]


@contextlib.asynccontextmanager
async def under_load(street: Street) -> AsyncIterator[None]:
    done = asyncio.Event()
    shares = [(street.phones[name], MATTERS[at :: len(SAYERS)]) for at, name in enumerate(SAYERS)]
    talking = asyncio.gather(*(keep_reporting(phone, matters, done) for phone, matters in shares))
    try:
        yield
    finally:
        done.set()
        await talking


def tickets(bot: Bot) -> dict[int, dict[str, Any]]:
    return {row["id"]: row for row in bot.rows("SELECT id, number, state, words FROM ticket")}


def check_restored(first: Bot, second: Bot) -> None:
    """Every ticket has its whole history, and is one that the lost bot had, as it was."""
    living, restored = tickets(first), tickets(second)
    assert BEFORE <= len(restored) <= len(living)
    for ticket_id, ticket in restored.items():
        assert (ticket["number"], ticket["words"]) == (living[ticket_id]["number"], living[ticket_id]["words"])
        told = second.rows("SELECT * FROM history WHERE ticket_id = ? ORDER BY at, id", ticket_id)
        assert (told[0]["event"], told[-1]["new_state"]) == ("created", ticket["state"])
        assert all(later["old_state"] == earlier["new_state"] for earlier, later in pairwise(told))
    assert not second.rows("SELECT 1 FROM outbox WHERE state IN ('queued', 'sending')")


def sent_since(sim: Sim, calls: int) -> set[tuple[int, int]]:
    """The messages that were made since a moment of the record."""
    made = [call for call in sim.record.calls()[calls:] if call.method.startswith("send") and call.code == 200]
    return {(call.answer["chat"]["id"], call.answer["message_id"]) for call in made}


def is_settled(bot: Bot) -> bool:
    waiting = bot.rows("SELECT 1 FROM inbox WHERE state = 'new'")
    return not waiting and not bot.rows("SELECT 1 FROM outbox WHERE state IN ('queued', 'sending')")


@pytest.mark.slow
@pytest.mark.parametrize("bots", ["sqlite", pytest.param("postgres", marks=pytest.mark.slow)], indirect=True)
async def test_24_it_restores_a_backup_made_under_load_and_repeats_nothing(
    bots: tuple[Street, Bot], tmp_path: Path
) -> None:
    street, second = bots
    first = street.bot
    await first.start()
    async with under_load(street):
        await until(lambda: len(tickets(first)) >= BEFORE, "reports come through")
        street.sim.faults.add("delay", method="send*", seconds=0.5, count=None)  # something is always on its way
        code, said = await linli("backup", str(tmp_path / "made.tar.gz"), cwd=tmp_path, database_url=first.url)
        assert (code, "verified by restoring it" in said) == (0, True), said
        many = len(tickets(first))
        await until(lambda: len(tickets(first)) > many, "the bot goes on meanwhile")
        await first.kill()
        street.sim.faults.clear()
    code, said = await linli("restore", str(tmp_path / "made.tar.gz"), "--to", second.url, cwd=tmp_path)
    assert code == 0, said
    check_restored(first, second)
    known, calls = second.rows("SELECT id, state, error FROM outbox"), len(street.sim.record.calls())
    assert any(row["error"] == RESTORED for row in known), "the backup was made while something was on its way"
    await second.start()
    await until(lambda: is_settled(second), "what was waiting is worked off")
    for row in known:
        (now,) = second.rows("SELECT state, error FROM outbox WHERE id = ?", row["id"])
        assert now == {"state": row["state"], "error": row["error"]}
        assert row["state"] != "unknown" or row["error"] == RESTORED
    ours = second.rows("SELECT id, chat_id, telegram_message_id FROM outbox WHERE state = 'sent'")
    old = {row["id"] for row in known}
    new = {(row["chat_id"], row["telegram_message_id"]) for row in ours if row["id"] not in old}
    assert sent_since(street.sim, calls) <= new
    numbers = {row["number"] for row in tickets(first).values()}
    assert all(row["number"] not in numbers for row in tickets(second).values() if row["id"] not in tickets(first))
