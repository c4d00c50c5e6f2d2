"""The month's roster: what stands in its lines, who may have it, and what comes where it cannot be drawn."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.posters.fonts import find_font
from bot.rosters import Rosters
from bot.rosters.month import Gathering
from bot.rosters.picture import Cell, Line, Sheet, draw
from bot.texts import Texts
from bot.unsent import Suppressed
from storage import schema
from storage.ids import new_id
from storage.work import Work
from tests.town import Town

from .chat import go, person

EVENING = "网格员\n18:00–21:00"
DECEMBER = (2026, 12)


async def sheet(town: Town, who: str = "wei") -> Sheet:
    work = Work.for_clock(town.app.ledger, town.clock.now())
    place = town.app.ledger.directory.by_code["xfl"].id
    return await Gathering(work, Texts(), await person(town, getattr(town, who))).sheet(DECEMBER, place)


async def asked_by(town: Town, who: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A row of the outbox, and its reader."""
    reader = dict(await person(town, getattr(town, who)))
    place = town.app.ledger.directory.by_code["xfl"].id
    return {"params": {"month": 202612, "place": place}, "chat_id": reader["telegram_id"]}, reader


def evening(of: Sheet, day: int) -> Cell:
    return of.lines[day - 1].cells[list(of.heads).index(EVENING)]


async def test_it_marks_what_is_mine_and_what_was_swapped(town: Town) -> None:
    assert evening(await sheet(town), 1) == Cell("小魏", is_mine=True)
    wei, turn = town.wei, "12月1日（周二） 18:00"
    await go(town, wei.says("/duty"), wei.presses("换班"), wei.presses(turn), wei.presses("小赵"))
    await go(town, wei.presses("不用还"), town.zhao.presses("我来值"))
    assert evening(await sheet(town), 1) == Cell("↔小赵")
    assert evening(await sheet(town, "zhao"), 1) == Cell("↔小赵", is_mine=True)


async def test_it_says_in_red_where_nobody_is_left(town: Town) -> None:
    wei, now = await person(town, town.wei), town.clock.now()
    begins_at = datetime(2026, 12, 1, tzinfo=UTC)
    values = {"id": new_id(now), "person_id": wei["id"], "told_by": wei["id"], "reason": "ill", "created_at": now}
    async with town.app.database.writing() as connection:
        span = {"begins_at": begins_at, "ends_at": begins_at + timedelta(days=1)}
        await connection.execute(schema.absence.insert().values(**values, **span))
    assert evening(await sheet(town), 1) == Cell("缺人", is_gap=True)


async def test_it_leaves_the_evening_of_a_day_off_empty(town: Town) -> None:
    found = await sheet(town)
    assert found.lines[4].is_off
    assert evening(found, 5) == Cell("")
    assert "工作日 08:30–12:00 14:00–18:00" in found.notes[1]


async def test_it_gives_the_month_to_nobody_who_may_not_have_it(town: Town) -> None:
    await go(town, town.rosa.says("您好"))
    row, reader = await asked_by(town, "rosa")
    with pytest.raises(Suppressed):
        await Rosters(town.app.ledger, Texts()).make(row, reader, town.clock.now())
    row, _ = await asked_by(town, "wei")  # what was his does not come into her chat
    with pytest.raises(Suppressed):
        await Rosters(town.app.ledger, Texts()).make(row, reader, town.clock.now())


async def test_it_says_the_month_in_words_without_a_font(town: Town) -> None:
    row, reader = await asked_by(town, "wei")
    made = await Rosters(town.app.ledger, Texts(), fonts=()).make(row, reader, town.clock.now())
    words = Texts().render("zh-CN", made.message, made.params, town.clock.now())
    assert made.picture is None
    assert "1日 周二 · 社区值班员 18:00–21:00 丹姐 · 网格员 18:00–21:00 小魏\n2日" in words


def test_it_draws_a_month_of_nothing_and_of_very_long_names() -> None:
    font = find_font()
    if font is None:
        pytest.skip("no Chinese font here")
    for heads, cells in (([], []), (["角色\n18:00–21:00"] * 9, [Cell("字" * 500)] * 9)):
        line = Line(1, "二", is_off=False, is_today=True, cells=cells)
        made = draw(Sheet("幸福里", "幸福里", "日", heads, [line], ["字" * 3000, ""]), font)
        assert made.startswith(b"\x89PNG")
