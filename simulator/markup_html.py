"""Telegram's HTML into plain words and entities, with its complaints about what is wrong.

Offsets in complaints are bytes of UTF-8, as in Telegram's own.
"""

import re
from dataclasses import dataclass

from simulator.errors import MarkupError
from simulator.spec import Json
from simulator.utf16 import length

SIMPLE_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "code": "code",
    "pre": "pre",
}
TAGS = frozenset({*SIMPLE_TAGS, "a", "blockquote", "tg-emoji", "tg-time"})
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
NAME = re.compile(r"<([^\s>]*)(?=[\s>])")
START = re.compile(r"<([^\s>]*)([^>\"']*(?:(?:\"[^\"]*\"|'[^']*')[^>\"']*)*)>")
ATTRIBUTE = re.compile(r"\s*([^\s=]*)\s*(?:=\s*(?:\"([^\"]*)\"|'([^']*)'|([\w.-]+)))?")
END = re.compile(r"</([^\s>]*)\s*>")
REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]{1,8});?|#(\d{1,8});?|([a-z]{2,4});?)")
USER_LINK = re.compile(r"tg://user\?id=(\d+)")


@dataclass(slots=True)
class Open:
    """A tag that waits for its end."""

    tag: str
    attributes: dict[str, str]
    offset: int


def parse_html(text: str) -> tuple[str, list[Json]]:
    """Return the plain words and the entities; raise `MarkupError` for bad mark-up."""
    return _Parser(text).run()


def unescape(text: str) -> str:
    """Replace the references that Telegram knows: numbers, lt, gt, amp and quot."""

    def character(match: re.Match[str]) -> str:
        hexadecimal, decimal, name = match.groups()
        if name:
            return NAMED.get(name, match.group())
        code = int(hexadecimal, 16) if hexadecimal else int(decimal)
        return chr(code) if 0 < code < 0x10FFFF and not 0xD800 <= code < 0xE000 else match.group()

    return REFERENCE.sub(character, text) if "&" in text else text


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._plain: list[str] = []
        self._units = 0
        self._open: list[Open] = []
        self._entities: list[Json] = []
        self._language = ""

    def run(self) -> tuple[str, list[Json]]:
        place = 0
        while (tag := self._text.find("<", place)) >= 0:
            self._say(self._text[place:tag])
            place = self._end(tag) if self._text.startswith("</", tag) else self._start(tag)
        self._say(self._text[place:])
        if self._open:
            raise MarkupError(f'Can\'t find end tag corresponding to start tag "{self._open[-1].tag}"')
        order = sorted(self._entities, key=lambda each: (each["offset"], -each["length"]))
        return "".join(self._plain), order

    def _say(self, raw: str) -> None:
        plain = unescape(raw)
        self._plain.append(plain)
        self._units += length(plain)

    def _at(self, place: int) -> str:
        return f"at byte offset {len(self._text[:place].encode())}"

    def _start(self, place: int) -> int:
        match, name = START.match(self._text, place), NAME.match(self._text, place)
        tag = name[1].lower() if name else ""
        if name and tag not in TAGS:
            raise MarkupError(f'Unsupported start tag "{tag}" {self._at(place)}')
        if match is None:
            raise MarkupError(f"Unclosed start tag {self._at(place)}")
        attributes = self._attributes(match[2], tag, place)
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            raise MarkupError(f'Tag "span" must have class "tg-spoiler" {self._at(place)}')
        self._open.append(Open(tag, attributes, self._units))
        return match.end()

    def _attributes(self, raw: str, tag: str, place: int) -> dict[str, str]:
        found = {}
        rest = raw.strip()
        while rest:
            match = ATTRIBUTE.match(rest)
            if match is None or not match[1]:
                raise MarkupError(f'Empty attribute name in the tag "{tag}" {self._at(place)}')
            value = match[2] or match[3] or match[4] or ""
            found[match[1].lower()] = unescape(value)
            rest = rest[match.end() :].lstrip()
        return found

    def _end(self, place: int) -> int:
        if not self._open:
            raise MarkupError(f"Unexpected end tag {self._at(place)}")
        match = END.match(self._text, place)
        if match is None:
            raise MarkupError(f"Unclosed end tag {self._at(place)}")
        opened, name = self._open.pop(), match[1].lower()
        if name and name != opened.tag:
            expected = f'expected "</{opened.tag}>", found "</{name}>"'
            raise MarkupError(f"Unmatched end tag {self._at(place)}, {expected}")
        self._close(opened)
        return match.end()

    def _close(self, opened: Open) -> None:
        size = self._units - opened.offset
        entity = self._entity(opened, "".join(self._plain)) if size else None
        if entity:
            self._entities.append({**entity, "offset": opened.offset, "length": size})

    def _entity(self, opened: Open, plain: str) -> Json | None:
        tag, given = opened.tag, opened.attributes
        if tag == "a":
            units = plain.encode("utf-16-le")[2 * opened.offset :]
            return link(given.get("href") or units.decode("utf-16-le"))
        if tag == "blockquote":
            return {"type": "expandable_blockquote" if "expandable" in given else "blockquote"}
        if tag == "tg-emoji":
            return {"type": "custom_emoji", "custom_emoji_id": given.get("emoji-id", "")}
        if tag == "tg-time":
            return {"type": "date_time", "unix_time": int(given.get("unix", "0") or 0)}
        if tag == "code":
            self._language = given.get("class", "").partition("language-")[2]
        if tag == "pre":
            return self._pre(opened)
        return {"type": SIMPLE_TAGS[tag]}

    def _pre(self, opened: Open) -> Json:
        """`<pre><code class="language-x">` is one entity that names its language."""
        last = self._entities[-1] if self._entities else None
        whole = (opened.offset, self._units - opened.offset)
        if last and self._language and last["type"] == "code" and (last["offset"], last["length"]) == whole:
            self._entities.pop()
            return {"type": "pre", "language": self._language}
        return {"type": "pre"}


def link(address: str) -> Json | None:
    """Return the entity of a link, without its place; None when the address is none."""
    if USER_LINK.fullmatch(address):
        return {"type": "text_mention", "address": address}
    if re.match(r"(https?|tg|ton|mailto|tel):\S+", address):
        return {"type": "text_link", "url": address}
    if re.fullmatch(r"[\w-]+(\.[\w-]+)+(/\S*)?", address):
        return {"type": "text_link", "url": f"http://{address}/"}
    return None
