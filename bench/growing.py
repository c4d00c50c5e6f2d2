"""A community that has used Linli for years: so many tickets with all that hangs on them, written straight into tables.

The statements are the same on SQLite and PostgreSQL: rows are counted out by the database itself, which takes a minute
for a million tickets. One ticket in fifty is still open, so that the backlog grows with the rest. Everything that is
scheduled lies in the year 2100, so that a bot may be started on it without anything being due.
"""

import hashlib
import json
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from storage.engine import Database
from storage.migrate import upgrade
from storage.structure import apply, check, read

from .moment import MONDAY
from .town import SAMPLE

MARGIN = timedelta(hours=1)
APART = timedelta(minutes=1)  # a thousand and more matters a day
_IDS_BEGIN, _ID_LOW_BITS = datetime(2024, 1, 1, tzinfo=UTC), 22  # as in storage.ids
FAR_AWAY = datetime(2100, 1, 1, tzinfo=UTC)
A_RESIDENT_HAS = 10
FIRST_RESIDENT = 20_000_000

_FLATS = """
CREATE TEMPORARY TABLE bench_flat AS
SELECT row_number() OVER (ORDER BY unit.code) - 1 AS k, unit.id AS place_id,
  (SELECT min(g.person_id) FROM role_grant g WHERE g.role = 'grid_worker' AND g.place_id = house.grid_id) AS worker_id
FROM place unit JOIN place house ON house.id = unit.parent_id WHERE unit.level = 'unit'
"""
# id, number, times and people of ticket i; `open_as` is null for the 49 of 50 that are over.
_TICKETS = """
CREATE TEMPORARY TABLE bench_ticket AS
WITH RECURSIVE n(i) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {count})
SELECT i, {first_id} + i * {id_apart} AS id, {first_at} + i * {at_apart} AS at, flat.place_id, flat.worker_id,
  {resident} + (i * 7919) % {residents} AS owner_id, {resident} + (i * 7919) % {residents} AS chat_id,
  CASE WHEN i % 50 <> 7 THEN NULL WHEN (i / 50) % 20 < 2 THEN 'new' WHEN (i / 50) % 20 < 8 THEN 'offered'
    WHEN (i / 50) % 20 < 17 THEN 'accepted' WHEN (i / 50) % 20 < 19 THEN 'waiting' ELSE 'done' END AS open_as
FROM n JOIN bench_flat flat ON flat.k = i % (SELECT count(*) FROM bench_flat)
"""
_FILL = (
    """
INSERT INTO person (id, telegram_id, name, language, has_chosen_language, home_id, consented_at, created_at, version)
WITH RECURSIVE n(i) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {residents})
SELECT {resident} + i, {resident} + i, '居民', 'zh-CN', false, flat.place_id, {first_at}, {first_at}, 1
FROM n JOIN bench_flat flat ON flat.k = i % (SELECT count(*) FROM bench_flat)
""",
    """
INSERT INTO ticket (id, number, kind, state, owner_id, filed_by_id, assignee_id, place_id, room, words, intent,
  is_danger, is_confidential, is_anonymous, limits, created_at, offered_at, response_due_at, resolution_due_at,
  accepted_at, overdue_at, done_at, closed_at, closed_how, stars, rung_back_at, disputes, tier, paused_seconds, version)
SELECT id, (1000 + i) * 10, 'public_facilities', coalesce(open_as, 'closed'), owner_id, owner_id,
  CASE WHEN open_as IN ('new', 'offered') THEN NULL ELSE worker_id END, place_id, '101', '楼道里的灯坏了，晚上看不见路',
  'report', false, false, false, '{limits}', at, at, at + 7200000000, at + 259200000000,
  CASE WHEN open_as IN ('new', 'offered') THEN NULL ELSE at + 600000000 END,
  CASE WHEN open_as = 'accepted' AND i % 4 = 3 THEN at + 259200000000 END,
  CASE WHEN open_as IS NULL OR open_as = 'done' THEN at + 3600000000 END,
  CASE WHEN open_as IS NULL THEN at + 7200000000 END, CASE WHEN open_as IS NULL THEN 'confirmed' END,
  CASE WHEN open_as IS NOT NULL THEN NULL WHEN i % 40 = 3 THEN 2 ELSE 5 END,
  CASE WHEN open_as IS NULL AND i % 40 = 3 AND i % 2000 <> 3 THEN at + 9000000000 END,
  CASE WHEN open_as = 'new' AND i % 100 = 7 THEN 2 ELSE 0 END, 0, 0, 3
FROM bench_ticket
""",
    """
INSERT INTO history (id, ticket_id, at, actor_id, event, old_state, new_state)
SELECT id + step.k, id, at + step.k * 600000000, owner_id, step.event, step.old, step.new
FROM bench_ticket CROSS JOIN (
  SELECT CAST(0 AS BIGINT) AS k, 'created' AS event, NULL AS old, 'new' AS new
  UNION ALL SELECT 1, 'offered', 'new', 'offered'
  UNION ALL SELECT 2, 'accepted', 'offered', 'accepted' UNION ALL SELECT 3, 'finished', 'accepted', 'done'
  UNION ALL SELECT 4, 'confirmed', 'done', 'closed') step
WHERE open_as IS NULL OR step.k < 3
""",
    """
INSERT INTO offer (id, ticket_id, person_id, tier, offered_at, due_at, state, version)
SELECT id, id, worker_id, 0, at, at + 7200000000,
  CASE WHEN open_as IN ('new', 'offered') THEN 'open' ELSE 'accepted' END, 1
FROM bench_ticket
""",
    """
INSERT INTO card (id, ticket_id, person_id, chat_id, message_id, sent_at, version)
SELECT id + who.k, id, CASE WHEN who.k = 0 THEN owner_id ELSE worker_id END,
  CASE WHEN who.k = 0 THEN chat_id ELSE worker_id END, 1000 + i * 2 + who.k, at, 1
FROM bench_ticket CROSS JOIN (SELECT CAST(0 AS BIGINT) AS k UNION ALL SELECT 1) who
""",
    """
INSERT INTO attachment (id, ticket_id, added_by_id, media, purpose, file_id, copy_state, stored_as, added_at, version)
SELECT id, id, owner_id, 'photo', 'report', 'f' || i, 'stored', 's' || i, at, 1 FROM bench_ticket WHERE i % 2 = 0
""",
    """
INSERT INTO reminder (id, subject, kind, occurrence, due_at, state, version)
SELECT id + clock.k, 'ticket:' || id, clock.kind, '', CASE WHEN open_as IS NULL THEN at ELSE {far_away} + i END,
  CASE WHEN open_as IS NOT NULL AND clock.k > 1 THEN 'scheduled' WHEN clock.k = 0 THEN 'fired' ELSE 'cancelled' END, 1
FROM bench_ticket CROSS JOIN (
  SELECT CAST(0 AS BIGINT) AS k, 'offer_expired' AS kind UNION ALL SELECT 1, 'half_time'
  UNION ALL SELECT 2, 'nine_tenths' UNION ALL SELECT 3, 'overdue') clock
""",
    """
INSERT INTO inbox (id, lane, received_at, state, attempts, done_at, version)
SELECT i * 2 + said.k, 'u' || chat_id, at, 'done', 0, at, 2
FROM bench_ticket CROSS JOIN (SELECT CAST(0 AS BIGINT) AS k UNION ALL SELECT 1) said
""",
    """
INSERT INTO outbox (id, priority, due_at, created_at, chat_id, person_id, ticket_id, method, params, state, attempts,
  telegram_message_id, sent_at, version)
SELECT id + said.k, 2, at, at, chat_id, owner_id, id, 'card', '{{}}', 'sent', 0, 1000 + i * 2 + said.k, at, 3
FROM bench_ticket CROSS JOIN (SELECT CAST(0 AS BIGINT) AS k UNION ALL SELECT 1) said
""",
    """
INSERT INTO booking (id, service_id, way, provider_id, starts_at, ends_at, seat, created_at, version)
WITH service_of AS (SELECT id, row_number() OVER (ORDER BY id) - 1 AS k FROM service),
  provider_of AS (SELECT id, row_number() OVER (ORDER BY id) - 1 AS k FROM provider)
SELECT ticket.id, service_of.id, 'at_home', provider_of.id, at + 86400000000, at + 88200000000, 1, at, 1
FROM bench_ticket ticket
JOIN service_of ON service_of.k = (i / 4) % (SELECT count(*) FROM service)
JOIN provider_of ON provider_of.k = (i / 4) % (SELECT count(*) FROM provider)
WHERE i % 4 = 1
""",
    """
INSERT INTO paper (id, ticket_id, kind, items, made_by, made_at, confirmed_by, confirmed_at, version)
SELECT id, id, 'taken', '户口簿', owner_id, at, owner_id, at, 1 FROM bench_ticket WHERE i % 8 = 1
""",
    "DELETE FROM counter WHERE name = 'ticket'",
    "INSERT INTO counter (name, next) VALUES ('ticket', 1000 + {count})",
    "DELETE FROM setting WHERE name = 'clocks_version'",
    "INSERT INTO setting (name, value) SELECT 'clocks_version', value FROM setting WHERE name = 'structure_version'",
    "DROP TABLE bench_ticket",
    "DROP TABLE bench_flat",
)


