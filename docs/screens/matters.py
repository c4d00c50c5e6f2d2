"""A resident's own matters: the list, adding words, questions about how it stands, and taking something back."""

from .film import Film
from .handling import report
from .reporting import LAMP

RUBBISH = ("4栋1单元垃圾堆成山了", "The rubbish at building 4 unit 1 is piling up")


async def play(film: Film) -> None:
    """Everything that 我的事 is for."""
    rosa = film.town.rosa
    await film.agrees(rosa)
    await film.press(rosa, "menu_my")
    film.shot(rosa, ("还没有事", "Nothing yet"), ("点「我的事」，还没报过", "“My matters”, nothing was reported yet"))
    await report(film, LAMP)
    await report(film, RUBBISH)
    await film.press(rosa, "menu_my")
    film.shot(rosa, ("正在办的事", "Under way"), ("点「我的事」", "“My matters” is pressed"))
    await film.tap(rosa, ("垃圾堆", "The rubbish"))
    film.shot(rosa, ("打开一件", "One of them"), ("点了一件", "one is tapped"))
    await film.press(rosa, "add_words")
    film.shot(rosa, ("要补充什么", "What to add"), ("点「补充」", "“Add” is pressed"))
    await film.does(rosa.sends_photo())
    film.shot(rosa, ("补充好了", "Added"), ("发来照片", "a picture comes"))
    film.shot(film.town.zhao, ("居民补充了", "The resident added"), ("网格员看到", "what the grid worker sees"))
    await film.says(rosa, "办得怎么样了", "any news on my report?")
    film.shot(
        rosa, ("问的是哪一件", "Which one"), ("打字问进展，有好几件在办", "asked in words, with several under way")
    )
    await film.says(rosa, "不用来了", "I no longer need it")
    film.shot(
        rosa,
        ("哪一件不用办", "Which one is not needed"),
        ("说不用办了，有好几件", "taken back in words, with several under way"),
    )
    await film.tap(rosa, ("垃圾堆", "The rubbish"))
    await film.press(rosa, "withdraw")
    film.shot(rosa, ("为什么不用办了", "Why"), ("点「不用办了」", "“Not needed” is pressed"))
    await film.press(rosa, "withdraw_solved")
    film.shot(rosa, ("撤回了", "Withdrawn"), ("点了原因", "a reason is tapped"))
    await film.says(rosa, "/my")
    await film.press(rosa, "my_closed")
    film.shot(rosa, ("办完的事", "Settled"), ("点「看办完的」", "“Settled” is pressed"))
    over = rosa.shows(film.words("已撤回", "Withdrawn"))
    await film.does(rosa.says(film.words(*RUBBISH), reply_to=over))
    film.shot(rosa, ("已经结束的事", "It is over already"), ("回复一件已经结束的事", "a reply to what is over"))
    await film.press(rosa, "cancel")
