"""How Chinese characters sound, without tones.

The table of sounds takes ten megabytes: it is read when the first word is heard, not when the bot starts.
"""

import os
from functools import cache

_HAN = range(0x4E00, 0xA000)


def syllables(text: str) -> list[str]:
    """The sounds of a text, character by character; what is not Chinese stays together as it is."""
    # Only single characters are looked up: the phrases would take 50 MiB and most of a second to read.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")
    os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "1")
    from pypinyin import lazy_pinyin  # noqa: PLC0415 - see above

    return lazy_pinyin(text)


@cache
def syllable(char: str) -> str:
    """The sound of one character; anything not Chinese is its own sound."""
    return syllables(char)[0] if ord(char) in _HAN else char
