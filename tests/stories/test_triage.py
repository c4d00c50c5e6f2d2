"""What the duty secretary keeps an eye on and sets right, read as a chat."""

from collections.abc import AsyncIterator

import pytest

from simulator.phone import Phone
from storage import schema
from storage.ledger import Row
from storage.rules.press import press
from storage.tickets import followers_of, history_of
from tests.stories.chat import go, person, reports, ticket, tickets
from tests.town import Town

LAMP = "3栋2单元楼道灯坏了"


@pytest.fixture(autouse=True)
async def _says_everything(town: Town) -> AsyncIterator[None]:
    """No message of a story may fail to be drawn."""
    yield
    await town.settle()
    failed = schema.outbox.select().where(schema.outbox.c.state == "failed")
    assert [row["message"] for row in await town.app.ledger.all(failed)] == []


async def looks_up(town: Town, row: Row, phone: Phone | None = None) -> None:
    """A secretary asks for a matter by its number and opens what can be done about it."""
    asker = phone or town.dan
    await go(town, asker.says(f"{row['number']}怎么样了"))
    await go(town, asker.presses("🗂 处理"))


async def lamp(town: Town) -> Row:
    """Rosa's lamp, offered to Wei."""
    await reports(town, town.rosa, LAMP)
    return await ticket(town)


async def until_new(town: Town) -> Row:
    """Nobody answers, until there is nobody left to ask."""
    for _ in range(40):
        await town.advance(hours=2)
        if (await ticket(town))["state"] == "new":
            break
    return await ticket(town)


def label(phone: Phone, words: str) -> str:
    """The one button that says so."""
    (found,) = [one for one in phone.buttons if words in one]
    return found


# --- the lists -----------------------------------------------------------------------------------------------


async def test_it_lists_what_nobody_took(town: Town) -> None:
    await lamp(town)
    await go(town, town.dan.says("/triage"))
    assert label(town.dan, "没人接") == "⏰ 没人接（0）"
    assert (await until_new(town))["state"] == "new"
    await go(town, town.dan.says("/triage"))
    assert label(town.dan, "没人接") == "⏰ 没人接（1）"
    await go(town, town.dan.presses("没人接"))
    await go(town, town.dan.presses("楼道灯坏了"))
    assert "🗂 处理" in town.dan.buttons


async def test_it_lists_what_is_late(town: Town) -> None:
    await lamp(town)
    await go(town, town.wei.presses("接单"))
    await town.advance(days=7)
    await go(town, town.dan.says("/triage"))
    await go(town, town.dan.presses("超时（1）"))
    assert town.dan.shows("超时的事")
    assert label(town.dan, "楼道灯坏了")


async def finishes(town: Town) -> None:
    """Wei finishes with a picture."""
    await go(town, town.wei.presses("办好了"))
    await go(town, town.wei.sends_photo("换好了"))


async def test_it_rings_back_whoever_was_not_satisfied(town: Town) -> None:
    row = await lamp(town)
    await go(town, town.wei.presses("接单"))
    await finishes(town)
    await go(town, town.rosa.presses("是的，办好了"))
    await go(town, town.rosa.presses("★ 不满意"))
    await go(town, town.dan.says("/triage"))
    await go(town, town.dan.presses("评价低（1）"))
    await go(town, town.dan.presses("楼道灯坏了"))
    await go(town, town.dan.presses("已回电话"))
    assert "已记下" in town.dan.alerts[-1].text
    await go(town, town.dan.says("/triage"))
    assert label(town.dan, "评价低") == "⭐ 评价低（0）"
    assert (await history_of(town.app.ledger, row["id"]))[-1]["event"] == "rung_back"
    await go(town, town.dan.forges(press("rung", row["id"]), town.dan.last.id))
    assert "过时" in town.dan.alerts[-1].text


async def test_it_lists_what_was_disputed_twice(town: Town) -> None:
    await lamp(town)
    await go(town, town.wei.presses("接单"))
    for _ in range(2):
        await finishes(town)
        await go(town, town.rosa.presses("还没办好"))
        await go(town, town.rosa.says("灯还是不亮"))
    await go(town, town.dan.says("/triage"))
    await go(town, town.dan.presses("再次没办好（1）"))
    assert town.dan.shows("居民再次说没办好的事")
    assert label(town.dan, "楼道灯坏了")


async def test_it_turns_the_pages_of_a_list(town: Town) -> None:
    await lamp(town)
    for building in range(12, 18):
        await reports(town, town.rosa, f"{building}栋1单元楼道灯坏了")
    await town.advance(days=9)
    await go(town, town.dan.says("/triage"))
    await go(town, town.dan.presses("超时（7）"))
    assert sum("10" in one for one in town.dan.buttons) == 6
    await go(town, town.dan.presses("下一页"))
    assert sum("10" in one for one in town.dan.buttons) == 1
    await go(town, town.dan.presses("上一页"))
    await go(town, town.dan.presses("全部"))
    assert town.dan.shows("需要您看看的事")


