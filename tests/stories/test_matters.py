"""One's own matters: replies, lists, questions about how it stands, withdrawing, the end and the stars."""

import pytest

from storage.rules.press import press
from tests.town import Town

from .chat import finish, go, history, own, reports, ticket, tickets

LAMP, LIFT, RUBBISH = "3栋2单元楼道灯坏了", "3栋2单元电梯坏了", "3栋2单元垃圾堆成山了"


async def test_it_adds_a_reply_to_the_matter_of_that_card(town: Town) -> None:
    rosa = town.rosa
    await reports(town, rosa, LAMP)
    await reports(town, rosa, RUBBISH)
    await go(town, rosa.says("是二楼那盏", reply_to=rosa.shows("楼道灯坏了")))
    assert rosa.shows("已补充到编号 10")
    assert "二楼那盏" in town.wei.shows("居民补充（编号 10").text
    lamp, rubbish = await tickets(town)
    assert [row["event"] for row in await history(town, lamp)][-1] == "words_added"
    assert "words_added" not in [row["event"] for row in await history(town, rubbish)]


async def test_it_adds_a_picture_by_the_button_while_another_report_waits(town: Town) -> None:
    rosa = town.rosa
    await reports(town, rosa, LAMP)
    await go(town, rosa.says(RUBBISH), rosa.presses("补充", on=rosa.shows("楼道灯坏了")), rosa.sends_photo("看这里"))
    assert town.wei.shows("看这里")
    assert any("photo" in message.body for message in town.wei.received)


async def test_it_takes_a_reply_to_a_matter_that_is_over_for_something_new(town: Town) -> None:
    rosa = town.rosa
    await reports(town, rosa, LAMP)
    await go(town, rosa.presses("不用办了"), rosa.presses("已经解决了"))
    await go(town, rosa.says("4栋1单元灯坏了", reply_to=rosa.shows("已撤回")))
    assert rosa.shows("当作新的一件")
    await go(town, rosa.presses("报上去"))
    assert len(await tickets(town)) == 2


async def test_it_does_not_mix_a_question_about_one_matter_with_another(town: Town) -> None:
    rosa, wei = town.rosa, town.wei
    await reports(town, rosa, LAMP)
    await reports(town, rosa, RUBBISH)
    await go(town, wei.presses("接单", on=wei.shows("楼道灯坏了")), wei.presses("更多"), wei.presses("问居民"))
    await go(town, wei.says("是几楼？"))
    assert rosa.shows("是几楼？")
    await go(town, rosa.presses("回答"), rosa.says("三楼"))
    assert "三楼" in wei.shows("居民回答了").text


@pytest.mark.parametrize("words", ["{number}怎么样了", "编号{number}", "我那个 {number} 办好了没有"])
async def test_it_finds_a_matter_by_its_number(town: Town, words: str) -> None:
    await reports(town, town.rosa, LAMP)
    number = (await ticket(town))["number"]
    await reports(town, town.rosa, RUBBISH)
    await go(town, town.rosa.says(words.format(number=number)))
    assert "楼道灯坏了" in town.rosa.last.text


async def test_it_shows_nothing_of_somebody_elses_number(town: Town) -> None:
    await reports(town, town.rosa, LAMP)
    number = (await ticket(town))["number"]
    await go(town, town.otto.starts(), town.otto.presses("同意，继续"), town.otto.says(f"{number}怎么样了"))
    assert not town.otto.sees("编号")


async def test_it_shows_the_only_matter_that_a_question_can_mean(town: Town) -> None:
    await reports(town, town.rosa, LAMP)
    await go(town, town.rosa.says("修得怎么样了"))
    assert "楼道灯坏了" in town.rosa.last.text


async def test_it_shows_the_list_when_a_question_could_mean_several(town: Town) -> None:
    rosa = town.rosa
    await reports(town, rosa, LAMP)
    await reports(town, rosa, RUBBISH)
    await go(town, rosa.says("办得怎么样了"))
    assert rosa.shows("您问的是哪一件")
    await go(town, rosa.presses("垃圾堆"))
    assert "垃圾堆成山了" in rosa.last.text


async def test_it_begins_a_report_when_a_question_was_about_something_new(town: Town) -> None:
    rosa = town.rosa
    await reports(town, rosa, LAMP)
    await reports(town, rosa, RUBBISH)
    await go(town, rosa.says("退物业费的事办得怎么样了"), rosa.presses("这是新的事"))
    assert rosa.shows("这是哪一类的事") or rosa.shows("事情在哪里")


