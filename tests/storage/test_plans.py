"""Whatever the bot asks of the database in a day is found by an index, on both engines."""

import asyncio
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from bench import growing
from storage.engine import Database
from tests.storage.plans import Asked, listening, written, wrong_on_postgres, wrong_on_sqlite
from tests.stories.chat import finish, go, reports
from tests.town import Town, a_town

LAMP = "3栋2单元楼道灯坏了"
MATTERS = 3_000


async def a_day(town: Town) -> None:
    """A matter from the sentence to the rating, a neighbour who joins, a danger, and everybody's lists."""
    rosa, wei, dan = town.rosa, town.wei, town.dan
    await reports(town, rosa, LAMP)
    await reports(town, town.chen, LAMP)
    await some_bookings(town)
    await go(town, town.chen.presses("一起跟进"), wei.says("/tasks"), wei.presses("接单"), wei.says("/tasks"))
    await go(town, rosa.says("10008怎么样了"), dan.says("10008怎么样了"), dan.presses("🗂 处理"), dan.presses("指派"))
    await finish(town, wei)
    await go(town, rosa.presses("是的，办好了"), rosa.presses("非常满意"), rosa.says("📋 我的事"), rosa.says("/me"))
    await go(town, rosa.says("3栋2单元有很重的煤气味"))
    await town.advance(minutes=4)
    await go(town, rosa.says("谢谢", reply_to=rosa.messages[-1]))
    await reports(town, town.chen, "4栋1单元垃圾没人收")
    await town.advance(hours=30)
    await go(town, dan.says("/triage"))
    for name in ("没人接", "超时", "评价低", "再次没办好"):
        await go(town, dan.presses(name), dan.presses("◀ 全部"))


async def some_bookings(town: Town) -> None:
    """A time at the hall that is kept, booked, moved and given back; a room that is approved; a number."""
    rosa, chen = town.rosa, town.chen
    for phone, presses in ((chen, ("今天现场取号", "就这样约")), (rosa, ("约好时间过来", "24", "09:00", "就这样约"))):
        await go(town, phone.says("/book 老年证"))
        for one in ("给我自己", "知道了", *presses):
            await go(town, phone.presses(one))
    await go(town, rosa.presses("换个时间"), rosa.presses("25"), rosa.presses("09:00"), rosa.presses("改到这个时间"))
    await go(town, rosa.presses("不约了"), rosa.presses("有事去不了"))
    await go(town, chen.says("/book 议事厅"), chen.says("开会"), chen.presses("25"), chen.presses("09:00"))
    await go(town, chen.presses("就这样约"), town.dan.presses("同意"))


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Asked:
    """Every query of a day, which is lived once, in a loop of its own."""

    async def live(folder: Path) -> None:
        async with a_town(folder, f"sqlite:///{folder}/linli.sqlite3") as town:
            await a_day(town)

    with pytest.MonkeyPatch.context() as patch, listening(patch) as heard, ThreadPoolExecutor(1) as aside:
        aside.submit(asyncio.run, live(tmp_path_factory.mktemp("day"))).result()
    return heard


async def test_it_finds_everything_by_an_index_on_sqlite(asked: Asked, sqlite_url: str) -> None:
    def plans(connection: sa.Connection) -> list[str]:
        return [one for statement in written(asked, connection) for one in wrong_on_sqlite(connection, statement)]

    database = await Database.open(sqlite_url)
    assert await database.write(plans) == []
    assert len(asked) > 40
    await database.close()


async def test_it_finds_everything_by_an_index_on_postgres(asked: Asked, postgres_url: str) -> None:
    limits = await growing.prepare(postgres_url)

    def plans(connection: sa.Connection) -> list[str]:
        for statement in growing.statements(MATTERS, limits):
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql("ANALYZE")
        for way in ("seqscan", "mergejoin", "hashjoin"):  # which only a small table makes the cheaper ones
            connection.exec_driver_sql(f"SET enable_{way} = off")
        return [one for statement in written(asked, connection) for one in wrong_on_postgres(connection, statement)]

    database = await Database.open(postgres_url)
    assert await database.write(plans) == []
    await database.close()


async def test_it_would_notice_a_search_without_an_index(tmp_path: Path) -> None:
    file = tmp_path / "linli.sqlite3"
    await growing.prepare(f"sqlite:///{file}")
    sqlite3.connect(file).execute("DROP INDEX ix_reminder_waiting").connection.close()
    database = await Database.open(f"sqlite:///{file}")
    statement = "SELECT * FROM reminder WHERE state = 'scheduled' AND due_at <= 7 ORDER BY due_at, id LIMIT 50"
    wrong = await database.write(lambda connection: wrong_on_sqlite(connection, statement))
    assert wrong == [f"SCAN reminder: {statement}"]
    await database.close()
