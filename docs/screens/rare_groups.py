"""Lines in and about groups that no chapter comes across."""

from collections.abc import Mapping

from .film import Words

LINES: Mapping[str, Words] = {
    "group.bind_there": ("在私聊里说 /bind", "/bind in private"),
    "group.bind_admins": ("不是管理员的在群里说 /bind", "somebody else says /bind in a group"),
    "group.not_bound": ("在没用起来的群里说 /unbind", "/unbind in a group that is not bound"),
    "group.ask_end": ("管理员说 /unbind", "an administrator says /unbind"),
    "group.ended": ("点「不再用这个群」", "“End it” is pressed"),
    "group.left_as_it_is": ("点「取消」", "“Cancel” is pressed"),
    "group.topics_needed": ("分话题的群里不能建话题", "topics cannot be made in a forum"),
    "group.topics_needed_there": ("绑定的管理员私下看到", "what whoever bound it sees in private"),
    "group.left": ("机器人被移出群，值班员看到", "the bot was put out: what a duty secretary sees"),
    "group.said_by_nobody": (
        "回复的是匿名管理员或频道的话",
        "what was pointed at was said anonymously, or by a channel",
    ),
    "group.report_what": ("/report 没有回复谁，也没写话", "/report alone"),
    "group.come_over": ("说话的邻居还没来过", "the author has never met the bot"),
    "group.yours": ("别的邻居对您的话说了 /report", "somebody answered what one said with /report"),
    "group.not_your_words": ("点了给别人的按钮", "somebody presses the button meant for another"),
    "group.too_old": ("一个多星期以后才点", "it is pressed after more than a week"),
    "group.gone": ("改成保密，或者换了地方", "it became confidential, or is of another place now"),
    "group.private": ("群里说起的事要保密", "what was begun in the group is confidential"),
    "group.staff": ("网格员群里的一件事", "a matter in the group of the staff"),
}