# --- assigning -----------------------------------------------------------------------------------------------


async def test_it_assigns_somebody_by_name_with_a_fresh_limit(town: Town) -> None:
    await lamp(town)
    row = await until_new(town)
    await looks_up(town, row)
    await go(town, town.dan.presses("指派"))
    assert label(town.dan, "小赵") == "🟢 小赵 · 网格员 · 0"
    await go(town, town.dan.presses("小赵"))
    assert town.dan.shows("已指派给 小赵")
    assert (await ticket(town))["response_due_at"] > town.clock.now()
    await go(town, town.dan.says("/triage"))
    assert label(town.dan, "没人接") == "⏰ 没人接（0）"
    await go(town, town.zhao.presses("接单"))
    assert town.rosa.shows("小赵 已接单")
    assigned = [one for one in await history_of(town.app.ledger, row["id"]) if one["event"] == "assigned"]
    assert [one["actor_id"] for one in assigned] == [(await person(town, town.dan))["id"]]


async def test_it_takes_a_matter_out_of_somebodys_hands(town: Town) -> None:
    row = await lamp(town)
    await go(town, town.wei.presses("接单"))
    await looks_up(town, row)
    await go(town, town.dan.presses("指派"))
    await go(town, town.dan.presses("小赵"))
    assert town.wei.shows("另作安排")
    await go(town, town.wei.forges(press("finish", row["id"]), town.wei.last.id))
    assert (await ticket(town))["state"] == "offered"
    await go(town, town.zhao.presses("接单"))
    assert (await ticket(town))["assignee_id"] == (await person(town, town.zhao))["id"]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["accepted first", "assigned first"])
async def test_it_lets_one_win_when_somebody_accepts_what_is_being_assigned(town: Town, order: tuple[int, ...]) -> None:
    row = await lamp(town)
    await looks_up(town, row)
    await go(town, town.dan.presses("指派"))
    town.sim.hold_updates()
    await town.wei.presses("接单")
    await town.dan.presses("小赵")
    town.sim.release(*order)
    await town.settle()
    kept = await ticket(town)
    assert (kept["state"], kept["assignee_id"]) == ("offered", None)
    await go(town, town.zhao.presses("接单"))
    assert (await ticket(town))["assignee_id"] == (await person(town, town.zhao))["id"]


async def test_it_tells_a_neighbour_who_joined_of_a_refusal(town: Town) -> None:
    main, other = await two(town)
    await looks_up(town, other)
    await go(town, town.dan.presses("并到另一件"))
    await go(town, town.dan.presses("楼道灯坏了"))
    await go(town, town.dan.presses("确定合并"))
    await refuses(town, main, "这盏灯归供电局管")
    assert town.otto.shows("您一起跟进的事")
    assert not any("不认可" in one for one in town.otto.buttons)


async def test_it_assigns_a_confidential_matter_only_to_those_entitled(town: Town) -> None:
    await reports(town, town.rosa, "楼上邻居天天吵架，因为漏水要我赔钱，在3栋2单元，帮忙调解一下")
    row = await ticket(town)
    assert row["is_confidential"]
    await looks_up(town, row)
    await go(town, town.dan.presses("指派"))
    names = " ".join(town.dan.buttons)
    assert "周书记" in names
    assert "小魏" not in names
    wei = await person(town, town.wei)
    await go(town, town.dan.forges(press("assignto", row["id"], wei["id"]), town.dan.last.id))
    assert "不能办这件事" in town.dan.alerts[-1].text


async def test_it_never_assigns_somebodys_own_matter(town: Town) -> None:
    await reports(town, town.li, LAMP)
    row = await ticket(town)
    await looks_up(town, row)
    await go(town, town.dan.presses("指派"))
    assert "老李" not in " ".join(town.dan.buttons)


# --- kind and place ------------------------------------------------------------------------------------------


async def test_it_gives_a_changed_kind_its_own_limits_from_the_beginning(town: Town) -> None:
    row = await lamp(town)
    await looks_up(town, row)
    await go(town, town.dan.presses("改类别"))
    await go(town, town.dan.presses("环境卫生"))
    changed = await ticket(town)
    assert changed["kind"] == "environment"
    assert changed["resolution_due_at"] < row["resolution_due_at"]
    assert changed["created_at"] == row["created_at"]
    assert town.rosa.shows("环境卫生")


