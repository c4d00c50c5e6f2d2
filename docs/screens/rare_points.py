"""Lines about points and what they are exchanged for, each with when it comes."""

from collections.abc import Mapping

from .film import Words

LINES: Mapping[str, Words] = {
    "points.mine": ("点「我的积分」", "“My points” is pressed"),
    "points.shop": ("点「积分超市」", "“Points shop” is pressed"),
    "points.item": ("点一样东西", "something in the shop is tapped"),
    "points.fetch": ("点「换这个」", "“Take this” is pressed"),
    "points.ask_cancel": ("点「不换了」", "“Not any more” is pressed"),
    "points.cancelled": ("点「是的，退积分」", "“Yes, points back” is pressed"),
    "points.ranking": ("点「积分排行」", "“Ranking” is pressed"),
    "points.shown_named": ("点「写我的名字」", "“Show my name” is pressed"),
    "points.shown_unnamed": ("点「不写我的名字」", "“Hide my name” is pressed"),
    "points.shown_hidden": ("点「不参加排行」", "“Leave me out” is pressed"),
    "points.fetched": ("换的东西取走了", "what was exchanged was fetched"),
    "points.called_off": ("换的东西没有货", "what was exchanged is not there"),
    "points.fetch_soon": ("还没去取，剩三天", "three days are left, and it was not fetched"),
    "points.not_fetched": ("两周没去取", "it was not fetched for two weeks"),
    "points.soon": ("积分到期前一个月", "a month before points end"),
    "points.taken_back": ("没做成，积分收回", "it was not done after all, and the points are taken back"),
    "points.code_unknown": ("打了一个没有的取货号", "a code is typed that does not exist"),
    "points.staff_owed": ("值班员看到：该收回的积分花掉了", "a duty secretary sees that points due back are spent"),
    "points.staff_list": ("大厅在 /tasks 点「取货」", "the hall presses “To hand out” under /tasks"),
    "points.staff_list_empty": ("没有等人来取的", "nothing waits to be fetched"),
    "points.staff_ask": ("打出取货号，或点一件", "a code is typed or tapped"),
    "points.staff_handed": ("点「交给本人了」", "“Handed over” is pressed"),
    "points.staff_called_off": ("点「没有货，退积分」", "“Not there: points back” is pressed"),
    "points.staff_ask_year": ("社区书记点「年度名单草稿」", "a community secretary presses “The year’s drafts”"),
    "points.staff_drafts": ("草稿文件下面", "under the file with the drafts"),
    "points.staff_ask_take": ("值班员暂停了一位，再点「收回积分」", "“Take points back” after a suspension"),
    "points.staff_taken": ("点「是的，收回」", "“Yes, take back” is pressed"),
    "refused.too_few_points": ("积分不够还点「换这个」", "“Take this” is pressed with too few points"),
    "refused.out_of_stock": ("最后一份刚换走", "the last one was just taken"),
}
"""Belongs to `rare.LINES`."""
