"""From a resident's sentence to a rated result."""

from tests.town import Town


async def test_it_goes_from_a_sentence_to_a_rating(town: Town) -> None:
    rosa, wei = town.rosa, town.wei
    await rosa.says("3栋2单元楼道灯坏了")
    await town.settle()
    await rosa.presses("同意，继续")
    await town.settle()
    assert rosa.shows("请看看对不对")
    await rosa.presses("报上去")
    await town.settle()
    assert rosa.shows("已交给小魏")
    assert wei.shows("楼道灯坏了")
    await wei.presses("接单")
    await town.settle()
    assert rosa.shows("小魏 已接单")
    await wei.presses("办好了")
    await town.settle()
    await wei.sends_photo("换了新灯泡")
    await town.settle()
    assert rosa.shows("办好了吗")
    await rosa.presses("是的，办好了")
    await town.settle()
    await rosa.presses("非常满意")
    await town.settle()
    assert rosa.shows("谢谢您的评价")
    assert wei.shows("★★★★★")
