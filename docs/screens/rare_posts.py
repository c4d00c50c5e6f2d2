"""Lines about posts and units that no chapter comes across, each with when it comes."""

from collections.abc import Mapping

from .film import Words

LINES: Mapping[str, Words] = {
    "posts.none": ("社区没有岗位表", "the community has no sheet of posts"),
    "posts.soon": ("任期结束前两周", "two weeks before a term ends"),
    "posts.renewed": ("点「接着做」", "“Go on” is pressed"),
    "posts.over": ("任期到了", "a term is over"),
    "posts.unit_not": ("单位说不是他们的人", "the unit says that somebody is not theirs"),
    "posts.unit_left": ("单位说人走了", "the unit says that somebody has left"),
    "posts.unit_ask_leave": ("点「不在这个单位了」", "“I have left it” is pressed"),
    "posts.unit_gone": ("点「是的，不在了」", "“Yes, I have left” is pressed"),
    "posts.units_none": ("社区没有双报到单位", "the community has no units"),
    "posts.units_kept": ("值班员看各单位的记录", "a secretary looks at the records of units"),
    "posts.unit_ask_drop": ("联系人点人名", "the contact presses a name"),
    "posts.unit_orders": ("单位点「接一件事」", "“Take a request” is pressed for a unit"),
    "posts.unit_orders_none": ("没有等人帮的忙", "nobody waits for help"),
    "posts.unit_order": ("单位选了一件事", "a request is chosen for a unit"),
    "posts.unit_goes": ("单位选了谁去", "the contact has named somebody"),
    "posts.named": ("被选的人看到", "what the one who was named sees"),
}
