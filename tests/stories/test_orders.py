"""找人帮忙, from the first sentence to the stars: asked, checked by whoever is first, taken by one, done, confirmed."""

from collections.abc import AsyncIterator

import pytest
import sqlalchemy as sa

from storage import schema, tickets
from storage.rules.press import press
from tests.storage.plans import listening, written, wrong_on_sqlite
from tests.town import Town

from .asking import BULB, asks, helps, lives, order, places
from .telling import count, history, local, moves_to, presses, says, ticket
from .visiting import agrees, links_daughter


@pytest.fixture(autouse=True)
async def _says_everything(town: Town) -> AsyncIterator[None]:
    """No message of a story may fail to be drawn."""
    yield
    await town.settle()
    failed = schema.outbox.select().where(schema.outbox.c.state == "failed")
    assert [row["message"] for row in await town.app.ledger.all(failed)] == []


async def test_it_goes_from_a_sentence_to_the_stars(town: Town) -> None:
    rosa, vera, li = town.rosa, town.vera, town.li
    await lives(town, rosa)
    await helps(town, vera)
    await says(town, rosa, BULB)
    await presses(town, rosa, "明天", "下午")
    assert rosa.shows("换灯泡")
    assert rosa.shows("3栋 2单元 1502室")
    assert rosa.shows("13:00–18:00")
    await presses(town, rosa, "发出去")
    assert rosa.shows("社区先看一下")
    assert li.shows("等核验")
    assert town.dan.shows("等核验")
    assert li.shows("王阿姨")
    await presses(town, li, "核验通过")
    assert town.dan.shows("老李 核验过")
    assert rosa.shows("正在问邻居")
    assert vera.shows("A neighbour needs a hand")
    await presses(town, vera, "I will help")
    assert rosa.shows("Vera 会来帮您")
    await presses(town, vera, "Done")
    await presses(town, rosa, "好了", "非常满意")
    made = await ticket(town)
    assert (made["state"], made["stars"]) == ("closed", 5)
    assert await places(town, made["id"]) == ["done"]


async def test_it_asks_with_the_menu_and_changes_everything_on_the_card(town: Town) -> None:
    rosa = town.rosa
    await lives(town, rosa)
    await says(town, rosa, "/order")
    await presses(town, rosa, "换灯泡", "明天", "都行", "改时间", "周五")
    await says(town, rosa, "下午三点半")
    await presses(town, rosa, "改人数", "2 个", "☐ 让来的人看电话", "☐ 独居老人", "改地点")
    await says(town, rosa, "5栋1单元301")
    await says(town, rosa, "要自带梯子")
    await presses(town, rosa, "发出去")
    made = await ticket(town)
    asked = await order(town, made["id"])
    assert (asked["helpers"], asked["shows_phone"], asked["is_vulnerable"]) == (2, True, True)
    assert (local(asked["starts_at"]), local(asked["ends_at"])) == ("11-27 15:30", "11-27 16:30")
    assert made["words"] == "换灯泡\n要自带梯子"
    assert made["room"] == "301"


async def test_it_writes_a_request_down_for_an_elder(town: Town) -> None:
    wei, li, vera, chen = town.wei, town.li, town.vera, town.chen
    await helps(town, vera, chen)
    await agrees(town, wei)
    await says(town, wei, "/order")
    await presses(town, wei, "换灯泡", "替居民点单")
    await says(town, wei, "李奶奶 19912345679")
    await presses(town, wei, "不是")
    await says(town, wei, "3栋2单元401")
    await says(town, wei, "明天上午")
    await presses(town, wei, "发出去")
    assert wei.shows("已替 李奶奶 登记")
    made = await ticket(town)
    owner = await town.app.ledger.get(schema.person, made["owner_id"])
    assert owner is not None
    assert (owner["name"], made["state"]) == ("李奶奶", "new")
    await presses(town, li, "核验通过")
    assert chen.shows("有邻居想请人帮忙")
    assert vera.shows("A neighbour needs a hand")
    await presses(town, chen, "我来帮")
    assert chen.shows("李奶奶")
    assert chen.shows("401室")
    assert not vera.sees("401")
    await presses(town, chen, "做好了")
    await presses(town, wei, "✅ 好了")
    assert (await ticket(town))["state"] == "closed"


