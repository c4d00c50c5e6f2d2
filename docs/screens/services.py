"""What a community offers, changed in the chat: off and on, fees, numbers, days off, the dish of the day."""

from .film import Film


async def play(film: Film) -> None:
    """The community secretary changes what is wrong today."""
    zhou = film.town.zhou
    await film.says(zhou, "/admin")
    await film.press(zhou, "admin_services")
    film.shot(zhou, ("哪一项服务", "Which service"), ("点「服务与菜单」", "“Services and menu” is pressed"))
    await film.says(zhou, "打针", "injection")
    film.shot(zhou, ("一项服务", "One service"), ("打了几个字，选了一项", "found by a word"))
    await film.press(zhou, "svc_fee")
    film.shot(zhou, ("收费是多少", "What it costs"), ("点「改收费」", "“Change the fee” is pressed"))
    await film.says(zhou, "每次25元", "25 yuan each")
    film.shot(zhou, ("收费改好了", "The fee is changed"), ("写了收费", "the fee is written"))
    await film.press(zhou, "admin_back", "svc_phone")
    film.shot(zhou, ("新的电话", "The new number"), ("点「改电话」", "“Change the number” is pressed"))
    await film.says(zhou, "打给老王", "ring old Wang")
    film.shot(zhou, ("不像电话", "Not a number"), ("写的不是电话", "it is no telephone number"))
    await film.says(zhou, "0990-5550999")
    film.shot(zhou, ("电话改好了", "The number is changed"), ("写了电话", "the number is written"))
    await film.press(zhou, "admin_back", "svc_off")
    film.shot(zhou, ("暂停了", "Switched off"), ("点「暂停」", "“Switch off” is pressed"))
    await film.press(zhou, "admin_back", "svc_on")
    film.shot(zhou, ("恢复了", "Switched on"), ("点「恢复」", "“Switch on” is pressed"))
