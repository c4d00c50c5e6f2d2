"""What Telegram finds in plain words by itself: commands, mentions, hashtags, links, addresses, numbers.

Bots rely on it: a command is only a command where a `bot_command` entity says so.
"""

import re
from collections.abc import Iterable

from simulator.spec import Json
from simulator.utf16 import length

FOUND = re.compile(
    r"""
    (?P<url>https?://[^\s<>"“”，。！？；、]+|(?<![\w@.])(?:t\.me|telegram\.me)/[\w/?=&+.-]+)
  | (?P<email>(?<![\w.+-])[\w.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,})
  | (?P<bot_command>(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/<>]))
  | (?P<mention>(?<![\w@])@[A-Za-z][A-Za-z0-9_]{2,31}(?!\w))
  | (?P<hashtag>(?<![\w\#])\#[^\W\d]\w{0,255})
  | (?P<cashtag>(?<![\w$])\$[A-Z]{3,8}(?![A-Za-z0-9$]))
  | (?P<phone_number>(?<![\w+])\+\d[\d ()-]{6,18}\d(?!\w))
    """,
    re.VERBOSE,
)
HINTS = ("/", "@", "#", "$", "+", "t.me")


def find(text: str, taken: Iterable[Json] = ()) -> list[Json]:
    """Return the entities of a text, besides those already `taken` by mark-up; offsets in UTF-16 units."""
    taken = list(taken)
    if not any(hint in text for hint in HINTS):
        return taken
    found = []
    for match in FOUND.finditer(text):
        start, size = length(text[: match.start()]), length(match.group())
        if not any(_overlap(start, size, entity) for entity in taken):
            found.append({"type": match.lastgroup, "offset": start, "length": size})
    return sorted(taken + found, key=_place)


def _overlap(start: int, size: int, entity: Json) -> bool:
    begin, end = entity["offset"], entity["offset"] + entity["length"]
    return bool(start < end and begin < start + size) and entity["type"] in {
        "code",
        "pre",
        "text_link",
        "text_mention",
        "bot_command",
        "url",
        "mention",
    }


def _place(entity: Json) -> tuple[int, int]:
    return entity["offset"], -entity["length"]


def commands_in(text: str, entities: Iterable[Json]) -> list[str]:
    """Return the commands of a text, each with its address if it has one."""
    units = text.encode("utf-16-le", "surrogatepass")
    return [
        units[2 * each["offset"] : 2 * (each["offset"] + each["length"])].decode("utf-16-le")
        for each in entities
        if each["type"] == "bot_command"
    ]
