"""Finding something by what people call it: in everyday words, in a sentence, by sound, by initials, or misspelt.

Every name and alias of a service is a term. A query is held against all terms at once, as characters, as syllables
(so that 老年正 and 老年證 find 老年证, and liang xue ya finds 量血压; zh and z, n and ng, l and n sound alike to many),
as initials, and as English letters. The best term makes the service's score; what is far
worse than the best is left out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process

from storage.rules.catalogue import Catalogue, Service
from storage.rules.sounds import syllables

ENOUGH = 62
"""Below this score a term has too little to do with the query."""
_NEAR = 24  # how far below the best a service may be and still be shown
_MAX_WORDS = 200  # characters of a query that are looked at
_ALIKE = 80  # per cent of letters, for misspellings
_HAN = re.compile(r"[\u3400-\u9fff]+")
_WORD = re.compile(r"[a-z0-9]+")
_SOUNDS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"), ("l", "n"), ("h", "f"))
_POLITE = frozenset(
    (
        "a",
        "an",
        "and",
        "at",
        "can",
        "do",
        "for",
        "get",
        "have",
        "how",
        "i",
        "in",
        "is",
        "it",
        "me",
        "my",
        "need",
        "of",
        "on",
        "please",
        "some",
        "the",
        "to",
        "want",
        "with",
    )
)
"""Words of a sentence that name nothing."""


@dataclass(frozen=True, slots=True)
class _Term:
    """One name of something, in every form in which it is compared; `of` says of what."""

    of: int | str
    text: str
    sounds: tuple[str, ...]  # of Chinese characters, as they are often confused
    letters: str  # the syllables in one word, as they are typed
    initials: str
    is_name: bool
    is_chinese: bool


def find(catalogue: Catalogue, words: str, language: str, limit: int = 8) -> list[Service]:
    """The services that the words can mean, best first; those whose names are in the reader's language come first."""
    query = _plain(words)
    if not query:
        return []
    best = _best(_index(catalogue), query, language)
    found = [catalogue.services[int(service_id)] for service_id in best]
    return sorted(found, key=lambda one: (-best[one.id], one.position))[:limit]


Names = tuple[tuple[str, tuple[str, ...]], ...]
"""Codes, each with what is called so: the name first, then other words for it."""


def find_named(names: Names, words: str, language: str, limit: int = 8) -> list[str]:
    """The codes of what the words can mean, best first; of equals whatever stands first in `names`.

    Where nothing is called so, what shares two characters beside each other will do: 修水电 finds 水电维修.
    """
    query = _plain(words)
    if not query:
        return []
    terms = _index_of(names)
    best = _best(terms, query, language) or {
        term.of: float(len(pairs)) for term in terms if (pairs := _shared(term, query))
    }
    order = {code: position for position, (code, _) in enumerate(names)}
    return sorted((str(one) for one in best), key=lambda code: (-best[code], order[code]))[:limit]


def _shared(term: _Term, query: str) -> set[str]:
    """The pairs of Chinese characters that stand side by side in both."""
    return _pairs(term.text) & _pairs(query)


def _pairs(text: str) -> set[str]:
    return {run[at : at + 2] for run in _HAN.findall(text) for at in range(len(run) - 1)}


def _best(terms: Sequence[_Term], query: str, language: str) -> dict[int | str, float]:
    """What is not far worse than the best, with its score."""
    best: dict[int | str, float] = {}
    for term, score in _scores(terms, query):
        own = term.is_chinese == language.startswith("zh")
        total = score + term.is_name + own / 2
        best[term.of] = max(total, best.get(term.of, 0))
    least = max(ENOUGH, max(best.values(), default=0) - _NEAR)
    return {one: score for one, score in best.items() if score >= least}


@lru_cache(maxsize=4)
def _index(catalogue: Catalogue) -> tuple[_Term, ...]:
    """All terms of a catalogue; made once for each version of the structure."""
    return tuple(term for one in catalogue.services.values() if not one.is_off for term in _terms(catalogue, one))


@lru_cache(maxsize=4)
def _index_of(names: Names) -> tuple[_Term, ...]:
    return tuple(
        _term(code, plain, is_name=text == called[0])
        for code, called in names
        for text in dict.fromkeys(called)
        if (plain := _plain(text.replace("_", " ")))
    )


def _terms(catalogue: Catalogue, service: Service) -> Iterator[_Term]:
    category = catalogue.categories.get(service.category_id)
    shelves = (category.name, category.name_en) if category else ()
    names = (service.name, service.name_en)
    for text in dict.fromkeys((*names, *service.aliases, *shelves)):
        plain = _plain(text.replace("_", " "))
        if plain:
            yield _term(service.id, plain, is_name=text in names)


