"""A worker's day: take, decline, hand over, ask, report, finish with proof, the duty switch, the blocked bot."""

from tests.town import Town

from .telling import LAMP, NOISE, count, history, moves_to, presses, reports, says, ticket


async def test_it_is_two_taps_and_a_picture(town: Town) -> None:
    await reports(town, town.rosa, LAMP)
    await presses(town, town.wei, "接单", "办好了")
    await says(town, town.wei, "换好了")
    assert town.wei.shows("要一张照片")
    await town.wei.sends_photo("换了新灯泡")
    await town.settle()
    assert "换了新灯泡" in town.rosa.shows("办好了吗").text
    assert (await ticket(town))["state"] == "done"


async def test_it_is_two_taps_where_no_proof_is_asked_for(town: Town) -> None:
    await reports(town, town.rosa, NOISE)
    await presses(town, town.wei, "接单", "办好了")
    assert town.rosa.shows("办好了吗")


async def test_it_passes_a_declined_offer_on_with_its_reason(town: Town) -> None:
    await reports(town, town.rosa, LAMP)
    await presses(town, town.wei, "接不了", "忙不过来")
    assert town.li.shows("楼道灯坏了")
    assert "小魏 没接" in town.li.last.text
    await presses(town, town.li, "接单", "更多", "看经过")
    story = town.li.shows("的经过").text
    assert "没接 · 小魏：忙不过来" in story
    assert "小魏 → 老李（下一级；小魏 没接；" in story


async def test_it_asks_for_a_sentence_where_a_picture_does_not_say_why(town: Town) -> None:
    await reports(town, town.rosa, LAMP)
    await presses(town, town.wei, "接不了")
    await town.wei.sends_photo()
    await town.settle()
    assert town.wei.shows("请打字写一句话")
    assert {"太远了", "✖ 取消"} <= set(town.wei.buttons)
    assert not town.li.received
    await says(town, town.wei, "家里有事")
    await presses(town, town.li, "接单", "更多", "看经过")
    assert "没接 · 小魏：家里有事" in town.li.shows("的经过").text


async def test_it_lets_a_late_decline_leave_the_next_one_s_time_alone(town: Town) -> None:
    await reports(town, town.rosa, LAMP)
    await town.advance(hours=2)
    assert town.li.shows("楼道灯坏了")
    await presses(town, town.wei, "接不了", "太远了")
    assert not town.zhao.received
    assert (await ticket(town))["state"] == "offered"


async def test_it_goes_to_a_named_colleague_who_has_to_accept(town: Town) -> None:
    await reports(town, town.rosa, LAMP)
    await presses(town, town.wei, "接单", "更多", "转交同事", "小赵")
    assert (await ticket(town))["assignee_id"] is None
    assert town.wei.shows("已交给 小赵")
    await presses(town, town.zhao, "接单")
    assert town.rosa.shows("小赵 已接单")
    assert "小赵" in town.wei.shows("在办").text
    assert (await history(town))[-2:] == ["handed_over", "accepted"]


async def test_it_goes_on_when_the_colleague_does_not_want_it(town: Town) -> None:
    await reports(town, town.rosa, LAMP)
    await presses(town, town.wei, "接单", "更多", "转交同事", "小赵")
    await presses(town, town.zhao, "接不了", "太远了")
    assert town.li.shows("楼道灯坏了")


async def test_it_offers_no_outsider_as_a_colleague_for_a_confidential_matter(town: Town) -> None:
    await says(town, town.rosa, "跟3栋2单元的邻居因为漏水赔偿吵起来了，想请人调解")
    await presses(town, town.rosa, "同意，继续", "改类别", "帮扶救助", "报上去")
    assert (await ticket(town))["is_confidential"]
    await presses(town, town.wei, "接单", "更多", "转交同事")
    names = " ".join(town.wei.buttons)
    assert "丹姐" in names
    assert "老李" not in names
    assert "小赵" not in names


async def test_it_asks_the_resident_and_hears_the_answer(town: Town) -> None:
    await reports(town, town.rosa, NOISE)
    await presses(town, town.wei, "接单", "更多", "问居民")
    await says(town, town.wei, "是哪一户？")
    assert (await ticket(town))["state"] == "waiting"
    assert "是哪一户" in town.rosa.shows("想问您").text
    await presses(town, town.rosa, "回答")
    await says(town, town.rosa, "楼上1602")
    assert "楼上1602" in town.wei.shows("居民回答了").text
    assert (await ticket(town))["state"] == "accepted"


