"""The duty secretary: what needs somebody, setting it right, and writing down what callers say."""

from .film import Film
from .handling import report
from .reporting import LAMP

CALLER = ("刘婆婆 19912345678", "Granny Liu 19912345678")
TOGETHER = ("3栋1单元楼道的灯也不亮了", "The stairwell lamp in building 3 unit 1 is out as well")


async def play(film: Film) -> None:
    """One case after the other."""
    town = film.town
    await film.agrees(town.rosa, town.otto)
    await _setting_right(film)
    await _merging(film)
    await _refusing(film)
    await _lists(film)
    await _filing(film)


async def _opens(film: Film) -> None:
    """The newest matter, asked for by its number."""
    number = film.town.rosa.messages[-1].text.split("\n")[0]
    await film.does(film.town.dan.says(number))
    await film.press(film.town.dan, "triage")


async def _setting_right(film: Film) -> None:
    dan, wei = film.town.dan, film.town.wei
    await film.says(dan, "/triage")
    film.shot(dan, ("没有要处理的", "Nothing to do"), ("点「要处理的事」", "“Needs me” is pressed"))
    await report(film, LAMP)
    await film.press(wei, "accept")
    await _opens(film)
    film.shot(
        dan, ("怎么处理", "What shall happen"), ("打编号找到它，点「处理」", "found by its number; “Handle” is pressed")
    )
    await film.press(dan, "triage_rekind")
    film.shot(dan, ("应该是哪一类", "Which kind really"), ("点「改类别」", "“Change kind” is pressed"))
    await film.tap(dan, ("环境卫生", "Environment"))
    film.shot(dan, ("改好了", "Corrected"), ("选了类别", "the kind is chosen"))
    await _opens(film)
    await film.press(dan, "triage_replace")
    film.shot(dan, ("到底在哪里", "Where really"), ("点「改地点」", "“Change place” is pressed"))
    await film.press(dan, "cancel")
    await _opens(film)
    await film.press(dan, "triage_assign")
    film.shot(dan, ("交给谁", "Who shall take it"), ("点「指派」", "“Assign” is pressed"))
    await film.tap(dan, ("小赵", "Zhao"))
    film.shot(dan, ("指派了", "Assigned"), ("选了一位", "somebody is chosen"))
    film.shot(wei, ("另作安排", "Arranged differently"), ("原来的网格员看到", "what the former grid worker sees"))


async def _merging(film: Film) -> None:
    otto, dan = film.town.otto, film.town.dan
    await film.says(otto, *TOGETHER)
    await film.press(otto, "report_send")
    number = otto.messages[-1].text.split("\n")[0]
    await film.does(dan.says(number))
    await film.press(dan, "triage", "triage_merge")
    film.shot(dan, ("并到哪一件", "Into which"), ("点「并到另一件」", "“Merge” is pressed"))
    await film.does(dan.says("12345"))
    film.shot(dan, ("没找到编号", "No such number"), ("编号打错了", "the number is wrong"))
    await film.tap(dan, ("楼道灯坏了", "The stairwell"))
    film.shot(dan, ("确定吗", "Are you sure"), ("选了一件", "one is chosen"))
    await film.press(dan, "merge_yes")
    film.shot(dan, ("合并了", "Merged"), ("点「确定合并」", "“Merge” is pressed"))
    film.shot(otto, ("并到一起办", "Handled together"), ("居民看到", "what the resident sees"))


