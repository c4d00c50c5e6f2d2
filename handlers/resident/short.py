"""Short answers in words, kept as data: 好的, 还没办好, not yet."""

import tomllib
from pathlib import Path

_ANSWERS: dict[str, frozenset[str]] = {
    name: frozenset(forms)
    for name, forms in tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")).items()
}
_AROUND = " 。.!！~，,、?？"


def is_outdoors(spot: str) -> bool:
    """Whether a spot lies outside every building: the gate, the garage, the square."""
    return any(word in spot.lower() for word in _ANSWERS["outdoors"])


def says(text: str, *names: str) -> bool:
    """Whether a text is one of the short answers that go by these names, and nothing else."""
    bare = text.strip(_AROUND).replace("，", "").lower()
    return any(bare in _ANSWERS[name] for name in names)
