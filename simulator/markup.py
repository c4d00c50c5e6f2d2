"""Formatted text: what a bot wants to show, as plain words and entities.

`formatted` is the one entry for every text and caption: it parses by `parse_mode`, or takes the entities
given, cleans and trims as the server does, and measures the length in UTF-16 units.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from simulator import entities
from simulator.errors import MarkupError, bad_request
from simulator.markup_html import parse_html
from simulator.markup_markdown import parse_legacy, parse_v2
from simulator.spec import Json
from simulator.utf16 import length

NOISE = re.compile("[\u2028-\u202e\r]")
CONTROL = re.compile("[\x00-\x09\x0b-\x1f]")
BLANK = " \n\t"
LONGEST_RAW = 2**15  # bytes, mark-up included
PARSERS = {"html": parse_html, "markdownv2": parse_v2, "markdown": parse_legacy}


@dataclass(frozen=True, slots=True)
class Formatted:
    """Plain words and their entities."""

    text: str
    entities: list[Json]

    def fields(self, name: str = "text") -> Json:
        """Return the fields of a Message: `text` and `entities`, or `caption` and `caption_entities`."""
        if not self.text:
            return {}
        key = "entities" if name == "text" else f"{name}_entities"
        return {name: self.text, key: self.entities} if self.entities else {name: self.text}


def formatted(text: str, parse_mode: str | None, given: Sequence[Json] | None, limit: int) -> Formatted:
    """Read what a bot wants to show; raise a 400 for bad mark-up or more than `limit` units."""
    if len(text.encode()) > LONGEST_RAW:
        raise bad_request("text is too long")
    try:
        plain, found = _parse(text, parse_mode, given)
    except MarkupError as error:
        raise bad_request(f"can't parse entities: {error}") from None
    plain, found = _trimmed(plain, found)
    if length(plain) > limit:
        raise bad_request("message is too long" if limit > 1024 else "message caption is too long")
    return Formatted(plain, entities.find(plain, found))


def _parse(text: str, mode: str | None, given: Sequence[Json] | None) -> tuple[str, list[Json]]:
    text = CONTROL.sub(" ", NOISE.sub("", text))
    if not mode:
        return text, _fitting(text, given or ())
    parser = PARSERS.get(mode.lower())
    if parser is None:
        raise bad_request("unsupported parse_mode")
    return parser(text)


def _fitting(text: str, given: Sequence[Json]) -> list[Json]:
    """Return copies of the entities a bot gave, without empty ones; raise a 400 for one that leaves the text."""
    size, kept = length(text), []
    for entity in sorted(given, key=lambda each: (each["offset"], -each["length"])):
        offset, end = entity["offset"], entity["offset"] + entity["length"]
        if offset > size:
            raise bad_request(f"entity begins after the end of the text at UTF-16 offset {offset}")
        if end > size:
            where = f"beginning at UTF-16 offset {offset} ends after the end of the text at UTF-16 offset {end}"
            raise bad_request(f"entity {where}")
        if entity["length"] > 0:
            kept.append(dict(entity))
    return kept


def _trimmed(text: str, found: list[Json]) -> tuple[str, list[Json]]:
    """Trim white space at both ends and move the entities along."""
    body = text.strip(BLANK)
    if body == text:
        return text, found
    lead = length(text) - length(text.lstrip(BLANK))
    end, kept = length(body), []
    for entity in found:
        start = max(entity["offset"] - lead, 0)
        size = min(entity["offset"] + entity["length"] - lead, end) - start
        if size > 0:
            kept.append({**entity, "offset": start, "length": size})
    return body, kept
