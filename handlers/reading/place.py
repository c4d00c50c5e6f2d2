"""Chooses where a responder goes first, and finds the free words for a spot.

Of several addresses the source of the problem counts first, else where it is felt, else the home of the person to be
helped, and the writer's own home last. A corrected address ("不是3栋，是5栋") gives way to its correction.
"""

import re

from handlers.reading.address import Mention, find_mentions, inherit
from handlers.reading.lexicon import expand
from handlers.reading.model import Address, PlaceGuess
from handlers.reading.text import load_data, tidy

_DATA = load_data("places")
_WORDS: dict[str, list[str]] = _DATA["words"]


def _any(name: str) -> str:
    return "(?:" + "|".join(_WORDS[name]) + ")"


_KIN = _any("kin")
_DENIED = re.compile(_any("denied") + "(?:第)?$")
_CORRECTED = re.compile(_any("corrected"))
_SOURCE_BEFORE = re.compile(_any("source_before") + r"(?:的|邻居|那家|in|at|,|\s)*$")
_SOURCE_AFTER = re.compile(_any("household") + r"?[,\s]?" + _any("always") + "*" + _any("source_after"))
_HOME_BEFORE = re.compile(_any("home_before") + r"\s?$")
_HELPED_BEFORE = re.compile(_KIN + r"(?:家|他们?|她|一个人)?(?:住|在|住在|是|lives?|is)?\s?(?:in|at)?\s?$")


_SPOTS = [re.compile(expand(pattern, _DATA["parts"])) for pattern in _DATA["spots"]["patterns"]]
_SPOT_CORRECTED = re.compile(r"(?:不是|不在|not )$")


def _rank(mention: Mention, text: str) -> int:
    """4 the source, 3 where it is felt, 2 the home of somebody to be helped, 1 the writer's own home."""
    before = text[max(0, mention.start - 24) : mention.start]
    after = text[mention.end : mention.end + 16]
    if _SOURCE_BEFORE.search(before):
        return 4
    if _HOME_BEFORE.search(before):
        return 1
    if _HELPED_BEFORE.search(before):
        return 2
    return 4 if _SOURCE_AFTER.match(after) else 3


def _settled(text: str) -> list[Mention]:
    """The addresses that were meant: denied ones dropped, corrected ones replaced, gaps filled from the one before."""
    meant: list[Mention] = []
    last_end = 0
    for mention in find_mentions(text):
        if _DENIED.search(text[max(0, mention.start - 12) : mention.start]):
            continue
        previous = meant[-1] if meant else None
        if previous is not None and _CORRECTED.search(text[last_end : mention.start]):
            meant.pop()
        meant.append(inherit(mention, previous) if previous is not None else mention)
        last_end = mention.end
    return meant


def _best(text: str) -> Address | None:
    meant = _settled(text)
    if not meant:
        return None
    return max(meant, key=lambda mention: _rank(mention, text)).address


def read_address(text: str) -> Address | None:
    """The address where a responder goes first, None if the words name none."""
    return _best(tidy(text))


def _spot(text: str) -> str | None:
    for pattern in _SPOTS:
        for match in pattern.finditer(text):
            words = match.group().strip(" ,的")
            if len(words) > 1 and not _SPOT_CORRECTED.search(text[: match.start()]):
                return words
    return None


def read_place(tidied: str) -> PlaceGuess:
    """Address and free spot of a text that went through `tidy`."""
    return PlaceGuess(_best(tidied), _spot(tidied))
