"""What is known of somebody: name, home, telephone; the family; what is kept, handed over and deleted."""

from .film import Film

HOME = ("3栋2单元1502", "building 3 unit 2 room 1502")


async def play(film: Film) -> None:
    """Everything under 我."""
    await film.agrees(film.town.rosa, film.town.daughter)
    await _me(film)
    await _family(film)
    await _privacy(film)


async def _me(film: Film) -> None:
    rosa = film.town.rosa
    await film.press(rosa, "menu_me")
    film.shot(rosa, ("我", "Me"), ("点「我」", "“Me” is pressed"))
    await film.press(rosa, "me_name")
    film.shot(rosa, ("怎么称呼", "The name"), ("点「改称呼」", "“Name” is pressed"))
    await film.says(rosa, "王淑芬", "Rosa Wang")
    film.shot(rosa, ("称呼记下了", "The name is kept"), ("写了称呼", "the name is written"))
    await film.says(rosa, "/me")
    await film.press(rosa, "me_home")
    film.shot(rosa, ("住在哪里", "The home"), ("点「改住处」", "“Home” is pressed"))
    await film.press(rosa, "home_elsewhere")
    film.shot(rosa, ("先不记住处", "No home for now"), ("点「先不记」", "“Not now” is pressed"))
    await film.says(rosa, "/me")
    await film.press(rosa, "me_home")
    await film.says(rosa, *HOME)
    film.shot(rosa, ("住处改好了", "The home is kept"), ("写了地址", "the address is written"))
    await film.says(rosa, "/me")
    await film.press(rosa, "me_phone")
    film.shot(rosa, ("电话", "The telephone"), ("点「改电话」", "“Telephone” is pressed"))
    await film.does(rosa.shares_contact(own=False))
    film.shot(rosa, ("不是自己的电话", "Not the own number"), ("发来别人的电话", "somebody else's number comes"))
    rosa.person.phone_number = "+8619900001234"
    await film.says(rosa, "/me")
    await film.press(rosa, "me_phone", "menu_phone")
    film.shot(rosa, ("电话记下了", "The number is kept"), ("点「分享我的电话」", "“Share my number” is pressed"))


async def _family(film: Film) -> None:
    rosa, daughter = film.town.rosa, film.town.daughter
    await film.says(rosa, "/me")
    await film.press(rosa, "me_family")
    film.shot(rosa, ("家人", "Family"), ("点「家人」", "“Family” is pressed"))
    await film.press(rosa, "family_ask")
    film.shot(rosa, ("我帮老人报", "I help an elder"), ("点「我帮老人报」", "“I help an elder” is pressed"))
    await film.press(rosa, "copy_link")
    asked = rosa.person.clipboard or ""
    await film.does(daughter.opens(asked))
    film.shot(daughter, ("家人想帮您", "Family would help you"), ("老人点开链接", "the elder opens the link"))
    await film.press(daughter, "family_refuse")
    await film.says(rosa, "/me")
    await film.press(rosa, "me_family", "family_invite")
    film.shot(
        rosa, ("请家人帮我", "Asking family for help"), ("点「请家人帮我」", "“Ask family to help me” is pressed")
    )
    await film.press(rosa, "copy_link")
    await film.does(rosa.opens(rosa.person.clipboard or ""))
    film.shot(rosa, ("自己的链接", "One's own link"), ("自己点开了", "it is opened by whoever made it"))
    await film.does(daughter.opens(rosa.person.clipboard or ""))
    film.shot(daughter, ("愿意帮忙吗", "Will you help"), ("家人点开链接", "the relative opens the link"))
    await film.press(daughter, "family_join")
    film.shot(daughter, ("关联好了", "Linked"), ("点「好，我来帮」", "“Yes, I will help” is pressed"))
    film.shot(rosa, ("老人也知道", "The elder hears it"), ("同一时刻", "at the same moment"))
    await film.does(film.town.chen.opens(rosa.person.clipboard or ""))
    film.shot(film.town.chen, ("链接用过了", "The link was used"), ("别人再点开", "somebody else opens it"))
    await film.says(rosa, "我家漏水了", "Water is leaking in my flat")
    await film.press(rosa, "report_send")
    film.shot(daughter, ("家人看到的", "What the family sees"), ("老人报了一件事", "the elder reports something"))
    await film.says(rosa, "/me")
    await film.press(rosa, "me_family")
    await film.tap(rosa, ("✖ 小王", "✖ Xiaowang"))
    film.shot(rosa, ("不再关联吗", "End the link?"), ("点家人的名字", "the name is tapped"))
    await film.press(rosa, "family_end_yes")
    film.shot(rosa, ("结束了", "It has ended"), ("点「是，不再关联」", "“Yes, end it” is pressed"))
    film.shot(daughter, ("看不到了", "No longer seen"), ("家人看到", "what the relative sees"))


async def _privacy(film: Film) -> None:
    rosa = film.town.rosa
    await film.says(rosa, "/privacy")
    film.shot(rosa, ("我的信息", "My information"), ("点「我的信息」", "“My information” is pressed"))
    await film.press(rosa, "own_data")
    film.shot(rosa, ("我的数据", "My data"), ("点「我的数据」", "“My data” is pressed"))
    await film.press(rosa, "leave")
    film.shot(rosa, ("删除数据", "Deleting"), ("点「删除我的数据」", "“Delete my data” is pressed"))
    await film.press(rosa, "leave_on")
    film.shot(rosa, ("最后问一次", "The last question"), ("点「继续删除」", "“Go on deleting” is pressed"))
    await film.later(minutes=11)
    await film.press(rosa, "leave_yes")
    film.shot(rosa, ("时间过了", "Too late"), ("十分钟以后才点", "pressed after more than ten minutes"))
    await film.says(rosa, "删除我的数据", "delete my data")
    await film.press(rosa, "leave_not")
    film.shot(rosa, ("不删了", "Everything stays"), ("点「不删了」", "“Keep everything” is pressed"))
    await film.says(rosa, "删除我的数据", "delete my data")
    await film.press(rosa, "leave_on", "leave_yes")
    film.shot(rosa, ("正在删除", "It is being deleted"), ("点「全部删除」", "“Delete everything” is pressed"))
