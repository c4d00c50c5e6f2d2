"""The city's paper: its arithmetic, and its SQL on a real server with a bot that goes on working."""

from typing import Any

import asyncpg
import pytest

from bench import footprint
from docs import city
from storage import schema
from tests.faults.conftest import rows
from tests.stories.telling import presses, reports, ticket
from tests.town import Town

from .compose import ROOT

SQL = ROOT / "ops" / "postgresql"


async def run(url: str, *names: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for name in names:
            await connection.execute((SQL / name).read_text(encoding="utf-8"))
    finally:
        await connection.close()


async def asked(url: str, query: str) -> list[Any]:
    connection = await asyncpg.connect(url)
    try:
        return [row[0] for row in await connection.fetch(query)]
    finally:
        await connection.close()


async def to_the_stars(town: Town) -> None:
    await presses(town, town.wei, "接单", "办好了")
    await town.wei.sends_photo("换了新灯泡")
    await town.settle()
    await presses(town, town.rosa, "是的，办好了", "非常满意")


async def test_it_goes_on_when_history_is_kept_by_month(town_pg: Town) -> None:
    await reports(town_pg, town_pg.rosa, "3栋2单元楼道灯坏了")
    url = town_pg.settings.database_url
    await town_pg.stop()
    await run(url, "history_by_month.sql")
    await town_pg.start()
    await to_the_stars(town_pg)
    before = await asked(url, "SELECT count(*) FROM history_until_2027")
    assert before == [len(await rows(town_pg, schema.history))]
    await town_pg.advance(days=60)
    await reports(town_pg, town_pg.chen, "3栋1单元楼道灯坏了")
    assert await asked(url, "SELECT count(*) FROM history_2027_01") > [0]
    assert await asked(url, "SELECT count(*) FROM history_rest") == [0]


async def test_it_brings_what_is_over_to_the_city_by_district_and_month(town_pg: Town) -> None:
    await reports(town_pg, town_pg.rosa, "3栋2单元楼道灯坏了")
    await to_the_stars(town_pg)
    url = town_pg.settings.database_url
    night = (SQL / "city_night.sql").read_text(encoding="utf-8").replace("now()", "timestamptz '2026-11-24'")
    await run(url, "city_archive.sql")
    for _ in range(2):
        await asked(url, night)
    kept = await asked(url, "SELECT ticket_id FROM city.matter_qinghe_2026_11")
    assert kept == [(await ticket(town_pg))["id"]]
    plan = await asked(
        url, "EXPLAIN SELECT avg(stars) FROM city.matter WHERE district = 'qinghe' AND closed_on = '2026-11-23'"
    )
    assert "matter_qinghe_2026_11" in " ".join(plan)
    assert not [line for line in plan if "wanghu" in line or "2026_12" in line]


@pytest.mark.slow
@pytest.mark.usefixtures("postgres_server")
async def test_it_weighs_what_a_matter_leaves() -> None:
    found = await footprint.measure(2)
    assert found["tables"]["ticket"]["rows"] == 1
    assert found["tables"]["inbox"]["rows"] == found["updates"]
    assert found["calls"] > found["updates"]


def test_it_reckons_from_what_was_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    tables = {"ticket": {"rows": 1, "bytes": 1000}, "outbox": {"rows": 10, "bytes": 5000}}
    measured = {"updates": 8, "calls": 10, "tables": tables}
    monkeypatch.setattr(city, "footprint", lambda: measured)
    monkeypatch.setattr(city, "processor_ms", lambda: 1.1)
    assert ("processor at the peak", "80 × 1.10 ms", "9 % of one core") in list(city.load())
    assert next(city.broadcasts())[-1] == "8.0 days"
    assert city.lasting_bytes() == 1000
    assert city.living() == (1000 * 365 + 5000 * 30) * city.DATABASE_SPARE


@pytest.mark.parametrize(("seconds", "said"), [(50, "50 seconds"), (120, "2.0 minutes"), (689_655, "8.0 days")])
def test_it_says_how_long(seconds: float, said: str) -> None:
    assert city.lasting(seconds) == said


@pytest.mark.parametrize(("count", "said"), [(12, "12 B"), (1500, "1.5 kB"), (2.5e12, "2.5 TB")])
def test_it_says_how_much(count: float, said: str) -> None:
    assert city.size(count) == said
