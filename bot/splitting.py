"""Long texts: split at lines, never inside a tag or a character; Telegram counts 4096 UTF-16 units of visible text.

What is split was rendered with autoescape, so every `<` begins a tag and every `&` an entity. A line that is too long
by itself is cut between characters, and marks that belong to a character (accents, skin colours, joined emoji) stay
with it. Linear in the length of the text.
"""

import html
import re

LIMIT = 4096
_TAG = re.compile(r"<(/?)([a-z][a-z0-9-]*)[^<>]*>")
_MARKS = r"(?:[\u0300-\u036f\u20d0-\u20ff\ufe00-\ufe0f\U0001f3fb-\U0001f3ff]|\u200d[^\n<&]){0,16}"
_CHARACTER = re.compile(rf".{_MARKS}", re.DOTALL)
_TOKEN = re.compile(rf"<[^<>]+>|(?:&#?\w+;|.){_MARKS}", re.DOTALL)


def visible_length(text: str) -> int:
    """The length Telegram counts: without tags, entities as what they stand for, in UTF-16 units."""
    return _units(html.unescape(_TAG.sub("", text)))


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, limit: int) -> str:
    """The beginning of a plain text in at most `limit` UTF-16 units, with "…" where something is missing."""
    if _units(text) <= limit:
        return text
    room = limit - 1
    kept = ""
    for token in _CHARACTER.findall(text[:limit]):
        room -= _units(token)
        if room < 0:
            break
        kept += token
    return kept.rstrip() + "…"


def split(text: str, limit: int = LIMIT) -> list[str]:
    """Cut a text of Telegram HTML into parts of at most `limit` visible units; tags are closed and opened again."""
    if visible_length(text) <= limit:
        return [text]
    parts: list[str] = []
    size = limit  # as if full: the first piece begins the first part
    for line in text.split("\n"):
        for piece in _pieces(line, limit):
            length = visible_length(piece)
            if size + 1 + length <= limit:
                parts[-1] += f"\n{piece}"
                size += 1 + length
            else:
                parts.append(piece)
                size = length
    return _balanced(parts) or parts[:1]


def _pieces(line: str, limit: int) -> list[str]:
    """A single line, cut between characters where it is too long by itself."""
    if visible_length(line) <= limit:
        return [line]
    pieces = [""]
    size = 0
    for token in _TOKEN.findall(line):
        length = visible_length(token)
        if size + length > limit:
            pieces.append("")
            size = 0
        pieces[-1] += token
        size += length
    return pieces


def _balanced(parts: list[str]) -> list[str]:
    """Every part closes what it opened, and the next opens it again; a part in which nothing is seen is left out."""
    done: list[str] = []
    carried: list[str] = []
    for part in parts:
        text = "".join(carried) + part
        carried = _left_open(text)
        names = [_TAG.match(tag) for tag in carried]
        if _TAG.sub("", part).strip():
            done.append(text + "".join(f"</{match.group(2)}>" for match in reversed(names) if match))
    return done


def _left_open(text: str) -> list[str]:
    stack: list[str] = []
    for match in _TAG.finditer(text):
        if match.group(1):
            if stack:
                stack.pop()
        else:
            stack.append(match.group(0))
    return stack
