"""The word at the door: whoever asked has read it, and a helper says it, so that nobody else is let in."""

import secrets
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

_DATA = Path(__file__).with_suffix(".toml")


@cache
def _words() -> Sequence[str]:
    words: Sequence[str] = tomllib.loads(_DATA.read_text(encoding="utf-8"))["words"]
    return words


def one() -> str:
    """Any of them."""
    return secrets.choice(_words())
