"""Ticket numbers that can be read out on the telephone: the last digit is a Damm check digit.

One digit misheard, or two neighbours swapped, never gives another valid number. `find_number` reads a number back
out of what people write or dictate: grouped, full-width, in Chinese numerals, with 幺 for one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# The totally anti-symmetric quasigroup of order 10 from H. M. Damm's thesis (Marburg 2004).
_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)
_THIN_SPACE = "\u202f"
_SURE_DIGITS = 4  # shorter numbers are floors, days and prices unless the words say that they are not
_MOST_DIGITS = 10  # longer ones are telephones and cards

_TO_DIGITS = str.maketrans("０１２３４５６７８９〇零幺一二两三四五六七八九", "01234567890011223456789")
_PLACES = {"十": 10, "百": 100, "千": 1_000}
_TEN_THOUSAND = 10_000

_GAP = r"[ \u00a0\u2009\u202f\u3000,，-]"
_TOKEN = re.compile(
    rf"(?P<counted>\d*[十百千万][\d十百千万]*)"
    rf"|\d{{1,3}}(?:{_GAP}\d{{3}})+(?!\d)"
    rf"|\d(?:{_GAP}\d)+(?!\d)"
    rf"|\d+",
    re.ASCII,
)
_INTRODUCED = re.compile(r"(?:编号|单号|号码|number|ticket|\bno\.?|№|#)\s*(?:是|为|is|:|：)?\s*#?$", re.IGNORECASE)
_OTHER_BEFORE = re.compile(r"(?:\d\s*[-~/.:：#]|电话|手机|座机|门牌|车牌|[¥￥$])\s*(?:号码?)?(?:是|:|：)?\s*$")
_OTHER_AFTER = re.compile(r"\s*(?:[-~/.:：]\d|号[楼院门]|[年月日天栋幢楼层单室户元块毛点分米平弄路度斤岁人个次%])")


def _check_digit(digits: str) -> int:
    interim = 0
    for digit in digits:
        interim = _DAMM[interim][int(digit)]
    return interim


def compose(sequence: int) -> int:
    """The number for a running `sequence` (1 or more, else `ValueError`): its digits and a check digit."""
    if sequence < 1:
        raise ValueError("the sequence begins with 1")
    return sequence * 10 + _check_digit(str(sequence))


def is_valid(number: int) -> bool:
    """Whether `number` carries its check digit."""
    return number >= 10 and _check_digit(str(number)) == 0


def spoken(number: int) -> str:
    """The number as it is shown and read out: groups of three with thin spaces that do not break, "10 248"."""
    return f"{number:,}".replace(",", _THIN_SPACE)


def find_number(text: str) -> int | None:
    """The ticket number that `text` speaks of, or None.

    A number after words like 编号 wins over one without. Addresses, dates, prices and telephones are left out as
    far as their neighbours tell; whoever asks must still look the number up and check the rights.
    """
    plain = text.translate(_TO_DIGITS)
    unsure = None
    for start, end, digits in _candidates(plain):
        before = plain[max(0, start - 16) : start]
        is_introduced = _INTRODUCED.search(before) is not None
        if _OTHER_BEFORE.search(before) or not _can_be_ticket(digits, is_sure=is_introduced):
            continue
        if is_introduced:
            return int(digits)
        if unsure is None and not _OTHER_AFTER.match(plain, end):
            unsure = int(digits)
    return unsure


def _can_be_ticket(digits: str, *, is_sure: bool) -> bool:
    if digits.startswith("0") or len(digits) > _MOST_DIGITS:
        return False
    return (is_sure or len(digits) >= _SURE_DIGITS) and is_valid(int(digits))


def _candidates(plain: str) -> Iterator[tuple[int, int, str]]:
    """Where numbers stand and what their digits are; of a grouped one also its beginnings."""
    for match in _TOKEN.finditer(plain):
        if match["counted"]:
            yield match.start(), match.end(), str(_counted(match["counted"]))
            continue
        groups = list(re.finditer(r"\d+", match[0]))
        for last in range(len(groups), 0, -1):
            digits = "".join(group[0] for group in groups[:last])
            yield match.start(), match.start() + groups[last - 1].end(), digits


def _counted(token: str) -> int:
    """The value of a number said with its places: 1万02百4十8 is 10248, and 1万2 is 12000."""
    total = section = 0
    place = 1
    digits = ""
    for part in re.findall(r"\d+|[十百千万]", token[:32]):
        if part.isdigit():
            digits = part
            continue
        if part == "万":
            total, section, place = (total + section + int(digits or 0)) * _TEN_THOUSAND, 0, _TEN_THOUSAND
        else:
            place = _PLACES[part]
            section += int(digits or 1) * place
        digits = ""
    is_short = len(digits) == 1 and place > 10
    return total + section + int(digits or 0) * (place // 10 if is_short else 1)
