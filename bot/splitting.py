"""Long texts: split at lines, never inside a tag or a character; Telegram counts 4096 UTF-16 units of visible text."""

import html
import re

LIMIT = 4096
_TAG = re.compile(r"<(/?)([a-z]+)[^>]*>")


def visible_length(text: str) -> int:
    """The length Telegram counts: without tags, entities as one, in UTF-16 units."""
    return len(html.unescape(_TAG.sub("", text)).encode("utf-16-le")) // 2


def split(text: str, limit: int = LIMIT) -> list[str]:
    """Cut a text of Telegram HTML into parts of at most `limit` visible units; tags are closed and opened again."""
    if visible_length(text) <= limit:
        return [text]
    parts: list[str] = []
    current = ""
    for line in text.split("\n"):
        for piece in _pieces(line, limit):
            joined = f"{current}\n{piece}" if current else piece
            if visible_length(joined) > limit:
                parts.append(current)
                joined = piece
            current = joined
    return _balanced([*parts, current])


def _pieces(line: str, limit: int) -> list[str]:
    """A single line that is itself too long, cut between characters."""
    pieces, current = [], ""
    for token in re.findall(r"<[^>]+>|&[#\w]+;|.", line):
        if visible_length(current + token) > limit:
            pieces.append(current)
            current = ""
        current += token
    return [*pieces, current]


def _balanced(parts: list[str]) -> list[str]:
    done: list[str] = []
    carried: list[str] = []
    for part in parts:
        text = "".join(carried) + part
        carried = _left_open(text)
        names = [_TAG.match(tag) for tag in carried]
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
