"""The doctor: every look finds what it is there for, on a living town with the fault in it."""

import asyncio
import contextlib
import json
import os
import re
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from bot.commands.doctor import doctor
from bot.doctor import Finding, Level, Thresholds, Visit, examine, look_through
from bot.doctor.here import ask_the_bot
from bot.settings import Settings
from simulator.client import Sim
from storage import last_backup, schema
from storage.backup.making import name_at
from storage.ids import first_id
from tests.faults.conftest import by_webhook
from tests.faults.process import free_port
from tests.faults.story import secrets
from tests.faults.test_coming_in import report
from tests.town import TOKEN, Town, a_town

Found = dict[str, Finding]


def settings_of(town: Town, **others: Any) -> Settings:
    """The town's settings, with the port that its bot really has, and a folder for backups of its own."""
    own = {
        "http_listen": f"127.0.0.1:{town.app.endpoint.port}",
        "backup_path": town.settings.media_path.parent / "backups",
    }
    return town.settings.model_copy(update=own | others)


async def examined(town: Town, at: datetime | None = None, **others: Any) -> Found:
    """What the doctor finds, by code."""
    found = await examine(settings_of(town, **others), at or town.clock.now())
    return {finding.code: finding for _, finding in found}


async def looked(town: Town, name: str, **thresholds: Any) -> Found:
    """What one look finds."""
    app, limits = town.app, Thresholds(**thresholds)
    visit = Visit(settings_of(town), town.clock.now(), app.database, app.ledger, app.transport, thresholds=limits)
    return {finding.code: finding for _, finding in await look_through(visit, [name])}


async def change(town: Town, query: sa.Executable) -> None:
    async with town.app.database.writing() as connection:
        await connection.execute(query)


async def test_it_finds_a_town_well(any_town: Town) -> None:
    await any_town.app.ticking.tick()
    await last_backup.note(any_town.app.database, any_town.clock.now())
    found = await examined(any_town, at=datetime.now(UTC))
    assert "stumbled" not in found, found["stumbled"].params
    ours = {code for code in found if not code.startswith("staff_")}
    assert {"bot_works", "token_fine", "polling_fine", "clock_fine", "database_fine", "tables_fine"} <= ours
    assert {"updates_fine", "reminders_fine", "messages_fine", "media_fine", "backup_fine"} <= ours
    assert {code for code in ours if found[code].level is not Level.FINE} == {"settings_no_admins"}


async def test_it_says_where_there_is_no_bot_and_no_database(tmp_path: Path) -> None:
    async with Sim(TOKEN) as sim:
        url = f"sqlite:///{tmp_path}/none/linli.sqlite3"
        listen = f"127.0.0.1:{free_port()}"
        settings = Settings(_env_file=None, bot_token=TOKEN, bot_api_url=sim.url, database_url=url, http_listen=listen)
        found = {finding.code for _, finding in await examine(settings, datetime.now(UTC))}
    assert {"bot_absent", "token_fine", "database_absent"} <= found
    assert not (tmp_path / "none").exists()


async def test_it_tells_a_wrong_token_from_a_network_that_is_down(town: Town) -> None:
    assert (await examined(town, bot_token=secret("123456:unknown-token-0000000000000")))["token_refused"]
    assert (await examined(town, bot_api_url=f"http://127.0.0.1:{free_port()}"))["api_away"].level is Level.BAD
    assert (await examined(town, bot_token=secret("")))["settings_wrong"].level is Level.BAD


def secret(value: str) -> Any:
    return type(Settings().bot_token)(value)