async def test_it_tells_the_resident_of_progress(town: Town) -> None:
    await reports(town, town.rosa, NOISE)
    await presses(town, town.wei, "接单", "更多", "报进展")
    await says(town, town.wei, "已经上门劝过一次")
    assert town.rosa.shows("已经上门劝过一次")
    assert (await ticket(town))["state"] == "accepted"


async def test_it_lists_tasks_and_opens_one(town: Town) -> None:
    await reports(town, town.rosa, NOISE)
    await says(town, town.wei, "/tasks")
    assert "（1）" in town.wei.shows("我的任务").text
    await presses(town, town.wei, "🔕")
    await presses(town, town.wei, "接单")
    assert (await ticket(town))["state"] == "accepted"


async def test_it_offers_nothing_to_whoever_is_off_duty(town: Town) -> None:
    await says(town, town.wei, "/tasks")
    await presses(town, town.wei, "下班")
    assert town.wei.shows("已下班")
    await reports(town, town.rosa, LAMP)
    assert count(town.wei, "楼道灯") == 0
    assert "小魏 不在班" in town.li.shows("楼道灯坏了").text


async def test_it_works_in_the_evening_for_whoever_switched_on(town: Town) -> None:
    await moves_to(town, "2026-11-23 19:00")
    await says(town, town.wei, "/tasks")
    await presses(town, town.wei, "开始值班")
    await reports(town, town.rosa, "3栋2单元1502家里水管漏水了")
    assert town.wei.shows("漏水")
    await says(town, town.wei, "/tasks")
    await presses(town, town.wei, "按工作时间")
    assert town.wei.shows("按工作时间算值班")


async def test_31_it_gives_the_next_one_what_a_blocked_bot_cannot_bring(town: Town) -> None:
    await town.wei.blocks()
    await reports(town, town.rosa, LAMP)
    await town.advance(seconds=1)
    assert "小魏 联系不上" in town.li.shows("楼道灯坏了").text
    await presses(town, town.li, "接单")
    assert (await ticket(town))["state"] == "accepted"


async def test_31_it_gives_away_what_somebody_holds_who_blocked_the_bot(town: Town) -> None:
    await reports(town, town.rosa, LAMP)
    await presses(town, town.wei, "接单")
    await town.wei.blocks()
    await town.advance(seconds=1)
    await town.advance(seconds=1)
    row = await ticket(town)
    assert (row["state"], row["assignee_id"]) == ("offered", None)
    assert (await history(town))[-2:] == ["released", "offered"]
    assert town.li.shows("楼道灯坏了")


async def test_it_gives_work_again_to_whoever_comes_back(town: Town) -> None:
    await town.wei.blocks()
    await town.advance(seconds=1)
    await town.wei.unblocks()
    await says(town, town.wei, "/tasks")
    await reports(town, town.rosa, LAMP)
    assert town.wei.shows("楼道灯坏了")


async def test_it_shares_the_load_among_equals(town: Town) -> None:
    await reports(town, town.rosa, LAMP)
    await presses(town, town.wei, "接不了", "忙不过来")
    await presses(town, town.li, "接单")
    await reports(town, town.rosa, NOISE)
    assert town.wei.shows("太吵")


async def test_it_answers_a_stale_button_politely(town: Town) -> None:
    await reports(town, town.rosa, LAMP)
    card = town.wei.last
    accept = card.inline_rows[0][0]["callback_data"]
    await presses(town, town.rosa, "不用办了", "报错了")
    await town.wei.forges(accept, card.id)
    await town.settle()
    assert "过时" in town.wei.alerts[-1].text


async def test_it_refuses_an_outsider_s_forged_press(town: Town) -> None:
    await reports(town, town.rosa, LAMP)
    accept = next(row[0]["callback_data"] for row in town.wei.last.inline_rows if "accept" in row[0]["callback_data"])
    await says(town, town.otto, "你好")
    await town.otto.forges(accept, town.otto.last.id)
    await town.settle()
    assert "不归您办" in town.otto.alerts[-1].text
    assert (await ticket(town))["state"] == "offered"


async def test_it_sends_it_back_to_the_same_worker_and_then_to_the_duty_secretary(town: Town) -> None:
    await reports(town, town.rosa, NOISE)
    await presses(town, town.wei, "接单", "办好了")
    await presses(town, town.rosa, "还没办好")
    assert "还没好" in town.wei.shows("小魏 在办").text
    await says(town, town.rosa, "半夜还是吵")
    assert (await ticket(town))["state"] == "accepted"
    assert town.wei.shows("半夜还是吵")
    await presses(town, town.wei, "办好了")
    await presses(town, town.rosa, "还没办好")
    row = await ticket(town)
    assert (row["state"], row["assignee_id"]) == ("new", None)
    assert town.dan.shows("请安排")
