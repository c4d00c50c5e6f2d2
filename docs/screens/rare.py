"""Lines that no chapter comes across: too rare, or only for whoever runs into trouble. Filled with examples."""

from collections.abc import Mapping

from jinja2 import meta

from bot.texts import Texts, sources

from . import page, rare_bookings, rare_groups, rare_helpers, rare_orders, rare_points, rare_posts
from .examples import NOW, example
from .film import Words

TITLE: Words = ("难得一见的话", "Lines that are rarely seen")
ALWAYS_THERE = {"now", "language"}

LINES: Mapping[str, Words] = {
    **rare_bookings.LINES,
    **rare_groups.LINES,
    **rare_helpers.LINES,
    **rare_orders.LINES,
    **rare_points.LINES,
    **rare_posts.LINES,
    "flow.unclear": (
        "回答看不懂，原来的问题和按钮再出一遍",
        "an answer is unclear; the question and its buttons come again",
    ),
    "flow.sentence": ("要一句话的地方发来了照片", "a picture comes where a sentence is asked for"),
    "flow.lost": ("更新以后，填到一半的读不回来了", "what was being filled in cannot be read after an upgrade"),
    "flow.closed": ("点「收起」", "“Close” is pressed"),
    "group.private_only": ("在群里说起自己的事", "a matter of one's own is told in a group"),
    "danger.raised": ("网格员把一件事转为险情", "a grid worker makes a danger of a matter"),
    "card.emptied": ("办完很久的事，内容已经删除", "a matter of long ago, whose content was deleted"),
    "card.retracted": ("说过的话按规定收回", "what was said is taken back by rule"),
    "filing.ask_name": ("代录时只写了电话", "only a telephone number is written"),
    "filing.ask_danger": ("代录时只发来照片", "only a picture comes while writing down"),
    "worker.ask_proof": ("在旧卡片上点了「办好了」", "done was pressed on an old card"),
    "worker.no_colleague": ("没有可以转交的同事", "there is nobody to hand over to"),
    "duty.no_shift": ("没有可以换的班", "there is no shift to swap"),
    "duty.nobody_free": ("那个时间同事都有班", "every colleague is on duty then"),
    "duty.you_refused": ("同事点「不方便」", "the colleague presses “I cannot”"),
    "duty.refused": ("要换班的人看到：没换成", "whoever asked sees that nothing was swapped"),
    "duty.one": ("在 /duty 里打开一次换班", "a swap is opened from /duty"),
    "duty.you_withdrew": ("点「不换了」", "“Not needed any more” is pressed"),
    "duty.withdrawn": ("同事看到：不换了", "the colleague sees that it is withdrawn"),
    "duty.you_objected": ("值班员说了原因", "the duty secretary has said why"),
    "duty.gaps": ("值班员早上看到：一周内有空缺", "a duty secretary sees in the morning that the week has gaps"),
    "duty.ask_place": ("管几个社区的人看整月值班表", "the month, for somebody of several communities"),
    "duty.month_words": ("没有中文字体时的整月值班表", "the month where there is no Chinese font"),
    "refused.shift_taken": ("这一班正在换", "the shift is being swapped"),
    "refused.not_free": ("那位那时有班或不在", "they are on duty or away then"),
    "admin.menu_offering": ("社区书记说 /admin", "a community secretary says /admin"),
    "catalogue.service_unclear": ("没有这项服务", "there is no such service"),
    "catalogue.fee_unclear": ("收费写得太长", "the fee is told at length"),
    "catalogue.ask_rest": ("点一家的「休息」", "“Day off” is pressed"),
    "catalogue.rest_unclear": ("日期看不懂", "the date is unclear"),
    "catalogue.rested": ("选了休息的那天", "the day off is chosen"),
    "catalogue.open_again": ("取消休息", "the day off is taken back"),
    "catalogue.ask_dish": ("点「加今天的菜」", "“Add a dish today” is pressed"),
    "catalogue.dish_unclear": ("菜名太长", "the name is too long"),
    "catalogue.dish_added": ("加了一道菜", "a dish is added"),
    "catalogue.dish_gone": ("去掉了一道菜", "a dish is taken off"),
    "claim.given_back": ("来帮忙的人来不了了", "the helper cannot come after all"),
    "claim.ask_again": ("一天没回答", "no answer for a day"),
    "claim.by_itself": ("三天没回答", "no answer for three days"),
    "claim.not_verified": ("社区还没看", "the community has not looked yet"),
    "claim.nobody_found": ("到时间没人接", "nobody took it in time"),
    "claim.is_here": ("到时间还没签到", "nobody has signed in when it begins"),
    "claim.missed_noted": ("点「没来」", "“Nobody came” is pressed"),
    "claim.soon": ("帮忙的人：前一个小时", "to the helper, an hour before"),
    "claim.where_are_you": ("帮忙的人：到时间还没签到", "to the helper, who has not signed in"),
    "claim.left_open": ("帮忙的人：时间过了", "to the helper, when the time is over"),
    "claim.not_done": ("帮忙的人：对方点了「还没好」", "to the helper: “Not yet” was pressed"),
    "claim.missed": ("帮忙的人：对方说没来", "to the helper, who did not come"),
    "claim.edited": ("帮忙的人：事情改了", "to the helper: it was changed"),
    "claim.called_off": ("帮忙的人：不用去了", "to the helper: it is not needed any more"),
    "claim.called_off_too_few": ("帮忙的人：人没凑齐", "to the helper: there were too few"),
    "claim.staff_not_verified": ("值班员：还没人核验", "to the duty secretary: nobody has checked it"),
    "claim.staff_nobody_fits": ("值班员：没有合适的人", "to the duty secretary: nobody could be asked"),
    "claim.staff_half": ("值班员：时间过半没人接", "to the duty secretary: half of the time is over"),
    "claim.staff_nobody_found": ("值班员：到时间没人接", "to the duty secretary: nobody took it"),
    "claim.staff_not_done": ("值班员：两次没做好", "to the duty secretary: not done, twice"),
    "claim.staff_unsettled": ("值班员：过了时间没说法", "to the duty secretary: daily, until somebody says how it is"),
    "claim.staff_ring": ("值班员：请打电话问", "to the duty secretary: please ring"),
    "claim.staff_sample": ("值班员：抽查", "to the duty secretary: a sample"),
    "claim.staff_rung_noted": ("值班员打过电话了", "the duty secretary has rung"),
    "refused.suspended": ("暂停的人要接单", "somebody suspended wants to help"),
    "refused.unverified": ("没核实的人要接独居老人的单", "somebody not verified wants to go to an elder"),
    "refused.unskilled": ("不会这门手艺的人要接单", "somebody without the skill wants to help"),
    "refused.not_alone": ("头一回上门只有一个人", "a first visit by one"),
    "staff.not_taken": ("到时间没人接", "nobody took it in time"),
    "staff.set_aside": ("管理员看到：有消息处理失败", "an administrator sees that a message failed"),
    "staff.reminder_failed": ("管理员看到：有提醒没执行", "an administrator sees that a reminder failed"),
    "refused.refused": ("现在做不了", "it cannot be done now"),
    "refused.illegal_move": ("事情已经变了", "the matter has moved on"),
    "refused.already_taken": ("别人先接了", "somebody was faster"),
    "refused.stale": ("点了过时的按钮", "an old button is pressed"),
    "refused.invitation_unknown": ("邀请不存在", "the invitation does not exist"),
    "refused.invitation_expired": ("邀请过期", "the invitation is too old"),
    "refused.trouble": ("出了故障", "something is broken"),
    "refused.family_full": ("关联的家人太多", "too many relatives"),
    "refused.cannot_take": ("选的人不能办", "the chosen person cannot handle it"),
    "refused.cannot_merge": ("两件事不能合并", "the two cannot be merged"),
    "refused.notice_too_soon": ("一天里第二次提醒", "a second reminder within a day"),
    "refused.out_of_reach": ("地点不归自己管", "the place is out of reach"),
    "refused.own_role": ("管理员要收回自己的职务", "administrators cannot take their own role away"),
    "refused.hand_over_first": ("有职务的人要删除数据", "somebody with a role wants their data deleted"),
    "papers.ask_mandate": ("代办员开了委托书", "the agent has written a mandate"),
    "papers.declined": ("点「不对」", "“Not right” is pressed"),
    "papers.calendar": ("日历文件下面", "under the calendar file"),
    "papers.no_time": ("没有约时间的事要记日历", "the calendar is asked for where no time was booked"),
    "papers.staff_no_items": ("一样也没选", "nothing is chosen"),
    "papers.staff_made_on_paper": ("对方没有用手机", "the resident has no chat"),
    "papers.staff_ask_signed": ("点「纸上签了字」", "“Signed on paper” is pressed"),
    "papers.staff_signed": ("签好的单子拍来了", "the picture of the signed sheet has come"),
    "papers.staff_refused": ("居民点了「不对」", "the resident pressed “Not right”"),
    "papers.staff_support": ("点「全程代办登记」", "“Full service” is pressed"),
    "papers.staff_support_kept": ("登记了一位", "somebody is registered"),
    "papers.staff_support_ended": ("取消了登记", "the registration is ended"),
    "refused.originals_out": ("原件没还就点办好了", "done is pressed while originals are out"),
    "refused.originals_first": ("原件没还就要删除数据", "deletion is asked for while originals are out"),
    "refused.danger_first": ("险情没完就要删除数据", "deletion is asked for while a danger lasts"),
}
"""Each with when it comes. A test fails when one is missing, and when a chapter shows it after all."""


def drawn(language: str) -> str:
    """One after the other."""
    texts = Texts()
    return "\n\n".join(_line(texts, key, when, language) for key, when in LINES.items())


def _line(texts: Texts, key: str, when: Words, language: str) -> str:
    # Of a tree of its own: looking for names folds the tables in it.
    names = meta.find_undeclared_variables(texts.parsed("zh-CN", key)) - ALWAYS_THERE
    filled = {name: example(key, name, language) for name in sorted(names)}
    return page.quotation(texts.render(language, key, filled, NOW), page.chosen(when, language), key, language)


def messages() -> frozenset[str]:
    """Every text that can come into a chat: not what stands on buttons and posters, and not the command line's."""
    elsewhere = _elsewhere()
    return frozenset(key for key in sources("zh-CN") if key.partition(".")[0] not in elsewhere)


def _elsewhere() -> frozenset[str]:
    on_something = {"button", "menu", "role", "poster", "roster", "sheet", "record", "original", "control"}
    typed = {"command", "import", "backup", "doctor", "export", "request"}
    return frozenset(on_something | typed)