def statements(count: int, limits: str) -> Iterator[str]:
    """What fills a database that holds the sample community with `count` tickets; the last is an hour old."""
    first_at = MONDAY - MARGIN - APART * count
    values = {
        "count": count,
        "residents": max(count // A_RESIDENT_HAS, 1),
        "resident": FIRST_RESIDENT,
        "limits": limits.replace("'", "''"),
        "first_id": _id_at(first_at),
        "id_apart": _id_at(first_at + APART) - _id_at(first_at),
        "first_at": _micros(first_at),
        "at_apart": APART // timedelta(microseconds=1),
        "far_away": _micros(FAR_AWAY),
    }
    for statement in (_FLATS, _TICKETS, *_FILL):
        yield statement.format(**values)


def _id_at(at: datetime) -> int:
    """The least id that `storage.ids` gives at a time."""
    return ((at - _IDS_BEGIN) // timedelta(milliseconds=1)) << _ID_LOW_BITS


def _micros(at: datetime) -> int:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


async def prepare(url: str) -> str:
    """Bring a fresh database to today's schema with the sample community; gives back a kind's limits as JSON."""
    database = await Database.open(url)
    try:
        await upgrade(database)
        await apply(database, check(read(SAMPLE)), MONDAY)
        async with database.reading() as connection:
            query = sa.text("SELECT limits FROM kind WHERE code = 'public_facilities'")
            limits = await connection.scalar(query)
            return limits if isinstance(limits, str) else json.dumps(limits)
    finally:
        await database.close()


async def sqlite_file(count: int) -> Path:
    """A SQLite file with so many tickets; kept beside the system's temporary files and made once for every schema."""
    folder = Path(tempfile.gettempdir()) / f"linli-bench-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as making:
        file = Path(making) / "linli.sqlite3"
        limits = await prepare(f"sqlite:///{file}")
        kept = folder / f"{count}-{_fingerprint(file, limits)}.sqlite3"
        if not kept.exists():
            _fill(file, count, limits)
            file.rename(kept)
    return kept


def _fingerprint(file: Path, limits: str) -> str:
    """What the file depends on: the schema, the sample community, and the statements above."""
    with sqlite3.connect(file) as database:
        schema = [row[0] or "" for row in database.execute("SELECT sql FROM sqlite_master ORDER BY name")]
    database.close()
    sheets = [file.read_text(encoding="utf-8") for file in sorted(SAMPLE.glob("*.csv"))]
    parts = [*schema, *sheets, *statements(1, limits)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def _fill(file: Path, count: int, limits: str) -> None:
    """Indexes are made afterwards: one sort is cheaper than a million searches."""
    database = sqlite3.connect(file, isolation_level=None)
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-500000", "temp_store=MEMORY"):
        database.execute(f"PRAGMA {pragma}")
    indexes = database.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    ).fetchall()
    for name, _ in indexes:
        database.execute(f'DROP INDEX "{name}"')
    database.execute("BEGIN")
    for statement in statements(count, limits):
        database.execute(statement)
    for _, sql in indexes:
        database.execute(sql)
    database.execute("COMMIT")
    database.execute("PRAGMA journal_mode=WAL")
    database.close()
