"""Points in the chat: where they came from, 积分超市, the counter at the hall, the ranking, the year's drafts."""

import io
from collections.abc import AsyncIterator

import openpyxl
import pytest

from simulator.phone import Phone
from storage import bookkeeping, schema
from storage.rules.points import Reason
from storage.rules.press import press
from storage.work import Work
from tests.town import Town

from .chat import go, person, reports
from .helping import asks, helps, in_chinese
from .test_papers import documents


@pytest.fixture(autouse=True)
async def _says_everything(town: Town) -> AsyncIterator[None]:
    """薇拉 reads Chinese; and no message of a story may fail to be drawn."""
    await in_chinese(town, town.vera)
    yield
    await town.settle()
    failed = schema.outbox.select().where(schema.outbox.c.state == "failed")
    assert [row["message"] for row in await town.app.ledger.all(failed)] == []


async def earns(town: Town, phone: Phone, points: int, key: str = "a") -> None:
    """Let somebody have points for help that was confirmed."""
    work = Work.for_clock(town.app.ledger, town.clock.now())
    me = (await person(town, phone))["id"]
    await bookkeeping.post(work, Reason.EARNED, me, points, f"{key}:{me}", rule="help-hour", unspent=points)
    await town.commit(work.finish())


async def opens_shop(town: Town, phone: Phone) -> None:
    await go(town, phone.says("/me"), phone.presses("🌟 我的积分"), phone.presses("🎁 积分超市"))


async def exchanges(town: Town, phone: Phone, label: str = "🥚 鸡蛋一盒 40分") -> str:
    """Exchange points for something; gives back the code."""
    await opens_shop(town, phone)
    await go(town, phone.presses(label), phone.presses("✅ 换这个"))
    (row,) = await town.app.ledger.all(schema.redemption.select().where(schema.redemption.c.state == "open"))
    return str(row["code"])


async def test_it_shows_what_somebody_has_and_where_it_came_from(town: Town) -> None:
    await earns(town, town.vera, 12)
    await go(town, town.vera.says("我的积分"))
    assert town.vera.shows("您有 12 积分")
    assert town.vera.shows("+12 帮忙每小时")


async def test_it_finds_in_its_own_chat_what_helping_has_earned(town: Town) -> None:
    vera = town.vera
    ticket_id = await asks(town)
    await helps(town, vera, ticket_id)
    assert vera.shows("+23 积分")  # twenty minutes, and the first time
    await go(town, vera.says("/me"), vera.presses("🌟 我的积分"))
    assert vera.shows("您有 23 积分")
    assert vera.shows("+20 第一次帮忙")
    await go(town, town.rosa.says("积分"))
    assert town.rosa.shows("您有 0 积分")


async def test_it_takes_points_back_from_who_was_suspended(town: Town) -> None:
    vera, dan = town.vera, town.dan
    await earns(town, vera, 50)
    await exchanges(town, vera)
    me = await person(town, vera)
    await go(town, dan.says("/tasks"))
    for data in ("pointtake", "pointtakeyes"):
        await go(town, dan.forges(press(data, me["id"]), dan.messages[-1].id))
    assert dan.shows("收回了 Vera 的 10 积分")
    assert dan.shows("另有 40 分已经花掉了")
    assert vera.shows("10 积分收回了")
    await go(town, town.wei.says("/tasks"))
    await go(town, town.wei.forges(press("pointtakeyes", me["id"]), town.wei.messages[-1].id))
    assert "不归您办" in town.wei.alerts[-1].text


async def test_it_exchanges_points_and_hands_the_thing_over_at_the_hall(town: Town) -> None:
    vera, dan = town.vera, town.dan
    await earns(town, vera, 50)
    code = await exchanges(town, vera)
    assert vera.shows("换好了")
    assert vera.shows(f"{code[:4]} {code[4:]}")
    await go(town, dan.says("/tasks"), dan.presses("🎁 取货 1 件"))
    assert "Vera" not in dan.screen()
    await go(town, dan.presses(f"{code[:4]} {code[4:]} 鸡蛋一盒"))
    assert dan.shows("换的人：Vera")
    await go(town, dan.presses("✅ 交给本人了"))
    assert dan.shows("鸡蛋一盒 已取走")
    assert vera.shows("已经取走了")
    await go(town, vera.says("积分"))
    assert vera.shows("您有 10 积分")