async def test_it_is_checked_once_and_can_be_changed_before(town: Town) -> None:
    rosa, li, dan = town.rosa, town.li, town.dan
    await lives(town, rosa)
    await asks(town, rosa)
    await says(town, li, "/tasks")
    assert li.shows("我的任务")
    await presses(town, li, "锦绣家园 3栋", "改一改", "改人数", "3 个")
    assert li.shows("改好了")
    await presses(town, dan, "核验通过")
    made = await ticket(town)
    assert (await order(town, made["id"]))["wanted"] == 3
    await town.li.forges(press("overify", made["id"]), town.li.last.id)
    await town.settle()
    assert town.li.alerts[-1].text.startswith("已经有人看过了")
    assert await history(town) == ["created", "edited", "verified"]
    assert li.shows("丹姐 核验过")


async def test_it_turns_a_request_down_with_the_reason_or_with_a_service(town: Town) -> None:
    rosa, li = town.rosa, town.li
    await lives(town, rosa)
    await asks(town, rosa, "想找个邻居帮我量血压")
    await presses(town, li, "说明不办", "有现成的服务", "量血压")
    assert rosa.shows("社区有现成的服务")
    assert count(rosa, "原因是") == 0
    await presses(town, rosa, "再发一次", "明天", "上午", "发出去")
    await presses(town, li, "说明不办")
    await says(town, li, "请直接去社区医院")
    assert rosa.shows("请直接去社区医院")
    assert (await ticket(town))["closed_how"] == "refused"


async def test_it_asks_for_an_elder_of_the_family(town: Town) -> None:
    rosa, daughter = town.rosa, town.daughter
    await lives(town, rosa)
    await links_daughter(town)
    await says(town, daughter, "能不能找个人帮我妈买点菜")
    await presses(town, daughter, "王阿姨", "不是", "今天", "下午", "发出去")
    made = await ticket(town)
    assert (made["owner_id"], made["room"]) == ((await agrees(town, rosa))["id"], "1502")
    assert rosa.shows("小王替您发的")
    assert daughter.shows("王阿姨的事")


async def test_it_asks_what_is_meant_and_lets_a_report_be_one(town: Town) -> None:
    rosa = town.rosa
    await lives(town, rosa)
    await says(town, rosa, "我要换灯泡")
    assert rosa.shows("您是想找邻居来帮个忙吗")
    await presses(town, rosa, "不是，报给社区")
    assert rosa.shows("这是哪一类的事")
    await presses(town, rosa, "取消")
    await says(town, rosa, "我要换灯泡")
    await presses(town, rosa, "是，找人帮忙")
    await says(town, rosa, "明天下午三点")
    await presses(town, rosa, "发出去")
    assert local((await order(town, (await ticket(town))["id"]))["starts_at"]) == "11-24 15:00"


async def test_it_hears_danger_and_another_matter_first(town: Town) -> None:
    rosa = town.rosa
    await lives(town, rosa)
    await says(town, rosa, BULB)
    await says(town, rosa, "3栋2单元楼道灯坏了")
    assert rosa.shows("请看看对不对")
    assert rosa.shows("公共设施")
    await presses(town, rosa, "报上去")
    assert rosa.shows("哪天方便")
    await says(town, rosa, "我家着火了，快来人")
    assert rosa.shows("119")
    assert (await ticket(town))["is_danger"]


async def test_it_begins_with_fewer_and_lets_a_place_go_back(town: Town) -> None:
    rosa, vera, chen = town.rosa, town.vera, town.chen
    await lives(town, rosa)
    await helps(town, vera, chen)
    await says(town, rosa, BULB)
    await presses(town, rosa, "明天", "下午", "改人数", "2 个", "发出去")
    await presses(town, town.li, "核验通过")
    await presses(town, vera, "I will help")
    assert rosa.shows("还差 1 位")
    assert chen.shows("已有 1 位，还差 1 位")
    await presses(town, rosa, "人够了，开始吧")
    assert rosa.shows("会来帮您")
    assert chen.shows("已经有邻居去了")
    await presses(town, vera, "I cannot go")
    assert rosa.shows("临时来不了")
    assert (await ticket(town))["state"] == "offered"