async def test_it_reminds_anew_after_a_change_of_kind(town: Town) -> None:
    row = await lamp(town)
    await go(town, town.wei.presses("接单"))
    await town.advance(days=7)
    assert (await ticket(town))["overdue_at"] is not None
    await looks_up(town, row)
    await go(town, town.dan.presses("改类别"))
    await go(town, town.dan.presses("建议"))
    assert (await ticket(town))["limits"]["finish"] == "5d working"
    await town.advance(days=2)
    assert (await ticket(town))["overdue_at"] is not None
    overdue = [one for one in await history_of(town.app.ledger, row["id"]) if one["event"] == "overdue"]
    assert len(overdue) == 2


async def test_it_takes_what_becomes_confidential_from_whom_it_is_no_business(town: Town) -> None:
    row = await lamp(town)
    await go(town, town.wei.presses("接单"))
    await looks_up(town, row)
    await go(town, town.dan.presses("改类别"))
    await go(town, town.dan.presses("矛盾纠纷"))
    changed = await ticket(town)
    assert (changed["is_confidential"], changed["assignee_id"]) == (True, None)
    assert town.wei.shows("另作安排")
    await go(town, town.wei.says(f"{row['number']}怎么样了"))
    assert not town.wei.last.text.startswith("编号")


async def test_it_makes_a_danger_of_what_was_taken_for_calm(town: Town) -> None:
    row = await lamp(town)
    await looks_up(town, row)
    await go(town, town.dan.presses("改类别"))
    await go(town, town.dan.presses("险情"))
    assert (await ticket(town))["is_danger"]
    assert "🏃 我去处理" in town.wei.buttons
    assert town.rosa.shows("119")


async def test_it_moves_a_matter_to_its_place_and_routes_it_there(town: Town) -> None:
    row = await lamp(town)
    await looks_up(town, row)
    await go(town, town.dan.presses("改地点"))
    await go(town, town.dan.says("4栋2单元"))
    assert town.dan.shows("已改好")
    assert town.zhao.shows("楼道灯坏了")
    changed = await ticket(town)
    assert town.app.ledger.directory.places[changed["place_id"]].code == "jx-4-2"


async def test_it_moves_nothing_out_of_reach(town: Town) -> None:
    row = await lamp(town)
    await looks_up(town, row)
    await go(town, town.dan.presses("改地点"))
    await go(town, town.dan.says("district"))
    assert town.dan.shows("不归您管")
    assert (await ticket(town))["place_id"] == row["place_id"]


async def test_it_finds_a_place_by_taps(town: Town) -> None:
    row = await lamp(town)
    await looks_up(town, row)
    await go(town, town.dan.presses("改地点"))
    for name in ("春风苑", "14栋", "2单元"):
        await go(town, town.dan.presses(name))
    assert town.app.ledger.directory.places[(await ticket(town))["place_id"]].code == "cf-14-2"


# --- merging -------------------------------------------------------------------------------------------------


async def two(town: Town) -> tuple[Row, Row]:
    """Rosa's lamp and another report of it, by Otto."""
    await lamp(town)
    await reports(town, town.otto, "3栋1单元楼道的灯也不亮了")
    first, second = await tickets(town)
    return first, second


async def test_it_merges_two_matters_and_tells_the_second_owner(town: Town) -> None:
    main, other = await two(town)
    await looks_up(town, other)
    await go(town, town.dan.presses("并到另一件"))
    await go(town, town.dan.presses("楼道灯坏了"))
    assert town.dan.shows("确定吗")
    await go(town, town.dan.presses("确定合并"))
    assert town.otto.shows("我们一起办")
    rows = await tickets(town)
    assert (rows[1]["state"], rows[1]["merged_into_id"]) == ("merged", main["id"])
    otto = await person(town, town.otto)
    assert [one["person_id"] for one in await followers_of(town.app.ledger, main["id"])] == [otto["id"]]
    await go(town, town.wei.presses("接单"))
    assert town.otto.shows("小魏 已接单")


async def test_it_merges_by_number_and_refuses_what_cannot_be(town: Town) -> None:
    main, other = await two(town)
    await looks_up(town, other)
    await go(town, town.dan.presses("并到另一件"))
    await go(town, town.dan.says("12345"))
    assert town.dan.shows("没找到这个编号")
    await go(town, town.dan.says(str(other["number"])))
    assert town.dan.shows("不能合并")
    await go(town, town.dan.says(f"编号{main['number']}"))
    await go(town, town.dan.presses("确定合并"))
    assert (await tickets(town))[1]["state"] == "merged"


