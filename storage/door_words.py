"""The word at the door: whoever asked has read it, and a helper says it, so that nobody else is let in."""

import secrets
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_DATA = Path(__file__).with_suffix(".toml")


@cache
def _words() -> Mapping[str, str]:
    words: Mapping[str, str] = tomllib.loads(_DATA.read_text(encoding="utf-8"))["words"]
    return words


def one() -> str:
    """Any of them."""
    return secrets.choice(list(_words()))


def by_language(word: str | None) -> Mapping[str, str] | None:
    """A word as each reader gets it: it is said in Chinese, so who does not read that reads how it sounds."""
    if word is None:
        return None
    sound = _words().get(word)
    return {"zh-CN": word, "en": f"{word} ({sound})" if sound else word}