async def test_it_lists_a_request_and_lets_it_be_withdrawn(town: Town) -> None:
    rosa = town.rosa
    await lives(town, rosa)
    await asks(town, rosa)
    await says(town, rosa, "/my")
    await presses(town, rosa, "🙋", "不用办了", "已经解决了")
    assert (await ticket(town))["state"] == "withdrawn"
    assert town.li.shows("居民取消了")


async def test_it_asks_for_a_unit_by_whoever_acts_for_it(town: Town) -> None:
    rosa, helping = town.rosa, town.app.ledger.directory.helping
    person = await lives(town, rosa)
    unit = next(iter(helping.organisations.values()))
    helping.of_contact = {person["id"]: (unit,)}  # as an import would have it
    await says(town, rosa, "/order")
    await presses(town, rosa, "搬东西", unit.name)
    await says(town, rosa, "3栋2单元")
    await presses(town, rosa, "不写门牌", "明天", "都行", "发出去")
    assert (await order(town, (await ticket(town))["id"]))["organisation_id"] == unit.id
    assert town.li.shows(unit.name)
    assert rosa.shows(unit.name)


async def test_it_takes_the_time_out_of_the_first_sentence(town: Town) -> None:
    rosa = town.rosa
    await lives(town, rosa)
    await says(town, rosa, "明天下午三点想找个邻居帮我搬个柜子")
    await presses(town, rosa, "发出去")
    made = await ticket(town)
    asked = await order(town, made["id"])
    assert (local(asked["starts_at"]), asked["wanted"]) == ("11-24 15:00", 1)


@pytest.mark.parametrize(
    ("said", "part", "begins", "ends"),
    [
        ("周末", "上午", "11-28 08:00", "11-28 12:00"),
        ("随便", None, None, "11-25 21:00"),
        ("尽快", None, None, "11-23 21:00"),
    ],
)
async def test_it_takes_free_words_for_a_time(town: Town, said: str, part: str, begins: str, ends: str) -> None:
    rosa = town.rosa
    await lives(town, rosa)
    await says(town, rosa, BULB)
    await says(town, rosa, "等有空")
    assert rosa.shows("没看懂是哪天")
    await says(town, rosa, said)
    await presses(town, rosa, *([part] if part else []), "发出去")
    asked = await order(town, (await ticket(town))["id"])
    assert (asked["starts_at"] and local(asked["starts_at"]), local(asked["ends_at"])) == (begins, ends)


async def test_it_keeps_pictures_and_asks_again_after_odd_input(town: Town) -> None:
    rosa = town.rosa
    await lives(town, rosa)
    await says(town, rosa, "/order")
    for label in ("还有别的", "浇花", "明天", "上午"):
        await rosa.sends_sticker()
        await rosa.sends_photo()
        await town.settle()
        await presses(town, rosa, label)
    await presses(town, rosa, "发出去")
    assert len(await tickets.attachments_of(town.app.ledger, (await ticket(town))["id"])) == 4


async def test_it_asks_again_when_the_time_has_gone_by_meanwhile(town: Town) -> None:
    rosa = town.rosa
    await lives(town, rosa)
    await says(town, rosa, BULB)
    await presses(town, rosa, "今天", "上午")
    await moves_to(town, "2026-11-23 12:05")
    await presses(town, rosa, "发出去")
    assert rosa.shows("刚才选的时间已经过了")
    await presses(town, rosa, "今天", "下午", "发出去")
    assert rosa.shows("社区先看一下")


async def test_it_finds_by_an_index_what_a_request_asks(town_sqlite: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town = town_sqlite
    await lives(town, town.rosa)
    await helps(town, town.vera)
    with listening(monkeypatch) as asked:
        made = await asks(town, town.rosa)
        await says(town, town.li, "/tasks")
        await presses(town, town.li, "核验通过")
        await presses(town, town.vera, "I will help", "A problem")
        await says(town, town.vera, "Nobody opens")
        await presses(town, town.vera, "Done")
    assert (await ticket(town))["id"] == made["id"]

    def wrong(connection: sa.Connection) -> list[str]:  # but how this test finds the newest
        queries = [one for one in written(asked, connection) if not one.endswith("ORDER BY ticket.id DESC")]
        return [f"{step}: {one}" for one in queries for step in wrong_on_sqlite(connection, one)]

    assert await town.app.database.write(wrong) == []
