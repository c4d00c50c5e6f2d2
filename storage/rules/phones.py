"""Telephone numbers as people write and dictate them, brought to one form so that two can be compared."""

import re

_PHONE = re.compile(r"(?<!\d)(?:\+?\s?86[\s-]?|0086[\s-]?)?(1\d{2}[\s-]?\d{4}[\s-]?\d{4}|0\d{2,3}[\s-]?\d{7,8})(?!\d)")
_LEAST, _MOST = 7, 15  # E.164 has at most 15 digits; a landline without its area code has 7
_FULL_WIDTH = str.maketrans("０１２３４５６７８９＋－", "0123456789+-")


def normal(text: str | None) -> str | None:
    """The digits alone, without China's +86; None when it is no telephone number."""
    plain = (text or "").translate(_FULL_WIDTH)
    digits = re.sub(r"[\s()（）.-]", "", plain).removeprefix("+").removeprefix("00")
    if not digits.isascii() or not digits.isdigit():
        return None
    if digits.startswith("86") and len(digits) == 13:
        digits = digits[2:]
    return digits if _LEAST <= len(digits) <= _MOST else None


def aloud(text: str) -> str:
    """A mobile number in the groups in which people read it out, 199 0000 1234; any other as it is."""
    digits = normal(text) or ""
    if len(digits) != 11 or not digits.startswith("1"):
        return text
    return f"{digits[:3]} {digits[3:7]} {digits[7:]}"


def find(text: str) -> tuple[str | None, str]:
    """The first telephone number in a sentence, and the sentence without it."""
    plain = text.translate(_FULL_WIDTH)
    match = _PHONE.search(plain)
    if match is None:
        return None, text.strip()
    rest = plain[: match.start()] + " " + plain[match.end() :]
    rest = re.sub(
        r"(?:电话|手机|号码|tel|phone|number)\s*(?:号码?|是|:|：)*\s*(?=$|[\s,，。;；])", " ", rest, flags=re.IGNORECASE
    )
    return normal(match[0]), " ".join(rest.strip(" ,，。;；:：、\t\n").split())
