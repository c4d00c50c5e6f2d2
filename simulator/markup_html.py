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
NAME = re.compile(r"<([^\s>]*)\s*")
KEY = re.compile(r"([^\s=>/\"']*)\s*(=?)\s*")
QUOTED = re.compile(r"\"([^\"]*)\"?|'([^']*)'?")
TOKEN = re.compile(r"[A-Za-z0-9.-]*")
END = re.compile(r"</([^\s>]*)\s*>")
REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]+)|#(\d+)|([A-Za-z]+));?")
LONGEST_REFERENCE = 9
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
        is_known = 0 < code < 0x10FFFF and not 0xD800 <= code < 0xE000
        return chr(code) if is_known and len(match[0].rstrip(";")) <= LONGEST_REFERENCE else match[0]

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
        name = NAME.match(self._text, place)
        if name is None or place + 1 + len(name[1]) == len(self._text):
            raise MarkupError(f"Unclosed start tag {self._at(place)}")
        tag = name[1].lower()
        if tag not in TAGS:
            raise MarkupError(f'Unsupported start tag "{tag}" {self._at(place)}')
        attributes: dict[str, str] = {}
        at = name.end()
        while not self._text.startswith(">", at):
            at = self._attribute(at, tag, place, attributes)
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            raise MarkupError(f'Tag "span" must have class "tg-spoiler" {self._at(place)}')
        self._open.append(Open(tag, attributes, self._units))
        return at + 1

    def _attribute(self, at: int, tag: str, place: int, attributes: dict[str, str]) -> int:
        """Read one attribute, and return the place behind it and the white space after it."""
        text, key = self._text, KEY.match(self._text, at)
        if key is None or not key[1]:
            raise MarkupError(f'Empty attribute name in the tag "{tag}" {self._at(place)}')
        at, value = key.end(), ""
        if at == len(text):
            raise MarkupError(f'Unclosed start tag "{tag}" {self._at(place)}')
        if key[2]:
            quoted = QUOTED.match(text, at)
            if quoted:
                value, at = unescape(quoted[1] or quoted[2] or ""), quoted.end()
            else:
                value, at = self._token(at)
            if at == len(text):
                raise MarkupError(f"Unclosed start tag {self._at(place)}")
        attributes[key[1]] = value
        return at + len(text[at:]) - len(text[at:].lstrip())

    def _token(self, at: int) -> tuple[str, int]:
        """Read a value without quotation marks, and return the place behind it."""
        token = TOKEN.match(self._text, at)
        end = token.end() if token else at
        after = self._text[end : end + 1]
        if after != ">" and after.strip():
            raise MarkupError(f"Unexpected end of name token {self._at(at)}")
        return self._text[at:end].lower(), end

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
            return custom_emoji(given.get("emoji-id", ""))
        if tag == "tg-time":
            return date_time(given.get("unix", ""), given.get("format", ""))
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


def custom_emoji(number: str) -> Json:
    """Return the entity of a custom emoji, without its place; raise `MarkupError` when the number is none."""
    if not number.isdecimal() or int(number) == 0:
        raise MarkupError("Invalid custom emoji identifier specified")
    return {"type": "custom_emoji", "custom_emoji_id": number}


def date_time(seconds: str, style: str) -> Json | None:
    """Return the entity of a time, without its place; None when it is none."""
    if not seconds.isdecimal() or int(seconds) == 0:
        return None
    shown: Json = {"type": "date_time", "unix_time": int(seconds)}
    return {**shown, "date_time_format": style} if style else shown
