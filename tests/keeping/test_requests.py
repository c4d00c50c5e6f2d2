"""`linli person`: a request on paper, beside a running bot, after a restore, and with kill -9 in the middle."""

import asyncio
import os
import signal
import sys
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from storage import schema
from storage.keeping import erasing, requests
from storage.ledger import Ledger
from tests.stories.chat import go, person, reports, tickets
from tests.stories.test_filing import files
from tests.town import Town

from .life import ACCOUNT, MARKS, PHONE, lived
from .marks import finish, places_of

ROOT = Path(__file__).parents[2]
LINLI = """
import sys
from datetime import datetime
from bot.cli import main
import bot.commands.person
at = datetime.fromisoformat(sys.argv.pop(1))
sys.modules["bot.commands.person"]._now = lambda: at
main()
"""
"""The command in a process of its own, whose clock is the town's."""


async def linli(town: Town, *arguments: object, is_killed_after: int | None = None) -> tuple[int, str]:
    """Type a command in a process of its own; kill it as soon as so many slices are committed."""
    await town.advance(seconds=1)  # ids of two processes are told apart by their milliseconds
    settings = town.settings
    environment = os.environ | {
        "LINLI_DATABASE_URL": settings.database_url,
        "LINLI_MEDIA_PATH": str(settings.media_path),
        "LINLI_LANGUAGE": "en",
    }
    command = [sys.executable, "-c", LINLI, town.clock.now().isoformat(), "person", *map(str, arguments)]
    both = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, env=environment, stdin=asyncio.subprocess.DEVNULL, stdout=both, stderr=both
    )
    if is_killed_after is not None:
        await _until_slice(town, is_killed_after, process)
        if process.returncode is None:
            os.kill(process.pid, signal.SIGKILL)
    out, err = await process.communicate()
    town.clock.advance(timedelta(seconds=2))  # what other processes queue is looked for as time goes on
    return process.returncode or 0, (out + err).decode()


async def _until_slice(town: Town, step: int, process: asyncio.subprocess.Process) -> None:
    query = sa.select(schema.reminder).where(schema.reminder.c.kind == erasing.KIND)
    async with asyncio.timeout(60):
        while process.returncode is None:
            row = await town.app.ledger.one(query)
            if row is not None and row["params"]["step"] >= step:
                return
            await asyncio.sleep(0)


async def test_it_counts_what_a_deletion_would_reach(town: Town) -> None:
    life = await lived(town)
    (found,) = await requests.about(town.app.ledger, PHONE)
    counts = await erasing.counts(town.app.ledger, found, town.clock.now())
    assert {"ticket": 6, "person": 1, "attachment": 3, "family_link": 1, "follower": 2}.items() <= counts.items()
    assert {"booking": 1, "paper": 2, "support": 1, "waiting": 1}.items() <= counts.items()
    assert len(await requests.open_matters(town.app.ledger, found)) == 3
    assert (await person(town, life.rosa))["erased_at"] is None


@pytest.mark.slow
async def test_it_counts_asks_and_deletes_beside_a_running_bot(town: Town) -> None:
    life = await lived(town)
    code, said = await linli(town, "delete", PHONE, "--dry-run")
    assert (code, "ticket: 6 rows" in said, "Open matters: 3" in said) == (0, True, True), said
    assert (await person(town, life.rosa))["erased_at"] is None
    code, said = await linli(town, "delete", ACCOUNT, "--yes")
    assert (code, "still open" in said) == (1, True), said
    code, said = await linli(town, "delete", ACCOUNT, "--withdraw", "--yes")
    assert (code, "Deleted" in said) == (0, True), said
    await finish(town)
    assert await places_of(town.app.database, list(MARKS)) == []
    assert life.rosa.shows("您的数据正在删除")


@pytest.mark.slow
async def test_it_writes_the_data_of_who_has_no_chat(town: Town, tmp_path: Path) -> None:
    await files(town, town.li, f"王阿姨 {PHONE}", "3栋2单元楼道灯坏了")
    code, said = await linli(town, "export", PHONE, "--out", tmp_path / "wang.zip")
    assert code == 0, said
    with zipfile.ZipFile(tmp_path / "wang.zip") as archive:
        assert "楼道灯坏了" in archive.read("index.html").decode()
    assert (tmp_path / "wang.zip").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("who", ["nobody", "19900000000", "12"])
async def test_it_says_that_there_is_nobody(town: Town, who: str) -> None:
    assert await requests.about(town.app.ledger, who) == []


async def test_it_refuses_staff_and_dangers(town: Town) -> None:
    wei = await person(town, town.wei)
    with pytest.raises(erasing.HandOverFirst):
        await requests.erase(town.app.ledger, wei["id"], town.clock.now)
    await go(town, town.rosa.says("3栋2单元电梯里困了人，出不来"))
    with pytest.raises(erasing.DangerFirst):
        await requests.erase(town.app.ledger, (await person(town, town.rosa))["id"], town.clock.now)


@pytest.mark.slow
@pytest.mark.parametrize("step", [0, 2, 6])
async def test_it_ends_what_a_kill_cut_in_the_middle(any_town: Town, step: int) -> None:
    town = any_town
    life = await lived(town)
    known = await person(town, life.rosa)
    await linli(town, "delete", ACCOUNT, "--withdraw", "--yes", is_killed_after=step)
    await finish(town)
    assert await places_of(town.app.database, list(MARKS)) == []
    row = await town.app.ledger.get(schema.person, known["id"])
    assert row is not None
    assert row["erased_at"] is not None


async def test_it_deletes_again_what_a_restore_brought_back(town: Town) -> None:
    await reports(town, town.rosa, "3栋2单元楼道灯坏了")
    known = await person(town, town.rosa)
    before = [dict(row) for row in await tickets(town)]
    await requests.erase(town.app.ledger, known["id"], town.clock.now)
    town.clock.advance(timedelta(seconds=2))
    ids = await requests.erased(town.app.ledger)
    assert ids == [known["id"]]
    await finish(town)
    await _bring_back(town.app.ledger, known, before)
    assert (await person(town, town.rosa))["name"] == "王阿姨"
    assert await requests.again(town.app.ledger, ids, town.clock.now) == (1, [])
    town.clock.advance(timedelta(seconds=2))
    await finish(town)
    assert await places_of(town.app.database, ["王阿姨", "楼道灯坏了"]) == []


async def _bring_back(ledger: Ledger, known: Any, matters: list[dict[str, Any]]) -> None:
    async with ledger.database.writing() as connection:
        for table, rows in ((schema.person, [known]), (schema.ticket, matters)):
            for row in rows:
                await connection.execute(table.update().where(table.c.id == row["id"]).values(**row))