async def test_it_lists_the_open_and_the_settled_page_by_page(town: Town) -> None:
    rosa = town.rosa
    for floor in range(1, 8):
        await reports(town, rosa, f"3栋2单元{floor}楼楼道灯坏了")
    await go(town, rosa.presses("不用办了"), rosa.presses("报错了"), rosa.presses("📋 我的事"))
    assert len([label for label in rosa.buttons if "10" in label]) == 5
    await go(town, rosa.presses("下一页"))
    assert len([label for label in rosa.buttons if "10" in label]) == 1
    await go(town, rosa.presses("看办完的"))
    assert len([label for label in rosa.buttons if "10" in label]) == 1
    await go(town, rosa.presses("7楼"))
    assert "已撤回" in rosa.last.text


async def test_it_withdraws_with_a_reason_that_the_worker_reads(town: Town) -> None:
    await reports(town, town.rosa, LAMP)
    await go(town, town.wei.presses("接单"), town.rosa.presses("不用办了"), town.rosa.says("邻居换好灯泡了"))
    assert town.rosa.shows("已撤回")
    assert town.wei.shows("邻居换好灯泡了")
    assert (await ticket(town))["closed_how"] == "withdrawn"


async def test_it_withdraws_when_that_is_said_in_words(town: Town) -> None:
    await reports(town, town.rosa, LAMP)
    await go(town, town.rosa.says("灯修好了，不用来了"))
    assert town.rosa.shows("为什么不用办了")
    await go(town, town.rosa.presses("已经解决了"))
    assert (await ticket(town))["state"] == "withdrawn"


async def test_it_goes_back_to_the_worker_and_the_second_time_to_the_duty_secretary(town: Town) -> None:
    rosa, wei = town.rosa, town.wei
    await reports(town, rosa, LAMP)
    await go(town, wei.presses("接单"))
    await finish(town, wei)
    await go(town, rosa.presses("还没办好"), rosa.says("还是一闪一闪的"))
    assert wei.shows("还是一闪一闪的")
    await finish(town, wei)
    await go(town, rosa.presses("还没办好"), rosa.says("又灭了"))
    made = await ticket(town)
    assert (made["state"], made["assignee_id"], made["disputes"]) == ("new", None, 2)
    assert town.dan.shows("请安排")


@pytest.mark.parametrize(("words", "state"), [("好了", "closed"), ("还没好", "accepted")])
async def test_it_takes_the_answer_in_words(town: Town, words: str, state: str) -> None:
    await reports(town, town.rosa, LAMP)
    await go(town, town.wei.presses("接单"))
    await finish(town, town.wei)
    await go(town, town.rosa.says(words))
    assert (await ticket(town))["state"] == state


async def test_it_keeps_the_stars_and_a_sentence(town: Town) -> None:
    await reports(town, town.rosa, LAMP)
    await go(town, town.wei.presses("接单"))
    await finish(town, town.wei)
    await go(town, town.rosa.presses("是的，办好了"), town.rosa.presses("★★★★ 满意"), town.rosa.says("小魏很热心"))
    made = await ticket(town)
    assert (made["stars"], made["rating_words"]) == (4, "小魏很热心")


async def test_it_asks_whether_words_after_the_stars_are_a_new_matter(town: Town) -> None:
    await reports(town, town.rosa, LAMP)
    await go(town, town.wei.presses("接单"))
    await finish(town, town.wei)
    await go(town, town.rosa.presses("是的，办好了"), town.rosa.presses("★★★★ 满意"), town.rosa.says(RUBBISH))
    assert town.rosa.shows("另外一件事")
    await go(town, town.rosa.presses("是另外一件事"), town.rosa.presses("报上去"))
    assert [row["kind"] for row in await tickets(town)] == ["public_facilities", "environment"]


async def test_it_lets_nobody_rate_their_own_work(town: Town) -> None:
    await reports(town, town.rosa, LAMP)
    await go(town, town.wei.presses("接单"))
    await finish(town, town.wei)
    await own(town, await ticket(town), town.wei)
    await go(town, town.wei.forges(press("yes", (await ticket(town))["id"]), town.wei.last.id))
    assert (await ticket(town))["state"] == "done"
    assert town.wei.alerts[-1].text


async def test_it_shows_a_settled_card_without_buttons_of_the_past(town: Town) -> None:
    rosa = town.rosa
    await reports(town, rosa, LAMP)
    old = rosa.shows("楼道灯坏了").inline_rows
    data = next(button["callback_data"] for row in old for button in row if "不用办了" in button["text"])
    await go(town, rosa.presses("不用办了"), rosa.presses("报错了"))
    await go(town, rosa.forges(data, rosa.shows("已撤回").id))
    assert (await ticket(town))["closed_how"] == "withdrawn"
    assert "过时" in rosa.alerts[-1].text or "已经变了" in rosa.alerts[-1].text
