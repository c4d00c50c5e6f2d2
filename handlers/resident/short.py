"""Short answers in words, kept as data: 好的, 还没办好, not yet."""

import tomllib
from pathlib import Path

_ANSWERS: dict[str, frozenset[str]] = {
    name: frozenset(forms)
    for name, forms in tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")).items()
}
LONGEST_ROOM = 12
LETTERS = 2
_AROUND = " 。.!！~，,、?？"


def is_outdoors(spot: str) -> bool:
    """Whether a spot lies outside every building: the gate, the garage, the square."""
    return any(word in spot.lower() for word in _ANSWERS["outdoors"])


def says(text: str, *names: str) -> bool:
    """Whether a text is one of the short answers that go by these names, and nothing else."""
    bare = text.strip(_AROUND).replace("，", "").lower()
    return any(bare in _ANSWERS[name] for name in names)


def answers(name: str) -> frozenset[str]:
    """The words that go by a name."""
    return _ANSWERS[name]


def is_room(text: str) -> bool:
    """Whether words can be the number on a door, 1502, 十五楼3号, A-3, and nothing that is said of it."""
    said = text.strip().lower()
    numbers = [one for one in said if one.isdigit() or one in _ANSWERS["numerals"]]
    letters = [one for one in said if one.isascii() and one.isalpha()]
    is_short = len(said) <= LONGEST_ROOM and len(letters) <= LETTERS
    return is_short and bool(numbers) and {*said} <= {*numbers, *letters, *_ANSWERS["beside_numbers"]}
