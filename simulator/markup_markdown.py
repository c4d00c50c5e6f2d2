"""Telegram's two Markdowns into plain words and entities, with its complaints about what is wrong.

MarkdownV2 wants every reserved character escaped and closes entities by nesting; the legacy kind knows
four marks and no nesting. Offsets in complaints are bytes of UTF-8, as in Telegram's own.
"""

import re
from dataclasses import dataclass

from simulator.errors import MarkupError
from simulator.markup_html import custom_emoji, date_time, link
from simulator.spec import Json
from simulator.utf16 import length

RESERVED = frozenset("_*[]()~`>#+-=|{}.!\n")
MARKS = {
    "Bold": ("*", "bold"),
    "Italic": ("_", "italic"),
    "Underline": ("__", "underline"),
    "Strikethrough": ("~", "strikethrough"),
    "Spoiler": ("||", "spoiler"),
    "Code": ("`", "code"),
    "Pre": ("```", "pre"),
    "PreCode": ("```", "pre"),
    "TextUrl": ("]", "text_link"),
    "CustomEmoji": ("]", "custom_emoji"),
}
VERBATIM = frozenset({"Code", "Pre", "PreCode"})
LANGUAGE = re.compile(r"([^\s`]+)(?=[\s])")
EMOJI_LINK = re.compile(r"tg:(?://)?emoji\?id=(\d+)")
TIME_LINK = re.compile(r"tg:(?://)?time\?unix=(\d+)(?:&format=(\w*))?")


@dataclass(slots=True)
class Open:
    """A mark that waits for its end: kind, place in the source, offset in the plain text in UTF-16 units."""

    kind: str
    place: int
    offset: int
    start: int
    argument: str = ""


def parse_v2(text: str) -> tuple[str, list[Json]]:
    """Return the plain words and the entities of MarkdownV2; raise `MarkupError` for bad mark-up."""
    return _Parser(text).run()


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._place = 0
        self._plain: list[str] = []
        self._units = 0
        self._open: list[Open] = []
        self._has_quote = False
        self._may_quote = True
        self._entities: list[Json] = []

    def run(self) -> tuple[str, list[Json]]:
        while self._place < len(self._text):
            self._step()
        if self._has_quote:
            self._end_quote(is_last=True)
        if self._open:
            raise self._without_end(self._open[-1])
        order = sorted(self._entities, key=lambda each: (each["offset"], -each["length"]))
        return "".join(self._plain), order

    def _at(self, place: int) -> str:
        return f"at byte offset {len(self._text[:place].encode())}"

    def _without_end(self, opened: Open) -> MarkupError:
        return MarkupError(f"Can't find end of {opened.kind} entity {self._at(opened.place)}")

    def _say(self, character: str) -> None:
        self._plain.append(character)
        self._units += 2 if ord(character) > 0xFFFF else 1
        self._may_quote = character == "\n"

    def _step(self) -> None:
        text, place = self._text, self._place
        character, following = text[place], text[place + 1 : place + 2]
        is_verbatim = bool(self._open) and self._open[-1].kind in VERBATIM
        if character == "\\" and following and ord(following) <= 126:
            self._say(following)
            self._place += 2
        elif character not in RESERVED or (is_verbatim and character != "`"):
            self._say(character)
            self._place += 1
        elif self._has_quote and character == "\n" and following != ">":
            self._end_quote()
        elif self._open and self._closes(self._open[-1]):
            self._close(self._open.pop())
        elif character == "\n":
            self._say(character)
            self._place += 1
        elif character == ">" and self._may_quote:
            self._begin_quote()
        else:
            self._begin(character)

    def _closes(self, opened: Open) -> bool:
        mark = MARKS.get(opened.kind, ("",))[0]
        if not mark or not self._text.startswith(mark, self._place):
            return False
        return opened.kind != "Italic" or not self._text.startswith("__", self._place)

    def _begin_quote(self) -> None:
        if not self._has_quote:
            self._open.append(Open("BlockQuote", self._place, self._units, len(self._plain)))
            self._has_quote = True
        self._place += 1

    def _end_quote(self, *, is_last: bool = False) -> None:
        """Close the quotation at the end of its line; `||` there, an empty spoiler, makes it expandable."""
        quote, kind = self._open.pop(), "blockquote"
        if quote.kind == "Spoiler" and quote.place == self._place - 2:
            quote, kind = self._open.pop(), "expandable_blockquote"
        if quote.kind != "BlockQuote":
            raise self._without_end(quote)
        if self._units > quote.offset:
            self._add({"type": kind}, quote)
        self._has_quote = False
        if not is_last:
            self._say("\n")
            self._place += 1

    def _begin(self, character: str) -> None:
        text, place = self._text, self._place
        kind, size = self._kind(character)
        if not kind:
            raise MarkupError(f"Character '{character}' is reserved and must be escaped with the preceding '\\'")
        self._place += size
        argument = ""
        if kind == "Pre":
            language = LANGUAGE.match(text, self._place)
            if language:
                kind, argument = "PreCode", language[1]
                self._place = language.end()
            if text.startswith("\n", self._place):
                self._place += 1
        self._open.append(Open(kind, place, self._units, len(self._plain), argument))

    def _kind(self, character: str) -> tuple[str, int]:
        text, place = self._text, self._place
        if character == "!":
            return ("CustomEmoji", 2) if text.startswith("![", place) else ("", 0)
        if character == "[":
            return "TextUrl", 1
        for kind in ("Underline", "Italic", "Bold", "Strikethrough", "Spoiler", "Pre", "Code"):
            mark = MARKS[kind][0]
            if text.startswith(mark, place):
                return kind, len(mark)
        return "", 0

    def _close(self, opened: Open) -> None:
        mark, kind = MARKS[opened.kind]
        self._place += len(mark)
        entity: Json | None = {"type": kind}
        if opened.kind == "PreCode":
            entity = {"type": "pre", "language": opened.argument}
        elif opened.kind == "TextUrl":
            entity = link(self._address() or "".join(self._plain[opened.start :]))
        elif opened.kind == "CustomEmoji":
            entity = self._emoji()
        if entity and self._units > opened.offset:
            self._add(entity, opened)

    def _add(self, entity: Json, opened: Open) -> None:
        self._entities.append({**entity, "offset": opened.offset, "length": self._units - opened.offset})

    def _address(self) -> str:
        """Read `(address)` after a bracket; an empty one when there is none."""
        if not self._text.startswith("(", self._place):
            return ""
        begin = self._place = self._place + 1
        read: list[str] = []
        while not self._text.startswith(")", self._place):
            if self._place >= len(self._text):
                raise MarkupError(f"Can't find end of a URL {self._at(begin)}")
            if self._text[self._place] == "\\":
                self._place += 1
            read.append(self._text[self._place : self._place + 1])
            self._place += 1
        self._place += 1
        return "".join(read)

    def _emoji(self) -> Json | None:
        if not self._text.startswith("(", self._place):
            raise MarkupError("The entity must contain a tg://emoji or tg://time URL")
        address = self._address()
        if emoji := EMOJI_LINK.fullmatch(address):
            return custom_emoji(emoji[1])
        if time := TIME_LINK.fullmatch(address):
            return date_time(time[1], time[2] or "")
        raise MarkupError("Invalid tg://emoji or tg://time URL specified")


