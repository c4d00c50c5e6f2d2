"""The duty roster: whose shifts when, the month as a picture, a swap, and somebody who cannot come."""

from .film import Film, Words

SHIFT: Words = ("12月1日（周二） 18:00", "1 Dec (Tue) 18:00")


async def play(film: Film) -> None:
    """小魏 looks, swaps with 小赵, and the duty secretary objects; then he falls ill."""
    await _looking(film)
    await _swapping(film)
    await _ill(film)


async def _looking(film: Film) -> None:
    wei = film.town.wei
    await film.says(wei, "/duty")
    film.shot(wei, ("我的值班", "My shifts"), ("说 /duty", "/duty"))
    await film.press(wei, "duty_month")
    film.shot(wei, ("整月值班表", "The whole month"), ("点「整月值班表」", "“The whole month” is pressed"))
    await film.press(wei, "duty_back")


async def _swapping(film: Film) -> None:
    wei, zhao, dan = film.town.wei, film.town.zhao, film.town.dan
    await film.press(wei, "duty_give")
    film.shot(wei, ("哪一班", "Which shift"), ("点「换班」", "“Swap a shift” is pressed"))
    await film.tap(wei, SHIFT)
    film.shot(wei, ("请谁来值", "Who shall take it"), ("选了一班", "a shift is chosen"))
    await film.tap(wei, ("小赵", "Zhao"))
    film.shot(wei, ("还哪一班", "Which in return"), ("选了同事", "a colleague is chosen"))
    await film.press(wei, "duty_no_return")
    film.shot(wei, ("问出去了", "Asked"), ("点「不用还」", "“Nothing in return” is pressed"))
    film.shot(zhao, ("同事看到", "The colleague"), ("同事看到", "what the colleague sees"))
    await film.press(zhao, "duty_yes")
    film.shot(zhao, ("归您了", "It is yours"), ("点「我来值」", "“I take it” is pressed"))
    film.shot(wei, ("答应了", "Agreed"), ("要换班的人看到", "what the one who asked sees"))
    film.shot(dan, ("换班了", "A swap"), ("值班员看到", "what the duty secretary sees"))
    await film.press(dan, "duty_object")
    film.shot(dan, ("为什么不同意", "Why not"), ("点「不同意这次换班」", "the duty secretary objects"))
    await film.press(dan, "duty_short")
    film.shot(wei, ("没换成", "Not swapped"), ("双方看到", "what both see"))


async def _ill(film: Film) -> None:
    ye, dan = film.town.ye, film.town.dan
    await film.says(ye, "/duty")
    await film.press(ye, "away_me")
    film.shot(ye, ("几天来不了", "For how long"), ("代办员点「我来不了」", "an agent presses “I cannot come”"))
    await film.press(ye, "away_2")
    film.shot(ye, ("为什么", "Why"), ("选了几天", "the days are chosen"))
    await film.press(ye, "away_ill")
    film.shot(ye, ("都安排好了", "All arranged"), ("点「生病，马上安排」", "“Ill: arrange it” is pressed"))
    film.shot(dan, ("值班员知道了", "The duty secretary knows"), ("值班员看到", "what the duty secretary sees"))
