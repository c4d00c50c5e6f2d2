"""Makes many ways of writing one: widths, traditional characters, fillers, words typed by sound, misspelt English.

The result is what every other part of the reading works on. Reading it again changes nothing that matters.
"""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from rapidfuzz import fuzz, process

from storage.rules.sounds import syllable


@cache
def load_data(name: str) -> dict[str, Any]:
    """The table `name`.toml that lies beside this module."""
    return tomllib.loads(files(__package__).joinpath(f"{name}.toml").read_text(encoding="utf-8"))


_VARIANTS = load_data("variants")
_SIMPLIFIED = str.maketrans(_VARIANTS["traditional"], _VARIANTS["simplified"])
_FILLERS = re.compile("|".join(_VARIANTS["fillers"]))
_INVISIBLE = re.compile(r"[\u0000-\u0008\u000b-\u001f\u007f\u200b-\u200f\u2028-\u202e\ufe00-\ufe0f\ufeff]")
_HAN = "\u4e00-\u9fff〇"
_PAUSE = re.compile(rf"(?<=[{_HAN}])[ \t]+(?=[{_HAN}])")
_BLANKS = re.compile(r"[ \t]+")
_SPELLINGS: tuple[str, ...] = tuple(_VARIANTS["spellings"])
_ENGLISH_WORD = re.compile(r"[a-z]{6,}")
_CLAUSE_END = re.compile(r"[,;!?。…~\n]|\.(?!\d)|(?<=[a-z])\s+(?:and|but|so)\s+(?=[a-z])")
_MAX_CHARS = 2_000
"""More than this is a document, not a message; its beginning is read."""


_OWN_WORDS = frozenset(_VARIANTS["not_sounds"])
_LENGTHS = sorted({len(term) for term in _VARIANTS["sounds"]}, reverse=True)


@cache
def _by_sound() -> Mapping[tuple[str, ...], str]:
    return {tuple(map(syllable, term)): term for term in _VARIANTS["sounds"]}


@cache
def _first_syllables() -> frozenset[str]:
    return frozenset(key[0] for key in _by_sound())


def _term_at(text: str, sounds: list[str], at: int) -> str | None:
    """The known word that sounds like what stands at `at`, longest first; None if none or it is a word of its own.

    One character must be the right one: people mistype half a word, and two wrong ones are mostly another word.
    """
    for length in _LENGTHS:
        surface = text[at : at + length]
        if surface in _OWN_WORDS:
            return None
        term: str | None = _by_sound().get(tuple(sounds[at : at + length]))
        if term is not None and not set(term).isdisjoint(surface):
            return term
    return None


def mend_sounds(text: str) -> str:
    """Put right words typed by their sound: 电替 becomes 电梯, 楼到灯 becomes 楼道灯."""
    sounds, first = [syllable(char) for char in text], _first_syllables()
    out: list[str] = []
    at = 0
    while at < len(text):
        term = _term_at(text, sounds, at) if sounds[at] in first else None
        out.append(term or text[at])
        at += len(term) if term else 1
    return "".join(out)


@lru_cache(maxsize=4096)
def _mend_word(word: str) -> str:
    best = process.extractOne(word, _SPELLINGS, scorer=fuzz.ratio, score_cutoff=86)
    return best[0] if best and best[0][0] == word[0] and not best[0].startswith(word) else word


def tidy(text: str) -> str:
    """One canonical writing of `text`: lower case, half width, simplified, pauses as commas, sounds mended."""
    plain = unicodedata.normalize("NFKC", text[:_MAX_CHARS]).lower()[:_MAX_CHARS]
    plain = _INVISIBLE.sub("", plain).replace("\r", "\n").replace("’", "'").translate(_SIMPLIFIED)
    plain = _PAUSE.sub(",", _FILLERS.sub("", plain))
    plain = _ENGLISH_WORD.sub(lambda m: _mend_word(m.group()), mend_sounds(plain))
    return _BLANKS.sub(" ", plain).strip()


def clauses(text: str) -> list[str]:
    """The pieces between pauses of a tidy text, blank ones left out."""
    return [piece for part in _CLAUSE_END.split(text) if (piece := part.strip())]
