"""Updates as JSON: read and written so that nothing a stranger can put into them stops the reader.

NUL has no place in a database's text and is taken out wherever it stands; half of a surrogate pair is no character and
orjson refuses it, so such an update is read and kept by the slower reader.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

LARGEST_ID = 2**63 - 1  # what a database holds
_NUL = "\x00"


def read(body: bytes) -> Any:
    """JSON without NUL. Raises ValueError for what is no JSON."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        value = json.loads(body)
    return _without_nul(value) if b"\\u0000" in body else value


def write(value: Any) -> bytes:
    """The JSON of a value that came as JSON."""
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:
        return json.dumps(value).encode("ascii")


def read_update(body: bytes) -> Mapping[str, Any] | None:
    """A body that came from outside, if it is an update."""
    try:
        value = read(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    number = value.get("update_id")
    is_number = isinstance(number, int) and not isinstance(number, bool) and 0 <= number <= LARGEST_ID
    return value if is_number else None


@dataclass(frozen=True)
class Pressed:
    """The message whose button was pressed."""

    message_id: int | None = None  # when its words may still be edited
    is_caption: bool = False  # whether they stand under a picture


def take_pressed(update: Mapping[str, Any]) -> Pressed:
    """Leave nothing of a pressed message in its update but where it stands, and give back what else is asked of it.

    It may be a whole card with its keyboard; to make objects of that took more time than most decisions.
    """
    press = update.get("callback_query")
    message = press.get("message") if isinstance(press, dict) else None
    if not isinstance(press, dict) or not isinstance(message, Mapping) or not message.get("date"):
        return Pressed()
    press["message"] = {"chat": message.get("chat"), "message_id": message.get("message_id"), "date": 0}
    has_words = bool(message.get("text") or message.get("caption"))
    return Pressed(_number(message.get("message_id")) if has_words else None, message.get("caption") is not None)


def lane_of(update: Mapping[str, Any]) -> str:
    """The lane of an update: a private chat's messages and presses share one; in a group presses go by user."""
    press = update.get("callback_query")
    if isinstance(press, Mapping):
        return f"u{_id(press.get('from'))}"
    for value in update.values():
        chat = value.get("chat") if isinstance(value, Mapping) else None
        if isinstance(chat, Mapping):
            return f"{'u' if chat.get('type') == 'private' else 'c'}{_id(chat)}"
    return "none"


def _id(who: Any) -> int:
    return _number(who.get("id") if isinstance(who, Mapping) else None) or 0


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) else None


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace(_NUL, "")
    if isinstance(value, list):
        return [_without_nul(one) for one in value]
    if isinstance(value, dict):
        return {_without_nul(key): _without_nul(one) for key, one in value.items()}
    return value