async def test_it_says_that_posters_lead_to_another_bot(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINLI_BOT_NAME", "@SomeOtherBot")
    assert (await looked(town, "token"))["bot_name_differs"].params["expected"] == "SomeOtherBot"


async def test_it_finds_a_webhook_where_the_bot_polls(town: Town) -> None:
    await town.app.transport.call("setWebhook", {"url": "https://elsewhere.example/x"})
    assert (await looked(town, "webhook"))["webhook_in_the_way"].params["host"] == "elsewhere.example"


async def test_it_finds_a_webhook_that_leads_elsewhere_or_nowhere(tmp_path: Path) -> None:
    hook = by_webhook(free_port())
    async with a_town(tmp_path, f"sqlite:///{tmp_path}/linli.sqlite3", **hook) as town:
        assert "webhook_fine" in await looked(town, "webhook")
        await town.app.transport.call("setWebhook", {"url": "https://elsewhere.example/x"})
        assert "webhook_elsewhere" in await looked(town, "webhook")
        await town.app.transport.call("deleteWebhook", {})
        assert (await looked(town, "webhook"))["webhook_missing"].level is Level.LOOK
        assert (await examined(town))["webhook_lost"].level is Level.BAD


async def test_it_hears_from_the_bot_that_another_program_polls(town: Town) -> None:
    town.sim.faults.add("error", method="getUpdates", code=409)
    await town.rosa.says("/help")  # ends the poll that waits
    async with asyncio.timeout(10):
        while not (running := await ask_the_bot(settings_of(town))) or not running.remarks:
            await asyncio.sleep(0.01)
    assert (await examined(town))["bot_poll_conflict"].level is Level.BAD


async def test_it_compares_clocks(any_town: Town) -> None:
    found = await examined(any_town, at=datetime.now(UTC) + timedelta(minutes=10))
    assert 590 < int(found["clock_off"].params["seconds"]) < 610
    assert (await examined(any_town, at=datetime.now(UTC) - timedelta(seconds=20)))["clock_off"].level is Level.LOOK


async def test_it_finds_a_damaged_file(tmp_path: Path, sqlite_url: str) -> None:
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        ((page, size),) = connection.execute(
            "SELECT rootpage, page_size FROM sqlite_master, pragma_page_size WHERE name = 'ix_outbox_queued'"
        )
    with file.open("r+b") as opened:
        opened.seek((page - 1) * size)
        opened.write(bytes(size))
    settings = Settings(_env_file=None, database_url=sqlite_url, media_path=tmp_path)
    found = {finding.code: finding for _, finding in await examine(settings, datetime.now(UTC))}
    assert found["database_damaged"].level is Level.BAD


async def test_it_tells_an_older_schema_from_a_newer_one(any_town: Town) -> None:
    version = sa.table("alembic_version", sa.column("version_num"))
    await change(any_town, sa.update(version).values(version_num="0001"))
    assert (await examined(any_town))["tables_old"].level is Level.LOOK
    await change(any_town, sa.update(version).values(version_num="9999"))
    assert (await examined(any_town))["tables_newer"].level is Level.BAD


async def test_it_finds_updates_that_nobody_works_on(any_town: Town) -> None:
    row = {"id": 1, "lane": "u1001", "payload": b"{}", "received_at": any_town.clock.now() - timedelta(minutes=7)}
    await change(any_town, sa.insert(schema.inbox).values(row | {"state": "new"}))
    await change(any_town, sa.insert(schema.inbox).values(row | {"id": 2, "state": "set_aside"}))
    found = await looked(any_town, "updates")
    assert (found["updates_stuck"].params["count"], found["updates_stuck"].params["minutes"]) == (1, 7)
    assert found["updates_set_aside"].params["count"] == 1


async def test_it_finds_reminders_that_did_not_fire(any_town: Town) -> None:
    due_at = any_town.clock.now() - timedelta(minutes=5)
    row = {"id": 1, "subject": "ticket:1", "kind": "overdue", "occurrence": "1", "due_at": due_at}
    await any_town.app.ticking.stop()
    await change(any_town, sa.insert(schema.reminder).values(row | {"state": "scheduled"}))
    assert (await looked(any_town, "reminders"))["reminders_late"].params["minutes"] == 5


async def test_it_finds_messages_that_do_not_go_out(any_town: Town) -> None:
    town = any_town
    now = town.clock.now()
    town.app.delivery._pace.pause(None, now, 1e6)
    rows = [("queued", 0, 2), ("queued", 1, 20), ("queued", 4, 600), ("failed", 2, 60), ("unknown", 4, 60)]
    for number, (state, priority, ago) in enumerate([*rows, ("failed", 2, 60 * 48)]):
        at = now - timedelta(minutes=ago)
        row_id = first_id(at) + number
        row = {"id": row_id, "priority": priority, "due_at": at, "created_at": at, "chat_id": 1, "state": state}
        await change(town, sa.insert(schema.outbox).values(row | {"method": "message", "params": {}}))
    found = await looked(town, "messages")
    counted = {code: (finding.params["count"], finding.params.get("minutes")) for code, finding in found.items()}
    assert counted == {
        "alarms_stuck": (1, 2),
        "messages_stuck": (1, 20),
        "messages_failed": (1, None),
        "messages_unknown": (1, None),
    }


async def test_it_finds_a_disk_that_gets_full(town: Town) -> None:
    assert (await looked(town, "disks", disk_low=(1 << 62, 1.1)))["disk_low"].level is Level.LOOK
    assert (await looked(town, "disks", disk_full=(1 << 62, 1.1)))["disk_full"].level is Level.BAD


async def test_it_finds_pictures_that_are_missing_or_nobodys(town: Town) -> None:
    store, now = town.app.store, town.clock.now()
    await town.rosa.says("/start")
    await town.settle()
    assert "media_fine" in await looked(town, "media")
    name = await store.put(b"a paper that no matter names")
    assert "media_fine" in await looked(town, "media")
    os.utime(store.path(name), (1, 1))
    assert (await looked(town, "media"))["media_orphans"].params["count"] == 1
    await report(town)
    person = sa.select(schema.ticket.c.owner_id).scalar_subquery()
    ticket = sa.select(schema.ticket.c.id).scalar_subquery()
    row = {"id": 1, "ticket_id": ticket, "added_by_id": person, "media": "photo", "purpose": "report", "added_at": now}
    await change(
        town, sa.insert(schema.attachment).values(row | {"copy_state": "stored", "stored_as": "0" * 64 + ".jpg"})
    )
    assert (await looked(town, "media"))["media_missing"].params["count"] == 1


async def test_it_finds_a_folder_that_takes_no_pictures(town: Town, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    assert (await examined(town, media_path=tmp_path / "file" / "media"))["media_unwritable"].level is Level.BAD


async def test_it_finds_work_that_nobody_would_get(any_town: Town) -> None:
    town, grant, person = any_town, schema.role_grant, schema.person
    worker = grant.c.role == "grid_worker"
    first = sa.select(grant.c.place_id).where(worker).order_by(grant.c.place_id).limit(1).scalar_subquery()
    await change(
        town, sa.delete(grant).where(sa.or_(grant.c.role == "duty_secretary", worker & (grant.c.place_id == first)))
    )
    await change(town, sa.update(person).where(person.c.code != "laoli").values(telegram_id=None))
    found = await looked(town, "community")
    assert re.fullmatch(r"grid-\d", str(found["staff_no_worker"].params["grids"]))
    assert found["staff_no_secretary"].level is Level.BAD
    assert found["staff_not_joined"].params["total"] == int(found["staff_not_joined"].params["count"]) + 1
    assert "staff_no_agent" in found
    await change(town, sa.update(person).values(telegram_id=None))
    assert "staff_nobody_joined" in await looked(town, "community")


async def test_it_finds_kinds_that_no_rule_knows(town: Town) -> None:
    rule = schema.routing_rule
    await change(
        town,
        sa.update(rule).where(rule.c.kinds.is_(None) | (rule.c.code == "anything")).values(retired_at=town.clock.now()),
    )
    await town.app.database.write(lambda connection: connection.execute(sa.delete(schema.setting)))
    await town.app.ledger.refresh()
    assert "environment" in str((await looked(town, "community"))["staff_no_route"].params["kinds"])


async def test_it_knows_how_old_the_last_backup_is(any_town: Town) -> None:
    town = any_town
    assert "backup_not_yet" in await looked(town, "backup")
    await town.advance(days=3)
    assert "backup_none" in await looked(town, "backup")
    await last_backup.note(town.app.database, town.clock.now() - timedelta(days=9))
    await last_backup.note(town.app.database, town.clock.now() - timedelta(hours=30))
    assert (await looked(town, "backup"))["backup_fine"].params["hours"] == 30
    assert "backup_old" in await looked(town, "backup", backup_age=timedelta(hours=29))
    folder = settings_of(town).backup_path
    folder.mkdir(parents=True)
    (folder / name_at(town.clock.now() - timedelta(hours=3), is_sealed=True)).touch()
    assert (await looked(town, "backup"))["backup_fine"].params["hours"] == 3


async def test_it_finds_a_lease_that_nobody_holds(town_pg: Town) -> None:
    assert (await looked(town_pg, "replicas"))["replicas_fine"].params["count"] == 1
    await change(town_pg, sa.insert(schema.lease).values(id=999, name="a post that nobody fills"))
    assert (await looked(town_pg, "replicas"))["leases_free"].params["count"] == 1


async def test_it_tells_of_a_look_that_stumbles(town: Town) -> None:
    await town.app.database.write(lambda connection: connection.execute(sa.text("DROP TABLE attachment")))
    assert (await looked(town, "media"))["stumbled"].params["check"] == "media"


async def test_the_command_speaks_both_ways_and_says_nothing_of_anybody(
    town: Town, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    await report(town)
    await town.app.ticking.tick()
    settings = settings_of(town)
    monkeypatch.chdir(tmp_path)
    for name in ("database_url", "media_path", "http_listen", "bot_api_url"):
        monkeypatch.setenv(f"LINLI_{name.upper()}", str(getattr(settings, name)))
    monkeypatch.setenv("LINLI_BOT_TOKEN", TOKEN)
    monkeypatch.setenv("LINLI_LANGUAGE", "en")
    plain = await asyncio.to_thread(CliRunner().invoke, doctor)
    told = json.loads((await asyncio.to_thread(CliRunner().invoke, doctor, ["--json"])).stdout)
    assert plain.exit_code == (0 if told["ok"] else 1)
    assert "✓ The Bot API knows the token" in plain.stdout
    assert "! No backup has been made yet" in plain.stdout
    assert not [one for one in secrets() if one in plain.stdout + json.dumps(told, ensure_ascii=False)]


def test_the_command_ends_with_2_where_a_setting_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINLI_TIMEZONE", "Mars")
    assert CliRunner().invoke(doctor).exit_code == 2
