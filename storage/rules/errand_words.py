"""Which of the common requests a sentence means, by the names and everyday words that an import gives them."""

from __future__ import annotations

from collections.abc import Iterable

from storage.rules.errands import Errand

LEAST = 2
"""A word so short says too little."""


def meant(errands: Iterable[Errand], words: str, *, is_by_name: bool = False) -> Errand | None:
    """The common request whose longest name or everyday word stands in a sentence; None when none does.

    `is_by_name`: everyday words are not enough, they speak of many things.
    """
    said = " ".join(words.casefold().split())
    found = [
        (len(term), -one.position, one)
        for one in errands
        for term in _terms(one, is_by_name=is_by_name)
        if term in said
    ]
    return max(found, key=lambda each: each[:2])[2] if found else None


def _terms(one: Errand, *, is_by_name: bool) -> list[str]:
    every = (one.name, one.name_en or "", *(() if is_by_name else one.aliases))
    return [term for term in (each.casefold().replace("_", " ").strip() for each in every) if len(term) >= LEAST]