async def test_it_merges_nothing_confidential(town: Town) -> None:
    row = await lamp(town)
    await reports(town, town.otto, "楼上邻居天天吵架，因为漏水要我赔钱，在3栋2单元，帮忙调解一下")
    secret = (await tickets(town))[1]
    await looks_up(town, secret)
    assert not any("并到另一件" in one for one in town.dan.buttons)
    await looks_up(town, row)
    await go(town, town.dan.presses("并到另一件"))
    assert not any("邻居" in one for one in town.dan.buttons)
    await go(town, town.dan.says(str(secret["number"])))
    assert town.dan.shows("不能合并")


# --- refusing ------------------------------------------------------------------------------------------------


async def refuses(town: Town, row: Row, words: str) -> None:
    """Dan explains why it cannot be done."""
    await looks_up(town, row)
    await go(town, town.dan.presses("说明不办"))
    await go(town, town.dan.says(words))


async def test_it_refuses_with_an_explanation_that_comes_back_once(town: Town) -> None:
    row = await lamp(town)
    await go(town, town.wei.presses("接单"))
    await refuses(town, row, "这盏灯归供电局管，我们已经打电话报修")
    assert town.rosa.shows("暂时办不了，跟您说明原因")
    assert town.rosa.shows("归供电局管")
    assert town.wei.shows("另作安排")
    await go(town, town.rosa.presses("不认可，请再看看"))
    assert town.rosa.shows("已请值班员再看看")
    assert town.dan.shows("居民不认可")
    again = await ticket(town)
    assert (again["state"], again["closed_at"], again["assignee_id"]) == ("new", None, None)
    await go(town, town.dan.says("/triage"))
    assert label(town.dan, "再次没办好") == "❌ 再次没办好（1）"
    await refuses(town, row, "供电局说下周来换")
    assert (await ticket(town))["state"] == "refused"
    assert not any("不认可" in one for one in town.rosa.buttons)
    await go(town, town.rosa.forges(press("object", row["id"]), town.rosa.last.id))
    assert (await ticket(town))["state"] == "refused"


async def test_it_lets_nobody_else_object(town: Town) -> None:
    row = await lamp(town)
    await refuses(town, row, "这盏灯归供电局管")
    await go(town, town.chen.says("你好"), town.chen.forges(press("object", row["id"]), 1))
    assert "不归您办" in town.chen.alerts[-1].text
    assert (await ticket(town))["state"] == "refused"


async def test_it_wants_a_reason_for_a_refusal(town: Town) -> None:
    row = await lamp(town)
    await looks_up(town, row)
    await go(town, town.dan.presses("说明不办"))
    await go(town, town.dan.sends_sticker())
    assert (await ticket(town))["state"] == "offered"
    await go(town, town.dan.presses("取消"))
    assert (await ticket(town))["state"] == "offered"


# --- rights --------------------------------------------------------------------------------------------------


async def test_it_is_for_secretaries_only(town: Town) -> None:
    row = await lamp(town)
    await go(town, town.wei.says("/triage"))
    assert town.wei.shows("不归您办")
    for verb in ("triage", "assign", "rekind", "replace", "merge", "refuse"):
        await go(town, town.wei.forges(press(verb, row["id"]), town.wei.last.id))
        assert "不归您办" in town.wei.alerts[-1].text
    wei = await person(town, town.wei)
    await go(town, town.otto.says("你好"))
    await go(town, town.otto.forges(press("assignto", row["id"], wei["id"]), 1))
    await go(town, town.otto.forges(press("kindto", row["id"], "danger"), 1))
    assert (await ticket(town))["version"] == row["version"]


async def test_it_asks_the_right_again_at_every_press(town: Town) -> None:
    row = await lamp(town)
    await looks_up(town, row)
    await go(town, town.dan.presses("说明不办"))
    await takes_role_from_dan(town)
    await go(town, town.dan.says("这盏灯归供电局管"))
    assert town.dan.shows("不归您办")
    assert (await ticket(town))["state"] == "offered"


async def takes_role_from_dan(town: Town) -> None:
    """Ada takes Dan's role at the community away."""
    await go(town, town.ada.says("/admin"))
    await go(town, town.ada.presses("Who does what"))
    await go(town, town.ada.says("xfl"))
    await go(town, town.ada.presses("丹姐"))
    await go(town, town.ada.presses("Take it away"))


async def test_it_speaks_english(town: Town) -> None:
    row = await lamp(town)
    await go(town, town.dan.says("/lang"))
    await go(town, town.dan.presses("English"))
    await go(town, town.dan.says("/triage"))
    assert town.dan.shows("Nothing needs you")
    await go(town, town.dan.forges(press("triage", row["id"]), town.dan.last.id))
    await go(town, town.dan.presses("Assign"))
    assert label(town.dan, "小魏") == "🟢 小魏 · grid worker · 0"