async def _refusing(film: Film) -> None:
    rosa, otto, dan = film.town.rosa, film.town.otto, film.town.dan
    await _opens(film)
    await film.press(dan, "triage_refuse")
    film.shot(dan, ("为什么办不了", "Why not"), ("点「说明不办」", "“Explain and refuse” is pressed"))
    await film.says(dan, "这盏灯归供电局管，我们已打电话报修", "The lamp is the power company's; we have rung them")
    film.shot(dan, ("已说明原因", "Explained"), ("写了原因", "the reason is written"))
    film.shot(rosa, ("暂时办不了", "Not for now"), ("居民看到", "what the resident sees"))
    film.shot(
        otto,
        ("一起跟进的也知道", "Who follows it hears too"),
        ("一起跟进的邻居看到", "what a neighbour who joined sees"),
    )
    await film.press(rosa, "object")
    film.shot(rosa, ("请再看看", "Please look again"), ("点「不认可，请再看看」", "“Please look again” is pressed"))
    film.shot(dan, ("居民不认可", "The resident objects"), ("值班员看到", "what the duty secretary sees"))


async def _lists(film: Film) -> None:
    rosa, wei, dan = film.town.rosa, film.town.wei, film.town.dan
    await report(film, ("4栋1单元垃圾堆成山了", "The rubbish at building 4 unit 1 is piling up"))
    await film.press(film.town.zhao, "accept", "finish")
    await film.does(film.town.zhao.sends_photo())
    await film.press(rosa, "done_yes", "stars_2")
    await film.says(dan, "/triage")
    film.shot(dan, ("需要您看看的事", "What needs you"), ("点「要处理的事」", "“Needs me” is pressed"))
    await film.tap(dan, ("评价低", "Badly rated"))
    film.shot(dan, ("评价低的事", "Badly rated"), ("点一类", "a list is tapped"))
    await film.tap(dan, ("垃圾", "The rubbish"))
    await film.press(dan, "rung_back")
    film.shot(dan, ("回过电话了", "Rung back"), ("点「已回电话」", "“I have rung” is pressed"))
    await film.says(wei, "/triage")
    film.shot(wei, ("不归您办", "Not yours"), ("没有这个职务的人来点", "somebody without the role tries it"))


async def _filing(film: Film) -> None:
    li, dan, chen = film.town.li, film.town.dan, film.town.chen
    await film.says(li, "/file")
    film.shot(li, ("替谁登记", "For whom"), ("点「代录」", "“Write down” is pressed"))
    await film.says(li, "刘婆婆", "Granny Liu")
    film.shot(li, ("电话是多少", "The telephone"), ("只写了名字", "only the name is written"))
    await film.says(li, "不记得", "do not know")
    film.shot(li, ("不像电话", "Not a number"), ("写的不是电话", "it is no telephone number"))
    await film.press(li, "back")
    await film.says(li, "小赵的儿子 19900001071", "Zhao's son 19900001071")
    film.shot(li, ("是同一个人吗", "The same person?"), ("这个电话登记的是别人", "the number belongs to somebody else"))
    await film.press(li, "back")
    await film.says(li, *CALLER)
    film.shot(li, ("说了什么事", "What was said"), ("写了名字和电话", "name and telephone are written"))
    await film.says(li, "3栋1单元门禁坏了", "The entrance door of building 3 unit 1 is broken")
    film.shot(li, ("代录的卡片", "The card"), ("照原话写了", "it is written down"))
    await film.press(li, "report_send")
    film.shot(li, ("登记好了", "Written down"), ("点「报上去」", "“Send” is pressed"))
    await film.press(li, "copy_address")
    await film.does(film.town.vera.opens(li.person.clipboard or ""))
    film.shot(film.town.vera, ("本人接手", "Taken up"), ("本人点开转来的链接", "the resident opens the link"))
    await film.says(li, "/file")
    await film.says(li, "陈叔 19900001069", "Mr Chen 19900001069")
    await film.says(li, "楼道灯坏了", "The stairwell lamp is out")
    await film.press(li, "report_send")
    film.shot(chen, ("有人替您登记", "Written down for you"), ("本人已经在用", "the resident is here already"))
    await film.says(dan, "/file")
    await film.says(dan, *CALLER)
    await film.says(dan, "3栋1单元着火了", "Fire in building 3 unit 1")
    film.shot(dan, ("电话里说有危险", "A caller in danger"), ("来电说的是险情", "the caller tells of danger"))
