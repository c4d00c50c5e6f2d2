"""Reporting: one sentence is enough, what is missing is asked, and one card shows everything before it is sent."""

from .film import Film

LAMP = ("3栋2单元楼道灯坏了", "The stairwell lamp in building 3 unit 2 is out")
BARE_LAMP = ("楼道灯坏了", "The stairwell lamp is out")
HUGE = 30_000_000


async def play(film: Film) -> None:
    """From the first sentence to the card, and every side road."""
    await _one_sentence(film)
    await _piece_by_piece(film)
    await _same_as_the_neighbour(film)
    await _interrupted(film)
    await _for_the_secretary(film)


async def _one_sentence(film: Film) -> None:
    rosa = film.town.rosa
    await film.says(rosa, *LAMP)
    film.shot(rosa, ("先问同意", "Consent first"), ("头一回报事", "the first report of somebody new"))
    await film.press(rosa, "consent_yes")
    film.shot(rosa, ("看看对不对", "Is this right?"), ("一句话里都说清了", "one sentence said everything"))
    await film.press(rosa, "edit_place")
    film.shot(rosa, ("改地点", "Another place"), ("点「改地点」", "“Change place” is pressed"))
    await film.press(rosa, "back", "edit_kind")
    film.shot(rosa, ("改类别", "Another kind"), ("点「改类别」", "“Change kind” is pressed"))
    await film.press(rosa, "back", "for_whom")
    film.shot(rosa, ("替谁报", "For whom"), ("点「替别人报」", "“Somebody else” is pressed"))
    await film.press(rosa, "whom_neighbour", "anonymous")
    film.shot(rosa, ("匿名", "Anonymous"), ("替邻居报，并点「匿名」", "for a neighbour, and anonymous"))
    await film.press(rosa, "report_send")
    film.shot(rosa, ("报上去了", "It is sent"), ("点「报上去」", "“Send” is pressed"))


async def _piece_by_piece(film: Film) -> None:
    otto = film.town.otto
    await film.agrees(otto)
    await film.press(otto, "menu_report")
    film.shot(otto, ("说说是什么事", "What is it about"), ("点「报个事」", "“Report” is pressed"))
    await film.does(otto.sends_photo())
    film.shot(otto, ("有没有危险", "Is there danger"), ("只发来一张照片", "only a picture comes"))
    await film.press(otto, "danger_none")
    film.shot(otto, ("哪一类", "Which kind"), ("没有危险", "there is no danger"))
    await film.tap(otto, ("环境卫生", "Environment"))
    film.shot(otto, ("在哪里", "Where"), ("选了类别", "the kind is chosen"))
    await film.says(otto, "99栋", "building 99")
    film.shot(otto, ("没找到地方", "No such place"), ("说的地方没有", "there is no such place"))
    await film.says(otto, "5栋", "building 5")
    film.shot(otto, ("哪一处", "Which of them"), ("这样的地方有几处", "there are several such places"))
    await film.tap(otto, ("槐荫里 5栋", "Huaiyin Lane Building 5"))
    await film.press(otto, "edit_place")
    await film.tap(otto, ("锦绣家园", "Jinxiu Garden"))
    film.shot(otto, ("再往下点", "One more tap"), ("点了小区，再点楼栋", "the estate is tapped, then the building"))
    await film.does(otto.sends_video(size=HUGE))
    film.shot(otto, ("文件太大", "Too large"), ("发来太大的视频", "the video is too large"))
    await film.press(otto, "cancel")
    film.shot(otto, ("先不弄了", "Never mind"), ("点「取消」", "“Cancel” is pressed"))


async def _same_as_the_neighbour(film: Film) -> None:
    chen = film.town.chen
    await film.agrees(chen)
    await film.says(chen, *LAMP)
    await film.press(chen, "report_send")
    film.shot(
        chen, ("邻居报过", "A neighbour reported it"), ("邻居刚报过同一件事", "a neighbour has just reported the same")
    )
    await film.press(chen, "join")
    film.shot(chen, ("一起跟进", "Following together"), ("点「一起跟进」", "“Join it” is pressed"))
    await film.press(film.town.rosa, "withdraw", "withdraw_mistake")
    film.shot(chen, ("邻居撤回了", "The neighbour withdrew"), ("报的邻居撤回了", "whoever reported it took it back"))


async def _interrupted(film: Film) -> None:
    rosa = film.town.rosa
    await film.says(rosa, *BARE_LAMP)
    await film.press(rosa, "menu_report")
    film.shot(
        rosa, ("还有一件没报完", "One is unfinished"), ("没报完又点「报个事」", "“Report” in the middle of a report")
    )
    await film.press(rosa, "go_on")
    await film.later(hours=4)
    await film.says(rosa, "垃圾堆成山了", "The rubbish is piling up")
    film.shot(
        rosa, ("先放一边", "Put aside"), ("过了三个小时说起别的事", "three hours later it is about something else")
    )
    await film.press(rosa, "cancel")


async def _for_the_secretary(film: Film) -> None:
    rosa = film.town.rosa
    said = (
        ("我想预约拍全家福", "I would like to book a family portrait", "约时间", "A booking"),
        ("网格员态度太差了，我要投诉他", "I want to complain about the rude grid worker", "投诉", "A complaint"),
    )
    for zh, en, *name in said:
        await film.says(rosa, zh, en)
        await film.press(rosa, "report_send")
        film.shot(rosa, (name[0], name[1]), (f"说「{zh}」并报上去", f"“{en}” is sent"))