def _term(of: int | str, text: str, *, is_name: bool) -> _Term:
    is_chinese = bool(_HAN.search(text))
    sounds = _sounds(text) if is_chinese else ()
    initials = "".join(one[0] for one in sounds) if is_chinese else "".join(one[0] for one in text.split())
    return _Term(of, text, _alike(sounds), "".join(sounds), initials, is_name, is_chinese)


def _plain(words: str) -> str:
    text = unicodedata.normalize("NFKC", words[:_MAX_WORDS]).casefold()
    return " ".join(re.findall(r"[\w]+", text.replace("_", " ")))


def _sounds(text: str) -> tuple[str, ...]:
    return tuple(one for part in syllables(text) for one in part.split() if one)


def _alike(sounds: Sequence[str]) -> tuple[str, ...]:
    """Syllables with what sounds alike to many made the same."""
    found = []
    for one in sounds:
        for sound, plain in _SOUNDS:
            one = one.replace(sound, plain)  # noqa: PLW2901
        found.append(one)
    return tuple(found)


def _scores(terms: Sequence[_Term], query: str) -> Iterator[tuple[_Term, float]]:
    if _HAN.search(query):
        yield from _by_characters(terms, query)
        yield from _by_sound(terms, query)
    if _WORD.search(query):
        yield from _by_letters(terms, query)
        yield from _by_spelling(terms, query)


def _by_characters(terms: Sequence[_Term], query: str) -> Iterator[tuple[_Term, float]]:
    compact = query.replace(" ", "")
    characters = frozenset(compact)
    for term in terms:
        text = term.text
        if text == compact:
            yield term, 100
        elif not term.is_chinese:
            continue
        elif len(text) > 1 and text in compact:
            yield term, 80 + 2 * min(len(text), 7)
        elif compact in text:
            yield term, 84 - min(len(text) - len(compact), 6) + (text.startswith(compact) * 4)
        elif len(text) > 1 and characters.issuperset(text) and _is_in_order(text, compact):
            yield term, 72 + len(text)


def _is_in_order(text: str, within: str) -> bool:
    """Whether all characters stand there in order with little between them: 打个针, 修一下门锁."""
    between = f".{{0,{3 if len(text) == 2 else 2}}}"
    return re.search(between.join(map(re.escape, text)), within) is not None


def _by_sound(terms: Sequence[_Term], query: str) -> Iterator[tuple[_Term, float]]:
    said = _alike(_sounds("".join(_HAN.findall(query))))
    joined = f" {' '.join(said)} "
    for term in terms:
        if len(term.sounds) < 2 or not term.is_chinese:
            continue
        if term.sounds == said:
            yield term, 88
        elif f" {' '.join(term.sounds)} " in joined:
            yield term, 70 + 2 * min(len(term.sounds), 6)


def _by_letters(terms: Sequence[_Term], query: str) -> Iterator[tuple[_Term, float]]:
    """Pinyin and initials as they are typed, English names, and their words in a sentence."""
    compact = query.replace(" ", "")
    spaced = f" {query} "
    for term in terms:
        if term.text == query:
            yield term, 100
        elif term.letters == compact:
            yield term, 95
        elif term.is_chinese and len(compact) > 1 and term.initials == compact:
            yield term, 90
        elif len(compact) > 2 and term.letters.startswith(compact):
            yield term, 80
        elif not term.is_chinese and f" {term.text} " in spaced:
            yield term, 80 + min(len(term.text), 14)
        elif not term.is_chinese and len(compact) > 2 and f" {query}" in f" {term.text}":
            yield term, 76 + 8 * len(query) / len(term.text)


def _by_spelling(terms: Sequence[_Term], query: str) -> Iterator[tuple[_Term, float]]:
    """Words with a wrong, a missing or a transposed letter, in pinyin as in English."""
    compact = query.replace(" ", "")
    if len(compact) < 4:
        return
    if " " not in query:
        for _, alike, at in process.extract(
            compact, [term.letters for term in terms], scorer=fuzz.ratio, score_cutoff=_ALIKE, limit=None
        ):
            yield terms[at], alike * 0.84
    wanted = [word for word in query.split() if word not in _POLITE and not _HAN.search(word)]
    english = [index for index, term in enumerate(terms) if not term.is_chinese]
    for _, alike, at in process.extract(
        " ".join(wanted), [terms[i].text for i in english], scorer=fuzz.token_set_ratio, score_cutoff=_ALIKE, limit=None
    ):
        yield terms[english[at]], alike * 0.8
    for _, alike, at in process.extract(
        " ".join(wanted), [terms[i].text for i in english], scorer=fuzz.ratio, score_cutoff=_ALIKE, limit=None
    ):
        yield terms[english[at]], alike * 0.84