async def test_it_reads_a_code_that_the_counter_types_and_nobody_else(town: Town) -> None:
    await earns(town, town.vera, 50)
    code = await exchanges(town, town.vera)
    await go(town, town.dan.says(f"{code[0].lower()} {code[1:4]}-{code[4:]}"))
    assert town.dan.shows("换的人：Vera")
    await go(town, town.vera.says(code), town.wei.says(code), town.dan.says("Q000000"))
    assert town.vera.shows("鸡蛋一盒，取货号")
    assert town.wei.shows("没有这个取货号")
    assert town.dan.shows("没有这个取货号")


async def test_it_gives_points_back_to_who_does_not_want_it_any_more(town: Town) -> None:
    vera = town.vera
    await earns(town, vera, 50)
    await exchanges(town, vera)
    await go(town, vera.presses("不换了"), vera.presses("是的，退积分"))
    assert vera.shows("40 积分退给您了")
    await go(town, vera.presses("◀ 我的积分"))
    assert vera.shows("您有 50 积分")
    assert vera.shows("没取，退回")


async def test_it_says_what_is_missing_and_offers_no_button_for_it(town: Town) -> None:
    await earns(town, town.vera, 15)
    await opens_shop(town, town.vera)
    await go(town, town.vera.presses("🥚 鸡蛋一盒 40分"))
    assert town.vera.shows("还差 25 分")
    assert "✅ 换这个" not in town.vera.buttons
    await go(town, town.vera.presses("◀ 积分超市"))


async def test_it_sends_points_back_when_the_shelf_is_empty(town: Town) -> None:
    await earns(town, town.vera, 50)
    code = await exchanges(town, town.vera)
    await go(town, town.dan.says(code), town.dan.presses("没有货，退积分"))
    assert town.vera.shows("暂时没有货，40 积分退给您了")


async def test_it_keeps_names_out_of_the_ranking_until_somebody_wants_theirs_read(town: Town) -> None:
    await earns(town, town.vera, 50)
    await earns(town, town.wei, 30)
    await go(town, town.vera.says("积分"), town.vera.presses("🏆 积分排行"), town.vera.presses("写我的名字"))
    await go(town, town.wei.says("积分"), town.wei.presses("🏆 积分排行"))
    assert town.wei.shows("1. Vera：50 分")
    await go(town, town.wei.presses("不参加排行"), town.vera.says("积分"), town.vera.presses("🏆 积分排行"))
    assert "30 分" not in town.vera.screen()


async def test_it_gives_a_resident_points_for_what_was_dealt_with(town: Town) -> None:
    rosa, wei = town.rosa, town.wei
    await town.advance(seconds=1)
    await reports(town, rosa, "3栋2单元楼道灯坏了")
    await go(town, wei.presses("接单"), wei.presses("🔧 办好了"), wei.sends_photo("换好了"))
    await go(town, rosa.presses("✅ 是的，办好了"))
    await town.advance(days=1)
    await town.advance(seconds=2)
    await go(town, rosa.says("积分"))
    assert rosa.shows("您有 2 积分")


async def test_it_drafts_the_year_for_the_community_secretary_and_nobody_else(town: Town) -> None:
    await earns(town, town.zhou, 5)
    await go(town, town.zhou.says("积分"), town.zhou.presses("📊 年度名单草稿"), town.zhou.presses("2026年"))
    await go(town, town.dan.says("积分"))
    assert "📊 年度名单草稿" not in town.dan.buttons
    book = openpyxl.load_workbook(io.BytesIO(documents(town, town.zhou)[-1]))
    assert book.sheetnames == ["金牌管家 2026 草稿", "社区好人 2026 草稿"]
    assert [book.worksheets[1].cell(2, n).value for n in (1, 12)] == ["名次", "理由"]
