"""Turns the ways of saying a number (十五, 廿二, 两, 幺五零二, twelve) into Arabic digits."""

_DIGITS = {
    char: value
    for value, chars in enumerate(("零〇○", "一幺壹", "二两贰", "三叁", "四", "五", "六", "七", "八", "九"))
    for char in chars
}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_TENS = {"廿": 20, "卅": 30}
_ENGLISH = {
    "one": "1",
    "two": "2",
    "three": "3",
    "four": "4",
    "five": "5",
    "six": "6",
    "seven": "7",
    "eight": "8",
    "nine": "9",
    "ten": "10",
    "eleven": "11",
    "twelve": "12",
}

HAN_DIGIT = "零〇○一幺壹二两贰三叁四五六七八九"
HAN_NUMBER = HAN_DIGIT + "十百千廿卅"
ENGLISH_NUMBER = "|".join(sorted(_ENGLISH, key=len, reverse=True))


def to_arabic(words: str) -> str:
    """The number in Arabic digits without leading zeros; letters come back in upper case.

    Digits said one by one stay one by one (幺五零二 is 1502); with tens and hundreds they are summed up (二十三 is 23).
    """
    if words.isascii():
        return _ENGLISH.get(words, words.lstrip("0").upper() or "0")
    if not any(char in _UNITS or char in _TENS for char in words):
        return (
            "".join(char if char.isdigit() and char.isascii() else str(_DIGITS[char]) for char in words).lstrip("0")
            or "0"
        )
    total = pending = 0
    for char in words:
        if char in _UNITS:
            total += (pending or 1) * _UNITS[char]
            pending = 0
        elif char in _TENS:
            total += _TENS[char]
        else:
            pending = _DIGITS.get(char, 0)
    return str(total + pending)
