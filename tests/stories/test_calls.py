"""How often Telegram is called for one matter: every call costs a share of what one bot may say."""

import pytest

from tests.town import Town

from .chat import go, reports

CALLS = 13  # of a matter that needs a picture, from the report to the rating; its copy is one more


async def until_done(town: Town) -> None:
    """Reported, accepted and done with a picture, by people who have used the bot before."""
    await town.rosa.says("3栋2单元楼道灯坏了")
    await town.settle()
    await town.rosa.presses("同意，继续")
    await town.settle()
    await town.rosa.presses("报上去")
    await town.settle()
    await town.wei.presses("接单")
    await town.settle()
    await town.wei.presses("办好了")
    await town.settle()
    await town.wei.sends_photo("换了新灯泡")
    await town.settle()


async def test_it_needs_few_calls_from_the_report_to_the_rating(town: Town) -> None:
    await town.rosa.says("/help")
    await town.settle()
    await until_done(town)
    await town.rosa.presses("是的，办好了")
    await town.settle()
    await town.rosa.presses("非常满意")
    await town.settle()
    called = [call.method for call in town.sim.record.calls() if call.chat_id or call.method == "answerCallbackQuery"]
    first_time = ["sendMessage", "editMessageText", "sendMessage", "answerCallbackQuery"]  # help, and the consent
    assert len(called) - len(first_time) <= CALLS
    assert town.rosa.shows("您给了 ★★★★★")
    assert town.wei.shows("已结束 ★★★★★")


async def test_it_asks_for_the_stars_under_the_picture_it_asked_with(town: Town) -> None:
    await until_done(town)
    before = len(town.rosa.received)
    await town.rosa.presses("是的，办好了")
    await town.settle()
    assert len(town.rosa.received) == before
    assert town.rosa.shows("满意吗")
    assert town.sim.record.calls("editMessageCaption", town.rosa.id)


async def test_it_writes_the_result_on_the_cards_when_no_stars_come(town: Town) -> None:
    await until_done(town)
    await town.rosa.presses("是的，办好了")
    await town.settle()
    assert not any("已结束" in one.text for one in town.wei.received)
    await town.advance(minutes=31)
    assert town.wei.shows("已结束")
    assert town.rosa.shows("✅ 办好了。")


async def until_asked(town: Town) -> None:
    await reports(town, town.rosa, "3栋2单元楼道灯坏了")
    await go(town, town.wei.presses("接单"), town.wei.presses("办好了"))


async def test_it_asks_for_the_picture_on_the_card(town: Town) -> None:
    await until_asked(town)
    card = town.wei.shows("请拍一张办好的照片")
    assert "楼道灯" in card.text
    await go(town, town.rosa.presses("补充"), town.rosa.says("二楼那盏"))
    assert town.wei.shows("请拍一张办好的照片").id == card.id
    assert "二楼那盏" in town.wei.shows("请拍一张办好的照片").text


@pytest.mark.parametrize("way_out", ["还没办好", "/cancel"])
async def test_it_has_its_buttons_back_when_it_is_not_done_yet(town: Town, way_out: str) -> None:
    await until_asked(town)
    await go(town, (town.wei.says if way_out.startswith("/") else town.wei.presses)(way_out))
    assert not any("请拍一张办好的照片" in one.text for one in town.wei.received)
    await go(town, town.wei.presses("办好了"), town.wei.sends_photo("换了新灯泡"))
    assert town.rosa.shows("办好了吗")