LEGACY = {"_": "italic", "*": "bold", "`": "code", "[": "text_link"}
LEGACY_STEP = re.compile(r"\\([_*`\[])|(```|[_*`\[])")


def parse_legacy(text: str) -> tuple[str, list[Json]]:
    """Return the plain words and the entities of the old Markdown; raise `MarkupError` for an open mark."""
    plain: list[str] = []
    found: list[Json] = []
    place = 0
    while step := LEGACY_STEP.search(text, place):
        plain.append(text[place : step.start()])
        if step[1]:
            plain.append(step[1])
            place = step.end()
            continue
        place = _legacy_entity(text, step, plain, found)
    plain.append(text[place:])
    return "".join(plain), found


def _legacy_entity(text: str, step: re.Match[str], plain: list[str], found: list[Json]) -> int:
    """Read one entity, and return the place behind it."""
    mark = step[2]
    end = text.find("]" if mark == "[" else mark, step.end())
    if end < 0:
        place = len(text[: step.start()].encode())
        raise MarkupError(f"Can't find end of the entity starting at byte offset {place}")
    words, behind = text[step.end() : end], end + len(mark)
    entity: Json | None = {"type": "pre" if mark == "```" else LEGACY[mark]}
    if mark == "```":
        language = LANGUAGE.match(words)
        if language:
            entity, words = {"type": "pre", "language": language[1]}, words[language.end() :]
        words = words.removeprefix("\n")
    if mark == "[":
        close = text.find(")", behind) if text.startswith("(", behind) else -1
        entity = link(text[behind + 1 : close] if close > 0 else words)
        behind = close + 1 if close > 0 else behind
    offset = length("".join(plain))
    plain.append(words)
    if entity and words:
        found.append({**entity, "offset": offset, "length": length(words)})
    return behind
