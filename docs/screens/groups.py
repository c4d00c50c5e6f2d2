"""Groups: bound by an administrator, a request that a volunteer takes there, and words that become a report."""

from simulator.group import Group
from storage.rules.groups import Purpose
from tests.stories.groups import order, volunteers

from .film import Film, Words

PATH: tuple[Words, ...] = (
    ("青禾区", "Qinghe District"),
    ("望湖街道", "Wanghu Street"),
    ("幸福里社区", "Xingfuli Community"),
)
HERE: Words = ("就是幸福里社区", "Just Xingfuli Community")
LAMP: Words = ("@linli_bot 3栋2单元楼道灯坏了", "@linli_bot the stairway lamp in Building 3 Unit 2 is broken")


async def play(film: Film) -> None:
    """艾达 binds two groups; 薇拉 takes a request in one, 王阿姨 says what is broken in the other."""
    await film.agrees(film.town.rosa, film.town.chen)
    await _asking(film, await _binding(film))
    await _reporting(film)


async def _binding(film: Film) -> Group:
    town = film.town
    group = town.sim.group(film.words("志愿者群", "Volunteers"), town.ada, town.vera, town.chen)
    ada = town.ada.in_group(group)
    await film.says(ada, "/bind")
    film.shot(ada, ("这个群是做什么的", "What is this group for"), ("管理员在群里说 /bind", "/bind in a group"))
    await film.press(ada, f"group_{Purpose.VOLUNTEERS}")
    await film.tap(ada, *PATH)
    film.shot(ada, ("是哪里的", "Where"), ("一级一级点下去", "down to the community"))
    await film.tap(ada, HERE)
    film.shot(ada, ("再看一眼", "Once more"), ("点「就是」", "the place is chosen"))
    await film.press(ada, "group_yes")
    film.shot(ada, ("用起来了", "Bound"), ("点「对，就这样」", "“Yes, like this” is pressed"))
    return group


async def _asking(film: Film, group: Group) -> None:
    town = film.town
    await volunteers(town, town.vera)
    vera, chen = town.vera.in_group(group), town.chen.in_group(group)
    await film.does(order(town))
    film.shot(vera, ("要人帮忙", "A hand is wanted"), ("核验过了，群里看到", "what the group sees once it is checked"))
    await film.press(chen, "group_take")
    film.shot(chen, ("请私下跟我说", "In private, please"), ("不是志愿者的点了", "somebody else presses"))
    await film.press(vera, "group_take")
    film.shot(vera, ("有人去了", "Taken"), ("志愿者点「我来帮」", "a volunteer presses “I can help”"))


async def _reporting(film: Film) -> None:
    town = film.town
    group = town.sim.group(film.words("邻居群", "Neighbours"), town.ada, town.rosa, town.chen)
    ada, rosa = town.ada.in_group(group), town.rosa.in_group(group)
    await film.says(ada, "/bind")
    await film.press(ada, f"group_{Purpose.NEIGHBOURS}")
    await film.tap(ada, *PATH, HERE)
    await film.press(ada, "group_yes")
    film.shot(ada, ("邻居群", "The neighbours' group"), ("绑定了邻居群", "a group of neighbours is bound"))
    await film.says(rosa, *LAMP)
    film.shot(rosa, ("私下问清楚", "The rest in private"), ("在群里 @ 机器人", "the bot is mentioned"))
    film.shot(town.rosa, ("私下接着说", "On in private"), ("说话的人私下看到", "what the author sees in private"))
    await film.press(town.rosa, "report_send")
    film.shot(rosa, ("编号和进展", "Number and status"), ("报上去以后，群里看到", "what the group sees then"))
