"""How a resident begins: the greeting, consent, the poster at the door, one's home, and words that say nothing yet."""

from storage import posters

from .film import Film

UNIT = "jx-3-2"


async def play(film: Film) -> None:
    """From “Start” to the first words."""
    await _greeting(film)
    await _poster(film)
    await _small_words(film)


async def _greeting(film: Film) -> None:
    rosa = film.town.rosa
    await film.does(rosa.starts())
    film.shot(rosa, ("打招呼", "The greeting"), ("第一次点「开始」", "“Start” is pressed for the first time"))
    await film.press(rosa, "consent_no")
    film.shot(rosa, ("不同意", "No consent"), ("点了「不同意」，什么都不留", "“I do not agree”: nothing is kept"))
    await film.does(rosa.starts())
    await film.press(rosa, "consent_yes")
    film.shot(rosa, ("可以开始了", "Ready"), ("点了「同意，继续」", "“I agree” is pressed"))


async def _poster(film: Film) -> None:
    town, vera = film.town, film.town.daughter
    place = town.app.ledger.directory.by_code[UNIT]
    async with town.app.database.writing() as connection:
        codes = await posters.ensure(connection, [place.id], town.clock.now())
    await film.does(vera.starts(posters.payload(codes[place.id])))
    film.shot(
        vera, ("扫了门口的海报", "The poster at the door"), ("扫海报上的二维码", "the code on the poster is scanned")
    )
    await film.press(vera, "home_yes", "consent_yes")
    film.shot(vera, ("门牌号", "The room"), ("住处对，也同意了", "the home is right, and they agree"))
    await film.says(vera, "1502")
    film.shot(vera, ("住处记好了", "The home is noted"), ("写了门牌号", "the room is written"))
    await film.does(town.otto.starts("pnosuchcode12"))
    film.shot(town.otto, ("旧海报", "An old poster"), ("海报上的码已经作废", "the code was withdrawn"))


async def _small_words(film: Film) -> None:
    rosa = film.town.rosa
    await film.says(rosa, "你好", "hello")
    film.shot(rosa, ("寒暄", "A greeting in words"), ("只说「你好」", "“hello” is all that is said"))
    await film.does(rosa.sends_sticker())
    film.shot(rosa, ("看不懂", "Not understood"), ("发来表情等看不懂的内容", "a sticker or the like comes"))
    await film.press(rosa, "menu_help")
    film.shot(rosa, ("怎么用", "How it works"), ("点「怎么用」", "“How it works” is pressed"))
    await film.says(rosa, "/lang")
    film.shot(rosa, ("换语言", "The language"), ("点菜单里的换语言", "the language is chosen from the menu"))
    await film.press(rosa, "lang_en" if film.language == "en" else "lang_zh")
    film.shot(rosa, ("语言换好了", "The language is kept"), ("选了一种语言", "one is chosen"))
